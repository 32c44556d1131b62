//! `DELETE /api/rejections`

use axum::http::Method;
use serde_json::json;

use super::{kept, post_json};
use crate::TestApp;

#[tokio::test]
async fn everything_that_was_refused_is_forgotten() {
    let app = TestApp::new();
    post_json(&app, "[1, 2, 3]").await;
    assert_eq!(kept(&app).await.len(), 3);
    let forget = || app.request(Method::DELETE, "/api/rejections", "", "");
    assert_eq!(forget().await.json(), json!({"forgotten": 3}));
    assert_eq!(kept(&app).await.len(), 0);
    assert_eq!(forget().await.json(), json!({"forgotten": 0}));
}
