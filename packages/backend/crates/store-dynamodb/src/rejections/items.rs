//! The items of rejections: their keys, their time to live and their forms.

use goody_application::ports::{
    KeptRejection, REJECTION_DAYS, Refused, RejectionCode, RejectionCount, RejectionId, Result,
};
use goody_domain::Instant;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::bucket_transaction;
use crate::items::{Item, damaged, read};

/// The partition of the records, and of the counts of their days. No vendor has this id: ids contain no `#`.
pub(super) const RECORDS: &str = "rejections#";
/// How the partition of a pointer and of the parts of a body begins.
const ONE: &str = "rejection#";
/// The sort key of a pointer.
const POINTER: &str = "at";
/// The bytes of a body that an item holds: it may have 400 KB with everything else.
const PART: usize = 300 * 1024;
/// In microseconds.
const DAY: i64 = 86_400_000_000;

/// The sort key of a record, or where the records of an instant begin.
pub(super) fn record_sort_key(first_at: i64, id: &str) -> String {
    format!("at#{first_at:016}#{id}")
}

/// The sort key of the counts of a day, which begins at this instant.
pub(super) fn totals_sort_key(day: i64) -> String {
    format!("total#{day:016}")
}

pub(super) fn record_key(first_at: i64, id: &RejectionId) -> Item {
    bucket_transaction::item_key(RECORDS, record_sort_key(first_at, id.as_str()))
}

pub(super) fn pointer_key(id: &RejectionId) -> Item {
    bucket_transaction::item_key(&partition(id), POINTER.to_owned())
}

fn part_key(id: &RejectionId, part: usize) -> Item {
    bucket_transaction::item_key(&partition(id), part_sort_key(part))
}

fn part_sort_key(part: usize) -> String {
    format!("body#{part}")
}

fn partition(id: &RejectionId) -> String {
    format!("{ONE}{}", id.as_str())
}

/// The start of the day of an instant, in UTC.
pub(super) fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY) * DAY
}

/// The time to live of what was refused first at an instant, in seconds: the end of the last day on which it is kept.
pub(super) fn ttl(first_at: i64) -> i64 {
    (day_of(first_at) + (REJECTION_DAYS + 1) * DAY) / 1_000_000
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PointerItem {
    vendor_id: String,
    first_at: i64,
}

impl PointerItem {
    pub(super) fn target(self) -> Result<(RejectionId, i64)> {
        let id = self.vendor_id.strip_prefix(ONE).unwrap_or_default();
        Ok((RejectionId::parse(id).map_err(|reason| damaged("a rejection", &reason))?, self.first_at))
    }
}

/// A part of a body after the first, which its record holds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartItem {
    vendor_id: String,
    date: String,
    ttl: i64,
    body: ByteBuf,
}

pub(super) fn parts_after_first(id: &RejectionId, first_at: i64, body: &[u8]) -> Vec<PartItem> {
    let parts = body.chunks(PART).enumerate().skip(1);
    let item = |(part, body): (usize, &[u8])| PartItem {
        vendor_id: partition(id),
        date: part_sort_key(part),
        ttl: ttl(first_at),
        body: ByteBuf::from(body),
    };
    parts.map(item).collect()
}

/// The keys of the parts of a body after the first.
fn part_keys(id: &RejectionId, bytes: u64) -> Vec<Item> {
    let parts = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(PART);
    (1..parts).map(|part| part_key(id, part)).collect()
}

/// A record, as its writes and reads have it. `times` is counted by the writes.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordItem {
    vendor_id: String,
    date: String,
    ttl: i64,
    id: RejectionId,
    first_at: i64,
    last_at: i64,
    #[serde(skip_serializing)]
    times: u64,
    source: String,
    route: String,
    code: RejectionCode,
    reason: String,
    is_cut: bool,
    /// The bytes of the whole body.
    pub(super) bytes: u64,
    /// The first part of the body.
    body: ByteBuf,
}

impl RecordItem {
    pub(super) fn new(id: RejectionId, first_at: i64, now: Instant, refused: Refused) -> Self {
        let Refused { source, route, code, reason, mut body, is_cut } = refused;
        let bytes = body.len() as u64;
        body.truncate(PART);
        Self {
            vendor_id: RECORDS.to_owned(),
            date: record_sort_key(first_at, id.as_str()),
            ttl: ttl(first_at),
            id,
            first_at,
            last_at: now.micros(),
            times: 0,
            source,
            route,
            code,
            reason,
            is_cut,
            bytes,
            body: body.into(),
        }
    }

    pub(super) fn part_keys(&self) -> Vec<Item> {
        part_keys(&self.id, self.bytes)
    }

    pub(super) fn place(self) -> Place {
        Place { first_at: self.first_at, id: self.id, bytes: self.bytes }
    }

    /// The rejection, with the other parts of its body, in any order.
    pub(super) fn complete(self, parts: Vec<Item>) -> Result<KeptRejection> {
        let mut parts = parts.into_iter().map(read).collect::<Result<Vec<PartItem>>>()?;
        // There are at most four.
        parts.sort_by(|one, other| one.date.cmp(&other.date));
        let mut body = self.body.into_vec();
        parts.into_iter().for_each(|part| body.extend(part.body.into_vec()));
        // The process that kept it, or removes it, may have ended before it was done.
        let is_cut = self.is_cut || (body.len() as u64) < self.bytes;
        let Self { source, route, code, reason, .. } = self;
        Ok(KeptRejection {
            id: self.id,
            first_at: Instant::from_micros(self.first_at),
            last_at: Instant::from_micros(self.last_at),
            times: self.times,
            refused: Refused { source, route, code, reason, body, is_cut },
        })
    }
}

/// Where a record is, and what it counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub(super) first_at: i64,
    pub(super) id: RejectionId,
    pub(super) bytes: u64,
}

impl Place {
    /// The keys of its pointer and of the parts of its body.
    pub(super) fn other_keys(&self) -> Vec<Item> {
        part_keys(&self.id, self.bytes).into_iter().chain([pointer_key(&self.id)]).collect()
    }
}

/// What is kept of a day.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    rejections: i64,
    bytes: i64,
    #[serde(default)]
    latest: Option<i64>,
}

impl Totals {
    pub(super) fn sum(totals: &[Self]) -> RejectionCount {
        let sum = |of: fn(&Self) -> i64| u64::try_from(totals.iter().map(of).sum::<i64>()).unwrap_or(0);
        let rejections = sum(|day| day.rejections);
        let latest = totals.iter().filter_map(|day| day.latest).max().map(Instant::from_micros);
        RejectionCount { rejections, bytes: sum(|day| day.bytes), latest: latest.filter(|_| rejections > 0) }
    }
}
