//! `GET /metrics`

use crate::TestApp;
use crate::fleet::problem;

#[tokio::test]
async fn a_host_without_metrics_has_no_such_route() {
    problem(&TestApp::new().get("/metrics").await, 404, "NOT_FOUND");
}
