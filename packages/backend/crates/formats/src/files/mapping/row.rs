//! Makes the events of the rows of one file: the mapping, with the positions of the file's columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use csv::ByteRecord;
use goody_domain::{Rejection, Status, WireEvent};

use super::cells::{cleaned, is_shortened, joined_clock, not_text};
use super::event_id::derived_id;
use super::fields::{COUNT, Field};
use super::source::{BoundSource, NotText, Role};
use super::when::BoundRowTest;
use crate::files::money::MoneyFormat;
use crate::files::times::TimeFormat;

/// The longest texts of an event, in characters. Longer texts of files are cut.
pub(crate) const LONGEST_NAME: usize = 128;
pub(crate) const LONGEST_TEXT: usize = 500;
/// The longest region of a destination, in characters.
pub(super) const LONGEST_REGION: usize = 64;

/// Makes events of the rows of one file.
pub struct RowParser {
    pub(super) fields: [Option<BoundField>; COUNT],
    pub(super) constants: [Option<String>; COUNT],
    pub(super) words: [Option<BTreeMap<String, String>>; COUNT],
    pub(super) attributes: Vec<(String, BoundSource)>,
    pub(super) statuses: HashMap<String, Option<Status>>,
    pub(super) has_empty_status: bool,
    pub(super) when: Vec<BoundRowTest>,
    pub(super) events: Vec<BoundEvent>,
    pub(super) times: TimeFormat,
    pub(super) money: MoneyFormat,
    pub(super) make_ids: bool,
    pub(super) notes: Vec<String>,
}

pub(super) struct BoundField {
    pub(super) source: BoundSource,
    pub(super) role: Role,
    pub(super) is_sum: bool,
}

pub(super) struct BoundEvent {
    pub(super) status: BoundStatus,
    pub(super) occurred_at: BoundSource,
    pub(super) when: Vec<BoundRowTest>,
    pub(super) own: Vec<(Field, BoundSource)>,
}

pub(super) enum BoundStatus {
    Fixed(Status),
    Column(BoundSource),
}

/// What a row says of one event: its status and the text of its time.
struct Stated<'r> {
    entry: &'r BoundEvent,
    status: Result<Status, Rejection>,
    time: Cow<'r, str>,
}

/// Which of the fields of a row belong to an event.
#[derive(Clone, Copy)]
struct Share {
    carrier: bool,
    reason: bool,
    attributes: bool,
}

pub(super) type Made<T> = Result<T, Rejection>;

impl RowParser {
    /// What a person should know about the heading, such as a column that stands there twice.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The events of a row: one, or with `[[events]]` one for each filled time. None if the mapping leaves the row out.
    pub fn events<'r>(&'r self, row: &'r ByteRecord) -> Vec<Made<WireEvent<'r>>> {
        self.events_with_value(row, None)
    }

    pub(super) fn holds(&self, row: &ByteRecord) -> bool {
        self.when.iter().all(|condition| condition.holds(row))
    }

    pub(super) fn events_with_value<'r>(
        &'r self,
        row: &'r ByteRecord,
        sum: Option<&Made<i64>>,
    ) -> Vec<Made<WireEvent<'r>>> {
        if !self.holds(row) || row.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Vec::new();
        }
        if self.events.is_empty() {
            return self.single(row, sum).into_iter().collect();
        }
        let mut all = Vec::with_capacity(self.events.len());
        let mut stated: Vec<Stated<'r>> = Vec::with_capacity(self.events.len());
        for entry in self.events.iter().filter(|entry| entry.when.iter().all(|condition| condition.holds(row))) {
            let time = match entry.occurred_at.text(row, " ") {
                Ok(Some(time)) => time,
                Ok(None) => continue,
                Err(NotText) => {
                    all.push(Err(not_text(Field::OccurredAt)));
                    continue;
                }
            };
            let status = match &entry.status {
                BoundStatus::Fixed(status) => Ok(*status),
                BoundStatus::Column(source) => match source.text(row, " ").map_err(|NotText| not_text(Field::Status)) {
                    Ok(word) => match self.status(word.as_deref()) {
                        Ok(None) => continue,
                        Ok(Some(status)) => Ok(status),
                        Err(rejection) => Err(rejection),
                    },
                    Err(rejection) => Err(rejection),
                },
            };
            // The latest status of a row repeats what the row says with a time of its own.
            let is_known = stated.iter().any(|other| other.status.is_ok() && other.status == status);
            if !(is_known && matches!(entry.status, BoundStatus::Column(_))) {
                stated.push(Stated { entry, status, time: joined_clock(time) });
            }
        }
        let first = |is_wanted: &dyn Fn(Status) -> bool| {
            stated.iter().position(|stated| stated.status.as_ref().is_ok_and(|status| is_wanted(*status)))
        };
        let ships = |status| matches!(status, Status::ShippingOnTime | Status::ShippingDelayed);
        let ends = |status| !matches!(status, Status::Placed | Status::Cancelled);
        let carrier = first(&ships).or_else(|| first(&ends));
        let reason = first(&|status| status.is_issue() || status == Status::Cancelled).or(carrier);
        let attributes = first(&|status| status == Status::Placed).or(if stated.is_empty() { None } else { Some(0) });
        for (at, stated) in stated.into_iter().enumerate() {
            let share =
                Share { carrier: carrier == Some(at), reason: reason == Some(at), attributes: attributes == Some(at) };
            let event = stated.status.and_then(|status| {
                let time = self.times.time(&stated.time).map_err(|reason| Rejection::field("occurredAt", reason));
                let time = time.map(|time| Cow::Owned(time.into_owned()));
                let event = WireEvent { occurred_at: Some(time?), ..WireEvent::default() };
                self.event(row, Some(status), event, share, Some(stated.entry), sum)
            });
            all.push(event);
        }
        all
    }

    /// The event of a row that has a column with the status.
    fn single<'r>(&'r self, row: &'r ByteRecord, sum: Option<&Made<i64>>) -> Option<Made<WireEvent<'r>>> {
        let share = Share { carrier: true, reason: true, attributes: true };
        let made = (|| {
            let word = self.text(row, Field::Status)?;
            let status = match (word.as_deref(), self.has_empty_status) {
                (None, false) => None,
                (word, _) => match self.status(word) {
                    Ok(None) => return Ok(None),
                    Ok(Some(status)) => Some(status),
                    Err(rejection) => return Err(rejection),
                },
            };
            let time = self.text_joined(row, Field::OccurredAt, " ")?.map(joined_clock);
            let time = time.map(|time| {
                let made = self.times.time(&time).map(|made| matches!(made, Cow::Owned(_)).then(|| made.into_owned()));
                made.map(|made| made.map_or(time, Cow::Owned))
            });
            let time = time.transpose().map_err(|reason| Rejection::field("occurredAt", reason))?;
            let event = WireEvent { occurred_at: time, ..WireEvent::default() };
            self.event(row, status, event, share, None, sum).map(Some)
        })();
        made.transpose()
    }

    /// The status that a word means: one of the nine, or one of the mapping's. `None` if the row is to be left out.
    fn status(&self, word: Option<&str>) -> Made<Option<Status>> {
        let word = word.unwrap_or_default();
        if let Some(status) = self.statuses.get(word).or_else(|| self.statuses.get(&word.to_lowercase())) {
            return Ok(*status);
        }
        let own = Status::parse(word).or_else(|| Status::parse(&word.to_uppercase().replace([' ', '-'], "_")));
        match own {
            Some(status) => Ok(Some(status)),
            None if word.is_empty() => Ok(None),
            None => {
                let word: String = word.chars().take(60).collect();
                Err(Rejection::field(
                    "status",
                    format!("is not one of the nine statuses, and no word of [statuses] in the mapping: {word}"),
                ))
            }
        }
    }

    /// Adds what the row says to an event.
    fn event<'r>(
        &'r self,
        row: &'r ByteRecord,
        status: Option<Status>,
        event: WireEvent<'r>,
        share: Share,
        entry: Option<&'r BoundEvent>,
        sum: Option<&Made<i64>>,
    ) -> Made<WireEvent<'r>> {
        let is_placement = status == Some(Status::Placed);
        let own = |field: Field, is_shared: bool, longest: usize| -> Made<Option<Cow<'r, str>>> {
            let source = entry.and_then(|entry| entry.own.iter().find(|(known, _)| *known == field));
            let text = match source {
                Some((_, source)) => source.text(row, " ").map_err(|NotText| not_text(field))?,
                None if is_shared => self.text_joined(row, field, " ")?,
                None => None,
            };
            Ok(text.map(|text| cleaned(text, longest)))
        };
        let order = self.text(row, Field::OrderId)?;
        if let Some(order) = order.as_deref().filter(|order| is_shortened(order)) {
            let reason =
                format!("is a number that a spreadsheet shortened, so orders cannot be distinguished: {order}");
            return Err(Rejection::field("orderId", reason));
        }
        let vendor = self.text(row, Field::VendorId)?;
        let parcel = own(Field::ParcelId, true, LONGEST_NAME)?.filter(|_| !is_placement);
        let attributes = if share.attributes { self.attributes(row)? } else { BTreeMap::new() };
        let mut event = WireEvent {
            order_id: order.clone().map(|text| self.id(text)),
            vendor_id: vendor.clone().map(|text| self.id(text)),
            status: status.map(|status| Cow::Borrowed(status.as_str())),
            carrier: own(Field::Carrier, share.carrier, LONGEST_NAME)?,
            tracking_number: own(Field::TrackingNumber, share.carrier, LONGEST_NAME)?,
            reason: own(Field::Reason, share.reason, LONGEST_TEXT)?,
            is_backfilled: self.flag(row, Field::IsBackfilled)?,
            parcel_id: parcel.map(|text| self.id(text)),
            attributes: (!attributes.is_empty()).then_some(attributes),
            ..event
        };
        if is_placement {
            self.place(row, &mut event, (order, vendor), sum)?;
        }
        let given = if entry.is_none() { self.text(row, Field::EventId)?.map(|text| self.id(text)) } else { None };
        event.event_id = given.or_else(|| derived_id(&event, is_placement));
        Ok(event)
    }
}

impl RowParser {
    /// The cells of a row as text, for the file of rejected lines.
    pub fn text_of(row: &ByteRecord) -> String {
        row.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
    }
}
