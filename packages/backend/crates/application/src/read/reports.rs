//! Reports of single vendors, and histories for charts.

use goody_domain::{
    AsOf, CounterSeries, Day, Figures, Instant, Report, ReportZone, Vendor, VendorId, Window, count_at_risk, one_day,
    reliability_history, report,
};

use super::{DAYS_BEFORE, FleetRow, ReadError, check_not_expired, check_window, minutes_of, versions};
use crate::ports::{ReportReader, Scope, StoreError, VendorStore};
use crate::roll::HISTORY_DAYS;

/// How many vendors are read at a time.
pub(super) const PAGE: usize = 200;

/// A vendor, as of the date, and its report; `None` if the vendor is unknown. The report is the stored one while that is valid.
pub async fn vendor_report(
    vendors: &dyn VendorStore,
    reports: &dyn ReportReader,
    vendor_id: &VendorId,
    as_of: AsOf,
) -> Result<Option<(Vendor, Report)>, ReadError> {
    let (Some(mut state), kept_from) = reports.state(vendor_id).await? else { return Ok(None) };
    let report = match state.current(as_of) {
        Some(current) => current.report,
        None => {
            check_not_expired(kept_from, as_of.date())?;
            computed_report(reports, vendor_id, as_of).await?
        }
    };
    versions::set_versions(vendors, as_of, std::iter::once((state.earlier_until, &mut state.vendor))).await?;
    Ok(Some((state.vendor, report)))
}

/// One vendor's report, computed from its buckets.
pub async fn report_on(reports: &dyn ReportReader, vendor_id: &VendorId, as_of: AsOf) -> Result<Report, ReadError> {
    check_not_expired(reports.kept_from().await?, as_of.date())?;
    Ok(computed_report(reports, vendor_id, as_of).await?)
}

async fn computed_report(reports: &dyn ReportReader, vendor_id: &VendorId, as_of: AsOf) -> Result<Report, StoreError> {
    let date = as_of.date();
    let scope = Scope::Vendor(vendor_id.clone());
    let first = date.plus(-DAYS_BEFORE);
    let series = match as_of.cut() {
        Some(_) => reports.series(&scope, first, date.plus(-7), date).await?.0,
        None => past_series(reports, scope, first, date).await?,
    };
    Ok(report(vendor_id, &series, as_of, reports.zone()))
}

/// The figures of a window and of the one before, for scopes, in the same sequence.
pub async fn window_of(
    reports: &dyn ReportReader,
    scopes: &[Scope],
    as_of: AsOf,
    window: Window,
) -> Result<Vec<[Figures; 2]>, ReadError> {
    let (date, zone) = (as_of.date(), reports.zone());
    check_window(reports.kept_from().await?, date, window)?;
    let minutes = minutes_of(window, as_of, zone);
    let all_series = reports.window_series(scopes, window.previous(date).0, date, &minutes).await?;
    Ok(all_series.iter().map(|(series, _)| window.figures(series, as_of, zone)).collect())
}

/// One vendor's reports of the dates from `from` to `to`, oldest first. Dates after today are left out.
pub async fn reports_of_vendor(
    reports: &dyn ReportReader,
    vendor_id: &VendorId,
    from: Day,
    to: Day,
    now: Instant,
) -> Result<Vec<Report>, ReadError> {
    let series = series_of(reports, &Scope::Vendor(vendor_id.clone()), from, to).await?;
    let zone = reports.zone();
    Ok(dates(zone, from, to, now).map(|as_of| report(vendor_id, &series, as_of, zone)).collect())
}

/// One date of a vendor's history.
#[derive(Clone, Debug)]
pub struct VendorDay {
    /// The report of the date.
    pub report: Report,
    /// The flows of the date alone.
    pub day: Figures,
}

/// One vendor's history, oldest first.
pub async fn vendor_history(
    reports: &dyn ReportReader,
    vendor_id: &VendorId,
    (from, to): (Day, Day),
    window: Window,
    now: Instant,
) -> Result<Vec<VendorDay>, ReadError> {
    let mut series = series_of(reports, &Scope::Vendor(vendor_id.clone()), from, to).await?;
    let zone = reports.zone();
    let mut long = match window {
        Window::Days7 => None,
        _ => Some(history_series(reports, Scope::Vendor(vendor_id.clone()), (from, to), window, now).await?),
    };
    let dates: Vec<AsOf> = dates(zone, from, to, now).collect();
    let row = |as_of: AsOf| {
        // From the last date to the first: each level is then a sum over few days.
        series.move_totals(as_of.date());
        let mut report = report(vendor_id, &series, as_of, zone);
        if let Some(long) = &mut long {
            long.move_totals(as_of.date());
            report.set_windows(window.figures(long, as_of, zone));
        }
        VendorDay { report, day: one_day(&series, as_of) }
    };
    let mut days: Vec<VendorDay> = dates.into_iter().rev().map(row).collect();
    days.reverse();
    Ok(days)
}

/// One date of the fleet's history.
#[derive(Clone, Debug)]
pub struct FleetDay {
    /// The date.
    pub date: Day,
    /// The flows of the seven days ending with it, and the levels at its end, of all vendors together.
    pub fleet: goody_domain::Fleet,
    /// The flows of the date alone.
    pub day: Figures,
}

/// The fleet's history, oldest first. The sums come from the scope of the fleet; vendors at risk are counted one by one.
pub async fn fleet_history(
    vendors: &dyn VendorStore,
    reports: &dyn ReportReader,
    (from, to): (Day, Day),
    window: Window,
    now: Instant,
) -> Result<Vec<FleetDay>, ReadError> {
    let dates: Vec<AsOf> = dates(reports.zone(), from, to, now).collect();
    let mut series = history_series(reports, Scope::Fleet, (from, to), window, now).await?;
    let mut at_risk = vendors_at_risk(vendors, reports, &dates, window).await?;
    let mut days = Vec::with_capacity(dates.len());
    // From the last date to the first, so that each level is the next one less the flows of a day.
    for as_of in dates.into_iter().rev() {
        series.move_totals(as_of.date());
        let [figures, _] = window.figures(&series, as_of, reports.zone());
        let fleet = goody_domain::Fleet { figures, at_risk_vendors: at_risk.pop().unwrap_or_default() };
        days.push(FleetDay { date: as_of.date(), fleet, day: one_day(&series, as_of) });
    }
    days.reverse();
    Ok(days)
}

/// The counter series of a history: from the first window before on, with the minutes of today.
async fn history_series(
    reports: &dyn ReportReader,
    scope: Scope,
    (from, to): (Day, Day),
    window: Window,
    now: Instant,
) -> Result<CounterSeries, ReadError> {
    check_window(reports.kept_from().await?, from, window)?;
    let Some(last) = dates(reports.zone(), from, to, now).last() else { return Ok(CounterSeries::default()) };
    let minutes = minutes_of(window, last, reports.zone());
    let all_series = reports.window_series(&[scope], window.previous(from).0, last.date(), &minutes).await?;
    Ok(all_series.into_iter().next().unwrap_or_default().0)
}

/// How many vendors are at risk on each date.
async fn vendors_at_risk(
    vendors: &dyn VendorStore,
    reports: &dyn ReportReader,
    dates: &[AsOf],
    window: Window,
) -> Result<Vec<i64>, StoreError> {
    let mut ids: Vec<VendorId> = Vec::new();
    loop {
        let page = vendors.vendors(ids.last(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        ids.extend(page.into_iter().map(|vendor| vendor.vendor_id));
    }
    // Two readers at a time take half as long.
    let (first, second) = ids.split_at(ids.len() / 2);
    let (mut at_risk, more) =
        tokio::try_join!(at_risk_of(first, reports, dates, window), at_risk_of(second, reports, dates, window))?;
    at_risk.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    Ok(at_risk)
}

/// How many of these vendors are at risk on each date.
async fn at_risk_of(
    ids: &[VendorId],
    reports: &dyn ReportReader,
    dates: &[AsOf],
    window: Window,
) -> Result<Vec<i64>, StoreError> {
    let mut at_risk = vec![0; dates.len()];
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Ok(at_risk) };
    let from = window.first_day(first.date());
    for ids in ids.chunks(PAGE) {
        let counts = reports.rate_counts(ids, from, *last).await?;
        counts.iter().for_each(|days| count_at_risk((days, from), window, first.date(), &mut at_risk));
    }
    Ok(at_risk)
}

/// The score of each of the 30 dates that end with that of the rows, for each row. Rows of past dates have none: those of a page are
/// computed here.
pub async fn scores(
    reports: &dyn ReportReader,
    rows: &[&FleetRow],
    as_of: AsOf,
) -> Result<Vec<Vec<Option<f64>>>, StoreError> {
    if as_of.cut().is_some() {
        return Ok(rows.iter().map(|row| row.current.reliability30d.clone()).collect());
    }
    let mut scores = Vec::with_capacity(rows.len());
    for rows in rows.chunks(PAGE) {
        let scopes: Vec<Scope> = rows.iter().map(|row| Scope::Vendor(row.vendor.vendor_id.clone())).collect();
        let date = as_of.date();
        let all_series = reports.past_series(&scopes, date.plus(-HISTORY_DAYS - 6), date).await?;
        scores.extend(all_series.iter().map(|(series, _)| reliability_history(series, as_of, HISTORY_DAYS)));
    }
    Ok(scores)
}

async fn past_series(
    reports: &dyn ReportReader,
    scope: Scope,
    from: Day,
    to: Day,
) -> Result<CounterSeries, StoreError> {
    Ok(reports.past_series(&[scope], from, to).await?.into_iter().next().unwrap_or_default().0)
}

/// The counter series that the reports from `from` to `to` need.
async fn series_of(reports: &dyn ReportReader, scope: &Scope, from: Day, to: Day) -> Result<CounterSeries, ReadError> {
    check_not_expired(reports.kept_from().await?, from)?;
    let (series, _) = reports.series(scope, from.plus(-DAYS_BEFORE), from.plus(-DAYS_BEFORE), to).await?;
    Ok(series)
}

/// When the report of each date is evaluated. Dates that have not begun are left out.
fn dates(zone: &ReportZone, from: Day, to: Day, now: Instant) -> impl Iterator<Item = AsOf> {
    from.to(to).filter_map(move |date| zone.as_of(date, now))
}
