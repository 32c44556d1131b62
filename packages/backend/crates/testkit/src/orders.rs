//! A builder for the events of an order.

use std::collections::BTreeMap;

use goody_application::ingest::Batch;
use goody_domain::{
    BatchId, Currency, Day, EventId, Fact, GiftType, Instant, OrderEvent, OrderId, ParcelId, Placement, Status, Vendor,
    VendorId, WireEvent,
};

/// An instant from RFC 3339.
pub fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// A day from `2026-01-31`.
pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// An order's id.
pub fn order_id(text: &str) -> OrderId {
    OrderId::parse(text).unwrap()
}

/// A batch of a test, with this id.
pub fn batch(id: &str) -> Batch {
    Batch { id: BatchId::parse(id).unwrap(), source: "a test".to_owned() }
}

/// A vendor's id.
pub fn vendor_id(text: &str) -> VendorId {
    VendorId::parse(text).unwrap()
}

/// A vendor that an order named by its id.
pub fn unregistered(id: &str) -> Vendor {
    Vendor::unregistered(vendor_id(id), None)
}

/// Events as NDJSON: one JSON object per line.
pub fn ndjson(events: &[OrderEvent]) -> String {
    events.iter().map(|event| serde_json::to_string(&WireEvent::from(event)).unwrap() + "\n").collect()
}

/// Builds the events of one order. By default the order is placed with `acme` at 2026-03-01T10:00:00Z and has no promise.
///
/// ```
/// # use goody_testkit::OrderBuilder;
/// let events = OrderBuilder::new("o-1").promised("2026-03-03").arrived_late_by_hours(5).events();
/// assert_eq!(events[1].occurred_at.to_string(), "2026-03-04T04:59:59Z");
/// ```
#[derive(Clone, Debug)]
pub struct OrderBuilder {
    order_id: OrderId,
    placed_at: Option<Instant>,
    placement: Placement,
    events_after_placement: Vec<OrderEvent>,
}

impl OrderBuilder {
    /// An order with only its placement.
    pub fn new(id: &str) -> Self {
        Self {
            order_id: order_id(id),
            placed_at: Some(at("2026-03-01T10:00:00Z")),
            placement: Placement::of(vendor_id("acme")),
            events_after_placement: Vec::new(),
        }
    }

    /// Sets the vendor.
    pub fn vendor(mut self, id: &str) -> Self {
        self.placement.vendor_id = vendor_id(id);
        self
    }

    /// Sets the instant of the placement.
    pub fn placed(mut self, when: &str) -> Self {
        self.placed_at = Some(at(when));
        self
    }

    /// Leaves the placement out.
    pub fn unplaced(mut self) -> Self {
        self.placed_at = None;
        self
    }

    /// Sets the promise: an instant, or a date for its last second in UTC.
    pub fn promised(mut self, when: &str) -> Self {
        let promise = if when.len() == 10 { at(&format!("{when}T23:59:59Z")) } else { at(when) };
        self.placement.estimated_delivery = Some(promise);
        self
    }

    /// Sets the deadline for the handover.
    pub fn to_ship_by(mut self, when: &str) -> Self {
        self.placement.ship_by = Some(at(when));
        self
    }

    /// Sets the reference.
    pub fn reference(mut self, reference: &str) -> Self {
        self.placement.reference = Some(reference.into());
        self
    }

    /// Sets the name of the vendor.
    pub fn vendor_name(mut self, name: &str) -> Self {
        self.placement.vendor_name = Some(name.into());
        self
    }

    /// Sets the gift type.
    pub fn gift(mut self, kind: &str) -> Self {
        self.placement.gift_type = Some(GiftType::parse(kind).unwrap());
        self
    }

    /// Sets the value of the gift, in cents.
    pub fn value(mut self, cents: i64) -> Self {
        self.placement.gift_value = Some(cents);
        self
    }

    /// Sets the currency.
    pub fn currency(mut self, code: &str) -> Self {
        self.placement.currency = Some(Currency::parse(code).unwrap());
        self
    }

    /// Marks the order as a rush order.
    pub fn rush(mut self) -> Self {
        self.placement.is_rush = Some(true);
        self
    }

    /// The order is shipped, on time.
    pub fn shipped(self, when: &str) -> Self {
        self.became(Status::ShippingOnTime, at(when))
    }

    /// The shipment is delayed.
    pub fn delayed(self, when: &str) -> Self {
        self.became(Status::ShippingDelayed, at(when))
    }

    /// The order arrives.
    pub fn arrived(self, when: &str) -> Self {
        self.became(Status::Arrived, at(when))
    }

    /// The order arrives this many hours after its promise.
    pub fn arrived_late_by_hours(self, hours: i64) -> Self {
        let promise = self.placement.estimated_delivery.expect("promise the order first");
        self.became(Status::Arrived, promise.plus_seconds(hours * 3600))
    }

    /// The order arrives this many hours before its promise.
    pub fn arrived_early_by_hours(self, hours: i64) -> Self {
        self.arrived_late_by_hours(-hours)
    }

    /// The order is lost.
    pub fn lost(self, when: &str) -> Self {
        self.became(Status::Lost, at(when))
    }

    /// The order is damaged.
    pub fn damaged(self, when: &str) -> Self {
        self.became(Status::Damaged, at(when))
    }

    /// The order is undeliverable.
    pub fn undeliverable(self, when: &str) -> Self {
        self.became(Status::Undeliverable, at(when))
    }

    /// The order is returned to its sender.
    pub fn returned(self, when: &str) -> Self {
        self.became(Status::ReturnToSender, at(when))
    }

    /// The order is cancelled.
    pub fn cancelled(self, when: &str) -> Self {
        self.became(Status::Cancelled, at(when))
    }

    /// The order reaches a status.
    pub fn became(self, status: Status, when: Instant) -> Self {
        self.push(Fact::Became(status, None), when)
    }

    /// Adds a second placement, with another vendor and no promise.
    pub fn also_placed(self, vendor: &str, when: &str) -> Self {
        let placement = Placement {
            vendor_id: vendor_id(vendor),
            estimated_delivery: None,
            gift_type: None,
            ..self.placement.clone()
        };
        self.push(Fact::Placed(Box::new(placement)), at(when))
    }

    /// Adds a reason to the last event.
    pub fn because(mut self, reason: &str) -> Self {
        self.events_after_placement.last_mut().expect("add an event first").reason = Some(reason.into());
        self
    }

    /// Sets the parcel of the last event.
    pub fn of_parcel(mut self, id: &str) -> Self {
        self.events_after_placement.last_mut().expect("add an event first").parcel_id =
            Some(ParcelId::parse(id).unwrap());
        self
    }

    /// Adds a carrier to the last event.
    pub fn by(mut self, carrier: &str) -> Self {
        self.events_after_placement.last_mut().expect("add an event first").carrier = Some(carrier.into());
        self
    }

    /// Adds a tracking number to the last event.
    pub fn tracked(mut self, number: &str) -> Self {
        self.events_after_placement.last_mut().expect("add an event first").tracking_number = Some(number.into());
        self
    }

    fn push(mut self, fact: Fact, when: Instant) -> Self {
        let event = self.event(&format!("e-{}", self.events_after_placement.len() + 1), fact, when);
        self.events_after_placement.push(event);
        self
    }

    fn event(&self, id: &str, fact: Fact, occurred_at: Instant) -> OrderEvent {
        OrderEvent {
            event_id: EventId::parse(id).unwrap(),
            order_id: self.order_id.clone(),
            occurred_at,
            fact,
            parcel_id: None,
            carrier: None,
            tracking_number: None,
            reason: None,
            is_backfilled: false,
            attributes: BTreeMap::new(),
        }
    }

    /// The events: the placement first, then the others in the sequence of the calls.
    pub fn events(self) -> Vec<OrderEvent> {
        let placed =
            self.placed_at.map(|when| self.event("placed", Fact::Placed(Box::new(self.placement.clone())), when));
        placed.into_iter().chain(self.events_after_placement).collect()
    }
}
