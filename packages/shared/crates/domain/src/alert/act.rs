//! What people do about an alert.

use serde::{Deserialize, Serialize};

use super::cause::AlertId;
use crate::Instant;

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 2_000;
/// The longest snooze, in days.
pub const LONGEST_SNOOZE_DAYS: i64 = 30;

/// What a person did about an alert: a fact. Acts with the same id are one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// The id, given by the sender.
    pub act_id: String,
    /// The alert.
    pub alert_id: AlertId,
    /// Who did it: the name of a token.
    pub author: String,
    /// When the server received it.
    pub at: Instant,
    /// What was done.
    #[serde(flatten)]
    pub kind: ActKind,
    /// What the person says about it.
    pub note: Option<String>,
}

/// The kinds of acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ActKind {
    /// A person takes care of it.
    Acknowledge,
    /// It belongs to a person, or to none.
    Assign {
        /// The person.
        assignee: Option<String>,
    },
    /// It is not sent before an instant, unless it gets worse.
    Snooze {
        /// The instant.
        until: Instant,
    },
    /// Only the note.
    Note,
    /// It has been dealt with.
    Resolve,
}

impl Act {
    /// Checks an act that is received. The errors are pairs of a field and the reason, as the end of a sentence that begins with the field.
    pub fn errors(&self) -> Vec<(&'static str, String)> {
        let mut errors = Vec::new();
        if self.act_id.is_empty() || self.act_id.len() > 128 {
            errors.push(("actId", "must have 1 to 128 characters".to_owned()));
        }
        match &self.note {
            Some(note) if note.chars().count() > LONGEST_NOTE => {
                errors.push(("note", format!("has more than {LONGEST_NOTE} characters")));
            }
            None if self.kind == ActKind::Note => errors.push(("note", "is missing".to_owned())),
            _ => {}
        }
        match &self.kind {
            ActKind::Assign { assignee: Some(name) } if name.trim().is_empty() || name.chars().count() > 100 => {
                errors.push(("assignee", "must have 1 to 100 characters".to_owned()));
            }
            ActKind::Snooze { until } if *until <= self.at => errors.push(("until", "is not in the future".to_owned())),
            ActKind::Snooze { until } if *until > self.at.plus_seconds(LONGEST_SNOOZE_DAYS * 86_400) => {
                errors.push(("until", format!("is more than {LONGEST_SNOOZE_DAYS} days away")));
            }
            _ => {}
        }
        errors
    }
}
