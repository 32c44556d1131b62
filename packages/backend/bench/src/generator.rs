//! Generated orders like those of the simulator, with many vendors: by default of the last two years.

use std::collections::HashMap;
use std::io::Write;

use goody_application::demo::{Course, Demo, IssueMix, Profile, Volume, WEEK_PERCENT};
use goody_domain::{Day, EventId, Instant, OrderEvent, OrderId, ReportZone, SlaPromises, Status, WireEvent};

use crate::Failure;

/// The number of events that an import stores in one transaction. It equals that of `goody import`.
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

/// Which orders to generate.
#[derive(Clone, Copy, Debug)]
pub struct GeneratorSettings {
    /// A different seed gives different orders.
    pub seed: u64,
    /// The approximate number of orders. The result is rarely smaller.
    pub orders: u64,
    /// The maximum number of vendors.
    pub vendors: usize,
    /// The number of days of the orders.
    pub days: u32,
    /// The end of these days.
    pub now: Instant,
}

/// Generates orders.
#[derive(Debug)]
pub struct Generator {
    demo: Demo,
    first_day: Day,
    now: Instant,
}

/// The counts of written orders and events.
#[derive(Clone, Debug, Default)]
pub struct WrittenEvents {
    /// The number of orders.
    pub orders: u64,
    /// The number of events.
    pub events: u64,
    /// The cumulative number of orders after each full batch of [`BATCH`] events.
    pub orders_placed: Vec<u64>,
}

impl WrittenEvents {
    /// The number of full batches before the last tenth. `None` if the last tenth is too short for a measurement.
    pub fn tail(&self) -> Option<usize> {
        let batches = self.orders_placed.len();
        let tail = batches - batches * 9 / 10;
        (tail >= 3).then_some(batches - tail)
    }
}

impl Generator {
    /// A generator with these settings.
    pub fn new(settings: GeneratorSettings) -> Result<Self, Failure> {
        let first_day = ReportZone::utc().day(settings.now).plus(-i32::try_from(settings.days)?);
        // The demand is 2 % higher than requested, because it varies from day to day.
        let demand = settings.orders * 102 * 1_000 / (u64::from(settings.days.max(1)) * WEEK_PERCENT);
        let profiles = (0..settings.vendors).map(profile).collect();
        Ok(Self { demo: Demo::new(settings.seed, demand, profiles, first_day)?, first_day, now: settings.now })
    }

    /// The end of the generated time. No event occurs later.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The vendor with the `rank`-th most orders, from 0.
    pub fn vendor(rank: usize) -> String {
        format!("v-{:04}", rank + 1)
    }

    /// All gift types.
    pub fn gifts() -> &'static [&'static str] {
        &GIFTS
    }

    /// Every event of every order, sorted by time.
    pub fn events(&self) -> impl Iterator<Item = OrderEvent> + '_ {
        self.demo.events(self.first_day, self.now)
    }

    /// The events of an order up to and including `last`, sorted by time.
    pub fn events_until(&self, order_id: &OrderId, last: &EventId) -> Option<Vec<OrderEvent>> {
        let mut events = self.demo.timeline_of(order_id)?;
        events.truncate(events.iter().position(|event| event.event_id == *last)? + 1);
        Some(events)
    }

    /// Writes every event as NDJSON.
    pub fn write(&self, out: &mut impl Write) -> Result<WrittenEvents, Failure> {
        let mut written = WrittenEvents::default();
        for event in self.events() {
            serde_json::to_writer(&mut *out, &WireEvent::from(&event))?;
            out.write_all(b"\n")?;
            written.events += 1;
            written.orders += u64::from(event.status() == Status::Placed);
            if written.events.is_multiple_of(BATCH as u64) {
                written.orders_placed.push(written.orders);
            }
        }
        out.flush()?;
        Ok(written)
    }
}

/// The last event of each order in `events`. The orders are sorted by their first event.
pub fn last_events(events: &[OrderEvent]) -> Vec<(&OrderId, &EventId)> {
    let mut indexes: HashMap<&OrderId, usize> = HashMap::with_capacity(events.len());
    let mut last: Vec<(&OrderId, &EventId)> = Vec::with_capacity(events.len());
    for event in events {
        let index = *indexes.entry(&event.order_id).or_insert(last.len());
        match last.get_mut(index) {
            Some((_, event_id)) => *event_id = &event.event_id,
            None => last.push((&event.order_id, &event.event_id)),
        }
    }
    last
}

/// The profile of the vendor of a rank: most vendors are reliable, a few are not.
fn profile(rank: usize) -> Profile {
    let vendor_id = Generator::vendor(rank);
    let gifts = (0..=rank % 3).map(|kind| GIFTS[(rank * 7 + kind * 5) % GIFTS.len()].to_owned());
    // Zipf–Mandelbrot law with exponent 1.25, in integers, so that the result is equal on every machine.
    let shifted = rank as u64 + 4;
    let share = 1_000_000_000_000 / (shifted * (shifted << 32).isqrt().isqrt());
    // Vendors of adjacent ranks have different profiles.
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
        late_handover: 0.02 + 0.2 * (1.0 - punctual) * (1.0 - punctual),
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
        Generator::new(GeneratorSettings { seed: 42, orders: 3_000, vendors: 1_600, days: 730, now }).unwrap()
    }

    #[test]
    fn the_number_of_orders_is_as_requested() {
        let generator = generator();
        let placed = generator.events().filter(|event| event.status() == Status::Placed).count();
        assert!((3_000..3_200).contains(&placed), "{placed} orders");
    }

    #[test]
    fn every_line_is_a_valid_event_and_every_status_occurs() {
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
    fn events_until_includes_the_last_event_of_an_order() {
        let generator = generator();
        let events: Vec<OrderEvent> = generator.events().collect();
        let orders = last_events(&events);
        let count =
            orders.iter().map(|(order, last)| generator.events_until(order, last).unwrap().len()).sum::<usize>();
        assert_eq!(count, events.len());
    }
}
