//! Why an event is rejected, in the words that its sender reads.

use serde::{Deserialize, Serialize};

use crate::{MOST_EVENTS, MOST_TEXT_BYTES};

/// The longest JSON of an event, in bytes.
pub const LONGEST_EVENT: usize = 64 * 1024;

/// Why an event was rejected: every wrong field, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Rejection {
    /// At least one.
    pub errors: Vec<FieldError>,
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct FieldError {
    /// The JSON name of the field, or `line` if the whole text could not be read.
    pub field: String,
    /// What is wrong, as the end of a sentence that begins with the field.
    pub reason: String,
}

impl FieldError {
    /// The warning for a placement that is recorded as [`crate::IngestOutcome::NewOfOtherVendor`].
    pub fn other_vendor() -> Self {
        let reason = "names another vendor than the order's first placement; it counts nowhere";
        Self { field: "vendorId".into(), reason: reason.into() }
    }
}

impl Rejection {
    /// A rejection for a single field.
    pub fn field(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { errors: vec![FieldError { field: field.into(), reason: reason.into() }] }
    }

    /// The rejection of an event that has the id of a known one and other content.
    pub fn conflict() -> Self {
        Self::field("eventId", "is the id of another fact of this order")
    }

    /// The rejection of a new event of an order that has [`MOST_EVENTS`] events or [`MOST_TEXT_BYTES`] of text.
    pub fn full() -> Self {
        let mib = MOST_TEXT_BYTES / 1024 / 1024;
        Self::field(
            "orderId",
            format!(
                "is of an order that has {MOST_EVENTS} events or {mib} MiB of text already: an order takes no more"
            ),
        )
    }

    /// The rejection of an event longer than [`LONGEST_EVENT`].
    pub fn too_long() -> Self {
        Self::field("line", format!("is longer than {LONGEST_EVENT} bytes"))
    }
}
