//! Alerts: what a look reports, and the life of an alert.

use goody_domain::alert::{
    Act, ActKind, AlertChange, AlertId, AlertKind, AlertRegister, Cause, CauseKey, ChangeKind, Ended, Ending, Look,
    Progress, Severity, state_at,
};
use goody_domain::detection::Clearing;
use goody_domain::{Instant, VendorId};
use proptest::prelude::*;

const HOUR: i64 = 3_600;

fn at(hours: i64) -> Instant {
    Instant::parse("2026-03-01T00:00:00Z").unwrap().plus_seconds(hours * HOUR)
}

fn key(kind: AlertKind, vendor: &str) -> CauseKey {
    CauseKey { kind, vendor_id: (vendor != "*").then(|| VendorId::parse(vendor).unwrap()) }
}

fn cause(kind: AlertKind, vendor: &str, severity: Severity) -> Cause {
    Cause { key: key(kind, vendor), severity, since: None }
}

fn episode(kind: AlertKind, vendor: &str, since: i64) -> Cause {
    Cause { since: Some(at(since)), ..cause(kind, vendor, Severity::Medium) }
}

fn look(hours: i64, causes: &[Cause]) -> Look {
    Look { at: at(hours), causes: causes.to_vec(), ended: Vec::new() }
}

/// What a look changed, in words: `raised acme`.
fn words(changes: &[AlertChange]) -> Vec<String> {
    let word = |change: &AlertChange| {
        let what = match &change.kind {
            ChangeKind::Raised { under: None, .. } => "raised".to_owned(),
            ChangeKind::Raised { under: Some(_), .. } => "raised under the fleet".to_owned(),
            ChangeKind::Worsened { .. } => "worse".to_owned(),
            ChangeKind::Released => "released".to_owned(),
            ChangeKind::Reopened => "reopened".to_owned(),
            ChangeKind::Resolved { why } => format!("{why:?}").to_lowercase(),
        };
        let vendor = change.alert_id.key.vendor_id.as_ref().map_or("*", VendorId::as_str);
        format!("{what} {vendor}")
    };
    changes.iter().map(word).collect()
}

/// The changes of each look.
fn changed_by(looks: &[Look]) -> Vec<Vec<String>> {
    let mut register = AlertRegister::default();
    looks.iter().map(|look| words(&register.take(look))).collect()
}

const NOTHING: Vec<String> = Vec::new();

#[test]
fn a_level_of_risk_is_reported_at_the_second_look_in_a_row() {
    let risk = [cause(AlertKind::VendorRisk, "acme", Severity::Medium)];
    let looks = [look(0, &risk), look(1, &[]), look(2, &risk), look(3, &risk), look(4, &risk)];
    assert_eq!(changed_by(&looks), [NOTHING, NOTHING, NOTHING, vec!["raised acme".to_owned()], NOTHING]);
}

#[test]
fn an_alert_resolves_a_day_after_its_cause_is_gone() {
    let overdue = [cause(AlertKind::OrdersOverdue, "acme", Severity::Medium)];
    let looks = [look(0, &overdue), look(1, &[]), look(20, &overdue), look(21, &[]), look(44, &[]), look(45, &[])];
    let expected = [vec!["raised acme".to_owned()], NOTHING, NOTHING, NOTHING, NOTHING, vec!["gone acme".to_owned()]];
    assert_eq!(changed_by(&looks), expected);
}

#[test]
fn worse_is_reported_once() {
    let risk = |severity| [cause(AlertKind::FeedSilent, "*", severity)];
    let severities = [Severity::Medium, Severity::High, Severity::Medium, Severity::High];
    let looks: Vec<Look> = (0..).zip(severities).map(|(hour, severity)| look(hour, &risk(severity))).collect();
    assert_eq!(changed_by(&looks), [vec!["raised *".to_owned()], vec!["worse *".to_owned()], NOTHING, NOTHING]);
}

#[test]
fn an_episode_that_is_derived_anew_is_the_same_alert() {
    let changed = |since| [episode(AlertKind::VendorSignal, "acme", since)];
    let ended = Ended {
        key: key(AlertKind::VendorSignal, "acme"),
        since: at(-20),
        cleared_at: at(60),
        why: Clearing::Recovered,
    };
    let over = |hours| Look { ended: vec![ended.clone()], ..look(hours, &[]) };
    let looks = [
        look(0, &changed(-20)),
        // A late fact moved its beginning.
        look(6, &changed(-30)),
        over(66),
        over(72),
        // It is found again by what is known now; later another one begins.
        look(78, &changed(-20)),
        over(84),
        look(200, &changed(190)),
        // By a late fact there was none.
        look(206, &[]),
    ];
    let expected = [
        vec!["raised acme"],
        vec![],
        vec!["gone acme"],
        vec![],
        vec!["reopened acme"],
        vec!["gone acme"],
        vec!["raised acme"],
        vec!["withdrawn acme"],
    ];
    assert_eq!(changed_by(&looks), expected);
}

#[test]
fn what_the_fleet_stands_for_is_listed_under_it_until_that_has_ended() {
    let fleet = episode(AlertKind::FleetSignal, "*", -10);
    let (late, early) = (episode(AlertKind::VendorSignal, "late", -8), episode(AlertKind::VendorSignal, "early", -40));
    let overdue = cause(AlertKind::OrdersOverdue, "late", Severity::Medium);
    let looks = [
        look(0, &[fleet.clone(), late.clone(), early.clone()]),
        look(6, &[fleet, late.clone(), early.clone(), overdue]),
        // The fleet's has ended, and one of a vendor has not.
        look(12, &[late.clone(), early.clone()]),
        look(18, &[late, early]),
    ];
    let expected = [
        vec!["raised early", "raised under the fleet late", "raised *"],
        vec!["raised under the fleet late"],
        vec!["released late", "withdrawn *"],
        vec![],
    ];
    assert_eq!(changed_by(&looks), expected);
}

#[test]
fn an_alert_is_named_by_what_it_is_about() {
    let id = |vendor: &str| AlertId { key: key(AlertKind::VendorRisk, vendor), raised_at: at(0) };
    assert_eq!(id("acme").to_string(), "vendor.risk:acme:2026-03-01T00:00:00Z");
    assert_eq!(id("*").to_string(), "vendor.risk:*:2026-03-01T00:00:00Z");
    for kind in AlertKind::ALL {
        assert_eq!(AlertKind::parse(kind.as_str()), Some(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}

/// Looks at rising instants, each with some causes.
fn any_looks() -> impl Strategy<Value = Vec<Look>> {
    let any_cause =
        (0..AlertKind::ALL.len(), "[abc]", any::<bool>(), -50_i64..50).prop_map(|(kind, vendor, high, since)| {
            let kind = AlertKind::ALL[kind];
            let is_fleet = matches!(kind, AlertKind::FleetSignal | AlertKind::FeedSilent | AlertKind::FeedRejections);
            let severity = if high { Severity::High } else { Severity::Medium };
            let is_episode = matches!(kind, AlertKind::FleetSignal | AlertKind::VendorSignal);
            let cause = cause(kind, if is_fleet { "*" } else { &vendor }, severity);
            Cause { since: is_episode.then(|| at(since)), ..cause }
        });
    let any_look = (1_i64..40, prop::collection::vec(any_cause, 0..6));
    prop::collection::vec(any_look, 1..30).prop_map(|looks| {
        let mut hours = 0;
        let look = |(after, mut causes): (i64, Vec<Cause>)| {
            hours += after;
            causes.sort_by(|one: &Cause, other| one.key.cmp(&other.key));
            causes.dedup_by(|one, other| one.key == other.key);
            look(hours, &causes)
        };
        looks.into_iter().map(look).collect()
    })
}

proptest! {
    #[test]
    fn equal_looks_give_equal_alerts_and_each_has_one_life(looks in any_looks()) {
        let (mut register, mut other) = (AlertRegister::default(), AlertRegister::default());
        let mut all: Vec<AlertChange> = Vec::new();
        for look in &looks {
            let changes = register.take(look);
            // The same causes in another sequence, and a register that was stored in between.
            let mut reversed = look.clone();
            reversed.causes.reverse();
            other = serde_json::from_str(&serde_json::to_string(&other).unwrap()).unwrap();
            prop_assert_eq!(&other.take(&reversed), &changes);
            // A second server at the same instant.
            prop_assert_eq!(other.take(look), []);
            prop_assert_eq!(&register, &other);
            let mut standing: Vec<CauseKey> = register.standing().map(|id| id.key).collect();
            let count = standing.len();
            standing.dedup();
            prop_assert_eq!(standing.len(), count, "one alert of each cause");
            all.extend(changes);
        }
        let mut ids: Vec<&AlertId> = all.iter().map(|change| &change.alert_id).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            let life: Vec<&AlertChange> = all.iter().filter(|change| change.alert_id == *id).collect();
            let is_raised = matches!(life[0].kind, ChangeKind::Raised { .. });
            prop_assert!(is_raised && life[0].at == id.raised_at);
            let mut is_resolved = false;
            for change in &life[1..] {
                match change.kind {
                    ChangeKind::Raised { .. } => prop_assert!(false, "it is raised once"),
                    ChangeKind::Worsened { .. } | ChangeKind::Released => prop_assert!(!is_resolved),
                    ChangeKind::Reopened => {
                        prop_assert!(is_resolved);
                        is_resolved = false;
                    }
                    ChangeKind::Resolved { .. } => {
                        prop_assert!(!is_resolved);
                        is_resolved = true;
                    }
                }
            }
            prop_assert_eq!(register.standing().any(|standing| standing == *id), !is_resolved);
        }
    }
}

fn id() -> AlertId {
    AlertId { key: key(AlertKind::VendorRisk, "acme"), raised_at: at(0) }
}

fn change(hours: i64, kind: ChangeKind) -> AlertChange {
    AlertChange { alert_id: id(), at: at(hours), kind }
}

fn raised() -> AlertChange {
    change(0, ChangeKind::Raised { severity: Severity::Medium, since: at(0), under: None })
}

fn act(act_id: &str, hours: i64, kind: ActKind) -> Act {
    Act { act_id: act_id.into(), alert_id: id(), author: "ann".into(), at: at(hours), kind, note: None }
}

#[test]
fn a_person_takes_an_alert_and_it_speaks_again_when_it_gets_worse() {
    let worse = change(9, ChangeKind::Worsened { severity: Severity::High });
    let gone = change(40, ChangeKind::Resolved { why: Ending::Gone });
    let changes = [gone, raised(), worse];
    let assign = ActKind::Assign { assignee: Some("ben".into()) };
    let acts = [
        act("3", 3, ActKind::Snooze { until: at(20) }),
        act("1", 1, ActKind::Acknowledge),
        act("2", 2, assign),
        // The same act again, later.
        act("1", 12, ActKind::Acknowledge),
        act("4", 12, ActKind::Resolve),
    ];
    let on = |hours| state_at(&changes, &acts, at(hours));
    assert_eq!(on(-1), None);
    let state =
        |hours| on(hours).map(|state| (state.progress, state.snoozed_until.is_some(), state.assignee.is_some()));
    assert_eq!(state(0), Some((Progress::Open, false, false)));
    assert_eq!(state(1), Some((Progress::Acknowledged, false, false)));
    assert_eq!(state(8), Some((Progress::Acknowledged, true, true)));
    assert_eq!(state(9), Some((Progress::Open, false, true)), "it is worse");
    assert_eq!(state(12), Some((Progress::Resolved, false, true)));
    let end = on(41).unwrap();
    assert_eq!((end.resolved_at, end.ending, end.severity), (Some(at(12)), Some(Ending::Gone), Severity::High));
}

#[test]
fn a_snooze_ends_by_itself() {
    let acts = [act("1", 1, ActKind::Snooze { until: at(5) })];
    let until = |hours| state_at(&[raised()], &acts, at(hours)).unwrap().snoozed_until;
    assert_eq!((until(4), until(5)), (Some(at(5)), None));
}

#[test]
fn what_is_received_is_checked() {
    let fields = |act: Act| act.errors().into_iter().map(|(field, _)| field).collect::<Vec<_>>();
    assert_eq!(fields(act("1", 1, ActKind::Acknowledge)), [""; 0]);
    assert_eq!(fields(act("", 1, ActKind::Note)), ["actId", "note"]);
    assert_eq!(fields(act("1", 1, ActKind::Snooze { until: at(1) })), ["until"]);
    assert_eq!(fields(act("1", 1, ActKind::Snooze { until: at(24 * 31 + 2) })), ["until"]);
    assert_eq!(fields(act("1", 1, ActKind::Assign { assignee: Some(" ".into()) })), ["assignee"]);
    assert_eq!(fields(act("1", 1, ActKind::Assign { assignee: None })), [""; 0]);
}

proptest! {
    #[test]
    fn acts_in_any_sequence_give_the_same_state(
        acts in prop::collection::vec((0_u8..6, 0_i64..30, 0_u8..5), 0..12).prop_shuffle(),
        hours in 0_i64..40,
    ) {
        let acts: Vec<Act> = acts
            .into_iter()
            .map(|(id, hour, kind)| {
                let kind = match kind {
                    0 => ActKind::Acknowledge,
                    1 => ActKind::Assign { assignee: Some(format!("person {id}")) },
                    2 => ActKind::Snooze { until: at(hour + 5) },
                    3 => ActKind::Resolve,
                    _ => ActKind::Note,
                };
                // An id has one content.
                act(&format!("{id}-{kind:?}"), hour, kind)
            })
            .collect();
        let changes = [raised(), change(10, ChangeKind::Worsened { severity: Severity::High })];
        let mut reversed = acts.clone();
        reversed.reverse();
        let state = state_at(&changes, &acts, at(hours));
        prop_assert_eq!(&state_at(&changes, &reversed, at(hours)), &state);
        // The past is stable: what is received later changes nothing about it.
        let known: Vec<Act> = acts.into_iter().filter(|act| act.at <= at(hours)).collect();
        prop_assert_eq!(state_at(&changes, &known, at(hours)), state);
    }
}
