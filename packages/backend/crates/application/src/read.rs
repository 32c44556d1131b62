//! Read: computes responses from the counters and the order store. Reads change nothing.

mod fleet_cache;
mod health;
mod order_totals;
mod orders;
mod reports;
mod versions;

pub use fleet_cache::{FleetCache, FleetReports, FleetRow};
pub use health::{Check, Gaps, Health, HealthReader, RecordedHealth, Verdict};
pub use order_totals::OrderTotal;
pub use orders::{OrderPage, RecentPage, order_page, recent_page};
pub use reports::{FleetDay, VendorDay, fleet_history, report_on, reports_of_vendor, vendor_history, vendor_report};

use goody_domain::Day;

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

/// Refuses a date whose report needs expired buckets.
fn check_not_expired(kept_from: Option<Day>, date: Day) -> Result<(), ReadError> {
    match kept_from.map(|kept| kept.plus(DAYS_BEFORE)) {
        Some(first) if date < first => Err(ReadError::DateExpired { first }),
        _ => Ok(()),
    }
}
