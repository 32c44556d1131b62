//! All vendors' reports of one date, kept in memory and brought up to date by what changed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use goody_domain::{AsOf, Day, Vendor, VendorId};
use tokio::sync::Mutex;

use super::{ReadError, check_kept};
use crate::ports::{ChangesSince, CurrentReport, ReportReader, ReportStatus};
use crate::roll::current_reports;

/// For how many dates reports are kept in memory.
const DATES: usize = 4;

/// A vendor and its numbers.
#[derive(Clone, Debug)]
pub struct FleetRow {
    /// Master data.
    pub vendor: Vendor,
    /// The report, and the score of each of 30 dates.
    pub current: CurrentReport,
}

/// All vendors' reports as of one instant.
#[derive(Clone, Debug)]
pub struct FleetReports {
    /// The instant.
    pub as_of: AsOf,
    /// The revision of the store they are of.
    pub revision: i64,
    /// By vendor id.
    pub rows: Vec<Arc<FleetRow>>,
}

impl FleetReports {
    /// One vendor's row.
    pub fn row(&self, vendor_id: &VendorId) -> Option<&FleetRow> {
        let place = self.rows.binary_search_by(|row| row.vendor.vendor_id.cmp(vendor_id)).ok()?;
        Some(&self.rows[place])
    }
}

/// The reports of one date.
#[derive(Default)]
struct Slot {
    known: std::sync::Mutex<Option<Arc<FleetReports>>>,
    /// Held by whoever brings them up to date.
    turn: Mutex<()>,
}

impl Slot {
    fn known(&self) -> Option<Arc<FleetReports>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, fleet: Arc<FleetReports>) -> Arc<FleetReports> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(fleet).clone()
    }
}

/// Answers with all vendors' reports. Work grows with the vendors that changed since the last answer.
pub struct FleetCache {
    reports: Arc<dyn ReportReader>,
    /// The most recently used last.
    dates: std::sync::Mutex<Vec<(Day, Arc<Slot>)>>,
    /// Whether anybody asked since [`FleetCache::keep_up`].
    asked: AtomicBool,
}

impl FleetCache {
    /// Reads from this store.
    pub fn new(reports: Arc<dyn ReportReader>) -> Self {
        Self { reports, dates: std::sync::Mutex::default(), asked: AtomicBool::new(false) }
    }

    /// All vendors' reports as of `as_of`: of the revision there is, or of the one before it while somebody else is
    /// making its reports.
    pub async fn reports(&self, as_of: AsOf) -> Result<Arc<FleetReports>, ReadError> {
        self.asked.store(true, Ordering::Relaxed);
        Ok(self.brought_up(as_of).await?.0)
    }

    /// The same, and how the reports are: told along where the store was asked anyway.
    pub async fn reports_with_status(&self, as_of: AsOf) -> Result<(Arc<FleetReports>, ReportStatus), ReadError> {
        self.asked.store(true, Ordering::Relaxed);
        let (fleet, told) = self.brought_up(as_of).await?;
        let status = match told {
            Some(status) => status,
            None => self.reports.status().await?,
        };
        Ok((fleet, status))
    }

    /// Makes the reports as of `as_of` anew where they are of older buckets or an earlier instant, if anybody asked since
    /// the last time, so that the next to ask need not wait for it. To be called when the revision grew and as time goes by.
    pub async fn keep_up(&self, as_of: AsOf) -> Result<(), ReadError> {
        let is_current = self.current(&self.slot(as_of.date()), as_of).is_some();
        if !is_current && self.asked.swap(false, Ordering::Relaxed) {
            self.brought_up(as_of).await?;
        }
        Ok(())
    }

    async fn brought_up(&self, as_of: AsOf) -> Result<(Arc<FleetReports>, Option<ReportStatus>), ReadError> {
        let slot = self.slot(as_of.date());
        let _turn = match (slot.turn.try_lock(), slot.known()) {
            (Ok(turn), _) => turn,
            // Somebody else is making the next ones.
            (Err(_), Some(fleet)) if fleet.as_of == as_of => return Ok((fleet, None)),
            (Err(_), _) => slot.turn.lock().await,
        };
        if let Some(fleet) = self.current(&slot, as_of) {
            return Ok((fleet, None));
        }
        let (fleet, status) = self.updated(slot.known(), as_of).await?;
        Ok((slot.set(Arc::new(fleet)), Some(status)))
    }

    /// The reports that are known, if they are of that instant and nothing has changed since.
    fn current(&self, slot: &Slot, as_of: AsOf) -> Option<Arc<FleetReports>> {
        let revision = self.reports.revision()?;
        slot.known().filter(|fleet| fleet.as_of == as_of && fleet.revision >= revision)
    }

    fn slot(&self, date: Day) -> Arc<Slot> {
        let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
        let known = dates.iter().position(|(other, _)| *other == date).map(|place| dates.remove(place).1);
        let slot = known.unwrap_or_default();
        dates.push((date, slot.clone()));
        if dates.len() > DATES {
            dates.remove(0);
        }
        slot
    }

    async fn updated(
        &self,
        known: Option<Arc<FleetReports>>,
        as_of: AsOf,
    ) -> Result<(FleetReports, ReportStatus), ReadError> {
        let (known, from) = known.map_or((Vec::new(), -1), |fleet| (fleet.rows.clone(), fleet.revision));
        let ChangesSince { vendors: changed, revision, status, kept_from } = self.reports.changes_since(from).await?;
        check_kept(kept_from, as_of.date())?;
        let is_changed = |id: &VendorId| changed.binary_search_by(|state| state.vendor.vendor_id.cmp(id)).is_ok();

        let mut rows = Vec::with_capacity(known.len() + changed.len());
        let mut to_make = Vec::new();
        for mut row in known.into_iter().filter(|row| !is_changed(&row.vendor.vendor_id)) {
            if !row.current.holds(as_of) {
                to_make.push(row.vendor.clone());
                continue;
            }
            if row.current.report.as_of != as_of.at() {
                Arc::make_mut(&mut row).current.report.as_of = as_of.at();
            }
            rows.push(row);
        }
        for state in changed {
            match state.current(as_of) {
                Some(current) => rows.push(Arc::new(FleetRow { vendor: state.vendor, current })),
                None => to_make.push(state.vendor),
            }
        }
        let ids: Vec<VendorId> = to_make.iter().map(|vendor| vendor.vendor_id.clone()).collect();
        let made = current_reports(self.reports.as_ref(), &ids, as_of).await?;
        rows.extend(to_make.into_iter().zip(made).map(|(vendor, current)| Arc::new(FleetRow { vendor, current })));
        rows.sort_by(|one, other| one.vendor.vendor_id.cmp(&other.vendor.vendor_id));
        Ok((FleetReports { as_of, revision, rows }, status))
    }
}
