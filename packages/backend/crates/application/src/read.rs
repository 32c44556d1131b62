//! Read: computes responses from the counters and the order store. Reads change nothing.

mod fleet_cache;
mod health;
mod order_totals;
mod orders;
mod reports;
mod versions;

pub use fleet_cache::{FleetCache, FleetReports, FleetRow};
pub use health::{Check, Gaps, Health, HealthReader, RecordedHealth, Verdict};
pub use order_totals::{OrderTotal, complete_from, counted_total};
pub use orders::{OrderPage, RecentPage, order_page, recent_page};
pub use reports::{
    FleetDay, VendorDay, fleet_history, report_on, reports_of_vendor, scores, vendor_history, vendor_report, window_of,
};

use goody_domain::{AsOf, Day, ReportZone, Window};

use crate::ports::StoreError;

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Buckets that the date needs have expired.
    #[error("reports go back to {first}")]
    DateExpired {
        /// The first date that has a report.
        first: Day,
    },
}

/// How many days before its date a report needs.
const DAYS_BEFORE: i32 = 13;

/// Refuses a date whose window before begins with expired buckets.
fn check_window(kept_from: Option<Day>, date: Day, window: Window) -> Result<(), ReadError> {
    check_not_expired(kept_from, date)?;
    let begins_after = |date: Day| kept_from.is_none_or(|kept| window.previous(date).0 >= kept);
    if begins_after(date) {
        return Ok(());
    }
    // The window and the one before have at most two quarters.
    let first = (1..200).map(|days| kept_from.unwrap_or(date).plus(days)).find(|date| begins_after(*date));
    Err(ReadError::DateExpired { first: first.unwrap_or(date) })
}

/// The days whose minutes the figures of a window need.
fn minutes_of(window: Window, as_of: AsOf, zone: &ReportZone) -> Vec<Day> {
    let previous = window.previous_cut(as_of, zone).map(|(day, _)| day);
    as_of.cut().map(|_| as_of.date()).into_iter().chain(previous).collect()
}

/// Refuses a date whose report needs expired buckets.
fn check_not_expired(kept_from: Option<Day>, date: Day) -> Result<(), ReadError> {
    match kept_from.map(|kept| kept.plus(DAYS_BEFORE)) {
        Some(first) if date < first => Err(ReadError::DateExpired { first }),
        _ => Ok(()),
    }
}
