//! The updates that write the items of rejections.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValue;
use goody_application::ports::{RejectionId, Result, kept_since};
use goody_domain::Instant;

use super::DOING;
use super::items::{RECORDS, day_of, pointer_key, totals_sort_key, ttl};
use crate::client::{Terms, failed, number};
use crate::items::Item;
use crate::{DynamoStore, bucket_transaction};

impl DynamoStore {
    /// Writes the pointer of a rejection that is refused for the first time. Returns when it was refused first: `now`, unless
    /// another process is faster.
    pub(super) async fn point_to(&self, id: &RejectionId, now: Instant) -> Result<i64> {
        let terms = Terms::new([("firstAt", number(now.micros())), ("ttl", number(ttl(now.micros())))]);
        let (names, values) = terms.with_values([("since", number(kept_since(now).micros()))]).split();
        let update = self.client.update_item().table_name(&self.tables.reports).set_key(Some(pointer_key(id)));
        let update = update
            .update_expression("SET #firstAt = :firstAt, #ttl = :ttl")
            .condition_expression("attribute_not_exists(#firstAt) OR #firstAt < :since")
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        match update.send().await {
            Ok(_) => Ok(now.micros()),
            Err(error) if is_refused(error.as_service_error()) => {
                let known = self.pointers(std::slice::from_ref(id), kept_since(now)).await?;
                Ok(known.get(id).copied().unwrap_or(now.micros()))
            }
            Err(error) => Err(failed(DOING)(error.into())),
        }
    }

    /// Counts a rejection that is refused again. Returns false if it has no record.
    pub(super) async fn count_again(&self, key: Item, times: u64, now: Instant) -> Result<bool> {
        let terms = Terms::new([("lastAt", number(now.micros())), ("times", number(times))]).with_names(["id"]);
        let (names, values) = terms.split();
        let update = self.client.update_item().table_name(&self.tables.reports).set_key(Some(key));
        let update = update
            .update_expression("SET #lastAt = :lastAt ADD #times :times")
            .condition_expression("attribute_exists(#id)")
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_refused(error.as_service_error()) => Ok(false),
            Err(error) => Err(failed(DOING)(error.into())),
        }
    }

    /// Sets the attributes of an item, and adds to its `times`. Returns whether it is new.
    pub(super) async fn set_attributes(&self, mut item: Item, times: Option<u64>) -> Result<bool> {
        let is_key = |name: &String| matches!(name.as_str(), "vendorId" | "date");
        let key: Item = item.iter().filter(|(name, _)| is_key(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        item.retain(|name, _| !is_key(name));
        let assignments: Vec<String> = item.keys().map(|name| format!("#{name} = :{name}")).collect();
        let mut expression = format!("SET {}", assignments.join(", "));
        let mut names: HashMap<String, String> = item.keys().map(|name| (format!("#{name}"), name.clone())).collect();
        let mut values: Item = item.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        if let Some(times) = times {
            expression += " ADD #times :times";
            names.insert("#times".to_owned(), "times".to_owned());
            values.insert(":times".to_owned(), number(times));
        }
        let update = self.client.update_item().table_name(&self.tables.reports).set_key(Some(key));
        let update = update
            .update_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::UpdatedOld);
        let updated = update.send().await.map_err(|error| failed(DOING)(error.into()))?;
        Ok(updated.attributes.unwrap_or_default().is_empty())
    }

    /// Adds what is kept now to the counts of the day.
    pub(super) async fn count_kept(&self, rejections: i64, bytes: i64, now: Instant) -> Result<()> {
        self.add_to_totals(day_of(now.micros()), (rejections, bytes), Some(now)).await
    }

    pub(super) async fn add_to_totals(
        &self,
        day: i64,
        (rejections, bytes): (i64, i64),
        latest: Option<Instant>,
    ) -> Result<()> {
        let terms =
            Terms::new([("rejections", number(rejections)), ("bytes", number(bytes)), ("ttl", number(ttl(day)))]);
        let (mut expression, mut terms) = ("SET #ttl = :ttl".to_owned(), terms);
        if let Some(latest) = latest {
            expression += ", #latest = :latest";
            terms = terms.with_names(["latest"]).with_values([("latest", number(latest.micros()))]);
        }
        expression += " ADD #rejections :rejections, #bytes :bytes";
        let (names, values) = terms.split();
        let update = self.client.update_item().table_name(&self.tables.reports);
        let update = update
            .set_key(Some(bucket_transaction::item_key(RECORDS, totals_sort_key(day))))
            .update_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values);
        update.send().await.map(drop).map_err(|error| failed(DOING)(error.into()))
    }
}

fn is_refused(error: Option<&UpdateItemError>) -> bool {
    matches!(error, Some(UpdateItemError::ConditionalCheckFailedException(_)))
}
