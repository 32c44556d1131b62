//! Which changes no bucket reflects yet.
//!
//! On AWS the stream of the orders tells of changes, and [`DynamoStore::project`] takes what it tells. The stream keeps its
//! records for a day. What it lost is found by [`ChangeFeed::changes`], which compares every order with its marker: that is
//! for repairs and rebuilds.

use std::collections::HashMap;

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{ChangeBatch, ChangeFeed, ChangeLag, PostedChange, ReportWriter, Result};
use goody_domain::{History, Instant, OrderId, Status};

use crate::client::{AT_ONCE, Patience};
use crate::{DynamoStore, markers, recent};

/// How many orders are compared together.
const PAGE: usize = 500;
/// The lag is looked for among so many of the orders of each status that were updated last.
const LATEST: usize = 25;

impl DynamoStore {
    /// Moves the buckets by what is new in those histories. They may come again, late, or in any order: what the buckets
    /// reflect is not applied again. Says how many orders had something new.
    ///
    /// # Errors
    /// Some may have been applied. To be called again with all of them.
    pub async fn project(&self, histories: Vec<History>, now: Instant) -> Result<usize> {
        let mut latest: HashMap<OrderId, History> = HashMap::with_capacity(histories.len());
        for history in histories {
            let known = latest.get(history.order_id()).map_or(0, History::version);
            if history.version() > known {
                latest.insert(history.order_id().clone(), history);
            }
        }
        let mut applied = 0;
        let mut patience = Patience::default();
        loop {
            let waiting = self.waiting(latest.values()).await?;
            let changes: Vec<PostedChange> =
                waiting.into_iter().map(|(history, from)| self.fitting(history, from)).collect();
            if changes.is_empty() {
                return Ok(applied);
            }
            applied = applied.max(changes.len());
            if !self.apply(ChangeBatch { from: 0, to: 0, changes }, now).await? {
                patience.wait().await?;
            }
        }
    }

    /// Those of the histories that the counters do not reflect in full, each with the version that they do reflect.
    pub(crate) async fn waiting<'h>(
        &self,
        histories: impl Iterator<Item = &'h History>,
    ) -> Result<Vec<(&'h History, usize)>> {
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
            // Facts about an order that is not placed yet move nothing, and wait for its placement.
            history.order().map(|_| (history, from))
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
            let ids = self.ids(after.as_ref(), PAGE).await?;
            let Some(last) = ids.last() else { break };
            after = Some(last.clone());
            let histories = self.histories(&ids).await?;
            let waiting = self.waiting(ids.iter().filter_map(|id| histories.get(id))).await?;
            batch.changes.extend(waiting.into_iter().map(|(history, from)| self.fitting(history, from)));
        }
        batch.changes.truncate(limit);
        Ok(batch)
    }

    /// What waits among the orders that were updated last.
    async fn lag(&self) -> Result<ChangeLag> {
        let latest = stream::iter(Status::ALL).map(|status| recent::latest(self, status, LATEST)).buffered(AT_ONCE);
        let ids: Vec<OrderId> = latest.try_collect::<Vec<_>>().await?.concat();
        let histories = self.histories(&ids).await?;
        let mut lag = ChangeLag::default();
        for (history, from) in self.waiting(histories.values()).await? {
            let unapplied = &history.events()[from..];
            lag.changes += unapplied.len() as u64;
            let oldest = unapplied.iter().map(|fact| fact.recorded_at).min();
            lag.oldest = lag.oldest.into_iter().chain(oldest).min();
        }
        Ok(lag)
    }
}
