//! Applies changes to the counters. One transaction writes a change, its marker and every counter that it moves.
//!
//! A transaction has at most 100 items, so a batch is applied in groups of whole orders. When a process dies between two groups,
//! the first group is applied and the change feed sends the others again. The change of one order that is too large for a
//! transaction is applied in steps, and its marker counts them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use futures::stream::{self, StreamExt, TryStreamExt};
use goody_application::ports::{BucketMove, ChangeBatch, ChangeLag, CurrentReport, PostedChange, ReportWriter, Result};
use goody_application::project;
use goody_domain::{Change, Day, Entry, Instant, VendorId};

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
            all &= match group.changes.as_slice() {
                [change] if !group.fits() => self.apply_in_steps(change, today).await?,
                _ => self.apply_group(&group, today).await?,
            };
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
    fn fits(&self) -> bool {
        Self::item_count(&self.changes, &self.row_keys) <= MAX_TRANSACTION_ITEMS
    }

    /// The number of items in the transaction: a marker and pointers for each order, the rows, and the current row of each scope.
    fn item_count(changes: &[PostedChange], row_keys: &BTreeSet<RowKey>) -> usize {
        let pointers: usize = changes.iter().map(|change| secondary_vendors::vendor_ids(&change.change).count()).sum();
        // The fleet's row may be written only for the number of orders without a placement.
        changes.len() + pointers + row_count(row_keys) + 1
    }
}

/// The number of rows, and of current rows of their scopes.
fn row_count(row_keys: &BTreeSet<RowKey>) -> usize {
    row_keys.len() + row_keys.iter().map(|(scope, _)| scope.as_str()).collect::<BTreeSet<_>>().len()
}

/// A part of a change that fits into a transaction. After each step, the fleet's counters are the sums of the vendors'.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step<'c> {
    /// The vendors that get a pointer to the order.
    pointers: Vec<&'c VendorId>,
    /// The entries of vendors, each of one day.
    pub(crate) entries: Vec<(&'c VendorId, &'c [Entry])>,
    row_keys: BTreeSet<RowKey>,
}

impl<'c> Step<'c> {
    fn of_pointer(vendor_id: &'c VendorId) -> Self {
        Self { pointers: vec![vendor_id], ..Self::default() }
    }

    fn of_day(vendor_id: &'c VendorId, entries: &'c [Entry]) -> Self {
        let moves = project::moves_of_vendors([(vendor_id, entries)]);
        let row_keys = moves.iter().flat_map(row_keys).collect();
        Self { pointers: Vec::new(), entries: vec![(vendor_id, entries)], row_keys }
    }

    fn extend(&mut self, other: Self) {
        self.pointers.extend(other.pointers);
        self.entries.extend(other.entries);
        self.row_keys.extend(other.row_keys);
    }
}

/// The steps of a change, the same for every caller: its pointers, then the days of each vendor.
pub(crate) fn steps(change: &PostedChange) -> Vec<Step<'_>> {
    let pointers = secondary_vendors::vendor_ids(&change.change).map(Step::of_pointer);
    let days = change.entries.iter().flat_map(|(vendor_id, entries)| {
        let days = entries.chunk_by(|one, other| one.day == other.day);
        days.map(move |entries| Step::of_day(vendor_id, entries))
    });
    let mut steps: Vec<Step<'_>> = vec![Step::default()];
    for part in pointers.chain(days) {
        let open = steps.last_mut().filter(|open| {
            let rows: BTreeSet<RowKey> = open.row_keys.union(&part.row_keys).cloned().collect();
            // A step has one marker, and one row for the number of orders without a placement.
            2 + open.pointers.len() + part.pointers.len() + row_count(&rows) <= MAX_TRANSACTION_ITEMS
        });
        match open {
            Some(open) => open.extend(part),
            None => steps.push(part),
        }
    }
    steps
}

impl DynamoStore {
    /// Returns false if a marker is not at the version at which its change begins.
    async fn apply_group(&self, Group { changes, row_keys }: &Group, today: Day) -> Result<bool> {
        let mut first_writes: Vec<TransactWriteItem> =
            changes.iter().map(|posted| markers::advance(self, &posted.change, today)).collect::<Result<_>>()?;
        for PostedChange { change, .. } in changes {
            for vendor_id in secondary_vendors::vendor_ids(change) {
                first_writes.push(secondary_vendors::pointer(self, vendor_id, &change.order_id)?);
            }
        }
        let unplaced = changes.iter().map(|posted| newly_unplaced(&posted.change)).sum();
        let moves = (project::moves(changes), unplaced);
        self.move_buckets(&moves, row_keys, (first_writes, changes.len()), today).await
    }

    /// Applies the steps of a change that are not applied yet. Returns false if the marker is not at this change.
    async fn apply_in_steps(&self, posted: &PostedChange, today: Day) -> Result<bool> {
        let change = &posted.change;
        let id = &change.order_id;
        let marker = markers::read_all(self, std::slice::from_ref(id)).await?.remove(id).unwrap_or_default();
        let is_of_change = marker.steps.is_none_or(|steps| steps.next_version == change.version);
        if marker.version != change.from_version || !is_of_change {
            return Ok(false);
        }
        let steps = steps(posted);
        let applied = marker.steps.map_or(0, |steps| steps.step);
        for (number, step) in steps.iter().enumerate().skip(applied) {
            let mut first_writes = vec![markers::advance_step(self, change, (number, steps.len()), today)?];
            for vendor_id in &step.pointers {
                first_writes.push(secondary_vendors::pointer(self, vendor_id, id)?);
            }
            let unplaced = if number + 1 == steps.len() { newly_unplaced(change) } else { 0 };
            let moves = (project::moves_of_vendors(step.entries.iter().copied()), unplaced);
            if !self.move_buckets(&moves, &step.row_keys, (first_writes, 1), today).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Moves buckets and the number of orders without a placement in one transaction with other writes, of which the first `markers` are conditional. Returns false if one of
    /// their conditions does not hold.
    async fn move_buckets(
        &self,
        (moves, unplaced): &(Vec<BucketMove>, i64),
        row_keys: &BTreeSet<RowKey>,
        (first_writes, markers): (Vec<TransactWriteItem>, usize),
        today: Day,
    ) -> Result<bool> {
        let mut backoff = Backoff::default();
        loop {
            let mut transaction = BucketTransaction::begin(self, row_keys, today).await?;
            for bucket_move in moves {
                transaction.add(&bucket_move.scope, bucket_move.day, &bucket_move.entries)?;
            }
            transaction.add_unplaced(*unplaced);
            let mut writes = first_writes.clone();
            writes.extend(transaction.writes()?);
            match self.transact(DOING, writes).await? {
                TransactionOutcome::Committed => return Ok(true),
                TransactionOutcome::Refused(indexes) if indexes.iter().any(|index| *index < markers) => {
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
