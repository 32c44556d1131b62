//! Removes rejections: the oldest, those that have expired, or all.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{RejectionBounds, RejectionId, Result};
use goody_domain::Instant;

use super::items::{Place, RECORDS, Totals, day_of, record_key, record_sort_key, totals_sort_key};
use crate::DynamoStore;
use crate::client::{MAX_CONCURRENT_CALLS, Terms, failed, text};
use crate::items::{Item, read};

const DOING: &str = "removing what was refused";
/// A text that sorts after every time.
const END: i64 = 9_999_999_999_999_999;

impl DynamoStore {
    /// A query of the items between two sort keys, the oldest first.
    fn range_query(&self, from: String, to: String) -> QueryFluentBuilder {
        let terms = Terms::new([("vendorId", text(RECORDS))]).with_names(["date"]);
        let (names, values) = terms.with_values([("from", text(from)), ("to", text(to))]).split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        query
            .key_condition_expression("#vendorId = :vendorId AND #date BETWEEN :from AND :to")
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
    }

    /// A query of the records that were refused first since an instant, and before another.
    pub(super) fn record_query(&self, since: Option<Instant>, before: Option<Instant>) -> QueryFluentBuilder {
        let key = |at: Option<Instant>, default| record_sort_key(at.map_or(default, Instant::micros), "");
        self.range_query(key(since, 0), key(before, END))
    }

    /// What is kept of each day since an instant.
    pub(super) async fn totals(&self, since: Option<Instant>) -> Result<Vec<Totals>> {
        let query = self.range_query(totals_sort_key(since.map_or(0, Instant::micros)), totals_sort_key(END));
        self.query("counting what was refused", query, None).await?.into_iter().map(read).collect()
    }

    /// Where the records are that were refused first before an instant; all without one.
    pub(super) async fn places(&self, before: Option<Instant>) -> Result<Vec<Place>> {
        let query = self.record_query(None, before).projection_expression("id, firstAt, #bytes");
        let query = query.expression_attribute_names("#bytes", "bytes");
        self.query(DOING, query, None).await?.into_iter().map(read).collect()
    }

    /// Removes the oldest until the rest is within the bounds.
    pub(super) async fn remove_oldest(&self, bounds: RejectionBounds) -> Result<()> {
        let count = Totals::sum(&self.totals(None).await?);
        let (mut rejections, mut bytes) = (count.rejections, count.bytes);
        let is_over = |rejections: u64, bytes: u64| rejections > bounds.rejections || bytes > bounds.bytes;
        let (mut oldest, mut start): (Vec<Place>, Option<Item>) = (Vec::new(), None);
        while is_over(rejections, bytes) {
            let query = self.record_query(None, None).projection_expression("id, firstAt, #bytes");
            let query = query.expression_attribute_names("#bytes", "bytes").set_exclusive_start_key(start);
            let page = query.send().await.map_err(|error| failed(DOING)(error.into()))?;
            for place in page.items.into_iter().flatten().map(read::<Place>) {
                if is_over(rejections, bytes) {
                    let place = place?;
                    rejections = rejections.saturating_sub(1);
                    bytes = bytes.saturating_sub(place.bytes);
                    oldest.push(place);
                }
            }
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
        self.remove_records(oldest).await.map(drop)
    }

    /// Removes records with their pointers and bodies. Returns the number of those that were there.
    pub(super) async fn remove_records(&self, places: Vec<Place>) -> Result<u64> {
        let ids: Vec<RejectionId> = places.iter().map(|place| place.id.clone()).collect();
        let pointers = &self.pointers(&ids, Instant::from_micros(i64::MIN)).await?;
        let remove = |place: Place| async move {
            let is_removed = self.delete_existing(DOING, record_key(place.first_at, &place.id)).await?;
            // The same again, after this record had expired, has a record of its own, to which the rest belongs.
            if pointers.get(&place.id).is_none_or(|first_at| *first_at == place.first_at) {
                for key in place.other_keys() {
                    self.delete_existing(DOING, key).await?;
                }
            }
            Ok(is_removed.then_some(place))
        };
        let removed = stream::iter(places).map(remove).buffer_unordered(MAX_CONCURRENT_CALLS);
        let removed: Vec<Place> = removed.try_filter_map(|place| async move { Ok(place) }).try_collect().await?;
        let mut of_days: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for place in &removed {
            let (rejections, bytes) = of_days.entry(day_of(place.first_at)).or_default();
            *rejections -= 1;
            *bytes -= i64::try_from(place.bytes).unwrap_or(0);
        }
        for (day, counts) in of_days {
            self.add_to_totals(day, counts, None).await?;
        }
        Ok(removed.len() as u64)
    }

    /// Deletes the counts of the days before that of an instant; all without one.
    pub(super) async fn delete_totals(&self, before: Option<Instant>) -> Result<()> {
        let last = before.map_or(END, |before| day_of(before.micros()) - 1);
        let query = self.range_query(totals_sort_key(0), totals_sort_key(last));
        for item in self.query(DOING, query, None).await? {
            let is_key = |name: &String| matches!(name.as_str(), "vendorId" | "date");
            self.delete_existing(DOING, item.into_iter().filter(|(name, _)| is_key(name)).collect()).await?;
        }
        Ok(())
    }
}
