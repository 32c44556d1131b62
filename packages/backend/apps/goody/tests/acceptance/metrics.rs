//! `GET /metrics` has the measurements that an operator needs.

use std::path::Path;

use crate::binary::{Server, demo_events, eventually, placed, quiet, run, text};

#[test]
fn every_check_has_metrics_and_every_metric_is_documented() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    assert_eq!(server.post_event(&placed("o-1")).0, 200);
    server.wait_until_projected();
    eventually("the timer ticks", || server.metric("goody_report_age_seconds").is_some_and(|age| age < 60.0));
    for check in ["order_store", "change_feed", "reports", "scheduler"] {
        assert_eq!(server.metric(&format!("goody_check_level{{check=\"{check}\"}}")), Some(0.0), "{check}");
    }
    for metric in ["goody_changes_waiting", "goody_change_age_seconds", "goody_writes_waiting"] {
        assert_eq!(server.metric(metric), Some(0.0), "{metric}");
    }
    assert!(server.metric("goody_latest_fact_age_seconds").unwrap() > 0.0);

    let documentation = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../docs/OPERATIONS.md");
    let documentation = std::fs::read_to_string(documentation).unwrap();
    let metrics = server.metrics();
    let names = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let missing: Vec<&str> = names.filter(|name| !documentation.contains(&format!("`{name}"))).collect();
    assert!(missing.is_empty(), "docs/OPERATIONS.md must explain each metric; it lacks {missing:?}");
}
