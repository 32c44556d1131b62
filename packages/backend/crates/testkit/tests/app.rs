//! The app under test watches over its tests.

use goody_testkit::{OrderBuilder, TestApp, ndjson};

#[tokio::test]
#[should_panic(expected = "changes were left unprojected")]
async fn a_test_that_forgets_to_project_fails() {
    let app = TestApp::new();
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").events())).await;
}

#[tokio::test]
async fn a_test_that_projects_does_not() {
    let app = TestApp::new();
    app.post_ndjson(ndjson(&OrderBuilder::new("o-1").events())).await;
    assert_eq!(app.project().await, 1);
}
