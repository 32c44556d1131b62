//! States of the detection: a partition with the parts of each state, and an item that lists them.
//!
//! Two processes may store a state of the same day at once, so that their parts mix. The list has a hash of the whole state: one that does not
//! match is as good as none.

use async_trait::async_trait;
use goody_application::ports::{
    DayRevisions, DetectionKey, DetectionStore, Result, SlotTime, StoredDetection, keeps_detection,
};
use goody_domain::{Day, Instant};
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
/// The bytes of a part. DynamoDB allows 400 KB for an item.
const PART: usize = 300_000;

/// The list of the states.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListItem {
    vendor_id: String,
    date: String,
    states: Vec<Listed>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Listed {
    day: i32,
    slots: u32,
    revision: i64,
    #[serde(rename = "computedAt")]
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

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartItem {
    vendor_id: String,
    date: String,
    state: ByteBuf,
}

impl Listed {
    fn key(&self) -> DetectionKey {
        let at = SlotTime { day: Day::from_number(self.day), slots: self.slots };
        DetectionKey { at, revision: self.revision, computed_at: self.computed_at }
    }

    fn parts(&self) -> impl Iterator<Item = String> {
        let Self { day, slots, .. } = *self;
        (0..self.parts).map(move |part| format!("state#{day}#{slots}#{part:03}"))
    }
}

fn hash(state: &[u8]) -> String {
    Sha256::digest(state).iter().map(|byte| format!("{byte:02x}")).collect()
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
        const DOING: &str = "reading a state of the detection";
        let Some(listed) = self.listed().await?.into_iter().find(|listed| listed.key().at == at) else {
            return Ok(None);
        };
        let keys = listed.parts().map(|part| item_key(PARTITION, part)).collect();
        let parts = self.get_all(DOING, &self.tables.reports, keys).await?;
        let mut parts: Vec<PartItem> = parts.into_iter().map(read).collect::<Result<_>>()?;
        parts.sort_by(|one, other| one.date.cmp(&other.date));
        let bytes: Vec<u8> = parts.into_iter().flat_map(|part| part.state.into_vec()).collect();
        let state = if hash(&bytes) == listed.hash { Some(inflate(&bytes)?) } else { None };
        Ok(state.map(|state| StoredDetection { key: listed.key(), state }))
    }

    async fn store_detection(&self, detection: StoredDetection) -> Result<()> {
        let StoredDetection { key: DetectionKey { at, revision, computed_at }, state } = detection;
        let bytes = deflate(&state)?;
        let parts = bytes.len().div_ceil(PART);
        let listed = Listed { day: at.day.number(), slots: at.slots, revision, computed_at, parts, hash: hash(&bytes) };
        for (part, bytes) in listed.parts().zip(bytes.chunks(PART)) {
            let item = PartItem { vendor_id: PARTITION.to_owned(), date: part, state: ByteBuf::from(bytes) };
            self.put_detection(write(&item)?).await?;
        }
        let mut states = self.listed().await?;
        states.retain(|other| other.key().at != at);
        states.push(listed);
        states.sort_by_key(|listed| listed.key().at);
        let (kept, old): (Vec<_>, Vec<_>) = states.into_iter().partition(|listed| keeps_detection(listed.key().at, at));
        let (vendor_id, date) = (PARTITION.to_owned(), LIST.to_owned());
        self.put_detection(write(&ListItem { vendor_id, date, states: kept })?).await?;
        let keys: Vec<Item> = old.iter().flat_map(Listed::parts).map(|part| item_key(PARTITION, part)).collect();
        self.delete_all("removing old states of the detection", &self.tables.reports, keys).await
    }
}

impl DynamoStore {
    async fn listed(&self) -> Result<Vec<Listed>> {
        let key = item_key(PARTITION, LIST.to_owned());
        let found = self.get("listing states of the detection", &self.tables.reports, key).await?;
        Ok(found.map(read::<ListItem>).transpose()?.unwrap_or_default().states)
    }

    async fn put_detection(&self, item: Item) -> Result<()> {
        let put = self.client.put_item().table_name(&self.tables.reports).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| failed("storing a state of the detection")(error.into()))
    }
}
