//! Buckets, current reports and stale reports.

use goody_application::ports::{ChangeLag, ChangesSince, Received, ReportStatus, Scope, Store, VendorState};
use goody_application::{project, roll};
use goody_domain::{Counter, Day, Instant, ReportZone};
use proptest::prelude::*;
use proptest::sample::select;

use super::{MakeStore, ZONES, ingest, ingest_batches, law, wait, without_empty_buckets, zone};
use crate::histories::{VENDORS, afterwards, arrivals, eras_and_histories};
use crate::{MemoryStore, OrderBuilder, TestStore, at, day, now, unregistered, vendor_id};

async fn store_with(make: MakeStore, orders: Vec<OrderBuilder>) -> TestStore {
    let test_store = make(ReportZone::utc()).await;
    send(&test_store, orders).await;
    test_store
}

async fn send(test_store: &TestStore, orders: Vec<OrderBuilder>) {
    let events = orders.into_iter().flat_map(OrderBuilder::events).collect();
    ingest(&test_store.store, events, now()).await;
    project::project_all(test_store.store.as_ref(), now()).await.unwrap();
}

async fn stale_ids(store: &dyn Store, at: Instant) -> Vec<String> {
    let mut stale: Vec<String> = store.stale_reports(at, 100).await.unwrap().iter().map(ToString::to_string).collect();
    stale.sort();
    stale
}

/// See its name.
pub async fn an_older_report_never_replaces_a_newer_one(make: MakeStore) {
    let test_store = store_with(make, vec![OrderBuilder::new("o-1")]).await;
    let store = test_store.store.as_ref();
    let older = roll::current_reports(store, &[vendor_id("acme")], store.zone().today(now())).await.unwrap().remove(0);
    send(&test_store, vec![OrderBuilder::new("o-2")]).await;
    let newer = roll::current_reports(store, &[vendor_id("acme")], store.zone().today(now())).await.unwrap().remove(0);
    assert!(newer.revision > older.revision);
    store.save_reports(vec![newer.clone()]).await.unwrap();
    store.save_reports(vec![older]).await.unwrap();
    assert_eq!(state_of(store, "acme").await.kept, Some(newer));
}

async fn state_of(store: &dyn Store, vendor: &str) -> VendorState {
    let states = store.changes_since(-1).await.unwrap().vendors;
    states.into_iter().find(|state| state.vendor.vendor_id.as_str() == vendor).expect("the vendor is known")
}

/// See its name.
pub async fn a_report_is_stale_until_it_reflects_its_buckets(make: MakeStore) {
    let test_store = store_with(make, vec![OrderBuilder::new("o-1"), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = test_store.store.as_ref();
    assert_eq!(stale_ids(store, now()).await, ["acme", "bloom"]);
    assert_eq!(roll::roll(store, now()).await.unwrap(), 2);
    assert_eq!(stale_ids(store, now()).await, Vec::<String>::new());
    send(&test_store, vec![OrderBuilder::new("o-3")]).await;
    assert_eq!(stale_ids(store, now()).await, ["acme"]);
}

/// See its name.
pub async fn a_current_report_is_stale_when_its_validity_ends(make: MakeStore) {
    let promise = "2026-03-10T16:00:30Z";
    let test_store =
        store_with(make, vec![OrderBuilder::new("o-1").promised(promise), OrderBuilder::new("o-2").vendor("bloom")])
            .await;
    let store = test_store.store.as_ref();
    roll::roll(store, now()).await.unwrap();
    assert_eq!(state_of(store, "acme").await.kept.unwrap().unchanged_until, at("2026-03-10T16:01:00Z"));
    assert_eq!(stale_ids(store, at("2026-03-10T16:00:00Z")).await, Vec::<String>::new());
    assert_eq!(stale_ids(store, at("2026-03-10T16:01:00Z")).await, ["acme"]);
    assert_eq!(
        stale_ids(store, at("2026-03-11T00:00:00Z")).await,
        ["acme", "bloom"],
        "each vendor needs a new report on a new day"
    );
}

/// See its name.
pub async fn stale_reports_respects_its_limit(make: MakeStore) {
    let orders = ["a", "b", "c"].map(|id| OrderBuilder::new(id).vendor(id)).to_vec();
    let test_store = store_with(make, orders).await;
    assert_eq!(test_store.store.stale_reports(now(), 2).await.unwrap().len(), 2);
}

/// See its name.
pub async fn changes_since_returns_the_changed_vendors_only(make: MakeStore) {
    let test_store = store_with(make, vec![OrderBuilder::new("o-1"), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = test_store.store.as_ref();
    let ids = |states: Vec<VendorState>| {
        states.into_iter().map(|state| state.vendor.vendor_id.to_string()).collect::<Vec<_>>()
    };
    let ChangesSince { vendors: all, revision, .. } = store.changes_since(-1).await.unwrap();
    assert_eq!(ids(all), ["acme", "bloom"]);
    assert_eq!(revision, super::revision(store).await);
    assert_eq!(ids(store.changes_since(revision).await.unwrap().vendors), Vec::<String>::new());
    send(&test_store, vec![OrderBuilder::new("o-3").vendor("bloom")]).await;
    let ChangesSince { vendors: changed, revision: later, .. } = store.changes_since(revision).await.unwrap();
    assert_eq!(ids(changed), ["bloom"]);
    assert!(later > revision);
    store.register_unknown(vec![unregistered("crate")]).await.unwrap();
    assert_eq!(ids(store.changes_since(later).await.unwrap().vendors), ["crate"]);
}

/// See its name.
pub async fn the_status_has_the_last_refresh_and_the_number_of_reports(make: MakeStore) {
    let test_store = store_with(make, vec![OrderBuilder::new("o-1"), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = test_store.store.as_ref();
    let latest_fact = Some(OrderBuilder::new("o-1").events()[0].occurred_at);
    let status = store.status().await.unwrap();
    // A store may not know where its events come from.
    let last_received = status.last_received.clone();
    let received = Received { at: now(), source: "a test".to_owned() };
    assert!(last_received.as_ref().is_none_or(|last| *last == received), "{last_received:?}");
    let first = ReportStatus { latest_fact, last_received, ..ReportStatus::default() };
    assert_eq!(status, first);
    roll::tick(store, now()).await.unwrap();
    let first_over = Some(at("2026-03-11T00:00:00Z"));
    let lag = ChangeLag::default();
    let expected = ReportStatus { refreshed_at: Some(now()), reports: 2, first_over, lag, ..first };
    assert_eq!(store.status().await.unwrap(), expected);
    let lag = ChangeLag { changes: 3, oldest: Some(at("2026-03-10T14:00:00.000001Z")) };
    store.mark_refreshed(now(), lag).await.unwrap();
    assert_eq!(store.status().await.unwrap(), ReportStatus { lag, ..expected.clone() });
    assert_eq!(store.changes_since(-1).await.unwrap().status, ReportStatus { lag, ..expected });
}

/// See its name.
pub async fn a_series_has_minutes_only_in_the_requested_range_and_the_latest_fact_before_it(make: MakeStore) {
    let order = OrderBuilder::new("o-1")
        .placed("2026-03-01T10:00:00.000007Z")
        .shipped("2026-03-03T10:00:00Z")
        .arrived("2026-03-05T10:00:00Z");
    let test_store = store_with(make, vec![order]).await;
    let acme = Scope::Vendor(vendor_id("acme"));
    let (series, revision) =
        test_store.store.series(&acme, day("2026-03-01"), day("2026-03-03"), day("2026-03-03")).await.unwrap();
    assert!(revision > 0);
    let shape: Vec<(String, bool)> =
        series.buckets.iter().map(|(day, bucket)| (day.to_string(), bucket.minutes.is_empty())).collect();
    assert_eq!(shape, [("2026-03-01".into(), true), ("2026-03-03".into(), false), ("2026-03-05".into(), true)]);
    assert_eq!(series.earlier_fact, Some(at("2026-03-01T10:00:00.000007Z")));
    let (later, _) =
        test_store.store.series(&acme, day("2026-03-04"), day("2026-03-04"), day("2026-03-09")).await.unwrap();
    assert_eq!(later.buckets.len(), 1);
    assert_eq!(later.totals, series.totals, "totals cover all days, whichever are requested");
    assert_eq!(later.earlier_fact, Some(at("2026-03-03T10:00:00Z")));
    assert_eq!(series.totals[Counter::LatestFact], 0, "totals do not sum up instants");
}

/// See its name.
pub async fn an_unknown_scope_has_an_empty_series(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let any = day("2026-03-01");
    for scope in [Scope::Fleet, Scope::Vendor(vendor_id("missing"))] {
        let (series, revision) = test_store.store.series(&scope, any, any, any).await.unwrap();
        assert_eq!((series, revision), (Default::default(), 0));
    }
}

/// See its name.
pub fn series_match_the_memory_store(make: MakeStore, cases: u32) {
    let batches = eras_and_histories().prop_flat_map(|(era, events)| (Just(era), arrivals(events)));
    let scopes: Vec<Scope> = VENDORS.map(|id| Scope::Vendor(vendor_id(id))).into_iter().chain([Scope::Fleet]).collect();
    let ranges = prop::collection::vec((-3..28i32, -3..28i32, -3..28i32, select(scopes)), 1..12);
    law(cases, (batches, select(ZONES.to_vec()), ranges), |((era, batches), name, ranges)| {
        wait(async {
            let (test_store, memory) = (make(zone(name)).await, TestStore::new(MemoryStore::new(zone(name)), ()));
            for store in [&test_store.store, &memory.store] {
                ingest_batches(store, batches.clone(), afterwards(era)).await;
            }
            let first = zone(name).day(era);
            for (from, minutes_from, minutes_to, scope) in ranges {
                let [from, minutes_from, minutes_to]: [Day; 3] =
                    [from, minutes_from, minutes_to].map(|days| first.plus(days));
                let (actual, _) = test_store.store.series(&scope, from, minutes_from, minutes_to).await.unwrap();
                let (expected, _) = memory.store.series(&scope, from, minutes_from, minutes_to).await.unwrap();
                assert_eq!(
                    without_empty_buckets(actual),
                    without_empty_buckets(expected),
                    "{scope:?} from {from}, minutes {minutes_from} to {minutes_to}"
                );
            }
        });
    });
}
