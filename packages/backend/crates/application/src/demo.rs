//! The demo: generated vendors and orders, for demonstrations and benchmarks.
//!
//! All events of an order are a pure function of the seed, the order's id and its vendor's profile. So no state has to be stored:
//! the id of an order is enough to compute its next events. Only whole numbers and IEEE arithmetic are used, so that equal seeds
//! give equal bytes on every machine. The days of the demo are days in UTC.

mod profile;
mod rng;
mod scenario;
mod timeline;

use goody_domain::{Currency, Day, Fact, GiftType, Instant, OrderEvent, OrderId, Placement, Status, Vendor, VendorId};

pub use profile::{Course, IssueMix, Profile, Volume};
use rng::Rng;
pub use scenario::Scenario;
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
/// The share of shipped orders without any further event.
const SILENT: f64 = 0.003;
/// The share of orders on time that are reported as delayed before they arrive.
const FALSE_ALARM: f64 = 0.04;
/// How much a vendor's reliability changes in its course.
const COURSE: f64 = 0.12;
/// The length of a course, in days.
const COURSE_DAYS: i32 = 42;

const CARRIERS: [&str; 4] = ["northwind", "parcelway", "bluepost", "swift-courier"];

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
        let placement = Placement {
            estimated_delivery: Some(promise),
            ship_by: Some(placed_at.plus_seconds(if is_rush { 8 * HOUR } else { 36 * HOUR })),
            gift_value: Some(rng.between(u64::from(least), u64::from(most)) as i64),
            currency: Some(Currency::default()),
            gift_type: profile.gift_types.get(gift).and_then(|gift| GiftType::parse(gift).ok()),
            is_rush: Some(is_rush),
            ..Placement::of(member.vendor_id.clone())
        };
        let mut timeline = Timeline { order_id, events: Vec::with_capacity(4) };
        timeline.push("placed", placed_at, Fact::Placed(placement), None);

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
            let after = if is_rush { rng.seconds(HOUR, 6 * HOUR) } else { rng.seconds(4 * HOUR, 30 * HOUR) };
            self.push_shipping(&mut timeline, &mut rng, member, (day, placed_at.plus_seconds(after), promise));
        }
        if let Some((Scenario::Stall, from)) = member.scenario {
            let silent = midnight(from);
            timeline.events.retain(|event| event.status() == Status::Placed || event.occurred_at < silent);
        }
        Some(timeline.events)
    }

    /// Adds the events from the shipment on.
    fn push_shipping(
        &self,
        timeline: &mut Timeline,
        rng: &mut Rng,
        member: &Member,
        (day, shipped_at, promise): (Day, Instant, Instant),
    ) {
        timeline.push_status("shipped", shipped_at, Status::ShippingOnTime, None);
        if let Some(event) = timeline.events.last_mut() {
            event.carrier = Some(CARRIERS[rng.below(CARRIERS.len() as u64) as usize].into());
            event.tracking_number = Some(format!("{:012}", rng.below(1_000_000_000_000)));
        }
        if rng.chance(SILENT) {
            return;
        }
        let room = promise.seconds_since(shipped_at) as i64;
        let before_promise = |rng: &mut Rng, most: i64, least: i64| {
            promise.plus_seconds(-rng.seconds(least, most.min(room - 2 * HOUR).max(least + 1)))
        };
        if rng.chance(member.reliability(day)) {
            if rng.chance(member.late(day)) {
                let delayed_at = before_promise(rng, 10 * HOUR, MINUTE);
                timeline.push_status("delayed", delayed_at, Status::ShippingDelayed, Some("Held up on the way"));
                let late = rng.seconds(HOUR, 48 * HOUR);
                timeline.push_status("arrived", promise.plus_seconds(late), Status::Arrived, None);
            } else if rng.chance(FALSE_ALARM) {
                let delayed_at = before_promise(rng, 10 * HOUR, 3 * HOUR);
                timeline.push_status("delayed", delayed_at, Status::ShippingDelayed, Some("Held up on the way"));
                let left = rng.seconds(MINUTE, 2 * HOUR);
                timeline.push_status("arrived", promise.plus_seconds(-left), Status::Arrived, None);
            } else {
                let arrived = before_promise(rng, 30 * HOUR, 5 * MINUTE);
                timeline.push_status("arrived", arrived, Status::Arrived, None);
            }
            return;
        }
        let IssueMix { damaged, lost, undeliverable, returned } = member.profile.issues;
        // Issues are reported later than arrivals.
        let (event, status, reason, from, to) = match rng.weighted(&[damaged, lost, undeliverable, returned]) {
            0 => ("damaged", Status::Damaged, "Broken when unpacked", HOUR, 2 * DAY),
            1 => ("lost", Status::Lost, "Not found after a search", 5 * DAY, 12 * DAY),
            2 => ("undeliverable", Status::Undeliverable, "Nobody at the address", DAY, 4 * DAY),
            _ => ("returned", Status::ReturnToSender, "Refused at the door", 2 * DAY, 8 * DAY),
        };
        if status != Status::Damaged {
            let delayed_at = promise.plus_seconds(rng.seconds(MINUTE, 20 * HOUR));
            timeline.push_status("delayed", delayed_at, Status::ShippingDelayed, Some("Held up on the way"));
        }
        timeline.push_status(event, promise.plus_seconds(rng.seconds(from, to)), status, Some(reason));
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn demo(seed: u64) -> Demo {
        Demo::standard(seed, day("2026-01-01")).unwrap()
    }

    /// How often something happened, and its expected value and variance.
    #[derive(Default)]
    struct Tally {
        happened: f64,
        expected: f64,
        variance: f64,
    }

    impl Tally {
        fn add(&mut self, happened: bool, probability: f64) {
            self.happened += f64::from(u8::from(happened));
            self.expected += probability;
            self.variance += probability * (1.0 - probability);
        }

        /// Asserts that the count is in the interval of 99.9 % of all seeds (3.2905 standard deviations of a normal distribution).
        fn assert_is_expected(&self, what: &str) {
            let tolerance = 3.2905 * self.variance.sqrt();
            let (happened, expected) = (self.happened, self.expected);
            assert!((happened - expected).abs() <= tolerance, "{what}: {happened}, expected {expected} ± {tolerance}");
        }
    }

    #[test]
    fn each_vendor_is_as_reliable_and_as_late_as_its_profile_says() {
        let demo = Demo { demand: 4_000_000, ..demo(42) };
        let mut tallies: Vec<(Tally, Tally)> = demo.members.iter().map(|_| Default::default()).collect();
        let mut orders = 0;
        for day in day("2026-01-01").to(day("2026-02-14")) {
            for number in 0..demo.orders_on(day) {
                orders += 1;
                let position = demo.order_start(day, number).unwrap().member;
                let (member, (reliability, lateness)) = (&demo.members[position], &mut tallies[position]);
                let timeline = demo.timeline(day, number).unwrap();
                let Fact::Placed(placement) = &timeline[0].fact else { panic!("the first event is no placement") };
                let last = timeline.last().unwrap();
                let Some(outcome) = last.status().outcome().filter(|outcome| outcome.status() != Status::Cancelled)
                else {
                    continue;
                };
                let arrived = outcome.status() == Status::Arrived;
                reliability.add(arrived, member.reliability(day));
                if arrived {
                    lateness.add(Some(last.occurred_at) > placement.estimated_delivery, member.late(day));
                }
            }
        }
        assert!(orders > 200_000, "{orders} orders");
        for (member, (reliability, lateness)) in demo.members.iter().zip(tallies) {
            reliability.assert_is_expected(&format!("{} arrived", member.vendor_id));
            lateness.assert_is_expected(&format!("{} late", member.vendor_id));
        }
    }

    #[test]
    fn weekdays_sell_two_and_a_half_times_as_much_as_weekends() {
        let demo = demo(7);
        let (mut weekdays, mut weekends) = ((0u32, 0u32), (0u32, 0u32));
        for day in day("2026-01-05").to(day("2026-12-27")) {
            let orders = demo.orders_on(day);
            assert!((50..=200).contains(&orders), "{orders} orders on {day}");
            let sum = if is_weekend(day) { &mut weekends } else { &mut weekdays };
            *sum = (sum.0 + orders, sum.1 + 1);
        }
        let mean = |(orders, days): (u32, u32)| f64::from(orders) / f64::from(days);
        let ratio = mean(weekdays) / mean(weekends);
        assert!((2.4..2.6).contains(&ratio), "{ratio}");
    }

    #[test]
    fn a_scenario_begins_on_its_day() {
        let from = day("2026-01-15");
        let usual_demo = demo(42);
        let arrivals = |demo: &Demo, first: &str, last: &str| {
            let orders =
                day(first).to(day(last)).flat_map(|day| (0..demo.orders_on(day)).map(move |number| (day, number)));
            let of_vendor = orders.filter_map(|(day, number)| demo.timeline(day, number)).filter(|timeline| {
                matches!(&timeline[0].fact, Fact::Placed(placement) if placement.vendor_id.as_str() == "bloom-and-branch")
            });
            let ended: Vec<Status> = of_vendor.map(|timeline| timeline.last().unwrap().status()).collect();
            let arrived = ended.iter().filter(|status| **status == Status::Arrived).count();
            arrived as f64 / ended.len() as f64
        };
        for (name, scenario) in Scenario::ALL {
            let demo = demo(42).with("bloom-and-branch", scenario, from).unwrap();
            let before = [&usual_demo, &demo].map(|demo| arrivals(demo, "2026-01-01", "2026-01-08"));
            assert_eq!(before[0], before[1], "{name}: nothing changes before its day");
            let [usual, affected] = [&usual_demo, &demo].map(|demo| arrivals(demo, "2026-01-15", "2026-02-14"));
            match scenario {
                Scenario::LateSurge => assert!((usual - affected).abs() < 0.05, "{name}: late orders still arrive"),
                Scenario::Stall => assert_eq!(affected, 0.0),
                _ => assert!(affected < usual - 0.1, "{name}: {affected} of {usual}"),
            }
        }
        let error = demo(42).with("unknown-vendor", Scenario::Drop, from).unwrap_err();
        assert!(error.contains("bloom-and-branch"), "the error lists the vendors: {error}");
    }

    #[test]
    fn an_invalid_profile_is_refused_with_a_reason() {
        let profile = demo(1).members[0].profile.clone();
        let invalid = [
            (Profile { vendor_id: "no id".into(), ..profile.clone() }, "no id"),
            (Profile { gift_types: vec!["No Slug".into()], ..profile.clone() }, "slug"),
            (Profile { late: 1.5, ..profile.clone() }, "shares"),
            (Profile { gift_value: (2, 1), ..profile.clone() }, "giftValue"),
        ];
        for (profile, reason) in invalid {
            let error = Demo::new(1, 1_000, vec![profile], day("2026-01-01")).unwrap_err();
            assert!(error.to_lowercase().contains(&reason.to_lowercase()), "{error}");
        }
    }

    #[test]
    fn the_id_of_an_order_gives_its_events_and_its_day() {
        let demo = demo(42);
        let event = demo.events(day("2026-01-05"), midnight(day("2026-01-06"))).last().unwrap();
        let timeline = demo.timeline_of(&event.order_id).unwrap();
        assert!(timeline.contains(&event));
        assert_eq!(demo.day_of(&event.order_id), Some(day("2026-01-05")));
        for other in
            ["s43-2026-01-05-0001", "s42-2026-01-05-1", "s42-2026-01-05-9999", "42-2026-01-05-0001", "s42-0001"]
        {
            assert_eq!(demo.timeline_of(&OrderId::parse(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn the_stream_has_all_events_of_all_orders_sorted_by_time() {
        let (demo, from, until) = (demo(3), day("2026-01-05"), midnight(day("2026-01-12")).plus_seconds(5 * HOUR));
        let events: Vec<OrderEvent> = demo.events(from, until).collect();
        assert!(events.is_sorted_by_key(|event| event.occurred_at));
        let orders =
            from.to(day("2026-01-12")).flat_map(|day| (0..demo.orders_on(day)).map(move |number| (day, number)));
        let mut expected: Vec<OrderEvent> =
            orders.flat_map(|(day, number)| demo.timeline(day, number).unwrap()).collect();
        expected.retain(|event| event.occurred_at <= until);
        let mut events = events;
        for events in [&mut events, &mut expected] {
            events.sort_by(|one, other| (&one.order_id, &one.event_id).cmp(&(&other.order_id, &other.event_id)));
        }
        assert_eq!(events, expected);
    }

    proptest! {
        #[test]
        fn the_events_of_an_order_follow_the_lifecycle(seed in 0..u64::MAX, days in 0..3_000i32, drawn in 0.0..1.0f64) {
            let demo = demo(seed);
            let day = day("2024-01-01").plus(days);
            let number = (drawn * f64::from(demo.orders_on(day))) as u32;
            let timeline = demo.timeline(day, number).unwrap();
            prop_assert_eq!(timeline[0].status(), Status::Placed);
            prop_assert!(midnight(day) <= timeline[0].occurred_at && timeline[0].occurred_at < midnight(day.plus(1)));
            prop_assert!(timeline[1..].iter().all(|event| event.status() != Status::Placed));
            prop_assert!(timeline.is_sorted_by(|one, next| one.occurred_at < next.occurred_at), "{:?}", timeline);
            prop_assert!(timeline.windows(2).all(|pair| pair[0].event_id != pair[1].event_id));
            let (last, before) = timeline.split_last().unwrap();
            prop_assert!(before.iter().all(|event| event.status().active().is_some()), "no event follows an outcome");
            let silent = [Status::Placed, Status::ShippingOnTime];
            prop_assert!(last.status().active().is_none_or(|_| silent.contains(&last.status())), "an open order is placed or shipped");
        }
    }
}
