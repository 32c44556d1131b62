//! Made-up orders: two years of them (or as many days as asked), ending now, in a world like the simulator's with many vendors.

use std::collections::HashMap;
use std::io::Write;

use goody_application::demo::{Course, Demo, IssueMix, Profile, Volume, WEEK_PERCENT};
use goody_domain::{Day, EventId, Instant, OrderEvent, OrderId, ReportZone, SlaPromises, Status, WireEvent};

use crate::Failure;

/// How many events an import stores together. The same as in `goody import`.
pub const BATCH: usize = 40_000;

const GIFTS: [&str; 12] = [
    "candle",
    "ceramics",
    "chocolate",
    "flowers",
    "framed-print",
    "hamper",
    "jewelry",
    "knitwear",
    "plant",
    "skincare",
    "stationery",
    "wine",
];

/// What orders to make up.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Another seed gives other orders.
    pub seed: u64,
    /// About how many orders, and hardly ever fewer.
    pub orders: u64,
    /// How many vendors they may be of.
    pub vendors: usize,
    /// Over how many days they are spread.
    pub days: u32,
    /// Where those days end.
    pub now: Instant,
}

/// Makes orders up.
#[derive(Debug)]
pub struct Generator {
    world: Demo,
    begins: Day,
    now: Instant,
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// How many orders.
    pub orders: u64,
    /// How many events.
    pub events: u64,
    /// How many orders had been placed after each whole batch of [`BATCH`] events.
    pub orders_begun: Vec<u64>,
}

impl Written {
    /// Where the last tenth begins: after so many whole batches. `None` where it is too short to be measured.
    pub fn tail(&self) -> Option<usize> {
        let whole = self.orders_begun.len();
        let tail = whole - whole * 9 / 10;
        (tail >= 3).then_some(whole - tail)
    }
}

impl Generator {
    /// A generator of these orders.
    pub fn new(shape: Shape) -> Result<Self, Failure> {
        let begins = ReportZone::utc().day(shape.now).plus(-i32::try_from(shape.days)?);
        // A fiftieth more than asked for: demand is not the same every day.
        let demand = shape.orders * 102 * 1_000 / (u64::from(shape.days.max(1)) * WEEK_PERCENT);
        let profiles = (0..shape.vendors).map(profile).collect();
        Ok(Self { world: Demo::new(shape.seed, demand, profiles, begins)?, begins, now: shape.now })
    }

    /// The instant after which nothing happens.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The vendor with the `rank`-th most orders, from 0.
    pub fn vendor(rank: usize) -> String {
        format!("v-{:04}", rank + 1)
    }

    /// The kinds of gift.
    pub fn gifts() -> &'static [&'static str] {
        &GIFTS
    }

    /// Every event of every order, in the order of time.
    pub fn events(&self) -> impl Iterator<Item = OrderEvent> + '_ {
        self.world.events(self.begins, self.now)
    }

    /// The events of an order up to one of them, in the order of time.
    pub fn events_until(&self, order_id: &OrderId, last: &EventId) -> Option<Vec<OrderEvent>> {
        let mut events = self.world.timeline_of(order_id)?;
        events.truncate(events.iter().position(|event| event.event_id == *last)? + 1);
        Some(events)
    }

    /// Writes every event as a line of NDJSON.
    pub fn write(&self, out: &mut impl Write) -> Result<Written, Failure> {
        let mut written = Written::default();
        for event in self.events() {
            serde_json::to_writer(&mut *out, &WireEvent::from(&event))?;
            out.write_all(b"\n")?;
            written.events += 1;
            written.orders += u64::from(event.status() == Status::Placed);
            if written.events.is_multiple_of(BATCH as u64) {
                written.orders_begun.push(written.orders);
            }
        }
        out.flush()?;
        Ok(written)
    }
}

/// The last event of each order among some, in the order in which the orders first occur.
pub fn last_events(events: &[OrderEvent]) -> Vec<(&OrderId, &EventId)> {
    let mut places: HashMap<&OrderId, usize> = HashMap::with_capacity(events.len());
    let mut last: Vec<(&OrderId, &EventId)> = Vec::with_capacity(events.len());
    for event in events {
        let place = *places.entry(&event.order_id).or_insert(last.len());
        match last.get_mut(place) {
            Some((_, known)) => *known = &event.event_id,
            None => last.push((&event.order_id, &event.event_id)),
        }
    }
    last
}

/// What the vendor of a rank is like: most are good, a few are bad.
fn profile(rank: usize) -> Profile {
    let vendor_id = Generator::vendor(rank);
    let gifts = (0..=rank % 3).map(|kind| GIFTS[(rank * 7 + kind * 5) % GIFTS.len()].to_owned());
    // Zipf–Mandelbrot with exponent 1.25, in whole numbers, which are the same on every machine.
    let shifted = rank as u64 + 4;
    let share = 1_000_000_000_000 / (shifted * (shifted << 32).isqrt().isqrt());
    // Vendors side by side are unlike each other.
    let (good, punctual) = ((rank * 37 % 101) as f64 / 100.0, (rank * 53 % 103) as f64 / 102.0);
    Profile {
        name: format!("Vendor {}", rank + 1),
        vendor_id,
        category: GIFTS[rank % GIFTS.len()].to_owned(),
        support_contact: "support@vendor.example".to_owned(),
        contract_days: 400,
        sla_promises: SlaPromises { standard_delivery: 2 + (rank % 3) as u16, rush_delivery: 1 },
        volume: Volume::Exactly(share),
        reliability: 0.99 - 0.25 * (1.0 - good) * (1.0 - good),
        course: Course::Stable,
        late: 0.03 + 0.3 * (1.0 - punctual) * (1.0 - punctual),
        issues: IssueMix { damaged: 45, lost: 20, undeliverable: 15, returned: 20 },
        gift_types: gifts.collect(),
        gift_value: (1_500, 13_500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator() -> Generator {
        let now = Instant::parse("2026-03-01T12:00:00Z").unwrap();
        Generator::new(Shape { seed: 42, orders: 3_000, vendors: 1_600, days: 730, now }).unwrap()
    }

    #[test]
    fn there_are_as_many_orders_as_asked_for() {
        let generator = generator();
        let placed = generator.events().filter(|event| event.status() == Status::Placed).count();
        assert!((3_000..3_200).contains(&placed), "{placed} orders");
    }

    #[test]
    fn every_line_is_an_event_and_every_status_occurs() {
        let generator = generator();
        let mut lines = Vec::new();
        generator.write(&mut lines).unwrap();
        let mut statuses: Vec<Status> = Vec::new();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            statuses.push(OrderEvent::parse(line, generator.now()).unwrap().status());
        }
        statuses.sort_unstable();
        statuses.dedup();
        assert_eq!(statuses, Status::ALL);
    }

    #[test]
    fn an_order_is_told_up_to_its_last_event_of_a_batch() {
        let generator = generator();
        let events: Vec<OrderEvent> = generator.events().collect();
        let orders = last_events(&events);
        let told = orders.iter().map(|(order, last)| generator.events_until(order, last).unwrap().len()).sum::<usize>();
        assert_eq!(told, events.len());
    }
}
