//! A cache of the reports of all vendors for a few dates. A refresh computes only the reports that changed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use goody_domain::{AsOf, Day, Vendor, VendorId, Window, report, search_form};
use tokio::sync::Mutex;

use super::reports::{PAGE, window_of};
use super::{DAYS_BEFORE, ReadError, check_not_expired, versions};
use crate::ports::{
    ChangesSince, CurrentReport, LatestDetection, PastFleet, PastVendor, ReportReader, ReportStatus, Scope, Store,
    VendorStore,
};
use crate::roll::current_reports;

/// The most dates in the cache.
const MOST_DATES: usize = 4;

/// A vendor and its report.
#[derive(Clone, Debug)]
pub struct FleetRow {
    /// Master data as of the date.
    pub vendor: Vendor,
    /// The report, and for today the score of each of 30 dates: see [`super::scores`].
    pub current: CurrentReport,
    /// The name, the id and the category of the vendor, see [`search_form`].
    pub search_forms: Box<[String]>,
}

impl FleetRow {
    fn new(vendor: Vendor, current: CurrentReport) -> Self {
        let texts = [Some(vendor.name.as_str()), Some(vendor.vendor_id.as_str()), vendor.category.as_deref()];
        let search_forms = texts.into_iter().flatten().map(search_form).collect();
        Self { vendor, current, search_forms }
    }
}

/// The reports of all vendors as of one instant.
#[derive(Clone, Debug)]
pub struct FleetReports {
    /// The instant.
    pub as_of: AsOf,
    /// The revision of the store from which they were computed.
    pub revision: i64,
    /// A row for each vendor, sorted by vendor id.
    pub rows: Vec<Arc<FleetRow>>,
    /// See [`crate::ports::DetectionStore::latest_detection`].
    pub latest_detection: Option<Arc<LatestDetection>>,
}

impl FleetReports {
    /// One vendor's row.
    pub fn row(&self, vendor_id: &VendorId) -> Option<&FleetRow> {
        let position = self.rows.binary_search_by(|row| row.vendor.vendor_id.cmp(vendor_id)).ok()?;
        Some(&self.rows[position])
    }
}

/// The reports of one date.
#[derive(Default)]
struct Slot {
    reports: std::sync::Mutex<Option<Arc<FleetReports>>>,
    /// Held while the reports are updated.
    update: Mutex<()>,
}

impl Slot {
    fn reports(&self) -> Option<Arc<FleetReports>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, fleet: Arc<FleetReports>) -> Arc<FleetReports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner).insert(fleet).clone()
    }
}

/// Reads the reports of all vendors. The work grows with the number of vendors that changed since the last read.
pub struct FleetCache {
    reports: Arc<dyn ReportReader>,
    vendors: Arc<dyn VendorStore>,
    /// The most recently used date comes last.
    dates: std::sync::Mutex<Vec<(Day, Arc<Slot>)>>,
    /// The latest reports of other windows than seven days.
    windows: std::sync::Mutex<Vec<(Window, Arc<FleetReports>)>>,
    /// Whether the reports were requested since the last [`FleetCache::refresh`].
    is_requested: AtomicBool,
}

impl FleetCache {
    /// Reads from this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            reports: store.clone(),
            vendors: store,
            dates: std::sync::Mutex::default(),
            windows: std::sync::Mutex::default(),
            is_requested: AtomicBool::new(false),
        }
    }

    /// The reports of all vendors as of `as_of`: of the current revision, or of an earlier one while another call computes those
    /// of the current revision.
    pub async fn reports(&self, as_of: AsOf) -> Result<Arc<FleetReports>, ReadError> {
        self.is_requested.store(true, Ordering::Relaxed);
        Ok(self.update(as_of).await?.0)
    }

    /// Like [`FleetCache::reports`], with the status of the reports. It costs a read only if the reports needed none.
    pub async fn reports_with_status(&self, as_of: AsOf) -> Result<(Arc<FleetReports>, ReportStatus), ReadError> {
        self.is_requested.store(true, Ordering::Relaxed);
        let (fleet, status) = self.update(as_of).await?;
        let status = match status {
            Some(status) => status,
            None => self.reports.status().await?,
        };
        Ok((fleet, status))
    }

    /// [`FleetCache::reports_with_status`] with the figures, risks and trends of a window in place of the seven days.
    pub async fn windows(&self, as_of: AsOf, window: Window) -> Result<(Arc<FleetReports>, ReportStatus), ReadError> {
        let (fleet, status) = self.reports_with_status(as_of).await?;
        if window == Window::default() {
            return Ok((fleet, status));
        }
        let is_same = |(other, known): &&(Window, Arc<FleetReports>)| {
            *other == window && (known.as_of, known.revision) == (fleet.as_of, fleet.revision)
        };
        let known = self.windows.lock().unwrap_or_else(PoisonError::into_inner).iter().find(is_same).cloned();
        if let Some((_, known)) = known {
            return Ok((known, status));
        }
        let mut rows = Vec::with_capacity(fleet.rows.len());
        for page in fleet.rows.chunks(PAGE) {
            let scopes: Vec<Scope> = page.iter().map(|row| Scope::Vendor(row.vendor.vendor_id.clone())).collect();
            let figures = window_of(self.reports.as_ref(), &scopes, fleet.as_of, window).await?;
            rows.extend(page.iter().zip(figures).map(|(row, figures)| {
                let mut row = FleetRow::clone(row);
                row.current.report.set_windows(figures);
                Arc::new(row)
            }));
        }
        let fleet = Arc::new(FleetReports { rows, ..FleetReports::clone(&fleet) });
        let mut known = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() == MOST_DATES {
            known.remove(0);
        }
        known.push((window, fleet.clone()));
        Ok((fleet, status))
    }

    /// Computes the reports as of `as_of` if those in the cache are of older buckets or of an earlier instant, and if reports were
    /// requested since the last time: so that the next request does not wait for them. It is called when the revision grows and
    /// as time passes.
    pub async fn refresh(&self, as_of: AsOf) -> Result<(), ReadError> {
        let is_current = self.current(&self.slot(as_of.date()), as_of).is_some();
        if !is_current && self.is_requested.swap(false, Ordering::Relaxed) {
            self.update(as_of).await?;
        }
        Ok(())
    }

    /// Computes the reports as of `as_of` from all buckets so far, after a computation in progress: the next request gets none of an
    /// earlier revision.
    pub async fn catch_up(&self, as_of: AsOf) -> Result<(), ReadError> {
        let slot = self.slot(as_of.date());
        let _update = slot.update.lock().await;
        let (fleet, _) = self.compute(slot.reports(), as_of).await?;
        slot.set(Arc::new(fleet));
        Ok(())
    }

    /// Updates the reports of a date if necessary. Returns them, and their status if it was read.
    async fn update(&self, as_of: AsOf) -> Result<(Arc<FleetReports>, Option<ReportStatus>), ReadError> {
        let slot = self.slot(as_of.date());
        let _update = match (slot.update.try_lock(), slot.reports()) {
            (Ok(update), _) => update,
            // Another call computes the next ones.
            (Err(_), Some(fleet)) if fleet.as_of == as_of => return Ok((fleet, None)),
            (Err(_), _) => slot.update.lock().await,
        };
        if let Some(fleet) = self.current(&slot, as_of) {
            return Ok((fleet, None));
        }
        let (fleet, status) = self.compute(slot.reports(), as_of).await?;
        Ok((slot.set(Arc::new(fleet)), Some(status)))
    }

    /// The reports in the cache, if they are as of `as_of` and of the current revision.
    fn current(&self, slot: &Slot, as_of: AsOf) -> Option<Arc<FleetReports>> {
        let revision = self.reports.revision()?;
        slot.reports().filter(|fleet| fleet.as_of == as_of && fleet.revision >= revision)
    }

    fn slot(&self, date: Day) -> Arc<Slot> {
        let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = dates.iter().position(|(other, _)| *other == date).map(|position| dates.remove(position).1);
        let slot = cached.unwrap_or_default();
        dates.push((date, slot.clone()));
        if dates.len() > MOST_DATES {
            dates.remove(0);
        }
        slot
    }

    /// The reports as of `as_of`: those in the cache that are still valid, and the others computed from their buckets.
    async fn compute(
        &self,
        cached: Option<Arc<FleetReports>>,
        as_of: AsOf,
    ) -> Result<(FleetReports, ReportStatus), ReadError> {
        // Rows of today have the numbers and the master data of an instant before its end, and are not those of a past date.
        let cached = cached.filter(|fleet| fleet.as_of.cut().is_some() == as_of.cut().is_some());
        let (cached, from) = cached.map_or((Vec::new(), -1), |fleet| (fleet.rows.clone(), fleet.revision));
        if as_of.cut().is_none() {
            return self.compute_past(cached, from, as_of).await;
        }
        let ChangesSince { vendors: mut changed, revision, status, kept_from, latest_detection } =
            self.reports.changes_since(from).await?;
        check_not_expired(kept_from, as_of.date())?;
        let master_data = changed.iter_mut().map(|state| (state.earlier_until, &mut state.vendor));
        versions::set_versions(self.vendors.as_ref(), as_of, master_data).await?;
        let is_changed = |id: &VendorId| changed.binary_search_by(|state| state.vendor.vendor_id.cmp(id)).is_ok();

        let mut rows = Vec::with_capacity(cached.len() + changed.len());
        let mut to_compute = Vec::new();
        for mut row in cached.into_iter().filter(|row| !is_changed(&row.vendor.vendor_id)) {
            if !row.current.holds(as_of) {
                to_compute.push(row.vendor.clone());
                continue;
            }
            if row.current.report.as_of != as_of.at() {
                Arc::make_mut(&mut row).current.report.as_of = as_of.at();
            }
            rows.push(row);
        }
        for state in changed {
            match state.current(as_of) {
                Some(current) => rows.push(Arc::new(FleetRow::new(state.vendor, current))),
                None => to_compute.push(state.vendor),
            }
        }
        let ids: Vec<VendorId> = to_compute.iter().map(|vendor| vendor.vendor_id.clone()).collect();
        let computed = current_reports(self.reports.as_ref(), &ids, as_of).await?;
        let computed = to_compute.into_iter().zip(computed);
        rows.extend(computed.map(|(vendor, current)| Arc::new(FleetRow::new(vendor, current))));
        rows.sort_by(|one, other| one.vendor.vendor_id.cmp(&other.vendor.vendor_id));
        let latest_detection = latest_detection.map(Arc::new);
        Ok((FleetReports { as_of, revision, rows, latest_detection }, status))
    }

    /// The reports of a date that is over. Those in the cache hold until their buckets change.
    async fn compute_past(
        &self,
        cached: Vec<Arc<FleetRow>>,
        after: i64,
        as_of: AsOf,
    ) -> Result<(FleetReports, ReportStatus), ReadError> {
        let date = as_of.date();
        let PastFleet { vendors: mut changed, revision, status, kept_from, latest_detection } =
            self.reports.past_fleet(after, date.plus(-DAYS_BEFORE), date).await?;
        check_not_expired(kept_from, date)?;
        let master_data = changed.iter_mut().map(|past| (past.earlier_until, &mut past.vendor));
        versions::set_versions(self.vendors.as_ref(), as_of, master_data).await?;
        let is_changed = |id: &VendorId| changed.binary_search_by(|past| past.vendor.vendor_id.cmp(id)).is_ok();
        let mut rows: Vec<Arc<FleetRow>> =
            cached.into_iter().filter(|row| !is_changed(&row.vendor.vendor_id)).collect();
        let zone = self.reports.zone();
        rows.extend(changed.into_iter().map(|PastVendor { vendor, series, revision, .. }| {
            let report = report(&vendor.vendor_id, &series, as_of, zone);
            let current = CurrentReport { report, reliability30d: Vec::new(), unchanged_until: as_of.at(), revision };
            Arc::new(FleetRow::new(vendor, current))
        }));
        rows.sort_by(|one, other| one.vendor.vendor_id.cmp(&other.vendor.vendor_id));
        let latest_detection = latest_detection.map(Arc::new);
        Ok((FleetReports { as_of, revision, rows, latest_detection }, status))
    }
}
