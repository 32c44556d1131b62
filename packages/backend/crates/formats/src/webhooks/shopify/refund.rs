//! Refunds of an order of Shopify. A vendor's part that is refunded as a whole is cancelled, or after its arrival refunded; a part of it
//! changes nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use goody_domain::{Instant, Rejection, Status, WireEvent};

use super::super::fields::Fields;
use super::fulfillment::{Part, Shop};
use crate::files::mapping::event_id::derived_id;

/// The events of the refunds in the body of an order.
pub(super) fn events(
    order: &Fields<'_>,
    items: &[Fields<'_>],
    shop: &Shop<'_>,
    order_name: &str,
) -> Result<Vec<WireEvent<'static>>, Rejection> {
    let refunds = order.list("refunds")?;
    if refunds.is_empty() {
        return Ok(Vec::new());
    }
    let refunded = refunded(&refunds, shop)?;
    // The part of each item, with whether all of it is refunded, and when the last of it was.
    let mut ends: BTreeMap<Part, Option<Instant>> = BTreeMap::new();
    for item in items {
        let Some(part) = shop.parts(order_name, std::slice::from_ref(item))?.pop_first() else { continue };
        let quantity = whole(item, "quantity")?.unwrap_or(1);
        let at = item.text("id")?.and_then(|id| refunded.get(&*id).copied());
        let end = at.filter(|(count, _)| *count >= quantity).map(|(_, at)| at);
        ends.entry(part).and_modify(|known| *known = known.zip(end).map(|(a, b)| a.max(b))).or_insert(end);
    }
    let events = ends.into_iter().filter_map(|((order_id, vendor_id), at)| {
        let mut event = WireEvent {
            order_id: Some(order_id),
            vendor_id,
            status: Some(Cow::Borrowed(Status::Cancelled.as_str())),
            occurred_at: Some(Cow::Owned(at?.to_string())),
            reason: Some(Cow::Borrowed("refunded")),
            ..WireEvent::default()
        };
        event.event_id = derived_id(&event, false);
        Some(event)
    });
    Ok(events.collect())
}

/// How many of each item were refunded, by the item's id, and when the last was.
fn refunded(refunds: &[Fields<'_>], shop: &Shop<'_>) -> Result<BTreeMap<String, (i64, Instant)>, Rejection> {
    let mut refunded: BTreeMap<String, (i64, Instant)> = BTreeMap::new();
    for refund in refunds {
        let at = refund.required_time("created_at", &shop.times)?;
        for line in refund.list("refund_line_items")? {
            let id = line.required("line_item_id")?.into_owned();
            let quantity = whole(&line, "quantity")?.unwrap_or(0);
            let known = refunded.entry(id).or_insert((0, at));
            *known = (known.0.saturating_add(quantity), known.1.max(at));
        }
    }
    Ok(refunded)
}

fn whole(fields: &Fields<'_>, name: &str) -> Result<Option<i64>, Rejection> {
    let Some(text) = fields.text(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Rejection::field(name, "is no whole number"))
}
