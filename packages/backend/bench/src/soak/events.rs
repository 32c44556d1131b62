//! Events with known ids, and the ids of the events that the server reported as accepted.

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::Failure;
use crate::client::Response;
use crate::goody::Goody;
use crate::options::wall_clock;

/// An order arrives after this number of further orders.
const ARRIVES_AFTER: u64 = 40;
/// The age of events, so that they are not in the future of the server's clock.
const AGE_SECONDS: i64 = 120;

/// Generates the events of one writer. No two events have the same id.
#[derive(Debug)]
pub struct KnownEvents {
    writer: String,
    next: u64,
}

impl KnownEvents {
    /// Events of a writer. Every id contains its name.
    pub fn new(writer: &str) -> Self {
        Self { writer: writer.to_owned(), next: 0 }
    }

    /// The next events as JSON objects: in turn the placement of an order and the arrival of an older one.
    pub fn take(&mut self, events: u64) -> Vec<String> {
        (0..events).map(|_| self.next_event()).collect()
    }

    fn next_event(&mut self) -> String {
        let (number, writer) = (self.next, &self.writer);
        self.next += 1;
        let (turn, at) = (number / 2, wall_clock().plus_seconds(-AGE_SECONDS));
        if number % 2 == 1 && turn >= ARRIVES_AFTER {
            let order = turn - ARRIVES_AFTER;
            return format!(
                "{{\"eventId\":\"{writer}-{number}\",\"orderId\":\"soak-{writer}-{order}\",\"status\":\"ARRIVED\",\"occurredAt\":\"{at}\"}}"
            );
        }
        // At first no order is old enough to arrive: another one is placed instead.
        let order = if number % 2 == 1 { format!("first-{turn}") } else { turn.to_string() };
        format!(
            "{{\"eventId\":\"{writer}-{number}\",\"orderId\":\"soak-{writer}-{order}\",\"vendorId\":\"soak-{}\",\"status\":\"PLACED\",\
             \"occurredAt\":\"{at}\",\"estimatedDelivery\":\"{}\",\"giftValue\":4200,\"currency\":\"USD\",\"giftType\":\"candle\",\
             \"isRush\":false}}",
            turn % 50,
            at.plus_seconds(3 * 86_400)
        )
    }
}

/// The ids of the events that the server reported as accepted.
#[derive(Debug, Default)]
pub struct AcceptedIds(Mutex<HashSet<String>>);

impl AcceptedIds {
    /// Adds the accepted events of a response, which may be JSON or NDJSON. Returns their number.
    pub fn record(&self, response: &Response) -> usize {
        let text = String::from_utf8_lossy(&response.body);
        let json: Option<Value> = serde_json::from_str(&text).ok();
        let results: Vec<Value> = match json.as_ref().and_then(|json| json["results"].as_array()) {
            Some(results) => results.clone(),
            None => text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        };
        let ids = results.iter().filter(|result| result["result"] == "accepted");
        let ids: Vec<String> = ids.filter_map(|result| result["eventId"].as_str().map(str::to_owned)).collect();
        let accepted = ids.len();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
        accepted
    }

    /// The number of accepted events.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The ids that are missing in the output of `goody export orders`, and the number of events in that output.
    pub fn lost(&self, goody: &Goody, database: &Path) -> Result<(Vec<String>, usize), Failure> {
        let mut command = goody.command(database.parent().unwrap_or(Path::new(".")));
        command.args(["export", "orders", "--format", "ndjson", "--database"]).arg(database);
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("goody export ended with {}", output.status).into());
        }
        let mut exported = HashSet::new();
        for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let order: Value = serde_json::from_slice(line)?;
            let events = order["events"].as_array().ok_or("an exported order has no events")?;
            exported.extend(events.iter().filter_map(|event| event["eventId"].as_str().map(str::to_owned)));
        }
        let accepted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((accepted.difference(&exported).cloned().collect(), exported.len()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use goody_domain::OrderEvent;

    use super::*;

    fn response(body: &str) -> Response {
        Response { status: 200, head: String::new(), body: body.into(), latency: Duration::ZERO }
    }

    #[test]
    fn every_event_is_valid_and_has_a_unique_id() {
        let events: Vec<OrderEvent> = KnownEvents::new("w")
            .take(500)
            .iter()
            .map(|event| OrderEvent::parse(event.as_bytes(), wall_clock()).unwrap())
            .collect();
        let ids: HashSet<String> = events.iter().map(|event| event.event_id.to_string()).collect();
        assert_eq!(ids.len(), 500);
    }

    #[test]
    fn only_accepted_events_of_a_response_are_recorded() {
        let accepted = AcceptedIds::default();
        let json =
            r#"{"accepted":1,"results":[{"eventId":"a","result":"accepted"},{"eventId":"b","result":"rejected"}]}"#;
        assert_eq!(accepted.record(&response(json)), 1);
        let lines = "{\"eventId\":\"c\",\"result\":\"accepted\"}\n{\"eventId\":\"d\",\"result\":\"duplicate\"}\n";
        assert_eq!(accepted.record(&response(lines)), 1);
        assert_eq!(accepted.record(&response("<html>503</html>")), 0);
        assert_eq!(accepted.count(), 2);
    }
}
