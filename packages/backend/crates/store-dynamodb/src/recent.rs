//! The recent feed: the orders by their latest update, merged from one index partition per status.

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{Position, RecentFilter, Result, StatusCounts};
use goody_domain::{History, OrderId, Status};

use crate::DynamoStore;
use crate::client::MAX_CONCURRENT_CALLS;
use crate::index_reader::{Entry, MergedReader, Partition, PartitionReader, Range, Selection};
use crate::order_item::sort_key_start;
use crate::tables::BY_STATUS;

/// Sorts after every sort key.
const LAST: &str = "~";

fn partition(status: Status) -> Partition {
    Partition { index: BY_STATUS, attribute: "status", value: status.as_str().to_owned(), sort_attribute: "updatedAt" }
}

fn statuses(filter: &RecentFilter) -> impl Iterator<Item = Status> {
    Status::ALL.into_iter().filter(|status| filter.statuses.is_empty() || filter.statuses.contains(status))
}

pub(crate) async fn recent(
    store: &DynamoStore,
    filter: &RecentFilter,
    after: Option<&Position>,
    limit: usize,
) -> Result<Vec<History>> {
    let range = Range::new(sort_key_start(filter.since), LAST.to_owned(), false, after);
    let readers =
        statuses(filter).map(|status| PartitionReader::new(store, partition(status), range.clone())).collect();
    let vendor_id = filter.vendor_id.as_ref().map(|id| id.as_str());
    let accepts = |entry: &Entry| vendor_id.is_none_or(|id| entry.vendor_id.as_deref() == Some(id));
    let selection = Selection { accepts: &accepts, accepts_all: vendor_id.is_none(), page_size: limit };
    let mut reader = MergedReader { readers };
    let mut page: Vec<History> = Vec::with_capacity(limit);
    while page.len() < limit {
        let missing = limit - page.len();
        let entries = reader.next(missing, selection).await?;
        let is_last = entries.len() < missing;
        let mut ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
        // An order whose status changes during the read may be in two partitions.
        ids.retain(|id| page.iter().all(|known| known.order_id() != id));
        let mut histories = store.list_histories(&ids).await?;
        page.extend(ids.iter().filter_map(|id| histories.remove(id)));
        if is_last {
            break;
        }
    }
    Ok(page)
}

pub(crate) async fn count(store: &DynamoStore, filter: &RecentFilter) -> Result<StatusCounts> {
    let range = Range::new(sort_key_start(filter.since.floor_minute()), LAST.to_owned(), false, None);
    let vendor_id = filter.vendor_id.as_ref().map(|id| id.as_str());
    let counts_by_status = stream::iter(statuses(filter)).map(|status| {
        let reader = PartitionReader::new(store, partition(status), range.clone());
        async move {
            let filter = vendor_id.map(|id| ("#filtered = :filtered", "vendorId", id));
            Ok::<_, goody_application::ports::StoreError>((status, reader.count(filter).await?))
        }
    });
    let mut counts = StatusCounts::default();
    for (status, orders) in counts_by_status.buffered(MAX_CONCURRENT_CALLS).try_collect::<Vec<_>>().await? {
        counts[status as usize] = orders;
    }
    Ok(counts)
}

/// The ids of the most recently updated orders of a status.
pub(crate) async fn latest_ids(store: &DynamoStore, status: Status, limit: usize) -> Result<Vec<OrderId>> {
    let range = Range { from: "0".to_owned(), to: LAST.to_owned(), oldest_first: false, after: None };
    let entries = PartitionReader::new(store, partition(status), range).next_page(Some(limit)).await?;
    entries.iter().map(Entry::order_id).collect()
}
