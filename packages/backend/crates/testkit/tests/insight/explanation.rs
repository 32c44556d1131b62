//! Vectors of the explanation.

use goody_domain::Outcome;
use goody_domain::detection::Rules;
use goody_domain::explanation::{Decomposition, Dimension, Ending, ExplainedOrder, explain};
use serde_json::{Value, json};

/// `explain`: the orders of two windows, and the dimensions.
pub(crate) fn explanation(input: &Value) -> Value {
    let names = input["dimensions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let dimensions: Vec<Dimension> = names.map(dimension).collect();
    let orders = |window: &str| input[window].as_array().unwrap().iter().map(order).collect::<Vec<_>>();
    let Some(explanation) = explain(&Rules::QUARTERS, &orders("before"), &orders("after"), &dimensions) else {
        return Value::Null;
    };
    let outcomes = explanation.outcomes.iter().map(|share| {
        json!({
            "outcome": share.ending.as_str(), "missed0": share.missed_before, "missed1": share.missed_after,
            "points": share.points,
        })
    });
    let by_dimension = explanation.dimensions.iter().map(|(dimension, it)| (dimension.as_str().to_owned(), rise(it)));
    let (_, first) = &explanation.dimensions[0];
    json!({
        "before": first.before, "after": first.after, "delta": first.rise(),
        "due0": first.total.due_before, "due1": first.total.due_after,
        "missed0": first.total.missed_before, "missed1": first.total.missed_after,
        "outcomes": outcomes.collect::<Vec<_>>(),
        "dimensions": by_dimension.collect::<serde_json::Map<_, _>>(),
        "concentrated": explanation.concentrated.map(|it| json!({
            "dimension": it.dimension.as_str(), "group": it.group, "shareOfExcess": it.share_of_excess,
            "shareOfDue": it.share_of_due, "nats": it.contrast,
        })),
    })
}

fn rise(decomposition: &Decomposition) -> Value {
    let groups = decomposition.groups.iter().map(|effect| {
        json!({
            "group": effect.group, "due0": effect.counts.due_before, "missed0": effect.counts.missed_before,
            "due1": effect.counts.due_after, "missed1": effect.counts.missed_after,
            "rate": effect.rate, "mix": effect.mix, "excess": effect.excess,
        })
    });
    let groups: Vec<Value> = groups.collect();
    json!({ "before": decomposition.before, "after": decomposition.after, "delta": decomposition.rise(), "groups": groups })
}

fn dimension(name: &str) -> Dimension {
    Dimension::ALL.into_iter().find(|dimension| dimension.as_str() == name).unwrap()
}

fn order(value: &Value) -> ExplainedOrder {
    let endings = [Ending::Open, Ending::ArrivedLate].into_iter().chain(Outcome::ALL.map(Ending::Ended));
    ExplainedOrder {
        is_missed: value["missed"].as_i64().unwrap() == 1,
        ending: endings.into_iter().find(|ending| value["outcome"] == ending.as_str()).unwrap(),
        groups: Dimension::ALL.map(|dimension| match &value[dimension.as_str()] {
            Value::Null => String::new(),
            Value::String(group) => group.clone(),
            other => other.to_string(),
        }),
    }
}
