//! Worlds: made-up vendors whose failures are known, to judge the detection by. They share nothing with the fleets by which its constants
//! were chosen.

use std::io::Write;

use goody_domain::{Day, Instant, ReportZone};

use crate::Failure;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// No vendor fails before this day of a world: a baseline needs a month.
pub const FIRST_FAILURE: i32 = 50;
/// Days between two failures of a vendor, at least.
const BETWEEN: f64 = 60.0;

/// How a vendor fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It misses 30 points more.
    Drop,
    /// Nothing arrives.
    Stall,
    /// Most orders arrive late, and few much later.
    LateSurge,
    /// Most rush orders are missed.
    Rush,
    /// It misses one point more each day.
    Ramp,
}

impl Kind {
    /// All kinds, with their names.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Drop, "drop"),
        (Self::Stall, "stall"),
        (Self::LateSurge, "late surge"),
        (Self::Rush, "rush"),
        (Self::Ramp, "slow ramp"),
    ];
}

/// A time in which a vendor fails: the orders placed on these days.
#[derive(Clone, Copy, Debug)]
pub struct Failing {
    /// How.
    pub kind: Kind,
    /// From the start of this day of the world on.
    pub from: i32,
    /// Up to the start of this one.
    pub to: i32,
}

/// A vendor of a world.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// Its orders a day.
    pub orders: f64,
    /// The share of promises that it usually misses.
    rate: f64,
    /// Its failures, the earliest first.
    pub failures: Vec<Failing>,
}

/// Vendors, and the first day of their orders.
#[derive(Clone, Debug)]
pub struct MadeUpFleet {
    /// The first day.
    pub first_day: Day,
    /// How many days it has.
    pub days: i32,
    /// The vendors.
    pub vendors: Vec<Vendor>,
    seed: u64,
}

impl MadeUpFleet {
    /// A world of vendors with these orders a day in turn, each of which fails so many times a year. It ends with the day before `until`.
    pub fn new(seed: u64, vendors: usize, volumes: &[f64], failures_a_year: f64, (days, until): (i32, Day)) -> Self {
        let mut random = Random(seed);
        let vendor = |number: usize| {
            let orders = volumes[number % volumes.len()];
            let rate = 0.03 + 0.12 * random.next();
            let (mut failures, mut day) = (Vec::new(), f64::from(FIRST_FAILURE));
            loop {
                day += if failures_a_year == 0.0 { f64::INFINITY } else { random.exponential(365.0 / failures_a_year) };
                if day + 5.0 > f64::from(days) {
                    break;
                }
                let (kind, _) = Kind::ALL[random.below(Kind::ALL.len())];
                let length = match kind {
                    Kind::Stall => 3 + random.below(5),
                    Kind::Ramp => 30,
                    Kind::Drop | Kind::LateSurge | Kind::Rush => 7 + random.below(35),
                };
                failures.push(Failing { kind, from: day as i32, to: (day as i32 + length as i32).min(days) });
                day += length as f64 + BETWEEN;
            }
            Vendor { id: format!("w-{number:04}"), orders, rate, failures }
        };
        let vendors = (0..vendors).map(vendor).collect();
        Self { first_day: until.plus(-days), days, vendors, seed }
    }

    /// Writes the events of all orders, up to the end of the world. Returns how many orders there are.
    pub fn write(&self, out: &mut impl Write) -> Result<u64, Failure> {
        let mut random = Random(self.seed ^ 0x5eed);
        let (zone, mut number) = (ReportZone::utc(), 0);
        let end = zone.start(self.first_day.plus(self.days));
        for vendor in &self.vendors {
            for day in 0..self.days {
                let midnight = zone.start(self.first_day.plus(day));
                let weekday = if (self.first_day.number() + day + 3).rem_euclid(7) < 5 { 1.1 } else { 0.75 };
                for _ in 0..random.count(vendor.orders * weekday) {
                    number += 1;
                    Order::new(vendor, day, midnight, &mut random).write(number, &vendor.id, end, out)?;
                }
            }
        }
        Ok(number)
    }
}

/// One order: what happens to it.
struct Order {
    placed: Instant,
    promise: Instant,
    is_rush: bool,
    /// When it ends, and in which status; `None` if nothing is heard of it.
    end: Option<(Instant, &'static str)>,
}

impl Order {
    fn new(vendor: &Vendor, day: i32, midnight: Instant, random: &mut Random) -> Self {
        let placed = midnight.plus_seconds((random.next() * DAY as f64) as i64);
        let is_rush = random.next() < 0.2;
        let promised_days = if is_rush { 1 } else { 2 + random.below(3) as i64 };
        let promise = midnight.plus_seconds(promised_days * DAY + 20 * HOUR);
        let failing = vendor.failures.iter().find(|failing| (failing.from..failing.to).contains(&day));
        let rate = match failing.map(|failing| (failing.kind, day - failing.from)) {
            Some((Kind::Drop, _)) => vendor.rate + 0.3,
            Some((Kind::LateSurge, _)) => 0.7,
            Some((Kind::Rush, _)) if is_rush => 0.7,
            Some((Kind::Ramp, days)) => vendor.rate + 0.01 * f64::from(days + 1),
            _ => vendor.rate,
        };
        let end = if failing.is_some_and(|failing| failing.kind == Kind::Stall) {
            None
        } else if random.next() >= rate {
            let early = (random.next() * 18.0 * HOUR as f64) as i64;
            Some((promise.plus_seconds(-early).max(placed.plus_seconds(HOUR)), "ARRIVED"))
        } else if random.next() < 0.15 {
            Some((promise.plus_seconds(4 * DAY), "LOST"))
        } else {
            Some((promise.plus_seconds(60 + random.exponential(30.0 * HOUR as f64) as i64), "ARRIVED"))
        };
        Self { placed, promise, is_rush, end }
    }

    /// Writes the events before `until`.
    fn write(&self, number: u64, vendor: &str, until: Instant, out: &mut impl Write) -> Result<(), Failure> {
        let Self { placed, promise, is_rush, end } = self;
        writeln!(
            out,
            "{{\"eventId\":\"1\",\"orderId\":\"w-{number}\",\"vendorId\":\"{vendor}\",\"status\":\"PLACED\",\"occurredAt\":\"{placed}\",\
             \"estimatedDelivery\":\"{promise}\",\"isRush\":{is_rush}}}"
        )?;
        if let Some((at, status)) = end.filter(|(at, _)| *at < until) {
            writeln!(
                out,
                "{{\"eventId\":\"2\",\"orderId\":\"w-{number}\",\"status\":\"{status}\",\"occurredAt\":\"{at}\"}}"
            )?;
        }
        Ok(())
    }
}

/// The SplitMix64 generator (G. Steele, D. Lea, C. Flood, 2014): equal worlds on every machine.
struct Random(u64);

impl Random {
    /// A number from 0 up to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number from 0 up to `limit`.
    fn below(&mut self, limit: usize) -> usize {
        (self.next() * limit as f64) as usize
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.next()).ln()
    }

    /// A Poisson number.
    fn count(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.next(), 0);
        while product > limit {
            product *= self.next();
            count += 1;
        }
        count
    }
}
