//! Events that borrow nothing.

use std::borrow::Cow;

use goody_domain::{WireDestination, WireEvent};

/// The event with texts of its own.
pub(super) fn owned(event: WireEvent<'_>) -> WireEvent<'static> {
    let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
    WireEvent {
        event_id: own(event.event_id),
        order_id: own(event.order_id),
        vendor_id: own(event.vendor_id),
        status: own(event.status),
        occurred_at: own(event.occurred_at),
        estimated_delivery: own(event.estimated_delivery),
        ship_by: own(event.ship_by),
        gift_value: event.gift_value,
        currency: own(event.currency),
        gift_type: own(event.gift_type),
        is_rush: event.is_rush,
        carrier: own(event.carrier),
        tracking_number: own(event.tracking_number),
        reason: own(event.reason),
        is_backfilled: event.is_backfilled,
        parcel_id: own(event.parcel_id),
        reference: own(event.reference),
        vendor_name: own(event.vendor_name),
        destination: event.destination.map(|to| WireDestination {
            country: own(to.country),
            region: own(to.region),
            postal_prefix: own(to.postal_prefix),
        }),
        attributes: event.attributes.map(|attributes| {
            let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
            attributes.into_iter().map(|(name, text)| (own(name), own(text))).collect()
        }),
    }
}
