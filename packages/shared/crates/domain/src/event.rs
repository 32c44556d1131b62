//! Order events: each states one fact about one order, as sent to the API.
//!
//! Only malformed events are rejected, never late or surprising ones.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::instant::shortened;
use crate::json_errors;
use crate::rejection::{FieldError, Rejection};
use crate::{Currency, EventId, GiftType, Instant, OrderId, Status, VendorId};

/// How far a sender's clock may be ahead of the server's, in seconds.
const CLOCK_SKEW_SECONDS: i64 = 300;
/// The longest time from the placement to a promise, in seconds: two years. Later promises are typing errors (2062 for
/// 2026), and each would add a bucket that the vendor's reports read until its day comes.
const LONGEST_PROMISE_SECONDS: i64 = 2 * 366 * 86_400;
/// The longest `reason`, in characters.
const REASON_LENGTH: usize = 500;
/// The longest `carrier` or `trackingNumber`, in characters.
const NAME_LENGTH: usize = 128;

/// One fact about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderEvent {
    /// Unique within its order. The same id with the same content is a duplicate.
    pub event_id: EventId,
    /// The order it is about.
    pub order_id: OrderId,
    /// When it happened, not when the server received it.
    pub occurred_at: Instant,
    /// What happened.
    pub fact: Fact,
    /// Who carries the parcel.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Why, in a few words.
    pub reason: Option<String>,
    /// It was sent long after it occurred, from a file.
    pub is_backfilled: bool,
}

impl OrderEvent {
    /// The bytes of all its texts except the order's id.
    pub(crate) fn text_bytes(&self) -> usize {
        let (vendor, gift_type) = match &self.fact {
            Fact::Placed(placement) => (Some(&placement.vendor_id), placement.gift_type.as_ref()),
            Fact::Became(_, vendor) => (vendor.as_ref(), None),
        };
        let notes = [&self.carrier, &self.tracking_number, &self.reason].into_iter().flatten();
        self.event_id.as_str().len()
            + vendor.map_or(0, |id| id.as_str().len())
            + gift_type.map_or(0, |kind| kind.as_str().len())
            + notes.map(String::len).sum::<usize>()
    }
}

/// What happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It was placed.
    Placed(Placement),
    /// It reached another status (never [`Status::Placed`]). The event may name the vendor again, which changes nothing.
    Became(Status, Option<VendorId>),
}

/// The facts that the placement of an order fixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The vendor, who makes and ships it.
    pub vendor_id: VendorId,
    /// The promise: the instant by which the order is to arrive.
    pub estimated_delivery: Option<Instant>,
    /// When the vendor is to hand it to the carrier.
    pub ship_by: Option<Instant>,
    /// The price of the gift, in minor units of `currency`.
    pub gift_value: Option<i64>,
    /// The currency of `gift_value`.
    pub currency: Currency,
    /// The type of the gift.
    pub gift_type: Option<GiftType>,
    /// The customer paid for fast delivery.
    pub is_rush: bool,
}

impl OrderEvent {
    /// The sort key of the event among those of its order: the instant, then the lifecycle rank, then the id.
    pub fn sort_key(&self) -> impl Ord + '_ {
        (self.occurred_at, self.status(), &self.event_id)
    }

    /// The status that this event states.
    pub fn status(&self) -> Status {
        match &self.fact {
            Fact::Placed(_) => Status::Placed,
            Fact::Became(status, _) => *status,
        }
    }

    /// The vendor that this event names, if any.
    pub fn vendor_id(&self) -> Option<&VendorId> {
        match &self.fact {
            Fact::Placed(placement) => Some(&placement.vendor_id),
            Fact::Became(_, vendor_id) => vendor_id.as_ref(),
        }
    }

    /// Reads one event from its JSON, received at `now`.
    pub fn parse(json: &[u8], now: Instant) -> Result<Self, Rejection> {
        Self::parse_with_warnings(json, now).map(|(event, _)| event)
    }

    /// Like [`OrderEvent::parse`], with a warning for each field that was left out.
    pub fn parse_with_warnings(json: &[u8], now: Instant) -> Result<(Self, Vec<FieldError>), Rejection> {
        Self::check_with_warnings(&WireEvent::read(json)?, now)
    }

    /// The event, received at `now`, or every field that is wrong.
    pub fn check(wire: &WireEvent<'_>, now: Instant) -> Result<Self, Rejection> {
        Self::check_with_warnings(wire, now).map(|(event, _)| event)
    }

    /// Like [`OrderEvent::check`], with a warning for each field that was left out.
    pub fn check_with_warnings(wire: &WireEvent<'_>, now: Instant) -> Result<(Self, Vec<FieldError>), Rejection> {
        let mut event = wire.event()?;
        if event.occurred_at < Instant::EARLIEST {
            return Err(Rejection::field("occurredAt", "is before the year 2000"));
        }
        if event.occurred_at > now.plus_seconds(CLOCK_SKEW_SECONDS) {
            return Err(Rejection::field("occurredAt", "is more than 5 minutes ahead of now"));
        }
        let warnings = event.remove_far_promises();
        Ok((event, warnings))
    }

    /// Whether `received` repeats this event. Events stored by versions that accepted far promises still have them.
    pub(crate) fn is_same_fact(&self, received: &Self) -> bool {
        self == received || {
            let mut stored = self.clone();
            !stored.remove_far_promises().is_empty() && stored == *received
        }
    }

    /// Removes promises that lie more than two years after the placement, and returns a warning for each.
    fn remove_far_promises(&mut self) -> Vec<FieldError> {
        let Fact::Placed(placement) = &mut self.fact else { return Vec::new() };
        let latest = self.occurred_at.plus_seconds(LONGEST_PROMISE_SECONDS);
        let promises = [("estimatedDelivery", &mut placement.estimated_delivery), ("shipBy", &mut placement.ship_by)];
        let warnings = promises.into_iter().filter_map(|(field, promise)| {
            let far = promise.take_if(|promise| *promise > latest)?;
            let reason = format!("is more than two years after the placement and was left out: {far}");
            Some(FieldError { field: field.into(), reason })
        });
        warnings.collect()
    }
}

/// The JSON form of an event, in requests, files, exports and the order store.
///
/// One type reads and writes it, so that an event is written as it was read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WireEvent<'a> {
    /// See [`OrderEvent::event_id`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Cow<'a, str>>,
    /// See [`OrderEvent::order_id`]; left out inside an order.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Cow<'a, str>>,
    /// See [`Placement::vendor_id`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub vendor_id: Option<Cow<'a, str>>,
    /// One of the nine words of [`Status`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub status: Option<Cow<'a, str>>,
    /// RFC 3339.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Cow<'a, str>>,
    /// RFC 3339.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub estimated_delivery: Option<Cow<'a, str>>,
    /// RFC 3339.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub ship_by: Option<Cow<'a, str>>,
    /// Minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gift_value: Option<i64>,
    /// ISO 4217.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Cow<'a, str>>,
    /// A slug.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub gift_type: Option<Cow<'a, str>>,
    /// See [`Placement::is_rush`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_rush: Option<bool>,
    /// See [`OrderEvent::carrier`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Cow<'a, str>>,
    /// See [`OrderEvent::tracking_number`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<Cow<'a, str>>,
    /// See [`OrderEvent::reason`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, str>>,
    /// See [`OrderEvent::is_backfilled`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_backfilled: Option<bool>,
}

impl<'a> WireEvent<'a> {
    /// Reads the JSON of one event. The rejection names each field whose value has the wrong type.
    pub fn read(json: &'a [u8]) -> Result<Self, Rejection> {
        let text = std::str::from_utf8(json)
            .map_err(|error| Rejection::field("line", format!("is not UTF-8 after byte {}", error.valid_up_to())))?;
        if text.trim_ascii_start().starts_with('[') {
            // serde would read an array as the values of the fields.
            return Err(json_errors::rejection(text));
        }
        // A second pass finds the reasons, so that a valid line is read only once.
        serde_json::from_str(text).map_err(|_| json_errors::rejection(text))
    }

    /// The event this describes, or every field that is wrong.
    pub fn event(&self) -> Result<OrderEvent, Rejection> {
        let mut fields = Fields::default();
        let event_id = fields.required("eventId", &self.event_id, EventId::parse);
        let order_id = fields.required("orderId", &self.order_id, OrderId::parse);
        let occurred_at = fields.required("occurredAt", &self.occurred_at, Instant::parse);
        let status = fields.required("status", &self.status, |word| {
            Status::parse(word).ok_or_else(|| format!("is not one of the nine statuses: {}", shortened(word)))
        });
        let fact = match status {
            Some(Status::Placed) => self.placement(&mut fields).map(Fact::Placed),
            Some(status) => Some(Fact::Became(status, fields.optional("vendorId", &self.vendor_id, VendorId::parse))),
            None => None,
        };
        let carrier = fields.text("carrier", &self.carrier, NAME_LENGTH);
        let tracking_number = fields.text("trackingNumber", &self.tracking_number, NAME_LENGTH);
        let reason = fields.text("reason", &self.reason, REASON_LENGTH);
        match (event_id, order_id, occurred_at, fact, fields.errors.is_empty()) {
            (Some(event_id), Some(order_id), Some(occurred_at), Some(fact), true) => Ok(OrderEvent {
                event_id,
                order_id,
                occurred_at,
                fact,
                carrier,
                tracking_number,
                reason,
                is_backfilled: self.is_backfilled.unwrap_or(false),
            }),
            _ => Err(Rejection { errors: fields.errors }),
        }
    }

    fn placement(&self, fields: &mut Fields) -> Option<Placement> {
        let vendor_id = fields.required("vendorId", &self.vendor_id, VendorId::parse);
        if self.gift_value.is_some_and(|value| value < 0) {
            fields.reject("giftValue", "is negative");
        }
        Some(Placement {
            estimated_delivery: fields.optional("estimatedDelivery", &self.estimated_delivery, promise),
            ship_by: fields.optional("shipBy", &self.ship_by, promise),
            gift_value: self.gift_value,
            currency: fields.optional("currency", &self.currency, Currency::parse).unwrap_or_default(),
            gift_type: fields.optional("giftType", &self.gift_type, GiftType::parse),
            is_rush: self.is_rush.unwrap_or(false),
            vendor_id: vendor_id?,
        })
    }
}

impl<'a> From<&'a OrderEvent> for WireEvent<'a> {
    fn from(event: &'a OrderEvent) -> Self {
        let text = |instant: Instant| Some(Cow::Owned(instant.to_string()));
        let mut wire = Self {
            event_id: Some(event.event_id.as_str().into()),
            order_id: Some(event.order_id.as_str().into()),
            vendor_id: event.vendor_id().map(|id| id.as_str().into()),
            status: Some(event.status().as_str().into()),
            occurred_at: text(event.occurred_at),
            carrier: event.carrier.as_deref().map(Cow::Borrowed),
            tracking_number: event.tracking_number.as_deref().map(Cow::Borrowed),
            reason: event.reason.as_deref().map(Cow::Borrowed),
            is_backfilled: event.is_backfilled.then_some(true),
            ..Self::default()
        };
        if let Fact::Placed(placement) = &event.fact {
            wire.estimated_delivery = placement.estimated_delivery.and_then(text);
            wire.ship_by = placement.ship_by.and_then(text);
            wire.gift_value = placement.gift_value;
            wire.currency = Some(placement.currency.as_str().into());
            wire.gift_type = placement.gift_type.as_ref().map(|gift| gift.as_str().into());
            wire.is_rush = Some(placement.is_rush);
        }
        wire
    }
}

/// Reads the instant of a promise, which must lie between the years 2000 and 2100.
fn promise(text: &str) -> Result<Instant, String> {
    let instant = Instant::parse(text)?;
    if (Instant::EARLIEST..Instant::LATEST).contains(&instant) {
        Ok(instant)
    } else {
        Err(format!("is not between the years 2000 and 2100: {}", shortened(text)))
    }
}

/// Collects the errors while fields are read, so that one response reports all of them.
#[derive(Default)]
struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    fn reject(&mut self, field: &str, reason: impl Into<String>) {
        self.errors.push(FieldError { field: field.into(), reason: reason.into() });
    }

    fn required<T>(
        &mut self,
        field: &str,
        value: &Option<Cow<'_, str>>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        if value.is_none() {
            self.reject(field, "is missing");
        }
        self.optional(field, value, parse)
    }

    fn optional<T>(
        &mut self,
        field: &str,
        value: &Option<Cow<'_, str>>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        parse(value.as_deref()?).map_err(|reason| self.reject(field, reason)).ok()
    }

    fn text(&mut self, field: &str, value: &Option<Cow<'_, str>>, longest: usize) -> Option<String> {
        self.optional(field, value, |text| {
            if text.chars().count() > longest {
                Err(format!("is longer than {longest} characters"))
            } else if text.chars().any(char::is_control) {
                Err("has control characters".into())
            } else {
                Ok(text.to_owned())
            }
        })
    }
}
