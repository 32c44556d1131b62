//! Reads the orders of a list one by one, and checks each against the filter.

use goody_application::ports::OrderFilter;
use goody_domain::{Instant, Order, ReportZone};
use rusqlite::{Connection, params};

use crate::Fault;
use crate::codec::read_row;

/// Checks the orders of a list one by one and hands them on.
pub(crate) struct Visitor<'a> {
    filter: &'a OrderFilter,
    zone: &'a ReportZone,
    now: Instant,
    /// See [`OrderFilter::evaluated_at`].
    pub(crate) at: Instant,
    /// How many histories may still be read.
    pub(crate) effort: usize,
    hand_on: Box<dyn FnMut(Order) -> Result<bool, Fault> + 'a>,
}

impl<'a> Visitor<'a> {
    /// Hands the orders of a list on, until `hand_on` returns false.
    pub(crate) fn new(
        filter: &'a OrderFilter,
        now: Instant,
        zone: &'a ReportZone,
        hand_on: impl FnMut(Order) -> Result<bool, Fault> + 'a,
    ) -> Self {
        let at = filter.evaluated_at(now);
        Self { filter, zone, now, at, effort: usize::MAX, hand_on: Box::new(hand_on) }
    }

    /// Reads an order and hands it on if it is in the list. Returns false to end the visits. The columns of the row exclude most
    /// orders that were not in a list of a past instant, without their histories.
    pub(crate) fn visit(&mut self, connection: &Connection, id: i64) -> Result<bool, Fault> {
        let filter = self.filter;
        let open_at = filter.as_of.filter(|_| filter.is_open_only()).map(Instant::micros);
        let is_overdue = filter.delayed == Some(true) && open_at.is_some();
        let overdue_since = filter.overdue_since(self.at).or(is_overdue.then_some(self.at)).map(Instant::micros);
        let unshipped_at = open_at.filter(|_| filter.unshipped == Some(true));
        // A stalled order was handed over before its last event.
        let stalled_since =
            open_at.filter(|_| filter.stalled == Some(true)).map(|at| at - self.zone.stall_seconds() * 1_000_000);
        let mut statement = connection.prepare_cached(
            "SELECT order_id, history FROM orders WHERE id = ?1 AND (?2 IS NULL OR completed_at IS NULL OR completed_at >= ?2) \
             AND (?3 IS NULL OR promise_at < ?3) \
             AND (?4 IS NULL OR (ship_by_at < ?4 AND (handed_over_at IS NULL OR handed_over_at >= ?4))) \
             AND (?5 IS NULL OR handed_over_at IS NULL OR handed_over_at < ?5)",
        )?;
        let mut rows = statement.query(params![id, open_at, overdue_since, unshipped_at, stalled_since])?;
        let Some(row) = rows.next()? else { return Ok(true) };
        if self.effort == 0 {
            return Ok(false);
        }
        self.effort -= 1;
        match read_row(row)?.order().filter(|order| filter.takes(order, self.zone, self.now)) {
            Some(order) => (self.hand_on)(order),
            None => Ok(true),
        }
    }

    /// Hands on an order of the list.
    pub(crate) fn accept(&mut self, order: Order) -> Result<bool, Fault> {
        (self.hand_on)(order)
    }
}
