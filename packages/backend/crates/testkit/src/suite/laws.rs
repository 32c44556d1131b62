//! Laws: what holds whatever is told, in whatever order.

use std::sync::Arc;

use goody_application::ports::{OrderFilter, Scope, Store};
use goody_application::read::{FleetCache, FleetReports, fleet_history, report_on, vendor_history, vendor_report};
use goody_application::{rebuild, roll};
use goody_domain::{AsOf, Bucket, Counter, Dashboard, Day, Entry, Instant, OrderEvent, Report, Status, VendorId};
use proptest::prelude::*;
use proptest::sample::select;

use super::{MakeStore, ZONES, ingest_batches, law, scope, vendor_ids, wait, zone};
use crate::histories::{VENDORS, afterwards, arrivals, eras_and_histories, instants};
use crate::{oracle, vendor_id};

/// When reports are asked for: some at the end of a date, some in the middle of today.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Past(i32),
    Today(Instant),
}

impl Asked {
    fn as_of(self, era: Instant, store: &dyn Store) -> AsOf {
        match self {
            Self::Past(days) => store.zone().end_of(store.zone().day(era).plus(days)),
            Self::Today(now) => store.zone().today(now),
        }
    }

    /// A now that makes the report one of today, or of a date that is over.
    fn now(self, era: Instant) -> Instant {
        match self {
            Self::Past(_) => afterwards(era).plus_seconds(30 * 86_400),
            Self::Today(now) => now,
        }
    }
}

fn asked(era: Instant) -> impl Strategy<Value = Vec<Asked>> {
    let one = prop_oneof![1 => (-1..30i32).prop_map(Asked::Past), 2 => instants(era).prop_map(Asked::Today)];
    prop::collection::vec(one, 1..8)
}

type SimulationCounts = (Instant, Vec<OrderEvent>, Vec<Vec<OrderEvent>>, &'static str, Vec<Asked>);

fn tellings() -> impl Strategy<Value = SimulationCounts> {
    (eras_and_histories(), select(ZONES.to_vec())).prop_flat_map(|((era, events), zone)| {
        (Just(era), Just(events.clone()), arrivals(events), Just(zone), asked(era))
    })
}

async fn report(store: &dyn Store, vendor: &VendorId, as_of: AsOf) -> Report {
    report_on(store, vendor, as_of).await.unwrap()
}

/// See its name. This is the most important test there is.
pub fn reports_are_what_section_4_says(make: MakeStore, cases: u32) {
    law(cases, tellings(), |(era, events, batches, name, asked)| {
        wait(async {
            let made = make(zone(name)).await;
            ingest_batches(&made.store, batches, afterwards(era)).await;
            let orders = oracle::orders(&events);
            for asked in asked {
                let as_of = asked.as_of(era, made.store.as_ref());
                for vendor in VENDORS.map(vendor_id) {
                    let expected = oracle::expected(&vendor, &orders, as_of.date(), asked.now(era), name);
                    oracle::assert_report(&report(made.store.as_ref(), &vendor, as_of).await, &expected);
                }
            }
        });
    });
}

/// Everything that is told of some dates, as bytes.
async fn told(store: &Arc<dyn Store>, era: Instant, asked: &[Asked]) -> String {
    let mut told = String::new();
    for asked in asked {
        let as_of = asked.as_of(era, store.as_ref());
        for vendor in vendor_ids(store.as_ref()).await {
            let report = report(store.as_ref(), &vendor, as_of).await;
            told += &serde_json::to_string(&report).unwrap();
            told.push('\n');
        }
        let fleet = FleetCache::new(store.clone()).reports(as_of).await.unwrap();
        let rows = fleet.rows.iter().map(|row| (&row.vendor, &row.current.report, &row.current.reliability30d));
        told += &serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap();
        told += &format!("\n{:?}\n", Dashboard::fold(fleet.rows.iter().map(|row| &row.current.report), as_of));
    }
    told
}

/// See its name.
pub fn reports_are_a_function_of_the_set_of_facts(make: MakeStore, cases: u32) {
    let twice = tellings()
        .prop_flat_map(|(era, events, batches, zone, asked)| (Just((era, batches, zone, asked)), arrivals(events)));
    law(cases, twice, |((era, batches, name, asked), others)| {
        wait(async {
            let (one, other) = (make(zone(name)).await, make(zone(name)).await);
            ingest_batches(&one.store, batches, afterwards(era)).await;
            ingest_batches(&other.store, others, afterwards(era)).await;
            // Kept reports must not make a difference either.
            if let Some(Asked::Today(now)) = asked.first() {
                roll::roll(other.store.as_ref(), *now).await.unwrap();
            }
            assert_eq!(told(&one.store, era, &asked).await, told(&other.store, era, &asked).await);
        });
    });
}

/// See its name.
pub fn rebuilding_finds_no_difference(make: MakeStore, cases: u32) {
    law(cases, tellings(), |(era, _, batches, name, asked)| {
        wait(async {
            let made = make(zone(name)).await;
            ingest_batches(&made.store, batches, afterwards(era)).await;
            let before = told(&made.store, era, &asked).await;
            let rebuilt = rebuild::rebuild(made.store.as_ref(), afterwards(era), |_, _| {}).await.unwrap();
            assert_eq!(rebuilt.different, 0, "{rebuilt:?}");
            assert_eq!(told(&made.store, era, &asked).await, before);
        });
    });
}

/// See its name.
pub fn the_fleet_is_the_sum_of_its_vendors_and_of_the_order_list(make: MakeStore, cases: u32) {
    law(cases, tellings(), |(era, _, batches, name, _)| {
        wait(async {
            let made = make(zone(name)).await;
            let store = made.store.as_ref();
            ingest_batches(&made.store, batches, afterwards(era)).await;

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

            // Asked at a whole minute after every fact: then the list and the reports know the same.
            let now = afterwards(era);
            let as_of = store.zone().today(now);
            let reports = FleetCache::new(made.store.clone()).reports(as_of).await.unwrap();
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
                assert_eq!(number, count, "{name}: the dashboard says the first, the order list counts the second");
            }

            // A chart's last point is the dashboard, and a vendor's is its report.
            let history = fleet_history(store, store, as_of.date().plus(-2), as_of.date(), now).await.unwrap();
            assert_eq!(history.last().unwrap().fleet, dashboard.current);
            for row in rows {
                let days =
                    vendor_history(store, &row.vendor_id, as_of.date().plus(-9), as_of.date(), now).await.unwrap();
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
    let minutes =
        bucket.minutes.iter().map(|of| Entry { day, minute: of.minute, counter: of.counter, amount: of.amount });
    let standing = bucket.totals.entries().filter(|(counter, _)| matches!(counter, Counter::InStatus(_)));
    minutes.chain(standing.map(|(counter, amount)| Entry { day, minute: 0, counter, amount })).collect()
}

/// See its name.
pub fn a_kept_report_holds_until_it_says(make: MakeStore, cases: u32) {
    let moments = tellings().prop_flat_map(|told| {
        let era = told.0;
        (Just(told), instants(era), prop::collection::vec(1..1_440i64, 1..8))
    });
    law(cases, moments, |((era, _, batches, name, _), now, later)| {
        wait(async {
            let made = make(zone(name)).await;
            let store = made.store.as_ref();
            ingest_batches(&made.store, batches, afterwards(era)).await;
            roll::roll(store, now).await.unwrap();
            for minutes in later {
                let then = now.plus_seconds(minutes * 60);
                let as_of = store.zone().today(then);
                let fleet = FleetCache::new(made.store.clone()).reports(as_of).await.unwrap();
                for row in &fleet.rows {
                    let vendor = &row.vendor.vendor_id;
                    assert_eq!(
                        row.current.report,
                        report(store, vendor, as_of).await,
                        "kept at {now}, asked at {then}"
                    );
                    let fresh =
                        roll::current_reports(store, std::slice::from_ref(vendor), as_of).await.unwrap().remove(0);
                    assert_eq!(row.current.reliability30d, fresh.reliability30d, "kept at {now}, asked at {then}");
                }
            }
        });
    });
}

/// See its name.
pub fn a_reader_that_follows_tells_what_a_new_one_does(make: MakeStore, cases: u32) {
    law(cases, tellings(), |(era, _, batches, name, asked)| {
        wait(async {
            let made = make(zone(name)).await;
            let (store, follower) = (made.store.as_ref(), FleetCache::new(made.store.clone()));
            let mut asked = asked.into_iter().cycle();
            for batch in batches {
                ingest_batches(&made.store, vec![batch], afterwards(era)).await;
                let as_of = asked.next().map_or(store.zone().today(afterwards(era)), |asked| asked.as_of(era, store));
                let followed = follower.reports(as_of).await.unwrap();
                let fresh = FleetCache::new(made.store.clone()).reports(as_of).await.unwrap();
                let told = |fleet: &FleetReports| {
                    let rows = fleet.rows.iter().map(|row| (row.vendor.clone(), row.current.clone()));
                    rows.map(|(vendor, kept)| (vendor, kept.report, kept.reliability30d)).collect::<Vec<_>>()
                };
                assert_eq!(told(&followed), told(&fresh));
                assert_eq!((followed.as_of, followed.revision), (fresh.as_of, fresh.revision));
                for row in &followed.rows {
                    let vendor = &row.vendor;
                    let alone = vendor_report(store, &vendor.vendor_id, as_of).await.unwrap();
                    assert_eq!(alone, Some((vendor.clone(), row.current.report.clone())), "kept or not");
                }
            }
        });
    });
}
