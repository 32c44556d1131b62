//! Retention: expiry changes no report, and the remaining data can be rebuilt.

use std::sync::Arc;

use goody_application::detect::{detect, keep_up};
use goody_application::explain::explain_episode;
use goody_application::ports::{Expired, Found, OrderFilter, Scope, Store};
use goody_application::read::{ReadError, report_on};
use goody_application::retention::{Retention, expire};
use goody_application::{project, rebuild};
use goody_domain::detection::Rules;
use goody_domain::{Day, IngestOutcome, Instant, ReportZone, Status};
use proptest::prelude::*;
use proptest::sample::select;

use super::months::assert_past_reports;
use super::{MakeStore, ZONES, ingest, law, scope, vendor_ids, wait, without_empty_buckets, zone};
use crate::histories::{arrivals, eras_and_histories};
use crate::{OrderBuilder, TestStore, at, day, now, order_id, vendor_id};

/// When the orders of January are recorded.
const JANUARY_RECORDED_AT: &str = "2026-01-20T12:00:00Z";

/// Orders of January, one of them still open, and orders of March.
fn january_and_march() -> (Vec<OrderBuilder>, Vec<OrderBuilder>) {
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

async fn send(store: &Arc<dyn Store>, orders: Vec<OrderBuilder>, when: Instant) -> Vec<IngestOutcome> {
    let outcome = ingest(store, orders.into_iter().flat_map(OrderBuilder::events).collect(), when).await;
    project::project_all(store.as_ref(), when).await.unwrap();
    outcome
}

async fn store_with_orders(make: MakeStore) -> TestStore {
    let test_store = make(ReportZone::utc()).await;
    let (january, march) = january_and_march();
    send(&test_store.store, january, at(JANUARY_RECORDED_AT)).await;
    send(&test_store.store, march, now()).await;
    test_store
}

/// Shorter than the default, so that the tests need fewer days.
const RETENTION: Retention = Retention { order_days: 30, bucket_days: 183 };

async fn run_expiry(store: &dyn Store, now: Instant) -> Expired {
    expire(store, RETENTION, now).await.unwrap()
}

/// The last day of the retention of the orders of January.
const LAST_RETAINED_DAY: &str = "2026-02-19";

/// The reports of all vendors for all dates of a range, as text.
async fn reports(store: &dyn Store, from: Day, now: Instant) -> String {
    reports_until(store, from, &store.zone().day(now).to_string(), now).await
}

async fn reports_until(store: &dyn Store, from: Day, until: &str, now: Instant) -> String {
    let mut lines = String::new();
    for vendor in vendor_ids(store).await {
        for date in from.to(day(until)) {
            let as_of = store.zone().as_of(date, now).unwrap();
            lines += &serde_json::to_string(&report_on(store, &vendor, as_of).await.unwrap()).unwrap();
            lines.push('\n');
        }
    }
    lines
}

async fn differences(store: &dyn Store, now: Instant) -> u64 {
    rebuild::rebuild(store, now, |_, _| {}).await.unwrap().different
}

/// See its name.
pub async fn expiry_changes_no_number_of_any_report(make: MakeStore) {
    let test_store = store_with_orders(make).await;
    let store = test_store.store.as_ref();
    let before = reports_until(store, day("2026-01-01"), LAST_RETAINED_DAY, now()).await;
    assert_eq!(run_expiry(store, now()).await.orders, 4);
    assert_eq!(reports_until(store, day("2026-01-01"), LAST_RETAINED_DAY, now()).await, before);
    let after = reports(store, day("2026-01-01"), now()).await;
    assert_eq!(differences(store, now()).await, 0, "the remaining data can be rebuilt");
    assert_eq!(reports(store, day("2026-01-01"), now()).await, after);
}

/// See its name.
pub async fn an_open_order_that_expires_leaves_the_levels_at_the_end_of_its_last_day(make: MakeStore) {
    let test_store = store_with_orders(make).await;
    let store = test_store.store.as_ref();
    run_expiry(store, now()).await;
    let levels = async |date: &str| {
        let as_of = store.zone().as_of(day(date), now()).unwrap();
        let figures = report_on(store, &vendor_id("acme"), as_of).await.unwrap().current7d;
        (figures.active_orders(), figures.delayed_orders)
    };
    // The orders of January are recorded on 2026-01-20 and retained for 30 more days.
    assert_eq!(levels("2026-02-18").await, (1, 1));
    assert_eq!(levels("2026-02-19").await, (1, 1), "the order is active until the end of its last day");
    assert_eq!(levels("2026-02-20").await, (0, 0));
    let today = levels("2026-03-10").await;
    let open = OrderFilter {
        vendor_id: Some(vendor_id("acme")),
        statuses: Status::ALL[..3].to_vec(),
        ..OrderFilter::default()
    };
    let listed = store.list(&open, None, 10, now()).await.unwrap().len() as i64;
    assert_eq!(today.0, listed, "the report and the list count the same active orders");
    let delayed = OrderFilter { delayed: Some(true), ..open };
    assert_eq!(today.1, store.list(&delayed, None, 10, now()).await.unwrap().len() as i64);
    let then = report_on(store, &vendor_id("acme"), store.zone().end_of(day("2026-01-12"))).await.unwrap().current7d;
    assert_eq!((then.total_orders, then.due_orders), (2, 3), "the order still counts as placed and due");
    assert_eq!(differences(store, now()).await, 0);
}

/// See its name.
pub async fn expiry_removes_orders_from_lists_and_totals(make: MakeStore) {
    let test_store = store_with_orders(make).await;
    let store = test_store.store.as_ref();
    run_expiry(store, now()).await;
    let january = OrderFilter { placed_to: Some(day("2026-01-31")), ..OrderFilter::default() };
    for (filter, remaining) in [(OrderFilter::default(), 2), (january, 0)] {
        assert_eq!(store.list(&filter, None, 10, now()).await.unwrap().len(), remaining);
        let count = store.count(&filter, 10, now()).await.unwrap();
        assert_eq!(count.by_status.iter().sum::<i64>(), remaining as i64, "the count matches the list");
    }
    assert!(store.issues(&vendor_id("acme"), now(), 10).await.unwrap().is_empty());
    assert_eq!(store.order(&order_id("old-arrived")).await.unwrap(), None);
    assert_eq!(store.load(&[order_id("old-arrived")]).await.unwrap(), [Found::Expired]);
}

/// See its name.
pub async fn an_order_does_not_expire_before_its_promise_has_passed(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1").placed("2026-01-05T10:00:00Z").promised("2026-02-20");
    send(&test_store.store, vec![order], at(JANUARY_RECORDED_AT)).await;
    assert_eq!(run_expiry(test_store.store.as_ref(), at("2026-03-22T12:00:00Z")).await.orders, 0);
    assert_eq!(run_expiry(test_store.store.as_ref(), at("2026-03-23T12:00:00Z")).await.orders, 1);
}

/// See its name.
pub async fn counts_match_lists_for_an_order_that_outlives_the_bucket_of_its_day(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    let order = || OrderBuilder::new("o-1").placed("2026-01-05T10:00:00Z").promised("2026-08-15");
    let other = OrderBuilder::new("o-2").placed("2026-07-20T10:00:00Z").promised("2026-07-25");
    send(&test_store.store, vec![order()], at(JANUARY_RECORDED_AT)).await;
    send(&test_store.store, vec![other], at("2026-07-20T12:00:00Z")).await;
    assert!(run_expiry(store, at("2026-08-01T12:00:00Z")).await.buckets > 0);
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
        // This late fact creates a bucket for the expired day again.
        send(&test_store.store, vec![order().shipped("2026-08-02T10:00:00Z")], at("2026-08-02T12:00:00Z")).await;
    }
}

/// See its name.
pub async fn events_of_an_expired_order_change_nothing(make: MakeStore) {
    let test_store = store_with_orders(make).await;
    let store = test_store.store.as_ref();
    run_expiry(store, now()).await;
    let before = (reports(store, day("2026-01-01"), now()).await, scope(store, &Scope::Fleet).await);
    let (january, _) = january_and_march();
    let again = send(&test_store.store, january, now()).await;
    assert!(again.iter().all(|outcome| *outcome == IngestOutcome::Expired), "{again:?}");
    send(&test_store.store, vec![OrderBuilder::new("old-open").unplaced().lost("2026-03-09T10:00:00Z")], now()).await;
    assert_eq!((reports(store, day("2026-01-01"), now()).await, scope(store, &Scope::Fleet).await), before);
    assert_eq!(store.order(&order_id("old-open")).await.unwrap(), None);
    assert_eq!(differences(store, now()).await, 0);
}

/// See its name.
pub async fn an_event_of_an_expired_order_registers_no_vendor(make: MakeStore) {
    let test_store = store_with_orders(make).await;
    let store = test_store.store.as_ref();
    run_expiry(store, now()).await;
    let before = vendor_ids(store).await;
    send(&test_store.store, vec![OrderBuilder::new("old-open").vendor("ghost")], now()).await;
    assert_eq!(vendor_ids(store).await, before);
}

/// See its name.
pub async fn an_order_with_pending_changes_does_not_expire(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let (january, _) = january_and_march();
    let store = test_store.store.as_ref();
    ingest(&test_store.store, january.into_iter().flat_map(OrderBuilder::events).collect(), at(JANUARY_RECORDED_AT))
        .await;
    assert_eq!(run_expiry(store, now()).await.orders, 0);
    project::project_all(store, now()).await.unwrap();
    let before = reports_until(store, day("2026-01-01"), LAST_RETAINED_DAY, now()).await;
    assert_eq!(run_expiry(store, now()).await.orders, 4);
    assert_eq!(reports_until(store, day("2026-01-01"), LAST_RETAINED_DAY, now()).await, before);
}

/// See its name.
pub async fn the_expiry_of_an_order_of_two_vendors_changes_no_report(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    let order = OrderBuilder::new("o-1").placed("2026-01-05T10:00:00Z").also_placed("bloom", "2026-01-06T10:00:00Z");
    send(&test_store.store, vec![order.lost("2026-01-09T10:00:00Z")], at(JANUARY_RECORDED_AT)).await;
    let before = reports(store, day("2026-01-01"), now()).await;
    assert_eq!(run_expiry(store, now()).await.orders, 1);
    assert_eq!(differences(store, now()).await, 0);
    assert_eq!(reports(store, day("2026-01-01"), now()).await, before);
}

/// A store with orders of June that expire in August and whose buckets expire in March, the reports before that, and their first
/// date.
async fn store_with_expired_buckets(make: MakeStore) -> (TestStore, String, Day) {
    let test_store = make(ReportZone::utc()).await;
    let june = |id: &str| OrderBuilder::new(id).placed("2025-06-01T10:00:00Z").promised("2025-06-03");
    let orders = vec![june("open"), june("lost").lost("2025-06-09T00:00:00Z"), june("waiting").promised("2026-03-20")];
    send(&test_store.store, orders, at("2025-06-10T00:00:00Z")).await;
    let recent = OrderBuilder::new("recent").vendor("bloom").arrived("2026-03-02T10:00:00Z");
    send(&test_store.store, vec![recent], at("2026-03-02T11:00:00Z")).await;
    let first = day("2026-01-01");
    let store = test_store.store.as_ref();
    assert_eq!(run_expiry(store, at("2025-08-01T12:00:00Z")).await.orders, 2);
    let before = reports(store, first, now()).await;
    assert_eq!(store.kept_from().await.unwrap(), None);
    assert!(run_expiry(store, now()).await.buckets > 0);
    (test_store, before, first)
}

/// See its name.
pub async fn the_expiry_of_buckets_changes_no_level(make: MakeStore) {
    let (test_store, _, _) = store_with_expired_buckets(make).await;
    let store = test_store.store.as_ref();
    let kept_from = store.kept_from().await.unwrap().expect("buckets have expired");
    assert!(kept_from > day("2025-06-09") && kept_from <= day("2026-03-01"), "{kept_from}");
    let as_of = store.zone().today(now());
    let report = report_on(store, &vendor_id("acme"), as_of).await.unwrap();
    assert_eq!(
        (report.current7d.active_orders(), report.current7d.delayed_orders),
        (1, 0),
        "one order is promised for a later date"
    );
    let too_early = store.zone().end_of(kept_from.plus(12));
    let error = report_on(store, &vendor_id("acme"), too_early).await.unwrap_err();
    assert!(matches!(error, ReadError::DateExpired { first } if first == kept_from.plus(13)), "{error}");
    assert_eq!(differences(store, now()).await, 0);
}

/// See its name.
pub async fn the_latest_fact_outlives_its_bucket(make: MakeStore) {
    let (test_store, before, first) = store_with_expired_buckets(make).await;
    assert_eq!(
        reports(test_store.store.as_ref(), first, now()).await,
        before,
        "every byte is the same, also of updatedAt"
    );
    assert_eq!(differences(test_store.store.as_ref(), now()).await, 0);
    assert_eq!(reports(test_store.store.as_ref(), first, now()).await, before);
}

/// See its name.
pub async fn a_late_fact_about_an_expired_day_makes_no_difference_for_a_rebuild(make: MakeStore) {
    let (test_store, _, first) = store_with_expired_buckets(make).await;
    let store = test_store.store.as_ref();
    send(&test_store.store, vec![OrderBuilder::new("late").placed("2025-06-02T10:00:00Z")], now()).await;
    let report = report_on(store, &vendor_id("acme"), store.zone().today(now())).await.unwrap();
    assert_eq!(report.current7d.active_orders(), 2, "the late order, and the one with the later promise");
    let before = reports(store, first, now()).await;
    assert_eq!(differences(store, now()).await, 0);
    assert_eq!(reports(store, first, now()).await, before);
    // The late order expires, and a year later its contribution to the buckets expires.
    let (next_year, much_later) = (at("2027-03-10T12:00:00Z"), at("2028-03-10T12:00:00Z"));
    run_expiry(store, next_year).await;
    let before = reports(store, day("2028-03-09"), much_later).await;
    for now in [next_year, much_later] {
        run_expiry(store, now).await;
        assert_eq!(differences(store, now).await, 0);
        assert_eq!(reports(store, day("2028-03-09"), much_later).await, before);
    }
}

/// See its name.
pub async fn what_changed_about_a_vendor_outlives_its_orders(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    let today = store.zone().day(now());
    // For forty days everything arrives, then nothing does.
    let orders =
        (1..=40).flat_map(|days_ago| (0..4).map(move |number| (days_ago, number))).map(|(days_ago, number)| {
            let due = today.plus(-days_ago);
            let order = OrderBuilder::new(&format!("{due}-{number}")).placed(&format!("{}T08:00:00Z", due.plus(-2)));
            let order = order.promised(&format!("{due}T1{number}:00:00Z"));
            if days_ago > 5 { order.arrived_early_by_hours(2) } else { order }
        });
    send(&test_store.store, orders.collect(), now()).await;
    while !keep_up(store, now()).await.unwrap() {}
    let fleet = detect(store, store.zone().today(now())).await.unwrap().unwrap();
    let acme = vendor_id("acme");
    let explain_at = async |when| explain_episode(store, &fleet, &acme, when).await.unwrap();
    let (windows, explanation) = explain_at(now()).await.unwrap();
    assert_eq!(explanation.total.missed_after, explanation.total.due_after);

    // Its orders expire: what is left is what changed when the episode was raised.
    let later = |days: i64| now().plus_seconds(days * 86_400);
    run_expiry(store, later(60)).await;
    let (kept_windows, kept) = explain_at(later(500)).await.unwrap();
    let raised = fleet.vendor(&acme).unwrap().open_episode().unwrap().raised;
    assert_eq!(kept_windows.after.end, fleet.start_of(raised, &Rules::QUARTERS, store.zone()));
    assert_eq!((kept_windows.before, kept_windows.after.start), (windows.before, windows.after.start));
    assert_eq!(kept.total.due_before, explanation.total.due_before);
    assert!(kept.total.missed_after > 0 && kept.total.missed_after < explanation.total.missed_after);

    // Its buckets expire.
    run_expiry(store, later(400)).await;
    assert_eq!(explain_at(later(500)).await, None);
}

/// See its name.
pub fn expiry_and_late_facts_match_the_memory_store(make: MakeStore, cases: u32) {
    let inputs = (eras_and_histories(), select(ZONES.to_vec()))
        .prop_flat_map(|((era, events), zone)| arrivals(events).prop_map(move |batches| (era, batches, zone)));
    // Days pass between the batches, and data expires.
    let pauses = prop::collection::vec((0..40i64, 0..30u16, 0..45u16), 1..6);
    law(cases, (inputs, pauses), |((era, batches, name), pauses)| {
        wait(async {
            let [test_store, memory] = [make(zone(name)).await, TestStore::memory(zone(name))];
            let mut now = crate::histories::afterwards(era);
            for (number, batch) in batches.into_iter().enumerate() {
                let (days, order_days, bucket_days) = pauses[number % pauses.len()];
                now = now.plus_seconds(days * 86_400);
                let mut outcome = Vec::new();
                for store in [&test_store.store, &memory.store] {
                    outcome.push(ingest(store, batch.clone(), now).await);
                    project::project_all(store.as_ref(), now).await.unwrap();
                }
                assert_eq!(outcome[0], outcome[1]);
                let retention = Retention { order_days, bucket_days: bucket_days.max(order_days) };
                let first = |kept: Option<Day>| kept.map_or(zone(name).day(era), |kept| kept.plus(13));
                let today = zone(name).day(now);
                let mut before = Vec::new();
                for store in [&test_store.store, &memory.store] {
                    // From the first date whose report is still available after the expiry.
                    let from = first(store.kept_from().await.unwrap()).max(today.plus(-4)).min(today.plus(1));
                    before.push((from, reports(store.as_ref(), from, now).await));
                }
                assert_eq!(before[0], before[1]);
                let open = OrderFilter { statuses: Status::ALL[..3].to_vec(), ..OrderFilter::default() };
                let open_before = memory.store.list(&open, None, 1_000, now).await.unwrap().len();
                let (actual, expected) = (
                    expire(test_store.store.as_ref(), retention, now).await,
                    expire(memory.store.as_ref(), retention, now).await,
                );
                assert_eq!(actual.unwrap().orders, expected.unwrap().orders);
                let kept_from = test_store.store.kept_from().await.unwrap();
                assert_eq!(kept_from, memory.store.kept_from().await.unwrap());
                let has_given_up_orders = memory.store.list(&open, None, 1_000, now).await.unwrap().len() < open_before;
                let from = before[0].0.max(first(kept_from));
                assert_eq!(
                    reports(test_store.store.as_ref(), from, now).await,
                    reports(memory.store.as_ref(), from, now).await
                );
                if first(kept_from) <= before[0].0 && !has_given_up_orders {
                    assert_eq!(
                        reports(test_store.store.as_ref(), before[0].0, now).await,
                        before[0].1,
                        "expiry changed a report"
                    );
                }
                let past = (first(kept_from), today.plus(20));
                if past.0 <= past.1 {
                    assert_past_reports(
                        test_store.store.as_ref(),
                        memory.store.as_ref(),
                        past.0.max(today.plus(-60)),
                        past.1,
                    )
                    .await;
                }
                for vendor in vendor_ids(test_store.store.as_ref()).await {
                    let from = kept_from.unwrap_or(Day::from_number(-1_000));
                    let scope_of_vendor = Scope::Vendor(vendor);
                    let (actual, _) =
                        test_store.store.series(&scope_of_vendor, from, from, today.plus(99)).await.unwrap();
                    let (expected, _) =
                        memory.store.series(&scope_of_vendor, from, from, today.plus(99)).await.unwrap();
                    assert_eq!(
                        without_empty_buckets(actual),
                        without_empty_buckets(expected),
                        "{scope_of_vendor:?} from {from}"
                    );
                }
                assert_eq!(differences(test_store.store.as_ref(), now).await, 0);
                assert_eq!(differences(memory.store.as_ref(), now).await, 0);
            }
        });
    });
}
