//! Makes the events of the rows of one file: the mapping, with the positions of the file's columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use csv::ByteRecord;
use goody_domain::{Rejection, Status, WireDestination, WireEvent};

use super::fields::{COUNT, FIELDS, Field};
use super::source::{BoundSource, FieldSource, NotText, Role, cell};
use super::when::BoundRowTest;
use super::{EventSource, Mapping, StatusSource};
use crate::countries;
use crate::heading::Heading;
use crate::ids::{StableHash, make_id, slug};
use crate::money::{MoneyFormat, decimals};
use crate::times::TimeFormat;

/// The longest texts of an event, in characters. Longer texts of files are cut.
pub(crate) const LONGEST_NAME: usize = 128;
pub(crate) const LONGEST_TEXT: usize = 500;
/// The longest region of a destination, in characters.
const LONGEST_REGION: usize = 64;

/// Makes events of the rows of one file.
pub struct RowParser {
    fields: [Option<BoundField>; COUNT],
    constants: [Option<String>; COUNT],
    words: [Option<BTreeMap<String, String>>; COUNT],
    attributes: Vec<(String, BoundSource)>,
    statuses: HashMap<String, Option<Status>>,
    has_empty_status: bool,
    when: Vec<BoundRowTest>,
    events: Vec<BoundEvent>,
    times: TimeFormat,
    money: MoneyFormat,
    make_ids: bool,
    notes: Vec<String>,
}

struct BoundField {
    source: BoundSource,
    role: Role,
    is_sum: bool,
}

struct BoundEvent {
    status: BoundStatus,
    occurred_at: BoundSource,
    when: Vec<BoundRowTest>,
    own: Vec<(Field, BoundSource)>,
}

enum BoundStatus {
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

type Made<T> = Result<T, Rejection>;

impl RowParser {
    /// Finds the columns of a mapping in the heading of a file.
    ///
    /// # Errors
    /// The file lacks a column.
    pub fn new(mapping: &Mapping, heading: &Heading) -> Result<Self, String> {
        Self::bind(mapping, heading, true)
    }

    /// Like [`RowParser::new`], for rows that may lack an order because they name a carrier's parcel.
    #[cfg(feature = "webhooks")]
    pub(crate) fn for_parcels(mapping: &Mapping, heading: &Heading) -> Result<Self, String> {
        Self::bind(mapping, heading, false)
    }

    fn bind(mapping: &Mapping, heading: &Heading, needs_order: bool) -> Result<Self, String> {
        let mut fields = [const { None }; COUNT];
        for (field, source) in &mapping.columns {
            fields[*field as usize] = bind(source, heading, field.name(), "[columns]")?;
        }
        for (field, name) in FIELDS {
            let is_mapped = mapping.columns.iter().any(|(known, _)| *known == field);
            // A file of events may write `OrderId`. With a mapping, a column `Reason` need not be the reason of an event.
            let found = heading.position(name).filter(|at| mapping.columns.is_empty() || heading.names()[*at] == name);
            if !is_mapped && let Some(at) = found {
                let source = BoundSource::Column(at);
                fields[field as usize] = Some(BoundField { source, role: Role::Text, is_sum: false });
            }
        }
        let has_order = fields[Field::OrderId as usize].is_some();
        if needs_order && !has_order {
            return Err(format!(
                "{}. Name the column with the order ids in a mapping (--mapping): goody mapping new FILE proposes one",
                heading.missing("orderId")
            ));
        }
        let mut attributes = Vec::new();
        for (name, source) in &mapping.attributes {
            if let Some(bound) = bind(source, heading, name, "[attributes]")? {
                attributes.push((name.clone(), bound.source));
            }
        }
        let field_source = |name: &str| {
            let field = Field::of(name)?;
            mapping.columns.iter().find(|(known, _)| *known == field).map(|(_, source)| &source.source)
        };
        let conditions = |conditions: &[super::RowTest]| {
            let bound = conditions.iter().map(|condition| condition.bind(heading, field_source(condition.column())));
            bound.filter_map(Result::transpose).collect::<Result<Vec<_>, String>>()
        };
        let mut events = Vec::new();
        for event in &mapping.events {
            match BoundEvent::new(event, heading, &conditions) {
                Ok(event) => events.push(event),
                Err(_) if event.is_optional => {}
                Err(reason) => return Err(format!("{reason}. Correct [[events]] in the mapping")),
            }
        }
        let mut constants = [const { None }; COUNT];
        for (field, text) in &mapping.constants {
            constants[*field as usize] = Some(text.clone());
        }
        let mut words = [const { None }; COUNT];
        for (field, table) in &mapping.words {
            words[*field as usize] = Some(table.clone());
        }
        let statuses: HashMap<String, Option<Status>> = mapping
            .document
            .statuses
            .iter()
            .map(|(word, status)| (word.trim().to_lowercase(), Status::parse(status)))
            .collect();
        Ok(Self {
            has_empty_status: statuses.contains_key(""),
            fields,
            constants,
            words,
            attributes,
            statuses,
            when: conditions(&mapping.when)?,
            events,
            times: mapping.times()?,
            money: mapping.money()?,
            make_ids: mapping.document.make_ids,
            notes: notes(mapping, heading),
        })
    }

    /// What a person should know about the heading, such as a column that stands there twice.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The events of a row: one, or with `[[events]]` one for each filled time. None if the mapping leaves the row out.
    pub fn events<'r>(&'r self, row: &'r ByteRecord) -> Vec<Made<WireEvent<'r>>> {
        self.events_with_value(row, None)
    }

    /// The events of the rows of one order, each with the position of its row. An event that several rows state is returned once.
    pub fn events_of_order<'r>(&'r self, rows: &'r [ByteRecord]) -> Vec<(usize, Vec<Made<WireEvent<'r>>>)> {
        let sums = self.sums(rows);
        let mut seen = HashSet::new();
        let mut all = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let sum = sums.as_ref().and_then(|sums| sums.get(&self.order_text(row)));
            let mut events = self.events_with_value(row, sum);
            events.retain(|event| match event {
                Ok(event) => seen.insert((event.order_id.clone(), event.event_id.clone())),
                Err(_) => true,
            });
            // A row that only repeats others says nothing more; it is no row without events.
            all.push((at, events));
        }
        all
    }

    /// Whether a row states an event at all: rows of one order may repeat each other.
    pub fn has_events(&self, row: &ByteRecord) -> bool {
        !self.events_with_value(row, None).is_empty()
    }

    /// The order of a row, as text.
    fn order_text(&self, row: &ByteRecord) -> Option<String> {
        self.text(row, Field::OrderId).ok().flatten().map(Cow::into_owned)
    }

    /// The amounts of each order, added.
    fn sums(&self, rows: &[ByteRecord]) -> Option<HashMap<Option<String>, Made<i64>>> {
        let is_sum = self.fields[Field::GiftValue as usize].as_ref().is_some_and(|field| field.is_sum);
        if !is_sum {
            return None;
        }
        let mut sums: HashMap<Option<String>, Made<i64>> = HashMap::new();
        for row in rows.iter().filter(|row| self.holds(row)) {
            let Some(value) = self.amount(row).map(|amount| amount.map(|amount| amount.0)).transpose() else {
                continue;
            };
            let sum = sums.entry(self.order_text(row)).or_insert(Ok(0));
            if let Ok(total) = sum {
                match value {
                    Ok(value) => *total = total.saturating_add(value),
                    Err(rejection) => *sum = Err(rejection),
                }
            }
        }
        Some(sums)
    }

    fn holds(&self, row: &ByteRecord) -> bool {
        self.when.iter().all(|condition| condition.holds(row))
    }

    fn events_with_value<'r>(&'r self, row: &'r ByteRecord, sum: Option<&Made<i64>>) -> Vec<Made<WireEvent<'r>>> {
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

    /// Adds the fields of a placement.
    fn place<'r>(
        &'r self,
        row: &'r ByteRecord,
        event: &mut WireEvent<'r>,
        (order, vendor): (Option<Cow<'r, str>>, Option<Cow<'r, str>>),
        sum: Option<&Made<i64>>,
    ) -> Made<()> {
        let placed = event.occurred_at.clone().unwrap_or_default();
        event.estimated_delivery = self.promise(row, Field::EstimatedDelivery, &placed)?;
        event.ship_by = self.promise(row, Field::ShipBy, &placed)?;
        let currency = self.currency(row)?;
        let amount = match sum {
            Some(sum) => Some((sum.clone()?, None)),
            None => self.amount(row)?,
        };
        let (value, named) = amount.map_or((None, None), |(value, named)| (Some(value), named));
        event.gift_value = value;
        event.currency = currency.or(named.map(Cow::Owned));
        event.gift_type = self.text(row, Field::GiftType)?.map(|text| match text {
            Cow::Borrowed(text) => slug(text),
            Cow::Owned(text) => Cow::Owned(slug(&text).into_owned()),
        });
        event.is_rush = self.flag(row, Field::IsRush)?;
        let kept = |field: Field, original: Option<Cow<'r, str>>, made: &Option<Cow<'r, str>>| -> Made<_> {
            let mapped = self.text_joined(row, field, " ")?;
            let original = original.filter(|text| self.make_ids && made.as_deref() != Some(text.as_ref()));
            Ok(mapped.or(original).map(|text| cleaned(text, LONGEST_NAME)))
        };
        let changed = order.as_deref() != event.order_id.as_deref();
        let source = self.fields[Field::OrderId as usize].as_ref();
        let first = source.and_then(|field| field.source.first_text(row).ok().flatten()).filter(|_| changed);
        event.reference = kept(Field::Reference, first, &event.order_id)?;
        event.vendor_name = kept(Field::VendorName, vendor, &event.vendor_id)?;
        let country = self.text(row, Field::Country)?.and_then(|text| countries::code(&text));
        if let Some(country) = country {
            event.destination = Some(WireDestination {
                country: Some(Cow::Owned(country)),
                region: self.text(row, Field::Region)?.map(|text| cleaned(text, LONGEST_REGION)),
                postal_prefix: self.text(row, Field::PostalPrefix)?.map(|text| cleaned(text, LONGEST_REGION)),
            });
        }
        Ok(())
    }

    /// The text of a field: that of the row, translated by the words of the mapping, or its constant.
    fn text<'r>(&'r self, row: &'r ByteRecord, field: Field) -> Made<Option<Cow<'r, str>>> {
        self.text_joined(row, field, "-")
    }

    fn text_joined<'r>(&'r self, row: &'r ByteRecord, field: Field, by: &str) -> Made<Option<Cow<'r, str>>> {
        let found = match &self.fields[field as usize] {
            Some(bound) => bound.source.text(row, by).map_err(|NotText| not_text(field))?,
            None => None,
        };
        let Some(found) = found else {
            return Ok(self.constants[field as usize].as_deref().map(Cow::Borrowed));
        };
        let words = self.words[field as usize].as_ref();
        let word = words.and_then(|words| words.get(found.as_ref()).or_else(|| words.get(&found.to_lowercase())));
        match word {
            Some(word) => Ok((!word.is_empty()).then_some(Cow::Borrowed(word))),
            None => Ok(Some(found)),
        }
    }

    fn id<'r>(&self, text: Cow<'r, str>) -> Cow<'r, str> {
        match (self.make_ids, text) {
            (false, text) => text,
            (true, Cow::Borrowed(text)) => make_id(text),
            (true, Cow::Owned(text)) => Cow::Owned(make_id(&text).into_owned()),
        }
    }

    fn flag(&self, row: &ByteRecord, field: Field) -> Made<Option<bool>> {
        let Some(word) = self.text(row, field)? else { return Ok(None) };
        match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Ok(Some(true)),
            "false" | "no" | "n" | "0" => Ok(Some(false)),
            // A table of words names those that mean yes.
            _ if self.words[field as usize].is_some() => Ok(Some(false)),
            _ => {
                let reason = format!("must be true or false, or a word of [words.{}] in the mapping", field.name());
                Err(Rejection::field(field.name(), reason))
            }
        }
    }

    fn currency<'r>(&'r self, row: &'r ByteRecord) -> Made<Option<Cow<'r, str>>> {
        let text = self.text(row, Field::Currency)?;
        Ok(text.map(|text| match text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            true => text,
            false => Cow::Owned(text.to_ascii_uppercase()),
        }))
    }

    /// The amount of a row in minor units, and the currency that its text names.
    fn amount(&self, row: &ByteRecord) -> Made<Option<(i64, Option<String>)>> {
        let invalid = |reason: String| Rejection::field("giftValue", reason);
        let currency = self.currency(row)?;
        let field = self.fields[Field::GiftValue as usize].as_ref();
        if let Some(BoundField { source, role: Role::Product, .. }) = field {
            let parts = source.parts(row).map_err(|NotText| not_text(Field::GiftValue))?;
            let mut parts = parts.into_iter();
            let Some(Some(price)) = parts.next() else { return Ok(None) };
            let amount = self.money.read(price, currency.as_deref()).map_err(invalid)?;
            let mut total = amount.minor_units;
            for count in parts.flatten() {
                let count = whole(count)
                    .ok_or_else(|| invalid(format!("is for a quantity that is no whole number: {count}")))?;
                total = total.checked_mul(count).ok_or_else(|| invalid("is too large".into()))?;
            }
            return Ok(Some((total, amount.currency)));
        }
        let Some(text) = self.text(row, Field::GiftValue)? else { return Ok(None) };
        let amount = self.money.read(&text, currency.as_deref()).map_err(invalid)?;
        debug_assert!(decimals(currency.as_deref().unwrap_or("USD")) <= 4);
        Ok(Some((amount.minor_units, amount.currency)))
    }

    /// A promise: a time, or a day, or days after the placement.
    fn promise<'r>(&'r self, row: &'r ByteRecord, field: Field, placed: &str) -> Made<Option<Cow<'r, str>>> {
        let Some(text) = self.text_joined(row, field, " ")? else { return Ok(None) };
        let invalid = |reason: String| Rejection::field(field.name(), reason);
        let is_days = self.fields[field as usize].as_ref().is_some_and(|bound| bound.role == Role::DaysAfterPlacement);
        if is_days {
            let days = whole(&text).filter(|days| (0..=3_660).contains(days));
            let days = days.ok_or_else(|| invalid(format!("is not a number of days: {text}")))?;
            return self.times.days_after(placed, days).map(Some).map_err(invalid);
        }
        let made = match joined_clock(text) {
            Cow::Borrowed(text) => self.times.promise(text),
            Cow::Owned(text) => self.times.promise(&text).map(|made| Cow::Owned(made.into_owned())),
        };
        made.map(Some).map_err(invalid)
    }

    fn attributes<'r>(&'r self, row: &'r ByteRecord) -> Made<BTreeMap<Cow<'r, str>, Cow<'r, str>>> {
        let mut attributes = BTreeMap::new();
        for (name, source) in &self.attributes {
            let text =
                source.text(row, " ").map_err(|NotText| Rejection::field(format!("attributes.{name}"), NOT_TEXT))?;
            if let Some(text) = text {
                attributes.insert(Cow::Borrowed(name.as_str()), cleaned(text, LONGEST_TEXT));
            }
        }
        Ok(attributes)
    }
}

impl BoundEvent {
    fn new(
        event: &EventSource,
        heading: &Heading,
        conditions: &impl Fn(&[super::RowTest]) -> Result<Vec<BoundRowTest>, String>,
    ) -> Result<Self, String> {
        Ok(Self {
            status: match &event.status {
                StatusSource::Fixed(status) => BoundStatus::Fixed(*status),
                StatusSource::Column(source) => BoundStatus::Column(source.bind(heading)?),
            },
            occurred_at: event.occurred_at.bind(heading)?,
            when: conditions(&event.when)?,
            own: event
                .own
                .iter()
                .map(|(field, source)| Ok((*field, source.bind(heading)?)))
                .collect::<Result<_, String>>()?,
        })
    }
}

/// Finds the columns of a field; `None` if the file lacks them and may.
fn bind(field: &FieldSource, heading: &Heading, name: &str, table: &str) -> Result<Option<BoundField>, String> {
    match field.source.bind(heading) {
        Ok(source) => Ok(Some(BoundField { source, role: field.role, is_sum: field.is_sum })),
        Err(_) if field.is_optional => Ok(None),
        Err(reason) => Err(format!("{name}: {reason}. Correct {table} in the mapping")),
    }
}

/// The columns that the mapping names and the heading has twice.
fn notes(mapping: &Mapping, heading: &Heading) -> Vec<String> {
    let named = mapping.column_names();
    let mut notes = Vec::new();
    for (name, first, second) in heading.duplicates() {
        let used: Option<usize> =
            named.iter().find_map(|known| heading.position(known).filter(|at| at == first || at == second));
        if let Some(used) = used {
            let (one, other) = (first + 1, second + 1);
            notes.push(format!(
                "the heading has {name} twice, as columns {one} and {other}: column {} is read",
                used + 1
            ));
        }
    }
    notes
}

/// Why a cell cannot be read.
const NOT_TEXT: &str =
    "is not UTF-8: say the encoding of the file, such as windows-1252 (encoding in the mapping, or --encoding)";

fn not_text(field: Field) -> Rejection {
    Rejection::field(field.name(), NOT_TEXT)
}

/// Whether a text is a number that a spreadsheet shortened, such as 5.10141E+13.
fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else { return false };
    exponent.starts_with('+')
        && exponent[1..].bytes().all(|byte| byte.is_ascii_digit())
        && digits.contains(['.', ','])
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// A whole number, also as spreadsheets write it: `3.0`.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text
        .split_once(['.', ','])
        .filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'))
        .map_or(text, |(whole, _)| whole);
    text.parse().ok()
}

/// A time of day without its first zero, as spreadsheets leave it: `20231130 94340`.
fn joined_clock(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_short = |clock: &str| matches!(clock.len(), 3 | 5) && clock.bytes().all(|byte| byte.is_ascii_digit());
    match text.rsplit_once(' ') {
        Some((day, clock)) if is_short(clock) && day.bytes().all(|byte| byte.is_ascii_digit()) => {
            Cow::Owned(format!("{day} 0{clock}"))
        }
        _ => text,
    }
}

/// A text without control characters, cut at its longest length.
pub(crate) fn cleaned(text: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    let is_clean = (text.len() <= longest || text.chars().count() <= longest) && !text.chars().any(char::is_control);
    if is_clean {
        return text;
    }
    let plain: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(longest).collect();
    Cow::Owned(plain.trim_end().to_owned())
}

/// The id of an event without one: its status, its time, and a hash of what else it says. So the same row gives the same event in
/// every import, and a row that says more tomorrow gives another. An event that says nothing else has no hash.
pub(crate) fn derived_id(event: &WireEvent<'_>, is_placement: bool) -> Option<Cow<'static, str>> {
    let (Some(status), Some(at)) = (&event.status, &event.occurred_at) else { return None };
    let mut hash = StableHash::default();
    let mut says_more = is_placement || event.vendor_id.is_none();
    let mut add = |name: &str, text: Option<&str>, is_more: bool| {
        if let Some(text) = text {
            hash.add(name.as_bytes());
            hash.add(text.as_bytes());
            says_more |= is_more;
        }
    };
    add("vendorId", event.vendor_id.as_deref(), false);
    add("estimatedDelivery", event.estimated_delivery.as_deref(), true);
    add("shipBy", event.ship_by.as_deref(), true);
    let value = event.gift_value.map(|value| value.to_string());
    add("giftValue", value.as_deref(), true);
    add("currency", event.currency.as_deref(), true);
    add("giftType", event.gift_type.as_deref(), true);
    let flag = |flag: Option<bool>| flag.map(|flag| if flag { "true" } else { "false" });
    add("isRush", flag(event.is_rush), true);
    add("carrier", event.carrier.as_deref(), true);
    add("trackingNumber", event.tracking_number.as_deref(), true);
    add("reason", event.reason.as_deref(), true);
    add("isBackfilled", flag(event.is_backfilled), true);
    add("parcelId", event.parcel_id.as_deref(), true);
    add("reference", event.reference.as_deref(), true);
    add("vendorName", event.vendor_name.as_deref(), true);
    if let Some(to) = &event.destination {
        add("destination.country", to.country.as_deref(), true);
        add("destination.region", to.region.as_deref(), true);
        add("destination.postalPrefix", to.postal_prefix.as_deref(), true);
    }
    for (name, text) in event.attributes.iter().flatten() {
        add(name, Some(text), true);
    }
    let at = at.replace('+', "-");
    Some(Cow::Owned(if says_more { format!("{status}:{at}:{}", hash.letters(8)) } else { format!("{status}:{at}") }))
}

/// The cells of a row as text, for the file of rejected lines.
pub(crate) fn row_text(row: &ByteRecord) -> String {
    row.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",")
}

impl RowParser {
    /// The cells of a row as text, for the file of rejected lines.
    pub fn text_of(row: &ByteRecord) -> String {
        row_text(row)
    }

    /// The first cells of a row, for messages.
    pub fn first_cell(row: &ByteRecord) -> Option<&str> {
        cell(row, 0).ok().flatten()
    }
}
