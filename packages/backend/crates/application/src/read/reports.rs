//! Reports of single vendors, and histories for charts.

use goody_domain::{
    AsOf, CounterSeries, Day, Figures, Instant, Report, ReportZone, Risk, Vendor, VendorId, figures, one_day, one_week,
    report,
};

use super::{DAYS_BEFORE, ReadError, check_not_expired, versions};
use crate::ports::{ReportReader, Scope, StoreError, VendorStore};

/// How many vendors are read at a time.
const PAGE: usize = 100;

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
    let (series, _) = reports.series(&scope, date.plus(-DAYS_BEFORE), date.plus(-7), date).await?;
    Ok(report(vendor_id, &series, as_of, reports.zone()))
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
    from: Day,
    to: Day,
    now: Instant,
) -> Result<Vec<VendorDay>, ReadError> {
    let series = series_of(reports, &Scope::Vendor(vendor_id.clone()), from, to).await?;
    let zone = reports.zone();
    let row = |as_of| VendorDay { report: report(vendor_id, &series, as_of, zone), day: one_day(&series, as_of) };
    Ok(dates(zone, from, to, now).map(row).collect())
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
    from: Day,
    to: Day,
    now: Instant,
) -> Result<Vec<FleetDay>, ReadError> {
    let dates: Vec<AsOf> = dates(reports.zone(), from, to, now).collect();
    let series = series_of(reports, &Scope::Fleet, from, to).await?;
    let mut days: Vec<FleetDay> = dates
        .iter()
        .map(|as_of| FleetDay {
            date: as_of.date(),
            fleet: goody_domain::Fleet { figures: figures(&series, *as_of), at_risk_vendors: 0 },
            day: one_day(&series, *as_of),
        })
        .collect();
    let mut after: Option<VendorId> = None;
    loop {
        let page = vendors.vendors(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(days) };
        after = Some(last.vendor_id.clone());
        let scopes: Vec<Scope> = page.into_iter().map(|vendor| Scope::Vendor(vendor.vendor_id)).collect();
        for (series, _) in reports.all_series(&scopes, from.plus(-DAYS_BEFORE), to, to).await? {
            for (day, as_of) in days.iter_mut().zip(&dates) {
                let risk = Risk::of(&one_week(&series, *as_of)).level;
                day.fleet.at_risk_vendors += i64::from(risk.is_at_risk());
            }
        }
    }
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
