//! Forgetting: no number of any report changes, and what is left can be rebuilt.

use std::sync::Arc;

use goody_application::ports::{Expired, Found, OrderFilter, Scope, Store};
use goody_application::read::{ReadError, report_on};
use goody_application::retention::{Retention, expire};
use goody_application::{project, rebuild};
use goody_domain::{Day, IngestOutcome, Instant, ReportZone, Status};
use proptest::prelude::*;
use proptest::sample::select;

use super::{MakeStore, ZONES, full, ingest, law, scope, vendor_ids, wait, zone};
use crate::histories::{arrivals, eras_and_histories};
use crate::{OrderBuilder, TestStore, at, day, now, order_id, vendor_id};

/// When the old orders were told.
const THEN: &str = "2026-01-20T12:00:00Z";

/// Orders of January, one that still goes on among them, and orders of March.
fn old_and_new() -> (Vec<OrderBuilder>, Vec<OrderBuilder>) {
    let old = |id: &str, day: u32| {
        OrderBuilder::new(id)
            .placed(&format!("2026-01-{day:02}T10:00:00Z"))
            .promised(&format!("2026-01-{:02}", day + 2))
    };
    let january = vec![
        old("old-arrived", 5).arrived_late_by_hours(5),
        old("old-lost", 6).lost("2026-01-12T08:00:00Z").because("no scan"),
        old("old-open", 7).shipped("2026-01-08T10:00:00Z"),
        old("old-other", 8).vendor("bloom").arrived_early_by_hours(3),
    ];
    let march = vec![
        OrderBuilder::new("new-arrived").promised("2026-03-04").arrived_early_by_hours(10),
        OrderBuilder::new("new-open").placed("2026-03-08T10:00:00Z").promised("2026-03-09"),
    ];
    (january, march)
}

async fn tell(store: &Arc<dyn Store>, orders: Vec<OrderBuilder>, when: Instant) -> Vec<IngestOutcome> {
    let outcome = ingest(store, orders.into_iter().flat_map(OrderBuilder::events).collect(), when).await;
    project::project_all(store.as_ref(), when).await.unwrap();
    outcome
}

async fn told(make: MakeStore) -> TestStore {
    let made = make(ReportZone::utc()).await;
    let (january, march) = old_and_new();
    tell(&made.store, january, at(THEN)).await;
    tell(&made.store, march, now()).await;
    made
}

/// Shorter than what is usual, so that few days are enough.
const RETENTION: Retention = Retention { order_days: 30, bucket_days: 183 };

async fn forget(store: &dyn Store, now: Instant) -> Expired {
    expire(store, RETENTION, now).await.unwrap()
}

/// The last day of the orders of January.
const KEPT_UNTIL: &str = "2026-02-19";

/// Every vendor's report of every date of a range that can be asked for, as bytes.
async fn reports(store: &dyn Store, from: Day, now: Instant) -> String {
    reports_until(store, from, &store.zone().day(now).to_string(), now).await
}

async fn reports_until(store: &dyn Store, from: Day, until: &str, now: Instant) -> String {
    let mut told = String::new();
    for vendor in vendor_ids(store).await {
        for date in from.to(day(until)) {
            let as_of = store.zone().as_of(date, now).unwrap();
            told += &serde_json::to_string(&report_on(store, &vendor, as_of).await.unwrap()).unwrap();
            told.push('\n');
        }
    }
    told
}

async fn differences(store: &dyn Store, now: Instant) -> u64 {
    rebuild::rebuild(store, now, |_, _| {}).await.unwrap().different
}

/// See its name.
pub async fn expiry_changes_no_number_of_any_report(make: MakeStore) {
    let made = told(make).await;
    let store = made.store.as_ref();
    let before = reports_until(store, day("2026-01-01"), KEPT_UNTIL, now()).await;
    assert_eq!(forget(store, now()).await.orders, 4);
    assert_eq!(reports_until(store, day("2026-01-01"), KEPT_UNTIL, now()).await, before);
    let after = reports(store, day("2026-01-01"), now()).await;
    assert_eq!(differences(store, now()).await, 0, "what is left can be rebuilt");
    assert_eq!(reports(store, day("2026-01-01"), now()).await, after);
}

/// See its name.
pub async fn an_open_order_that_expires_leaves_the_levels_at_the_end_of_its_last_day(make: MakeStore) {
    let made = told(make).await;
    let store = made.store.as_ref();
    forget(store, now()).await;
    let levels = async |date: &str| {
        let as_of = store.zone().as_of(day(date), now()).unwrap();
        let figures = report_on(store, &vendor_id("acme"), as_of).await.unwrap().current7d;
        (figures.active_orders(), figures.delayed_orders)
    };
    // Known since 2026-01-20 at the latest, kept for 30 days more.
    assert_eq!(levels("2026-02-18").await, (1, 1));
    assert_eq!(levels("2026-02-19").await, (1, 1), "it stands until the end of its last day");
    assert_eq!(levels("2026-02-20").await, (0, 0));
    let today = levels("2026-03-10").await;
    let open = OrderFilter {
        vendor_id: Some(vendor_id("acme")),
        statuses: Status::ALL[..3].to_vec(),
        ..OrderFilter::default()
    };
    let listed = store.list(&open, None, 10, now()).await.unwrap().len() as i64;
    assert_eq!(today.0, listed, "the active orders of the report are those of the list");
    let delayed = OrderFilter { delayed: Some(true), ..open };
    assert_eq!(today.1, store.list(&delayed, None, 10, now()).await.unwrap().len() as i64);
    let then = report_on(store, &vendor_id("acme"), store.zone().end_of(day("2026-01-12"))).await.unwrap().current7d;
    assert_eq!((then.total_orders, then.due_orders), (2, 3), "it stays among what was placed and due");
    assert_eq!(differences(store, now()).await, 0);
}

/// See its name.
pub async fn expiry_takes_orders_out_of_lists_and_totals(make: MakeStore) {
    let made = told(make).await;
    let store = made.store.as_ref();
    forget(store, now()).await;
    let january = OrderFilter { placed_to: Some(day("2026-01-31")), ..OrderFilter::default() };
    for (filter, left) in [(OrderFilter::default(), 2), (january, 0)] {
        assert_eq!(store.list(&filter, None, 10, now()).await.unwrap().len(), left);
        let count = store.count(&filter, 10, now()).await.unwrap();
        assert_eq!(count.by_status.iter().sum::<i64>(), left as i64, "a total is that of its list");
    }
    assert!(store.issues(&vendor_id("acme"), now(), 10).await.unwrap().is_empty());
    assert_eq!(store.order(&order_id("old-arrived")).await.unwrap(), None);
    assert_eq!(store.load(&[order_id("old-arrived")]).await.unwrap(), [Found::Expired]);
}

/// See its name.
pub async fn an_order_with_a_late_promise_is_kept_until_it_has_passed(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1").placed("2026-01-05T10:00:00Z").promised("2026-02-20");
    tell(&made.store, vec![order], at(THEN)).await;
    assert_eq!(forget(made.store.as_ref(), at("2026-03-22T12:00:00Z")).await.orders, 0);
    assert_eq!(forget(made.store.as_ref(), at("2026-03-23T12:00:00Z")).await.orders, 1);
}

/// See its name.
pub async fn an_order_that_outlives_the_bucket_of_its_day_is_counted_as_it_is_listed(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let store = made.store.as_ref();
    let order = || OrderBuilder::new("o-1").placed("2026-01-05T10:00:00Z").promised("2026-08-15");
    let other = OrderBuilder::new("o-2").placed("2026-07-20T10:00:00Z").promised("2026-07-25");
    tell(&made.store, vec![order()], at(THEN)).await;
    tell(&made.store, vec![other], at("2026-07-20T12:00:00Z")).await;
    assert!(forget(store, at("2026-08-01T12:00:00Z")).await.buckets > 0);
    let filter = |from: Option<&str>, to: Option<&str>| OrderFilter {
        placed_from: from.map(day),
        placed_to: to.map(day),
        ..OrderFilter::default()
    };
    let filters = [
        filter(None, Some("2026-01-31")),
        filter(Some("2026-01-05"), Some("2026-01-05")),
        filter(None, Some("2026-07-31")),
        filter(Some("2026-01-01"), None),
        filter(Some("2026-07-01"), None),
        filter(None, None),
    ];
    for now in [at("2026-08-01T12:00:00Z"), at("2026-08-03T12:00:00Z")] {
        for filter in &filters {
            let mut listed = [0; 9];
            for order in store.list(filter, None, 10, now).await.unwrap() {
                listed[order.status() as usize] += 1;
            }
            assert_eq!(store.count(filter, 10, now).await.unwrap().by_status, listed, "{filter:?} at {now}");
        }
        // From now on its day has a bucket again, of what came late.
        tell(&made.store, vec![order().shipped("2026-08-02T10:00:00Z")], at("2026-08-02T12:00:00Z")).await;
    }
}

/// See its name.
pub async fn facts_told_again_about_an_expired_order_change_nothing(make: MakeStore) {
    let made = told(make).await;
    let store = made.store.as_ref();
    forget(store, now()).await;
    let before = (reports(store, day("2026-01-01"), now()).await, scope(store, &Scope::Fleet).await);
    let (january, _) = old_and_new();
    let again = tell(&made.store, january, now()).await;
    assert!(again.iter().all(|outcome| *outcome == IngestOutcome::Known));
    tell(&made.store, vec![OrderBuilder::new("old-open").unplaced().lost("2026-03-09T10:00:00Z")], now()).await;
    assert_eq!((reports(store, day("2026-01-01"), now()).await, scope(store, &Scope::Fleet).await), before);
    assert_eq!(store.order(&order_id("old-open")).await.unwrap(), None);
    assert_eq!(differences(store, now()).await, 0);
}

/// See its name.
pub async fn a_fact_about_an_expired_order_registers_no_vendor(make: MakeStore) {
    let made = told(make).await;
    let store = made.store.as_ref();
    forget(store, now()).await;
    let before = vendor_ids(store).await;
    tell(&made.store, vec![OrderBuilder::new("old-open").vendor("ghost")], now()).await;
    assert_eq!(vendor_ids(store).await, before);
}

/// See its name.
pub async fn an_order_that_waits_to_be_projected_is_not_forgotten(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let (january, _) = old_and_new();
    let store = made.store.as_ref();
    ingest(&made.store, january.into_iter().flat_map(OrderBuilder::events).collect(), at(THEN)).await;
    assert_eq!(forget(store, now()).await.orders, 0);
    project::project_all(store, now()).await.unwrap();
    let before = reports_until(store, day("2026-01-01"), KEPT_UNTIL, now()).await;
    assert_eq!(forget(store, now()).await.orders, 4);
    assert_eq!(reports_until(store, day("2026-01-01"), KEPT_UNTIL, now()).await, before);
}

/// See its name.
pub async fn an_expired_order_of_two_vendors_leaves_both_their_numbers(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let store = made.store.as_ref();
    let order = OrderBuilder::new("o-1").placed("2026-01-05T10:00:00Z").also_placed("bloom", "2026-01-06T10:00:00Z");
    tell(&made.store, vec![order.lost("2026-01-09T10:00:00Z")], at(THEN)).await;
    let before = reports(store, day("2026-01-01"), now()).await;
    assert_eq!(forget(store, now()).await.orders, 1);
    assert_eq!(differences(store, now()).await, 0);
    assert_eq!(reports(store, day("2026-01-01"), now()).await, before);
}

/// Orders of June, forgotten in August, with their buckets in March.
async fn forgotten_half_a_year(make: MakeStore) -> (TestStore, String, Day) {
    let made = make(ReportZone::utc()).await;
    let june = |id: &str| OrderBuilder::new(id).placed("2025-06-01T10:00:00Z").promised("2025-06-03");
    let orders = vec![june("open"), june("lost").lost("2025-06-09T00:00:00Z"), june("waiting").promised("2026-03-20")];
    tell(&made.store, orders, at("2025-06-10T00:00:00Z")).await;
    let of_bloom = OrderBuilder::new("recent").vendor("bloom").arrived("2026-03-02T10:00:00Z");
    tell(&made.store, vec![of_bloom], at("2026-03-02T11:00:00Z")).await;
    let first = day("2026-01-01");
    let store = made.store.as_ref();
    assert_eq!(forget(store, at("2025-08-01T12:00:00Z")).await.orders, 2);
    let before = reports(store, first, now()).await;
    assert_eq!(store.kept_from().await.unwrap(), None);
    assert!(forget(store, now()).await.buckets > 0);
    (made, before, first)
}

/// See its name.
pub async fn buckets_expire_and_levels_go_on(make: MakeStore) {
    let (made, _, _) = forgotten_half_a_year(make).await;
    let store = made.store.as_ref();
    let kept_from = store.kept_from().await.unwrap().expect("buckets have expired");
    assert!(kept_from > day("2025-06-09") && kept_from <= day("2026-03-01"), "{kept_from}");
    let as_of = store.zone().today(now());
    let report = report_on(store, &vendor_id("acme"), as_of).await.unwrap();
    assert_eq!((report.current7d.active_orders(), report.current7d.delayed_orders), (1, 0), "it is promised for later");
    let too_early = store.zone().end_of(kept_from.plus(12));
    let error = report_on(store, &vendor_id("acme"), too_early).await.unwrap_err();
    assert!(matches!(error, ReadError::DateExpired { first } if first == kept_from.plus(13)), "{error}");
    assert_eq!(differences(store, now()).await, 0);
}

/// See its name.
pub async fn the_latest_fact_outlives_its_bucket(make: MakeStore) {
    let (made, before, first) = forgotten_half_a_year(make).await;
    assert_eq!(reports(made.store.as_ref(), first, now()).await, before, "every byte, updatedAt among them");
    assert_eq!(differences(made.store.as_ref(), now()).await, 0);
    assert_eq!(reports(made.store.as_ref(), first, now()).await, before);
}

/// See its name.
pub async fn a_late_fact_about_an_expired_day_is_no_difference(make: MakeStore) {
    let (made, _, first) = forgotten_half_a_year(make).await;
    let store = made.store.as_ref();
    tell(&made.store, vec![OrderBuilder::new("late").placed("2025-06-02T10:00:00Z")], now()).await;
    let report = report_on(store, &vendor_id("acme"), store.zone().today(now())).await.unwrap();
    assert_eq!(report.current7d.active_orders(), 2, "this one, and the one that is promised for later");
    let before = reports(store, first, now()).await;
    assert_eq!(differences(store, now()).await, 0);
    assert_eq!(reports(store, first, now()).await, before);
    // The late order expires, and a year later what it left in the buckets of its day.
    let (next_year, much_later) = (at("2027-03-10T12:00:00Z"), at("2028-03-10T12:00:00Z"));
    forget(store, next_year).await;
    let before = reports(store, day("2028-03-09"), much_later).await;
    for now in [next_year, much_later] {
        forget(store, now).await;
        assert_eq!(differences(store, now).await, 0);
        assert_eq!(reports(store, day("2028-03-09"), much_later).await, before);
    }
}

/// See its name.
pub fn expiry_and_late_facts_agree_with_the_memory_store(make: MakeStore, cases: u32) {
    let told = (eras_and_histories(), select(ZONES.to_vec()))
        .prop_flat_map(|((era, events), zone)| arrivals(events).prop_map(move |batches| (era, batches, zone)));
    // Between batches, days pass and things are forgotten.
    let pauses = prop::collection::vec((0..40i64, 0..30u16, 0..45u16), 1..6);
    law(cases, (told, pauses), |((era, batches, name), pauses)| {
        wait(async {
            let [made, memory] = [make(zone(name)).await, TestStore::memory(zone(name))];
            let mut now = crate::histories::afterwards(era);
            for (number, batch) in batches.into_iter().enumerate() {
                let (days, order_days, bucket_days) = pauses[number % pauses.len()];
                now = now.plus_seconds(days * 86_400);
                let mut outcome = Vec::new();
                for store in [&made.store, &memory.store] {
                    outcome.push(ingest(store, batch.clone(), now).await);
                    project::project_all(store.as_ref(), now).await.unwrap();
                }
                assert_eq!(outcome[0], outcome[1]);
                let retention = Retention { order_days, bucket_days: bucket_days.max(order_days) };
                let first = |kept: Option<Day>| kept.map_or(zone(name).day(era), |kept| kept.plus(13));
                let today = zone(name).day(now);
                let mut before = Vec::new();
                for store in [&made.store, &memory.store] {
                    // What will still be there to ask for afterwards.
                    let from = first(store.kept_from().await.unwrap()).max(today.plus(-4)).min(today.plus(1));
                    before.push((from, reports(store.as_ref(), from, now).await));
                }
                assert_eq!(before[0], before[1]);
                let open = OrderFilter { statuses: Status::ALL[..3].to_vec(), ..OrderFilter::default() };
                let open_before = memory.store.list(&open, None, 1_000, now).await.unwrap().len();
                let (is, ought) = (
                    expire(made.store.as_ref(), retention, now).await,
                    expire(memory.store.as_ref(), retention, now).await,
                );
                assert_eq!(is.unwrap().orders, ought.unwrap().orders);
                let kept_from = made.store.kept_from().await.unwrap();
                assert_eq!(kept_from, memory.store.kept_from().await.unwrap());
                let is_given_up = memory.store.list(&open, None, 1_000, now).await.unwrap().len() < open_before;
                let from = before[0].0.max(first(kept_from));
                assert_eq!(
                    reports(made.store.as_ref(), from, now).await,
                    reports(memory.store.as_ref(), from, now).await
                );
                if first(kept_from) <= before[0].0 && !is_given_up {
                    assert_eq!(
                        reports(made.store.as_ref(), before[0].0, now).await,
                        before[0].1,
                        "expiry changed a report"
                    );
                }
                for vendor in vendor_ids(made.store.as_ref()).await {
                    let from = kept_from.unwrap_or(Day::from_number(-1_000));
                    let of = Scope::Vendor(vendor);
                    let (is, _) = made.store.series(&of, from, from, today.plus(99)).await.unwrap();
                    let (ought, _) = memory.store.series(&of, from, from, today.plus(99)).await.unwrap();
                    assert_eq!(full(is), full(ought), "{of:?} from {from}");
                }
                assert_eq!(differences(made.store.as_ref(), now).await, 0);
                assert_eq!(differences(memory.store.as_ref(), now).await, 0);
            }
        });
    });
}
