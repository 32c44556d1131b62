//! Taking back: what a retraction does to the order, to the counters and to the ids of events.

use std::collections::BTreeMap;

use goody_domain::{
    BatchId, Change, Entry, History, IngestOutcome, OrderEvent, OrderId, ReportZone, Status, VendorId, contribution_to,
    fact_postings, fold, merge_entries, postings,
};
use proptest::prelude::*;

use crate::generator::any_events;
use crate::timeline::{at, events};

const NOW: &str = "2026-04-10T00:00:00Z";

fn batch(name: &str) -> BatchId {
    BatchId::parse(name).unwrap()
}

/// A history with the events of timelines, each timeline in the batch of its name.
fn history(batches: &[(&str, &str)]) -> History {
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    for (name, timeline) in batches {
        for event in events(timeline) {
            assert!(history.record(event, &batch(name), at(NOW)).is_new());
        }
    }
    history
}

fn status(history: &History) -> Option<Status> {
    history.order().map(|order| order.status())
}

#[test]
fn a_retraction_takes_back_the_events_of_its_batch_and_no_others() {
    let mut history = history(&[
        ("good", "PLACED 2026-03-01T10:00:00Z eventId=p"),
        ("bad", "SHIPPING_ON_TIME 2026-03-02T10:00:00Z eventId=s\n LOST 2026-03-05T10:00:00Z eventId=l"),
    ]);
    assert_eq!(history.retract(&batch("bad"), at(NOW)), 2);
    assert_eq!((history.version(), status(&history)), (4, Some(Status::Placed)));
    assert_eq!(history.at_version(3).unwrap().status(), Status::Lost, "an earlier version stays what it was");
    let order = history.order().unwrap();
    assert_eq!(order.updated_at, at("2026-03-05T10:00:00Z"), "the latest event still counts");
    assert_eq!(order.occurrences, [at("2026-03-01T10:00:00Z")]);
    let taken_back: Vec<bool> = (0..4).map(|position| history.is_taken_back(position)).collect();
    assert_eq!(taken_back, [false, true, true, false]);
}

#[test]
fn a_batch_without_events_left_is_not_taken_back_again() {
    let mut history = history(&[("bad", "PLACED 2026-03-01T10:00:00Z")]);
    assert_eq!(history.retract(&batch("other"), at(NOW)), 0);
    assert_eq!(history.retract(&batch("bad"), at(NOW)), 1);
    assert_eq!(history.retract(&batch("bad"), at(NOW)), 0);
    assert_eq!(history.version(), 2);
}

#[test]
fn the_id_of_an_event_that_is_taken_back_is_free_for_the_same_and_for_other_content() {
    let [wrong, mended] =
        ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"].map(|at| events(&format!("PLACED {at}")).remove(0));
    // A history that is too long to be searched without an index behaves the same.
    let scans: Vec<String> =
        (10..60).map(|minute| format!("SHIPPING_ON_TIME 2026-03-03T10:{minute}:00Z eventId=s-{minute}")).collect();
    for scans in ["", &scans.join("\n")] {
        for again in [&wrong, &mended] {
            let mut history = history(&[("scans", scans), ("bad", "PLACED 2026-03-01T10:00:00Z")]);
            history.retract(&batch("bad"), at(NOW));
            assert_eq!(history.record(again.clone(), &batch("bad"), at(NOW)), IngestOutcome::New);
            assert_eq!(history.order().unwrap().created_at, again.occurred_at);
            assert_eq!(history.record(again.clone(), &batch("bad"), at(NOW)), IngestOutcome::Known);
            let other = OrderEvent { reason: Some("another".into()), ..again.clone() };
            assert_eq!(history.record(other, &batch("bad"), at(NOW)), IngestOutcome::Conflict);
            assert_eq!(history.retract(&batch("bad"), at(NOW)), 1, "only what was recorded since");
        }
    }
}

#[test]
fn events_that_an_earlier_version_stored_belong_to_no_batch() {
    let mut history = crate::timeline::recorded(&events("PLACED 2026-03-01T10:00:00Z"));
    let mut facts = history.facts().to_vec();
    if let goody_domain::HistoryFact::Event(recorded) = &mut facts[0] {
        recorded.batch_id = None;
    }
    history = History::from_facts(history.order_id().clone(), facts);
    assert_eq!(history.retract(&batch("b-1"), at(NOW)), 0);
}

#[test]
fn an_order_without_a_placement_counts_nowhere_and_its_vendor_keeps_the_latest_fact() {
    let mut history = history(&[("bad", "PLACED 2026-03-01T10:00:00Z\n ARRIVED 2026-03-04T10:00:00Z")]);
    history.retract(&batch("bad"), at(NOW));
    assert_eq!(history.order(), None);
    let (acme, zone) = (VendorId::parse("acme").unwrap(), ReportZone::utc());
    let occurrences = history.occurrences();
    let entries = contribution_to(&acme, history.order().as_ref(), &occurrences, &zone);
    let days: Vec<String> = entries.iter().map(|entry| entry.day.to_string()).collect();
    assert_eq!(days, ["2026-03-01", "2026-03-04"]);
}

#[test]
fn a_placement_of_another_vendor_than_the_first_is_new_with_a_warning() {
    let placed = |day: u32, id: &str, vendor: &str| {
        events(&format!("PLACED 2026-03-{day:02}T10:00:00Z eventId={id} vendorId={vendor}")).remove(0)
    };
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    let mut record = |event, name: &str| history.record(event, &batch(name), at(NOW));
    assert_eq!(record(placed(5, "a", "acme"), "one"), IngestOutcome::New);
    assert_eq!(record(placed(6, "b", "bloom"), "one"), IngestOutcome::NewOfOtherVendor);
    assert_eq!(record(placed(7, "c", "acme"), "one"), IngestOutcome::New);
    assert_eq!(record(placed(1, "d", "bloom"), "two"), IngestOutcome::New, "it is the first now");
    assert_eq!(record(placed(8, "e", "acme"), "one"), IngestOutcome::NewOfOtherVendor);
    history.retract(&batch("two"), at(NOW));
    assert_eq!(history.record(placed(9, "f", "acme"), &batch("one"), at(NOW)), IngestOutcome::New);
}

/// What happens to a history: an event of a batch, or the retraction of one.
#[derive(Clone, Debug)]
enum Step {
    Event(OrderEvent, &'static str),
    Retraction(&'static str),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let batches = prop::sample::select(&["a", "b", "c"][..]);
    let retractions = prop::collection::vec(batches.clone().prop_map(Step::Retraction), 0..4);
    (any_events(), prop::collection::vec(batches, 20), retractions)
        .prop_map(|(events, batches, retractions)| {
            let events = events.into_iter().zip(batches).map(|(event, batch)| Step::Event(event, batch));
            events.chain(retractions).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

/// The history of steps, and the events at each of its versions by the definition: each with its batch and whether it is valid.
type Defined = Vec<(OrderEvent, &'static str, bool)>;

fn run(steps: &[Step]) -> (History, Vec<Defined>) {
    let mut history = History::empty(OrderId::parse("o-1").unwrap());
    let mut defined: Vec<Defined> = vec![Vec::new()];
    for step in steps {
        let mut next = defined.last().unwrap().clone();
        match step {
            Step::Event(event, name) => {
                assert!(history.record(event.clone(), &batch(name), at(NOW)).is_new());
                next.push((event.clone(), name, true));
            }
            Step::Retraction(name) => {
                let valid = |(_, of, is_valid): &&mut (OrderEvent, &str, bool)| of == name && *is_valid;
                let taken_back = next.iter_mut().filter(valid).map(|(_, _, is_valid)| *is_valid = false).count();
                assert_eq!(history.retract(&batch(name), at(NOW)), taken_back);
                if taken_back == 0 {
                    continue;
                }
            }
        }
        defined.push(next);
    }
    (history, defined)
}

/// The entries by vendor, added up, without those that are 0.
fn sum<'v>(entries: impl IntoIterator<Item = (&'v VendorId, Entry)>) -> BTreeMap<VendorId, Vec<Entry>> {
    let mut sums: BTreeMap<VendorId, Vec<Entry>> = BTreeMap::new();
    for (vendor_id, entry) in entries {
        sums.entry(vendor_id.clone()).or_default().push(entry);
    }
    let merged = sums.into_iter().map(|(vendor_id, entries)| (vendor_id, merge_entries(entries)));
    merged.filter(|(_, entries)| !entries.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_order_of_every_version_is_the_fold_of_the_events_that_are_not_taken_back(steps in steps()) {
        let (history, defined) = run(&steps);
        prop_assert_eq!(history.version() + 1, defined.len());
        for (version, defined) in defined.iter().enumerate() {
            let valid = defined.iter().filter(|(_, _, is_valid)| *is_valid).map(|(event, _, _)| event);
            let mut expected = fold(history.order_id(), valid);
            if let Some(order) = &mut expected {
                let latest = defined.iter().map(|(event, _, _)| event.occurred_at).max().unwrap();
                order.updated_at = latest;
            }
            prop_assert_eq!(history.at_version(version), expected);
        }
    }

    #[test]
    fn the_changes_of_any_split_of_a_history_add_up_to_what_a_rebuild_computes(
        (steps, cuts) in (steps(), prop::collection::vec(any::<prop::sample::Index>(), 0..6))
    ) {
        let zone = ReportZone::utc();
        let (history, _) = run(&steps);
        let mut versions: Vec<usize> = cuts.iter().map(|cut| cut.index(history.version() + 1)).collect();
        versions.extend([0, history.version()]);
        versions.sort_unstable();
        let changes: Vec<Change> = versions.windows(2).map(|cut| history.change(cut[0], cut[1])).collect();
        let split = changes.iter().flat_map(|change| {
            let moved = postings(change.before.as_ref(), change.after.as_ref(), &zone).into_iter();
            moved.chain(fact_postings(&change.occurred_before, &change.occurred_after, &zone))
        });
        let (order, occurrences) = (history.order(), history.occurrences());
        let vendors = ["acme", "bloom"].map(|id| VendorId::parse(id).unwrap());
        let rebuilt = vendors.iter().flat_map(|vendor_id| {
            let entries = contribution_to(vendor_id, order.as_ref(), &occurrences, &zone);
            entries.into_iter().map(move |entry| (vendor_id, entry))
        });
        prop_assert_eq!(sum(split.map(|posting| (posting.vendor_id, posting.entry))), sum(rebuilt));
    }

    #[test]
    fn a_summary_lists_the_same_order(steps in steps()) {
        let (history, _) = run(&steps);
        let summary = History::from_facts(history.order_id().clone(), history.summary());
        let listed = |history: &History| history.order().map(|mut order| {
            let status = order.status();
            order.steps.clear();
            order.occurrences.clear();
            (order, status)
        });
        prop_assert_eq!(listed(&summary), listed(&history));
    }
}
