//! The ids of events whose rows have none.

use std::borrow::Cow;

use goody_domain::WireEvent;

use crate::files::ids::StableHash;

/// The id of an event without one: its status, its time, and a hash of what else it says. So the same row gives the same event in
/// every import, and a row that says more tomorrow gives another. An event that says nothing else has no hash.
pub(crate) fn derived_id(event: &WireEvent<'_>, is_placement: bool) -> Option<Cow<'static, str>> {
    let (Some(status), Some(at)) = (&event.status, &event.occurred_at) else { return None };
    let mut hash = StableHash::default();
    let mut says_more = is_placement || event.vendor_id.is_none();
    let mut add = |name: &str, text: Option<&str>, is_more: bool| {
        if let Some(text) = text {
            hash.add(name.as_bytes());
            hash.add(text.as_bytes());
            says_more |= is_more;
        }
    };
    add("vendorId", event.vendor_id.as_deref(), false);
    add("estimatedDelivery", event.estimated_delivery.as_deref(), true);
    add("shipBy", event.ship_by.as_deref(), true);
    let value = event.gift_value.map(|value| value.to_string());
    add("giftValue", value.as_deref(), true);
    add("currency", event.currency.as_deref(), true);
    add("giftType", event.gift_type.as_deref(), true);
    let flag = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
    add("isRush", flag(event.is_rush), true);
    add("carrier", event.carrier.as_deref(), true);
    add("trackingNumber", event.tracking_number.as_deref(), true);
    add("reason", event.reason.as_deref(), true);
    add("isBackfilled", flag(event.is_backfilled), true);
    add("parcelId", event.parcel_id.as_deref(), true);
    add("reference", event.reference.as_deref(), true);
    add("vendorName", event.vendor_name.as_deref(), true);
    if let Some(to) = &event.destination {
        add("destination.country", to.country.as_deref(), true);
        add("destination.region", to.region.as_deref(), true);
        add("destination.postalPrefix", to.postal_prefix.as_deref(), true);
    }
    for (name, text) in event.attributes.iter().flatten() {
        add(name, Some(text), true);
    }
    let at = at.replace('+', "-");
    Some(Cow::Owned(if says_more { format!("{status}:{at}:{}", hash.letters(8)) } else { format!("{status}:{at}") }))
}
