//! The register of alerts: which causes stand, by the looks so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cause::{AlertId, AlertKind, Cause, CauseKey, Ended, Look, Severity};
use crate::Instant;
use crate::detection::Clearing;

/// How long a cause must have been gone before its alert resolves, in seconds. An episode has a rule of its own for this.
const GONE_SECONDS: i64 = 86_400;
/// How long the end of an episode is remembered, in seconds: one that is derived anew and overlaps it is the same one.
const REMEMBERED_SECONDS: i64 = 90 * 86_400;

/// Which causes stand, by the looks so far. It is stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertRegister {
    /// The instant of the latest look.
    looked_at: Option<Instant>,
    entries: Vec<Entry>,
}

/// What is known of one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    key: CauseKey,
    /// Since when the cause has held.
    since: Instant,
    /// The greatest severity so far.
    severity: Severity,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "stage")]
enum Stage {
    /// It is not reported yet: how often it was found in a row.
    Seen { looks: u32 },
    /// It is reported, unless it is listed under the fleet's. `gone_since` is the first look that did not find it any more.
    Raised { raised_at: Instant, is_under_fleet: bool, gone_since: Option<Instant> },
    /// An episode that has ended.
    Resolved { raised_at: Instant, resolved_at: Instant },
}

/// What a look changed about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertChange {
    /// The alert.
    pub alert_id: AlertId,
    /// The look.
    pub at: Instant,
    /// What changed.
    #[serde(flatten)]
    pub kind: ChangeKind,
}

/// The kinds of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "change")]
pub enum ChangeKind {
    /// The cause is reported.
    Raised {
        /// How urgent it is.
        severity: Severity,
        /// Since when the cause has held.
        since: Instant,
        /// The alert of the fleet that stands for it. Then it is listed there, and not sent.
        under: Option<AlertId>,
    },
    /// The alert became more urgent.
    Worsened {
        /// How urgent it is now.
        severity: Severity,
    },
    /// The alert of the fleet under which it was listed has ended, and this one has not: now it is sent.
    Released,
    /// An episode that had ended goes on.
    Reopened,
    /// The alert has ended.
    Resolved {
        /// Why.
        why: Ending,
    },
}

/// Why an alert has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// The cause has been gone for a day; an episode has recovered.
    Gone,
    /// The rate has been the same for so long that it is the new normal.
    Settled,
    /// By what is known now, there was no such episode.
    Withdrawn,
}

impl AlertRegister {
    /// Takes a look, and returns what it changed, sorted by what the alerts are about. A look that is not
    /// later than the latest one changes nothing: two servers may look at the same instant.
    pub fn take(&mut self, look: &Look) -> Vec<AlertChange> {
        if self.looked_at.is_some_and(|latest| look.at <= latest) {
            return Vec::new();
        }
        self.looked_at = Some(look.at);
        let causes: BTreeMap<&CauseKey, &Cause> = look.causes.iter().map(|cause| (&cause.key, cause)).collect();
        let ended: BTreeMap<&CauseKey, &Ended> = look.ended.iter().map(|ended| (&ended.key, ended)).collect();
        let mut changes = Vec::new();
        let mut kept: BTreeMap<CauseKey, Entry> = BTreeMap::new();
        for entry in std::mem::take(&mut self.entries) {
            if causes.contains_key(&entry.key) {
                kept.insert(entry.key.clone(), entry);
            } else if let Some(entry) = entry.without_cause(look.at, &ended, &mut changes) {
                kept.insert(entry.key.clone(), entry);
            }
        }
        // The fleet first: what its alert stands for is listed under it.
        let (of_vendors, of_fleet): (Vec<_>, Vec<_>) =
            causes.into_values().partition(|cause| cause.key.vendor_id.is_some());
        let mut take = |causes: Vec<&Cause>, fleet: Option<(AlertId, Instant)>| {
            for cause in causes {
                let entry = Entry::with_cause(kept.remove(&cause.key), cause, look.at, fleet.as_ref(), &mut changes);
                kept.insert(entry.key.clone(), entry);
            }
            standing_fleet(&kept)
        };
        let fleet = take(of_fleet, None);
        take(of_vendors, fleet);
        self.entries = kept.into_values().collect();
        changes.sort_by(|one, other| one.alert_id.key.cmp(&other.alert_id.key));
        changes
    }

    /// The alerts that stand, sorted by what they are about.
    pub fn standing(&self) -> impl Iterator<Item = AlertId> {
        self.entries.iter().filter_map(|entry| match entry.stage {
            Stage::Raised { raised_at, .. } => Some(AlertId { key: entry.key.clone(), raised_at }),
            Stage::Seen { .. } | Stage::Resolved { .. } => None,
        })
    }
}

/// The alert of the fleet that stands, and since when its cause has held.
fn standing_fleet(entries: &BTreeMap<CauseKey, Entry>) -> Option<(AlertId, Instant)> {
    let key = CauseKey { kind: AlertKind::FleetSignal, vendor_id: None };
    let entry = entries.get(&key)?;
    match entry.stage {
        Stage::Raised { raised_at, .. } => Some((AlertId { key, raised_at }, entry.since)),
        Stage::Seen { .. } | Stage::Resolved { .. } => None,
    }
}

impl Entry {
    /// After a look that did not find its cause. `None` if there is nothing to remember.
    fn without_cause(
        mut self,
        at: Instant,
        ended: &BTreeMap<&CauseKey, &Ended>,
        changes: &mut Vec<AlertChange>,
    ) -> Option<Self> {
        match self.stage {
            Stage::Seen { .. } => None,
            Stage::Raised { raised_at, .. } if self.key.kind.is_episode() => {
                let why = ended.get(&self.key).filter(|ended| ended.since <= at && ended.cleared_at >= self.since);
                let why = why.map_or(Ending::Withdrawn, |ended| match ended.why {
                    Clearing::Recovered => Ending::Gone,
                    Clearing::Settled => Ending::Settled,
                });
                changes.push(self.change(raised_at, at, ChangeKind::Resolved { why }));
                self.stage = Stage::Resolved { raised_at, resolved_at: at };
                Some(self)
            }
            Stage::Raised { raised_at, is_under_fleet, gone_since } => {
                let gone_since = gone_since.unwrap_or(at);
                if at.seconds_since(gone_since) >= GONE_SECONDS as f64 {
                    changes.push(self.change(raised_at, at, ChangeKind::Resolved { why: Ending::Gone }));
                    return None;
                }
                self.stage = Stage::Raised { raised_at, is_under_fleet, gone_since: Some(gone_since) };
                Some(self)
            }
            Stage::Resolved { resolved_at, .. } => {
                let is_remembered = at.seconds_since(resolved_at) < REMEMBERED_SECONDS as f64;
                is_remembered.then_some(self)
            }
        }
    }

    /// After a look that found its cause. `fleet` is the alert of the fleet that stands, and since when.
    fn with_cause(
        known: Option<Self>,
        cause: &Cause,
        at: Instant,
        fleet: Option<&(AlertId, Instant)>,
        changes: &mut Vec<AlertChange>,
    ) -> Self {
        let Cause { key, severity, since } = cause.clone();
        let seen = |since, looks| Self { key: key.clone(), since, severity, stage: Stage::Seen { looks } };
        let mut entry = match known {
            None => seen(since.unwrap_or(at), 1),
            Some(entry) => match entry.stage {
                Stage::Seen { looks } => seen(since.unwrap_or(entry.since), looks + 1),
                // Another episode of the same vendor.
                Stage::Resolved { resolved_at, .. } if since.is_some_and(|since| since > resolved_at) => {
                    seen(since.unwrap_or(at), 1)
                }
                Stage::Raised { .. } | Stage::Resolved { .. } => entry,
            },
        };
        match entry.stage {
            Stage::Seen { looks } if looks < key.kind.looks_to_raise() => {}
            Stage::Seen { .. } => {
                let since = entry.since;
                let under = fleet.filter(|(_, fleet_since)| since >= *fleet_since).map(|(id, _)| id.clone());
                let is_under_fleet = under.is_some();
                changes.push(entry.change(at, at, ChangeKind::Raised { severity, since, under }));
                entry.stage = Stage::Raised { raised_at: at, is_under_fleet, gone_since: None };
            }
            Stage::Raised { raised_at, is_under_fleet, .. } => {
                if is_under_fleet && fleet.is_none() {
                    changes.push(entry.change(raised_at, at, ChangeKind::Released));
                }
                if severity > entry.severity {
                    changes.push(entry.change(raised_at, at, ChangeKind::Worsened { severity }));
                }
                entry.severity = entry.severity.max(severity);
                let is_under_fleet = is_under_fleet && fleet.is_some();
                entry.stage = Stage::Raised { raised_at, is_under_fleet, gone_since: None };
            }
            Stage::Resolved { raised_at, .. } => {
                changes.push(entry.change(raised_at, at, ChangeKind::Reopened));
                entry.severity = entry.severity.max(severity);
                entry.stage = Stage::Raised { raised_at, is_under_fleet: false, gone_since: None };
            }
        }
        entry
    }

    fn change(&self, raised_at: Instant, at: Instant, kind: ChangeKind) -> AlertChange {
        AlertChange { alert_id: AlertId { key: self.key.clone(), raised_at }, at, kind }
    }
}
