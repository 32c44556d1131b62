//! Reads the inputs of vectors, and compares outputs.

use goody_domain::detection::{BySignal, Counts, Rules, Signal};
use serde_json::Value;

/// Asserts that a result has everything that is expected: numbers to the tolerance, all else equal.
pub(crate) fn assert_near(found: &Value, expected: &Value, tolerance: f64, path: &str) {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((found - expected).abs() <= tolerance, "{path}: {found}, expected {expected}");
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{path}: length of {found:?}, expected {expected:?}");
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert_near(found, expected, tolerance, &format!("{path}[{index}]"));
            }
        }
        (Value::Object(found), Value::Object(expected)) => {
            for (name, expected) in expected {
                let found = found.get(name).unwrap_or_else(|| panic!("{path}.{name} is missing"));
                assert_near(found, expected, tolerance, &format!("{path}.{name}"));
            }
        }
        _ => assert_eq!(found, expected, "{path}"),
    }
}

pub(crate) fn numbers(value: &Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|number| number.as_i64().unwrap()).collect()
}

/// `[due, missed]`.
pub(crate) fn counts(value: &Value) -> Counts {
    let numbers = numbers(value);
    Counts::new(numbers[0], numbers[1])
}

/// `{signal: rate}`, or one rate for all.
pub(crate) fn rates(value: &Value) -> BySignal<f64> {
    BySignal::of(|signal| value.as_f64().unwrap_or_else(|| value[signal.as_str()].as_f64().unwrap()))
}

/// The rules of a vector: by quarters of a day, unless it says otherwise.
pub(crate) fn rules(input: &Value) -> Rules {
    let mut rules = Rules::QUARTERS;
    if let Some(slots) = input["slotsPerDay"].as_u64() {
        rules.slots_per_day = u32::try_from(slots).unwrap();
    }
    if let Some(cap) = input["tideCap"].as_i64() {
        rules.tide_due_cap = cap;
    }
    rules
}

/// The same counts for one signal only: functions of one signal are checked on the first.
pub(crate) fn first_signal(counts: Counts) -> BySignal<Counts> {
    BySignal::of(|signal| if signal == Signal::Promise { counts } else { Counts::default() })
}
