//! The numbers of reports.

use std::collections::BTreeMap;

use goody_domain::{
    AsOf, Bucket, CounterSeries, Counters, Day, Figures, Instant, Interval, Occurrences, Order, Report, ReportZone,
    Risk, RiskLevel, Status, Trend, VendorId, fact_postings, next_change, postings, report,
};

use crate::timeline::{at, order};

/// The vendor `acme` with the counters of its orders.
pub(crate) struct Acme {
    zone: ReportZone,
    series: CounterSeries,
}

impl Acme {
    pub(crate) fn with(timelines: &[&str]) -> Self {
        Self::in_zone("UTC", timelines)
    }

    pub(crate) fn in_zone(zone: &str, timelines: &[&str]) -> Self {
        let zone = ReportZone::named(zone).unwrap();
        let mut buckets: BTreeMap<Day, Bucket> = BTreeMap::new();
        for order in timelines.iter().map(|timeline| order(timeline)) {
            let occurrences = Occurrences {
                instants: order.occurrences.clone(),
                named_vendors: [order.placement.vendor_id.clone()].into(),
            };
            for posting in postings(None, Some(&order), &zone).into_iter().chain(fact_postings(
                &Occurrences::default(),
                &occurrences,
                &zone,
            )) {
                buckets.entry(posting.entry.day).or_default().add(&[posting.entry]);
            }
        }
        let mut totals = Counters::default();
        buckets.values().for_each(|bucket| totals.add_all(&bucket.totals));
        Self {
            zone,
            series: CounterSeries { totals, buckets: buckets.into_iter().collect(), ..CounterSeries::default() },
        }
    }

    fn evaluated(&self, as_of: AsOf) -> Report {
        report(&VendorId::parse("acme").unwrap(), &self.series, as_of, &self.zone)
    }

    /// The report of a past date.
    pub(crate) fn on(&self, date: &str) -> Report {
        self.evaluated(self.zone.end_of(Day::parse(date).unwrap()))
    }

    /// Until when the report at `now` is valid.
    pub(crate) fn valid_until(&self, now: &str) -> Instant {
        next_change(&self.series, self.zone.today(at(now)), &self.zone)
    }

    /// The report of the day of `now`, at `now`.
    pub(crate) fn at(&self, now: &str) -> Report {
        self.evaluated(self.zone.today(at(now)))
    }
}

/// The timelines of orders that arrived and of orders that were lost on a day.
pub(crate) fn ended(day: &str, arrived: usize, lost: usize) -> Vec<String> {
    let timeline = |status: &str| format!("PLACED 2026-01-01T10:00:00Z\n {status} {day}T10:00:00Z");
    let arrived = std::iter::repeat_n(timeline("ARRIVED"), arrived);
    arrived.chain(std::iter::repeat_n(timeline("LOST"), lost)).collect()
}

fn strs(timelines: &[String]) -> Vec<&str> {
    timelines.iter().map(String::as_str).collect()
}

#[test]
fn without_completed_orders_there_is_no_score() {
    for acme in [Acme::with(&[]), Acme::with(&["PLACED 2026-03-09T10:00:00Z"])] {
        let figures = acme.on("2026-03-10").current7d;
        assert_eq!(figures.reliability_score(), None);
        assert_eq!(figures.reliability_interval(), None);
        assert_eq!((figures.issue_rate(), figures.cancellation_rate()), (None, None));
        assert_eq!((figures.on_time_percentage(), figures.avg_delivery_hours()), (None, None));
        let none = Risk { level: RiskLevel::Insufficient, reason: None, probability: None };
        assert_eq!(Risk::of(&figures), none);
        let report = acme.on("2026-03-10");
        assert_eq!((report.trends().rate(Figures::reliability_score), report.trends().direction()), (None, None));
    }
}

#[test]
fn reliability_is_the_share_of_arrived_in_completed_orders_and_has_an_interval() {
    let figures = Acme::with(&strs(&ended("2026-03-09", 33, 2))).on("2026-03-10").current7d;
    assert_eq!((figures.arrived_orders(), figures.issue_count(), figures.completed_orders()), (33, 2, 35));
    assert_eq!(figures.reliability_score(), Some(100.0 * 33.0 / 35.0));
    let Interval { lower, upper } = figures.reliability_interval().unwrap();
    assert!((lower - 81.39294258).abs() < 1e-8 && (upper - 98.41868381).abs() < 1e-8);
}

#[test]
fn every_issue_counts_and_a_cancelled_order_counts_in_its_own_rate_only() {
    let timeline = |status: &str| format!("PLACED 2026-03-01T10:00:00Z\n {status} 2026-03-09T10:00:00Z");
    let timelines = ["LOST", "DAMAGED", "UNDELIVERABLE", "RETURN_TO_SENDER", "CANCELLED", "ARRIVED"].map(timeline);
    let figures = Acme::with(&strs(&timelines)).on("2026-03-10").current7d;
    assert_eq!((figures.issue_count(), figures.completed_orders(), figures.cancelled_orders()), (4, 5, 1));
    assert_eq!(figures.reliability_score(), Some(20.0));
    assert_eq!(figures.issue_rate(), Some(80.0));
    assert_eq!(figures.cancellation_rate(), Some(100.0 / 6.0));
}

#[test]
fn a_completed_order_counts_in_the_week_of_its_end_and_not_in_that_of_its_placement() {
    let acme = Acme::with(&["PLACED 2026-03-01T10:00:00Z\n LOST 2026-03-09T10:00:00Z"]);
    assert_eq!(
        (acme.on("2026-03-07").current7d.total_orders, acme.on("2026-03-07").current7d.completed_orders()),
        (1, 0)
    );
    assert_eq!(
        (acme.on("2026-03-10").current7d.total_orders, acme.on("2026-03-10").current7d.completed_orders()),
        (0, 1)
    );
}

#[test]
fn a_window_is_the_seven_days_ending_with_the_date() {
    let acme = Acme::with(&["PLACED 2026-03-01T00:00:00Z\n ARRIVED 2026-03-04T23:59:59.999999Z"]);
    assert_eq!(acme.on("2026-03-03").current7d.completed_orders(), 0);
    assert_eq!(acme.on("2026-03-04").current7d.completed_orders(), 1);
    assert_eq!(acme.on("2026-03-10").current7d.completed_orders(), 1);
    assert_eq!(acme.on("2026-03-11").current7d.completed_orders(), 0);
    assert_eq!(acme.on("2026-03-11").previous7d.completed_orders(), 1);
    assert_eq!(acme.on("2026-03-18").previous7d.completed_orders(), 0);
}

#[test]
fn an_order_becomes_delayed_as_time_passes_without_an_event() {
    let acme = Acme::with(&["PLACED 2026-03-09T10:00:00Z estimatedDelivery=2026-03-10T12:00:30Z"]);
    let (before, after) = (acme.at("2026-03-10T12:00:59Z"), acme.at("2026-03-10T12:01:00Z"));
    assert_eq!(
        (before.current7d.active_orders(), before.current7d.delayed_orders, before.current7d.due_orders),
        (1, 0, 0)
    );
    assert_eq!(
        (after.current7d.active_orders(), after.current7d.delayed_orders, after.current7d.due_orders),
        (1, 1, 1)
    );
}

#[test]
fn a_report_is_valid_until_the_next_minute_with_an_entry_or_the_end_of_the_day() {
    let acme = Acme::with(&["PLACED 2026-03-09T10:00:00Z estimatedDelivery=2026-03-10T12:00:30Z"]);
    let until = |now: &str| acme.valid_until(now);
    assert_eq!(until("2026-03-10T09:00:00Z"), at("2026-03-10T12:01:00Z"));
    assert_eq!(until("2026-03-10T12:01:00Z"), at("2026-03-11T00:00:00Z"));
    assert_eq!(until("2026-03-16T09:30:00Z"), at("2026-03-16T10:01:00Z"), "a week ago it was placed at 10:00");
}

#[test]
fn an_open_order_past_its_promise_lowers_the_on_time_percentage() {
    let promised = "PLACED 2026-03-05T10:00:00Z estimatedDelivery=2026-03-08T10:00:00Z";
    let arrived = format!("{promised}\n ARRIVED 2026-03-08T10:00:00Z");
    let in_its_minute = format!("{promised}\n ARRIVED 2026-03-08T10:00:59.999999Z");
    let late = format!("{promised}\n ARRIVED 2026-03-08T10:01:00Z");
    let lost = format!("{promised}\n LOST 2026-03-07T10:00:00Z");
    let figures = Acme::with(&[promised, &arrived, &in_its_minute, &late, &lost]).on("2026-03-10").current7d;
    assert_eq!((figures.due_orders, figures.on_time_deliveries), (5, 2));
    assert_eq!(figures.on_time_percentage(), Some(40.0));
}

#[test]
fn an_order_counts_as_on_time_only_once_it_is_due() {
    let acme = Acme::with(&[
        "PLACED 2026-03-09T10:00:00Z estimatedDelivery=2026-03-12T10:00:00Z\n ARRIVED 2026-03-10T10:00:00Z",
    ]);
    assert_eq!(acme.on("2026-03-10").current7d.on_time_percentage(), None);
    assert_eq!(acme.on("2026-03-12").current7d.on_time_percentage(), Some(100.0));
}

#[test]
fn an_order_cancelled_after_its_promise_was_due_and_one_cancelled_before_was_not() {
    let promised = "PLACED 2026-03-05T10:00:00Z estimatedDelivery=2026-03-08T10:00:00Z";
    let counted = |cancelled: &str, date: &str| {
        let figures = Acme::with(&[&format!("{promised}\n CANCELLED {cancelled}")]).on(date).current7d;
        (figures.due_orders, figures.on_time_deliveries, figures.delayed_orders, figures.cancelled_orders())
    };
    assert_eq!(counted("2026-03-09T10:00:00Z", "2026-03-10"), (1, 0, 0, 1), "it is a miss");
    assert_eq!(counted("2026-03-09T10:00:00Z", "2026-03-08"), (1, 0, 1, 0), "on that date it was open and late");
    assert_eq!(counted("2026-03-07T10:00:00Z", "2026-03-10"), (0, 0, 0, 1));
}

#[test]
fn the_report_of_a_past_date_has_the_levels_at_its_end() {
    let acme = Acme::with(&["PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-03T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z
         SHIPPING_DELAYED 2026-03-04T00:00:00Z
         LOST 2026-03-06T10:00:00Z"]);
    let level = |date: &str| {
        let figures = acme.on(date).current7d;
        let active = [Status::Placed, Status::ShippingOnTime, Status::ShippingDelayed]
            .map(|status| figures.status_count(status));
        (active, figures.delayed_orders, figures.status_count(Status::Lost))
    };
    assert_eq!(level("2026-02-28"), ([0, 0, 0], 0, 0));
    assert_eq!(level("2026-03-01"), ([1, 0, 0], 0, 0));
    assert_eq!(level("2026-03-02"), ([0, 1, 0], 0, 0));
    assert_eq!(level("2026-03-03"), ([0, 1, 0], 1, 0), "an event at midnight belongs to the day that begins");
    assert_eq!(level("2026-03-04"), ([0, 0, 1], 1, 0));
    assert_eq!(level("2026-03-06"), ([0, 0, 0], 0, 1));
}

#[test]
fn an_event_at_t_does_not_count_yet() {
    let acme = Acme::with(&["PLACED 2026-03-10T12:00:00Z\n LOST 2026-03-10T12:05:00Z"]);
    let counted = |now: &str| {
        let figures = acme.at(now).current7d;
        (figures.total_orders, figures.active_orders(), figures.issue_count())
    };
    assert_eq!(counted("2026-03-10T12:00:59Z"), (0, 0, 0));
    assert_eq!(counted("2026-03-10T12:01:00Z"), (1, 1, 0));
    assert_eq!(counted("2026-03-10T12:05:59Z"), (1, 1, 0));
    assert_eq!(counted("2026-03-10T12:06:00Z"), (1, 0, 1));
}

#[test]
fn levels_of_today_are_compared_with_the_same_time_a_week_ago() {
    let acme = Acme::with(&["PLACED 2026-03-03T12:00:00Z", "PLACED 2026-03-10T09:00:00Z"]);
    let change = |now: &str| acme.at(now).trends().count(Figures::active_orders);
    assert_eq!(change("2026-03-10T11:00:00Z"), 2, "a week ago at 11 there was none");
    assert_eq!(change("2026-03-10T13:00:00Z"), 1, "a week ago at 13 there was one");
    assert_eq!(
        acme.at("2026-03-10T11:00:00Z").previous7d.total_orders,
        1,
        "flows of the week before are of whole days"
    );
}

#[test]
fn delivery_hours_are_a_mean_over_arrived_orders() {
    let acme = Acme::with(&[
        "PLACED 2026-03-05T10:00:00Z\n ARRIVED 2026-03-06T10:00:00Z",
        "PLACED 2026-03-05T10:00:00Z\n ARRIVED 2026-03-05T22:00:00Z",
        "PLACED 2026-03-05T10:00:00Z\n LOST 2026-03-09T10:00:00Z",
    ]);
    assert_eq!(acme.on("2026-03-10").current7d.avg_delivery_hours(), Some(18.0));
}

#[test]
fn updated_at_is_the_latest_fact_before_t() {
    let acme = Acme::with(&["PLACED 2026-03-01T10:00:00.5Z\n SHIPPING_ON_TIME 2026-03-10T12:00:30.000001Z"]);
    assert_eq!(acme.on("2026-02-28").updated_at, None);
    assert_eq!(acme.on("2026-03-09").updated_at, Some(at("2026-03-01T10:00:00.5Z")));
    assert_eq!(acme.at("2026-03-10T12:00:59Z").updated_at, Some(at("2026-03-01T10:00:00.5Z")));
    assert_eq!(acme.at("2026-03-10T12:01:00Z").updated_at, Some(at("2026-03-10T12:00:30.000001Z")));
}

#[test]
fn the_report_of_a_day_of_23_or_25_hours_counts_exactly_that_day() {
    // On 2026-03-08 New York has 23 hours, from 05:00Z to 04:00Z; on 2026-11-01 it has 25, from 04:00Z to 05:00Z.
    for (first, last, after, date) in [
        ("2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z", "2026-03-08"),
        ("2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z", "2026-11-01"),
    ] {
        let timelines = [first, last, after].map(|placed| format!("PLACED {placed}"));
        let acme = Acme::in_zone("America/New_York", &strs(&timelines));
        assert_eq!(acme.on(date).current7d.total_orders, 2, "{date}");
        assert_eq!(acme.on(date).as_of, at(after), "{date}");
        assert_eq!(acme.at(last).current7d.total_orders, 1, "{date}: the last minute is not over");
    }
}

#[test]
fn a_promise_in_a_repeated_hour_passes_at_its_own_instant() {
    // New York's clocks show 01:30 at 05:30Z and again at 06:30Z.
    let acme =
        Acme::in_zone("America/New_York", &["PLACED 2026-10-30T10:00:00Z estimatedDelivery=2026-11-01T06:30:00Z"]);
    assert_eq!(acme.at("2026-11-01T05:45:00Z").current7d.delayed_orders, 0);
    assert_eq!(acme.at("2026-11-01T06:31:00Z").current7d.delayed_orders, 1);
}

#[test]
fn the_counts_by_status_add_up_to_the_totals() {
    let timelines: Vec<String> = ended("2026-03-09", 3, 2);
    let mut timelines = strs(&timelines);
    timelines
        .extend(["PLACED 2026-03-08T10:00:00Z", "PLACED 2026-03-08T10:00:00Z\n SHIPPING_DELAYED 2026-03-09T10:00:00Z"]);
    let figures = Acme::with(&timelines).on("2026-03-10").current7d;
    let sum = |statuses: &[Status]| statuses.iter().map(|status| figures.status_count(*status)).sum::<i64>();
    assert_eq!(sum(&Status::ALL[..3]), figures.active_orders());
    assert_eq!(sum(&Status::ALL[3..8]), figures.completed_orders());
}

#[test]
fn two_percentage_points_are_a_trend_and_less_is_stable() {
    let direction = |current: (usize, usize), previous: (usize, usize)| {
        let timelines =
            [ended("2026-03-09", current.0, current.1), ended("2026-03-02", previous.0, previous.1)].concat();
        Acme::with(&strs(&timelines)).on("2026-03-10").trends().direction()
    };
    assert_eq!(direction((100, 0), (98, 2)), Some(Trend::Up));
    assert_eq!(direction((98, 2), (100, 0)), Some(Trend::Down));
    assert_eq!(direction((99, 1), (100, 0)), Some(Trend::Stable));
    assert_eq!(direction((9, 1), (0, 0)), None);
}

#[test]
fn a_correction_changes_the_numbers_of_the_date_that_it_corrects_only() {
    let arrived = "PLACED 2026-03-01T10:00:00Z\n ARRIVED 2026-03-03T10:00:00Z";
    let damaged = format!("{arrived}\n DAMAGED 2026-03-05T10:00:00Z");
    let (before, after) = (Acme::with(&[arrived]), Acme::with(&[&damaged]));
    assert_eq!(before.on("2026-03-03").current7d.reliability_score(), Some(100.0));
    assert_eq!(
        after.on("2026-03-03").current7d.reliability_score(),
        Some(0.0),
        "the order ended on the 3rd, and its outcome is DAMAGED now"
    );
    assert_eq!(after.on("2026-03-02").current7d, before.on("2026-03-02").current7d);
}

#[test]
fn a_report_is_read_from_json_as_it_was_written() {
    let report = Acme::with(&["PLACED 2026-03-01T10:00:00Z\n ARRIVED 2026-03-03T10:00:00.000001Z"]).on("2026-03-05");
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
}

#[test]
fn the_earliest_placement_and_the_latest_promise_count() {
    let order: Order = order("PLACED 2000-01-01T00:00:00Z estimatedDelivery=2099-12-31T23:59:59Z");
    let acme = Acme::with(&["PLACED 2000-01-01T00:00:00Z estimatedDelivery=2099-12-31T23:59:59Z"]);
    assert_eq!(order.status(), Status::Placed);
    assert_eq!(
        (acme.on("2026-03-10").current7d.active_orders(), acme.on("2026-03-10").current7d.delayed_orders),
        (1, 0)
    );
    assert_eq!(acme.on("2099-12-31").current7d.delayed_orders, 1);
}
