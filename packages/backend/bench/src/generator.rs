//! Made-up orders: two years of them (or as many days as asked), ending now.
//!
//! Each order's whole story is a pure function of the shape and the order's number, so nothing is held but the events that
//! are still to come of orders already begun. It never reads a clock, and no event lies after the shape's `now`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;

use goody_domain::{
    Currency, EventId, Fact, GiftType, Instant, OrderEvent, OrderId, Placement, ReportZone, Status, VendorId, WireEvent,
};

use crate::Failure;

/// How many events an import stores together. The same as in `goody import`.
pub const BATCH: usize = 20_000;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
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
const CARRIERS: [&str; 4] = ["northwind", "parcelway", "bluepost", "swift-courier"];

/// What orders to make up.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Another seed gives other orders.
    pub seed: u64,
    /// How many orders.
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
    shape: Shape,
    /// In seconds since 1970.
    start: i64,
    /// In seconds since 1970.
    now: i64,
    /// The share of each vendor, summed up to it.
    shares: Vec<u64>,
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
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

/// What is settled of an order: what its events are made from. Seconds since 1970.
struct Story {
    placed_at: i64,
    vendor: usize,
    gift: usize,
    promise: i64,
    is_rush: bool,
    gift_value: i64,
    carrier: usize,
    /// What becomes of it, until now, in the order of time.
    steps: Vec<(i64, Status)>,
}

/// How good a vendor is, in shares of a thousand.
struct Profile {
    issues: u64,
    late: u64,
}

impl Generator {
    /// A generator of these orders.
    pub fn new(shape: Shape) -> Self {
        let now = shape.now.micros().div_euclid(1_000_000);
        let mut sum = 0;
        let shares = (1..=shape.vendors as u64).map(|rank| {
            // Zipf–Mandelbrot with exponent 1.25, in whole numbers, which are the same on every machine.
            let shifted = rank + 3;
            sum += 1_000_000_000_000 / (shifted * (shifted << 32).isqrt().isqrt());
            sum
        });
        Self { shares: shares.collect(), start: now - i64::from(shape.days) * DAY, now, shape }
    }

    /// What orders these are.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The vendor with the `rank`-th most orders, from 0.
    pub fn vendor(rank: usize) -> String {
        format!("v-{:04}", rank + 1)
    }

    /// The kinds of gift.
    pub fn gifts() -> &'static [&'static str] {
        &GIFTS
    }

    /// All events of an order up to now, in the order of time.
    pub fn events_of(&self, number: u64) -> Result<Vec<OrderEvent>, Failure> {
        let story = self.story(number);
        (0..=story.steps.len()).map(|place| event(number, &story, place)).collect()
    }

    /// Every event of every order, in the order of time.
    pub fn events(&self) -> Events<'_> {
        Events { generator: self, next: 0, pending: BinaryHeap::new() }
    }

    /// Writes every event as a line of NDJSON.
    pub fn write(&self, out: &mut impl Write) -> Result<Written, Failure> {
        let mut written = Written::default();
        let mut orders = 0;
        for place in self.events() {
            let event = event(place.number, &self.story(place.number), place.event)?;
            serde_json::to_writer(&mut *out, &WireEvent::from(&event))?;
            out.write_all(b"\n")?;
            written.events += 1;
            orders = orders.max(place.number + 1);
            if written.events.is_multiple_of(BATCH as u64) {
                written.orders_begun.push(orders);
            }
        }
        out.flush()?;
        Ok(written)
    }

    fn placed_at(&self, number: u64, dice: &mut Dice) -> i64 {
        let span = u64::from(self.shape.days) * DAY as u64;
        let orders = self.shape.orders.max(1);
        // Each order has its own stretch of the days, so that they are placed in the order of their numbers.
        self.start + ((number * span + dice.below(span)) / orders) as i64
    }

    fn profile(&self, vendor: usize) -> Profile {
        let mut dice = Dice::new(self.shape.seed ^ 0x7665_6e64_6f72, vendor as u64);
        // Most are good, a few are bad.
        Profile { issues: 10 + dice.below(18).pow(2) / 2 + dice.below(60), late: 30 + dice.below(18).pow(2) }
    }

    fn story(&self, number: u64) -> Story {
        let mut dice = Dice::new(self.shape.seed, number);
        let placed_at = self.placed_at(number, &mut dice);
        let vendor = {
            let share = dice.below(self.shares.last().copied().unwrap_or(1));
            self.shares.partition_point(|until| *until <= share)
        };
        let gift = (vendor * 7 + dice.below(1 + vendor as u64 % 3) as usize * 5) % GIFTS.len();
        let is_rush = dice.below(100) < 15;
        let promise = placed_at + if is_rush { DAY } else { (2 + dice.below(3) as i64) * DAY };
        let mut story = Story {
            placed_at,
            vendor,
            gift,
            promise,
            is_rush,
            gift_value: 1_500 + dice.below(12_000) as i64,
            carrier: dice.below(CARRIERS.len() as u64) as usize,
            steps: Vec::with_capacity(4),
        };
        self.fate(&mut story, &mut dice);
        story.steps.retain(|(at, _)| *at <= self.now);
        story
    }

    /// What becomes of an order, if there is time enough.
    fn fate(&self, story: &mut Story, dice: &mut Dice) {
        let profile = self.profile(story.vendor);
        let (placed_at, promise) = (story.placed_at, story.promise);
        let steps = &mut story.steps;
        match dice.below(1_000) {
            0 => return,
            1..=30 => return steps.push((placed_at + dice.between(HOUR, 20 * HOUR), Status::Cancelled)),
            _ => {}
        }
        let shipped =
            placed_at + if story.is_rush { dice.between(HOUR, 10 * HOUR) } else { dice.between(4 * HOUR, 36 * HOUR) };
        steps.push((shipped, Status::ShippingOnTime));
        if dice.below(1_000) == 0 {
            return;
        }
        let is_late = dice.below(1_000) < profile.late;
        let arrival = if is_late {
            promise + dice.between(HOUR / 2, 72 * HOUR)
        } else {
            dice.between(shipped + (promise - shipped) / 3, promise)
        };
        if is_late && dice.below(10) < 7 {
            let told = (promise - dice.between(HOUR, 20 * HOUR)).max(shipped + HOUR / 2);
            steps.push((told, Status::ShippingDelayed));
        }
        if dice.below(1_000) >= profile.issues {
            return steps.push((arrival, Status::Arrived));
        }
        // Failures are known later than arrivals.
        match dice.below(100) {
            0..35 => steps
                .extend([(arrival, Status::Arrived), (arrival + dice.between(2 * HOUR, 50 * HOUR), Status::Damaged)]),
            35..45 => steps.push((arrival, Status::Damaged)),
            45..65 => steps.push((arrival.max(promise) + dice.between(5 * DAY, 10 * DAY), Status::Lost)),
            65..80 => steps.push((arrival + dice.between(DAY, 2 * DAY), Status::Undeliverable)),
            _ => steps.push((arrival + dice.between(3 * DAY, 6 * DAY), Status::ReturnToSender)),
        }
    }
}

/// An event by its place: the order's number, and the event's place in the order's story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPlace {
    /// When it occurs, in seconds since 1970.
    at: i64,
    /// Which order.
    pub number: u64,
    /// Which of its events, from 0.
    pub event: usize,
}

/// See [`Generator::events`].
#[derive(Debug)]
pub struct Events<'g> {
    generator: &'g Generator,
    /// The next order to begin.
    next: u64,
    /// Events still to come of the orders that have begun.
    pending: BinaryHeap<Reverse<EventPlace>>,
}

impl Iterator for Events<'_> {
    type Item = EventPlace;

    fn next(&mut self) -> Option<EventPlace> {
        let Shape { seed, orders, .. } = self.generator.shape;
        // Every order placed until the next event has to have begun before it.
        while self.next < orders {
            let placed_at = self.generator.placed_at(self.next, &mut Dice::new(seed, self.next));
            if self.pending.peek().is_some_and(|Reverse(first)| first.at < placed_at) {
                break;
            }
            let number = self.next;
            let story = self.generator.story(number);
            let times = std::iter::once(placed_at).chain(story.steps.iter().map(|(at, _)| *at));
            self.pending.extend(times.enumerate().map(|(event, at)| Reverse(EventPlace { at, number, event })));
            self.next += 1;
        }
        self.pending.pop().map(|Reverse(first)| first)
    }
}

fn event(number: u64, story: &Story, place: usize) -> Result<OrderEvent, Failure> {
    let placed_at = instant(story.placed_at);
    let day = ReportZone::utc().day(placed_at).to_string().replace('-', "");
    let (at, status) = match place.checked_sub(1) {
        None => (story.placed_at, Status::Placed),
        Some(step) => story.steps.get(step).copied().ok_or("an order has no such event")?,
    };
    let fact = match status {
        Status::Placed => Fact::Placed(Placement {
            vendor_id: VendorId::parse(&Generator::vendor(story.vendor))?,
            estimated_delivery: Some(instant(story.promise)),
            ship_by: Some(instant(story.placed_at + DAY)),
            gift_value: Some(story.gift_value),
            currency: Currency::default(),
            gift_type: Some(GiftType::parse(GIFTS[story.gift])?),
            is_rush: story.is_rush,
        }),
        status => Fact::Became(status, None),
    };
    let is_shipping = status == Status::ShippingOnTime;
    Ok(OrderEvent {
        event_id: EventId::parse(&format!("e{place}"))?,
        order_id: OrderId::parse(&format!("g-{day}-{number:08}"))?,
        occurred_at: instant(at),
        fact,
        carrier: is_shipping.then(|| CARRIERS[story.carrier].to_owned()),
        tracking_number: is_shipping.then(|| format!("1Z{:010}", number)),
        reason: reason(status).map(ToOwned::to_owned),
        is_backfilled: false,
    })
}

fn reason(status: Status) -> Option<&'static str> {
    match status {
        Status::ShippingDelayed => Some("carrier backlog"),
        Status::Lost => Some("no scan for five days"),
        Status::Damaged => Some("box crushed"),
        Status::Undeliverable => Some("nobody at the address"),
        Status::ReturnToSender => Some("refused by the recipient"),
        Status::Cancelled => Some("customer changed their mind"),
        _ => None,
    }
}

fn instant(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000)
}

/// SplitMix64: small, good enough, and the same everywhere. <https://prng.di.unimi.it/splitmix64.c>
struct Dice(u64);

impl Dice {
    fn new(seed: u64, number: u64) -> Self {
        let mut dice = Self(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        Self(dice.next() ^ number)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `bound`, which is small beside 2⁶⁴.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// From `from` to below `to`.
    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from).max(1) as u64) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator() -> Generator {
        let now = Instant::parse("2026-03-01T12:00:00Z").unwrap();
        Generator::new(Shape { seed: 42, orders: 3_000, vendors: 1_600, days: 730, now })
    }

    #[test]
    fn events_come_in_the_order_of_time_and_none_is_in_the_future() {
        let generator = generator();
        let mut last = i64::MIN;
        let mut seen = vec![0; 3_000];
        for place in generator.events() {
            assert!(last <= place.at, "{place:?} comes after an event at {last}");
            assert_eq!(seen[place.number as usize], place.event, "the events of order {} are mixed up", place.number);
            seen[place.number as usize] += 1;
            last = place.at;
        }
        assert!(instant(last) <= generator.shape().now);
        assert!(seen.iter().all(|events| *events > 0), "an order was left out");
        assert_eq!(seen.iter().sum::<usize>(), generator.write(&mut Vec::new()).unwrap().events as usize);
    }

    #[test]
    fn every_line_is_an_event_and_every_status_occurs() {
        let generator = generator();
        let mut lines = Vec::new();
        generator.write(&mut lines).unwrap();
        let mut statuses: Vec<Status> = Vec::new();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            statuses.push(OrderEvent::parse(line, generator.shape().now).unwrap().status());
        }
        statuses.sort_unstable();
        statuses.dedup();
        assert_eq!(statuses, Status::ALL);
    }

    #[test]
    fn the_same_shape_gives_the_same_bytes() {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        generator().write(&mut one).unwrap();
        generator().write(&mut other).unwrap();
        assert!(one == other);
    }
}
