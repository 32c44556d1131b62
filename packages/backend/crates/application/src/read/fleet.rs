//! All vendors' reports of one date, kept in memory and brought up to date by what changed.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use goody_domain::{AsOf, Day, Vendor, VendorId};
use tokio::sync::Mutex;

use super::{ReadError, check_kept};
use crate::ports::{CurrentReport, ReportReader, VendorState};
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
    pub rows: BTreeMap<VendorId, Arc<FleetRow>>,
}

/// The reports of one date; whoever brings them up to date holds it, and only askers of the same date wait.
type Slot = Arc<Mutex<Option<Arc<FleetReports>>>>;

/// Answers with all vendors' reports. Work grows with the vendors that changed since the last answer.
pub struct FleetReader {
    reports: Arc<dyn ReportReader>,
    /// The most recently used last.
    dates: std::sync::Mutex<Vec<(Day, Slot)>>,
}

impl FleetReader {
    /// Reads from this store.
    pub fn new(reports: Arc<dyn ReportReader>) -> Self {
        Self { reports, dates: std::sync::Mutex::new(Vec::new()) }
    }

    /// All vendors' reports as of `as_of`.
    pub async fn reports(&self, as_of: AsOf) -> Result<Arc<FleetReports>, ReadError> {
        let slot = self.slot(as_of.date());
        let mut known = slot.lock().await;
        match known.take() {
            Some(fleet) if fleet.as_of == as_of && fleet.revision >= self.reports.revision() => {
                Ok(known.insert(fleet).clone())
            }
            fleet => {
                check_kept(self.reports.as_ref(), as_of.date()).await?;
                Ok(known.insert(Arc::new(self.updated(fleet, as_of).await?)).clone())
            }
        }
    }

    fn slot(&self, date: Day) -> Slot {
        let mut dates = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
        let known = dates.iter().position(|(other, _)| *other == date).map(|place| dates.remove(place).1);
        let slot = known.unwrap_or_default();
        dates.push((date, slot.clone()));
        if dates.len() > DATES {
            dates.remove(0);
        }
        slot
    }

    async fn updated(&self, known: Option<Arc<FleetReports>>, as_of: AsOf) -> Result<FleetReports, ReadError> {
        let known =
            known.map_or_else(|| FleetReports { as_of, revision: -1, rows: BTreeMap::new() }, Arc::unwrap_or_clone);
        let (changed, revision) = self.reports.changed(known.revision).await?;
        let mut rows = known.rows;
        let mut to_make = Vec::new();
        for VendorState { vendor, kept, revision } in changed {
            match kept.filter(|kept| kept.revision == revision && holds(kept, as_of)) {
                Some(current) => drop(rows.insert(vendor.vendor_id.clone(), Arc::new(FleetRow { vendor, current }))),
                None => {
                    rows.remove(&vendor.vendor_id);
                    to_make.push(vendor);
                }
            }
        }
        rows.retain(|_, row| {
            let holds = holds(&row.current, as_of);
            if !holds {
                to_make.push(row.vendor.clone());
            } else if row.current.report.as_of != as_of.at() {
                Arc::make_mut(row).current.report.as_of = as_of.at();
            }
            holds
        });
        let ids: Vec<VendorId> = to_make.iter().map(|vendor| vendor.vendor_id.clone()).collect();
        let made = current_reports(self.reports.as_ref(), &ids, as_of).await?;
        let made = to_make.into_iter().zip(made).map(|(vendor, current)| FleetRow { vendor, current });
        rows.extend(made.map(|row| (row.vendor.vendor_id.clone(), Arc::new(row))));
        Ok(FleetReports { as_of, revision, rows })
    }
}

/// Whether a report made earlier says what one made as of `as_of` would, if nothing was told since.
fn holds(current: &CurrentReport, as_of: AsOf) -> bool {
    let made = current.report.as_of;
    current.report.date == as_of.date()
        && (made == as_of.at() || (made < as_of.at() && as_of.at() < current.unchanged_until))
}
