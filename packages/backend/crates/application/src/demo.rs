//! The world that demo data and benchmarks come from: who sells, how much, and what becomes of each order.
//!
//! An order's whole story is a pure function of the seed, the order's id and its vendor's profile. So nobody has to remember
//! anything: whoever knows the id knows what is still to come. Only whole numbers and IEEE arithmetic are used, so that equal
//! seeds give equal bytes on every machine. Days here are days in UTC.

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

/// Orders of a thousand ordinary days of the demo, before the weekday has its say.
const DEMO_DEMAND: u64 = 110_000;
/// What a day sells over whole weeks, in percent of an ordinary one.
pub const WEEK_PERCENT: u64 = (5 * WEEKDAY + 2 * WEEKEND) / 7;
/// How much more is ordered from Monday to Friday, and less on the other days, in percent.
const WEEKDAY: u64 = 150;
const WEEKEND: u64 = 60;
/// How much a day's demand differs from what is usual, in percent.
const DEMAND: (u64, u64) = (78, 121);
/// How the orders of a day spread over its hours: a lunch break, and an evening on the sofa.
const HOURS: [u64; 24] = [3, 2, 1, 1, 1, 2, 5, 10, 18, 26, 32, 38, 44, 40, 34, 32, 34, 38, 46, 54, 52, 40, 22, 10];
/// The hour by which a promise says it will be there.
const PROMISE_HOUR: i64 = 20 * HOUR;

const RUSH: f64 = 0.15;
const CANCELLED: f64 = 0.02;
/// Orders of which nothing is heard again once they are on their way.
const SILENT: f64 = 0.003;
/// Orders that are told to be delayed, and arrive on time all the same.
const FALSE_ALARM: f64 = 0.04;
/// How far a vendor's reliability comes in its course, and how long that takes.
const COURSE: f64 = 0.12;
const COURSE_DAYS: i32 = 42;

const CARRIERS: [&str; 4] = ["northwind", "parcelway", "bluepost", "swift-courier"];

/// A vendor of the world.
#[derive(Clone, Debug)]
struct Member {
    profile: Profile,
    vendor_id: VendorId,
    /// The day its course begins.
    begins: Day,
    scenario: Option<(Scenario, Day)>,
}

impl Member {
    fn reliability(&self, day: Day) -> f64 {
        let gone = f64::from((day.number() - self.begins.number()).clamp(0, COURSE_DAYS)) / f64::from(COURSE_DAYS);
        let usual = match self.profile.course {
            Course::Stable => self.profile.reliability,
            Course::Improving => self.profile.reliability - COURSE * (1.0 - gone),
            Course::Declining => self.profile.reliability - COURSE * gone,
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

/// What is settled of an order before anything happens.
struct OrderStart {
    rng: Rng,
    member: usize,
    placed_at: Instant,
}

/// A seed, vendors, and how much is ordered.
#[derive(Clone, Debug)]
pub struct Demo {
    seed: u64,
    /// Orders of a thousand ordinary days.
    demand: u64,
    members: Vec<Member>,
    /// The share of each vendor, summed up to it.
    shares: Vec<u64>,
}

impl Demo {
    /// A world of these vendors, whose courses begin on that day, with so many orders in a thousand ordinary days. Over whole
    /// weeks, days have [`WEEK_PERCENT`] of that.
    ///
    /// # Errors
    /// Says which profile cannot be, and why.
    pub fn new(seed: u64, demand: u64, profiles: Vec<Profile>, begins: Day) -> Result<Self, String> {
        let member = |profile: Profile| {
            let vendor_id = profile.checked().map_err(|reason| format!("vendor {}: {reason}", profile.vendor_id))?;
            Ok(Member { profile, vendor_id, begins, scenario: None })
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
    pub fn standard(seed: u64, begins: Day) -> Result<Self, String> {
        const VENDORS: &str = include_str!("../../../../shared/fixtures/vendors.json");
        let profiles = serde_json::from_str(VENDORS).map_err(|error| error.to_string())?;
        Self::new(seed, DEMO_DEMAND, profiles, begins)
    }

    /// The same world with something going wrong with a vendor, for orders (or, where it stalls, facts) from that day on.
    ///
    /// # Errors
    /// Names the vendors there are where this is none.
    pub fn with(mut self, vendor_id: &str, scenario: Scenario, from: Day) -> Result<Self, String> {
        let known = self.members.iter().position(|member| member.profile.vendor_id == vendor_id);
        let Some(place) = known else {
            let known: Vec<&str> = self.members.iter().map(|member| member.profile.vendor_id.as_str()).collect();
            return Err(format!("there is no vendor {vendor_id}, only {}", known.join(", ")));
        };
        self.members[place].scenario = Some((scenario, from));
        Ok(self)
    }

    /// Has a vendor's course begin when its contract says: so a world goes on with the vendors it was begun with.
    pub fn continue_from(&mut self, vendor: &Vendor) {
        let known = self.members.iter_mut().find(|member| member.vendor_id == vendor.vendor_id);
        if let (Some(member), Some(start)) = (known, vendor.contract_start_date) {
            member.begins = start.plus(member.profile.contract_days);
        }
    }

    /// Its vendors, as they are registered.
    pub fn vendors(&self) -> impl Iterator<Item = Vendor> + '_ {
        self.members.iter().map(|member| Vendor {
            vendor_id: member.vendor_id.clone(),
            name: member.profile.name.clone(),
            category: Some(member.profile.category.clone()),
            is_active: true,
            is_registered: true,
            support_contact: Some(member.profile.support_contact.clone()),
            contract_start_date: Some(member.begins.plus(-member.profile.contract_days)),
            sla_promises: Some(member.profile.sla_promises),
        })
    }

    /// Every event of the orders placed from that day on, up to an instant, in the order of time. Orders that were placed
    /// before are not told of. Memory grows with the orders that go on at the same time.
    pub fn events(&self, from: Day, until: Instant) -> Events<'_> {
        Events::new(self, from, until)
    }

    /// How many orders are placed on a day.
    pub fn orders_on(&self, day: Day) -> u32 {
        let weekday = if is_weekend(day) { WEEKEND } else { WEEKDAY };
        let mut rng = Rng::new(self.seed, day, u32::MAX);
        let orders = self.demand * weekday * rng.between(DEMAND.0, DEMAND.1);
        // What is left of an order is one on some days.
        u32::try_from((orders + rng.below(10_000_000)) / 10_000_000).unwrap_or(u32::MAX)
    }

    /// The whole story of an order of this world, told to its end; `None` for an order that is none.
    pub fn timeline_of(&self, order_id: &OrderId) -> Option<Vec<OrderEvent>> {
        let (day, number) = self.read(order_id)?;
        if number < self.orders_on(day) { self.timeline(day, number) } else { None }
    }

    /// The day on which an order of this world is placed.
    pub fn day_of(&self, order_id: &OrderId) -> Option<Day> {
        self.read(order_id).map(|(day, _)| day)
    }

    /// `s42-2026-03-01-0007`: the seed, the day, and the order's number among those of its day.
    fn read(&self, order_id: &OrderId) -> Option<(Day, u32)> {
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
            vendor_id: member.vendor_id.clone(),
            estimated_delivery: Some(promise),
            ship_by: Some(placed_at.plus_seconds(if is_rush { 8 * HOUR } else { 36 * HOUR })),
            gift_value: Some(rng.between(u64::from(least), u64::from(most)) as i64),
            currency: Currency::default(),
            gift_type: profile.gift_types.get(gift).and_then(|gift| GiftType::parse(gift).ok()),
            is_rush,
        };
        let mut timeline = Timeline { order_id, events: Vec::with_capacity(4) };
        timeline.push("placed", placed_at, Fact::Placed(placement), None);

        if rng.chance(CANCELLED) {
            let hours = if is_rush { 2 } else { 6 };
            let after = rng.seconds(20 * MINUTE, hours * HOUR);
            timeline.became(
                "cancelled",
                placed_at.plus_seconds(after),
                Status::Cancelled,
                Some("The customer cancelled"),
            );
        } else {
            let after = if is_rush { rng.seconds(HOUR, 6 * HOUR) } else { rng.seconds(4 * HOUR, 30 * HOUR) };
            self.on_its_way(&mut timeline, &mut rng, member, (day, placed_at.plus_seconds(after), promise));
        }
        if let Some((Scenario::Stall, from)) = member.scenario {
            let silent = midnight(from);
            timeline.events.retain(|event| event.status() == Status::Placed || event.occurred_at < silent);
        }
        Some(timeline.events)
    }

    /// What happens from the shipment on.
    fn on_its_way(
        &self,
        timeline: &mut Timeline,
        rng: &mut Rng,
        member: &Member,
        (day, shipped_at, promise): (Day, Instant, Instant),
    ) {
        timeline.became("shipped", shipped_at, Status::ShippingOnTime, None);
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
                let told = before_promise(rng, 10 * HOUR, MINUTE);
                timeline.became("delayed", told, Status::ShippingDelayed, Some("Held up on the way"));
                let late = rng.seconds(HOUR, 48 * HOUR);
                timeline.became("arrived", promise.plus_seconds(late), Status::Arrived, None);
            } else if rng.chance(FALSE_ALARM) {
                let told = before_promise(rng, 10 * HOUR, 3 * HOUR);
                timeline.became("delayed", told, Status::ShippingDelayed, Some("Held up on the way"));
                let left = rng.seconds(MINUTE, 2 * HOUR);
                timeline.became("arrived", promise.plus_seconds(-left), Status::Arrived, None);
            } else {
                let arrived = before_promise(rng, 30 * HOUR, 5 * MINUTE);
                timeline.became("arrived", arrived, Status::Arrived, None);
            }
            return;
        }
        let IssueMix { damaged, lost, undeliverable, returned } = member.profile.issues;
        // What goes wrong is known later than what goes well.
        let (event, status, reason, from, to) = match rng.weighted(&[damaged, lost, undeliverable, returned]) {
            0 => ("damaged", Status::Damaged, "Broken when unpacked", HOUR, 2 * DAY),
            1 => ("lost", Status::Lost, "Not found after a search", 5 * DAY, 12 * DAY),
            2 => ("undeliverable", Status::Undeliverable, "Nobody at the address", DAY, 4 * DAY),
            _ => ("returned", Status::ReturnToSender, "Refused at the door", 2 * DAY, 8 * DAY),
        };
        if status != Status::Damaged {
            let told = promise.plus_seconds(rng.seconds(MINUTE, 20 * HOUR));
            timeline.became("delayed", told, Status::ShippingDelayed, Some("Held up on the way"));
        }
        timeline.became(event, promise.plus_seconds(rng.seconds(from, to)), status, Some(reason));
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

    /// How often something happened, and how often it was to happen.
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

        /// Within the interval in which 99.9 % of all worlds lie.
        fn assert_usual(&self, what: &str) {
            let reach = 3.2905 * self.variance.sqrt();
            let (happened, expected) = (self.happened, self.expected);
            assert!((happened - expected).abs() <= reach, "{what}: {happened} of {expected} ± {reach}");
        }
    }

    #[test]
    fn each_vendor_is_as_reliable_and_as_late_as_its_profile_says() {
        let world = Demo { demand: 4_000_000, ..demo(42) };
        let mut tallies: Vec<(Tally, Tally)> = world.members.iter().map(|_| Default::default()).collect();
        let mut orders = 0;
        for day in day("2026-01-01").to(day("2026-02-14")) {
            for number in 0..world.orders_on(day) {
                orders += 1;
                let place = world.order_start(day, number).unwrap().member;
                let (member, (reliability, lateness)) = (&world.members[place], &mut tallies[place]);
                let timeline = world.timeline(day, number).unwrap();
                let Fact::Placed(placement) = &timeline[0].fact else { panic!("not placed first") };
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
        for (member, (reliability, lateness)) in world.members.iter().zip(tallies) {
            reliability.assert_usual(&format!("{} arrived", member.vendor_id));
            lateness.assert_usual(&format!("{} late", member.vendor_id));
        }
    }

    #[test]
    fn weekdays_sell_two_and_a_half_times_as_much_as_weekends() {
        let world = demo(7);
        let (mut weekdays, mut weekends) = ((0u32, 0u32), (0u32, 0u32));
        for day in day("2026-01-05").to(day("2026-12-27")) {
            let orders = world.orders_on(day);
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
        let calm = demo(42);
        let arrivals = |world: &Demo, first: &str, last: &str| {
            let stories =
                day(first).to(day(last)).flat_map(|day| (0..world.orders_on(day)).map(move |number| (day, number)));
            let of_vendor = stories.filter_map(|(day, number)| world.timeline(day, number)).filter(|timeline| {
                matches!(&timeline[0].fact, Fact::Placed(placement) if placement.vendor_id.as_str() == "bloom-and-branch")
            });
            let ended: Vec<Status> = of_vendor.map(|timeline| timeline.last().unwrap().status()).collect();
            let arrived = ended.iter().filter(|status| **status == Status::Arrived).count();
            arrived as f64 / ended.len() as f64
        };
        for (name, scenario) in Scenario::ALL {
            let world = demo(42).with("bloom-and-branch", scenario, from).unwrap();
            let before = [&calm, &world].map(|world| arrivals(world, "2026-01-01", "2026-01-08"));
            assert_eq!(before[0], before[1], "{name}: before");
            let [usual, then] = [&calm, &world].map(|world| arrivals(world, "2026-01-15", "2026-02-14"));
            match scenario {
                Scenario::LateSurge => assert!((usual - then).abs() < 0.05, "{name}: late is not lost"),
                Scenario::Stall => assert_eq!(then, 0.0),
                _ => assert!(then < usual - 0.1, "{name}: {then} of {usual}"),
            }
        }
        let error = demo(42).with("nobody", Scenario::Drop, from).unwrap_err();
        assert!(error.contains("bloom-and-branch"), "it names the vendors there are: {error}");
    }

    #[test]
    fn a_profile_that_cannot_be_is_told() {
        let profile = demo(1).members[0].profile.clone();
        let wrong = [
            (Profile { vendor_id: "no id".into(), ..profile.clone() }, "no id"),
            (Profile { gift_types: vec!["No Slug".into()], ..profile.clone() }, "slug"),
            (Profile { late: 1.5, ..profile.clone() }, "shares"),
            (Profile { gift_value: (2, 1), ..profile.clone() }, "giftValue"),
        ];
        for (profile, reason) in wrong {
            let error = Demo::new(1, 1_000, vec![profile], day("2026-01-01")).unwrap_err();
            assert!(error.to_lowercase().contains(&reason.to_lowercase()), "{error}");
        }
    }

    #[test]
    fn an_order_is_known_by_its_id() {
        let world = demo(42);
        let event = world.events(day("2026-01-05"), midnight(day("2026-01-06"))).last().unwrap();
        let timeline = world.timeline_of(&event.order_id).unwrap();
        assert!(timeline.contains(&event));
        assert_eq!(world.day_of(&event.order_id), Some(day("2026-01-05")));
        for other in
            ["s43-2026-01-05-0001", "s42-2026-01-05-1", "s42-2026-01-05-9999", "42-2026-01-05-0001", "s42-0001"]
        {
            assert_eq!(world.timeline_of(&OrderId::parse(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn the_stream_is_every_story_in_the_order_of_time() {
        let (world, from, until) = (demo(3), day("2026-01-05"), midnight(day("2026-01-12")).plus_seconds(5 * HOUR));
        let events: Vec<OrderEvent> = world.events(from, until).collect();
        assert!(events.is_sorted_by_key(|event| event.occurred_at));
        let stories =
            from.to(day("2026-01-12")).flat_map(|day| (0..world.orders_on(day)).map(move |number| (day, number)));
        let mut told: Vec<OrderEvent> =
            stories.flat_map(|(day, number)| world.timeline(day, number).unwrap()).collect();
        told.retain(|event| event.occurred_at <= until);
        let mut events = events;
        for events in [&mut events, &mut told] {
            events.sort_by(|one, other| (&one.order_id, &one.event_id).cmp(&(&other.order_id, &other.event_id)));
        }
        assert_eq!(events, told);
    }

    proptest! {
        #[test]
        fn a_story_obeys_the_lifecycle(seed in 0..u64::MAX, days in 0..3_000i32, drawn in 0.0..1.0f64) {
            let world = demo(seed);
            let day = day("2024-01-01").plus(days);
            let number = (drawn * f64::from(world.orders_on(day))) as u32;
            let timeline = world.timeline(day, number).unwrap();
            prop_assert_eq!(timeline[0].status(), Status::Placed);
            prop_assert!(midnight(day) <= timeline[0].occurred_at && timeline[0].occurred_at < midnight(day.plus(1)));
            prop_assert!(timeline[1..].iter().all(|event| event.status() != Status::Placed));
            prop_assert!(timeline.is_sorted_by(|one, next| one.occurred_at < next.occurred_at), "{:?}", timeline);
            prop_assert!(timeline.windows(2).all(|pair| pair[0].event_id != pair[1].event_id));
            let (last, before) = timeline.split_last().unwrap();
            prop_assert!(before.iter().all(|event| event.status().active().is_some()), "an end is the end");
            let ways = [Status::Placed, Status::ShippingOnTime];
            prop_assert!(last.status().active().is_none_or(|_| ways.contains(&last.status())), "silent once shipped");
        }
    }
}
