//! The demo: generated vendors and orders, for demonstrations and benchmarks.
//!
//! All events of an order are a pure function of the seed, the order's id and its vendor's profile. So no state has to be stored:
//! the id of an order is enough to compute its next events. Only whole numbers and IEEE arithmetic are used, so that equal seeds
//! give equal bytes on every machine. The days of the demo are days in UTC.

mod profile;
mod rng;
mod scenario;
mod shipment;
mod timeline;

use goody_domain::{
    Currency, Day, Destination, Fact, GiftType, Instant, OrderEvent, OrderId, Placement, Status, Vendor, VendorId, fold,
};

pub use profile::{Course, IssueMix, Profile, Volume};
use rng::Rng;
pub use scenario::Scenario;
use shipment::{LAST_EVENT_DAYS, Shipment};
pub use timeline::Events;
use timeline::Timeline;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The demand of the demo: orders in 1,000 days, before the factor of the weekday.
const DEMO_DEMAND: u64 = 110_000;
/// The mean of the weekday factors over a week, in percent.
pub const WEEK_PERCENT: u64 = (5 * WEEKDAY + 2 * WEEKEND) / 7;
/// The factor of a day from Monday to Friday, in percent of the demand.
const WEEKDAY: u64 = 150;
/// The factor of a Saturday or Sunday, in percent of the demand.
const WEEKEND: u64 = 60;
/// The least and the greatest random factor of a day, in percent of the demand.
const DEMAND: (u64, u64) = (78, 121);
/// The weights of the hours of a day, with peaks at noon and in the evening.
const HOURS: [u64; 24] = [3, 2, 1, 1, 1, 2, 5, 10, 18, 26, 32, 38, 44, 40, 34, 32, 34, 38, 46, 54, 52, 40, 22, 10];
/// The time of day of every promise, in seconds since midnight.
const PROMISE_HOUR: i64 = 20 * HOUR;

/// The share of rush orders.
const RUSH: f64 = 0.15;
/// The share of cancelled orders.
const CANCELLED: f64 = 0.02;
/// How much a vendor's reliability changes in its course.
const COURSE: f64 = 0.1;
/// The length of a course, in days.
const COURSE_DAYS: i32 = 42;

/// Where orders are sent: country and region.
const DESTINATIONS: [(&str, &str); 12] = [
    ("US", "CA"),
    ("US", "TX"),
    ("US", "NY"),
    ("US", "FL"),
    ("US", "IL"),
    ("US", "WA"),
    ("US", "MA"),
    ("US", "CO"),
    ("US", "GA"),
    ("CA", "ON"),
    ("CA", "BC"),
    ("CA", "QC"),
];
const DESTINATION_WEIGHTS: [u64; 12] = [24, 17, 14, 12, 8, 6, 5, 4, 4, 4, 1, 1];

/// A vendor of the demo.
#[derive(Clone, Debug)]
struct Member {
    profile: Profile,
    vendor_id: VendorId,
    /// The first day of its course.
    course_start: Day,
    scenario: Option<(Scenario, Day)>,
}

impl Member {
    fn reliability(&self, day: Day) -> f64 {
        let progress =
            f64::from((day.number() - self.course_start.number()).clamp(0, COURSE_DAYS)) / f64::from(COURSE_DAYS);
        let usual = match self.profile.course {
            Course::Stable => self.profile.reliability,
            Course::Improving => self.profile.reliability - COURSE * (1.0 - progress),
            Course::Declining => self.profile.reliability - COURSE * progress,
        };
        match self.scenario {
            Some((Scenario::Drop, from)) if day >= from => usual.min(0.55),
            Some((Scenario::SlowDecline, from)) if day >= from => {
                (usual - 0.015 * f64::from(day.number() - from.number() + 1)).max(0.5)
            }
            _ => usual,
        }
    }

    fn late(&self, day: Day) -> f64 {
        match self.scenario {
            Some((Scenario::LateSurge, from)) if day >= from => 0.7,
            _ => self.profile.late,
        }
    }
}

/// The first random draws of an order, and the generator of the next ones.
struct OrderStart {
    rng: Rng,
    member: usize,
    placed_at: Instant,
}

/// Generated vendors and orders.
#[derive(Clone, Debug)]
pub struct Demo {
    seed: u64,
    /// Orders in 1,000 days, before the factor of the weekday.
    demand: u64,
    members: Vec<Member>,
    /// The cumulative shares of the vendors in the orders.
    shares: Vec<u64>,
}

impl Demo {
    /// A demo with these vendors, whose courses start on `course_start`. `demand` is the number of orders in 1,000 days; over
    /// whole weeks the demo has [`WEEK_PERCENT`] of it.
    ///
    /// # Errors
    /// A profile is invalid. The text names the vendor and the reason.
    pub fn new(seed: u64, demand: u64, profiles: Vec<Profile>, course_start: Day) -> Result<Self, String> {
        let member = |profile: Profile| {
            let vendor_id = profile.check().map_err(|reason| format!("vendor {}: {reason}", profile.vendor_id))?;
            Ok(Member { profile, vendor_id, course_start, scenario: None })
        };
        let members = profiles.into_iter().map(member).collect::<Result<Vec<_>, String>>()?;
        let shares = members.iter().scan(0, |sum, member| {
            *sum += member.profile.volume.share();
            Some(*sum)
        });
        Ok(Self { seed, demand, shares: shares.collect(), members })
    }

    /// The ten vendors of the demo.
    ///
    /// # Errors
    /// See [`Demo::new`].
    pub fn standard(seed: u64, course_start: Day) -> Result<Self, String> {
        const VENDORS: &str = include_str!("../../../../shared/fixtures/vendors.json");
        let profiles = serde_json::from_str(VENDORS).map_err(|error| error.to_string())?;
        Self::new(seed, DEMO_DEMAND, profiles, course_start)
    }

    /// The same demo with a scenario of a vendor: for the orders placed from that day on, or for the events from that day on if
    /// the vendor stalls.
    ///
    /// # Errors
    /// The vendor is unknown. The text lists the vendors.
    pub fn with(mut self, vendor_id: &str, scenario: Scenario, from: Day) -> Result<Self, String> {
        let known = self.members.iter().position(|member| member.profile.vendor_id == vendor_id);
        let Some(position) = known else {
            let known: Vec<&str> = self.members.iter().map(|member| member.profile.vendor_id.as_str()).collect();
            return Err(format!("there is no vendor {vendor_id}, only {}", known.join(", ")));
        };
        self.members[position].scenario = Some((scenario, from));
        Ok(self)
    }

    /// Sets the start of a vendor's course by the contract of the stored vendor, so that the demo continues one that was started
    /// earlier.
    pub fn continue_from(&mut self, vendor: &Vendor) {
        let known = self.members.iter_mut().find(|member| member.vendor_id == vendor.vendor_id);
        if let (Some(member), Some(start)) = (known, vendor.contract_start_date) {
            member.course_start = start.plus(member.profile.contract_days);
        }
    }

    /// The vendors, to be registered.
    pub fn vendors(&self) -> impl Iterator<Item = Vendor> + '_ {
        self.members.iter().map(|member| Vendor {
            vendor_id: member.vendor_id.clone(),
            name: member.profile.name.clone(),
            category: Some(member.profile.category.clone()),
            is_active: true,
            is_registered: true,
            support_contact: Some(member.profile.support_contact.clone()),
            contract_start_date: Some(member.course_start.plus(-member.profile.contract_days)),
            sla_promises: Some(member.profile.sla_promises),
        })
    }

    /// The events of the orders placed on `from` or later, up to an instant, sorted by time. Memory grows with the number of
    /// orders that are open at the same time.
    pub fn events(&self, from: Day, until: Instant) -> Events<'_> {
        Events::new(self, from, until)
    }

    /// How many orders are placed on a day.
    pub fn orders_on(&self, day: Day) -> u32 {
        let weekday = if is_weekend(day) { WEEKEND } else { WEEKDAY };
        let mut rng = Rng::new(self.seed, day, u32::MAX);
        let orders = self.demand * weekday * rng.between(DEMAND.0, DEMAND.1);
        // The remainder of the division is the chance of one more order.
        u32::try_from((orders + rng.below(10_000_000)) / 10_000_000).unwrap_or(u32::MAX)
    }

    /// All events of an order of this demo, future ones included; `None` for any other order.
    pub fn timeline_of(&self, order_id: &OrderId) -> Option<Vec<OrderEvent>> {
        let (day, number) = self.parse_id(order_id)?;
        if number < self.orders_on(day) { self.timeline(day, number) } else { None }
    }

    /// The day on which an order of this demo is placed.
    pub fn day_of(&self, order_id: &OrderId) -> Option<Day> {
        self.parse_id(order_id).map(|(day, _)| day)
    }

    /// Reads an id such as `s42-2026-03-01-0007`: the seed, the day, and the number of the order on that day.
    fn parse_id(&self, order_id: &OrderId) -> Option<(Day, u32)> {
        let rest = order_id.as_str().strip_prefix('s')?.strip_prefix(&self.seed.to_string())?.strip_prefix('-')?;
        let (day, number) = rest.rsplit_once('-')?;
        let is_plain = number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        Some((Day::parse(day).ok()?, number.parse().ok().filter(|_| is_plain)?))
    }

    /// The events up to an instant of each order that was placed before `from`, had ended, and has a further event from `from` on: a
    /// return, a refund or a replacement.
    pub fn ended_orders(&self, from: Day, until: Instant) -> impl Iterator<Item = Vec<OrderEvent>> + '_ {
        let promised_days = |member: &Member| i32::from(member.profile.sla_promises.standard_delivery);
        let longest = self.members.iter().map(promised_days).max().unwrap_or(0) + LAST_EVENT_DAYS;
        let placed = from.plus(-longest).to(from.plus(-1));
        let orders = placed.flat_map(|day| (0..self.orders_on(day)).map(move |number| (day, number)));
        orders.filter_map(move |(day, number)| {
            let mut events = self.timeline(day, number)?;
            events.truncate(events.partition_point(|event| event.occurred_at <= until));
            let (last, before) = events.split_last()?;
            let has_ended = || fold(&last.order_id, before).is_some_and(|order| order.completion.is_some());
            (last.occurred_at >= midnight(from) && has_ended()).then_some(events)
        })
    }

    fn order_start(&self, day: Day, number: u32) -> Option<OrderStart> {
        let mut rng = Rng::new(self.seed, day, number);
        let member = self.shares.partition_point({
            let drawn = rng.below(*self.shares.last()?);
            move |sum| *sum <= drawn
        });
        let hour = rng.weighted(&HOURS) as i64;
        let placed_at = midnight(day).plus_seconds(hour * HOUR + rng.below(HOUR as u64) as i64);
        Some(OrderStart { rng, member, placed_at })
    }

    fn timeline(&self, day: Day, number: u32) -> Option<Vec<OrderEvent>> {
        let OrderStart { mut rng, member, placed_at } = self.order_start(day, number)?;
        let member = self.members.get(member)?;
        let profile = &member.profile;
        let order_id = OrderId::parse(&format!("s{}-{day}-{number:04}", self.seed)).ok()?;

        let is_rush = rng.chance(RUSH);
        let sla = profile.sla_promises;
        let days = i64::from(if is_rush { sla.rush_delivery } else { sla.standard_delivery });
        let promise = midnight(day).plus_seconds(days * DAY + PROMISE_HOUR);
        let gift = rng.below(profile.gift_types.len() as u64) as usize;
        let (least, most) = profile.gift_value;
        let ship_by = placed_at.plus_seconds(if is_rush { 8 * HOUR } else { 36 * HOUR });
        let (country, region) = DESTINATIONS[rng.weighted(&DESTINATION_WEIGHTS)];
        let placement = Placement {
            estimated_delivery: Some(promise),
            ship_by: Some(ship_by),
            gift_value: Some(rng.between(u64::from(least), u64::from(most)) as i64),
            currency: Some(Currency::default()),
            gift_type: profile.gift_types.get(gift).and_then(|gift| GiftType::parse(gift).ok()),
            is_rush: Some(is_rush),
            reference: Some(format!("#{}{number:03}", 1_000 + day.number().rem_euclid(9_000))),
            destination: Some(Destination {
                country: country.to_owned(),
                region: Some(region.to_owned()),
                postal_prefix: None,
            }),
            ..Placement::of(member.vendor_id.clone())
        };
        let mut timeline = Timeline { order_id, events: Vec::with_capacity(4) };
        timeline.push("placed", placed_at, Fact::Placed(Box::new(placement)), None);

        if rng.chance(CANCELLED) {
            let hours = if is_rush { 2 } else { 6 };
            let after = rng.seconds(20 * MINUTE, hours * HOUR);
            timeline.push_status(
                "cancelled",
                placed_at.plus_seconds(after),
                Status::Cancelled,
                Some("The customer cancelled"),
            );
        } else {
            let (reliability, late) = (member.reliability(day), member.late(day));
            Shipment { profile, reliability, late, is_rush, placed_at, ship_by, promise }.push(&mut timeline, &mut rng);
        }
        if let Some((Scenario::Stall, from)) = member.scenario {
            let silent = midnight(from);
            timeline.events.retain(|event| event.status() == Status::Placed || event.occurred_at < silent);
        }
        Some(timeline.events)
    }
}

fn midnight(day: Day) -> Instant {
    Instant::from_micros(i64::from(day.number()) * DAY * 1_000_000)
}

/// 1970-01-01 was a Thursday.
fn is_weekend(day: Day) -> bool {
    matches!((day.number() + 3).rem_euclid(7), 5 | 6)
}

#[cfg(test)]
mod tests;
