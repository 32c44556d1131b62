//! The item of an order. The client writes this one type, and the same type is read from the table and from its stream.

use goody_application::ports::{OpenOrder, Result, last_day};
use goody_domain::{Day, History, HistoryFact, Instant, Order, OrderId, ReportZone, Status};
use serde::{Deserialize, Serialize};

use crate::items::{FactItem, damaged, fact, facts};
use crate::parts::{self, StoredOrder};

/// The partition of an index that holds all orders, or all vendors.
pub(crate) const ALL: &str = "all";

/// A partition of the index of all orders: by outcome, and one for the open orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Orders without an outcome.
    Open,
    /// Arrived on time, or without a promise.
    Arrived,
    /// Arrived after the promise.
    Late,
    /// Ended as one of the four issues.
    Issue,
    /// Cancelled.
    Cancelled,
}

impl Group {
    pub(crate) const ALL: [Self; 5] = [Self::Open, Self::Arrived, Self::Late, Self::Issue, Self::Cancelled];

    /// Its partition key in the index.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Arrived => "arrived",
            Self::Late => "late",
            Self::Issue => "issue",
            Self::Cancelled => "cancelled",
        }
    }

    /// The group of an order with this status; `is_late` if it ended after its promise.
    pub(crate) const fn of(status: Status, is_late: bool) -> Self {
        match status {
            Status::Arrived if is_late => Self::Late,
            Status::Arrived => Self::Arrived,
            Status::Cancelled => Self::Cancelled,
            status if status.is_issue() => Self::Issue,
            _ => Self::Open,
        }
    }

    /// Whether its orders may have this status.
    pub(crate) const fn may_have(self, status: Status) -> bool {
        match self {
            Self::Open => status.active().is_some(),
            Self::Arrived | Self::Late => matches!(status, Status::Arrived),
            Self::Issue => status.is_issue(),
            Self::Cancelled => matches!(status, Status::Cancelled),
        }
    }
}

/// An order in the table: its facts, and the attributes for the indexes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderItem<'a> {
    order_id: String,
    all: String,
    /// The number of facts. A write is conditional on it.
    pub(crate) version: usize,
    /// The names of the parts, which hold the first facts. Empty if all facts fit into this item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<String>,
    #[serde(borrow)]
    facts: Vec<FactItem<'a>>,
    /// With parts only: the facts that decide how lists show the order, so that lists do not read the parts.
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    summary: Vec<FactItem<'a>>,
    /// When the order expires, in seconds since 1970.
    ttl: i64,
    #[serde(flatten)]
    placed_attributes: Option<PlacedAttributes>,
}

/// The attributes of an order with a placement.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlacedAttributes {
    #[serde(flatten)]
    list_attributes: ListAttributes,
    updated_at: String,
    list: String,
    /// The vendor of an order that ended as an issue.
    #[serde(skip_serializing_if = "Option::is_none")]
    issue_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// The attributes of an order that the indexes of the lists hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListAttributes {
    /// See [`sort_key`].
    pub(crate) created_at: String,
    pub(crate) vendor_id: String,
    pub(crate) status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gift_type: Option<String>,
    /// The promise of an open order, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) promise: Option<i64>,
    /// It ended after its promise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) late: bool,
    /// Of an open order. An earlier version of the program did not write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open: Option<OpenAttributes>,
}

/// What lists of open orders select and sort by, with the other attributes of the indexes. Instants are in microseconds since 1970.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unshipped_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stalled_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gift_value: Option<i64>,
}

impl<'a> OrderItem<'a> {
    /// The item of a history. The order expires `retention_days` days after its last day (see [`last_day`]). `summary` is
    /// [`History::summary`].
    pub(crate) fn new(
        history: &'a History,
        summary: &'a [HistoryFact],
        zone: &ReportZone,
        retention_days: u16,
    ) -> Result<Self> {
        let order = history.order();
        let last = last_day(history.facts(), order.as_ref(), zone);
        let parts = parts::split_into_parts(history)?;
        let start = parts.last().map_or(0, |(_, end)| *end);
        let summary = if parts.is_empty() { &[] } else { summary };
        Ok(Self {
            order_id: history.order_id().to_string(),
            all: ALL.to_owned(),
            version: history.version(),
            parts: parts.into_iter().map(|(name, _)| name).collect(),
            facts: history.facts()[start..].iter().map(fact).collect(),
            summary: summary.iter().map(fact).collect(),
            ttl: ttl(last, retention_days, zone),
            placed_attributes: order.as_ref().map(|order| PlacedAttributes::new(order, zone)),
        })
    }

    /// Parses the facts of the item.
    ///
    /// # Errors
    /// The item is not a valid order.
    pub(crate) fn parse(self) -> Result<StoredOrder> {
        let order_id = OrderId::parse(&self.order_id).map_err(|reason| damaged("an order", &reason))?;
        let last = facts(&order_id, self.facts)?;
        let summary = facts(&order_id, self.summary)?;
        Ok(StoredOrder { order_id, parts: self.parts, last, summary })
    }

    /// Reads the item from an image in the stream.
    pub(crate) fn from_image(image: serde_dynamo::Item) -> Result<Self> {
        serde_dynamo::from_item(image).map_err(|error| damaged("an order in the stream", &error))
    }
}

impl PlacedAttributes {
    fn new(order: &Order, zone: &ReportZone) -> Self {
        let open = OpenOrder::new(order, zone).map(|open| OpenAttributes {
            unshipped_at: open.unshipped_at.map(Instant::micros),
            stalled_at: open.stalled_at.map(Instant::micros),
            gift_value: open.gift_value,
        });
        let (placement, completed_at) = (&order.placement, order.completed_at());
        let late = completed_at.is_some_and(|end| order.is_delayed(end));
        let list = Group::of(order.status(), late);
        let issue = completed_at.filter(|_| order.status().is_issue());
        Self {
            list_attributes: ListAttributes {
                created_at: sort_key(order.created_at, order.order_id.as_str()),
                vendor_id: placement.vendor_id.to_string(),
                status: order.status().as_str().to_owned(),
                gift_type: placement.gift_type.as_ref().map(ToString::to_string),
                promise: placement.estimated_delivery.map(Instant::micros).filter(|_| completed_at.is_none()),
                late,
                open,
            },
            updated_at: sort_key(order.updated_at, order.order_id.as_str()),
            list: list.key().to_owned(),
            issue_of: issue.map(|_| placement.vendor_id.to_string()),
            ended_at: issue.map(|end| sort_key(end, order.order_id.as_str())),
        }
    }
}

/// The sort key of an order in an index: an instant as sixteen digits of microseconds, then the order's id. The text sorts by
/// time, and each order has a different key.
pub(crate) fn sort_key(at: Instant, order_id: &str) -> String {
    format!("{}#{order_id}", sort_key_start(at))
}

/// The start of every sort key of an instant.
pub(crate) fn sort_key_start(at: Instant) -> String {
    format!("{:016}", at.micros().max(0))
}

/// When an item expires that is stored for `days` days after a day, in seconds since 1970.
pub(crate) fn ttl(day: Day, days: u16, zone: &ReportZone) -> i64 {
    zone.end(day.plus(i32::from(days))).micros() / 1_000_000
}
