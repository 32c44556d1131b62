//! The app under test checks that tests project all changes.

use goody_testkit::{OrderBuilder, TestApp, ndjson};

#[tokio::test]
#[should_panic(expected = "changes were left unprojected")]
async fn a_test_that_does_not_project_its_changes_fails() {
    let app = TestApp::new();
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").events())).await;
}

#[tokio::test]
async fn a_test_that_projects_its_changes_does_not_fail() {
    let app = TestApp::new();
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").events())).await;
    assert_eq!(app.project().await, 1);
}
