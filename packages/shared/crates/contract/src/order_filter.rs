//! The parameters of lists of orders and of their export.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{GiftTypeParam, IdParam, SortOrder, StatusView};

/// Which orders a list has, and how it is sorted.
///
/// All conditions hold together. Days are whole days in the report time zone, both ends included. Every condition is about one
/// instant: the start of the current minute, or that of `asOf`. A range of days ends there, as in a report.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct OrderFilterQuery {
    /// Only this vendor's orders.
    #[param(value_type = Option<IdParam>)]
    pub vendor_id: Option<String>,
    /// Only orders with this status; several are separated by commas.
    #[param(value_type = Option<Vec<StatusView>>, style = Form, explode = false)]
    pub status: Option<String>,
    /// Only orders that ended with this outcome; several are separated by commas. Not with `status`.
    #[param(value_type = Option<Vec<OutcomeView>>, style = Form, explode = false)]
    pub outcome: Option<String>,
    /// Only orders placed on this day or later.
    #[param(format = Date)]
    pub date_from: Option<String>,
    /// Only orders placed on this day or earlier.
    #[param(format = Date)]
    pub date_to: Option<String>,
    /// Only orders whose promise passed on this day or later and that were not cancelled before: those of `dueOrders`.
    #[param(format = Date)]
    pub due_from: Option<String>,
    /// Only orders whose promise passed on this day or earlier and that were not cancelled before.
    #[param(format = Date)]
    pub due_to: Option<String>,
    /// Only orders that were placed at this time or later.
    #[param(format = DateTime)]
    pub placed_since: Option<String>,
    /// Only orders whose promise passed at this time or later and that were not cancelled before.
    #[param(format = DateTime)]
    pub due_since: Option<String>,
    /// `true`: only orders that arrived by their promise. `false`: only orders whose promise passed and that did not. Without
    /// `dueFrom`, `dueTo` and `dueSince`: of all promises that have passed.
    #[param(value_type = Option<bool>)]
    pub on_time: Option<String>,
    /// Only orders that were completed on this day or later: those of `completedOrders`, or with `outcome` those with that outcome.
    #[param(format = Date)]
    pub completed_from: Option<String>,
    /// Only orders that were completed on this day or earlier.
    #[param(format = Date)]
    pub completed_to: Option<String>,
    /// Only orders whose deadline for the handover passed on this day or later and that were not cancelled before: those of
    /// `shipDueOrders`.
    #[param(format = Date)]
    pub ship_due_from: Option<String>,
    /// Only orders whose deadline for the handover passed on this day or earlier and that were not cancelled before.
    #[param(format = Date)]
    pub ship_due_to: Option<String>,
    /// `true`: only orders that were handed over by their deadline. `false`: only orders whose deadline passed and that were not.
    #[param(value_type = Option<bool>)]
    pub shipped_on_time: Option<String>,
    /// Only orders handed over on this day or later, apart from suspect ones.
    #[param(format = Date)]
    pub handed_over_from: Option<String>,
    /// Only orders handed over on this day or earlier, apart from suspect ones.
    #[param(format = Date)]
    pub handed_over_to: Option<String>,
    /// Only orders whose customer was refunded on this day or later: those of `refundedOrders`.
    #[param(format = Date)]
    pub refunded_from: Option<String>,
    /// Only orders whose customer was refunded on this day or earlier.
    #[param(format = Date)]
    pub refunded_to: Option<String>,
    /// Only orders that the customer returned on this day or later: those of `returnedOrders`.
    #[param(format = Date)]
    pub returned_from: Option<String>,
    /// Only orders that the customer returned on this day or earlier.
    #[param(format = Date)]
    pub returned_to: Option<String>,
    /// `true`: only delayed orders. `false`: only orders that are not delayed.
    #[param(value_type = Option<bool>)]
    pub delayed: Option<String>,
    /// Only orders with this type of gift.
    #[param(value_type = Option<GiftTypeParam>)]
    pub gift_type: Option<String>,
    /// Only orders whose latest carrier has exactly this name.
    pub carrier: Option<String>,
    /// `true`: only orders for which the customer paid for fast delivery. `false`: only the others.
    #[param(value_type = Option<bool>)]
    pub is_rush: Option<String>,
    /// Only orders with a destination in exactly this region.
    pub region: Option<String>,
    /// Only orders with a promise so many calendar days after the day of their placement.
    #[param(value_type = Option<i16>, minimum = -1000, maximum = 1000)]
    pub promise_days: Option<String>,
    /// Only open orders whose promise passed more than so many hours ago. The longest overdue come first, unless `sort` is given.
    #[param(value_type = Option<u16>, minimum = 0, maximum = 10000)]
    pub delayed_by_hours: Option<String>,
    /// `true`: only open orders that are `PLACED` with their deadline for the handover over: those of `unshippedOrders`. `false`:
    /// only the other open orders.
    #[param(value_type = Option<bool>)]
    pub unshipped: Option<String>,
    /// `true`: only open orders on their way without an event for the hours of a stall: those of `stalledOrders`. `false`: only the
    /// other open orders.
    #[param(value_type = Option<bool>)]
    pub stalled: Option<String>,
    /// Only open orders with a gift of this value or more, in minor units of its currency.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub value_from: Option<String>,
    /// Only open orders with a gift of this value or less, in minor units of its currency.
    #[param(value_type = Option<i64>, minimum = 0)]
    pub value_to: Option<String>,
    /// The orders as a report of this date shows them, or as of an instant (RFC 3339): by what is known now, only what occurred
    /// before the end of the date, or before the minute of the instant, counts; statuses are those of then. With a vendor, with a
    /// range of at most 31 days, with active statuses only, or with `delayed=true`.
    pub as_of: Option<String>,
    /// `placed`: by placement. `promise` and `value`: only open orders, by promise and by the value of the gift in minor units.
    /// Default: by placement; with `delayedByHours` by promise; with a range of days by completion, else promise, deadline, handover,
    /// return or refund, the first of them that has a range. Not with such a range.
    #[param(value_type = Option<OrderSortBy>)]
    pub sort: Option<String>,
    /// The sort order. Default: `asc`, the earliest first, by promise; else `desc`, the latest or greatest first.
    #[param(value_type = Option<SortOrder>)]
    pub order: Option<String>,
    /// Only orders whose id, reference or a tracking number begins with this text, ignoring case. On DynamoDB, a reference or a
    /// tracking number must be this text as a whole.
    #[param(min_length = 4, max_length = 128)]
    pub q: Option<String>,
}

/// `?limit,cursor`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct OrderPageQuery {
    /// The most orders on a page. Default: 50.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// The `nextCursor` of the previous page.
    pub cursor: Option<String>,
}

/// A status of an order that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the six outcomes say what they are")]
pub enum OutcomeView {
    Arrived,
    Lost,
    Damaged,
    Undeliverable,
    ReturnToSender,
    Cancelled,
}

/// By what a list of orders is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderSortBy {
    /// The promise.
    Promise,
    /// The value of the gift, in minor units.
    Value,
    /// The placement.
    Placed,
}
