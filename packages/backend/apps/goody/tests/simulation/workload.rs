//! The workload: the events of the simulated orders, and when each event is sent.
//!
//! It has few vendors, many orders, few parcels and equal instants. Outcomes are corrected. Placements arrive late, twice, never or from two
//! vendors. Promises equal arrivals. Events are sent twice, out of order and long after they occurred.

use std::collections::BTreeMap;

use goody_domain::{
    Currency, EventId, Fact, GiftType, Instant, OrderEvent, OrderId, ParcelId, Placement, Status, VendorId,
};

use crate::rng::Rng;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The gift types of the workload.
pub(crate) const GIFTS: [&str; 2] = ["flowers", "food"];

/// The parcels of the workload.
const PARCELS: [&str; 2] = ["p-1", "p-2"];

/// An event, and when it is sent.
pub(crate) struct Delivery {
    pub(crate) due: Instant,
    pub(crate) event: OrderEvent,
}

/// Everything that is sent in one simulation.
pub(crate) struct Workload {
    /// The latest first: the next delivery is the last element.
    pub(crate) deliveries: Vec<Delivery>,
    /// The number of distinct facts.
    pub(crate) facts: usize,
    pub(crate) vendors: Vec<VendorId>,
}

impl Workload {
    /// Generates at least `facts` facts of orders that are placed within `days` days of `start`.
    pub(crate) fn generate(mut rng: Rng, facts: usize, start: Instant, days: i64) -> Self {
        let vendors = (1..=rng.between(1, 6)).map(|number| VendorId::parse(&format!("vendor-{number}")).unwrap());
        let vendors: Vec<VendorId> = vendors.collect();
        let mut workload = Self { deliveries: Vec::new(), facts: 0, vendors };
        let mut number = 0;
        while workload.facts < facts {
            number += 1;
            let placed_at = instant(&mut rng, start, days);
            let order_id = OrderId::parse(&format!("o-{number}")).unwrap();
            let events =
                Timeline { rng: &mut rng, vendors: &workload.vendors, order_id, placed_at, event_count: 0 }.events();
            workload.facts += events.len();
            for event in events {
                workload.schedule(&mut rng, event);
            }
        }
        workload.deliveries.sort_by_key(|delivery| std::cmp::Reverse(delivery.due));
        workload
    }

    fn schedule(&mut self, rng: &mut Rng, event: OrderEvent) {
        let times = if rng.chance(0.1) { 2 } else { 1 };
        for _ in 0..times {
            let delay = match rng.between(0, 99) {
                // The client's clock is ahead of the server's.
                0..=2 => -rng.between(1, 5 * MINUTE),
                3..=69 => rng.between(0, 10 * MINUTE),
                70..=89 => rng.between(0, 12 * HOUR),
                90..=96 => rng.between(0, 6 * DAY),
                _ => rng.between(0, 50 * DAY),
            };
            self.deliveries.push(Delivery { due: event.occurred_at.plus_seconds(delay), event: event.clone() });
        }
        if rng.chance(0.01) {
            // A client uses the id of this fact for another fact.
            let carrier = Some("another carrier".to_owned());
            let due = event.occurred_at.plus_seconds(rng.between(0, 2 * DAY));
            self.deliveries.push(Delivery { due, event: OrderEvent { carrier, ..event } });
        }
    }
}

/// An instant within `days` days of `start`, often at a boundary of days or minutes.
fn instant(rng: &mut Rng, start: Instant, days: i64) -> Instant {
    let day = start.plus_seconds(rng.between(0, days - 1) * DAY);
    let micros = match rng.between(0, 9) {
        // Midnight in UTC and in New York, and the hours at which summer time begins and ends in New York.
        0 => rng.pick(&[0, 4, 5, 6, 7]) * HOUR * 1_000_000,
        1 => rng.pick(&[4, 5, 6, 7, 24]) * HOUR * 1_000_000 - 1,
        2 => rng.between(0, DAY / MINUTE - 1) * MINUTE * 1_000_000,
        _ => rng.between(0, DAY * 1_000_000 - 1),
    };
    Instant::from_micros(day.micros() + micros)
}

/// The events of one order.
struct Timeline<'a> {
    rng: &'a mut Rng,
    vendors: &'a [VendorId],
    order_id: OrderId,
    placed_at: Instant,
    event_count: usize,
}

impl Timeline<'_> {
    fn events(mut self) -> Vec<OrderEvent> {
        let mut events = Vec::with_capacity(6);
        let mut at = self.placed_at;
        let outcome = self.rng.pick(&[
            Status::Arrived,
            Status::Arrived,
            Status::Arrived,
            Status::Lost,
            Status::Damaged,
            Status::Undeliverable,
            Status::ReturnToSender,
            Status::Cancelled,
        ]);
        let mut statuses = Vec::new();
        if self.rng.chance(0.8) {
            statuses.push(Status::ShippingOnTime);
        }
        if self.rng.chance(0.25) {
            statuses.push(Status::ShippingDelayed);
        }
        if self.rng.chance(0.9) {
            statuses.push(outcome);
        }
        if self.rng.chance(0.08) {
            // A correction of the outcome, or an event after it.
            statuses.push(self.rng.pick(&Status::ALL[1..]));
        }
        for status in statuses {
            let seconds = match self.rng.between(0, 19) {
                0 => 0,
                1 => -self.rng.between(0, 2 * DAY),
                2..=14 => self.rng.between(MINUTE, 2 * DAY),
                _ => self.rng.between(MINUTE, 6 * DAY),
            };
            at = at.plus_seconds(seconds);
            let vendor_id = self.rng.chance(0.1).then(|| self.rng.pick(self.vendors));
            events.push(self.event(Fact::Became(status, vendor_id), at));
        }
        let last = at;
        if self.rng.chance(0.97) {
            let placement = self.placement(last);
            events.push(self.event(Fact::Placed(Box::new(placement)), self.placed_at));
        }
        if self.rng.chance(0.04) {
            let again = self.placed_at.plus_seconds(self.rng.between(-2 * HOUR, DAY));
            let placement = self.placement(last);
            events.push(self.event(Fact::Placed(Box::new(placement)), again));
        }
        events
    }

    fn placement(&mut self, last: Instant) -> Placement {
        let promise = match self.rng.between(0, 19) {
            0 | 1 => None,
            // Exactly the instant of the last event.
            2 | 3 => Some(last),
            // Before the placement.
            4 => Some(self.placed_at.plus_seconds(-self.rng.between(0, DAY))),
            // Weeks after the placement.
            5 => Some(self.placed_at.plus_seconds(self.rng.between(20 * DAY, 60 * DAY))),
            _ => Some(instant(self.rng, self.placed_at, 5)),
        };
        let vendor_id = self.rng.pick(self.vendors);
        let value = self.rng.between(1, 100_000);
        let gift_type = self.rng.chance(0.8).then(|| GiftType::parse(self.rng.pick(&GIFTS)).unwrap());
        let is_rush = self.rng.chance(0.15);
        let ship_by = match self.rng.between(0, 4) {
            0 => None,
            1 => Some(last),
            _ => Some(instant(self.rng, self.placed_at, 3)),
        };
        Placement {
            estimated_delivery: promise,
            ship_by,
            gift_value: Some(value),
            currency: Some(if self.rng.chance(0.9) { Currency::default() } else { Currency::parse("EUR").unwrap() }),
            gift_type,
            is_rush: Some(is_rush),
            ..Placement::of(vendor_id)
        }
    }

    fn event(&mut self, fact: Fact, occurred_at: Instant) -> OrderEvent {
        self.event_count += 1;
        OrderEvent {
            event_id: EventId::parse(&format!("e-{}", self.event_count)).unwrap(),
            order_id: self.order_id.clone(),
            occurred_at,
            parcel_id: match &fact {
                Fact::Became(..) if self.rng.chance(0.25) => Some(ParcelId::parse(self.rng.pick(&PARCELS)).unwrap()),
                _ => None,
            },
            fact,
            carrier: self.rng.chance(0.2).then(|| "a carrier".to_owned()),
            tracking_number: None,
            reason: self.rng.chance(0.1).then(|| "a reason".to_owned()),
            is_backfilled: self.rng.chance(0.05),
            attributes: BTreeMap::new(),
        }
    }
}
