//! The changes that no bucket reflects yet.
//!
//! On AWS, the stream of the orders delivers changes to [`DynamoStore::project`]. The stream stores its records for a day. For
//! repairs and rebuilds, [`ChangeFeed::changes`] also finds the changes of lost records: it compares every order with its marker.

use std::collections::HashMap;

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{ChangeBatch, ChangeFeed, ChangeLag, PostedChange, ReportWriter, Result};
use goody_domain::{History, HistoryFact, Instant, OrderId, Status};

use crate::client::{Backoff, MAX_CONCURRENT_CALLS};
use crate::{DynamoStore, markers, recent};

/// How many orders are compared at a time.
const PAGE: usize = 500;
/// How many of the most recently updated orders of each status the lag is computed from.
const ORDERS_PER_STATUS: usize = 25;

/// A change that the buckets do not reflect in full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending<'h> {
    pub(crate) history: &'h History,
    /// The version that the buckets reflect.
    from: usize,
    /// The version after the change: the latest one, or that of the change whose first steps are applied.
    version: usize,
}

impl Pending<'_> {
    fn change(&self, store: &DynamoStore) -> PostedChange {
        PostedChange::new(self.history.change(self.from, self.version), &store.zone)
    }
}

impl DynamoStore {
    /// Moves the buckets by the changes in these histories. A history may arrive twice, late, or in any sequence: a change that
    /// the buckets already reflect is not applied again. Returns the number of orders with new changes.
    ///
    /// # Errors
    /// The store failed. Some changes may be applied: call it again with all histories.
    pub async fn project(&self, histories: Vec<History>, now: Instant) -> Result<usize> {
        let mut latest: HashMap<OrderId, History> = HashMap::with_capacity(histories.len());
        for history in histories {
            let known_version = latest.get(history.order_id()).map_or(0, History::version);
            if history.version() > known_version {
                latest.insert(history.order_id().clone(), history);
            }
        }
        let mut applied = 0;
        let mut backoff = Backoff::default();
        loop {
            let pending = self.pending(latest.values()).await?.into_iter();
            let changes: Vec<PostedChange> = pending.map(|pending| pending.change(self)).collect();
            if changes.is_empty() {
                return Ok(applied);
            }
            applied = applied.max(changes.len());
            if !self.apply(ChangeBatch { from: 0, to: 0, changes }, now).await? {
                backoff.wait().await?;
            }
        }
    }

    /// The next change of each of the histories that the buckets do not reflect in full.
    pub(crate) async fn pending<'h>(&self, histories: impl Iterator<Item = &'h History>) -> Result<Vec<Pending<'h>>> {
        let histories: Vec<&History> = histories.collect();
        let ids: Vec<OrderId> = histories.iter().map(|history| history.order_id().clone()).collect();
        let markers = markers::read_all(self, &ids).await?;
        let reflected = |history: &'h History| {
            let marker = markers.get(history.order_id());
            let is_final = marker.is_some_and(|marker| marker.expired_on.is_some());
            let from = marker.map_or(0, |marker| marker.version);
            if is_final || from >= history.version() {
                return None;
            }
            let steps = marker.and_then(|marker| marker.steps);
            let version = steps.map_or(history.version(), |steps| steps.next_version);
            Some(Pending { history, from, version })
        };
        Ok(histories.into_iter().filter_map(reflected).collect())
    }
}

#[async_trait]
impl ChangeFeed for DynamoStore {
    async fn changes(&self, limit: usize) -> Result<ChangeBatch> {
        let mut batch = ChangeBatch::default();
        let mut after: Option<OrderId> = None;
        while batch.changes.len() < limit {
            let ids = self.order_ids(after.as_ref(), PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(last.clone());
            let histories = self.histories(&ids).await?;
            let pending = self.pending(ids.iter().filter_map(|id| histories.get(id))).await?.into_iter();
            batch.changes.extend(pending.map(|pending| pending.change(self)));
        }
        batch.changes.truncate(limit);
        Ok(batch)
    }

    /// The pending changes of the most recently updated orders.
    async fn lag(&self) -> Result<ChangeLag> {
        let latest = stream::iter(Status::ALL)
            .map(|status| recent::latest_ids(self, status, ORDERS_PER_STATUS))
            .buffered(MAX_CONCURRENT_CALLS);
        let ids: Vec<OrderId> = latest.try_collect::<Vec<_>>().await?.concat();
        let histories = self.histories(&ids).await?;
        let mut lag = ChangeLag::default();
        for Pending { history, from, .. } in self.pending(histories.values()).await? {
            let pending = &history.facts()[from..];
            lag.changes += pending.len() as u64;
            let oldest = pending.iter().map(HistoryFact::recorded_at).min();
            lag.oldest = lag.oldest.into_iter().chain(oldest).min();
        }
        Ok(lag)
    }
}
