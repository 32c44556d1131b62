//! Forgetting, and checking.
//!
//! Expired orders are set aside and go on to count, but stand nowhere any more. Expired buckets are hidden.

use std::collections::BTreeMap;

use async_trait::async_trait;
use goody_application::ports::{BucketMove, Expired, Expiry, Housekeeping, Rebuilt, Result, Scope, last_day};
use goody_application::retention::{Settlement, settlement};
use goody_domain::{Bucket, Counter, Day, Entry, Order, OrderId, ReportZone, postings};

use super::{MemoryStore, State};

#[async_trait]
impl Housekeeping for MemoryStore {
    async fn expire(&self, expiry: Expiry, limit: usize) -> Result<Expired> {
        let Expiry { orders_before, order_days, buckets_before, today } = expiry;
        let mut state = self.state();
        let mut old: Vec<(Day, OrderId)> = Vec::new();
        for (id, history) in &state.orders {
            let is_waiting = state.changes.iter().any(|change| change.seq > state.checkpoint && change.order_id == *id);
            let last = last_day(history.events(), history.order().as_ref(), &self.zone);
            if last < orders_before && !is_waiting {
                old.push((last, id.clone()));
            }
        }
        old.sort();
        old.truncate(limit);
        for (last_day, id) in &old {
            state.forget_order(id, *last_day, order_days, today, &self.zone);
        }
        let buckets = state.forget_buckets(buckets_before);
        let marks = state.marks.len();
        state.marks.retain(|_, day| *day >= buckets_before);
        Ok(Expired { orders: old.len() as u64, buckets, marks: (marks - state.marks.len()) as u64 })
    }

    async fn oldest_order_day(&self) -> Result<Option<Day>> {
        let state = self.state();
        let days =
            state.orders.values().map(|history| last_day(history.events(), history.order().as_ref(), &self.zone));
        Ok(days.min())
    }

    async fn rebuild(&self, scope: &Scope) -> Result<Rebuilt> {
        let mut state = self.state();
        let should = state.rebuilt(scope, &self.zone);
        let first = state.kept_from.unwrap_or(Day::from_number(i32::MIN));
        let days: Vec<Day> = should
            .keys()
            .copied()
            .chain(state.buckets.keys().filter(|(of, _)| of == scope).map(|(_, day)| *day))
            .collect();
        let days: std::collections::BTreeSet<Day> = days.into_iter().filter(|day| *day >= first).collect();
        let mut rebuilt = Rebuilt { buckets: days.len() as u64, different: 0 };
        for day in days {
            let ought = should.get(&day).cloned().unwrap_or_default();
            let kept = state.buckets.entry((scope.clone(), day)).or_default();
            if kept.bucket != ought {
                rebuilt.different += 1;
                kept.bucket = ought;
                kept.changed_on = Some(day);
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
    fn forget_order(&mut self, id: &OrderId, last_day: Day, order_days: u16, today: Day, zone: &ReportZone) {
        let history = self.orders.remove(id).expect("the order is there");
        self.marks.insert(id.clone(), today);
        let Some(order) = history.order() else { return };
        let revision = self.next_revision();
        let Settlement { order, moved, .. } = settlement(order, last_day, order_days, zone);
        for BucketMove { scope, day, entries } in moved {
            let kept = self.buckets.entry((scope.clone(), day)).or_default();
            kept.bucket.add(&entries);
            kept.changed_on = Some(today);
            self.scopes.insert(scope, revision);
        }
        self.settled.push(order);
    }

    fn forget_buckets(&mut self, before: Day) -> u64 {
        let there = self.buckets.iter().filter_map(|((_, day), kept)| kept.changed_on.map(|changed| (*day, changed)));
        let needed = there.filter(|(day, changed)| *day >= before || *changed >= before);
        let first = needed.map(|(day, _)| day).min().unwrap_or(before).min(before);
        let mut gone = 0;
        for ((_, day), kept) in &mut self.buckets {
            if *day < first && kept.changed_on.take().is_some() {
                gone += 1;
            }
        }
        if gone > 0 {
            self.kept_from = self.kept_from.max(Some(first));
        }
        gone
    }

    /// What the buckets of a scope should be.
    fn rebuilt(&self, scope: &Scope, zone: &ReportZone) -> BTreeMap<Day, Bucket> {
        let projected = self.orders.values().filter_map(|history| {
            let waiting = self.changes.iter().filter(|change| change.seq > self.checkpoint);
            let first = waiting.filter(|change| change.order_id == *history.order_id()).map(|change| change.from).min();
            history.at_version(first.unwrap_or(history.version()))
        });
        let mut entries: BTreeMap<Day, Vec<Entry>> = BTreeMap::new();
        let mut count = |order: &Order, is_settled: bool| {
            for posting in postings(None, Some(order), zone) {
                let is_of_scope = *scope == Scope::Fleet || *scope == Scope::Vendor(posting.vendor_id);
                if is_of_scope && !(is_settled && stands(&posting.entry)) {
                    entries.entry(posting.entry.day).or_default().push(posting.entry);
                }
            }
        };
        projected.for_each(|order| count(&order, false));
        self.settled.iter().for_each(|order| count(order, true));
        let summed = |(day, entries): (Day, Vec<Entry>)| {
            let mut bucket = Bucket::default();
            bucket.add(&entries);
            (day, bucket)
        };
        entries.into_iter().map(summed).collect()
    }
}

fn stands(entry: &Entry) -> bool {
    matches!(entry.counter, Counter::InStatus(_))
}
