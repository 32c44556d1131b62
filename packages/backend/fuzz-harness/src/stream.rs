//! Records of the orders table's stream, as Lambda delivers them.

use aws_lambda_events::dynamodb::EventRecord;
use goody_application::ports::PostedChange;
use goody_application::project::moves;
use goody_domain::{History, Recorded, ReportZone, WireEvent};
use goody_store_dynamodb::stream_record::change;

/// The law of stream records: parsing is deterministic, each event survives serialization, and counters add up. Returns whether
/// the record was accepted.
pub fn check(data: &[u8]) -> bool {
    let Ok(record) = serde_json::from_slice::<EventRecord>(data) else { return false };
    let Ok(parsed) = change(&record) else { return false };
    assert_eq!(change(&record).ok().as_ref(), Some(&parsed), "the same record gives the same change");
    let Some(history) = parsed.history() else { return true };
    for Recorded { event, .. } in history.events() {
        let printed = serde_json::to_string(&WireEvent::from(event)).unwrap();
        let read = WireEvent::read(printed.as_bytes()).and_then(|wire| wire.event());
        assert_eq!(read.as_ref(), Ok(event), "{printed}");
    }
    assert_additive(history);
    true
}

/// The contribution of the whole history equals the sum of the contributions of its steps.
fn assert_additive(history: &History) {
    let zone = ReportZone::utc();
    let versions = 0..history.version();
    let posted = |from, to| PostedChange::new(history.change(from, to), &zone);
    let steps: Vec<PostedChange> = versions.map(|version| posted(version, version + 1)).collect();
    assert_eq!(moves(&steps), moves(&[posted(0, history.version())]));
}
