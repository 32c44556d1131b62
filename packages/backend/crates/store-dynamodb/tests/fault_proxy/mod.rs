//! A proxy for the emulator that injects the faults of a busy DynamoDB and of networks.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use goody_testkit::dynamodb::ask;

/// The faults, each as a percentage of requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// The table is throttled: the operation is not performed.
    pub(crate) throttled: u64,
    /// The transaction conflicts with another one: the operation is not performed.
    pub(crate) conflicts: u64,
    /// Only half of the keys of a batch are read.
    pub(crate) unprocessed: u64,
    /// The operation is performed, and the response is an internal server error.
    pub(crate) lost_responses: u64,
    /// The operation is performed, and no response arrives.
    pub(crate) no_response: u64,
}

/// The proxy.
pub(crate) struct FaultProxy {
    /// Its URL.
    pub(crate) endpoint: String,
    /// The number of injected faults.
    pub(crate) faults_injected: Arc<AtomicUsize>,
}

struct ProxyState {
    endpoint: String,
    faults: Faults,
    random_state: AtomicU64,
    faults_injected: Arc<AtomicUsize>,
}

impl FaultProxy {
    /// Starts a proxy for the emulator at `endpoint`. It ends with the test's runtime.
    pub(crate) async fn start(endpoint: String, faults: Faults) -> Self {
        let faults_injected = Arc::new(AtomicUsize::new(0));
        let state = Arc::new(ProxyState {
            endpoint,
            faults,
            random_state: AtomicU64::new(7),
            faults_injected: faults_injected.clone(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(handle).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, faults_injected }
    }
}

impl ProxyState {
    /// Returns true for this percentage of calls.
    fn occurs(&self, percent: u64) -> bool {
        let mut number = self.random_state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let occurs = (number ^ (number >> 31)) % 100 < percent;
        self.faults_injected.fetch_add(usize::from(occurs), Ordering::Relaxed);
        occurs
    }
}

async fn handle(State(state): State<Arc<ProxyState>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let mut request: Value = serde_json::from_slice(&body).unwrap();
    if state.occurs(state.faults.throttled) {
        return error_response("ProvisionedThroughputExceededException", json!({}));
    }
    if target.ends_with("TransactWriteItems") && state.occurs(state.faults.conflicts) {
        let items = request["TransactItems"].as_array().unwrap().len();
        let reasons: Vec<Value> = (0..items)
            .map(|index| json!({ "Code": if index == items / 2 { "TransactionConflict" } else { "None" } }))
            .collect();
        return error_response("TransactionCanceledException", json!({ "CancellationReasons": reasons }));
    }
    let mut unprocessed_keys = Value::Null;
    if target.ends_with("BatchGetItem") && state.occurs(state.faults.unprocessed) {
        unprocessed_keys = take_half_of_keys(&mut request);
    }
    let (status, mut response) = ask(&state.endpoint, &target, request).await;
    if state.occurs(state.faults.lost_responses) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if state.occurs(state.faults.no_response) {
        return std::future::pending().await;
    }
    if !unprocessed_keys.is_null() {
        response["UnprocessedKeys"] = unprocessed_keys;
    }
    (status, [("content-type", "application/x-amz-json-1.0")], response.to_string()).into_response()
}

/// Removes up to half of the keys from a request, and returns them as unprocessed keys.
fn take_half_of_keys(request: &mut Value) -> Value {
    let mut unprocessed_keys = json!({});
    for (table, keys) in request["RequestItems"].as_object_mut().unwrap() {
        let all = keys["Keys"].as_array_mut().unwrap();
        let half = all.split_off(all.len().div_ceil(2));
        if !half.is_empty() {
            unprocessed_keys[table] = json!({ "Keys": half, "ConsistentRead": true });
        }
    }
    unprocessed_keys
}

fn error_response(name: &str, fields: Value) -> Response {
    let mut response = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "not now" });
    for (key, value) in fields.as_object().unwrap() {
        response[key] = value.clone();
    }
    (StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.0")], response.to_string()).into_response()
}
