//! Pages of orders.

use goody_domain::{History, Instant, Order};

use crate::ports::{OrderCount, OrderFilter, OrderReader, Position, RecentFilter, Result, StatusCounts};

/// How far orders are counted where no bucket knows the total.
const COUNTED: i64 = 10_000;

/// A page of a list of orders.
#[derive(Clone, Debug)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where the next page begins, if there is one.
    pub next: Option<Position>,
    /// How many orders the whole list has.
    pub count: OrderCount,
}

/// One page of a list of orders, and the totals of the whole list.
pub async fn order_page(
    orders: &dyn OrderReader,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Result<OrderPage> {
    let (mut page, count) = orders.page(filter, after, limit + 1, now, COUNTED).await?;
    let has_more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| has_more);
    let next = last.map(|order| Position { at: order.created_at, order_id: order.order_id.clone() });
    Ok(OrderPage { orders: page, next, count })
}

/// A page of the recent feed.
#[derive(Clone, Debug)]
pub struct RecentPage {
    /// The orders, each with its history and as it is known.
    pub orders: Vec<(History, Order)>,
    /// Where the next page begins, if there is one.
    pub next: Option<Position>,
    /// Orders updated since the whole minute an hour ago, of the same statuses and vendor.
    pub last_hour: StatusCounts,
}

/// One page of the recent feed, and the activity of the last hour.
pub async fn recent_page(
    orders: &dyn OrderReader,
    filter: &RecentFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Result<RecentPage> {
    let histories = orders.recent(filter, after, limit + 1).await?;
    let mut page: Vec<(History, Order)> =
        histories.into_iter().filter_map(|history| history.order().map(|order| (history, order))).collect();
    let has_more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| has_more);
    let next = last.map(|(_, order)| Position { at: order.updated_at, order_id: order.order_id.clone() });
    let last_hour = RecentFilter { since: now.plus_seconds(-3600), ..filter.clone() };
    Ok(RecentPage { next, last_hour: orders.count_recent(&last_hour).await?, orders: page })
}
