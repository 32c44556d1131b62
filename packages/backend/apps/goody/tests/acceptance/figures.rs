//! What `GET /metrics` tells an operator.

use std::path::Path;

use crate::binary::{Server, demo_events, eventually, placed, quiet, run, text};

#[test]
fn every_figure_of_the_checks_is_measured_and_every_metric_is_explained() {
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
    for none in ["goody_changes_waiting", "goody_change_age_seconds", "goody_writes_waiting"] {
        assert_eq!(server.metric(none), Some(0.0), "{none}");
    }
    assert!(server.metric("goody_latest_fact_age_seconds").unwrap() > 0.0);

    let explained = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../docs/OPERATIONS.md");
    let explained = std::fs::read_to_string(explained).unwrap();
    let told = server.metrics();
    let names = told.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let unexplained: Vec<&str> = names.filter(|name| !explained.contains(&format!("`{name}"))).collect();
    assert!(unexplained.is_empty(), "docs/OPERATIONS.md says what each metric means, but not of {unexplained:?}");
}
