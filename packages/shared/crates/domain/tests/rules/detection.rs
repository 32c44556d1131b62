//! Laws of the detection. That it gives the numbers of its reference implementation is tested next to the vectors, in `testkit`.

use goody_domain::detection::{
    BySignal, Clearing, Counts, Detector, EpisodeChange, NotJudged, PlainMeans, Rules, Signal, SlotCounts, SlotInput,
    Tide, TidePart,
};
use proptest::prelude::*;

const RULES: Rules = Rules::QUARTERS;
/// The rate of the fleet.
const FLEET: f64 = 0.15;

/// Five days with so many promises a slot, of which this share is missed.
type Block = (i64, f64);

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let rate = prop_oneof![6 => Just(0.1), 1 => Just(0.0), 2 => Just(0.6), 1 => Just(0.95)];
    proptest::collection::vec((0..12i64, rate), 6..26)
}

/// The slots of the blocks; some are blind, and in some the tide is high.
fn slots(blocks: &[Block]) -> Vec<SlotInput> {
    let days = blocks.iter().flat_map(|block| std::iter::repeat_n(*block, 20));
    let mut carried = 0.0;
    let slot = |(index, (due, rate)): (usize, Block)| {
        carried += due as f64 * rate;
        let missed = carried as i64;
        carried -= missed as f64;
        let tide = match index % 23 {
            7 => Tide::Blind,
            9 => Tide::Lift(BySignal::of(|_| 0.8)),
            _ => Tide::NONE,
        };
        let counts = BySignal::of(|signal| match signal {
            Signal::Promise => Counts::new(due, missed),
            Signal::Grace => Counts::new(due, missed - missed / 3),
            Signal::Rush if index % 2 == 0 => Counts::new(due, missed),
            Signal::Rush => Counts::default(),
        });
        SlotInput { counts, fleet_rates: BySignal::of(|_| FLEET), tide }
    };
    days.enumerate().map(slot).collect()
}

/// What changed, and at which slot.
fn fold(detector: &mut Detector, slots: &[SlotInput]) -> Vec<(u32, EpisodeChange)> {
    let mut changes = Vec::new();
    for slot in slots {
        changes.extend(detector.advance(&RULES, slot).map(|change| (detector.next_slot(), change)));
    }
    changes
}

fn folded(slots: &[SlotInput]) -> (Detector, Vec<(u32, EpisodeChange)>) {
    let mut detector = Detector::default();
    let changes = fold(&mut detector, slots);
    (detector, changes)
}

proptest! {
    #[test]
    fn resuming_from_any_stored_state_equals_folding_from_the_start(blocks in blocks(), cut in 0.0..1.0f64) {
        let slots = slots(&blocks);
        let (whole, changes) = folded(&slots);
        let cut = (slots.len() as f64 * cut) as usize;
        let (before, mut resumed_changes) = folded(&slots[..cut]);
        let mut resumed = Detector::read(&before.write()).unwrap();
        prop_assert_eq!(&resumed, &before);
        resumed_changes.extend(fold(&mut resumed, &slots[cut..]));
        prop_assert_eq!(resumed.write(), whole.write());
        prop_assert_eq!(resumed_changes, changes);
    }

    #[test]
    fn a_part_of_a_stored_state_is_an_error(blocks in blocks(), length in 0.0..1.0f64) {
        let (detector, _) = folded(&slots(&blocks));
        let bytes = detector.write();
        prop_assert!(bytes.len() < 1_000, "{} bytes", bytes.len());
        prop_assert!(Detector::read(&bytes[..(bytes.len() as f64 * length) as usize]).is_err());
    }

    #[test]
    fn days_without_promises_need_no_input(day in 0..200u32, blocks in blocks()) {
        let slot = SlotInput { counts: BySignal::default(), fleet_rates: BySignal::of(|_| FLEET), tide: Tide::NONE };
        let mut empty = Detector::default();
        fold(&mut empty, &vec![slot; day as usize * 4]);
        let mut new = Detector::at(&RULES, day);
        let slots = slots(&blocks);
        prop_assert_eq!(fold(&mut empty, &slots), fold(&mut new, &slots));
        prop_assert_eq!(empty.write(), new.write());
    }

    #[test]
    fn an_episode_is_open_from_its_opening_to_its_clearing(blocks in blocks()) {
        let slots = slots(&blocks);
        let mut detector = Detector::default();
        let mut is_open = false;
        for slot in &slots {
            match detector.advance(&RULES, slot) {
                Some(EpisodeChange::Opened | EpisodeChange::Reopened) => {
                    prop_assert!(!std::mem::replace(&mut is_open, true));
                }
                Some(EpisodeChange::Cleared(_)) => prop_assert!(std::mem::take(&mut is_open)),
                None => {}
            }
            prop_assert_eq!(detector.open_episode().is_some(), is_open);
            prop_assert_eq!(detector.evidence(&RULES).is_some(), is_open);
            for signal in Signal::ALL {
                let probability = detector.signal(signal).probability;
                prop_assert!((0.0..1.0).contains(&probability), "{}: {probability}", signal.as_str());
            }
        }
    }
}

/// 40 days of one promise in ten missed, then days with `missed` of eight promises a slot.
fn change_to(missed: i64, days: usize) -> Vec<SlotInput> {
    let mut slots = slots(&[(8, 0.1); 8]);
    let counts = BySignal::of(|_| Counts::new(8, missed));
    let slot = SlotInput { counts, fleet_rates: BySignal::of(|_| FLEET), tide: Tide::NONE };
    slots.extend(vec![slot; 4 * days]);
    slots
}

#[test]
fn a_stalled_vendor_is_found_within_a_day_with_its_evidence() {
    let (detector, changes) = folded(&change_to(8, 1));
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].1, EpisodeChange::Opened);
    let evidence = detector.evidence(&RULES).unwrap();
    assert!(evidence.probability > 0.95, "{evidence:?}");
    let excess = evidence.counts.missed() as f64 - evidence.expected;
    assert!((20.0..32.0).contains(&excess), "about 28 of 32 are above what was expected: {evidence:?}");
    assert!(evidence.priority() > 100.0, "{evidence:?}");
}

#[test]
fn a_vendor_that_stays_bad_is_the_new_normal_after_six_weeks() {
    let (detector, changes) = folded(&change_to(6, 60));
    let [(raised, EpisodeChange::Opened), (cleared, EpisodeChange::Cleared(Clearing::Settled)), ..] = changes[..]
    else {
        panic!("{changes:?}");
    };
    assert_eq!(cleared - raised, 42 * 4);
    assert!((detector.signal(Signal::Promise).baseline_rate - 0.75).abs() < 0.05);
    assert_eq!(detector.open_episode(), None);
}

#[test]
fn blind_slots_and_a_tide_of_all_vendors_accuse_no_vendor() {
    for tide in [Tide::Blind, Tide::Lift(BySignal::of(|_| 3.0))] {
        let mut slots = change_to(4, 3);
        slots.iter_mut().skip(160).for_each(|slot| slot.tide = tide);
        assert_eq!(folded(&slots).1, [], "{tide:?}");
    }
    assert!(!folded(&change_to(4, 3)).1.is_empty());
}

#[test]
fn a_new_vendor_and_a_quiet_one_are_not_judged() {
    let of = |blocks: &[Block]| folded(&slots(blocks)).0.not_judged(&RULES);
    assert_eq!(of(&[(8, 0.5); 2]), Some(NotJudged::New));
    assert_eq!(of(&[(8, 0.1); 8]), None);
    assert_eq!(
        of(&[(8, 0.1), (8, 0.1), (8, 0.1), (8, 0.1), (8, 0.1), (8, 0.1), (8, 0.1), (0, 0.0), (0, 0.0), (0, 0.0)]),
        Some(NotJudged::Quiet)
    );
}

#[test]
fn signals_count_what_their_row_says() {
    let today = SlotCounts { due: 10, on_time: 7, kept_in_grace: 1, due_rush: 4, on_time_rush: 1, facts: 0 };
    let two_days_ago = SlotCounts { due: 20, on_time: 12, kept_in_grace: 5, due_rush: 0, on_time_rush: 0, facts: 0 };
    let counts = Signal::counts(|days| match days {
        0 => today,
        2 => two_days_ago,
        other => panic!("no signal needs the slot of {other} days before"),
    });
    assert_eq!(counts[Signal::Promise], Counts::new(10, 3));
    assert_eq!(counts[Signal::Grace], Counts::new(20, 3));
    assert_eq!(counts[Signal::Rush], Counts::new(4, 3));
}

#[test]
fn counts_that_lack_expired_orders_stay_within_their_range() {
    let pair = |counts: Counts| (counts.due(), counts.missed());
    assert_eq!(pair(Counts::kept(-2, 0)), (0, 0));
    assert_eq!(pair(Counts::kept(3, -1)), (3, 3));
    assert_eq!(pair(Counts::kept(3, 5)), (3, 0));
}

#[test]
fn means_are_those_of_the_days_before_the_guard() {
    let day = BySignal::of(|_| Counts::new(10, 4));
    let mut means = PlainMeans::at(&RULES, 3);
    for _ in 0..15 {
        means.begin_day(&RULES);
        assert!((means.fleet_rates(&RULES)[Signal::Promise] - 0.1).abs() < 1e-15);
        means.end_day(day);
    }
    means.begin_day(&RULES);
    assert!((means.fleet_rates(&RULES)[Signal::Promise] - 6.0 / 30.0).abs() < 1e-15);
    assert!((means.rates(&RULES, &BySignal::of(|_| 0.25))[Signal::Rush] - 9.0 / 30.0).abs() < 1e-15);
    assert_eq!(PlainMeans::read(&means.write()).unwrap(), means);
}

#[test]
fn a_large_vendor_counts_as_eight_orders_in_the_tide() {
    let part = TidePart::of(&RULES, Counts::new(800, 200), 0.125);
    assert_eq!(part, TidePart { due: 8_000_000, missed: 2_000_000, expected: 1_000_000 });
    assert_eq!(part.counts(), Counts::new(8, 2));
}
