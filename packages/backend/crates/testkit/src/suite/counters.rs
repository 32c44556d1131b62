//! Buckets, kept reports, and who is due.

use goody_application::ports::{ChangeLag, ChangesSince, ReportStatus, Scope, Store, VendorState};
use goody_application::{project, roll};
use goody_domain::{Counter, Day, Instant, ReportZone};
use proptest::prelude::*;
use proptest::sample::select;

use super::{MakeStore, ZONES, full, ingest, ingest_batches, law, wait, zone};
use crate::histories::{VENDORS, afterwards, arrivals, eras_and_histories};
use crate::{MemoryStore, OrderBuilder, TestStore, at, day, now, vendor_id};

async fn told(make: MakeStore, orders: Vec<OrderBuilder>) -> TestStore {
    let made = make(ReportZone::utc()).await;
    tell(made.store.as_ref(), &made, orders).await;
    made
}

async fn tell(store: &dyn Store, made: &TestStore, orders: Vec<OrderBuilder>) {
    let events = orders.into_iter().flat_map(OrderBuilder::events).collect();
    ingest(&made.store, events, now()).await;
    project::project_all(store, now()).await.unwrap();
}

async fn due(store: &dyn Store, at: Instant) -> Vec<String> {
    let mut due: Vec<String> = store.stale_reports(at, 100).await.unwrap().iter().map(ToString::to_string).collect();
    due.sort();
    due
}

/// See its name.
pub async fn an_older_report_never_replaces_a_newer_one(make: MakeStore) {
    let made = told(make, vec![OrderBuilder::new("o-1")]).await;
    let store = made.store.as_ref();
    let older = roll::current_reports(store, &[vendor_id("acme")], store.zone().today(now())).await.unwrap().remove(0);
    tell(store, &made, vec![OrderBuilder::new("o-2")]).await;
    let newer = roll::current_reports(store, &[vendor_id("acme")], store.zone().today(now())).await.unwrap().remove(0);
    assert!(newer.revision > older.revision);
    store.save_reports(vec![newer.clone()]).await.unwrap();
    store.save_reports(vec![older]).await.unwrap();
    assert_eq!(kept(store, "acme").await.kept, Some(newer));
}

async fn kept(store: &dyn Store, vendor: &str) -> VendorState {
    let states = store.changes_since(-1).await.unwrap().vendors;
    states.into_iter().find(|state| state.vendor.vendor_id.as_str() == vendor).expect("the vendor is known")
}

/// See its name.
pub async fn a_vendor_is_due_until_its_report_is_of_its_buckets(make: MakeStore) {
    let made = told(make, vec![OrderBuilder::new("o-1"), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = made.store.as_ref();
    assert_eq!(due(store, now()).await, ["acme", "bloom"]);
    assert_eq!(roll::roll(store, now()).await.unwrap(), 2);
    assert_eq!(due(store, now()).await, Vec::<String>::new());
    tell(store, &made, vec![OrderBuilder::new("o-3")]).await;
    assert_eq!(due(store, now()).await, ["acme"]);
}

/// See its name.
pub async fn a_kept_report_is_due_when_its_time_is_over(make: MakeStore) {
    let promise = "2026-03-10T16:00:30Z";
    let made =
        told(make, vec![OrderBuilder::new("o-1").promised(promise), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = made.store.as_ref();
    roll::roll(store, now()).await.unwrap();
    assert_eq!(kept(store, "acme").await.kept.unwrap().unchanged_until, at("2026-03-10T16:01:00Z"));
    assert_eq!(due(store, at("2026-03-10T16:00:00Z")).await, Vec::<String>::new());
    assert_eq!(due(store, at("2026-03-10T16:01:00Z")).await, ["acme"]);
    assert_eq!(
        due(store, at("2026-03-11T00:00:00Z")).await,
        ["acme", "bloom"],
        "a new day is a new report for everyone"
    );
}

/// See its name.
pub async fn due_gives_no_more_than_it_is_asked_for(make: MakeStore) {
    let orders = ["a", "b", "c"].map(|id| OrderBuilder::new(id).vendor(id)).to_vec();
    let made = told(make, orders).await;
    assert_eq!(made.store.stale_reports(now(), 2).await.unwrap().len(), 2);
}

/// See its name.
pub async fn changed_tells_each_vendor_that_changed_since_and_no_other(make: MakeStore) {
    let made = told(make, vec![OrderBuilder::new("o-1"), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = made.store.as_ref();
    let ids = |states: Vec<VendorState>| {
        states.into_iter().map(|state| state.vendor.vendor_id.to_string()).collect::<Vec<_>>()
    };
    let ChangesSince { vendors: all, revision, .. } = store.changes_since(-1).await.unwrap();
    assert_eq!(ids(all), ["acme", "bloom"]);
    assert_eq!(revision, super::revision(store).await);
    assert_eq!(ids(store.changes_since(revision).await.unwrap().vendors), Vec::<String>::new());
    tell(store, &made, vec![OrderBuilder::new("o-3").vendor("bloom")]).await;
    let ChangesSince { vendors: changed, revision: later, .. } = store.changes_since(revision).await.unwrap();
    assert_eq!(ids(changed), ["bloom"]);
    assert!(later > revision);
    store.register_unknown(vec![vendor_id("crate")]).await.unwrap();
    assert_eq!(ids(store.changes_since(later).await.unwrap().vendors), ["crate"]);
}

/// See its name.
pub async fn rolled_is_remembered_and_reports_are_counted(make: MakeStore) {
    let made = told(make, vec![OrderBuilder::new("o-1"), OrderBuilder::new("o-2").vendor("bloom")]).await;
    let store = made.store.as_ref();
    let latest_fact = Some(OrderBuilder::new("o-1").events()[0].occurred_at);
    assert_eq!(store.status().await.unwrap(), ReportStatus { latest_fact, ..ReportStatus::default() });
    roll::tick(store, now()).await.unwrap();
    let first_over = Some(at("2026-03-11T00:00:00Z"));
    let lag = ChangeLag::default();
    let expected =
        ReportStatus { refreshed_at: Some(now()), reports: 2, first_over, latest_fact, lag, ..ReportStatus::default() };
    assert_eq!(store.status().await.unwrap(), expected);
    let lag = ChangeLag { changes: 3, oldest: Some(at("2026-03-10T14:00:00.000001Z")) };
    store.mark_refreshed(now(), lag).await.unwrap();
    assert_eq!(store.status().await.unwrap(), ReportStatus { lag, ..expected });
    assert_eq!(store.changes_since(-1).await.unwrap().status, ReportStatus { lag, ..expected });
}

/// See its name.
pub async fn a_ledger_has_minutes_only_where_asked_and_the_latest_fact_before_them(make: MakeStore) {
    let order = OrderBuilder::new("o-1")
        .placed("2026-03-01T10:00:00.000007Z")
        .shipped("2026-03-03T10:00:00Z")
        .arrived("2026-03-05T10:00:00Z");
    let made = told(make, vec![order]).await;
    let acme = Scope::Vendor(vendor_id("acme"));
    let (series, revision) =
        made.store.series(&acme, day("2026-03-01"), day("2026-03-03"), day("2026-03-03")).await.unwrap();
    assert!(revision > 0);
    let shape: Vec<(String, bool)> =
        series.buckets.iter().map(|(day, bucket)| (day.to_string(), bucket.minutes.is_empty())).collect();
    assert_eq!(shape, [("2026-03-01".into(), true), ("2026-03-03".into(), false), ("2026-03-05".into(), true)]);
    assert_eq!(series.earlier_fact, Some(at("2026-03-01T10:00:00.000007Z")));
    let (later, _) = made.store.series(&acme, day("2026-03-04"), day("2026-03-04"), day("2026-03-09")).await.unwrap();
    assert_eq!(later.buckets.len(), 1);
    assert_eq!(later.totals, series.totals, "totals are of all days, whichever are asked for");
    assert_eq!(later.earlier_fact, Some(at("2026-03-03T10:00:00Z")));
    assert_eq!(series.totals[Counter::LatestFact], 0, "an instant is no sum");
}

/// See its name.
pub async fn a_book_never_opened_is_empty(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let any = day("2026-03-01");
    for scope in [Scope::Fleet, Scope::Vendor(vendor_id("nobody"))] {
        let (series, revision) = made.store.series(&scope, any, any, any).await.unwrap();
        assert_eq!((series, revision), (Default::default(), 0));
    }
}

/// See its name.
pub fn ledgers_are_those_of_the_memory_store(make: MakeStore, cases: u32) {
    let told = eras_and_histories().prop_flat_map(|(era, events)| (Just(era), arrivals(events)));
    let scopes: Vec<Scope> = VENDORS.map(|id| Scope::Vendor(vendor_id(id))).into_iter().chain([Scope::Fleet]).collect();
    let ranges = prop::collection::vec((-3..28i32, -3..28i32, -3..28i32, select(scopes)), 1..12);
    law(cases, (told, select(ZONES.to_vec()), ranges), |((era, batches), name, ranges)| {
        wait(async {
            let (made, memory) = (make(zone(name)).await, TestStore::new(MemoryStore::new(zone(name)), ()));
            for store in [&made.store, &memory.store] {
                ingest_batches(store, batches.clone(), afterwards(era)).await;
            }
            let first = zone(name).day(era);
            for (from, minutes_from, minutes_to, scope) in ranges {
                let [from, minutes_from, minutes_to]: [Day; 3] =
                    [from, minutes_from, minutes_to].map(|days| first.plus(days));
                let (is, _) = made.store.series(&scope, from, minutes_from, minutes_to).await.unwrap();
                let (ought, _) = memory.store.series(&scope, from, minutes_from, minutes_to).await.unwrap();
                assert_eq!(full(is), full(ought), "{scope:?} from {from}, minutes {minutes_from} to {minutes_to}");
            }
        });
    });
}
