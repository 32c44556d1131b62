//! Explain: what changed about the orders of one vendor, read when it is asked for. docs/INSIGHT.md explains the method.

use std::collections::BTreeMap;

use goody_domain::detection::{Detector, FleetDetector, Rules};
use goody_domain::explanation::{
    Dimension, Explained, ExplainedOrder, ExplanationWindows, Side, explain, read_explained, write_explained,
};
use goody_domain::{Instant, Milestone, VendorId};

use crate::ports::{DayRange, DetectionStore, OrderFilter, OrderReader, OrderSort, ReportReader, Result, StoreError};

/// How many orders are read at a time.
const PAGE: usize = 1_000;
/// The rules of the explanation.
const RULES: Rules = Rules::QUARTERS;

/// The open episode of a vendor.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// Since when more promises are missed.
    since: Instant,
    raised_at: Instant,
    /// The vendor's promises a day since then: a busy vendor has shorter windows.
    due_a_day: f64,
}

impl Change {
    /// `None` if the vendor has no open episode.
    fn of(fleet: &FleetDetector, detector: &Detector, store: &(impl ReportReader + ?Sized)) -> Option<Self> {
        let episode = detector.open_episode()?;
        let due_a_day = detector.evidence(&RULES).map_or(0.0, |evidence| {
            let days = f64::from(detector.next_slot() - evidence.since) / f64::from(RULES.slots_per_day);
            evidence.counts.due() as f64 / days
        });
        let instant = |slot| fleet.start_of(slot, &RULES, store.zone());
        Some(Self { since: instant(episode.since), raised_at: instant(episode.raised), due_a_day })
    }
}

/// What changed about the orders of a vendor with an open episode, as of the end of the latest slot. `None` if there is no episode, or nothing
/// to compare: a window without orders. If orders of the windows have expired, it is what [`keep_explanations`] kept.
///
/// # Errors
/// The store failed.
pub async fn explain_episode<S: OrderReader + ReportReader + DetectionStore + ?Sized>(
    store: &S,
    fleet: &FleetDetector,
    vendor_id: &VendorId,
    now: Instant,
) -> Result<Explained> {
    let detector = fleet.vendor(vendor_id);
    let Some(change) = detector.and_then(|detector| Change::of(fleet, detector, store)) else { return Ok(None) };
    let at = fleet.start_of(fleet.next_slot(), &RULES, store.zone());
    let windows = ExplanationWindows::of(&RULES, change.since, at, change.due_a_day);
    if have_expired(store, &windows, now).await? {
        let kept = store.kept_explanation(vendor_id, change.raised_at).await?;
        let kept = kept.map(|kept| read_explained(&kept)).transpose();
        return kept.map(Option::flatten).map_err(|error| StoreError::Damaged(error.to_string()));
    }
    explain_windows(store, vendor_id, windows, now).await
}

/// Keeps what changed about the vendors with open episodes, as of when these were raised, because orders expire.
///
/// # Errors
/// The store failed.
pub async fn keep_explanations<S: OrderReader + ReportReader + DetectionStore + ?Sized>(
    store: &S,
    fleet: &FleetDetector,
    now: Instant,
) -> Result<()> {
    for (vendor_id, detector) in fleet.vendors() {
        let Some(change) = Change::of(fleet, detector, store) else { continue };
        let windows = ExplanationWindows::of(&RULES, change.since, change.raised_at, change.due_a_day);
        let is_kept = store.kept_explanation(vendor_id, change.raised_at).await?.is_some();
        if is_kept || have_expired(store, &windows, now).await? {
            continue;
        }
        let explained = explain_windows(store, vendor_id, windows, now).await?;
        store.keep_explanation(vendor_id, change.raised_at, write_explained(&explained)).await?;
    }
    Ok(())
}

/// Whether orders of the windows have expired.
async fn have_expired<S: OrderReader + ReportReader + ?Sized>(
    store: &S,
    windows: &ExplanationWindows,
    now: Instant,
) -> Result<bool> {
    let first = store.zone().day(windows.before.start);
    Ok(store.orders_kept_from(now).await?.is_some_and(|kept_from| first < kept_from))
}

/// Reads the orders of the windows, and compares them.
async fn explain_windows<S: OrderReader + ReportReader + ?Sized>(
    store: &S,
    vendor_id: &VendorId,
    windows: ExplanationWindows,
    now: Instant,
) -> Result<Explained> {
    let (zone, at) = (store.zone(), windows.after.end);
    let first = zone.day(windows.before.start);
    let filter = OrderFilter {
        vendor_id: Some(vendor_id.clone()),
        ranges: BTreeMap::from([(Milestone::Due, DayRange { from: Some(first), to: None })]),
        due_since: Some(windows.before.start),
        as_of: Some(at),
        sort: OrderSort::Milestone(Milestone::Due),
        ..OrderFilter::default()
    };
    let (mut before, mut after, mut position) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.list(&filter, position.as_ref(), PAGE, now).await?;
        for order in &page {
            match (windows.side(order), ExplainedOrder::of(order, at, zone)) {
                (Some(Side::Before), Some(explained)) => before.push(explained),
                (Some(Side::After), Some(explained)) => after.push(explained),
                _ => {}
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => position = Some(filter.position(last)),
            _ => break,
        }
    }
    Ok(explain(&RULES, &before, &after, &Dimension::ALL).map(|explanation| (windows, explanation)))
}
