//! Changes move the counters: each change, its marker and everything it moves in one transaction.
//!
//! A transaction has at most 100 items, so a batch is applied in groups of whole orders. When a process dies between two of
//! them, the first group is applied and the rest is told again.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{ChangeBatch, ChangeLag, CurrentReport, PostedChange, ReportWriter, Result};
use goody_application::project;
use goody_domain::{Day, History, Instant};

use crate::bucket_transaction::{BucketTransaction, Place, key, places};
use crate::buckets::{FLEET, NOW};
use crate::client::{AT_ONCE, Patience, Terms, Transacted, failed, number, text};
use crate::compressed::Compressed;
use crate::{DynamoStore, markers, secondary_vendors};

/// The most items of a transaction.
const ITEMS: usize = 100;
const DOING: &str = "moving the counters";

#[async_trait]
impl ReportWriter for DynamoStore {
    async fn apply(&self, batch: ChangeBatch, now: Instant) -> Result<bool> {
        let today = self.zone.day(now);
        let mut all = true;
        for group in groups(batch.changes) {
            all &= self.apply_group(&group, today).await?;
        }
        Ok(all)
    }

    async fn save_reports(&self, reports: Vec<CurrentReport>) -> Result<()> {
        stream::iter(reports).map(|report| self.keep_one(report)).buffered(AT_ONCE).try_collect().await
    }

    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()> {
        let oldest = lag.oldest.map_or(AttributeValue::Null(true), |oldest| number(oldest.micros()));
        let (names, values) = Terms::new([
            ("rolledAt", number(at.micros())),
            ("lagChanges", number(lag.changes)),
            ("lagOldest", oldest),
            ("reportDate", text(NOW)),
        ])
        .split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(key(FLEET, NOW.to_owned())));
        let update = update.update_expression(
            "SET #rolledAt = :rolledAt, #lagChanges = :lagChanges, #lagOldest = :lagOldest, #reportDate = :reportDate",
        );
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        update.send().await.map(drop).map_err(|error| failed("noting the timer")(error.into()))
    }
}

/// Changes that fit into one transaction, and the rows that they touch.
#[derive(Default)]
struct Group {
    changes: Vec<PostedChange>,
    places: BTreeSet<Place>,
}

impl Group {
    /// Items of the transaction: a marker and pointers for each order, the rows, and the current row of each scope.
    fn items(changes: &[PostedChange], places: &BTreeSet<Place>) -> usize {
        let scopes: BTreeSet<&str> = places.iter().map(|(scope, _)| scope.as_str()).collect();
        let pointers: usize = changes.iter().map(|change| secondary_vendors::others(&change.change).count()).sum();
        changes.len() + pointers + places.len() + scopes.len()
    }
}

impl DynamoStore {
    /// What is new in a history since a version: all of it, or as much as fits into one transaction. A single fact may be too
    /// much for one only where it places an order of which dozens were told before.
    pub(crate) fn fitting(&self, history: &History, from_version: usize) -> PostedChange {
        let mut version = history.version();
        loop {
            let change = PostedChange::new(history.change(from_version, version), &self.zone);
            if version - from_version <= 1 || Group::items(std::slice::from_ref(&change), &places_of(&change)) <= ITEMS
            {
                return change;
            }
            version = from_version + (version - from_version) / 2;
        }
    }

    /// False where a marker is no longer where its change begins.
    async fn apply_group(&self, Group { changes, places }: &Group, today: Day) -> Result<bool> {
        let moves = project::moves(changes);
        let mut patience = Patience::default();
        loop {
            let mut transaction = BucketTransaction::take(self, places, today).await?;
            for moved in &moves {
                transaction.add(&moved.scope, moved.day, &moved.entries)?;
            }
            let mut writes: Vec<TransactWriteItem> =
                changes.iter().map(|posted| markers::advance(self, &posted.change, today)).collect::<Result<_>>()?;
            for posted in changes {
                writes.extend(secondary_vendors::pointers(self, &posted.change)?);
            }
            writes.extend(transaction.writes()?);
            match self.transact(DOING, writes).await? {
                Transacted::Done => return Ok(true),
                Transacted::Refused(places) if places.iter().any(|place| *place < changes.len()) => return Ok(false),
                // Somebody else moved the same buckets.
                Transacted::Refused(_) => patience.wait().await?,
            }
        }
    }

    async fn keep_one(&self, current: CurrentReport) -> Result<()> {
        const DOING: &str = "keeping a report";
        let body = serde_json::to_string(&current).map_err(|error| failed(DOING)(error.into()))?;
        let kept = AttributeValue::B(Blob::new(Compressed::new(&body)?.into_bytes()));
        let terms = Terms::new([("kept", kept), ("keptRevision", number(current.revision)), ("reportDate", text(NOW))]);
        let (names, values) = terms.split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(key(current.report.vendor_id.as_str(), NOW.to_owned())));
        let update = update
            .update_expression("SET #kept = :kept, #keptRevision = :keptRevision, #reportDate = :reportDate")
            .condition_expression("attribute_not_exists(#keptRevision) OR #keptRevision <= :keptRevision");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        match update.send().await {
            Ok(_) => Ok(()),
            // One made from newer buckets is there.
            Err(SdkError::ServiceError(refused))
                if matches!(refused.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(failed(DOING)(error.into())),
        }
    }
}

/// Cuts changes into groups that fit, none of them empty. Only the changes of one order may be too many for a group.
fn groups(mut changes: Vec<PostedChange>) -> Vec<Group> {
    // Orders of one vendor and day move the same rows, so they go together.
    changes.sort_by_cached_key(|PostedChange { change, .. }| {
        let order = change.after.as_ref().map(|order| (order.placement.vendor_id.clone(), order.created_at));
        (order, change.order_id.clone())
    });
    let mut groups: Vec<Group> = Vec::new();
    let mut open = Group::default();
    for change in changes {
        let places = places_of(&change);
        let mut together = open.places.clone();
        together.extend(places.iter().cloned());
        open.changes.push(change);
        if open.changes.len() > 1 && Group::items(&open.changes, &together) > ITEMS {
            let next = open.changes.split_off(open.changes.len() - 1);
            groups.push(std::mem::take(&mut open));
            open.changes = next;
            together = places;
        }
        open.places = together;
    }
    groups.extend(Some(open).filter(|open| !open.changes.is_empty()));
    groups
}

/// The rows that a change moves.
fn places_of(change: &PostedChange) -> BTreeSet<Place> {
    project::moves([change]).iter().flat_map(places).collect()
}
