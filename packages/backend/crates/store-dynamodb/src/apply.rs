//! Applies changes to the counters. One transaction writes a change, its marker and every counter that it moves.
//!
//! A transaction has at most 100 items, so a batch is applied in groups of whole orders. When a process dies between two groups,
//! the first group is applied and the change feed sends the others again.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{ChangeBatch, ChangeLag, CurrentReport, PostedChange, ReportWriter, Result};
use goody_application::project;
use goody_domain::{Change, Day, History, Instant};

use crate::bucket_transaction::{BucketTransaction, RowKey, item_key, row_keys};
use crate::buckets::{CURRENT, FLEET};
use crate::client::{Backoff, MAX_CONCURRENT_CALLS, Terms, TransactionOutcome, failed, number, text};
use crate::compressed::Compressed;
use crate::{DynamoStore, markers, secondary_vendors};

/// The maximum number of items in a transaction.
const MAX_TRANSACTION_ITEMS: usize = 100;
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
        stream::iter(reports).map(|report| self.save_report(report)).buffered(MAX_CONCURRENT_CALLS).try_collect().await
    }

    async fn mark_refreshed(&self, at: Instant, lag: ChangeLag) -> Result<()> {
        let oldest = lag.oldest.map_or(AttributeValue::Null(true), |oldest| number(oldest.micros()));
        let (names, values) = Terms::new([
            ("rolledAt", number(at.micros())),
            ("lagChanges", number(lag.changes)),
            ("lagOldest", oldest),
            ("reportDate", text(CURRENT)),
        ])
        .split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(item_key(FLEET, CURRENT.to_owned())));
        let update = update.update_expression(
            "SET #rolledAt = :rolledAt, #lagChanges = :lagChanges, #lagOldest = :lagOldest, #reportDate = :reportDate",
        );
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        update.send().await.map(drop).map_err(|error| failed("saving the time of the refresh")(error.into()))
    }
}

/// Changes that fit into one transaction, and the rows that they change.
#[derive(Default)]
struct Group {
    changes: Vec<PostedChange>,
    row_keys: BTreeSet<RowKey>,
}

impl Group {
    /// The number of items in the transaction: a marker and pointers for each order, the rows, and the current row of each scope.
    fn item_count(changes: &[PostedChange], row_keys: &BTreeSet<RowKey>) -> usize {
        let scopes: BTreeSet<&str> = row_keys.iter().map(|(scope, _)| scope.as_str()).collect();
        let pointers: usize = changes.iter().map(|change| secondary_vendors::vendor_ids(&change.change).count()).sum();
        // The fleet's row may be written only for the number of orders without a placement.
        let unplaced = usize::from(!scopes.contains(FLEET));
        changes.len() + pointers + row_keys.len() + scopes.len() + unplaced
    }
}

impl DynamoStore {
    /// The change of a history since a version: up to its end, or as far as one transaction has room. A change of one fact fits,
    /// except for the placement of an order that has dozens of earlier facts.
    pub(crate) fn largest_change(&self, history: &History, from_version: usize) -> PostedChange {
        let mut version = history.version();
        loop {
            let change = PostedChange::new(history.change(from_version, version), &self.zone);
            let fits =
                || Group::item_count(std::slice::from_ref(&change), &row_keys_of(&change)) <= MAX_TRANSACTION_ITEMS;
            if version - from_version <= 1 || fits() {
                return change;
            }
            version = from_version + (version - from_version) / 2;
        }
    }

    /// Returns false if a marker is not at the version at which its change begins.
    async fn apply_group(&self, Group { changes, row_keys }: &Group, today: Day) -> Result<bool> {
        let moves = project::moves(changes);
        let mut backoff = Backoff::default();
        loop {
            let mut transaction = BucketTransaction::begin(self, row_keys, today).await?;
            for bucket_move in &moves {
                transaction.add(&bucket_move.scope, bucket_move.day, &bucket_move.entries)?;
            }
            transaction.add_unplaced(changes.iter().map(|posted| newly_unplaced(&posted.change)).sum());
            let mut writes: Vec<TransactWriteItem> =
                changes.iter().map(|posted| markers::advance(self, &posted.change, today)).collect::<Result<_>>()?;
            for posted in changes {
                writes.extend(secondary_vendors::pointers(self, &posted.change)?);
            }
            writes.extend(transaction.writes()?);
            match self.transact(DOING, writes).await? {
                TransactionOutcome::Committed => return Ok(true),
                TransactionOutcome::Refused(indexes) if indexes.iter().any(|index| *index < changes.len()) => {
                    return Ok(false);
                }
                // Another writer changed the same buckets.
                TransactionOutcome::Refused(_) => backoff.wait().await?,
            }
        }
    }

    async fn save_report(&self, current: CurrentReport) -> Result<()> {
        const DOING: &str = "saving a report";
        let body = serde_json::to_string(&current).map_err(|error| failed(DOING)(error.into()))?;
        let compressed = AttributeValue::B(Blob::new(Compressed::new(&body)?.into_bytes()));
        let terms = Terms::new([
            ("kept", compressed),
            ("keptRevision", number(current.revision)),
            ("reportDate", text(CURRENT)),
        ]);
        let (names, values) = terms.split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update.set_key(Some(item_key(current.report.vendor_id.as_str(), CURRENT.to_owned())));
        let update = update
            .update_expression("SET #kept = :kept, #keptRevision = :keptRevision, #reportDate = :reportDate")
            .condition_expression("attribute_not_exists(#keptRevision) OR #keptRevision <= :keptRevision");
        let update = update.set_expression_attribute_names(names).set_expression_attribute_values(values);
        match update.send().await {
            Ok(_) => Ok(()),
            // The stored report was computed from newer buckets.
            Err(SdkError::ServiceError(refused))
                if matches!(refused.err(), UpdateItemError::ConditionalCheckFailedException(_)) =>
            {
                Ok(())
            }
            Err(error) => Err(failed(DOING)(error.into())),
        }
    }
}

/// 1 for an order that has no placement after a change and did not exist or had one before, −1 for the opposite.
fn newly_unplaced(change: &Change) -> i64 {
    let was_unplaced = change.from_version > 0 && change.before.is_none();
    i64::from(change.after.is_none()) - i64::from(was_unplaced)
}

/// Splits changes into groups that fit into a transaction. No group is empty. Only a group of one order may be too large.
fn groups(mut changes: Vec<PostedChange>) -> Vec<Group> {
    // Orders of one vendor and day change the same rows, so they share a group.
    changes.sort_by_cached_key(|PostedChange { change, .. }| {
        let order = change.after.as_ref().map(|order| (order.placement.vendor_id.clone(), order.created_at));
        (order, change.order_id.clone())
    });
    let mut groups: Vec<Group> = Vec::new();
    let mut open = Group::default();
    for change in changes {
        let row_keys = row_keys_of(&change);
        let mut all_keys = open.row_keys.clone();
        all_keys.extend(row_keys.iter().cloned());
        open.changes.push(change);
        if open.changes.len() > 1 && Group::item_count(&open.changes, &all_keys) > MAX_TRANSACTION_ITEMS {
            let next = open.changes.split_off(open.changes.len() - 1);
            groups.push(std::mem::take(&mut open));
            open.changes = next;
            all_keys = row_keys;
        }
        open.row_keys = all_keys;
    }
    groups.extend(Some(open).filter(|open| !open.changes.is_empty()));
    groups
}

/// The keys of the rows that a change moves.
fn row_keys_of(change: &PostedChange) -> BTreeSet<RowKey> {
    project::moves([change]).iter().flat_map(row_keys).collect()
}
