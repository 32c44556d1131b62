//! What was refused: records in a partition of their own, by time, and a pointer to each by its id.
//!
//! A pointer says when a rejection was refused first, and with that where its record is: so the same again finds its record. What is
//! kept of a day is counted in an item of that day, which has the same time to live as the records: the counts stay right when the
//! table deletes both. A process that ends between two writes leaves the count of a day wrong by what it was writing, until that day
//! expires. Functions that ingest may not put items into this table: every write is an update.

mod items;
mod removal;
mod updates;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{
    KeptRejection, PAGE_BYTES, Refused, RejectionBounds, RejectionCount, RejectionId, RejectionPage, RejectionPosition,
    RejectionStore, Result, distinct, kept_since,
};
use goody_domain::Instant;

use crate::DynamoStore;
use crate::client::{MAX_CONCURRENT_CALLS, failed};
use crate::items::{Item, read, write};
use items::{PointerItem, RecordItem, Totals, parts_after_first, pointer_key, record_key};

const DOING: &str = "keeping what was refused";

#[async_trait]
impl RejectionStore for DynamoStore {
    async fn keep(&self, refused: Vec<Refused>, bounds: RejectionBounds, now: Instant) -> Result<()> {
        let distinct = distinct(refused);
        let ids: Vec<RejectionId> = distinct.iter().map(|(id, ..)| id.clone()).collect();
        let known = self.pointers(&ids, kept_since(now)).await?;
        let keep = |(id, times, refused): (RejectionId, u64, Refused)| {
            let first_at = known.get(&id).copied();
            async move {
                let bytes = refused.body.len() as u64;
                let is_new = self.keep_one(id, first_at, (times, refused), now).await?;
                Ok(if is_new { Some(bytes) } else { None })
            }
        };
        let kept = stream::iter(distinct).map(keep).buffer_unordered(MAX_CONCURRENT_CALLS);
        let new: Vec<u64> = kept.try_filter_map(|bytes| async move { Ok(bytes) }).try_collect().await?;
        self.count_kept(new.len() as i64, new.iter().sum::<u64>() as i64, now).await?;
        self.remove_oldest(bounds).await
    }

    async fn rejections(&self, after: Option<&RejectionPosition>, limit: usize, now: Instant) -> Result<RejectionPage> {
        let since = kept_since(now);
        let mut start = match after {
            // The table refuses to start outside of the range.
            Some(after) if after.first_at < since.micros() => return Ok(RejectionPage::default()),
            Some(after) => Some(record_key(after.first_at, &after.id)),
            None => None,
        };
        let (mut records, mut bytes) = (Vec::<RecordItem>::new(), 0);
        let query = self.record_query(Some(since), None).scan_index_forward(false);
        loop {
            let left = i32::try_from(limit + 1 - records.len()).unwrap_or(i32::MAX);
            let page = query.clone().limit(left).set_exclusive_start_key(start).send().await;
            let page = page.map_err(|error| failed("listing what was refused")(error.into()))?;
            for item in page.items.into_iter().flatten() {
                let record: RecordItem = read(item)?;
                bytes += record.bytes;
                if records.len() == limit || (!records.is_empty() && bytes > PAGE_BYTES) {
                    let rejections = self.with_bodies(records).await?;
                    let next = rejections.last().map(KeptRejection::position);
                    return Ok(RejectionPage { rejections, next });
                }
                records.push(record);
            }
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(RejectionPage { rejections: self.with_bodies(records).await?, next: None });
            }
        }
    }

    async fn rejection(&self, id: &RejectionId, now: Instant) -> Result<Option<KeptRejection>> {
        let records = self.records(std::slice::from_ref(id), kept_since(now)).await?;
        Ok(self.with_bodies(records).await?.into_iter().next())
    }

    async fn remove(&self, ids: &[RejectionId]) -> Result<()> {
        let records = self.records(ids, Instant::from_micros(i64::MIN)).await?;
        self.remove_records(records.into_iter().map(|record| record.place()).collect()).await.map(drop)
    }

    async fn expire_rejections(&self, before: Instant) -> Result<u64> {
        let places = self.places(Some(before)).await?;
        let removed = self.remove_records(places).await?;
        self.delete_totals(Some(before)).await?;
        Ok(removed)
    }

    async fn forget_all(&self) -> Result<u64> {
        let places = self.places(None).await?;
        let removed = self.remove_records(places).await?;
        self.delete_totals(None).await?;
        Ok(removed)
    }

    async fn count_rejections(&self, now: Instant) -> Result<RejectionCount> {
        let totals: Vec<Totals> = self.totals(Some(kept_since(now))).await?;
        Ok(Totals::sum(&totals))
    }
}

impl DynamoStore {
    /// Keeps one rejection. Returns whether it is new.
    async fn keep_one(
        &self,
        id: RejectionId,
        first_at: Option<i64>,
        (times, refused): (u64, Refused),
        now: Instant,
    ) -> Result<bool> {
        let first_at = match first_at {
            Some(first_at) => first_at,
            None => self.point_to(&id, now).await?,
        };
        let key = record_key(first_at, &id);
        if first_at != now.micros() && self.count_again(key.clone(), times, now).await? {
            return Ok(false);
        }
        let parts = parts_after_first(&id, first_at, &refused.body);
        stream::iter(parts)
            .map(|part| async move { self.set_attributes(write(&part)?, None).await })
            .buffered(MAX_CONCURRENT_CALLS)
            .try_for_each(|_| async { Ok(()) })
            .await?;
        let record = write(&RecordItem::new(id, first_at, now, refused))?;
        self.set_attributes(record, Some(times)).await
    }

    /// The rejections of these records, with the rest of their bodies.
    async fn with_bodies(&self, records: Vec<RecordItem>) -> Result<Vec<KeptRejection>> {
        let rejections = stream::iter(records).map(|record| async move {
            let keys = record.part_keys();
            let parts = match keys.is_empty() {
                true => Vec::new(),
                false => self.get_all("reading a rejection", &self.tables.reports, keys).await?,
            };
            record.complete(parts)
        });
        rejections.buffered(MAX_CONCURRENT_CALLS).try_collect().await
    }

    /// The records of those of these rejections that are kept and were refused first since an instant.
    async fn records(&self, ids: &[RejectionId], since: Instant) -> Result<Vec<RecordItem>> {
        let pointers = self.pointers(ids, since).await?;
        let keys: Vec<Item> = pointers.iter().map(|(id, first_at)| record_key(*first_at, id)).collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.get_all("reading a rejection", &self.tables.reports, keys).await?;
        found.into_iter().map(read).collect()
    }

    /// When those of these rejections that have a pointer were refused first, if that was since an instant.
    async fn pointers(&self, ids: &[RejectionId], since: Instant) -> Result<BTreeMap<RejectionId, i64>> {
        let ids: BTreeSet<&RejectionId> = ids.iter().collect();
        let keys: Vec<Item> = ids.into_iter().map(pointer_key).collect();
        if keys.is_empty() {
            return Ok(Default::default());
        }
        let found = self.get_all("reading a rejection", &self.tables.reports, keys).await?;
        let pointers = found.into_iter().map(|item| read::<PointerItem>(item)?.target());
        let pointers = pointers.collect::<Result<Vec<(RejectionId, i64)>>>()?;
        Ok(pointers.into_iter().filter(|(_, first_at)| *first_at >= since.micros()).collect())
    }
}
