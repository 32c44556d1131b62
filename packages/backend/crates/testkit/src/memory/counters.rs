//! Buckets and current reports.

use std::collections::BTreeSet;

use async_trait::async_trait;
use goody_application::clock_watch::ClockJump;
use goody_application::ports::{
    ChangeBatch, ChangeLag, ChangesSince, CurrentReport, ReportReader, ReportStatus, ReportWriter, Result, Scope,
    ScopeQuarters, VendorState,
};
use goody_application::project;
use goody_domain::{Bucket, Counter, CounterSeries, Counters, Day, Instant, Quarters, ReportZone, VendorId};

use super::{MemoryStore, State};

#[async_trait]
impl ReportWriter for MemoryStore {
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool> {
        let mut state = self.state();
        if state.checkpoint != batch.from {
            return Ok(false);
        }
        let today = self.zone.day(now);
        let revision = state.next_revision();
        for bucket_move in project::moves(&batch.changes) {
            let stored = state.buckets.entry((bucket_move.scope.clone(), bucket_move.day)).or_default();
            stored.bucket.add(&bucket_move.entries);
            stored.changed_on = Some(today);
            state.day_revisions.insert(bucket_move.day, revision);
            state.scopes.insert(bucket_move.scope, revision);
        }
        state.checkpoint = batch.to;
        Ok(true)
    }

    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()> {
        let mut state = self.state();
        for report in reports {
            let id = report.report.vendor_id.clone();
            if state.reports.get(&id).is_none_or(|stored| stored.revision <= report.revision) {
                state.reports.insert(id, report);
            }
        }
        Ok(())
    }

    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()> {
        self.state().refreshed = Some((at, lag));
        Ok(())
    }

    async fn note_clock_jump(&self, jump: ClockJump) -> Result<()> {
        self.state().clock_jumps.push(jump);
        Ok(())
    }
}

impl State {
    fn status(&self, zone: &ReportZone) -> ReportStatus {
        let (refreshed_at, lag) = self.refreshed.unzip();
        // After all days with buckets.
        let later = Day::from_number(i32::MAX);
        ReportStatus {
            refreshed_at,
            reports: self.reports.len() as u64,
            first_over: self.reports.values().map(|stored| stored.unchanged_until).min(),
            latest_fact: self.series(&Scope::Fleet, later, later, later, zone).earlier_fact,
            lag: lag.unwrap_or_default(),
            clock_jump: self.clock_jumps.last().copied(),
            unplaced_orders: self.orders.values().filter(|history| history.order().is_none()).count() as i64,
            last_received: self.last_received.clone(),
            has_other_rules: false,
        }
    }

    /// The buckets of a scope that have not expired.
    fn unexpired_buckets(&self, scope: &Scope) -> impl Iterator<Item = (Day, &Bucket)> {
        let first = self.kept_from.unwrap_or(Day::from_number(i32::MIN));
        self.all_buckets(scope).filter(move |(day, _)| *day >= first)
    }

    fn all_buckets(&self, scope: &Scope) -> impl Iterator<Item = (Day, &Bucket)> {
        let scope_buckets = self.buckets.iter().filter(move |((other, _), _)| other == scope);
        scope_buckets.map(|((_, day), stored)| (*day, &stored.bucket))
    }

    fn series(&self, scope: &Scope, from: Day, minutes_from: Day, minutes_to: Day, zone: &ReportZone) -> CounterSeries {
        let mut totals = Counters::default();
        self.all_buckets(scope).for_each(|(_, bucket)| totals.add_all(&bucket.totals));
        let stored = self.unexpired_buckets(scope).filter(|(day, _)| *day >= from);
        let buckets = stored.map(|(day, bucket)| {
            let has_minutes = minutes_from <= day && day <= minutes_to;
            let without_minutes = || Bucket { totals: bucket.totals.clone(), ..Bucket::default() };
            (day, if has_minutes { bucket.clone() } else { without_minutes() })
        });
        let buckets = buckets.collect();
        let earlier = self.all_buckets(scope).filter(|(day, _)| *day < from.max(minutes_from));
        let facts = earlier.flat_map(|(day, bucket)| {
            let latest_facts = bucket.minutes.iter().filter(|entry| entry.counter == Counter::LatestFact);
            latest_facts.map(move |entry| {
                let minute = zone.start(day).plus_seconds(i64::from(entry.minute) * 60);
                Instant::from_micros(minute.micros() + entry.amount - 1)
            })
        });
        let earlier_buckets = self.all_buckets(scope).filter(|(day, _)| *day < from.max(minutes_from));
        let deliveries = earlier_buckets.filter_map(|(day, bucket)| latest_delivery(day, bucket, zone));
        let earlier_delivery = deliveries.chain(self.expired_deliveries.get(scope).copied()).max();
        CounterSeries { totals, totals_until: None, buckets, earlier_fact: facts.max(), earlier_delivery }
    }
}

/// The latest delivery in the bucket of a day.
pub(super) fn latest_delivery(day: Day, bucket: &Bucket, zone: &ReportZone) -> Option<Instant> {
    let (minute, micros) = bucket.latest_delivery(None)?;
    Some(Instant::from_micros(zone.start(day).plus_seconds(i64::from(minute) * 60).micros() + micros))
}

#[async_trait]
impl ReportReader for MemoryStore {
    fn zone(&self) -> &ReportZone {
        &self.zone
    }

    fn revision(&self) -> Option<i64> {
        Some(self.state().revision)
    }

    async fn all_series(
        &self,
        scopes: &[Scope],
        from: Day,
        minutes_from: Day,
        minutes_to: Day,
    ) -> Result<Vec<(CounterSeries, i64)>> {
        let state = self.state();
        let read = |scope| {
            let series = state.series(scope, from, minutes_from, minutes_to, &self.zone);
            (series, state.scopes.get(scope).copied().unwrap_or(0))
        };
        Ok(scopes.iter().map(read).collect())
    }

    async fn first_day(&self) -> Result<Option<Day>> {
        let state = self.state();
        let days = state.unexpired_buckets(&Scope::Fleet).filter(|(_, bucket)| bucket.quarters != Quarters::default());
        Ok(days.map(|(day, _)| day).min())
    }

    async fn quarters(&self, from: Day, to: Day) -> Result<Vec<ScopeQuarters>> {
        let state = self.state();
        let of_scope = |scope: &Scope| {
            let days = state
                .unexpired_buckets(scope)
                .filter(|(day, bucket)| (from..=to).contains(day) && bucket.quarters != Quarters::default());
            (scope.clone(), days.map(|(day, bucket)| (day, bucket.quarters.clone())).collect::<Vec<_>>())
        };
        let all = state.scopes.keys().collect::<BTreeSet<_>>().into_iter().map(of_scope);
        Ok(all.filter(|(_, days)| !days.is_empty()).collect())
    }

    async fn state(&self, vendor_id: &VendorId) -> Result<(Option<VendorState>, Option<Day>)> {
        let state = self.state();
        let found = state.vendors.get(vendor_id);
        let found = found.map(|stored| VendorState {
            vendor: stored.vendor.clone(),
            earlier_until: stored.earlier_until(),
            kept: state.reports.get(vendor_id).cloned(),
            revision: state.scopes.get(&Scope::Vendor(vendor_id.clone())).copied().unwrap_or(0),
        });
        Ok((found, state.kept_from))
    }

    async fn changes_since(&self, after: i64) -> Result<ChangesSince> {
        let state = self.state();
        let mut vendors = Vec::new();
        for (id, stored) in &state.vendors {
            let revision = state.scopes.get(&Scope::Vendor(id.clone())).copied().unwrap_or(0);
            if stored.revision > after || revision > after {
                let (vendor, earlier_until) = (stored.vendor.clone(), stored.earlier_until());
                vendors.push(VendorState { vendor, earlier_until, kept: state.reports.get(id).cloned(), revision });
            }
        }
        let status = state.status(&self.zone);
        let (revision, kept_from) = (state.revision, state.kept_from);
        Ok(ChangesSince { vendors, revision, status, kept_from, latest_detection: None })
    }

    async fn stale_reports(&self, at: Instant, limit: usize) -> Result<Vec<VendorId>> {
        let state = self.state();
        let stale = state.scopes.iter().filter_map(|(scope, revision)| match scope {
            Scope::Fleet => None,
            Scope::Vendor(id) => {
                let stored = state.reports.get(id);
                let is_current =
                    stored.is_some_and(|stored| stored.revision >= *revision && stored.unchanged_until > at);
                (!is_current).then(|| id.clone())
            }
        });
        Ok(stale.collect::<BTreeSet<_>>().into_iter().take(limit).collect())
    }

    async fn status(&self) -> Result<ReportStatus> {
        Ok(self.state().status(&self.zone))
    }

    async fn clock_jumps(&self) -> Result<Vec<ClockJump>> {
        Ok(self.state().clock_jumps.clone())
    }

    async fn kept_from(&self) -> Result<Option<Day>> {
        Ok(self.state().kept_from)
    }
}
