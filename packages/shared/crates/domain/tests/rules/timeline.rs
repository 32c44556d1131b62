//! Timelines: the events of an order, written in lines.

use goody_domain::{BatchId, History, HistoryFact, Instant, Order, OrderEvent, OrderId, Recorded, WireEvent, fold};
use serde_json::{Map, Value};

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// The events of a timeline, which has a line `STATUS instant field=value …` for each. Unless the line says otherwise, events
/// are of order `o-1`, a placement is with vendor `acme`, and event ids count up from `e-1`.
pub(crate) fn events(timeline: &str) -> Vec<OrderEvent> {
    let lines = timeline.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.enumerate().map(|(number, line)| event(number + 1, line)).collect()
}

fn event(number: usize, line: &str) -> OrderEvent {
    let mut words = line.split_whitespace();
    let (status, occurred_at) = (words.next().unwrap(), words.next().expect("an event has an instant"));
    let mut fields = Map::new();
    let mut put = |name: &str, value: &str| {
        let is_text = !["giftValue", "isRush", "destination", "attributes"].contains(&name);
        fields.insert(name.into(), if is_text { value.into() } else { serde_json::from_str::<Value>(value).unwrap() });
    };
    put("eventId", &format!("e-{number}"));
    put("orderId", "o-1");
    if status == "PLACED" {
        put("vendorId", "acme");
    }
    put("status", status);
    put("occurredAt", occurred_at);
    for (name, value) in words.map(|word| word.split_once('=').expect("field=value")) {
        put(name, value);
    }
    // Read as from a store: stored events can have far promises, which are left out of new events.
    WireEvent::read(Value::Object(fields).to_string().as_bytes()).and_then(|wire| wire.event()).unwrap()
}

/// The order of a timeline, if it is placed.
pub(crate) fn order_if_placed(timeline: &str) -> Option<Order> {
    fold(&OrderId::parse("o-1").unwrap(), &events(timeline))
}

/// The order of a timeline.
pub(crate) fn order(timeline: &str) -> Order {
    order_if_placed(timeline).expect("the timeline has a placement")
}

/// The batch of the events of a test that has only one.
pub(crate) fn batch() -> BatchId {
    BatchId::parse("b-1").unwrap()
}

/// The history of events, each recorded when it occurred.
pub(crate) fn recorded(events: &[OrderEvent]) -> History {
    let recorded = |event: &OrderEvent| {
        HistoryFact::Event(Recorded { event: event.clone(), recorded_at: event.occurred_at, batch_id: Some(batch()) })
    };
    History::from_facts(OrderId::parse("o-1").unwrap(), events.iter().map(recorded).collect())
}
