//! States of the detection: a partition with the parts of each state, and an item that lists them.
//!
//! Two processes may store a state of the same day at once, so that their parts mix. The list has a hash of the whole state: one that does not
//! match is as good as none.

use async_trait::async_trait;
use goody_application::ports::{
    DayRevisions, DetectionKey, DetectionStore, LatestDetection, Result, SlotTime, StoredDetection, keeps_detection,
};
use goody_domain::{Day, Instant, VendorId};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};

use crate::DynamoStore;
use crate::bucket_transaction::item_key;
use crate::buckets::{CURRENT, FLEET, Row};
use crate::client::{Terms, failed, text};
use crate::compressed::{deflate, inflate};
use crate::items::{Item, read, write};

/// The partition of the states. Ids of vendors contain no `#`.
const PARTITION: &str = "detections#";
/// The sort key of the list.
const LIST: &str = "list";
/// The sort keys of the parts of the latest state begin with this.
const LATEST: &str = "latest#";
/// The sort keys of what changed about vendors begin with this, and the instant at which the episode was raised.
const EXPLANATION: &str = "explanation#";
/// The bytes of a part. DynamoDB allows 400 KB for an item.
const PART: usize = 300_000;

/// What changed about a vendor.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExplanationItem {
    vendor_id: String,
    date: String,
    explanation: ByteBuf,
}

fn explanation_key(vendor_id: &VendorId, raised_at: Instant) -> String {
    format!("{EXPLANATION}{raised_at}#{vendor_id}")
}

/// The list of the states.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListItem {
    vendor_id: String,
    date: String,
    states: Vec<Listed>,
}

/// A state: its key, and the number of its parts and the hash of all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    day: i32,
    slots: u32,
    revision: i64,
    computed_at: Instant,
    parts: usize,
    hash: String,
}

/// A row of the fleet, as far as it says when it changed.
#[derive(Debug, Deserialize)]
struct RevisionItem {
    date: String,
    /// Missing in the current row of a fleet without counters.
    #[serde(default)]
    revision: i64,
}

/// A part of a state. Those of the latest one are among the current rows of the scopes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartItem {
    vendor_id: String,
    date: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report_date: Option<String>,
    listed: Listed,
    /// Of the latest state: the others that held when it was computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    held: Vec<Listed>,
    state: ByteBuf,
}

impl Listed {
    /// The entry of a state, and its compressed form.
    fn of(detection: &StoredDetection) -> Result<(Self, Vec<u8>)> {
        let DetectionKey { at, revision, computed_at } = detection.key;
        let bytes = deflate(&detection.state)?;
        let parts = bytes.len().div_ceil(PART);
        let (day, slots, hash) = (at.day.number(), at.slots, hash(&bytes));
        Ok((Self { day, slots, revision, computed_at, parts, hash }, bytes))
    }

    fn key(&self) -> DetectionKey {
        let at = SlotTime { day: Day::from_number(self.day), slots: self.slots };
        DetectionKey { at, revision: self.revision, computed_at: self.computed_at }
    }

    fn keys(&self) -> impl Iterator<Item = String> {
        let prefix = state_prefix(self.key().at);
        (0..self.parts).map(move |part| format!("{prefix}{part:03}"))
    }
}

fn hash(state: &[u8]) -> String {
    Sha256::digest(state).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sort keys of the parts of a state begin with this.
fn state_prefix(at: SlotTime) -> String {
    format!("state#{}#{}#", at.day.number(), at.slots)
}

/// The state of these parts, which are sorted; `None` if they are of several states.
fn assembled(parts: &[PartItem]) -> Result<Option<StoredDetection>> {
    let Some(first) = parts.first() else { return Ok(None) };
    let listed = &first.listed;
    let of_state = parts.iter().take_while(|part| part.listed == *listed);
    let bytes: Vec<u8> = of_state.flat_map(|part| part.state.iter().copied()).collect();
    let state = (hash(&bytes) == listed.hash).then(|| inflate(&bytes)).transpose()?;
    Ok(state.map(|state| StoredDetection { key: listed.key(), state }))
}

/// Whether an item among the current rows of the scopes is a part of the latest state.
pub(crate) fn is_part(item: &Item) -> bool {
    item.get("vendorId").and_then(|id| id.as_s().ok()).is_some_and(|id| id == PARTITION)
}

/// The latest state, of its parts.
pub(crate) fn latest(parts: Vec<Item>) -> Result<Option<LatestDetection>> {
    let mut parts: Vec<PartItem> = parts.into_iter().map(read).collect::<Result<_>>()?;
    parts.sort_by(|one, other| one.date.cmp(&other.date));
    latest_of(&parts)
}

fn latest_of(parts: &[PartItem]) -> Result<Option<LatestDetection>> {
    let held = parts.first().map(|part| part.held.iter().map(Listed::key).collect()).unwrap_or_default();
    Ok(assembled(parts)?.map(|latest| LatestDetection { latest, held }))
}

#[async_trait]
impl DetectionStore for DynamoStore {
    async fn day_revisions(&self) -> Result<DayRevisions> {
        const DOING: &str = "reading when days changed";
        // First: a change after it belongs to a later revision.
        let current = self.current_row(DOING, FLEET).await?.revision;
        let terms = Terms::new([("vendorId", text(FLEET))]).with_names(["date", "revision"]);
        let (names, values) = terms.with_values([("from", text("day#")), ("to", text(CURRENT))]).split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        let query = query.key_condition_expression("#vendorId = :vendorId AND #date BETWEEN :from AND :to");
        let query = query.projection_expression("#date, #revision");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let mut days = Vec::new();
        for item in self.query(DOING, query, None).await? {
            let row: RevisionItem = read(item)?;
            if row.date == CURRENT {
                continue;
            }
            if let Row::Day(day) = Row::parse(&row.date)? {
                days.push((day, row.revision));
            }
        }
        Ok(DayRevisions { days, current })
    }

    async fn stored_detections(&self) -> Result<Vec<DetectionKey>> {
        Ok(self.listed().await?.iter().map(Listed::key).collect())
    }

    async fn stored_detection(&self, at: SlotTime) -> Result<Option<StoredDetection>> {
        assembled(&self.parts("reading a state of the detection", &state_prefix(at)).await?)
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        let (listed, bytes) = Listed::of(&detection)?;
        let at = detection.key.at;
        self.put_parts(&listed, &bytes, listed.keys(), None).await?;
        let mut states = self.listed().await?;
        states.retain(|other| other.key().at != at);
        states.push(listed);
        states.sort_by_key(|listed| listed.key().at);
        let (kept, old): (Vec<_>, Vec<_>) = states.into_iter().partition(|listed| keeps_detection(listed.key().at, at));
        let (vendor_id, date) = (PARTITION.to_owned(), LIST.to_owned());
        self.put_detection(write(&ListItem { vendor_id, date, states: kept })?).await?;
        let keys: Vec<Item> = old.iter().flat_map(Listed::keys).map(|key| item_key(PARTITION, key)).collect();
        self.delete_all("removing old states of the detection", &self.tables.reports, keys).await
    }

    async fn latest_detection(&self) -> Result<Option<LatestDetection>> {
        latest_of(&self.parts("reading the latest detection", LATEST).await?)
    }

    async fn store_latest_detection(&self, latest: LatestDetection) -> Result<()> {
        let (listed, bytes) = Listed::of(&latest.latest)?;
        let mut held = self.listed().await?;
        held.retain(|listed| latest.held.contains(&listed.key()));
        let keys = (0..listed.parts).map(|part| format!("{LATEST}{part:03}"));
        self.put_parts(&listed, &bytes, keys, Some(held)).await
    }

    async fn kept_explanation(&self, vendor_id: &VendorId, raised_at: Instant) -> Result<Option<Vec<u8>>> {
        let key = item_key(PARTITION, explanation_key(vendor_id, raised_at));
        let found = self.get("reading what changed about a vendor", &self.tables.reports, key).await?;
        Ok(found.map(read::<ExplanationItem>).transpose()?.map(|item| item.explanation.into_vec()))
    }

    async fn keep_explanation(&self, vendor_id: &VendorId, raised_at: Instant, explanation: Vec<u8>) -> Result<()> {
        let date = explanation_key(vendor_id, raised_at);
        let (vendor_id, explanation) = (PARTITION.to_owned(), ByteBuf::from(explanation));
        self.put_detection(write(&ExplanationItem { vendor_id, date, explanation })?).await
    }
}

impl DynamoStore {
    /// Removes what is kept of the episodes that were raised before a day.
    pub(crate) async fn remove_explanations(&self, before: Day) -> Result<()> {
        const DOING: &str = "removing what changed about vendors long ago";
        let before = text(format!("{EXPLANATION}{}", self.zone.start(before)));
        let terms = Terms::new([("vendorId", text(PARTITION))]).with_names(["date"]);
        let (names, values) = terms.with_values([("from", text(EXPLANATION)), ("to", before)]).split();
        let query = self.client.query().table_name(&self.tables.reports);
        let query = query.key_condition_expression("#vendorId = :vendorId AND #date BETWEEN :from AND :to");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        let items: Vec<ExplanationItem> =
            self.query(DOING, query, None).await?.into_iter().map(read).collect::<Result<_>>()?;
        let keys = items.into_iter().map(|item| item_key(PARTITION, item.date)).collect();
        self.delete_all(DOING, &self.tables.reports, keys).await
    }

    async fn listed(&self) -> Result<Vec<Listed>> {
        let key = item_key(PARTITION, LIST.to_owned());
        let found = self.get("listing states of the detection", &self.tables.reports, key).await?;
        Ok(found.map(read::<ListItem>).transpose()?.unwrap_or_default().states)
    }

    /// The parts of a state, sorted.
    async fn parts(&self, doing: &'static str, prefix: &str) -> Result<Vec<PartItem>> {
        let terms = Terms::new([("vendorId", text(PARTITION))]).with_names(["date"]);
        let (names, values) = terms.with_values([("prefix", text(prefix))]).split();
        let query = self.client.query().table_name(&self.tables.reports).consistent_read(true);
        let query = query.key_condition_expression("#vendorId = :vendorId AND begins_with(#date, :prefix)");
        let query = query.set_expression_attribute_names(names).set_expression_attribute_values(values);
        self.query(doing, query, None).await?.into_iter().map(read).collect()
    }

    /// Writes the parts of a state. With `held` it is the latest one, and its parts are among the current rows of the scopes.
    async fn put_parts(
        &self,
        listed: &Listed,
        bytes: &[u8],
        keys: impl Iterator<Item = String>,
        held: Option<Vec<Listed>>,
    ) -> Result<()> {
        let report_date = held.is_some().then(|| CURRENT.to_owned());
        for (date, bytes) in keys.zip(bytes.chunks(PART)) {
            let item = PartItem {
                vendor_id: PARTITION.to_owned(),
                date,
                report_date: report_date.clone(),
                listed: listed.clone(),
                held: held.clone().unwrap_or_default(),
                state: ByteBuf::from(bytes),
            };
            self.put_detection(write(&item)?).await?;
        }
        Ok(())
    }

    async fn put_detection(&self, item: Item) -> Result<()> {
        let put = self.client.put_item().table_name(&self.tables.reports).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| failed("storing a state of the detection")(error.into()))
    }
}
