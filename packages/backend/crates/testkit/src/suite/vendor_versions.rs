//! The versions of the master data of vendors: a past date shows what was valid at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use goody_application::ports::Store;
use goody_application::read::{FleetCache, vendor_report};
use goody_domain::{Day, Instant, ReportZone, SlaPromises, Vendor};
use proptest::prelude::*;

use super::{MakeStore, ZONES, ingest, law, wait, zone};
use crate::{OrderBuilder, day, now, unregistered, vendor_id};

/// Noon of the day that is so many days after the frozen now, in UTC.
fn noon(days: i32) -> Instant {
    now().plus_seconds(i64::from(days) * 86_400)
}

fn date(days: i32) -> Day {
    ReportZone::utc().day(noon(days))
}

fn named(name: &str) -> Vendor {
    Vendor { name: name.into(), is_registered: true, ..unregistered("acme") }
}

/// The name at the end of a day, `current` if no earlier version is valid then.
async fn name_on(store: &dyn Store, day: Day) -> String {
    let versions = store.versions_on(day, &[vendor_id("acme"), vendor_id("missing")]).await.unwrap();
    assert!(versions.len() <= 1 && versions.iter().all(|version| version.vendor_id == vendor_id("acme")));
    versions.first().map_or("current".into(), |version| version.name.clone())
}

async fn names(store: &dyn Store, days: impl IntoIterator<Item = i32>) -> Vec<String> {
    let mut names = Vec::new();
    for days in days {
        names.push(name_on(store, date(days)).await);
    }
    names
}

async fn earlier_until(store: &dyn Store) -> Option<Day> {
    let until = store.state(&vendor_id("acme")).await.unwrap().0.unwrap().earlier_until;
    let all = store.changes_since(-1).await.unwrap().vendors;
    assert!(all.iter().filter(|state| state.vendor.vendor_id == vendor_id("acme")).all(|s| s.earlier_until == until));
    until
}

/// See its name.
pub async fn a_change_keeps_the_master_data_of_the_days_before_it(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    let first = Vendor {
        category: Some("flowers".into()),
        is_active: false,
        support_contact: Some("help@acme.test".into()),
        contract_start_date: Some(day("2024-02-29")),
        sla_promises: Some(SlaPromises { standard_delivery: 4, rush_delivery: 1 }),
        ..named("Åcme & \"Sons\"")
    };
    store.put(first.clone(), noon(0)).await.unwrap();
    assert_eq!((earlier_until(store).await, name_on(store, date(-1)).await), (None, "current".into()));
    store.put(named("Two"), noon(3)).await.unwrap();
    store.put(named("Three"), noon(5)).await.unwrap();
    let expected = [&first.name, &first.name, "Two", "Two", "current", "current"];
    assert_eq!(names(store, [-100, 2, 3, 4, 5, 6]).await, expected);
    assert_eq!(store.versions_on(date(2), &[vendor_id("acme")]).await.unwrap(), [first]);
    assert_eq!(earlier_until(store).await, Some(date(4)));
    assert_eq!(store.vendor(&vendor_id("acme")).await.unwrap(), Some(named("Three")));
    assert_eq!(store.versions_on(date(2), &[]).await.unwrap(), []);
}

/// See its name.
pub async fn of_the_changes_of_a_day_only_the_last_is_valid_at_its_end(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    for (name, days) in [("A", 0), ("B", 0), ("C", 2), ("D", 2), ("E", 4)] {
        store.put(named(name), noon(days)).await.unwrap();
    }
    assert_eq!(names(store, -1..=5).await, ["A", "B", "B", "D", "D", "current", "current"]);
}

/// See its name.
pub async fn the_first_change_of_a_vendor_that_events_registered_leaves_past_dates_alone(make: MakeStore) {
    for (days, expected) in [(0, ["acme", "current", "current"]), (1, ["acme", "acme", "current"])] {
        let test_store = make(ReportZone::utc()).await;
        let store = test_store.store.as_ref();
        ingest(&test_store.store, OrderBuilder::new("o-1").vendor("acme").events(), noon(0)).await;
        store.put(named("Acme"), noon(days)).await.unwrap();
        assert_eq!(names(store, [-30, 0, 1]).await, expected, "changed {days} days later");
    }
}

/// See its name.
pub async fn a_name_that_an_order_gives_makes_no_version(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    store.register_unknown(vec![unregistered("acme")]).await.unwrap();
    let events = OrderBuilder::new("o-1").vendor("acme").vendor_name("Acme Flowers").events();
    ingest(&test_store.store, events, noon(4)).await;
    assert_eq!((earlier_until(store).await, names(store, [0, 3]).await), (None, vec!["current".to_owned(); 2]));
    store.put(named("Acme"), noon(5)).await.unwrap();
    assert_eq!(names(store, [0, 4, 5]).await, ["Acme Flowers", "Acme Flowers", "current"]);
}

/// See its name.
pub async fn equal_master_data_makes_no_version(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    store.put(named("A"), noon(0)).await.unwrap();
    store.put(named("A"), noon(3)).await.unwrap();
    assert_eq!(earlier_until(store).await, None);
    store.put(named("B"), noon(5)).await.unwrap();
    assert_eq!(names(store, [0, 4, 5]).await, ["A", "A", "current"]);
}

/// See its name.
pub async fn versions_stay_in_order_when_the_clock_is_set_back(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    for (name, days) in [("A", 0), ("B", 4), ("C", 2), ("D", 3), ("E", 6)] {
        store.put(named(name), noon(days)).await.unwrap();
    }
    assert_eq!(names(store, [0, 3, 4, 5, 6]).await, ["A", "A", "D", "D", "current"]);
    // First stored with a clock that was ahead.
    let other = |name: &str| Vendor { vendor_id: vendor_id("bloom"), ..named(name) };
    for (name, days) in [("A", 9), ("B", 0), ("C", 2)] {
        store.put(other(name), noon(days)).await.unwrap();
    }
    assert_eq!(store.versions_on(date(-1), &[vendor_id("bloom")]).await.unwrap(), [other("A")]);
    assert_eq!(store.versions_on(date(1), &[vendor_id("bloom")]).await.unwrap(), [other("B")]);
    assert_eq!(store.versions_on(date(2), &[vendor_id("bloom")]).await.unwrap(), []);
}

/// See its name.
pub async fn the_tables_of_a_past_date_stay_as_they_are_when_a_vendor_changes(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let (store, cache) = (test_store.store.as_ref(), FleetCache::new(test_store.store.clone()));
    let zone = ReportZone::utc();
    let name = async |days: i32, at: Instant| {
        let as_of = zone.as_of(date(days), at).unwrap();
        let fresh = FleetCache::new(test_store.store.clone());
        let mut names = Vec::new();
        for fleet in [&cache, &fresh] {
            names.push(fleet.reports(as_of).await.unwrap().row(&vendor_id("acme")).unwrap().vendor.name.clone());
        }
        let (vendor, _) = vendor_report(store, store, &vendor_id("acme"), as_of).await.unwrap().unwrap();
        assert_eq!(names, [vendor.name.clone(), vendor.name.clone()], "the cache, a new one, and the report");
        vendor.name
    };
    store.put(named("A"), noon(0)).await.unwrap();
    store.put(Vendor { vendor_id: vendor_id("bloom"), ..named("Bloom") }, noon(0)).await.unwrap();
    assert_eq!(name(0, noon(0)).await, "A");
    assert_eq!((name(0, noon(1)).await, name(1, noon(1)).await), ("A".into(), "A".into()));
    store.put(named("B"), noon(1)).await.unwrap();
    assert_eq!((name(0, noon(1)).await, name(1, noon(1)).await), ("A".into(), "B".into()));
    store.put(named("C"), noon(2)).await.unwrap();
    let of_day_2 = (name(0, noon(2)).await, name(1, noon(2)).await, name(2, noon(2)).await);
    assert_eq!(of_day_2, ("A".into(), "B".into(), "C".into()));
    // The clock is set back over midnight, and goes on: today always has the current master data.
    assert_eq!((name(0, noon(1)).await, name(1, noon(1)).await), ("A".into(), "C".into()));
    assert_eq!((name(1, noon(2)).await, name(2, noon(2)).await), ("B".into(), "C".into()));
}

/// See its name. The expected names follow from a list of all changes.
pub fn any_changes_give_every_day_the_name_at_its_end(make: MakeStore, cases: u32) {
    let changes = proptest::collection::vec((0..90_000_i64, 0..5_u8, any::<bool>()), 1..12);
    law(cases, (changes, proptest::sample::select(&ZONES[..])), |(changes, zone_name)| {
        wait(async {
            let (test_store, zone) = (make(zone(zone_name)).await, zone(zone_name));
            let store: Arc<dyn Store> = test_store.store.clone();
            let mut at = now();
            let (mut by_day, mut first): (BTreeMap<Day, String>, Option<String>) = Default::default();
            for (seconds, name, is_far) in changes {
                at = at.plus_seconds(if is_far { seconds * 5 } else { seconds });
                let name = format!("Acme {name}");
                store.put(named(&name), at).await.unwrap();
                first.get_or_insert_with(|| name.clone());
                by_day.insert(zone.day(at), name);
            }
            let today = zone.day(at);
            for past in zone.day(now()).plus(-2).to(today.plus(-1)) {
                let last = by_day.range(..=past).next_back().map_or_else(|| first.as_ref().unwrap(), |(_, name)| name);
                let current = &store.vendor(&vendor_id("acme")).await.unwrap().unwrap().name;
                let shown = match name_on(store.as_ref(), past).await.as_str() {
                    "current" => current.clone(),
                    name => name.to_owned(),
                };
                assert_eq!(shown, *last, "on {past}, today is {today}");
            }
        });
    });
}
