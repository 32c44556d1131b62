//! What was refused, kept for an operator who finds out why, and takes it in again once the cause is gone.

use async_trait::async_trait;
use goody_domain::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Result;

/// The route of order events, as a kept rejection names it.
pub const EVENTS_ROUTE: &str = "events";
/// The most bytes of a body that are kept.
pub const LONGEST_BODY: usize = 1024 * 1024;
/// For how many days a rejection is kept, in addition to its first.
pub const REJECTION_DAYS: i64 = 30;
/// The most bytes of bodies in one page of a list.
pub const PAGE_BYTES: u64 = 1024 * 1024;
/// The most bytes of a reason that are kept. An event can have thousands of invalid fields.
const LONGEST_REASON: usize = 2_000;
/// In microseconds.
const DAY: i64 = 86_400_000_000;

/// The name of a kept rejection: it follows from what was refused and why, so that a sender who tries again makes no second one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RejectionId(String);

impl RejectionId {
    const LENGTH: usize = 32;

    /// Parses the text of an id.
    ///
    /// # Errors
    /// The text is not an id.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let is_id = text.len() == Self::LENGTH && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match is_id {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("must be the id of a rejection: {} digits of 0-9 and a-f", Self::LENGTH)),
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The kind of the reason for which something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectionCode {
    /// A field is invalid, or the text is no event.
    Invalid,
    /// The text is longer than an event may be.
    TooLong,
    /// The id of the event is that of another event of the order.
    Conflict,
    /// The order takes no more events.
    OrderFull,
}

impl RejectionCode {
    const ALL: [Self; 4] = [Self::Invalid, Self::TooLong, Self::Conflict, Self::OrderFull];

    /// Its text, as JSON and stores have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "INVALID",
            Self::TooLong => "TOO_LONG",
            Self::Conflict => "CONFLICT",
            Self::OrderFull => "ORDER_FULL",
        }
    }

    /// Parses the text of a code; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// Something that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its sender, as the audit log names it.
    pub source: String,
    /// Where it was sent: [`EVENTS_ROUTE`], or `webhook:` and the kind of sender.
    pub route: String,
    /// The kind of the reason.
    pub code: RejectionCode,
    /// The reason, as the sender read it.
    pub reason: String,
    /// What was sent: one event, as it was received. It may hold personal data.
    pub body: Vec<u8>,
    /// Whether the body is only the beginning of what was sent.
    pub is_cut: bool,
}

impl Refused {
    /// The same with a body of at most [`LONGEST_BODY`] bytes, and a reason that is not longer than stores keep.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        if self.body.len() > LONGEST_BODY {
            self.body.truncate(LONGEST_BODY);
            self.is_cut = true;
        }
        if self.reason.len() > LONGEST_REASON {
            let end = (0..=LONGEST_REASON).rev().find(|end| self.reason.is_char_boundary(*end)).unwrap_or(0);
            self.reason.truncate(end);
            self.reason.push('…');
        }
        self
    }

    /// Its id.
    pub fn id(&self) -> RejectionId {
        let mut hash = Sha256::new();
        let texts = [&self.source, &self.route, self.code.as_str(), &self.reason];
        for part in texts.into_iter().map(str::as_bytes).chain([self.body.as_slice(), &[u8::from(self.is_cut)]]) {
            // The length keeps two parts apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        RejectionId(digits[..RejectionId::LENGTH].to_owned())
    }
}

/// A kept rejection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRejection {
    /// Its id.
    pub id: RejectionId,
    /// When it was refused first.
    pub first_at: Instant,
    /// When it was refused last.
    pub last_at: Instant,
    /// How often it was refused.
    pub times: u64,
    /// What was refused, and why.
    pub refused: Refused,
}

impl KeptRejection {
    /// Its place in the list, which never changes.
    pub fn position(&self) -> RejectionPosition {
        RejectionPosition { first_at: self.first_at.micros(), id: self.id.clone() }
    }
}

/// A place in the list of rejections: the newest first, and those of the same instant by id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RejectionPosition {
    /// When it was refused first, in microseconds since 1970.
    pub first_at: i64,
    /// Its id.
    pub id: RejectionId,
}

/// A page of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RejectionPage {
    /// The rejections.
    pub rejections: Vec<KeptRejection>,
    /// The position after which the list continues; `None` at its end.
    pub next: Option<RejectionPosition>,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RejectionBounds {
    /// The most rejections.
    pub rejections: u64,
    /// The most bytes of their bodies.
    pub bytes: u64,
}

impl Default for RejectionBounds {
    /// 10,000 rejections with 64 MiB.
    fn default() -> Self {
        Self { rejections: 10_000, bytes: 64 * 1024 * 1024 }
    }
}

/// What is kept, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RejectionCount {
    /// The number of rejections.
    pub rejections: u64,
    /// The bytes of their bodies.
    pub bytes: u64,
    /// When anything was refused and kept last; `None` while nothing is kept.
    pub latest: Option<Instant>,
}

/// The first instant whose rejections are kept: they expire by whole days in UTC.
pub fn kept_since(now: Instant) -> Instant {
    Instant::from_micros((now.micros().div_euclid(DAY) - REJECTION_DAYS) * DAY)
}

/// What was refused in one call, each with its id and how often it is in there.
pub fn distinct(refused: Vec<Refused>) -> Vec<(RejectionId, u64, Refused)> {
    let mut positions = std::collections::HashMap::new();
    let mut distinct: Vec<(RejectionId, u64, Refused)> = Vec::new();
    for refused in refused.into_iter().map(Refused::bounded) {
        let id = refused.id();
        match positions.get(&id) {
            Some(position) => {
                let (_, times, _): &mut (_, u64, _) = &mut distinct[*position];
                *times += 1;
            }
            None => {
                positions.insert(id.clone(), distinct.len());
                distinct.push((id, 1, refused));
            }
        }
    }
    distinct
}

/// Keeps what was refused. Nothing in here is a fact, and no report depends on it.
#[async_trait]
pub trait RejectionStore: Send + Sync {
    /// Keeps what was refused. The same again is counted: it gets another last time, and keeps its place. If more is kept than
    /// `bounds` allow, the oldest are removed.
    async fn keep(&self, refused: Vec<Refused>, bounds: RejectionBounds, now: Instant) -> Result<()>;

    /// The rejections after a position in the list, those that have expired left out: as many as `limit`, or fewer if their bodies
    /// have [`PAGE_BYTES`], but at least one.
    async fn rejections(&self, after: Option<&RejectionPosition>, limit: usize, now: Instant) -> Result<RejectionPage>;

    /// One rejection; `None` if it is not kept, or has expired.
    async fn rejection(&self, id: &RejectionId, now: Instant) -> Result<Option<KeptRejection>>;

    /// Removes rejections. One that is not kept is not an error.
    async fn remove(&self, ids: &[RejectionId]) -> Result<()>;

    /// Removes the rejections that were refused first before an instant, and returns their number.
    async fn expire_rejections(&self, before: Instant) -> Result<u64>;

    /// Removes every rejection, and returns their number.
    async fn forget_all(&self) -> Result<u64>;

    /// How much is kept. Those that have expired do not count.
    async fn count_rejections(&self, now: Instant) -> Result<RejectionCount>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &[u8]) -> Refused {
        Refused {
            source: "shop".into(),
            route: EVENTS_ROUTE.into(),
            code: RejectionCode::Invalid,
            reason: "status: is missing".into(),
            body: body.to_vec(),
            is_cut: false,
        }
    }

    #[test]
    fn an_id_differs_with_every_part_and_can_be_parsed() {
        let one = refused(b"{}");
        let others = [
            Refused { source: "desk".into(), ..one.clone() },
            Refused { route: "webhook:ups".into(), ..one.clone() },
            Refused { code: RejectionCode::Conflict, ..one.clone() },
            Refused { reason: "status: ".into(), body: b"is missing{}".to_vec(), ..one.clone() },
            Refused { is_cut: true, ..one.clone() },
        ];
        let mut ids: Vec<RejectionId> = others.iter().chain([&one]).map(Refused::id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
        assert_eq!(RejectionId::parse(one.id().as_str()), Ok(one.id()));
        for text in ["", "abc", &"g".repeat(32), &"A".repeat(32), &"0".repeat(33)] {
            assert!(RejectionId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_long_body_and_a_long_reason_are_cut() {
        let long = Refused { reason: "é".repeat(1_500), ..refused(&vec![7; LONGEST_BODY + 1]) }.bounded();
        assert_eq!((long.body.len(), long.is_cut), (LONGEST_BODY, true));
        assert_eq!(long.reason, format!("{}…", "é".repeat(1_000)));
        let whole = refused(&vec![7; LONGEST_BODY]);
        assert_eq!(whole.clone().bounded(), whole);
    }

    #[test]
    fn the_same_twice_is_counted() {
        let counted = distinct(vec![refused(b"a"), refused(b"b"), refused(b"a")]);
        let counted: Vec<(u64, &[u8])> = counted.iter().map(|(_, times, one)| (*times, one.body.as_slice())).collect();
        assert_eq!(counted, [(2, b"a".as_slice()), (1, b"b")]);
    }

    #[test]
    fn rejections_expire_by_whole_days() {
        let at = |text: &str| Instant::parse(text).unwrap();
        assert_eq!(kept_since(at("2026-03-31T23:59:59Z")), at("2026-03-01T00:00:00Z"));
        assert_eq!(kept_since(at("2026-04-01T00:00:00Z")), at("2026-03-02T00:00:00Z"));
    }
}
