//! The stored form of histories, counters and buckets.
//!
//! Counters are pairs of a counter's index and its value, without those that are 0. Minutes are triples of the minutes since the entry
//! before, the counter's index, and the amount. All numbers are LEB128 varints; values are zigzag-encoded first.

use std::fmt::Write as _;

use goody_domain::{Bucket, Counter, Counters, History, Instant, MinuteEntry, OrderId, Recorded, WireEvent};

use rusqlite::Row;

use crate::Fault;

pub(crate) fn write_history(history: &History) -> Result<String, Fault> {
    let mut text = String::with_capacity(history.version() * 200);
    for Recorded { event, recorded_at } in history.events() {
        let wire = WireEvent { order_id: None, ..WireEvent::from(event) };
        let json = serde_json::to_string(&wire).map_err(|error| Fault::Damaged(error.to_string()))?;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {json}", recorded_at.micros());
    }
    Ok(text)
}

pub(crate) fn read_history(order_id: &str, text: &str) -> Result<History, Fault> {
    let damaged = |what: &str| Fault::Damaged(format!("history of order {order_id}: {what}"));
    let id = OrderId::parse(order_id).map_err(|reason| damaged(&reason))?;
    let facts = text.lines().map(|line| {
        let (recorded, json) = line.split_once(' ').ok_or_else(|| damaged("a line without its instant"))?;
        let recorded = recorded.parse().map_err(|_| damaged("an instant that is no number"))?;
        let wire = WireEvent::read_stored(json.as_bytes()).map_err(|rejection| damaged(&rejection.to_string()))?;
        let event = WireEvent { order_id: Some(order_id.into()), ..wire }.event();
        let event = event.map_err(|rejection| damaged(&rejection.to_string()))?;
        Ok(Recorded { event, recorded_at: Instant::from_micros(recorded) })
    });
    Ok(History::from_recorded(id, facts.collect::<Result<_, Fault>>()?))
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
    Ok(Bucket { totals: read_counters(totals)?, minutes: read_minutes(minutes)? })
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
    use goody_domain::{Currency, Day, Entry};

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
    fn a_damaged_bucket_is_an_error() {
        assert!(read_counters(&[0xff, 0xff, 0xff, 0xff, 0x7f, 1]).is_err());
        assert!(read_minutes(&[1]).is_err());
        assert!(read_counters(&[1, 0x80]).is_err());
    }
}
