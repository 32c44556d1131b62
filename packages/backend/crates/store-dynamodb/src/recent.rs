//! The recent feed: orders by their latest update, status by status, merged.

use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{Position, RecentFilter, Result, StatusCounts};
use goody_domain::{History, OrderId, Status};

use crate::DynamoStore;
use crate::client::AT_ONCE;
use crate::index_reader::{Entry, Merged, Partition, Range, Stream, Wanted};
use crate::items::moment;
use crate::tables::BY_STATUS;

/// After every place of an index.
const LAST: &str = "~";

fn partition(status: Status) -> Partition {
    Partition { index: BY_STATUS, attribute: "status", value: status.as_str().to_owned(), sort: "updatedAt" }
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
    let range = Range::new(moment(filter.since), LAST.to_owned(), false, after);
    let streams = statuses(filter).map(|status| Stream::new(store, partition(status), range.clone())).collect();
    let vendor_id = filter.vendor_id.as_ref().map(|id| id.as_str());
    let takes = |entry: &Entry| vendor_id.is_none_or(|id| entry.vendor_id.as_deref() == Some(id));
    let wanted = Wanted { takes: &takes, all: vendor_id.is_none(), few: limit };
    let mut merged = Merged { streams };
    let mut page: Vec<History> = Vec::with_capacity(limit);
    while page.len() < limit {
        let many = limit - page.len();
        let entries = merged.next(many, wanted).await?;
        let is_last = entries.len() < many;
        let mut ids: Vec<OrderId> = entries.iter().map(Entry::order_id).collect::<Result<_>>()?;
        // An order that moves on while the streams are read may stand in two of them.
        ids.retain(|id| page.iter().all(|known| known.order_id() != id));
        let mut histories = store.listed(&ids).await?;
        page.extend(ids.iter().filter_map(|id| histories.remove(id)));
        if is_last {
            break;
        }
    }
    Ok(page)
}

pub(crate) async fn count(store: &DynamoStore, filter: &RecentFilter) -> Result<StatusCounts> {
    let range = Range::new(moment(filter.since.floor_minute()), LAST.to_owned(), false, None);
    let vendor_id = filter.vendor_id.as_ref().map(|id| id.as_str());
    let counted = stream::iter(statuses(filter)).map(|status| {
        let stream = Stream::new(store, partition(status), range.clone());
        async move {
            let of_vendor = vendor_id.map(|id| ("#filtered = :filtered", "vendorId", id));
            Ok::<_, goody_application::ports::StoreError>((status, stream.count(of_vendor).await?))
        }
    });
    let mut counts = StatusCounts::default();
    for (status, orders) in counted.buffered(AT_ONCE).try_collect::<Vec<_>>().await? {
        counts[status as usize] = orders;
    }
    Ok(counts)
}

/// The orders of a status that were updated last.
pub(crate) async fn latest(store: &DynamoStore, status: Status, limit: usize) -> Result<Vec<OrderId>> {
    let range = Range { from: "0".to_owned(), to: LAST.to_owned(), oldest_first: false, after: None };
    let entries = Stream::new(store, partition(status), range).page(Some(limit)).await?;
    entries.iter().map(Entry::order_id).collect()
}
