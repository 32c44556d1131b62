//! Orders by their story: a builder that tells events.

use goody_domain::{
    Currency, Day, EventId, Fact, GiftType, Instant, OrderEvent, OrderId, Placement, Status, VendorId, WireEvent,
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

/// A vendor's id.
pub fn vendor_id(text: &str) -> VendorId {
    VendorId::parse(text).unwrap()
}

/// Events as they are sent: a JSON object a line.
pub fn ndjson(events: &[OrderEvent]) -> String {
    events.iter().map(|event| serde_json::to_string(&WireEvent::from(event)).unwrap() + "\n").collect()
}

/// Tells the events of one order. Until told otherwise it was placed with `acme` at 2026-03-01T10:00:00Z, with no promise.
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
    later: Vec<OrderEvent>,
}

impl OrderBuilder {
    /// An order that was just placed.
    pub fn new(id: &str) -> Self {
        Self {
            order_id: order_id(id),
            placed_at: Some(at("2026-03-01T10:00:00Z")),
            placement: Placement {
                vendor_id: vendor_id("acme"),
                estimated_delivery: None,
                ship_by: None,
                gift_value: None,
                currency: Currency::default(),
                gift_type: None,
                is_rush: false,
            },
            later: Vec::new(),
        }
    }

    /// Who makes and ships it.
    pub fn vendor(mut self, id: &str) -> Self {
        self.placement.vendor_id = vendor_id(id);
        self
    }

    /// When it was placed.
    pub fn placed(mut self, when: &str) -> Self {
        self.placed_at = Some(at(when));
        self
    }

    /// Its placement is not known.
    pub fn unplaced(mut self) -> Self {
        self.placed_at = None;
        self
    }

    /// The promise: an instant, or a date for its last second in UTC.
    pub fn promised(mut self, when: &str) -> Self {
        let promise = if when.len() == 10 { at(&format!("{when}T23:59:59Z")) } else { at(when) };
        self.placement.estimated_delivery = Some(promise);
        self
    }

    /// What kind of gift it is.
    pub fn gift(mut self, kind: &str) -> Self {
        self.placement.gift_type = Some(GiftType::parse(kind).unwrap());
        self
    }

    /// What the gift costs, in cents.
    pub fn value(mut self, cents: i64) -> Self {
        self.placement.gift_value = Some(cents);
        self
    }

    /// Paid for to be fast.
    pub fn rush(mut self) -> Self {
        self.placement.is_rush = true;
        self
    }

    /// On its way.
    pub fn shipped(self, when: &str) -> Self {
        self.became(Status::ShippingOnTime, at(when))
    }

    /// On its way, and said to be late.
    pub fn delayed(self, when: &str) -> Self {
        self.became(Status::ShippingDelayed, at(when))
    }

    /// Delivered.
    pub fn arrived(self, when: &str) -> Self {
        self.became(Status::Arrived, at(when))
    }

    /// Delivered so many hours after its promise.
    pub fn arrived_late_by_hours(self, hours: i64) -> Self {
        let promise = self.placement.estimated_delivery.expect("promise the order first");
        self.became(Status::Arrived, promise.plus_seconds(hours * 3600))
    }

    /// Delivered so many hours before its promise.
    pub fn arrived_early_by_hours(self, hours: i64) -> Self {
        self.arrived_late_by_hours(-hours)
    }

    /// Will not be found again.
    pub fn lost(self, when: &str) -> Self {
        self.became(Status::Lost, at(when))
    }

    /// Found broken.
    pub fn damaged(self, when: &str) -> Self {
        self.became(Status::Damaged, at(when))
    }

    /// Could not be handed over.
    pub fn undeliverable(self, when: &str) -> Self {
        self.became(Status::Undeliverable, at(when))
    }

    /// On its way back.
    pub fn returned(self, when: &str) -> Self {
        self.became(Status::ReturnToSender, at(when))
    }

    /// Called off.
    pub fn cancelled(self, when: &str) -> Self {
        self.became(Status::Cancelled, at(when))
    }

    /// Came to a status.
    pub fn became(self, status: Status, when: Instant) -> Self {
        self.tell(Fact::Became(status, None), when)
    }

    /// A second placement, with another vendor and no promise.
    pub fn also_placed(self, vendor: &str, when: &str) -> Self {
        let placement = Placement {
            vendor_id: vendor_id(vendor),
            estimated_delivery: None,
            gift_type: None,
            ..self.placement.clone()
        };
        self.tell(Fact::Placed(placement), at(when))
    }

    /// Gives the event told last a reason.
    pub fn because(mut self, reason: &str) -> Self {
        self.later.last_mut().expect("tell an event first").reason = Some(reason.into());
        self
    }

    /// Gives the event told last a carrier.
    pub fn by(mut self, carrier: &str) -> Self {
        self.later.last_mut().expect("tell an event first").carrier = Some(carrier.into());
        self
    }

    fn tell(mut self, fact: Fact, when: Instant) -> Self {
        let event = self.event(&format!("e-{}", self.later.len() + 1), fact, when);
        self.later.push(event);
        self
    }

    fn event(&self, id: &str, fact: Fact, occurred_at: Instant) -> OrderEvent {
        OrderEvent {
            event_id: EventId::parse(id).unwrap(),
            order_id: self.order_id.clone(),
            occurred_at,
            fact,
            carrier: None,
            tracking_number: None,
            reason: None,
            is_backfilled: false,
        }
    }

    /// The placement first, the others as they were told.
    pub fn events(self) -> Vec<OrderEvent> {
        let placed = self.placed_at.map(|when| self.event("placed", Fact::Placed(self.placement.clone()), when));
        placed.into_iter().chain(self.later).collect()
    }
}
