//! The life of one alert, from what the looks changed about it and what people did.

use serde::{Deserialize, Serialize};

use super::act::{Act, ActKind};
use super::cause::Severity;
use super::register::{AlertChange, ChangeKind, Ending};
use crate::Instant;

/// How far an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// It waits for a person.
    Open,
    /// A person takes care of it.
    Acknowledged,
    /// It has ended.
    Resolved,
}

/// The state of an alert at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertState {
    /// How far it is.
    pub progress: Progress,
    /// How urgent it is.
    pub severity: Severity,
    /// Until when it is not sent; `None` if it is not snoozed.
    pub snoozed_until: Option<Instant>,
    /// To whom it belongs.
    pub assignee: Option<String>,
    /// When it ended.
    pub resolved_at: Option<Instant>,
    /// Why its cause ended; `None` if it stands, and if a person resolved it.
    pub ending: Option<Ending>,
}

/// The state at an instant: `None` before the alert was raised. Changes and acts may be in any sequence; acts with the same id are one, the
/// earliest. What happens at the same instant: the look's change first, then the acts by id.
pub fn state_at(changes: &[AlertChange], acts: &[Act], at: Instant) -> Option<AlertState> {
    let mut state: Option<AlertState> = None;
    let mut changes: Vec<&AlertChange> = changes.iter().filter(|change| change.at <= at).collect();
    changes.sort_by_key(|change| change.at);
    let mut acts: Vec<&Act> = acts.iter().filter(|act| act.at <= at).collect();
    acts.sort_by(|one, other| (&one.act_id, one.at).cmp(&(&other.act_id, other.at)));
    acts.dedup_by(|one, other| one.act_id == other.act_id);
    acts.sort_by(|one, other| (one.at, &one.act_id).cmp(&(other.at, &other.act_id)));
    let mut acts = acts.into_iter().peekable();
    for change in changes {
        while let Some(act) = acts.next_if(|act| act.at < change.at) {
            state = state.map(|state| state.after_act(act));
        }
        state = Some(AlertState::after_change(state, change));
    }
    let state = acts.fold(state, |state, act| state.map(|state| state.after_act(act)));
    state.map(|state| AlertState { snoozed_until: state.snoozed_until.filter(|until| *until > at), ..state })
}

impl AlertState {
    fn after_change(state: Option<Self>, change: &AlertChange) -> Self {
        let open = |severity: Severity, assignee: Option<String>| Self {
            progress: Progress::Open,
            severity,
            snoozed_until: None,
            assignee,
            resolved_at: None,
            ending: None,
        };
        match (&change.kind, state) {
            (ChangeKind::Raised { severity, .. }, _) | (ChangeKind::Worsened { severity }, None) => {
                open(*severity, None)
            }
            // It speaks again, to the person to whom it belongs.
            (ChangeKind::Worsened { severity }, Some(state)) => open(*severity, state.assignee),
            (ChangeKind::Reopened, Some(state)) => open(state.severity, state.assignee),
            // What people did while it was listed under another one holds.
            (ChangeKind::Released, Some(state)) => state,
            (ChangeKind::Reopened | ChangeKind::Released, None) => open(Severity::Medium, None),
            (ChangeKind::Resolved { why }, state) => {
                let state = state.unwrap_or_else(|| open(Severity::Medium, None));
                let resolved_at = state.resolved_at.unwrap_or(change.at);
                Self {
                    progress: Progress::Resolved,
                    snoozed_until: None,
                    resolved_at: Some(resolved_at),
                    ending: Some(*why),
                    ..state
                }
            }
        }
    }

    fn after_act(self, act: &Act) -> Self {
        let is_resolved = self.progress == Progress::Resolved;
        match &act.kind {
            ActKind::Assign { assignee } => Self { assignee: assignee.clone(), ..self },
            ActKind::Acknowledge if !is_resolved => Self { progress: Progress::Acknowledged, ..self },
            ActKind::Snooze { until } if !is_resolved => Self { snoozed_until: Some(*until), ..self },
            ActKind::Resolve if !is_resolved => {
                Self { progress: Progress::Resolved, snoozed_until: None, resolved_at: Some(act.at), ..self }
            }
            ActKind::Acknowledge | ActKind::Snooze { .. } | ActKind::Resolve | ActKind::Note => self,
        }
    }
}
