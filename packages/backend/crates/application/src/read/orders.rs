//! Pages of orders.

use goody_domain::{History, Instant, Order};

use super::order_totals::{OrderTotal, counted_total};
use crate::ports::{OrderFilter, OrderReader, Position, RecentFilter, ReportReader, Result, StatusCounts};

/// Where counting stops if the buckets do not have the total.
const COUNT_LIMIT: i64 = 10_000;

/// A page of a list of orders.
#[derive(Clone, Debug)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where the next page begins, if there is one.
    pub next: Option<Position>,
    /// The number of orders in the whole list.
    pub total: OrderTotal,
}

/// Reads a page of a list of orders, and the total of the whole list: from the buckets if they count its orders.
pub async fn order_page(
    orders: &dyn OrderReader,
    reports: &dyn ReportReader,
    filter: &OrderFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Result<OrderPage> {
    let (mut page, total) = match counted_total(orders, reports, filter, now).await? {
        Some(total) => (orders.list_of_total(filter, after, limit + 1, now, total.total).await?, total),
        None => {
            let (page, count) = orders.page(filter, after, limit + 1, now, COUNT_LIMIT).await?;
            (page, count.into())
        }
    };
    let has_more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| has_more);
    let next = last.map(|order| filter.position(order));
    Ok(OrderPage { orders: page, next, total })
}

/// A page of the recent feed.
#[derive(Clone, Debug)]
pub struct RecentPage {
    /// The orders, each with its history.
    pub orders: Vec<(History, Order)>,
    /// Where the next page begins, if there is one.
    pub next: Option<Position>,
    /// How many orders of the same statuses and vendor were updated since the start of the minute one hour ago.
    pub last_hour: StatusCounts,
}

/// Reads a page of the recent feed, and the activity of the last hour.
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
    let next = last.map(|(_, order)| Position::at(order.updated_at, order.order_id.clone()));
    let last_hour = RecentFilter { since: now.plus_seconds(-3600), ..filter.clone() };
    Ok(RecentPage { next, last_hour: orders.count_recent(&last_hour).await?, orders: page })
}
