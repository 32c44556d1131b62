//! Order events: each states one fact about one order, as sent to the API.
//!
//! Only malformed events are rejected, never late or surprising ones.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::instant::shortened;
use crate::json_errors;
use crate::rejection::{FieldError, Rejection};
use crate::{Currency, Day, EventId, GiftType, Instant, OrderId, ParcelId, ReportZone, Status, VendorId};

/// How far a sender's clock may be ahead of the server's, in seconds.
const CLOCK_SKEW_SECONDS: i64 = 300;
/// The longest time from the placement to a promise, in seconds: two years. Later promises are typing errors (2062 for
/// 2026), and each would add a bucket that the vendor's reports read until its day comes.
const LONGEST_PROMISE_SECONDS: i64 = 2 * 366 * 86_400;
/// The longest `reason`, in characters.
const REASON_LENGTH: usize = 500;
/// The longest `carrier`, `trackingNumber`, `reference` or `vendorName`, in characters.
const NAME_LENGTH: usize = 128;
/// The longest `region` or `postalPrefix` of a destination, in characters.
const PLACE_LENGTH: usize = 64;
/// The most `attributes`, the longest name of one and the longest text of one, in characters.
const MOST_ATTRIBUTES: usize = 20;
const ATTRIBUTE_NAME_LENGTH: usize = 64;
const ATTRIBUTE_LENGTH: usize = 500;

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
    /// The parcel it is about; `None` for all parcels of the order, and in a placement.
    pub parcel_id: Option<ParcelId>,
    /// Who carries the parcel.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Why, in a few words.
    pub reason: Option<String>,
    /// It was sent long after it occurred, from a file.
    pub is_backfilled: bool,
    /// Other texts of the sender, by name: stored, shown and exported, and part of no number.
    pub attributes: BTreeMap<String, String>,
}

impl OrderEvent {
    /// The bytes of all its texts except the order's id.
    pub(crate) fn text_bytes(&self) -> usize {
        let (vendor, gift_type) = match &self.fact {
            Fact::Placed(placement) => (Some(&placement.vendor_id), placement.gift_type.as_ref()),
            Fact::Became(_, vendor) => (vendor.as_ref(), None),
        };
        let placement_texts = match &self.fact {
            Fact::Placed(placement) => {
                let Placement { reference, vendor_name, destination, .. } = placement.as_ref();
                let (region, postal) = destination.as_ref().map(|to| (&to.region, &to.postal_prefix)).unzip();
                [
                    reference.as_ref(),
                    vendor_name.as_ref(),
                    region.and_then(Option::as_ref),
                    postal.and_then(Option::as_ref),
                ]
            }
            Fact::Became(..) => [None; 4],
        };
        let notes = [&self.carrier, &self.tracking_number, &self.reason].into_iter().flatten();
        let attributes = self.attributes.iter().flat_map(|(name, text)| [name, text]);
        self.event_id.as_str().len()
            + self.parcel_id.as_ref().map_or(0, |id| id.as_str().len())
            + vendor.map_or(0, |id| id.as_str().len())
            + gift_type.map_or(0, |kind| kind.as_str().len())
            + placement_texts.into_iter().flatten().map(String::len).sum::<usize>()
            + notes.chain(attributes).map(String::len).sum::<usize>()
    }
}

/// What happened to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// It was placed. In a box, as most events are others and need no room for it.
    Placed(Box<Placement>),
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
    /// The currency of `gift_value`; US dollars where none is given.
    pub currency: Option<Currency>,
    /// The type of the gift.
    pub gift_type: Option<GiftType>,
    /// Whether the customer paid for fast delivery; no where it is not given.
    pub is_rush: Option<bool>,
    /// The number of the order as the shop writes it.
    pub reference: Option<String>,
    /// The name of the vendor, for a vendor that is not registered.
    pub vendor_name: Option<String>,
    /// Where the order is sent.
    pub destination: Option<Destination>,
}

/// Where an order is sent, no finer than a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The ISO 3166-1 code of the country: two capital letters.
    pub country: String,
    /// The state or region.
    pub region: Option<String>,
    /// The first characters of the postal code.
    pub postal_prefix: Option<String>,
}

impl Placement {
    /// A placement with this vendor and no other field.
    pub fn of(vendor_id: VendorId) -> Self {
        Self {
            vendor_id,
            estimated_delivery: None,
            ship_by: None,
            gift_value: None,
            currency: None,
            gift_type: None,
            is_rush: None,
            reference: None,
            vendor_name: None,
            destination: None,
        }
    }

    /// The currency of the gift's value.
    pub fn currency(&self) -> Currency {
        self.currency.unwrap_or_default()
    }

    /// Whether the customer paid for fast delivery.
    pub fn is_rush(&self) -> bool {
        self.is_rush.unwrap_or(false)
    }

    /// Takes each field that is missing from a later placement. The vendor stays.
    pub(crate) fn fill_from(&mut self, later: &Self) {
        fn fill<T: Clone>(field: &mut Option<T>, later: &Option<T>) {
            if field.is_none() {
                field.clone_from(later);
            }
        }
        fill(&mut self.estimated_delivery, &later.estimated_delivery);
        fill(&mut self.ship_by, &later.ship_by);
        fill(&mut self.gift_value, &later.gift_value);
        fill(&mut self.currency, &later.currency);
        fill(&mut self.gift_type, &later.gift_type);
        fill(&mut self.is_rush, &later.is_rush);
        fill(&mut self.reference, &later.reference);
        fill(&mut self.vendor_name, &later.vendor_name);
        fill(&mut self.destination, &later.destination);
    }
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

    /// The name of the vendor that this event gives, if any.
    pub fn vendor_name(&self) -> Option<&str> {
        match &self.fact {
            Fact::Placed(placement) => placement.vendor_name.as_deref(),
            Fact::Became(..) => None,
        }
    }

    /// Reads one event from its JSON, received at `now`. A promise that is a date ends with the day of UTC.
    pub fn parse(json: &[u8], now: Instant) -> Result<Self, Rejection> {
        Self::parse_with_warnings(json, now, &ReportZone::utc()).map(|(event, _)| event)
    }

    /// Like [`OrderEvent::parse`], with promises that end with the day of `zone`, and with a warning for each field that was left out.
    pub fn parse_with_warnings(
        json: &[u8],
        now: Instant,
        zone: &ReportZone,
    ) -> Result<(Self, Vec<FieldError>), Rejection> {
        Self::check_with_warnings(&WireEvent::read(json)?, now, zone)
    }

    /// The event, received at `now`, or every field that is wrong. A promise that is a date ends with the day of UTC.
    pub fn check(wire: &WireEvent<'_>, now: Instant) -> Result<Self, Rejection> {
        Self::check_with_warnings(wire, now, &ReportZone::utc()).map(|(event, _)| event)
    }

    /// Like [`OrderEvent::check`], with promises that end with the day of `zone`, and with a warning for each field that was left out.
    pub fn check_with_warnings(
        wire: &WireEvent<'_>,
        now: Instant,
        zone: &ReportZone,
    ) -> Result<(Self, Vec<FieldError>), Rejection> {
        let mut event = wire.event_in(zone)?;
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
    /// Earlier versions also stored the currency and the urgency that a placement did not give.
    pub(crate) fn is_same_fact(&self, received: &Self) -> bool {
        self == received || {
            let normal = |event: &Self| {
                let mut event = event.clone();
                event.remove_far_promises();
                if let Fact::Placed(placement) = &mut event.fact {
                    placement.currency = Some(placement.currency());
                    placement.is_rush = Some(placement.is_rush());
                }
                event
            };
            normal(self) == normal(received)
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
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
    /// See [`OrderEvent::parcel_id`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub parcel_id: Option<Cow<'a, str>>,
    /// See [`Placement::reference`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Cow<'a, str>>,
    /// See [`Placement::vendor_name`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub vendor_name: Option<Cow<'a, str>>,
    /// See [`Placement::destination`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub destination: Option<WireDestination<'a>>,
    /// See [`OrderEvent::attributes`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
}

/// The JSON form of a [`Destination`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct WireDestination<'a> {
    /// ISO 3166-1.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub country: Option<Cow<'a, str>>,
    /// See [`Destination::region`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub region: Option<Cow<'a, str>>,
    /// See [`Destination::postal_prefix`].
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub postal_prefix: Option<Cow<'a, str>>,
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

    /// Reads an event as it was stored, also by a later version: fields that this version does not know are left out.
    pub fn read_stored(json: &'a [u8]) -> Result<Self, Rejection> {
        // A flattened struct takes the fields that it knows, and leaves the others.
        #[derive(Deserialize)]
        struct Lenient<'a> {
            #[serde(borrow)]
            destination: Option<LenientDestination<'a>>,
            #[serde(flatten, borrow)]
            event: WireEvent<'a>,
        }
        #[derive(Deserialize)]
        struct LenientDestination<'a> {
            #[serde(flatten, borrow)]
            known: WireDestination<'a>,
        }
        let lenient = || {
            let Lenient { destination, event } = serde_json::from_slice::<Lenient<'a>>(json).ok()?;
            Some(Self { destination: destination.map(|destination| destination.known), ..event })
        };
        Self::read(json).or_else(|rejection| lenient().ok_or(rejection))
    }

    /// The event this describes, or every field that is wrong. A promise that is a date ends with the day of UTC.
    pub fn event(&self) -> Result<OrderEvent, Rejection> {
        self.event_in(&ReportZone::utc())
    }

    /// Like [`WireEvent::event`], with promises that end with the day of `zone`.
    pub fn event_in(&self, zone: &ReportZone) -> Result<OrderEvent, Rejection> {
        let mut fields = Fields::default();
        let event_id = fields.required("eventId", &self.event_id, EventId::parse);
        let order_id = fields.required("orderId", &self.order_id, OrderId::parse);
        let occurred_at = fields.required("occurredAt", &self.occurred_at, Instant::parse);
        let status = fields.required("status", &self.status, |word| {
            Status::parse(word).ok_or_else(|| format!("is not one of the nine statuses: {}", shortened(word)))
        });
        let fact = match status {
            Some(Status::Placed) => self.placement(&mut fields, zone).map(Box::new).map(Fact::Placed),
            Some(status) => {
                self.reject_placement_fields(&mut fields);
                Some(Fact::Became(status, fields.optional("vendorId", &self.vendor_id, VendorId::parse)))
            }
            None => None,
        };
        let parcel_id = fields.optional("parcelId", &self.parcel_id, ParcelId::parse);
        if status == Some(Status::Placed) && self.parcel_id.is_some() {
            fields.reject("parcelId", "is on a PLACED event, which is about the whole order");
        }
        let attributes = self.attributes(&mut fields);
        let carrier = fields.text("carrier", &self.carrier, NAME_LENGTH);
        let tracking_number = fields.text("trackingNumber", &self.tracking_number, NAME_LENGTH);
        let reason = fields.text("reason", &self.reason, REASON_LENGTH);
        match (event_id, order_id, occurred_at, fact, fields.errors.is_empty()) {
            (Some(event_id), Some(order_id), Some(occurred_at), Some(fact), true) => Ok(OrderEvent {
                event_id,
                order_id,
                occurred_at,
                fact,
                parcel_id,
                carrier,
                tracking_number,
                reason,
                is_backfilled: self.is_backfilled.unwrap_or(false),
                attributes,
            }),
            _ => Err(Rejection { errors: fields.errors }),
        }
    }

    /// A misspelled status would otherwise lose a promise.
    fn reject_placement_fields(&self, fields: &mut Fields) {
        for (field, is_given) in [
            ("estimatedDelivery", self.estimated_delivery.is_some()),
            ("shipBy", self.ship_by.is_some()),
            ("giftValue", self.gift_value.is_some()),
            ("currency", self.currency.is_some()),
            ("giftType", self.gift_type.is_some()),
            ("isRush", self.is_rush.is_some()),
            ("reference", self.reference.is_some()),
            ("vendorName", self.vendor_name.is_some()),
            ("destination", self.destination.is_some()),
        ] {
            if is_given {
                fields.reject(field, "is a field of PLACED events only");
            }
        }
    }

    fn attributes(&self, fields: &mut Fields) -> BTreeMap<String, String> {
        let given = self.attributes.iter().flatten();
        if given.clone().count() > MOST_ATTRIBUTES {
            fields.reject("attributes", format!("has more than {MOST_ATTRIBUTES} texts"));
        }
        let mut attributes = BTreeMap::new();
        for (name, text) in given {
            let checked = check_text(name, ATTRIBUTE_NAME_LENGTH).and_then(|name| {
                if name.is_empty() {
                    Err("has an empty name".into())
                } else {
                    Ok((name, check_text(text, ATTRIBUTE_LENGTH)?))
                }
            });
            match checked {
                Ok((name, text)) => drop(attributes.insert(name, text)),
                Err(reason) => fields.reject(&format!("attributes.{}", shortened(name)), reason),
            }
        }
        attributes
    }

    fn destination(&self, fields: &mut Fields) -> Option<Destination> {
        let given = self.destination.as_ref()?;
        let country = fields.required("destination.country", &given.country, |text| {
            let is_code = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
            if is_code { Ok(text.to_owned()) } else { Err("must be an ISO 3166-1 code: two capital letters".into()) }
        });
        Some(Destination {
            region: fields.text("destination.region", &given.region, PLACE_LENGTH),
            postal_prefix: fields.text("destination.postalPrefix", &given.postal_prefix, PLACE_LENGTH),
            country: country?,
        })
    }

    fn placement(&self, fields: &mut Fields, zone: &ReportZone) -> Option<Placement> {
        let vendor_id = fields.required("vendorId", &self.vendor_id, VendorId::parse);
        if self.gift_value.is_some_and(|value| value < 0) {
            fields.reject("giftValue", "is negative");
        }
        Some(Placement {
            estimated_delivery: fields
                .optional("estimatedDelivery", &self.estimated_delivery, |text| promise(text, zone)),
            ship_by: fields.optional("shipBy", &self.ship_by, |text| promise(text, zone)),
            gift_value: self.gift_value,
            currency: fields.optional("currency", &self.currency, Currency::parse),
            gift_type: fields.optional("giftType", &self.gift_type, GiftType::parse),
            is_rush: self.is_rush,
            reference: fields.text("reference", &self.reference, NAME_LENGTH),
            vendor_name: fields.text("vendorName", &self.vendor_name, NAME_LENGTH),
            destination: self.destination(fields),
            vendor_id: vendor_id?,
        })
    }
}

impl WireEvent<'_> {
    /// The event with texts of its own.
    pub fn into_owned(self) -> WireEvent<'static> {
        let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        WireEvent {
            event_id: own(self.event_id),
            order_id: own(self.order_id),
            vendor_id: own(self.vendor_id),
            status: own(self.status),
            occurred_at: own(self.occurred_at),
            estimated_delivery: own(self.estimated_delivery),
            ship_by: own(self.ship_by),
            gift_value: self.gift_value,
            currency: own(self.currency),
            gift_type: own(self.gift_type),
            is_rush: self.is_rush,
            carrier: own(self.carrier),
            tracking_number: own(self.tracking_number),
            reason: own(self.reason),
            is_backfilled: self.is_backfilled,
            parcel_id: own(self.parcel_id),
            reference: own(self.reference),
            vendor_name: own(self.vendor_name),
            destination: self.destination.map(|to| WireDestination {
                country: own(to.country),
                region: own(to.region),
                postal_prefix: own(to.postal_prefix),
            }),
            attributes: self.attributes.map(|attributes| {
                let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
                attributes.into_iter().map(|(name, text)| (own(name), own(text))).collect()
            }),
        }
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
            parcel_id: event.parcel_id.as_ref().map(|id| id.as_str().into()),
            attributes: (!event.attributes.is_empty()).then(|| {
                event.attributes.iter().map(|(name, text)| (name.as_str().into(), text.as_str().into())).collect()
            }),
            ..Self::default()
        };
        if let Fact::Placed(placement) = &event.fact {
            wire.estimated_delivery = placement.estimated_delivery.and_then(text);
            wire.ship_by = placement.ship_by.and_then(text);
            wire.gift_value = placement.gift_value;
            wire.currency = placement.currency.as_ref().map(|currency| currency.as_str().into());
            wire.gift_type = placement.gift_type.as_ref().map(|gift| gift.as_str().into());
            wire.is_rush = placement.is_rush;
            wire.reference = placement.reference.as_deref().map(Cow::Borrowed);
            wire.vendor_name = placement.vendor_name.as_deref().map(Cow::Borrowed);
            wire.destination = placement.destination.as_ref().map(|to| WireDestination {
                country: Some(to.country.as_str().into()),
                region: to.region.as_deref().map(Cow::Borrowed),
                postal_prefix: to.postal_prefix.as_deref().map(Cow::Borrowed),
            });
        }
        wire
    }
}

/// Reads a promise, which must lie between the years 2000 and 2100: an instant, or a date, which means the last second of that day
/// in `zone`.
fn promise(text: &str, zone: &ReportZone) -> Result<Instant, String> {
    let instant = match Day::parse(text) {
        Ok(day) if (Instant::EARLIEST..Instant::LATEST).contains(&zone.start(day)) => zone.end(day).plus_seconds(-1),
        _ => Instant::parse(text)?,
    };
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
        self.optional(field, value, |text| check_text(text, longest))
    }
}

fn check_text(text: &str, longest: usize) -> Result<String, String> {
    if text.chars().count() > longest {
        Err(format!("is longer than {longest} characters"))
    } else if text.chars().any(char::is_control) {
        Err("has control characters".into())
    } else {
        Ok(text.to_owned())
    }
}
