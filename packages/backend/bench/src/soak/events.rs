//! Events with known ids, and the ids of those that the server answered as accepted.

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::Failure;
use crate::client::Answer;
use crate::goody::Goody;
use crate::options::wall_clock;

/// An order arrives so many orders after it was placed.
const ARRIVES_AFTER: u64 = 40;
/// Facts lie this far in the past, so that no clock calls them future.
const AGE_SECONDS: i64 = 120;

/// Makes the events of one writer. No two events have the same id.
#[derive(Debug)]
pub struct KnownEvents {
    writer: String,
    next: u64,
}

impl KnownEvents {
    /// Events of a writer; its name is in every id.
    pub fn new(writer: &str) -> Self {
        Self { writer: writer.to_owned(), next: 0 }
    }

    /// The next events, a JSON object each: in turn an order that is placed and an older one that arrives.
    pub fn take(&mut self, events: u64) -> Vec<String> {
        (0..events).map(|_| self.one()).collect()
    }

    fn one(&mut self) -> String {
        let (number, writer) = (self.next, &self.writer);
        self.next += 1;
        let (turn, at) = (number / 2, wall_clock().plus_seconds(-AGE_SECONDS));
        if number % 2 == 1 && turn >= ARRIVES_AFTER {
            let order = turn - ARRIVES_AFTER;
            return format!(
                "{{\"eventId\":\"{writer}-{number}\",\"orderId\":\"soak-{writer}-{order}\",\"status\":\"ARRIVED\",\"occurredAt\":\"{at}\"}}"
            );
        }
        // The first orders have nothing to arrive between them.
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

/// The ids of the events that were answered as accepted.
#[derive(Debug, Default)]
pub struct Accepted(Mutex<HashSet<String>>);

impl Accepted {
    /// Takes over what an answer accepts, whichever form it has. Says how many that are.
    pub fn note(&self, answer: &Answer) -> usize {
        let text = String::from_utf8_lossy(&answer.body);
        let whole: Option<Value> = serde_json::from_str(&text).ok();
        let results: Vec<Value> = match whole.as_ref().and_then(|whole| whole["results"].as_array()) {
            Some(results) => results.clone(),
            None => text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        };
        let ids = results.iter().filter(|result| result["result"] == "accepted");
        let ids: Vec<String> = ids.filter_map(|result| result["eventId"].as_str().map(str::to_owned)).collect();
        let accepted = ids.len();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
        accepted
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Those that `goody export orders` does not have, and how many events it has.
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
            let events = order["events"].as_array().ok_or("an exported order without events")?;
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

    fn answer(body: &str) -> Answer {
        Answer { status: 200, head: String::new(), body: body.into(), took: Duration::ZERO }
    }

    #[test]
    fn every_event_is_one_and_has_an_id_of_its_own() {
        let events: Vec<OrderEvent> = KnownEvents::new("w")
            .take(500)
            .iter()
            .map(|event| OrderEvent::parse(event.as_bytes(), wall_clock()).unwrap())
            .collect();
        let ids: HashSet<String> = events.iter().map(|event| event.event_id.to_string()).collect();
        assert_eq!(ids.len(), 500);
    }

    #[test]
    fn only_what_an_answer_accepts_is_noted_in_either_form() {
        let accepted = Accepted::default();
        let whole =
            r#"{"accepted":1,"results":[{"eventId":"a","result":"accepted"},{"eventId":"b","result":"rejected"}]}"#;
        assert_eq!(accepted.note(&answer(whole)), 1);
        let lines = "{\"eventId\":\"c\",\"result\":\"accepted\"}\n{\"eventId\":\"d\",\"result\":\"duplicate\"}\n";
        assert_eq!(accepted.note(&answer(lines)), 1);
        assert_eq!(accepted.note(&answer("<html>503</html>")), 0);
        assert_eq!(accepted.count(), 2);
    }
}
