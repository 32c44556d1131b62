//! Vectors of the tide, of the means and of blind slots.

use goody_domain::detection::{BySignal, Counts, PlainMeans, Rules, Signal, Tide, TidePart, is_blind};
use serde_json::{Value, json};

use crate::json::{counts, first_signal, numbers, rates};

fn lists(value: &Value) -> Vec<&Value> {
    value.as_array().unwrap().iter().collect()
}

/// `tidePart`: days of slots of `[due, missed]`, and the fleet's rate.
pub(crate) fn parts(input: &Value) -> Value {
    let parts = parts_of(&lists(&input["days"]), &rates(&input["means"]));
    json!(parts.iter().map(|part| [part.missed, part.expected]).collect::<Vec<_>>())
}

fn parts_of(days: &[&Value], fleet_rates: &BySignal<f64>) -> Vec<TidePart> {
    let rules = Rules::QUARTERS;
    let mut means = PlainMeans::default();
    let mut parts = Vec::new();
    for day in days {
        means.begin_day(&rules);
        let rates = means.rates(&rules, fleet_rates);
        let mut total = Counts::default();
        for slot in lists(day) {
            let counts = counts(slot);
            total += counts;
            parts.push(TidePart::of_signals(&rules, &first_signal(counts), &rates)[Signal::Promise]);
        }
        means.end_day(first_signal(total));
    }
    parts
}

/// `lift`: slots of `[missed, expected]` in millionths, of the fleet and of a vendor. The lift of each slot.
pub(crate) fn lifts(input: &Value) -> Value {
    let part = |value: &Value| {
        let numbers = numbers(value);
        let part = TidePart { missed: numbers[0], expected: numbers[1], due: 0 };
        BySignal::of(|signal| if signal == Signal::Promise { part } else { TidePart::default() })
    };
    let read = |name: &str| lists(&input[name]).into_iter().map(part).collect::<Vec<_>>();
    let (fleet, own) = (read("fleet"), read("own"));
    let lifts = (0..fleet.len()).map(|slot| {
        let latest = slot.saturating_sub(3)..=slot;
        match Tide::for_vendor(&Rules::QUARTERS, &fleet[latest.clone()], &own[latest]) {
            Tide::Lift(lift) => lift[Signal::Promise],
            Tide::Blind => panic!("no slot is blind"),
        }
    });
    json!(lifts.collect::<Vec<_>>())
}

/// `fleetMeans`: the fleet's `[due, missed]` by day. Its rate on each day.
pub(crate) fn fleet_means(input: &Value) -> Value {
    let mut means = PlainMeans::default();
    let rates = lists(input).into_iter().map(|day| {
        means.begin_day(&Rules::QUARTERS);
        means.end_day(first_signal(counts(day)));
        means.fleet_rates(&Rules::QUARTERS)[Signal::Promise]
    });
    json!(rates.collect::<Vec<_>>())
}

/// `blindSlots`: the facts of each slot. The blind slots.
pub(crate) fn blind_slots(input: &Value) -> Value {
    let facts = numbers(input);
    let blind = (0..facts.len()).filter(|slot| {
        let before = (1..=Rules::QUARTERS.usual_days).filter_map(|days| slot.checked_sub(4 * days));
        let before: Vec<i64> = before.map(|earlier| facts[earlier]).collect();
        is_blind(&Rules::QUARTERS, &before, facts[*slot])
    });
    json!(blind.collect::<Vec<_>>())
}
