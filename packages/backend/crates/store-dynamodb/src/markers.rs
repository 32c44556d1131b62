//! Markers: a marker states up to which version the buckets reflect an order.
//!
//! The transaction that moves the buckets also writes the marker. So a change that the feed sends again is not applied twice.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use goody_application::ports::{Result, last_day};
use goody_domain::{BatchId, Change, Day, History, OrderId};
use serde::{Deserialize, Serialize};

use crate::client::{Terms, failed, number, text};
use crate::items::{Item, damaged, read, write};
use crate::order_item::ttl;
use crate::tables::BY_DATE;
use crate::{DynamoStore, bucket_transaction};

/// The sort key of a marker.
const MARKER: &str = "marker";

/// The index partition of the markers of expired orders.
const EXPIRED: &str = "expired";

/// Up to which version the buckets reflect an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Marker {
    /// The last version whose change is applied in full.
    pub(crate) version: usize,
    /// The next change, if some of its steps are applied.
    #[serde(flatten)]
    pub(crate) steps: Option<AppliedSteps>,
    /// The day on which the order expired. From then on its numbers are final.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expired_on: Option<i32>,
    /// Expired orders only: the batches of its events that were not taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) batches: Vec<BatchId>,
}

/// The steps of a change that are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppliedSteps {
    /// The version after the change.
    pub(crate) next_version: usize,
    /// The number of its steps that are applied: not 0, and not all of them.
    pub(crate) step: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MarkerItem {
    vendor_id: String,
    date: String,
    /// Expired orders only: puts the marker into their index partition.
    #[serde(skip_serializing_if = "Option::is_none")]
    report_date: Option<String>,
    ttl: i64,
    #[serde(flatten)]
    marker: Marker,
}

/// The partition of a marker. No vendor has this id: ids contain no `#`.
fn partition(id: &OrderId) -> String {
    format!("order#{id}")
}

fn key(id: &OrderId) -> Item {
    HashMap::from([("vendorId".to_owned(), text(partition(id))), ("date".to_owned(), text(MARKER))])
}

/// The markers of these orders. An order without a marker is left out.
pub(crate) async fn read_all(store: &DynamoStore, ids: &[OrderId]) -> Result<HashMap<OrderId, Marker>> {
    let ids: HashSet<&OrderId> = ids.iter().collect();
    let keys = ids.into_iter().map(key).collect();
    let found = store.get_all("reading markers", &store.tables.reports, keys).await?;
    let markers = found.into_iter().map(|item| {
        let MarkerItem { vendor_id, marker, .. } = read(item)?;
        let id = vendor_id.split_once('#').map_or("", |(_, id)| id);
        Ok((OrderId::parse(id).map_err(|reason| damaged("a marker", &reason))?, marker))
    });
    markers.collect()
}

/// Moves a marker to the end of a change, if the marker is at the version at which the change begins.
pub(crate) fn advance(store: &DynamoStore, change: &Change, today: Day) -> Result<TransactWriteItem> {
    advance_step(store, change, (0, 1), today)
}

/// Moves a marker to the next of `steps` steps of a change, if `step` steps are applied.
pub(crate) fn advance_step(
    store: &DynamoStore,
    change: &Change,
    (step, steps): (usize, usize),
    today: Day,
) -> Result<TransactWriteItem> {
    let Change { from_version, version: next_version, .. } = *change;
    let applied = |step| (step > 0).then_some(AppliedSteps { next_version, step });
    let from = Marker { version: from_version, steps: applied(step), ..Marker::default() };
    let to = match step + 1 == steps {
        true => Marker { version: next_version, ..Marker::default() },
        false => Marker { steps: applied(step + 1), ..from.clone() },
    };
    // The marker expires with the buckets, after its order.
    let last = last_day(&[], change.after.as_ref(), &store.zone).max(today);
    put(store, &change.order_id, to, &from, last)
}

/// Marks an order as expired, if its marker is still `from`.
pub(crate) fn expire(store: &DynamoStore, history: &History, from: &Marker, today: Day) -> Result<TransactWriteItem> {
    let marker = Marker {
        version: history.version(),
        steps: None,
        expired_on: Some(today.number()),
        batches: history.batches().into_iter().cloned().collect(),
    };
    put(store, history.order_id(), marker, from, today)
}

/// Deletes the markers of orders that expired before a day. Returns the number of deleted markers.
pub(crate) async fn delete_expired(store: &DynamoStore, before: Day) -> Result<u64> {
    const DOING: &str = "deleting expired markers";
    let mut keys = Vec::new();
    for MarkerItem { vendor_id, date, marker, .. } in read_expired(store, DOING).await? {
        if marker.expired_on.is_some_and(|day| day < before.number()) {
            keys.push(bucket_transaction::item_key(&vendor_id, date));
        }
    }
    let deleted = keys.len() as u64;
    store.delete_all(DOING, &store.tables.reports, keys).await?;
    Ok(deleted)
}

/// How many orders had events of a batch when they expired.
pub(crate) async fn count_expired(store: &DynamoStore, batch_id: &BatchId) -> Result<u64> {
    let expired = read_expired(store, "counting the expired orders of a batch").await?;
    Ok(expired.iter().filter(|item| item.marker.batches.contains(batch_id)).count() as u64)
}

/// The markers of expired orders.
async fn read_expired(store: &DynamoStore, doing: &'static str) -> Result<Vec<MarkerItem>> {
    let (names, values) = Terms::new([("reportDate", text(EXPIRED))]).split();
    let query = store.client.query().table_name(&store.tables.reports).index_name(BY_DATE);
    let query = query.key_condition_expression("#reportDate = :reportDate");
    let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
    store.query(doing, query, None).await?.into_iter().map(read).collect()
}

fn put(store: &DynamoStore, id: &OrderId, marker: Marker, from: &Marker, last: Day) -> Result<TransactWriteItem> {
    let ttl = ttl(last, store.retention.bucket_days, &store.zone);
    let report_date = marker.expired_on.map(|_| EXPIRED.to_owned());
    let item = MarkerItem { vendor_id: partition(id), date: MARKER.to_owned(), report_date, ttl, marker };
    let stored = || Terms::new([("version", number(from.version))]).with_names(["expiredOn", "step"]);
    let (condition, terms) = match from {
        Marker { version: 0, steps: None, .. } => {
            ("attribute_not_exists(#vendorId)", Terms::default().with_names(["vendorId"]))
        }
        Marker { steps: None, .. } => {
            ("#version = :version AND attribute_not_exists(#expiredOn) AND attribute_not_exists(#step)", stored())
        }
        Marker { steps: Some(steps), .. } => (
            "#version = :version AND attribute_not_exists(#expiredOn) AND #step = :step AND #nextVersion = :nextVersion",
            stored()
                .with_names(["nextVersion"])
                .with_values([("step", number(steps.step)), ("nextVersion", number(steps.next_version))]),
        ),
    };
    let (names, values) = terms.split();
    let put = Put::builder().table_name(&store.tables.reports).set_item(Some(write(&item)?));
    let put = put.condition_expression(condition).set_expression_attribute_names(names);
    let put = put
        .set_expression_attribute_values(values)
        .build()
        .map_err(|error| failed("writing a marker")(error.into()))?;
    Ok(TransactWriteItem::builder().put(put).build())
}
