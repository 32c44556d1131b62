//! Vectors of the detector.

use goody_domain::detection::{BySignal, Clearing, Counts, Detector, Episode, Signal, SlotInput, Tide, shifted_rate};
use serde_json::{Value, json};

use crate::json::{numbers, rates, rules};

/// `shifted`: `{p, r}`.
pub(crate) fn shifted(input: &Value) -> Value {
    json!(shifted_rate(input["p"].as_f64().unwrap(), input["r"].as_f64().unwrap()))
}

/// `signals`: slots of `[due, missed, dueRush, missedRush]`. The grace of a slot is that of two days before: as many due, and two of
/// three misses, rounded down.
pub(crate) fn signals(input: &Value) -> Value {
    let rules = rules(input);
    let slots: Vec<Vec<i64>> = input["slots"].as_array().unwrap().iter().map(numbers).collect();
    let blind = input.get("blind").map(numbers).unwrap_or_default();
    let lag = 2 * rules.slots_per_day as usize;
    let mut detector = Detector::default();
    let (mut episodes, mut days) = (Vec::new(), serde_json::Map::new());
    for (t, slot) in slots.iter().enumerate() {
        let grace = t.checked_sub(lag).map(|earlier| &slots[earlier]);
        let counts = BySignal::of(|signal| match signal {
            Signal::Promise => Counts::new(slot[0], slot[1]),
            Signal::Grace => grace.map(|slot| Counts::new(slot[0], 2 * slot[1] / 3)).unwrap_or_default(),
            Signal::Rush => Counts::new(slot[2], slot[3]),
        });
        let tide = if blind.contains(&i64::try_from(t).unwrap()) { Tide::Blind } else { tide(input, t) };
        let input = SlotInput { counts, fleet_rates: rates(&input["fleetMeans"]), tide };
        detector.advance(&rules, &input);
        if let Some(episode) = detector.latest_episode() {
            episodes.retain(|known: &Episode| known.raised != episode.raised);
            episodes.push(episode.clone());
        }
        let next = detector.next_slot();
        if next.is_multiple_of(rules.slots_per_day) {
            days.insert((next / rules.slots_per_day - 1).to_string(), day(&detector));
        }
    }
    json!({ "days": days, "alerts": episodes.iter().map(episode).collect::<Vec<_>>() })
}

/// `{slot: {signal: lift}}`, or null.
fn tide(input: &Value, slot: usize) -> Tide {
    let lifts = &input["tide"][slot.to_string()];
    Tide::Lift(BySignal::of(|signal| lifts[signal.as_str()].as_f64().unwrap_or(0.0)))
}

fn day(detector: &Detector) -> Value {
    let signals = Signal::ALL.into_iter().map(|signal| {
        let reading = detector.signal(signal);
        let value = json!({
            "p0": reading.baseline_rate, "phi": reading.overdispersion, "odds": reading.odds,
            "probability": reading.probability, "on": reading.is_on,
        });
        (signal.as_str().to_owned(), value)
    });
    Value::Object(signals.collect())
}

fn episode(episode: &Episode) -> Value {
    json!({
        "raised": episode.raised, "since": episode.since, "signal": episode.signal.as_str(), "reopened": episode.reopened,
        "cleared": episode.cleared.map(|(slot, _)| slot),
        "why": episode.cleared.map(|(_, clearing): (u32, Clearing)| clearing.as_str()),
    })
}
