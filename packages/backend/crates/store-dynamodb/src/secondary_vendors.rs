//! Pointers from a vendor to the orders that name it but belong to another vendor.
//!
//! An order belongs to the vendor of its first placement. Its facts also count for every other vendor that a placement of it
//! names (see [`goody_domain::facts`]). A rebuild of such a vendor's scope finds these orders by their pointers, because no index
//! of the orders has them.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use goody_application::ports::Result;
use goody_domain::{Change, OrderId, VendorId};

use crate::client::{Terms, failed, text};
use crate::items::{Item, damaged};
use crate::{DynamoStore, bucket_transaction};

/// How the sort key of a pointer begins.
const KEY_PREFIX: &str = "also#";

/// The vendors that an order names, apart from its own.
pub(crate) fn vendor_ids(change: &Change) -> impl Iterator<Item = &VendorId> {
    let after = change.after.iter();
    after.flat_map(|order| order.named_vendors.iter().filter(|named| **named != order.placement.vendor_id))
}

/// The key of a pointer.
pub(crate) fn key(vendor_id: &VendorId, order_id: &OrderId) -> Item {
    bucket_transaction::item_key(vendor_id.as_str(), format!("{KEY_PREFIX}{order_id}"))
}

/// The writes of the pointers from these vendors to the order.
pub(crate) fn pointers(store: &DynamoStore, change: &Change) -> Result<Vec<TransactWriteItem>> {
    let pointer = |vendor_id: &VendorId| {
        let item = key(vendor_id, &change.order_id);
        let put = Put::builder().table_name(&store.tables.reports).set_item(Some(item)).build();
        let put = put.map_err(|error| failed("writing a pointer to an order")(error.into()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    };
    vendor_ids(change).map(pointer).collect()
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
