//! An order as an item: one type, written by the client and read from the table and from its stream.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use goody_application::ports::{Result, StoreError, last_day};
use goody_domain::{Day, History, Instant, Order, OrderId, Outcome, Recorded, ReportZone, Status, WireEvent};
use serde::{Deserialize, Serialize};

use crate::parts::{self, Stored};

/// An item as the client has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The partition of an index in which everything stands.
pub(crate) const ALL: &str = "all";

/// Where the orders of a list stand together: by how they ended, those that go on apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// They go on.
    Open,
    /// Arrived, and not after their promise.
    Arrived,
    /// Arrived after their promise.
    Late,
    /// Ended as one of the four issues.
    Issue,
    /// Called off.
    Cancelled,
}

impl Group {
    pub(crate) const EVERY: [Self; 5] = [Self::Open, Self::Arrived, Self::Late, Self::Issue, Self::Cancelled];

    /// Its name as the key of an index.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Arrived => "arrived",
            Self::Late => "late",
            Self::Issue => "issue",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether its orders may have that status.
    pub(crate) const fn may_be(self, status: Status) -> bool {
        match self {
            Self::Open => status.active().is_some(),
            Self::Arrived | Self::Late => matches!(status, Status::Arrived),
            Self::Issue => status.is_issue(),
            Self::Cancelled => matches!(status, Status::Cancelled),
        }
    }
}

/// An order in the table: its facts, and what the indexes have to know of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderItem<'a> {
    order_id: String,
    all: String,
    /// How many facts there are. A write is conditional on it.
    pub(crate) version: usize,
    /// Those that have the first of its facts, where there are too many for one item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<String>,
    #[serde(borrow)]
    facts: Vec<FactItem<'a>>,
    /// Where there are parts: the facts that decide how the order is listed, so that lists need not read the parts.
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    summary: Vec<FactItem<'a>>,
    /// In seconds: the order may be forgotten from then on.
    ttl: i64,
    #[serde(flatten)]
    placed: Option<PlacedItem>,
}

/// A fact: what was told, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FactItem<'a> {
    /// In microseconds.
    recorded_at: i64,
    #[serde(flatten, borrow)]
    event: WireEvent<'a>,
}

/// What only an order has that was placed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlacedItem {
    #[serde(flatten)]
    listed: Listed,
    updated_at: String,
    list: String,
    /// The vendor, where it ended as an issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    issue_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// An order as it stands in the indexes of the lists.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    /// See [`place`].
    pub(crate) created_at: String,
    pub(crate) vendor_id: String,
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gift_type: Option<String>,
    /// In microseconds, of an order that goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) promise: Option<i64>,
    /// It ended after its promise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) late: bool,
}

impl<'a> OrderItem<'a> {
    /// An order to be written, which is forgotten `keep_days` days after the last day on which something is known of it.
    /// `summary` is [`History::summary`].
    pub(crate) fn new(
        history: &'a History,
        summary: &'a [Recorded],
        zone: &ReportZone,
        keep_days: u16,
    ) -> Result<Self> {
        let order = history.order();
        let last = last_day(history.events(), order.as_ref(), zone);
        let full = parts::cut(history)?;
        let start = full.last().map_or(0, |(_, end)| *end);
        let summary = if full.is_empty() { &[] } else { summary };
        Ok(Self {
            order_id: history.order_id().to_string(),
            all: ALL.to_owned(),
            version: history.version(),
            parts: full.into_iter().map(|(name, _)| name).collect(),
            facts: history.events()[start..].iter().map(fact).collect(),
            summary: summary.iter().map(fact).collect(),
            ttl: ttl(last, keep_days, zone),
            placed: order.as_ref().map(PlacedItem::new),
        })
    }

    /// An order as it was stored.
    pub(crate) fn stored(self) -> Result<Stored> {
        let order_id = OrderId::parse(&self.order_id).map_err(|reason| damaged("an order", &reason))?;
        let last = facts(&order_id, self.facts)?;
        let summary = facts(&order_id, self.summary)?;
        Ok(Stored { order_id, parts: self.parts, last, summary })
    }

    /// An order from an image in the stream.
    pub(crate) fn from_image(image: serde_dynamo::Item) -> Result<Self> {
        serde_dynamo::from_item(image).map_err(|error| damaged("an order in the stream", &error))
    }
}

/// A fact as it is written.
pub(crate) fn fact(Recorded { event, recorded_at }: &Recorded) -> FactItem<'_> {
    FactItem { recorded_at: recorded_at.micros(), event: WireEvent { order_id: None, ..WireEvent::from(event) } }
}

/// The facts of an order as they were stored.
pub(crate) fn facts(order_id: &OrderId, facts: Vec<FactItem<'_>>) -> Result<Vec<Recorded>> {
    let read = facts.into_iter().map(|FactItem { recorded_at, event }| {
        let event = WireEvent { order_id: Some(order_id.as_str().into()), ..event }.event();
        let event = event.map_err(|rejection| damaged("a fact", &rejection))?;
        Ok(Recorded { event, recorded_at: Instant::from_micros(recorded_at) })
    });
    read.collect()
}

impl PlacedItem {
    fn new(order: &Order) -> Self {
        let (placement, completed_at) = (&order.placement, order.completed_at());
        let late = completed_at.zip(placement.estimated_delivery).is_some_and(|(end, promise)| end > promise);
        let list = match order.completion {
            None => Group::Open,
            Some((_, Outcome::Arrived)) if late => Group::Late,
            Some((_, Outcome::Arrived)) => Group::Arrived,
            Some((_, Outcome::Cancelled)) => Group::Cancelled,
            Some(_) => Group::Issue,
        };
        let issue = completed_at.filter(|_| order.status().is_issue());
        Self {
            listed: Listed {
                created_at: place(order.created_at, order.order_id.as_str()),
                vendor_id: placement.vendor_id.to_string(),
                status: order.status().as_str().to_owned(),
                gift_type: placement.gift_type.as_ref().map(ToString::to_string),
                promise: placement.estimated_delivery.map(Instant::micros).filter(|_| completed_at.is_none()),
                late,
            },
            updated_at: place(order.updated_at, order.order_id.as_str()),
            list: list.key().to_owned(),
            issue_of: issue.map(|_| placement.vendor_id.to_string()),
            ended_at: issue.map(|end| place(end, order.order_id.as_str())),
        }
    }
}

/// An order's place in an index: its microsecond in sixteen digits, then its id, so that text sorts as time and no two
/// orders stand at one place.
pub(crate) fn place(at: Instant, order_id: &str) -> String {
    format!("{}#{order_id}", moment(at))
}

/// The beginning of all places of an instant.
pub(crate) fn moment(at: Instant) -> String {
    format!("{:016}", at.micros().max(0))
}

/// In seconds: what is kept for `days` days after a day may be forgotten from then on.
pub(crate) fn ttl(day: Day, days: u16, zone: &ReportZone) -> i64 {
    zone.end(day.plus(i32::from(days))).micros() / 1_000_000
}

/// An item of ours as the client wants it.
pub(crate) fn write(item: &impl Serialize) -> Result<Item> {
    serde_dynamo::to_item(item).map_err(|error| damaged("what was to be written", &error))
}

/// An item of the client as one of ours.
pub(crate) fn read<'a, T: Deserialize<'a>>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| damaged("an item", &error))
}

pub(crate) fn damaged(what: &str, error: &(impl std::fmt::Display + ?Sized)) -> StoreError {
    StoreError::Damaged(format!("{what} cannot be read: {error}"))
}
