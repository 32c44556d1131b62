//! Facts about parcels whose senders do not know the order.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::search::term_form;
use crate::{History, Instant, OrderEvent, OrderId, ParcelId, Rejection, ReportZone, TermKind, WireEvent};

/// A fact about a parcel whose order the sender does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelEvent {
    /// By what the order is found.
    pub key: ParcelKey,
    /// The event, without `orderId`.
    event: WireEvent<'static>,
}

/// What an event of the order says of the parcel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ParcelKey {
    /// Its `trackingNumber`. Compare by [`Self::term`].
    TrackingNumber(String),
    /// Its `parcelId`. Several orders may have it: those of the vendors whose items are in one parcel. The event is about each.
    ParcelId(String),
}

impl ParcelKey {
    /// The term of the orders that have the parcel.
    pub fn term(&self) -> (TermKind, String) {
        match self {
            Self::TrackingNumber(number) => (TermKind::TrackingNumber, term_form(number)),
            Self::ParcelId(id) => (TermKind::ParcelId, id.clone()),
        }
    }

    /// The parcels that an event of an order names.
    pub fn named_by(event: &OrderEvent) -> impl Iterator<Item = Self> {
        let number = event.tracking_number.clone().map(Self::TrackingNumber);
        let id = event.parcel_id.as_ref().map(|id| Self::ParcelId(id.as_str().to_owned()));
        number.into_iter().chain(id)
    }
}

impl fmt::Display for ParcelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrackingNumber(number) => write!(f, "tracking number {number}"),
            Self::ParcelId(id) => write!(f, "parcel {id}"),
        }
    }
}

impl ParcelEvent {
    /// An event about a parcel.
    pub fn new(key: ParcelKey, event: WireEvent<'static>) -> Self {
        Self { key, event }
    }

    /// Reads what `Serialize` wrote as JSON.
    ///
    /// # Errors
    /// It is something else.
    pub fn read(json: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Stored<'a> {
            key: ParcelKey,
            #[serde(borrow)]
            event: WireEvent<'a>,
        }
        let Stored { key, event } = serde_json::from_str(json)?;
        Ok(Self { key, event: event.into_owned() })
    }

    /// The event, without `orderId`.
    pub fn event(&self) -> &WireEvent<'static> {
        &self.event
    }

    /// Checks the fields of the event, whatever its order and the time.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check_fields(&self) -> Result<(), Rejection> {
        self.of_any_order().event().map(drop)
    }

    /// Checks the event, received at `now`, whatever its order.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(&self, now: Instant) -> Result<(), Rejection> {
        OrderEvent::check(&self.of_any_order(), now).map(drop)
    }

    fn of_any_order(&self) -> WireEvent<'static> {
        let parcel_id = match &self.key {
            ParcelKey::ParcelId(id) => Some(id.clone().into()),
            ParcelKey::TrackingNumber(_) => None,
        };
        WireEvent { order_id: Some("any".into()), parcel_id, ..self.event.clone() }
    }

    /// The event of an order that has the parcel, received at `now`. `history` is the order's: an event of it says which of its parcels
    /// has this number. Without such an event, the result is about all of them.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn of_order(&self, history: &History, now: Instant, zone: &ReportZone) -> Result<OrderEvent, Rejection> {
        OrderEvent::check_with_warnings(&self.for_order(history), now, zone).map(|(event, _)| event)
    }

    /// Like [`Self::of_order`], unchecked.
    pub fn for_order(&self, history: &History) -> WireEvent<'static> {
        let term = self.key.term();
        let is_of_number = |number: &str| (TermKind::TrackingNumber, term_form(number)) == term;
        let named = history.events().find_map(|recorded| {
            let number = recorded.event.tracking_number.as_deref().filter(|number| is_of_number(number));
            number.and(recorded.event.parcel_id.as_ref())
        });
        self.for_parcel(history.order_id(), named)
    }

    /// The event of this order, about this parcel or about all of its parcels.
    pub fn for_parcel(&self, order_id: &OrderId, parcel_id: Option<&ParcelId>) -> WireEvent<'static> {
        let parcel_id = match &self.key {
            ParcelKey::ParcelId(id) => Some(id.clone()),
            ParcelKey::TrackingNumber(_) => parcel_id.map(|id| id.as_str().to_owned()),
        };
        let mut event = self.event.clone();
        event.order_id = Some(order_id.as_str().to_owned().into());
        event.parcel_id = parcel_id.map(Into::into);
        event
    }
}
