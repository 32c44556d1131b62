//! The fold of an order's events.

use goody_domain::{
    ActiveStatus, EventId, History, IngestOutcome, MOST_EVENTS, Occurrences, OrderEvent, OrderId, Outcome, Recorded,
    Status, fold,
};
use proptest::prelude::*;

use crate::timeline::{at, batch, events, order, order_if_placed, recorded};

#[test]
fn an_order_is_none_until_its_placement_is_known() {
    assert_eq!(order_if_placed("ARRIVED 2026-03-03T10:00:00Z"), None);
    let order = order("ARRIVED 2026-03-03T10:00:00Z\n PLACED 2026-03-01T10:00:00Z");
    assert_eq!(order.status(), Status::Arrived);
}

#[test]
fn the_first_placement_gives_vendor_promise_and_gift_and_another_changes_nothing() {
    let order = order(
        "PLACED 2026-03-02T10:00:00Z vendorId=bloom estimatedDelivery=2026-03-09T10:00:00Z giftType=food
         PLACED 2026-03-01T10:00:00Z vendorId=acme estimatedDelivery=2026-03-04T10:00:00Z giftType=flowers",
    );
    assert_eq!(order.placement.vendor_id.as_str(), "acme");
    assert_eq!(order.placement.estimated_delivery, Some(at("2026-03-04T10:00:00Z")));
    assert_eq!(order.placement.gift_type.as_ref().unwrap().as_str(), "flowers");
    assert_eq!(order.created_at, at("2026-03-01T10:00:00Z"));
    assert_eq!(order.status(), Status::Placed);
    assert_eq!(order.steps.len(), 1, "a second placement is no step");
}

#[test]
fn a_promise_filled_in_later_is_taken_and_never_moved() {
    let order = order(
        "PLACED 2026-03-01T10:00:00Z
         PLACED 2026-03-02T10:00:00Z estimatedDelivery=2026-03-09T10:00:00Z
         PLACED 2026-03-03T10:00:00Z estimatedDelivery=2026-03-12T10:00:00Z",
    );
    assert_eq!(order.placement.estimated_delivery, Some(at("2026-03-09T10:00:00Z")));
    assert_eq!(order.created_at, at("2026-03-01T10:00:00Z"));
}

#[test]
fn an_event_before_the_placement_counts_as_if_it_occurred_at_the_placement() {
    let order = order(
        "ARRIVED 2026-02-27T10:00:00Z
         SHIPPING_ON_TIME 2026-02-26T10:00:00Z
         PLACED 2026-03-01T10:00:00Z",
    );
    let placed = at("2026-03-01T10:00:00Z");
    assert_eq!(order.completion, Some((placed, Outcome::Arrived)));
    assert_eq!(order.actual_delivery, Some(placed));
    assert!(order.steps.iter().all(|step| step.at == placed));
    assert_eq!(order.updated_at, placed);
}

#[test]
fn created_at_updated_at_and_actual_delivery_are_the_instants_of_their_events() {
    let order = order(
        "PLACED 2026-03-01T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z
         ARRIVED 2026-03-03T10:00:00Z
         SHIPPING_DELAYED 2026-03-05T10:00:00Z",
    );
    assert_eq!(order.created_at, at("2026-03-01T10:00:00Z"));
    assert_eq!(order.actual_delivery, Some(at("2026-03-03T10:00:00Z")));
    assert_eq!(order.updated_at, at("2026-03-05T10:00:00Z"));
}

#[test]
fn an_order_reported_damaged_after_its_arrival_ended_as_damaged_at_its_arrival() {
    let order = order(
        "PLACED 2026-02-25T10:00:00Z estimatedDelivery=2026-03-02T10:00:00Z
         ARRIVED 2026-03-01T10:00:00Z
         DAMAGED 2026-03-03T10:00:00Z",
    );
    assert_eq!(order.completion, Some((at("2026-03-01T10:00:00Z"), Outcome::Damaged)));
    assert_eq!(order.actual_delivery, Some(at("2026-03-01T10:00:00Z")), "it did arrive");
    assert!(!order.is_delayed(at("2026-03-09T10:00:00Z")), "it arrived before its promise");
}

#[test]
fn a_lost_order_that_arrives_later_ended_as_arrived_when_it_was_reported_lost() {
    let order = order(
        "PLACED 2026-02-25T10:00:00Z
         LOST 2026-03-01T10:00:00Z
         ARRIVED 2026-03-03T10:00:00Z
         ARRIVED 2026-03-04T10:00:00Z",
    );
    assert_eq!(order.completion, Some((at("2026-03-01T10:00:00Z"), Outcome::Arrived)));
    assert_eq!(order.actual_delivery, Some(at("2026-03-03T10:00:00Z")), "the first arrival");
}

#[test]
fn an_order_that_arrives_after_its_cancellation_ended_as_arrived_when_it_was_cancelled() {
    let arrived = order("PLACED 2026-03-01T10:00:00Z\n CANCELLED 2026-03-02T10:00:00Z\n ARRIVED 2026-03-03T10:00:00Z");
    assert_eq!(arrived.completion, Some((at("2026-03-02T10:00:00Z"), Outcome::Arrived)));
    assert_eq!(arrived.actual_delivery, Some(at("2026-03-03T10:00:00Z")));
    assert_eq!(arrived.refunded_at, None, "it was cancelled before it was completed");
}

#[test]
fn a_late_scan_after_arrival_changes_nothing() {
    let before = order("PLACED 2026-03-01T10:00:00Z\n ARRIVED 2026-03-02T10:00:00Z");
    let after =
        order("PLACED 2026-03-01T10:00:00Z\n ARRIVED 2026-03-02T10:00:00Z\n SHIPPING_DELAYED 2026-03-03T10:00:00Z");
    assert_eq!(after.status(), before.status());
    assert_eq!(after.completion, before.completion);
    assert_eq!(after.steps, before.steps);
    assert_eq!(after.occurrences.len(), 3, "the history has it");
}

#[test]
fn an_order_has_a_step_for_each_active_status_that_it_entered() {
    let order = order(
        "PLACED 2026-03-01T10:00:00Z
         SHIPPING_DELAYED 2026-03-03T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z",
    );
    let steps: Vec<ActiveStatus> = order.steps.iter().map(|step| step.status).collect();
    assert_eq!(steps, [ActiveStatus::Placed, ActiveStatus::ShippingOnTime, ActiveStatus::ShippingDelayed]);
    assert_eq!(order.status(), Status::ShippingDelayed);
}

#[test]
fn events_of_the_same_instant_are_sorted_by_lifecycle_rank_and_then_by_id() {
    let same = "2026-03-01T10:00:00Z";
    let by_rank = order(&format!("CANCELLED {same}\n DAMAGED {same}\n ARRIVED {same}\n PLACED {same}"));
    assert_eq!(by_rank.completion, Some((at(same), Outcome::Damaged)), "it is reported damaged after its arrival");
    assert_eq!(by_rank.refunded_at, Some(at(same)), "it is cancelled after it was completed");
    let active = order(&format!("SHIPPING_DELAYED {same}\n SHIPPING_ON_TIME {same}\n PLACED {same}"));
    assert_eq!(active.status(), Status::ShippingDelayed);
    let by_id = order(&format!("PLACED {same} eventId=b vendorId=bloom\n PLACED {same} eventId=a vendorId=acme"));
    assert_eq!(by_id.placement.vendor_id.as_str(), "acme");
}

#[test]
fn an_open_order_is_delayed_once_the_minute_of_its_promise_is_over() {
    let open = order("PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-02T12:00:30Z");
    assert!(!open.is_delayed(at("2026-03-02T12:00:59.999999Z")));
    assert!(open.is_delayed(at("2026-03-02T12:01:00Z")));
}

#[test]
fn an_ended_order_is_delayed_if_it_ended_after_its_promise_at_any_later_time() {
    let ended = |when: &str| {
        order(&format!("PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-02T12:00:00Z\n LOST {when}"))
    };
    let later = at("2027-01-01T00:00:00Z");
    assert!(!ended("2026-03-02T12:00:00Z").is_delayed(later), "at the promise is not after it");
    assert!(!ended("2026-03-02T12:00:59.999999Z").is_delayed(later), "a promise passes at the end of its minute");
    assert!(ended("2026-03-02T12:01:00Z").is_delayed(later));
}

#[test]
fn an_order_without_a_promise_is_never_delayed() {
    assert!(!order("PLACED 2026-03-01T10:00:00Z").is_delayed(at("2029-01-01T00:00:00Z")));
}

#[test]
fn an_order_has_the_last_carrier_tracking_number_and_reason_of_its_events() {
    let order = order(
        "PLACED 2026-03-01T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z carrier=ups trackingNumber=t-1
         SHIPPING_DELAYED 2026-03-03T10:00:00Z reason=snow carrier=dhl
         ARRIVED 2026-03-04T10:00:00Z",
    );
    let note = &order.latest_note;
    assert_eq!(
        (note.carrier.as_deref(), note.tracking_number.as_deref(), note.reason.as_deref()),
        (Some("dhl"), Some("t-1"), Some("snow"))
    );
}

#[test]
fn a_known_id_with_the_same_content_is_a_duplicate_and_with_other_content_a_conflict() {
    let now = at("2026-03-10T00:00:00Z");
    let events = events("PLACED 2026-03-01T10:00:00Z\n PLACED 2026-03-01T10:00:00Z eventId=e-1 vendorId=bloom");
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    assert_eq!(history.record(events[0].clone(), &batch(), now), IngestOutcome::New);
    assert_eq!(history.record(events[0].clone(), &batch(), now), IngestOutcome::Known);
    assert_eq!(history.record(events[1].clone(), &batch(), now), IngestOutcome::Conflict);
    assert_eq!((history.version(), history.order().unwrap().placement.vendor_id.as_str()), (1, "acme"));
}

#[test]
fn a_long_history_finds_duplicates_and_conflicts_as_a_short_one_does() {
    let now = at("2026-03-10T00:00:00Z");
    let hours = |minute: u32| format!("SHIPPING_ON_TIME 2026-03-02T{:02}:{:02}:00Z", minute / 60, minute % 60);
    let lines: Vec<String> = (0..100).map(hours).collect();
    let events = events(&lines.join("\n"));
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    for event in &events {
        assert_eq!(history.record(event.clone(), &batch(), now), IngestOutcome::New);
    }
    for event in &events {
        assert_eq!(history.record(event.clone(), &batch(), now), IngestOutcome::Known);
        let other = OrderEvent { reason: Some("another one".into()), ..event.clone() };
        assert_eq!(history.record(other, &batch(), now), IngestOutcome::Conflict);
    }
    assert_eq!(history.version(), events.len());
    assert_eq!(history, History::from_facts(history.order_id().clone(), history.facts().to_vec()));
}

#[test]
fn a_history_gives_the_order_at_every_version() {
    let now = at("2026-03-10T00:00:00Z");
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    for event in events("ARRIVED 2026-03-03T10:00:00Z\n PLACED 2026-03-01T10:00:00Z\n DAMAGED 2026-03-04T10:00:00Z") {
        history.record(event, &batch(), now);
    }
    let statuses: Vec<_> = (0..=4).map(|version| history.at_version(version).map(|order| order.status())).collect();
    assert_eq!(statuses, [None, None, Some(Status::Arrived), Some(Status::Damaged), Some(Status::Damaged)]);
}

fn timelines() -> impl Strategy<Value = Vec<OrderEvent>> {
    let hours = ["10", "11", "12"];
    let line = (0..9usize, 0..3usize, 0..2usize).prop_map(move |(status, hour, vendor)| {
        let vendor = ["acme", "bloom"][vendor];
        format!("{} 2026-03-01T{}:00:00Z vendorId={vendor}", Status::ALL[status], hours[hour])
    });
    prop::collection::vec(line, 1..7).prop_map(|lines| events(&lines.join("\n")))
}

proptest! {
    #[test]
    fn the_sequence_of_arrival_changes_nothing((events, shuffled) in timelines().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))) {
        let id = OrderId::parse("o-1").unwrap();
        prop_assert_eq!(fold(&id, &events), fold(&id, &shuffled));
    }

    #[test]
    fn a_summary_decides_how_an_order_is_listed_now_and_before_its_latest_fact(events in timelines()) {
        let id = OrderId::parse("o-1").unwrap();
        let history = recorded(&events);
        let summary = History::from_facts(id.clone(), history.summary());
        prop_assert!(summary.version() <= 18);
        let (mut facts, mut summarized) = (history.by_occurrence(), summary.by_occurrence());
        for _ in 0..2 {
            let listed = |facts: &[&Recorded]| {
                let order = fold(&id, facts.iter().map(|fact| &fact.event))?;
                let listed = (order.placement.clone(), order.created_at, order.updated_at, order.completion, order.actual_delivery);
                Some((listed, order.latest_note.clone(), order.status()))
            };
            prop_assert_eq!(listed(&facts), listed(&summarized));
            prop_assert_eq!(facts.pop(), summarized.pop(), "the summary has the latest fact");
        }
    }

    #[test]
    fn more_facts_never_remove_the_placement_or_the_end_of_an_order(events in timelines(), more in timelines()) {
        let id = OrderId::parse("o-1").unwrap();
        let renamed = more.into_iter().enumerate().map(|(number, event)| OrderEvent { event_id: EventId::parse(&format!("x-{number}")).unwrap(), ..event });
        let all: Vec<OrderEvent> = events.iter().cloned().chain(renamed).collect();
        if let Some(before) = fold(&id, &events) {
            let after = fold(&id, &all).unwrap();
            prop_assert!(after.created_at <= before.created_at);
            prop_assert!(after.completion.is_some() || before.completion.is_none());
            prop_assert!(after.updated_at >= before.updated_at);
            let (before, after) = (Occurrences::of(&events), Occurrences::of(&all));
            prop_assert!(after.named_vendors.is_superset(&before.named_vendors));
        }
    }
}

#[test]
fn a_full_history_refuses_new_events_and_still_finds_duplicates_and_conflicts() {
    let now = at("2026-03-10T00:00:00Z");
    let placement = &events("PLACED 2026-03-01T10:00:00Z")[0];
    let numbered =
        |number: usize| OrderEvent { event_id: EventId::parse(&format!("e-{number}")).unwrap(), ..placement.clone() };
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    for number in 0..MOST_EVENTS {
        assert_eq!(history.record(numbered(number), &batch(), now), IngestOutcome::New);
    }
    assert_eq!(history.record(numbered(MOST_EVENTS), &batch(), now), IngestOutcome::Full);
    assert_eq!(history.record(numbered(7), &batch(), now), IngestOutcome::Known);
    let other = OrderEvent { reason: Some("another one".into()), ..numbered(7) };
    assert_eq!(history.record(other, &batch(), now), IngestOutcome::Conflict);
    assert_eq!(history.version(), MOST_EVENTS);
}

#[test]
fn the_texts_of_an_order_are_bounded_and_a_shorter_event_still_fits() {
    let now = at("2026-03-10T00:00:00Z");
    let placement = &events("PLACED 2026-03-01T10:00:00Z")[0];
    let long = |number: usize, bytes: usize| OrderEvent {
        event_id: EventId::parse(&format!("e-{number:06}")).unwrap(),
        reason: Some("x".repeat(bytes)),
        ..placement.clone()
    };
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    let recorded =
        (0..).take_while(|number| history.record(long(*number, 1_000), &batch(), now) == IngestOutcome::New).count();
    assert!((1_000..=1_040).contains(&recorded), "{recorded}");
    assert_eq!(history.record(long(1, 1_000), &batch(), now), IngestOutcome::Known);
    assert_eq!(history.record(long(5_000, 1_000), &batch(), now), IngestOutcome::Full);
    assert_eq!(history.record(long(5_000, 1), &batch(), now), IngestOutcome::New);
    let mut stored = History::from_facts(history.order_id().clone(), history.facts().to_vec());
    assert_eq!(
        stored.record(long(6_000, 1_000), &batch(), now),
        IngestOutcome::Full,
        "a history read from a store has the same bound"
    );
}
