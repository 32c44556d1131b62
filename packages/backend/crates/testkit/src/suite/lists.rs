//! Lists, counts, the recent feed and issues, compared with those of the memory store, which filters all orders.

use std::collections::BTreeMap;

use goody_application::ports::{
    ChangeLag, DayRange, OrderCount, OrderFilter, OrderSort, Position, RECENT_HOURS, RecentFilter, Store,
};
use goody_application::project;
use goody_domain::{Day, GiftType, History, Instant, Milestone, Order, OrderEvent, ReportZone, Status};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{MakeStore, ZONES, ingest, ingest_batches, law, wait, zone};
use crate::histories::{CARRIERS, GIFTS, REGIONS, VENDORS, afterwards, arrivals, eras_and_histories, instants};
use crate::{OrderBuilder, TestStore, at, day, now, order_id, vendor_id};

fn ids<'o>(orders: impl IntoIterator<Item = &'o Order>) -> Vec<String> {
    orders.into_iter().map(|order| order.order_id.to_string()).collect()
}

/// A full list, read page by page.
pub(super) async fn pages(store: &dyn Store, filter: &OrderFilter, limit: usize, now: Instant) -> Vec<Order> {
    let mut all: Vec<Order> = Vec::new();
    loop {
        let page =
            store.list(filter, all.last().map(|order| filter.position(order)).as_ref(), limit, now).await.unwrap();
        assert!(page.len() <= limit);
        let is_last = page.len() < limit;
        all.extend(page);
        if is_last {
            return all;
        }
    }
}

async fn store_with(make: MakeStore, orders: Vec<OrderBuilder>) -> TestStore {
    let test_store = make(ReportZone::utc()).await;
    let events: Vec<OrderEvent> = orders.into_iter().flat_map(OrderBuilder::events).collect();
    ingest(&test_store.store, events, now()).await;
    project::project_all(test_store.store.as_ref(), now()).await.unwrap();
    test_store
}

/// See its name.
pub async fn orders_of_the_same_instant_are_listed_by_descending_id(make: MakeStore) {
    let gift = |id: &str, gift: &str| OrderBuilder::new(id).gift(gift);
    let orders = vec![
        gift("a", "food"),
        gift("c", "flowers"),
        OrderBuilder::new("b"),
        gift("d", "food").lost("2026-03-02T00:00:00Z"),
    ];
    let test_store = store_with(make, orders).await;
    let list = test_store.store.list(&OrderFilter::default(), None, 10, now()).await.unwrap();
    assert_eq!(ids(&list), ["d", "c", "b", "a"]);
    for limit in 1..5 {
        assert_eq!(
            ids(&pages(test_store.store.as_ref(), &OrderFilter::default(), limit, now()).await),
            ["d", "c", "b", "a"]
        );
    }
}

/// See its name.
pub async fn a_cursor_keeps_its_position_while_orders_arrive(make: MakeStore) {
    let placed = |id: &str, minute: u32| OrderBuilder::new(id).placed(&format!("2026-03-02T10:{minute:02}:00Z"));
    let test_store = store_with(make, vec![placed("b", 1), placed("d", 2), placed("f", 3), placed("h", 4)]).await;
    let store = test_store.store.as_ref();
    let first = store.list(&OrderFilter::default(), None, 2, now()).await.unwrap();
    assert_eq!(ids(&first), ["h", "f"]);
    let arrived = [placed("new", 5), placed("a", 3), placed("g", 3), placed("c", 2)];
    ingest(&test_store.store, arrived.into_iter().flat_map(OrderBuilder::events).collect(), now()).await;
    // The order at the cursor ends: a store may list it in another group, but the time of its placement stays.
    ingest(&test_store.store, placed("f", 3).arrived("2026-03-03T00:00:00Z").events(), now()).await;
    let next = store
        .list(
            &OrderFilter::default(),
            first.last().map(|order| OrderFilter::default().position(order)).as_ref(),
            10,
            now(),
        )
        .await
        .unwrap();
    assert_eq!(ids(&next), ["a", "d", "c", "b"], "each order after the cursor comes once");
}

/// See its name.
pub async fn an_order_without_a_placement_is_in_no_list(make: MakeStore) {
    let unplaced = OrderBuilder::new("o-1").unplaced().lost("2026-03-10T10:00:00Z");
    let test_store =
        store_with(make, vec![unplaced.clone(), OrderBuilder::new("o-2").lost("2026-03-10T11:00:00Z")]).await;
    let store = test_store.store.as_ref();
    let recent = RecentFilter { since: now().plus_seconds(-86_400), statuses: Vec::new(), vendor_id: None };
    for (number, expected) in [(0, vec!["o-2"]), (1, vec!["o-2", "o-1"])] {
        if number == 1 {
            ingest(&test_store.store, OrderBuilder::new("o-1").events(), now()).await;
            project::project_all(store, now()).await.unwrap();
        }
        assert_eq!(ids(&store.list(&OrderFilter::default(), None, 9, now()).await.unwrap()), expected);
        assert_eq!(ids(&store.issues(&vendor_id("acme"), now(), 9).await.unwrap()), expected);
        let count = store.count(&OrderFilter::default(), 9, now()).await.unwrap();
        assert_eq!(count.by_status.iter().sum::<i64>(), expected.len() as i64);
        let feed = store.recent(&recent, None, 9).await.unwrap();
        assert_eq!(feed.iter().map(|history| history.order_id().as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(store.count_recent(&recent).await.unwrap()[Status::Lost as usize], expected.len() as i64);
    }
}

/// See its name.
pub async fn a_count_without_buckets_stops_at_its_limit(make: MakeStore) {
    let orders = (0..7).map(|number| OrderBuilder::new(&format!("o-{number}")).gift("food").promised("2026-03-02"));
    let test_store = store_with(make, orders.collect()).await;
    let from = Some(day("2026-01-01"));
    let filter = OrderFilter { gift_type: GiftType::parse("food").ok(), placed_from: from, ..OrderFilter::default() };
    let count = |limit| test_store.store.count(&filter, limit, now());
    let total = |count: OrderCount| (count.by_status.iter().sum::<i64>(), count.is_lower_bound);
    assert_eq!(total(count(6).await.unwrap()), (6, true));
    assert_eq!(total(count(7).await.unwrap()), (7, false));
    let exact = test_store.store.count(&OrderFilter::default(), 3, now()).await.unwrap();
    assert_eq!(total(exact), (7, false), "a count from buckets is exact, whatever the limit");
}

/// See its name.
pub async fn issues_end_before_the_requested_instant(make: MakeStore) {
    let lost = |id: &str, when: &str| OrderBuilder::new(id).lost(when);
    let corrected = OrderBuilder::new("o-4").lost("2026-03-05T00:00:00Z").arrived("2026-03-06T00:00:00Z");
    let cancelled = OrderBuilder::new("o-5").cancelled("2026-03-05T00:00:00Z");
    let other = OrderBuilder::new("o-6").vendor("bloom").lost("2026-03-05T00:00:00Z");
    let same = "2026-03-04T00:00:00Z";
    let orders =
        vec![lost("o-1", same), lost("o-2", same), lost("o-3", "2026-03-07T00:00:00Z"), corrected, cancelled, other];
    let test_store = store_with(make, orders).await;
    let issues = |before: &str, limit| {
        let before = at(before);
        let store = test_store.store.clone();
        async move { ids(&store.issues(&vendor_id("acme"), before, limit).await.unwrap()) }
    };
    assert_eq!(issues("2026-03-10T00:00:00Z", 9).await, ["o-3", "o-2", "o-1"]);
    assert_eq!(issues("2026-03-10T00:00:00Z", 2).await, ["o-3", "o-2"]);
    assert_eq!(
        issues("2026-03-07T00:00:00Z", 9).await,
        ["o-2", "o-1"],
        "an order that ended at the instant did not end before it"
    );
}

/// Filters by placement, status, lateness and type of gift.
fn basic_filters() -> impl Strategy<Value = (OrderFilter, [Option<i32>; 2])> {
    let vendor = prop::option::of(select(VENDORS.map(vendor_id).to_vec()));
    let statuses = prop_oneof![2 => Just(Vec::new()), 3 => subsequence(Status::ALL.to_vec(), 1..5)];
    let gift = prop::option::weighted(0.3, select(GIFTS.map(|gift| GiftType::parse(gift).unwrap()).to_vec()));
    let day = || prop::option::weighted(0.4, -2..26i32);
    (vendor, statuses, prop::option::of(any::<bool>()), gift, day(), day(), any::<bool>()).prop_map(
        |(vendor_id, statuses, delayed, gift_type, from, to, ascending)| {
            let filter = OrderFilter { vendor_id, statuses, delayed, gift_type, ascending, ..OrderFilter::default() };
            (filter, [from, to])
        },
    )
}

/// Conditions that the buckets count, and those of the chase, in any combination that a request may have.
fn filters() -> impl Strategy<Value = (OrderFilter, [Option<i32>; 2])> {
    let flag = || prop::option::weighted(0.1, any::<bool>());
    let range = (prop::option::of(-2..26i32), prop::option::of(-2..26i32));
    let ranges = prop::collection::btree_map(select(Milestone::ALL[1..].to_vec()), range, 0..3);
    let conditions = (flag(), flag(), flag(), flag(), flag(), prop::option::weighted(0.1, 0..6i32));
    let values = (prop::option::weighted(0.2, 0..3_000i64), prop::option::weighted(0.2, 0..3_000i64));
    let sorts = select(vec![OrderSort::default(), OrderSort::Promise, OrderSort::Value]);
    let carrier = prop::option::weighted(0.1, select(CARRIERS.map(str::to_owned).to_vec()));
    let region = prop::option::weighted(0.1, select(REGIONS.map(str::to_owned).to_vec()));
    let hours = prop::option::weighted(0.1, 0..100u16);
    let as_of = prop::option::weighted(0.4, 0..26 * 1_440i64);
    let since = || prop::option::weighted(0.1, 0..26 * 1_440i64);
    let others = (ranges, conditions, values, sorts, hours, (carrier, region), (as_of, since(), since()));
    (basic_filters(), prop::option::weighted(0.7, others)).prop_map(|((basic, days), others)| {
        let Some((ranges, conditions, values, sort, delayed_by_hours, (carrier, region), instants)) = others else {
            return (basic, days);
        };
        // Minutes since the start of the era: see `in_era`.
        let of_era = |minutes: Option<i64>| minutes.map(|minutes| Instant::from_micros(minutes * 60_000_000));
        let (as_of, placed_since, due_since) = (of_era(instants.0), of_era(instants.1), of_era(instants.2));
        let (on_time, shipped_on_time, unshipped, stalled, is_rush, promise_days) = conditions;
        let era_day = |day: Option<i32>| day.map(Day::from_number);
        let ranges = ranges.into_iter();
        let mut ranges: BTreeMap<_, _> =
            ranges.map(|(it, (from, to))| (it, DayRange { from: era_day(from), to: era_day(to) })).collect();
        let is_about_due = on_time.is_some() || due_since.is_some();
        for (is_wanted, milestone) in [(is_about_due, Milestone::Due), (shipped_on_time.is_some(), Milestone::ShipDue)]
        {
            if is_wanted {
                ranges.entry(milestone).or_default();
            }
        }
        let sort = match (sort, ranges.keys().next()) {
            (OrderSort::Milestone(_), Some(milestone)) => OrderSort::Milestone(*milestone),
            (sort, _) => sort,
        };
        let is_chase = delayed_by_hours.is_some() || unshipped.is_some() || stalled.is_some();
        let has_values = values.0.is_some() || values.1.is_some();
        let is_chase = is_chase || has_values || matches!(sort, OrderSort::Promise | OrderSort::Value);
        let mut statuses = basic.statuses.clone();
        if is_chase {
            statuses.retain(|status| status.active().is_some());
            if statuses.is_empty() {
                statuses = Status::ALL[..3].to_vec();
            }
        }
        let filter = OrderFilter {
            statuses,
            ranges,
            on_time,
            shipped_on_time,
            carrier,
            is_rush,
            region,
            promise_days,
            delayed_by_hours,
            unshipped,
            stalled,
            value_from: values.0,
            value_to: values.1,
            placed_since,
            due_since,
            as_of,
            sort,
            ..basic
        };
        (filter, days)
    })
}

/// The filter with its days counted from the first day of an era, and its instant from the start of the era.
fn in_era((filter, [from, to]): (OrderFilter, [Option<i32>; 2]), era: Instant, zone: &ReportZone) -> OrderFilter {
    let first = zone.day(era);
    let day = |day: Option<i32>| day.map(|day| first.plus(day));
    let later = |at: Option<Instant>| at.map(|at| Instant::from_micros(era.micros() + at.micros()));
    let moved =
        |range: DayRange| DayRange { from: day(range.from.map(Day::number)), to: day(range.to.map(Day::number)) };
    OrderFilter {
        placed_from: day(from),
        placed_to: day(to),
        ranges: filter.ranges.iter().map(|(milestone, range)| (*milestone, moved(*range))).collect(),
        placed_since: later(filter.placed_since),
        due_since: later(filter.due_since),
        as_of: later(filter.as_of),
        ..filter
    }
}

type GeneratedBatches = (Instant, Vec<Vec<OrderEvent>>, &'static str);

fn generated_batches() -> impl Strategy<Value = GeneratedBatches> {
    (eras_and_histories(), select(ZONES.to_vec()))
        .prop_flat_map(|((era, events), zone)| arrivals(events).prop_map(move |batches| (era, batches, zone)))
}

/// The store under test and the memory store, with the same events.
async fn both_stores(make: MakeStore, (era, batches, name): &GeneratedBatches) -> [TestStore; 2] {
    let test_store = [make(zone(name)).await, TestStore::memory(zone(name))];
    for test_store in &test_store {
        ingest_batches(&test_store.store, batches.clone(), afterwards(*era)).await;
    }
    test_store
}

/// See its name.
pub fn lists_and_counts_match_the_memory_store(make: MakeStore, cases: u32) {
    let queries = generated_batches().prop_flat_map(|input| {
        let era = input.0;
        (Just(input), prop::collection::vec(((filters(), instants(era)), instants(era), 1..12usize, 0..9i64), 1..10))
    });
    law(cases, queries, |(input, queries)| {
        wait(async {
            let [test_store, memory] = both_stores(make, &input).await;
            for ((generated, ticked), now, limit, count_limit) in queries {
                // A store may record at a tick which promises have passed. The clock may also be set back.
                test_store.store.mark_refreshed(ticked, ChangeLag::default()).await.unwrap();
                let filter = in_era(generated, input.0, test_store.store.zone());
                let all = memory.store.list(&filter, None, 1_000, now).await.unwrap();
                let after = (!all.is_empty()).then(|| filter.position(&all[limit % all.len()]));
                for after in [None, after.as_ref()] {
                    let actual = test_store.store.list(&filter, after, limit, now).await.unwrap();
                    assert_eq!(
                        actual,
                        memory.store.list(&filter, after, limit, now).await.unwrap(),
                        "{filter:?} at {now}"
                    );
                }
                for after in [None, after.as_ref()] {
                    let (page, count) = test_store.store.page(&filter, after, limit, now, count_limit).await.unwrap();
                    assert_eq!(
                        page,
                        memory.store.list(&filter, after, limit, now).await.unwrap(),
                        "{filter:?} at {now}"
                    );
                    assert_eq!(
                        count,
                        test_store.store.count(&filter, count_limit, now).await.unwrap(),
                        "{filter:?} at {now}"
                    );
                }
                let mut expected = OrderCount::default();
                for order in &all {
                    expected.by_status[filter.status_of(order) as usize] += 1;
                }
                let actual = test_store.store.count(&filter, count_limit, now).await.unwrap();
                if actual.is_lower_bound {
                    assert!(!filter.is_counted() && all.len() as i64 > count_limit, "{filter:?} at {now}: {actual:?}");
                    assert_eq!(actual.by_status.iter().sum::<i64>(), count_limit, "{filter:?} at {now}");
                } else {
                    assert_eq!(actual, expected, "{filter:?} at {now}");
                }
            }
        });
    });
}

/// See its name.
pub fn the_pages_of_a_list_have_each_order_once(make: MakeStore, cases: u32) {
    let queries = generated_batches().prop_flat_map(|input| {
        let era = input.0;
        (Just(input), prop::collection::vec((filters(), instants(era), 1..7usize), 1..6))
    });
    law(cases, queries, |(input, queries)| {
        wait(async {
            let [test_store, memory] = both_stores(make, &input).await;
            for (generated, now, limit) in queries {
                let filter = in_era(generated, input.0, memory.store.zone());
                let full_list = memory.store.list(&filter, None, 1_000, now).await.unwrap();
                assert_eq!(
                    ids(&pages(test_store.store.as_ref(), &filter, limit, now).await),
                    ids(&full_list),
                    "{filter:?} by {limit}"
                );
            }
        });
    });
}

/// See its name.
pub fn the_recent_feed_and_issues_match_the_memory_store(make: MakeStore, cases: u32) {
    let queries = generated_batches().prop_flat_map(|input| {
        let era = input.0;
        let query = (basic_filters(), 1..RECENT_HOURS, 1..8usize, instants(era));
        (Just(input), prop::collection::vec(query, 1..10))
    });
    law(cases, queries, |(input, queries)| {
        wait(async {
            let [test_store, memory] = both_stores(make, &input).await;
            let now = afterwards(input.0);
            for store in [&test_store.store, &memory.store] {
                store.mark_refreshed(now, ChangeLag::default()).await.unwrap();
            }
            for ((filter, _), hours, limit, before) in queries {
                let OrderFilter { vendor_id, statuses, .. } = filter;
                let filter = RecentFilter { since: now.plus_seconds(-hours * 3600), statuses, vendor_id };
                let all = memory.store.recent(&filter, None, 1_000).await.unwrap();
                let position_of =
                    |history: &History| history.order().map(|order| Position::at(order.updated_at, order.order_id));
                let after = all.get(limit / 2).and_then(position_of);
                for after in [None, after.as_ref()] {
                    let actual = test_store.store.recent(&filter, after, limit).await.unwrap();
                    assert_eq!(actual, memory.store.recent(&filter, after, limit).await.unwrap(), "{filter:?}");
                }
                let counts = test_store.store.count_recent(&filter).await.unwrap();
                assert_eq!(counts, memory.store.count_recent(&filter).await.unwrap(), "{filter:?}");
                let by_minute = RecentFilter { since: filter.since.floor_minute(), ..filter };
                let all = memory.store.recent(&by_minute, None, 1_000).await.unwrap();
                assert_eq!(counts.iter().sum::<i64>(), all.len() as i64);
                for vendor in VENDORS.map(crate::vendor_id) {
                    let actual = test_store.store.issues(&vendor, before, limit).await.unwrap();
                    assert_eq!(
                        actual,
                        memory.store.issues(&vendor, before, limit).await.unwrap(),
                        "{vendor} before {before}"
                    );
                }
            }
            let last = order_id("o-0");
            assert_eq!(test_store.store.all(None, 3).await.unwrap(), memory.store.all(None, 3).await.unwrap());
            assert_eq!(
                test_store.store.all(Some(&last), 99).await.unwrap(),
                memory.store.all(Some(&last), 99).await.unwrap()
            );
        });
    });
}

/// See its name.
pub async fn placement_dates_are_whole_days_of_the_zone(make: MakeStore) {
    let test_store = make(zone("America/New_York")).await;
    // 23:59:59 on the 1st and 00:00:00 on the 2nd, in New York.
    let orders = [("late", "2026-03-02T04:59:59Z"), ("early", "2026-03-02T05:00:00Z")];
    let events = orders.map(|(id, placed)| OrderBuilder::new(id).placed(placed).events()).concat();
    ingest(&test_store.store, events, now()).await;
    project::project_all(test_store.store.as_ref(), now()).await.unwrap();
    for (date, expected) in [("2026-03-01", "late"), ("2026-03-02", "early")] {
        let filter = OrderFilter { placed_from: Some(day(date)), placed_to: Some(day(date)), ..OrderFilter::default() };
        assert_eq!(ids(&test_store.store.list(&filter, None, 9, now()).await.unwrap()), [expected]);
        assert_eq!(test_store.store.count(&filter, 9, now()).await.unwrap().by_status[Status::Placed as usize], 1);
    }
}
