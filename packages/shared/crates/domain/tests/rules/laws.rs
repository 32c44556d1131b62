//! Laws that hold for every order: its definition, any order of arrival, one parcel, levels, and sums over a history.

use std::collections::BTreeMap;

use goody_domain::{
    ActiveStatus, Counter, Entry, History, Instant, Occurrences, Order, OrderEvent, OrderId, Outcome, ParcelId,
    ReportZone, Status, VendorId, contribution, fact_postings, fold, merge_entries, postings,
};
use proptest::prelude::*;

use crate::definition::{Defined, Definition};
use crate::generator::{any_events, events_about, hour, minute_ends};
use crate::timeline::batch;

fn fold_all(events: &[OrderEvent]) -> Option<Order> {
    fold(&OrderId::parse("o-1").unwrap(), events)
}

/// What an order has by its definition.
fn defined(order: &Order) -> Defined {
    Defined {
        completion: order.completion.map(|(at, outcome)| (at, outcome.status())),
        handover: order.handover,
        actual_delivery: order.actual_delivery,
        refunded_at: order.refunded_at,
        returned_at: order.returned_at,
        replacement_arrived_at: order.replacement_arrived_at,
    }
}

/// The sum of a counter's entries before an instant.
fn sum_before(entries: &[Entry], counter: Counter, at: Instant) -> i64 {
    let zone = ReportZone::utc();
    let when = |entry: &Entry| zone.start(entry.day).plus_seconds(i64::from(entry.minute) * 60);
    entries.iter().filter(|entry| entry.counter == counter && when(entry) < at).map(|entry| entry.amount).sum()
}

fn sum(entries: &[Entry], counter: Counter) -> i64 {
    entries.iter().filter(|entry| entry.counter == counter).map(|entry| entry.amount).sum()
}

/// Each level: what entered it and what left it.
fn levels() -> impl Iterator<Item = (Counter, Counter)> {
    let steps = ActiveStatus::ALL.map(|status| (Counter::Entered(status), Counter::Left(status)));
    steps.into_iter().chain([
        (Counter::OverdueEntered, Counter::OverdueLeft),
        (Counter::UnshippedEntered, Counter::UnshippedLeft),
        (Counter::StalledEntered, Counter::StalledLeft),
    ])
}

/// The entries by vendor, added up, without those that are 0.
fn by_vendor<'p>(postings: impl IntoIterator<Item = (&'p VendorId, Entry)>) -> BTreeMap<VendorId, Vec<Entry>> {
    let mut entries: BTreeMap<VendorId, Vec<Entry>> = BTreeMap::new();
    for (vendor_id, entry) in postings {
        entries.entry(vendor_id.clone()).or_default().push(entry);
    }
    let merged = entries.into_iter().map(|(vendor_id, entries)| (vendor_id, merge_entries(entries)));
    merged.filter(|(_, entries)| !entries.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn an_order_is_what_its_definition_says(events in any_events()) {
        let Some(definition) = Definition::of(&events) else {
            prop_assert_eq!(fold_all(&events), None);
            return Ok(());
        };
        let order = fold_all(&events).unwrap();
        prop_assert_eq!(defined(&order), definition.order());
        prop_assert_eq!(order.created_at, definition.created_at);
        prop_assert_eq!(order.is_suspect, definition.is_suspect());
        prop_assert_eq!(Some(order.updated_at), definition.latest_event_before(Instant::LATEST));
        let now = definition.active_status_at(Instant::LATEST).or(definition.order().completion.map(|(_, outcome)| outcome));
        prop_assert_eq!(Some(order.status()), now);
        prop_assert_eq!(order.placement.estimated_delivery, definition.field(|placement| placement.estimated_delivery));
        prop_assert_eq!(order.placement.ship_by, definition.field(|placement| placement.ship_by));
        prop_assert_eq!(&order.placement.reference, &definition.field(|placement| placement.reference.clone()));
        prop_assert_eq!(&order.placement.currency, &definition.field(|placement| placement.currency));
        prop_assert_eq!(&order.placement.destination, &definition.field(|placement| placement.destination.clone()));
        prop_assert_eq!(order.placement.is_rush, definition.field(|placement| placement.is_rush));
        prop_assert_eq!(order.placement.gift_value, definition.field(|placement| placement.gift_value));
    }

    #[test]
    fn the_steps_of_an_order_begin_with_its_placement_and_never_repeat(events in any_events()) {
        let Some(order) = fold_all(&events) else { return Ok(()) };
        prop_assert_eq!((order.steps[0].status, order.steps[0].at), (ActiveStatus::Placed, order.created_at));
        prop_assert!(order.steps.windows(2).all(|pair| pair[0].status != pair[1].status), "{:?}", order.steps);
        prop_assert!(order.steps.get(1).is_none_or(|second| second.at >= order.created_at));
        prop_assert!(order.steps[1..].windows(2).all(|pair| pair[0].at < pair[1].at), "one step an instant: {:?}", order.steps);
    }

    #[test]
    fn the_levels_at_the_end_of_a_minute_are_what_the_definition_says(events in any_events()) {
        let Some(definition) = Definition::of(&events) else { return Ok(()) };
        let entries = contribution(&fold_all(&events).unwrap(), &ReportZone::utc());
        for now in minute_ends() {
            let level = |entered: Counter, left: Counter| sum_before(&entries, entered, now) - sum_before(&entries, left, now);
            let status = definition.active_status_at(now);
            for active in ActiveStatus::ALL {
                prop_assert_eq!(level(Counter::Entered(active), Counter::Left(active)), i64::from(status == Some(active.status())), "{:?} at {}", active, now);
            }
            let has_passed = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline < now);
            let is_overdue = status.is_some() && has_passed(definition.field(|placement| placement.estimated_delivery));
            prop_assert_eq!(level(Counter::OverdueEntered, Counter::OverdueLeft), i64::from(is_overdue), "overdue at {}", now);
            let value = definition.field(|placement| placement.gift_value).filter(|_| is_overdue);
            let currency = definition.field(|placement| placement.currency).unwrap_or_default();
            prop_assert_eq!(sum_before(&entries, Counter::OverdueValue(currency), now), value.unwrap_or(0));
            prop_assert_eq!(sum_before(&entries, Counter::OverdueOrders(currency), now), i64::from(value.is_some()));
            let is_unshipped = status == Some(Status::Placed) && has_passed(definition.field(|placement| placement.ship_by));
            prop_assert_eq!(level(Counter::UnshippedEntered, Counter::UnshippedLeft), i64::from(is_unshipped), "unshipped at {}", now);
            let is_quiet = definition.latest_event_before(now).is_some_and(|latest| now.seconds_since(latest) > 48.0 * 3_600.0);
            let is_stalled = is_quiet && status.is_some_and(|status| status != Status::Placed);
            prop_assert_eq!(level(Counter::StalledEntered, Counter::StalledLeft), i64::from(is_stalled), "stalled at {}", now);
        }
    }

    #[test]
    fn the_flows_are_what_the_definition_says(events in any_events()) {
        let Some(definition) = Definition::of(&events) else { return Ok(()) };
        let order = definition.order();
        let entries = contribution(&fold_all(&events).unwrap(), &ReportZone::utc());
        // The minutes of UTC begin at whole multiples of 60 seconds.
        let end_of_minute = |at: Instant| Instant::from_micros(at.micros() - at.micros().rem_euclid(60_000_000) + 60_000_000);
        let is_in_time = |at: Instant, deadline: Instant| at < end_of_minute(deadline);
        let is_due = |deadline: Instant| !matches!(order.completion, Some((end, Status::Cancelled)) if is_in_time(end, deadline));
        for (deadline, kept_at, due, kept) in [
            (definition.field(|placement| placement.estimated_delivery), order.actual_delivery, Counter::Due, Counter::OnTime),
            (definition.field(|placement| placement.ship_by), order.handover, Counter::ShipDue, Counter::ShippedOnTime),
        ] {
            let due_by = deadline.filter(|deadline| is_due(*deadline));
            let is_kept = due_by.zip(kept_at).is_some_and(|(deadline, at)| is_in_time(at, deadline));
            prop_assert_eq!((sum(&entries, due), sum(&entries, kept)), (i64::from(due_by.is_some()), i64::from(is_kept)));
        }
        for outcome in Outcome::ALL {
            let ended = order.completion.is_some_and(|(_, ended)| ended == outcome.status());
            prop_assert_eq!(sum(&entries, Counter::Ended(outcome)), i64::from(ended));
        }
        let micros = |at: Option<Instant>| at.map_or(0, |at| at.micros() - definition.created_at.micros());
        let (suspect, has_arrived) = (definition.is_suspect(), matches!(order.completion, Some((_, Status::Arrived))));
        prop_assert_eq!(sum(&entries, Counter::SuspectArrivals), i64::from(suspect && has_arrived));
        prop_assert_eq!(sum(&entries, Counter::DeliveryMicros), micros(order.actual_delivery.filter(|_| has_arrived && !suspect)));
        prop_assert_eq!(sum(&entries, Counter::HandedOver), i64::from(order.handover.is_some() && !suspect));
        prop_assert_eq!(sum(&entries, Counter::HandoverMicros), micros(order.handover.filter(|_| !suspect)));
        prop_assert_eq!(sum(&entries, Counter::Returned), i64::from(order.returned_at.is_some()));
        prop_assert_eq!(sum(&entries, Counter::Refunded), i64::from(order.refunded_at.is_some()));
    }

    #[test]
    fn an_order_is_in_a_level_once_or_not_at_all_after_every_minute_and_in_none_once_it_has_ended(events in any_events()) {
        let Some(order) = fold_all(&events) else { return Ok(()) };
        let zone = ReportZone::named("Europe/Berlin").unwrap();
        let given_up = order.clone().given_up(hour(30_000));
        for (order, is_over) in [(&order, order.completion.is_some()), (&given_up, true)] {
            let entries = contribution(order, &zone);
            for (entered, left) in levels() {
                let mut flows: BTreeMap<_, i64> = BTreeMap::new();
                for entry in &entries {
                    let sign = i64::from(entry.counter == entered) - i64::from(entry.counter == left);
                    *flows.entry((entry.day, entry.minute)).or_default() += sign * entry.amount;
                }
                let mut level = 0;
                for (minute, flow) in flows {
                    level += flow;
                    prop_assert!((0..=1).contains(&level), "{:?} is {} after {:?}", entered, level, minute);
                }
                prop_assert!(level == 0 || !is_over, "{:?} is {} for ever", entered, level);
            }
        }
    }

    #[test]
    fn any_order_of_arrival_gives_the_same_order((events, shuffled) in any_events().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))) {
        prop_assert_eq!(fold_all(&events), fold_all(&shuffled));
    }

    #[test]
    fn any_repetition_of_events_gives_the_same_order((events, received) in any_events().prop_flat_map(|events| {
        let twice: Vec<OrderEvent> = events.iter().chain(&events).cloned().collect();
        (Just(events), Just(twice).prop_shuffle())
    })) {
        let mut history = History::empty(OrderId::parse("o-1").unwrap());
        for event in received {
            history.record(event, &batch(), Instant::LATEST);
        }
        prop_assert_eq!(history.version(), events.len());
        prop_assert_eq!(history.order(), fold_all(&events));
    }

    #[test]
    fn an_order_without_parcels_is_the_same_as_with_one_parcel_on_every_event(events in events_about(&[""])) {
        let name = |mut event: OrderEvent| {
            event.parcel_id = (event.status() != Status::Placed).then(|| ParcelId::parse("box").unwrap());
            event
        };
        let named: Vec<OrderEvent> = events.iter().cloned().map(name).collect();
        let (without, with) = (fold_all(&events), fold_all(&named));
        prop_assert_eq!(&without, &with.map(|order| Order { parcels: Vec::new(), ..order }));
    }

    #[test]
    fn the_changes_of_any_split_of_a_history_add_up_to_the_whole((events, versions) in any_events().prop_flat_map(|events| {
        let last = events.len();
        (Just(events), prop::collection::vec(0..=last, 0..6))
    })) {
        let zone = ReportZone::named("America/New_York").unwrap();
        let mut versions = versions;
        // Changes can also go back: a retraction takes events back.
        versions.push(events.len());
        let orders: Vec<Option<Order>> = versions.iter().map(|version| fold_all(&events[..*version])).collect();
        let mut before = None;
        let mut split = Vec::new();
        for after in &orders {
            split.extend(postings(before, after.as_ref(), &zone));
            before = after.as_ref();
        }
        let split = split.iter().map(|posting| (posting.vendor_id, posting.entry));
        let order = fold_all(&events);
        let whole = order.iter().flat_map(|order| contribution(order, &zone).into_iter().map(|entry| (&order.placement.vendor_id, entry)));
        prop_assert_eq!(by_vendor(split), by_vendor(whole));
    }

    #[test]
    fn the_facts_of_a_growing_history_are_those_of_the_whole((events, versions) in any_events().prop_flat_map(|events| {
        let last = events.len();
        (Just(events), prop::collection::vec(0..=last, 0..6))
    })) {
        let zone = ReportZone::utc();
        let mut versions = versions;
        versions.push(events.len());
        versions.sort_unstable();
        let none = Occurrences::default();
        let states: Vec<Occurrences> = versions.iter().map(|version| Occurrences::of(&events[..*version])).collect();
        let changes = std::iter::once(&none).chain(&states).zip(&states);
        let split = changes.flat_map(|(before, after)| fact_postings(before, after, &zone));
        let split = split.map(|posting| (posting.vendor_id, posting.entry));
        let whole = Occurrences::of(&events);
        let whole = fact_postings(&none, &whole, &zone).map(|posting| (posting.vendor_id, posting.entry));
        prop_assert_eq!(by_vendor(split), by_vendor(whole));
    }
}
