//! Roll: time passing → reports. An order becomes late, and a window moves on, without any event.

use goody_domain::{AsOf, Instant, Ledger, ReportZone, VendorId, next_change, reliability_history, report};

use crate::ports::{Book, CurrentReport, ReportReader, ReportWriter, Result};

/// How many reports are made together.
const BATCH: usize = 200;
/// How many dates a row of the vendor table shows.
const HISTORY_DAYS: i32 = 30;

/// The timer's tick: brings the reports up to the clock, and notes that it did.
pub async fn tick<S: ReportReader + ReportWriter + ?Sized>(store: &S, now: Instant) -> Result<usize> {
    let rolled = roll(store, now).await?;
    store.rolled(now).await?;
    Ok(rolled)
}

/// Makes anew every kept report that is missing, older than its buckets, or over by now. Says how many.
pub async fn roll<S: ReportReader + ReportWriter + ?Sized>(store: &S, now: Instant) -> Result<usize> {
    let as_of = store.zone().today(now);
    let mut rolled = 0;
    loop {
        let due = store.due(as_of.at(), BATCH).await?;
        if due.is_empty() {
            return Ok(rolled);
        }
        rolled += due.len();
        let mut reports = Vec::with_capacity(due.len());
        for vendor_id in &due {
            reports.push(current_report(store, vendor_id, as_of).await?);
        }
        store.keep(reports).await?;
    }
}

/// One vendor's report, from its buckets.
pub async fn current_report<S: ReportReader + ?Sized>(
    store: &S,
    vendor_id: &VendorId,
    as_of: AsOf,
) -> Result<CurrentReport> {
    let date = as_of.date();
    let book = Book::Vendor(vendor_id.clone());
    let (ledger, revision) = store.ledger(&book, date.plus(-HISTORY_DAYS - 6), date.plus(-7), date).await?;
    Ok(evaluate(vendor_id, &ledger, revision, as_of, store.zone()))
}

/// One vendor's report from a ledger that goes back as far as the sparkline does.
fn evaluate(vendor_id: &VendorId, ledger: &Ledger, revision: i64, as_of: AsOf, zone: &ReportZone) -> CurrentReport {
    CurrentReport {
        report: report(vendor_id, ledger, as_of, zone),
        reliability30d: reliability_history(ledger, as_of, HISTORY_DAYS),
        unchanged_until: next_change(ledger, as_of, zone),
        revision,
    }
}
