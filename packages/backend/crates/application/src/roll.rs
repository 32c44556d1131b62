//! Roll: updates the reports as time passes. An order becomes late, and a window moves on, without an event.

use goody_domain::{AsOf, CounterSeries, Instant, ReportZone, VendorId, next_change, reliability_history, report};

use crate::ports::{ChangeFeed, CurrentReport, ReportReader, ReportWriter, Result, Scope};

/// How many reports are computed in one batch.
const BATCH: usize = 200;
/// How many dates the history in a row of the vendor table has.
pub(crate) const HISTORY_DAYS: i32 = 30;

/// One tick of the timer: updates the reports, and records the time and how far the buckets are behind the orders.
pub async fn tick<S: ChangeFeed + ReportReader + ReportWriter + ?Sized>(store: &S, now: Instant) -> Result<usize> {
    let rolled = roll(store, now).await?;
    store.mark_refreshed(now, store.lag().await?).await?;
    Ok(rolled)
}

/// Computes the stored reports that are missing, older than their buckets, or no longer valid. Returns how many.
pub async fn roll<S: ReportReader + ReportWriter + ?Sized>(store: &S, now: Instant) -> Result<usize> {
    let as_of = store.zone().today(now);
    let mut rolled = 0;
    loop {
        let stale = store.stale_reports(as_of.at(), BATCH).await?;
        if stale.is_empty() {
            return Ok(rolled);
        }
        rolled += stale.len();
        store.save_reports(current_reports(store, &stale, as_of).await?).await?;
    }
}

/// The reports of vendors, computed from their buckets, in the same sequence.
pub async fn current_reports<S: ReportReader + ?Sized>(
    store: &S,
    vendors: &[VendorId],
    as_of: AsOf,
) -> Result<Vec<CurrentReport>> {
    let date = as_of.date();
    let mut reports = Vec::with_capacity(vendors.len());
    for vendors in vendors.chunks(BATCH) {
        let scopes: Vec<Scope> = vendors.iter().cloned().map(Scope::Vendor).collect();
        let all_series = store.all_series(&scopes, date.plus(-HISTORY_DAYS - 6), date.plus(-7), date).await?;
        let of_vendors = vendors.iter().zip(&all_series);
        reports.extend(of_vendors.map(|(id, (series, revision))| evaluate(id, series, *revision, as_of, store.zone())));
    }
    Ok(reports)
}

/// One vendor's report, from a counter series that goes back as far as the sparkline.
fn evaluate(
    vendor_id: &VendorId,
    series: &CounterSeries,
    revision: i64,
    as_of: AsOf,
    zone: &ReportZone,
) -> CurrentReport {
    CurrentReport {
        report: report(vendor_id, series, as_of, zone),
        reliability30d: reliability_history(series, as_of, HISTORY_DAYS),
        unchanged_until: next_change(series, as_of, zone),
        revision,
    }
}
