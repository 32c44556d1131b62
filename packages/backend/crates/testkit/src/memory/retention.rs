//! Retention and rebuild.
//!
//! Expired orders are kept apart and still count, except in the counts by status. Expired buckets are hidden.

use std::collections::BTreeMap;

use async_trait::async_trait;
use goody_application::ports::{BucketMove, Expired, Expiry, Housekeeping, Rebuilt, Result, Scope, last_day};
use goody_application::retention::{Settlement, settlement};
use goody_domain::{Bucket, Counter, Day, Entry, Occurrences, Order, OrderId, ReportZone, fact_postings, postings};

use super::counters::latest_delivery;
use super::{MemoryStore, State};

#[async_trait]
impl Housekeeping for MemoryStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let Expiry { orders_before, order_days, buckets_before, today } = expiry;
        let mut state = self.state();
        let mut expired: Vec<(Day, OrderId)> = Vec::new();
        for (id, history) in &state.orders {
            let is_pending =
                state.changes.iter().any(|change| change.sequence > state.checkpoint && change.order_id == *id);
            let last = last_day(history.facts(), history.order().as_ref(), &self.zone);
            if last < orders_before && !is_pending {
                expired.push((last, id.clone()));
            }
        }
        expired.sort();
        expired.truncate(limit);
        if !expired.is_empty() {
            state.orders_kept_from = state.orders_kept_from.max(Some(orders_before));
        }
        for (last_day, id) in &expired {
            state.remove_order(id, *last_day, order_days, today, &self.zone);
        }
        let buckets = state.expire_buckets(buckets_before, &self.zone);
        let ids_before = state.expired_ids.len();
        state.expired_ids.retain(|_, (day, _)| *day >= buckets_before);
        Ok(Expired { orders: expired.len() as u64, buckets, marks: (ids_before - state.expired_ids.len()) as u64 })
    }

    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        let state = self.state();
        let days = state.orders.values().map(|history| last_day(history.facts(), history.order().as_ref(), &self.zone));
        Ok(days.min())
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        let mut state = self.state();
        let expected = state.expected_buckets(scope, &self.zone);
        let first_day = state.kept_from.unwrap_or(Day::from_number(i32::MIN));
        let days: Vec<Day> = expected
            .keys()
            .copied()
            .chain(state.buckets.keys().filter(|(bucket_scope, _)| bucket_scope == scope).map(|(_, day)| *day))
            .collect();
        let days: std::collections::BTreeSet<Day> = days.into_iter().filter(|day| *day >= first_day).collect();
        let mut rebuilt = Rebuilt { buckets: days.len() as u64, different: 0 };
        for day in days {
            let expected_bucket = expected.get(&day).cloned().unwrap_or_default();
            let stored = state.buckets.entry((scope.clone(), day)).or_default();
            if stored.bucket != expected_bucket {
                rebuilt.different += 1;
                stored.bucket = expected_bucket;
                stored.changed_on = Some(day);
            }
        }
        if rebuilt.different > 0 {
            let revision = state.next_revision();
            state.scopes.insert(scope.clone(), revision);
        }
        Ok(rebuilt)
    }
}

impl State {
    fn remove_order(&mut self, id: &OrderId, last_day: Day, order_days: u16, today: Day, zone: &ReportZone) {
        let history = self.orders.remove(id).expect("the order is there");
        self.expired_ids.insert(id.clone(), (today, history.batches().into_iter().cloned().collect()));
        let revision = self.next_revision();
        let Settlement { order, moved, .. } = settlement(&history, last_day, order_days, zone);
        for BucketMove { scope, day, entries } in moved {
            let stored = self.buckets.entry((scope.clone(), day)).or_default();
            stored.bucket.add(&entries);
            stored.changed_on = Some(today);
            self.scopes.insert(scope, revision);
        }
        self.settled.push((order, history.occurrences()));
    }

    fn expire_buckets(&mut self, before: Day, zone: &ReportZone) -> u64 {
        let unexpired =
            self.buckets.iter().filter_map(|((_, day), stored)| stored.changed_on.map(|changed| (*day, changed)));
        let needed = unexpired.filter(|(day, changed)| *day >= before || *changed >= before);
        let first_day = needed.map(|(day, _)| day).min().unwrap_or(before).min(before);
        let mut expired_buckets = 0;
        for ((scope, day), stored) in &mut self.buckets {
            if *day < first_day && stored.changed_on.take().is_some() {
                expired_buckets += 1;
                if let Some(delivery) = latest_delivery(*day, &stored.bucket, zone) {
                    let latest = self.expired_deliveries.entry(scope.clone()).or_insert(delivery);
                    *latest = delivery.max(*latest);
                }
            }
        }
        if expired_buckets > 0 {
            self.kept_from = self.kept_from.max(Some(first_day));
            self.explanations.retain(|(raised_at, _), _| *raised_at >= zone.start(first_day));
        }
        expired_buckets
    }

    /// The buckets of a scope, computed from all orders.
    fn expected_buckets(&self, scope: &Scope, zone: &ReportZone) -> BTreeMap<Day, Bucket> {
        let projected = self.orders.values().map(|history| {
            let pending = self.changes.iter().filter(|change| change.sequence > self.checkpoint);
            let first_pending =
                pending.filter(|change| change.order_id == *history.order_id()).map(|change| change.from).min();
            let version = first_pending.unwrap_or(history.version());
            (history.at_version(version), history.occurrences_at(version))
        });
        let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
        let none = Occurrences::default();
        let mut count = |order: Option<&Order>, occurrences: &Occurrences, is_settled: bool| {
            let facts = fact_postings(&none, occurrences, zone);
            for posting in postings(None, order, zone).into_iter().chain(facts) {
                let is_of_scope = *scope == Scope::Fleet || *scope == Scope::Vendor(posting.vendor_id.clone());
                if is_of_scope && !(is_settled && is_status_count(&posting.entry)) {
                    entries.entry(posting.entry.day).or_default().push(posting.entry);
                }
            }
        };
        projected.for_each(|(order, occurrences)| count(order.as_ref(), &occurrences, false));
        self.settled.iter().for_each(|(order, occurrences)| count(order.as_ref(), occurrences, true));
        let to_bucket = |(day, entries): (Day, Vec<Entry>)| {
            let mut bucket = Bucket::default();
            bucket.add(&entries);
            (day, bucket)
        };
        entries.into_iter().map(to_bucket).collect()
    }
}

fn is_status_count(entry: &Entry) -> bool {
    matches!(entry.counter, Counter::InStatus(_))
}
