//! What a carrier says of a parcel: its scans, to events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use goody_domain::{Instant, ParcelEvent, ParcelKey, Rejection, Status, WireEvent};

use super::fields::Fields;
use super::{Facts, Outcome};
use crate::files::ids::make_id;
use crate::files::mapping::cells::cleaned;
use crate::files::mapping::event_id::derived_id;
use crate::files::mapping::row::{LONGEST_NAME, LONGEST_TEXT};

/// The attribute with the carrier's estimate. It is no promise.
const ESTIMATE: &str = "carrierEstimate";

/// One scan of a parcel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Scan {
    at: Instant,
    status: Status,
    /// What the carrier wrote.
    message: Option<String>,
}

/// A parcel and its scans, in any order.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    key: ParcelKey,
    carrier: Option<String>,
    scans: Vec<Scan>,
    /// Texts that belong to the latest scan.
    attributes: BTreeMap<&'static str, String>,
}

impl Parcel {
    /// The parcel with this number of a carrier.
    pub(super) fn of_number(number: &str, carrier: Option<&str>) -> Self {
        let name = |text: &str| cleaned(Cow::Borrowed(text), LONGEST_NAME).into_owned();
        Self::new(ParcelKey::TrackingNumber(name(number)), carrier.map(name))
    }

    /// The parcel that a shop calls so.
    pub(super) fn of_id(id: &str) -> Self {
        Self::new(ParcelKey::ParcelId(make_id(id).into_owned()), None)
    }

    fn new(key: ParcelKey, carrier: Option<String>) -> Self {
        Self { key, carrier, scans: Vec::new(), attributes: BTreeMap::new() }
    }

    /// Adds a scan, unless its status says nothing to an order: a label is printed, or nothing is known.
    pub(super) fn add(&mut self, status: Option<Status>, at: Instant, message: Option<Cow<'_, str>>) {
        if let Some(status) = status {
            self.scans.push(Scan { at, status, message: message.map(Cow::into_owned) });
        }
    }

    /// Adds the status that the sender calls the current one, unless the latest scan says it already.
    pub(super) fn add_current(&mut self, status: Option<Status>, at: Instant, message: Option<Cow<'_, str>>) {
        let latest = self.scans.iter().max();
        if latest.map(|scan| scan.status) != status {
            self.add(status, at, message);
        }
    }

    /// Keeps a text with the latest scan.
    pub(super) fn attribute(&mut self, name: &'static str, text: Option<Cow<'_, str>>) {
        if let Some(text) = text {
            self.attributes.insert(name, cleaned(text, LONGEST_TEXT).into_owned());
        }
    }

    /// Keeps what the carrier estimates. A day is often written as its midnight.
    pub(super) fn estimate(&mut self, text: Option<Cow<'_, str>>) {
        let day = |text: Cow<'_, str>| match text.split_once(['T', ' ']) {
            Some((day, clock)) if clock.starts_with("00:00:00") => Cow::Owned(day.to_owned()),
            _ => Cow::Owned(text.into_owned()),
        };
        self.attribute(ESTIMATE, text.map(day));
    }

    /// The events: each change of the status, and the latest scan with the attributes.
    pub(super) fn outcome(mut self) -> Outcome {
        self.scans.sort();
        self.scans.dedup();
        let Some(latest) = self.scans.pop() else {
            return Outcome::ignored("the carrier does not have the parcel yet, or says nothing of it");
        };
        let mut parcel_events = Vec::new();
        let mut before = None;
        for scan in &self.scans {
            if before != Some(scan.status) {
                parcel_events.push(self.event(scan, None));
            }
            before = Some(scan.status);
        }
        if before != Some(latest.status) || !self.attributes.is_empty() {
            let attributes = (!self.attributes.is_empty()).then_some(&self.attributes);
            parcel_events.push(self.event(&latest, attributes));
        }
        Outcome::Facts(Facts { events: Vec::new(), parcel_events })
    }

    fn event(&self, scan: &Scan, attributes: Option<&BTreeMap<&'static str, String>>) -> ParcelEvent {
        let number = match &self.key {
            ParcelKey::TrackingNumber(number) => Some(Cow::Owned(number.clone())),
            ParcelKey::ParcelId(_) => None,
        };
        // Carriers reword their messages: where they explain nothing, they would make another event of the same scan.
        let explains = scan.status == Status::ShippingDelayed || scan.status.is_issue();
        let message = scan.message.as_deref().filter(|_| explains).map(|text| cleaned(text.into(), LONGEST_TEXT));
        let mut event = WireEvent {
            status: Some(Cow::Borrowed(scan.status.as_str())),
            occurred_at: Some(Cow::Owned(scan.at.to_string())),
            carrier: self.carrier.clone().map(Cow::Owned),
            tracking_number: number,
            reason: message.filter(|text| !text.is_empty()).map(|text| Cow::Owned(text.into_owned())),
            attributes: attributes.map(|attributes| {
                attributes.iter().map(|(name, text)| (Cow::Borrowed(*name), Cow::Owned(text.clone()))).collect()
            }),
            ..WireEvent::default()
        };
        event.event_id = derived_id(&event, false);
        ParcelEvent::new(self.key.clone(), event)
    }
}

/// The status that a sender's word means, by the table of its source. A word that no table knows is refused: it may be news.
pub(super) fn status_of(
    fields: &Fields<'_>,
    name: &str,
    table: impl Fn(&str) -> Option<Option<Status>>,
) -> Result<Option<Status>, Rejection> {
    let Some(word) = fields.text(name)? else { return Ok(None) };
    table(&word).ok_or_else(|| fields.unknown(name, &word))
}
