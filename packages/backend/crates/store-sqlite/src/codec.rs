//! The stored form of histories, counters and buckets.
//!
//! Counters are pairs of a counter's index and its value, without those that are 0. Minutes are triples of the minutes since the entry
//! before, the counter's index, and the amount. All numbers are LEB128 varints; values are zigzag-encoded first.

use std::fmt::Write as _;

use goody_domain::{
    BatchId, Bucket, Counter, Counters, History, HistoryFact, Instant, MinuteEntry, OrderId, Recorded, Retraction,
    WireEvent,
};

use rusqlite::Row;

use crate::Fault;

/// The last word of the line of a retraction. The JSON of an event begins with a brace.
const RETRACTED: &str = "retracted";

/// A line for each fact: the instant at which it was recorded, the batch, and the JSON of the event or [`RETRACTED`]. The lines of
/// earlier versions have no batch.
pub(crate) fn write_history(history: &History) -> Result<String, Fault> {
    let mut text = String::with_capacity(history.version() * 200);
    for fact in history.facts() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{} ", fact.recorded_at().micros());
        if let Some(batch_id) = fact.batch_id() {
            let _ = write!(text, "{batch_id} ");
        }
        match fact {
            HistoryFact::Retraction(_) => text.push_str(RETRACTED),
            HistoryFact::Event(Recorded { event, .. }) => {
                let wire = WireEvent { order_id: None, ..WireEvent::from(event) };
                text.push_str(&serde_json::to_string(&wire).map_err(|error| Fault::Damaged(error.to_string()))?);
            }
        }
        text.push('\n');
    }
    Ok(text)
}

pub(crate) fn read_history(order_id: &str, text: &str) -> Result<History, Fault> {
    let damaged = |what: &str| Fault::Damaged(format!("history of order {order_id}: {what}"));
    let id = OrderId::parse(order_id).map_err(|reason| damaged(&reason))?;
    let facts = text.lines().map(|line| {
        let (recorded, rest) = line.split_once(' ').ok_or_else(|| damaged("a line without its instant"))?;
        let recorded = recorded.parse().map_err(|_| damaged("an instant that is no number"))?;
        let recorded_at = Instant::from_micros(recorded);
        let (batch_id, fact) = match rest.split_once(' ').filter(|_| !rest.starts_with('{')) {
            Some((batch_id, fact)) => (Some(BatchId::parse(batch_id).map_err(|reason| damaged(&reason))?), fact),
            None => (None, rest),
        };
        if let (RETRACTED, Some(batch_id)) = (fact, &batch_id) {
            return Ok(HistoryFact::Retraction(Retraction { batch_id: batch_id.clone(), recorded_at }));
        }
        let wire = WireEvent::read_stored(fact.as_bytes()).map_err(|rejection| damaged(&rejection.to_string()))?;
        let event = WireEvent { order_id: Some(order_id.into()), ..wire }.event();
        let event = event.map_err(|rejection| damaged(&rejection.to_string()))?;
        Ok(HistoryFact::Event(Recorded { event, recorded_at, batch_id }))
    });
    Ok(History::from_facts(id, facts.collect::<Result<_, Fault>>()?))
}

/// How a line of a fact of this batch contains its id.
pub(crate) fn batch_pattern(batch_id: &BatchId) -> String {
    format!(" {batch_id} ")
}

/// The history of a row whose first columns are `order_id` and `history`.
pub(crate) fn read_row(row: &Row<'_>) -> Result<History, Fault> {
    let text = |column, what: &str| {
        let bytes = row.get_ref(column)?.as_bytes().map_err(rusqlite::Error::from)?;
        std::str::from_utf8(bytes).map_err(|error| Fault::Damaged(format!("{what}: {error}")))
    };
    let order_id = text(0, "an order's id")?;
    read_history(order_id, text(1, &format!("history of order {order_id}"))?)
}

pub(crate) fn write_counters(counters: &Counters) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(48);
    for (counter, value) in counters.entries() {
        put(&mut bytes, counter.index() as u64);
        put(&mut bytes, zigzag(value));
    }
    bytes
}

pub(crate) fn read_counters(bytes: &[u8]) -> Result<Counters, Fault> {
    let mut rest = bytes;
    let mut counters = Counters::default();
    while !rest.is_empty() {
        let counter = counter(&mut rest)?;
        counters.set(counter, unzigzag(take(&mut rest)?));
    }
    Ok(counters)
}

pub(crate) fn write_minutes(minutes: &[MinuteEntry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(minutes.len() * 4);
    let mut before = 0;
    for entry in minutes {
        put(&mut bytes, u64::from(entry.minute - before));
        put(&mut bytes, entry.counter.index() as u64);
        put(&mut bytes, zigzag(entry.amount));
        before = entry.minute;
    }
    bytes
}

pub(crate) fn read_minutes(bytes: &[u8]) -> Result<Vec<MinuteEntry>, Fault> {
    let mut rest = bytes;
    let mut minutes = Vec::with_capacity(bytes.len() / 3);
    let mut minute = 0u64;
    while !rest.is_empty() {
        minute = minute.checked_add(take(&mut rest)?).ok_or_else(damaged)?;
        let counter = counter(&mut rest)?;
        let amount = unzigzag(take(&mut rest)?);
        let minute = u16::try_from(minute).map_err(|_| damaged())?;
        minutes.push(MinuteEntry { minute, counter, amount });
    }
    Ok(minutes)
}

pub(crate) fn read_bucket(totals: &[u8], minutes: &[u8]) -> Result<Bucket, Fault> {
    Ok(Bucket::of(read_counters(totals)?, read_minutes(minutes)?))
}

fn counter(bytes: &mut &[u8]) -> Result<Counter, Fault> {
    usize::try_from(take(bytes)?).ok().and_then(Counter::of_index).ok_or_else(damaged)
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Result<u64, Fault> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or_else(damaged)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(damaged())
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    ((value >> 1) as i64) ^ -((value & 1) as i64)
}

fn damaged() -> Fault {
    Fault::Damaged("a bucket cannot be read".into())
}

#[cfg(test)]
mod tests {
    use goody_domain::{Currency, Day, Entry, OrderEvent};

    use super::*;

    #[test]
    fn a_bucket_is_read_as_it_was_written() {
        let mut bucket = Bucket::default();
        let entry = |minute, counter, amount| Entry { day: Day::from_number(0), minute, counter, amount };
        bucket.add(&[
            entry(1499, Counter::DeliveryMicros, i64::MAX / 2),
            entry(0, Counter::Due, -1),
            entry(0, Counter::LatestFact, 1),
            entry(7, Counter::OnTime, 300),
            entry(7, Counter::OverdueValue(Currency::default()), 4_900),
            entry(8, Counter::DeliveredAt(59_999_999), 1),
        ]);
        let read = read_bucket(&write_counters(&bucket.totals), &write_minutes(&bucket.minutes)).unwrap();
        assert_eq!(read, bucket);
    }

    #[test]
    fn a_history_is_read_as_it_was_written_and_as_earlier_versions_wrote_it() {
        let batch = BatchId::parse("b-1").unwrap();
        let id = OrderId::parse("o-1").unwrap();
        let placed = r#"{"eventId":"e-1","vendorId":"acme","status":"PLACED","occurredAt":"2026-03-01T10:00:00Z"}"#;
        let mut history = read_history("o-1", &format!("7 {placed}\n")).unwrap();
        assert_eq!(history.facts()[0].batch_id(), None);
        let lost = OrderEvent::parse(
            br#"{"eventId":"e-2","orderId":"o-1","status":"LOST","occurredAt":"2026-03-02T10:00:00Z","reason":"no b-2 scan"}"#,
            Instant::LATEST,
        );
        history.record(lost.unwrap(), &batch, Instant::from_micros(8));
        history.retract(&batch, Instant::from_micros(9));
        let text = write_history(&history).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("7 {placed}"), "a line of an earlier version stays as it is");
        assert!(lines[1].starts_with("8 b-1 {"), "{text}");
        assert_eq!(lines[2], "9 b-1 retracted");
        assert_eq!((read_history("o-1", &text).unwrap(), &id), (history.clone(), history.order_id()));
    }

    #[test]
    fn a_damaged_bucket_is_an_error() {
        assert!(read_counters(&[0xff, 0xff, 0xff, 0xff, 0x7f, 1]).is_err());
        assert!(read_minutes(&[1]).is_err());
        assert!(read_counters(&[1, 0x80]).is_err());
    }
}
