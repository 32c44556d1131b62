//! The summary of a history: few facts that make the same order in lists.

use goody_domain::{EventId, History, HistoryFact, Order, OrderEvent, OrderId, Recorded, Status, fold};
use proptest::prelude::*;

use crate::generator::any_events;
use crate::timeline::{at, events, recorded};

/// The order of some facts without what lists do not show: its steps and its occurrences; and its status.
fn listed(facts: &[&Recorded]) -> Option<(Order, Status)> {
    let mut order = fold(&OrderId::parse("o-1").unwrap(), facts.iter().map(|fact| &fact.event))?;
    let status = order.status();
    order.steps.clear();
    order.occurrences.clear();
    Some((order, status))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_summary_makes_the_same_listed_order_now_and_before_the_latest_fact(events in any_events()) {
        let history = recorded(&events);
        let summary = History::from_facts(history.order_id().clone(), history.summary());
        let (mut facts, mut summarized) = (history.by_occurrence(), summary.by_occurrence());
        for _ in 0..2 {
            prop_assert_eq!(listed(&facts), listed(&summarized));
            prop_assert_eq!(facts.pop(), summarized.pop(), "the summary has the latest fact");
        }
    }

    /// The same events again and again, with other ids: the summary does not grow with the history.
    #[test]
    fn a_summary_of_a_long_history_is_short(events in any_events()) {
        let again = (0..40).flat_map(|round: usize| {
            events.iter().enumerate().map(move |(number, event)| OrderEvent {
                event_id: EventId::parse(&format!("e-{round}-{number}")).unwrap(),
                ..event.clone()
            })
        });
        let repeated: Vec<OrderEvent> = again.collect();
        let parcels = fold(&OrderId::parse("o-1").unwrap(), &repeated).map_or(3, |order| order.parcels.len().max(1));
        let summary = recorded(&repeated).summary();
        prop_assert!(summary.len() <= 2 * (15 + 13 * parcels), "{} facts of {parcels} parcels", summary.len());
    }
}

#[test]
fn scans_without_effect_are_not_in_a_summary() {
    let scans: Vec<String> = (0..60).map(|minute| format!("SHIPPING_ON_TIME 2026-03-02T10:{minute:02}:00Z")).collect();
    let timeline = format!("PLACED 2026-03-01T10:00:00Z\n{}\nARRIVED 2026-03-03T10:00:00Z", scans.join("\n"));
    let ids: Vec<String> = recorded(&events(&timeline))
        .summary()
        .iter()
        .filter_map(HistoryFact::event)
        .map(|fact| fact.event.event_id.to_string())
        .collect();
    assert_eq!(
        ids,
        ["e-1", "e-2", "e-61", "e-62"],
        "the placement, the handover, the latest before the arrival, the arrival"
    );
}

#[test]
fn a_summary_has_the_completion_that_makes_a_cancellation_a_refund() {
    let history = recorded(&events(
        "PLACED 2026-03-01T10:00:00Z
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z
         CANCELLED 2026-03-03T10:00:00Z
         UNDELIVERABLE 2026-03-04T10:00:00Z
         CANCELLED 2026-03-05T10:00:00Z
         LOST 2026-03-06T10:00:00Z
         SHIPPING_ON_TIME 2026-03-07T10:00:00Z
         SHIPPING_ON_TIME 2026-03-08T10:00:00Z",
    ));
    let summary = History::from_facts(history.order_id().clone(), history.summary());
    assert_eq!(summary.order().unwrap().refunded_at, Some(at("2026-03-05T10:00:00Z")));
    assert_eq!(listed(&summary.by_occurrence()), listed(&history.by_occurrence()));
}
