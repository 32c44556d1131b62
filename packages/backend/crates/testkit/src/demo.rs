//! The demo events that a new database begins with: three weeks of ten vendors, up to the frozen now.
//!
//! A pure function: the same bytes on every machine. Each vendor has a character, so that the pages have something to say.

use goody_domain::{Currency, EventId, Fact, GiftType, Instant, OrderEvent, Placement, Status};

use crate::{ndjson, now, order_id, vendor_id};

/// Orders in the file.
const ORDERS: u64 = 320;
/// Days that they were placed in, the last of them today.
const DAYS: u64 = 21;
const HOUR: i64 = 3_600;

/// A vendor: id, kind of gift, share of all orders, and in percent: how many of its orders come to a good end in the first
/// week, how much that changes in three weeks, and how many are late.
type Character = (&'static str, &'static str, u64, i64, i64, u64);

const VENDORS: [Character; 10] = [
    ("bloom-and-branch", "flowers", 28, 98, 0, 4),
    ("north-sea-chocolates", "chocolate", 20, 97, 0, 8),
    ("paper-lantern", "stationery", 10, 96, 1, 6),
    ("golden-crust-bakery", "food", 12, 95, -50, 20),
    ("little-cedar-toys", "toys", 8, 88, 0, 30),
    ("fjord-knitwear", "clothing", 7, 88, 8, 12),
    ("sunroom-ceramics", "ceramics", 6, 78, -6, 35),
    ("harbour-candles", "candles", 6, 70, 26, 18),
    ("velvet-box", "jewellery", 4, 78, 0, 30),
    ("far-orchard", "food", 2, 62, 0, 45),
];

/// Numbers that look random and never change: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    /// Seconds from so many hours to so many.
    fn hours(&mut self, from: i64, to: i64) -> i64 {
        from * HOUR + self.roll(((to - from) * HOUR) as u64) as i64
    }
}

/// The demo events as NDJSON, in the order they happened.
pub fn demo_events() -> String {
    let mut events: Vec<OrderEvent> = (0..ORDERS).flat_map(order).filter(|event| event.occurred_at <= now()).collect();
    events.sort_by(|a, b| (a.occurred_at, &a.order_id, &a.event_id).cmp(&(b.occurred_at, &b.order_id, &b.event_id)));
    ndjson(&events)
}

/// The story of one order, told to its end.
fn order(number: u64) -> Vec<OrderEvent> {
    let mut dice = Dice(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let vendor = vendor(dice.roll(VENDORS.iter().map(|vendor| vendor.2).sum()));
    let day = number * DAYS / ORDERS;
    let placed_at = midnight_of_day(day).plus_seconds(dice.hours(7, 22));
    let is_rush = dice.roll(100) < 15;
    let days = if is_rush { 1 } else { 2 + dice.roll(3) as i64 };
    let promise = evening(placed_at, days);
    let placement = Placement {
        vendor_id: vendor_id(vendor.0),
        estimated_delivery: Some(promise),
        ship_by: Some(evening(placed_at, 0).plus_seconds(if is_rush { 0 } else { 24 * HOUR })),
        gift_value: Some(1_500 + 50 * dice.roll(250) as i64),
        currency: Currency::default(),
        gift_type: Some(GiftType::parse(vendor.1).unwrap()),
        is_rush,
    };
    let mut told = Telling { number, events: Vec::new() };
    told.event(Fact::Placed(placement), placed_at, None);
    if dice.roll(100) < 3 {
        told.became(Status::Cancelled, placed_at.plus_seconds(dice.hours(1, 10)), Some("changed their mind"));
        return told.events;
    }
    let shipped_at = placed_at.plus_seconds(if is_rush { dice.hours(2, 6) } else { dice.hours(5, 26) });
    told.became(Status::ShippingOnTime, shipped_at, None);
    if days > 2 {
        told.became(Status::ShippingOnTime, shipped_at.plus_seconds(dice.hours(8, 18)), None);
    }
    let goes_well = vendor.3 + vendor.4 * day as i64 / DAYS as i64;
    if (dice.roll(100) as i64) < goes_well {
        arrive(&mut told, &mut dice, vendor.5, promise);
    } else {
        fail(&mut told, &mut dice, promise);
    }
    told.events
}

fn arrive(told: &mut Telling, dice: &mut Dice, late: u64, promise: Instant) {
    let late_by = dice.hours(6, 72);
    if dice.roll(100) >= late {
        told.became(Status::Arrived, promise.plus_seconds(-dice.hours(1, 20)), None);
        return;
    }
    let reason = ["sorting backlog", "weather", "address check"][dice.roll(3) as usize];
    told.became(Status::ShippingDelayed, promise.plus_seconds(-dice.hours(1, 9)), Some(reason));
    told.became(Status::Arrived, promise.plus_seconds(late_by), None);
}

/// Failures are known later than arrivals.
fn fail(told: &mut Telling, dice: &mut Dice, promise: Instant) {
    let known_at = promise.plus_seconds(dice.hours(48, 168));
    told.became(Status::ShippingDelayed, promise.plus_seconds(-dice.hours(1, 6)), Some("no scan"));
    match dice.roll(10) {
        0..4 => told.became(Status::Lost, known_at, Some("no scan for 72 h")),
        4..7 => {
            told.became(Status::Arrived, promise.plus_seconds(dice.hours(1, 12)), None);
            told.became(Status::Damaged, known_at, Some("reported broken by the customer"));
        }
        7..9 => told.became(Status::Undeliverable, known_at, Some("nobody there, three attempts")),
        _ => told.became(Status::ReturnToSender, known_at, Some("address unknown")),
    }
}

fn vendor(place: u64) -> &'static Character {
    let mut before = 0;
    let found = VENDORS.iter().find(|vendor| {
        before += vendor.2;
        place < before
    });
    found.expect("shares add up")
}

fn midnight(instant: Instant) -> Instant {
    Instant::from_micros(instant.micros() - instant.micros().rem_euclid(24 * HOUR * 1_000_000))
}

fn midnight_of_day(day: u64) -> Instant {
    midnight(now()).plus_seconds((day as i64 + 1 - DAYS as i64) * 24 * HOUR)
}

/// 20:00 in UTC, so many days later.
fn evening(instant: Instant, days: i64) -> Instant {
    midnight(instant).plus_seconds((days * 24 + 20) * HOUR)
}

struct Telling {
    number: u64,
    events: Vec<OrderEvent>,
}

impl Telling {
    fn became(&mut self, status: Status, at: Instant, reason: Option<&str>) {
        self.event(Fact::Became(status, None), at, reason);
    }

    fn event(&mut self, fact: Fact, occurred_at: Instant, reason: Option<&str>) {
        let carriers = ["Northline", "Swift & Sons", "Postal"];
        let is_placed = matches!(fact, Fact::Placed(_));
        self.events.push(OrderEvent {
            event_id: EventId::parse(&format!("demo-{}", self.events.len() + 1)).unwrap(),
            order_id: order_id(&format!("demo-{:04}", self.number + 1)),
            occurred_at,
            fact,
            carrier: (!is_placed).then(|| carriers[(self.number % 3) as usize].to_owned()),
            tracking_number: (!is_placed).then(|| format!("T{:08}", 10_000_019 * (self.number + 1) % 100_000_000)),
            reason: reason.map(str::to_owned),
            is_backfilled: true,
        });
    }
}
