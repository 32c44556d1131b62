//! The events of demo orders: those of one order, and those of all orders, sorted by time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use goody_domain::{Day, EventId, Fact, Instant, OrderEvent, OrderId, ParcelId, Status};

use super::{Demo, midnight};

/// The events of one order while they are generated.
pub(super) struct Timeline {
    pub(super) order_id: OrderId,
    pub(super) events: Vec<OrderEvent>,
}

impl Timeline {
    /// Adds an event about all parcels of the order.
    pub(super) fn push_status(&mut self, event: &str, at: Instant, status: Status, reason: Option<&str>) {
        self.push(event, at, Fact::Became(status, None), reason);
    }

    /// Adds an event about one parcel, or about the only one. The name of the parcel is a part of the event's id.
    pub(super) fn push_of(
        &mut self,
        parcel: Option<&str>,
        event: &str,
        at: Instant,
        status: Status,
        reason: Option<&str>,
    ) {
        let Some(parcel) = parcel else { return self.push_status(event, at, status, reason) };
        self.push_status(&format!("{event}-{parcel}"), at, status, reason);
        if let Some(event) = self.events.last_mut() {
            event.parcel_id = ParcelId::parse(parcel).ok();
        }
    }

    /// Adds the carrier and its number for the parcel to the last event.
    pub(super) fn add_carrier(&mut self, carrier: &str, number: u64) {
        if let Some(event) = self.events.last_mut() {
            event.carrier = Some(carrier.to_owned());
            event.tracking_number = Some(format!("{number:012}"));
        }
    }

    pub(super) fn push(&mut self, event: &str, occurred_at: Instant, fact: Fact, reason: Option<&str>) {
        let Ok(event_id) = EventId::parse(event) else { return };
        self.events.push(OrderEvent {
            event_id,
            order_id: self.order_id.clone(),
            occurred_at,
            fact,
            parcel_id: None,
            carrier: None,
            tracking_number: None,
            reason: reason.map(ToOwned::to_owned),
            is_backfilled: false,
            attributes: BTreeMap::new(),
        });
    }
}

/// The events of a demo, sorted by time.
pub struct Events<'d> {
    demo: &'d Demo,
    /// The next day whose orders are generated.
    next: Day,
    until: Instant,
    /// The orders with further events, that of the next event first.
    pending: BinaryHeap<Reverse<Pending>>,
}

/// An order with further events. It is small, because the heap moves it often.
struct Pending {
    /// The instant of the next event, and the day and number of its order.
    key: (Instant, Day, u32),
    /// The next event and those after it.
    events: std::vec::IntoIter<OrderEvent>,
}

impl PartialEq for Pending {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Pending {}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl<'d> Events<'d> {
    pub(super) fn new(demo: &'d Demo, from: Day, until: Instant) -> Self {
        Self { demo, next: from, until, pending: BinaryHeap::new() }
    }

    /// Adds an order to the pending ones, if its next event is not after `until`.
    fn push(&mut self, (day, number): (Day, u32), events: std::vec::IntoIter<OrderEvent>) {
        if let Some(next) = events.as_slice().first().filter(|next| next.occurred_at <= self.until) {
            self.pending.push(Reverse(Pending { key: (next.occurred_at, day, number), events }));
        }
    }
}

impl Iterator for Events<'_> {
    type Item = OrderEvent;

    fn next(&mut self) -> Option<OrderEvent> {
        // The orders of a day are generated before the first event on that day or later is returned.
        while midnight(self.next) <= self.until
            && self.pending.peek().is_none_or(|Reverse(pending)| pending.key.0 >= midnight(self.next))
        {
            let day = self.next;
            for number in 0..self.demo.orders_on(day) {
                let timeline = self.demo.timeline(day, number).unwrap_or_default();
                self.push((day, number), timeline.into_iter());
            }
            self.next = day.plus(1);
        }
        let Reverse(Pending { key: (_, day, number), mut events }) = self.pending.pop()?;
        let event = events.next();
        self.push((day, number), events);
        event
    }
}
