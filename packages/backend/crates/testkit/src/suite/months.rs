//! The sums of months give what all buckets give.

use goody_application::ports::{Scope, Store};
use goody_application::rebuild;
use goody_domain::{Day, RateCounts, report};
use proptest::prelude::*;
use proptest::sample::select;

use super::{MakeStore, ZONES, ingest_batches, law, vendor_ids, wait, zone};
use crate::histories::{afterwards, arrivals, eras_and_histories};
use crate::{MemoryStore, TestStore, vendor_id};

/// How many days before its date a report needs.
const DAYS_BEFORE: i32 = 13;

/// The reports of past dates from the sums of months are those from all buckets, for the vendors and the fleet.
pub(crate) async fn assert_past_reports(store: &dyn Store, all: &dyn Store, from: Day, to: Day) {
    let (first, last) = (from.plus(-DAYS_BEFORE), Day::from_number(1_000_000));
    let vendors = vendor_ids(store).await;
    let mut scopes: Vec<Scope> = vendors.iter().cloned().map(Scope::Vendor).collect();
    scopes.push(Scope::Fleet);
    let any = vendor_id("any");
    let zone = store.zone();
    for date in [from, from.plus((to.number() - from.number()) / 2), to] {
        let past = store.past_series(&scopes, first, date).await.unwrap();
        for (scope, (past, _)) in scopes.iter().zip(past) {
            let (series, _) = all.series(scope, first, first, last).await.unwrap();
            let expected = report(&any, &series, zone.end_of(date), zone);
            assert_eq!(report(&any, &past, zone.end_of(date), zone), expected, "{scope:?} on {date}");
            for earlier in from.to(date) {
                let [actual, expected] = [&past, &series].map(|of| report(&any, of, zone.end_of(earlier), zone));
                let windows = (actual.current7d, actual.previous7d);
                assert_eq!(
                    windows,
                    (expected.current7d, expected.previous7d),
                    "{scope:?} on {earlier}, read until {date}"
                );
            }
        }
    }
    let counts = store.rate_counts(&vendors, first, zone.end_of(to)).await.unwrap();
    for (vendor, counts) in vendors.into_iter().zip(counts) {
        let (series, _) = all.series(&Scope::Vendor(vendor.clone()), first, first, last).await.unwrap();
        assert_eq!(counts, RateCounts::of_days(&series.buckets, first, zone.end_of(to)), "{vendor}");
    }
}

/// See its name.
pub fn past_reports_match_those_from_all_buckets(make: MakeStore, cases: u32) {
    let batches = eras_and_histories().prop_flat_map(|(era, events)| (Just(era), arrivals(events)));
    law(cases, (batches, select(ZONES.to_vec()), 0..40i32, 0..40i32), |((era, batches), name, from, days)| {
        wait(async {
            let (test_store, memory) = (make(zone(name)).await, TestStore::new(MemoryStore::new(zone(name)), ()));
            for store in [&test_store.store, &memory.store] {
                ingest_batches(store, batches.clone(), afterwards(era)).await;
            }
            let from = zone(name).day(era).plus(from - 3);
            let (store, all) = (test_store.store.as_ref(), memory.store.as_ref());
            assert_past_reports(store, all, from, from.plus(days)).await;
            let rebuilt = rebuild::rebuild(store, afterwards(era), |_, _| {}).await.unwrap();
            assert_eq!(rebuilt.different, 0);
            assert_past_reports(store, all, from, from.plus(days)).await;
        });
    });
}
