//! DynamoDB as it speaks on the wire.

#![expect(clippy::unwrap_used, reason = "test code")]

use axum::http::StatusCode;
use serde_json::Value;

/// Asks the emulator, which looks at no signature.
pub(crate) async fn ask(endpoint: &str, target: &str, question: Value) -> (StatusCode, Value) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let request = agent
        .post(endpoint)
        .header("Content-Type", "application/x-amz-json-1.0")
        .header("X-Amz-Target", target)
        .header("X-Amz-Date", "20260310T120000Z")
        .header("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260310/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=test");
    tokio::task::spawn_blocking(move || {
        let mut answer = request.send_json(question).unwrap();
        (answer.status(), answer.body_mut().read_json().unwrap())
    })
    .await
    .unwrap()
}
