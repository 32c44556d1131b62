//! Pointers from a vendor to the orders that name it but belong to another vendor.
//!
//! An order belongs to the vendor of its first placement. Its facts also count for every other vendor that a placement of it
//! names, taken back or not (see [`goody_domain::facts`]). A rebuild of such a vendor's scope finds these orders by their pointers, because no index
//! of the orders has them.

use std::collections::{BTreeSet, HashSet};

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use goody_application::ports::Result;
use goody_domain::{Change, History, Occurrences, Order, OrderId, VendorId};

use crate::client::{Terms, failed, text};
use crate::items::{Item, damaged};
use crate::{DynamoStore, bucket_transaction};

/// How the sort key of a pointer begins.
const KEY_PREFIX: &str = "also#";

/// The vendors that an order names after a change, apart from its own, and that have no pointer to it yet.
pub(crate) fn vendor_ids(change: &Change) -> impl Iterator<Item = &VendorId> {
    fn has_pointer(order: Option<&Order>, occurrences: &Occurrences, vendor_id: &VendorId) -> bool {
        let is_own = order.is_some_and(|order| order.placement.vendor_id == *vendor_id);
        !is_own && occurrences.named_vendors.contains(vendor_id)
    }
    let Change { before, after, occurred_before, occurred_after, .. } = change;
    occurred_after.named_vendors.iter().filter(move |vendor_id| {
        has_pointer(after.as_ref(), occurred_after, vendor_id)
            && !has_pointer(before.as_ref(), occurred_before, vendor_id)
    })
}

/// The key of a pointer.
pub(crate) fn key(vendor_id: &VendorId, order_id: &OrderId) -> Item {
    bucket_transaction::item_key(vendor_id.as_str(), format!("{KEY_PREFIX}{order_id}"))
}

/// The write of the pointer from a vendor to an order.
pub(crate) fn pointer(store: &DynamoStore, vendor_id: &VendorId, order_id: &OrderId) -> Result<TransactWriteItem> {
    let item = key(vendor_id, order_id);
    let put = Put::builder().table_name(&store.tables.reports).set_item(Some(item)).build();
    let put = put.map_err(|error| failed("writing a pointer to an order")(error.into()))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// The vendors that may have a pointer to the order of a history: all that it names, unless it always belonged to the only one.
pub(crate) fn former_vendor_ids(history: &History) -> BTreeSet<VendorId> {
    let named_vendors = history.occurrences().named_vendors;
    let had_other = named_vendors.len() > 1 || history.facts().iter().any(|fact| fact.event().is_none());
    if had_other { named_vendors } else { BTreeSet::new() }
}

/// The orders that name a vendor apart from their own.
pub(crate) async fn orders(store: &DynamoStore, vendor_id: &VendorId) -> Result<HashSet<OrderId>> {
    let terms = Terms::new([("vendorId", text(vendor_id.as_str())), ("date", text(KEY_PREFIX))]);
    let (names, values) = terms.split();
    let query = store.client.query().table_name(&store.tables.reports).consistent_read(true);
    let query = query.key_condition_expression("#vendorId = :vendorId AND begins_with(#date, :date)");
    let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
    let found = store.query("reading the pointers of a vendor", query, None).await?;
    let ids = found.iter().map(|item| {
        let date = item.get("date").and_then(|date| date.as_s().ok()).map_or("", String::as_str);
        OrderId::parse(date.strip_prefix(KEY_PREFIX).unwrap_or(date)).map_err(|reason| damaged("a pointer", &reason))
    });
    ids.collect()
}
