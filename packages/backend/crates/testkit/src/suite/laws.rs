//! Laws: properties that hold for any events in any sequence of arrival.

use std::sync::Arc;
use std::time::Duration;

use goody_application::detect::{detect, keep_up};
use goody_application::detection_cache::DetectionCache;
use goody_application::ports::{OrderFilter, Scope, Store};
use goody_application::read::{FleetCache, FleetReports, fleet_history, report_on, vendor_history, vendor_report};
use goody_application::{rebuild, roll};
use goody_domain::{
    AsOf, Bucket, Counter, Dashboard, Day, Entry, Instant, OrderEvent, Quarters, Report, Status, VendorId, Window,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::{MakeStore, ZONES, ingest_batches, law, scope, vendor_ids, wait, zone};
use crate::histories::{VENDORS, afterwards, arrivals, eras_and_histories, instants};
use crate::{oracle, vendor_id};

/// When a report is requested: at the end of a date, or at an instant of today.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReportTime {
    Past(i32),
    Today(Instant),
}

impl ReportTime {
    pub(super) fn as_of(self, era: Instant, store: &dyn Store) -> AsOf {
        match self {
            Self::Past(days) => store.zone().end_of(store.zone().day(era).plus(days)),
            Self::Today(now) => store.zone().today(now),
        }
    }

    /// The time of the request: for a past date, after all events.
    pub(super) fn now(self, era: Instant) -> Instant {
        match self {
            Self::Past(_) => afterwards(era).plus_seconds(30 * 86_400),
            Self::Today(now) => now,
        }
    }
}

pub(super) fn report_times(era: Instant) -> impl Strategy<Value = Vec<ReportTime>> {
    let one = prop_oneof![1 => (-1..30i32).prop_map(ReportTime::Past), 2 => instants(era).prop_map(ReportTime::Today)];
    prop::collection::vec(one, 1..8)
}

pub(super) type LawInput = (Instant, Vec<OrderEvent>, Vec<Vec<OrderEvent>>, &'static str, Vec<ReportTime>);

pub(super) fn law_inputs() -> impl Strategy<Value = LawInput> {
    (eras_and_histories(), select(ZONES.to_vec())).prop_flat_map(|((era, events), zone)| {
        (Just(era), Just(events.clone()), arrivals(events), Just(zone), report_times(era))
    })
}

async fn report(store: &dyn Store, vendor: &VendorId, as_of: AsOf) -> Report {
    report_on(store, vendor, as_of).await.unwrap()
}

/// See its name. This is the most important test of the suite.
pub fn reports_match_the_oracle(make: MakeStore, cases: u32) {
    law(cases, law_inputs(), |(era, events, batches, name, times)| {
        wait(async {
            let test_store = make(zone(name)).await;
            ingest_batches(&test_store.store, batches, afterwards(era)).await;
            let orders = oracle::orders(&events);
            for time in times {
                let as_of = time.as_of(era, test_store.store.as_ref());
                for vendor in VENDORS.map(vendor_id) {
                    let expected = oracle::expected(&vendor, &orders, as_of.date(), time.now(era), name);
                    oracle::assert_report(&report(test_store.store.as_ref(), &vendor, as_of).await, &expected);
                }
            }
        });
    });
}

/// All reports and dashboards for these times, as text.
pub(super) async fn output(store: &Arc<dyn Store>, era: Instant, times: &[ReportTime]) -> String {
    let mut output = String::new();
    for time in times {
        let as_of = time.as_of(era, store.as_ref());
        for vendor in vendor_ids(store.as_ref()).await {
            let report = report(store.as_ref(), &vendor, as_of).await;
            output += &serde_json::to_string(&report).unwrap();
            output.push('\n');
        }
        let fleet = FleetCache::new(store.clone()).reports(as_of).await.unwrap();
        let rows = fleet.rows.iter().map(|row| (&row.vendor, &row.current.report, &row.current.reliability30d));
        output += &serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap();
        output += &format!("\n{:?}\n", Dashboard::fold(fleet.rows.iter().map(|row| &row.current.report), as_of));
    }
    output
}

/// See its name.
pub fn reports_depend_only_on_the_set_of_facts(make: MakeStore, cases: u32) {
    let twice = law_inputs()
        .prop_flat_map(|(era, events, batches, zone, times)| (Just((era, batches, zone, times)), arrivals(events)));
    law(cases, twice, |((era, batches, name, times), other_batches)| {
        wait(async {
            let (one, other) = (make(zone(name)).await, make(zone(name)).await);
            ingest_batches(&one.store, batches, afterwards(era)).await;
            ingest_batches(&other.store, other_batches, afterwards(era)).await;
            // Stored reports make no difference either.
            if let Some(ReportTime::Today(now)) = times.first() {
                roll::roll(other.store.as_ref(), *now).await.unwrap();
            }
            assert_eq!(output(&one.store, era, &times).await, output(&other.store, era, &times).await);
        });
    });
}

/// See its name.
pub fn a_rebuild_finds_no_difference(make: MakeStore, cases: u32) {
    law(cases, law_inputs(), |(era, _, batches, name, times)| {
        wait(async {
            let test_store = make(zone(name)).await;
            ingest_batches(&test_store.store, batches, afterwards(era)).await;
            let before = output(&test_store.store, era, &times).await;
            let rebuilt = rebuild::rebuild(test_store.store.as_ref(), afterwards(era), |_, _| {}).await.unwrap();
            assert_eq!(rebuilt.different, 0, "{rebuilt:?}");
            assert_eq!(output(&test_store.store, era, &times).await, before);
        });
    });
}

/// See its name.
pub fn quarters_are_those_of_the_minutes(make: MakeStore, cases: u32) {
    law(cases, law_inputs(), |(era, _, batches, name, _)| {
        wait(async {
            let test_store = make(zone(name)).await;
            let store = test_store.store.as_ref();
            ingest_batches(&test_store.store, batches, afterwards(era)).await;
            let vendors = vendor_ids(store).await.into_iter().map(Scope::Vendor);
            let mut expected = Vec::new();
            for of in [Scope::Fleet].into_iter().chain(vendors) {
                let buckets = scope(store, &of).await.buckets.into_iter();
                let days = buckets.map(|(day, bucket)| (day, Bucket::of(bucket.totals, bucket.minutes).quarters));
                let days: Vec<_> = days.filter(|(_, quarters)| *quarters != Quarters::default()).collect();
                expected.extend((!days.is_empty()).then_some((of, days)));
            }
            let first = expected.first().and_then(|(_, days)| days.first()).map(|(day, _)| *day);
            assert_eq!(store.first_day().await.unwrap(), first);
            let (from, to) = (Day::from_number(-1_000), Day::from_number(1_000_000));
            assert_eq!(store.quarters(from, to).await.unwrap(), expected);
        });
    });
}

/// See its name. One store has no states; the other stores some after each batch, and continues from those that hold. A cache in front of it,
/// asked after each batch, has the same.
pub fn the_detection_is_the_same_for_any_sequence_of_arrival(make: MakeStore, cases: u32) {
    let input = law_inputs().prop_flat_map(|input| (arrivals(input.1.clone()), Just(input)));
    law(cases, input, |(other_batches, (era, _, batches, name, times))| {
        wait(async {
            let (one, other) = (make(zone(name)).await, make(zone(name)).await);
            ingest_batches(&one.store, batches, afterwards(era)).await;
            let last = one.store.zone().end_of(one.store.zone().day(afterwards(era)).plus(10));
            let today = one.store.zone().today(last.at().plus_seconds(-8 * 3_600));
            let cache = DetectionCache::new(other.store.clone(), Duration::MAX);
            let mut cached = None;
            for batch in other_batches {
                ingest_batches(&other.store, vec![batch], afterwards(era)).await;
                keep_up(other.store.as_ref(), last.at()).await.unwrap();
                cached = cache.detect((today, today.at()), None).await.unwrap();
            }
            // Where the revision has to be read, the cache may have the state of some minutes before.
            let is_exact = other.store.revision().is_some();
            let expected = detect(one.store.as_ref(), today).await.unwrap();
            assert!(!is_exact || cached.as_deref() == expected.as_ref(), "the detection in the cache differs");
            let times = times.into_iter().map(|time| time.as_of(era, one.store.as_ref())).chain([last]);
            for as_of in times {
                let found = detect(other.store.as_ref(), as_of).await.unwrap();
                assert!(
                    found == detect(one.store.as_ref(), as_of).await.unwrap(),
                    "the detections of {as_of:?} differ"
                );
            }
        });
    });
}

/// See its name.
pub fn the_fleet_matches_the_sum_of_its_vendors_and_the_order_list(make: MakeStore, cases: u32) {
    law(cases, law_inputs(), |(era, _, batches, name, _)| {
        wait(async {
            let test_store = make(zone(name)).await;
            let store = test_store.store.as_ref();
            ingest_batches(&test_store.store, batches, afterwards(era)).await;

            let fleet = scope(store, &Scope::Fleet).await;
            let mut sum: std::collections::BTreeMap<Day, Bucket> = Default::default();
            let mut totals = goody_domain::Counters::default();
            for vendor in vendor_ids(store).await {
                let series = scope(store, &Scope::Vendor(vendor)).await;
                totals.add_all(&series.totals);
                for (day, bucket) in series.buckets {
                    sum.entry(day).or_default().add(&entries(day, &bucket));
                }
            }
            sum.retain(|_, bucket| !bucket.is_empty());
            assert_eq!(fleet.buckets, sum.into_iter().collect::<Vec<_>>());
            assert_eq!(fleet.totals, totals);

            // At a whole minute after every fact, the list and the reports reflect the same facts.
            let now = afterwards(era);
            let as_of = store.zone().today(now);
            let reports = FleetCache::new(test_store.store.clone()).reports(as_of).await.unwrap();
            let rows: Vec<&Report> = reports.rows.iter().map(|row| &row.current.report).collect();
            let dashboard = Dashboard::fold(rows.iter().copied(), as_of);
            let figures = &dashboard.current.figures;
            assert_eq!(figures.total_orders, rows.iter().map(|row| row.current7d.total_orders).sum::<i64>());
            assert_eq!(figures.delayed_orders, rows.iter().map(|row| row.current7d.delayed_orders).sum::<i64>());

            let active = OrderFilter { statuses: Status::ALL[..3].to_vec(), ..OrderFilter::default() };
            let delayed = OrderFilter { delayed: Some(true), ..active.clone() };
            let placed = OrderFilter {
                placed_from: Some(as_of.date().plus(-6)),
                placed_to: Some(as_of.date()),
                ..OrderFilter::default()
            };
            for (name, filter, number) in [
                ("activeOrders", active, figures.active_orders()),
                ("delayedOrders", delayed, figures.delayed_orders),
                ("totalOrders", placed, figures.total_orders),
            ] {
                let count = store.count(&filter, 10_000, now).await.unwrap().by_status.iter().sum::<i64>();
                assert_eq!(number, count, "{name} (left: the dashboard, right: the order list)");
            }

            // The last point of the fleet's chart is the dashboard, and that of a vendor's chart is its report.
            let history =
                fleet_history(store, store, (as_of.date().plus(-2), as_of.date()), Window::Days7, now).await.unwrap();
            assert_eq!(history.last().unwrap().fleet, dashboard.current);
            for row in rows {
                let days =
                    vendor_history(store, &row.vendor_id, (as_of.date().plus(-9), as_of.date()), Window::Days7, now)
                        .await
                        .unwrap();
                assert_eq!(&days.last().unwrap().report, row);
                assert_eq!(
                    days.iter().skip(3).map(|day| day.day.total_orders).sum::<i64>(),
                    row.current7d.total_orders
                );
            }
        });
    });
}

fn entries(day: Day, bucket: &Bucket) -> Vec<Entry> {
    let minutes = bucket.minutes.iter().map(|entry| Entry {
        day,
        minute: entry.minute,
        counter: entry.counter,
        amount: entry.amount,
    });
    let in_status = bucket.totals.entries().filter(|(counter, _)| matches!(counter, Counter::InStatus(_)));
    minutes.chain(in_status.map(|(counter, amount)| Entry { day, minute: 0, counter, amount })).collect()
}

/// See its name.
pub fn a_current_report_does_not_change_while_it_is_valid(make: MakeStore, cases: u32) {
    let moments = law_inputs().prop_flat_map(|input| {
        let era = input.0;
        (Just(input), instants(era), prop::collection::vec(1..1_440i64, 1..8))
    });
    law(cases, moments, |((era, _, batches, name, _), now, later)| {
        wait(async {
            let test_store = make(zone(name)).await;
            let store = test_store.store.as_ref();
            ingest_batches(&test_store.store, batches, afterwards(era)).await;
            roll::roll(store, now).await.unwrap();
            for minutes in later {
                let then = now.plus_seconds(minutes * 60);
                let as_of = store.zone().today(then);
                let fleet = FleetCache::new(test_store.store.clone()).reports(as_of).await.unwrap();
                for row in &fleet.rows {
                    let vendor = &row.vendor.vendor_id;
                    assert_eq!(
                        row.current.report,
                        report(store, vendor, as_of).await,
                        "stored at {now}, requested at {then}"
                    );
                    let fresh =
                        roll::current_reports(store, std::slice::from_ref(vendor), as_of).await.unwrap().remove(0);
                    assert_eq!(
                        row.current.reliability30d, fresh.reliability30d,
                        "stored at {now}, requested at {then}"
                    );
                }
            }
        });
    });
}

/// See its name.
pub fn a_fleet_cache_matches_a_new_one_after_updates(make: MakeStore, cases: u32) {
    law(cases, law_inputs(), |(era, _, batches, name, times)| {
        wait(async {
            let test_store = make(zone(name)).await;
            let (store, updated_cache) = (test_store.store.as_ref(), FleetCache::new(test_store.store.clone()));
            let mut times = times.into_iter().cycle();
            for batch in batches {
                ingest_batches(&test_store.store, vec![batch], afterwards(era)).await;
                let as_of = times.next().map_or(store.zone().today(afterwards(era)), |time| time.as_of(era, store));
                let updated = updated_cache.reports(as_of).await.unwrap();
                let fresh = FleetCache::new(test_store.store.clone()).reports(as_of).await.unwrap();
                let reports = |fleet: &FleetReports| {
                    let rows = fleet.rows.iter().map(|row| (row.vendor.clone(), row.current.clone()));
                    rows.map(|(vendor, current)| (vendor, current.report, current.reliability30d)).collect::<Vec<_>>()
                };
                assert_eq!(reports(&updated), reports(&fresh));
                assert_eq!((updated.as_of, updated.revision), (fresh.as_of, fresh.revision));
                for row in &updated.rows {
                    let vendor = &row.vendor;
                    let alone = vendor_report(store, store, &vendor.vendor_id, as_of).await.unwrap();
                    assert_eq!(
                        alone,
                        Some((vendor.clone(), row.current.report.clone())),
                        "with or without a stored report"
                    );
                }
            }
        });
    });
}
