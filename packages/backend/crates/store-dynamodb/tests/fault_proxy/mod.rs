//! A door before the emulator that lets some requests through badly: as DynamoDB does when it is busy, and as networks do.

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

/// What goes wrong, each in so many of a hundred requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// The table is throttled; nothing is done.
    pub(crate) throttled: u64,
    /// The transaction meets another one; nothing is done.
    pub(crate) conflicts: u64,
    /// Only half of the keys of a batch are read.
    pub(crate) unprocessed: u64,
    /// What is asked is done, and the answer is lost.
    pub(crate) lost_answers: u64,
    /// What is asked is done, and no answer comes.
    pub(crate) silent: u64,
}

/// The door.
pub(crate) struct FaultProxy {
    /// Where it is.
    pub(crate) endpoint: String,
    /// How many requests went badly.
    pub(crate) bad: Arc<AtomicUsize>,
}

struct Behind {
    endpoint: String,
    faults: Faults,
    dice: AtomicU64,
    bad: Arc<AtomicUsize>,
}

impl FaultProxy {
    /// Opens a door before the emulator at `endpoint`. It is there as long as the test's runtime.
    pub(crate) async fn open(endpoint: String, faults: Faults) -> Self {
        let bad = Arc::new(AtomicUsize::new(0));
        let behind = Arc::new(Behind { endpoint, faults, dice: AtomicU64::new(7), bad: bad.clone() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(behind);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, bad }
    }
}

impl Behind {
    /// In so many of a hundred times.
    fn happens(&self, percent: u64) -> bool {
        let mut number = self.dice.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let happens = (number ^ (number >> 31)) % 100 < percent;
        self.bad.fetch_add(usize::from(happens), Ordering::Relaxed);
        happens
    }
}

async fn pass(State(behind): State<Arc<Behind>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let mut question: Value = serde_json::from_slice(&body).unwrap();
    if behind.happens(behind.faults.throttled) {
        return refusal("ProvisionedThroughputExceededException", json!({}));
    }
    if target.ends_with("TransactWriteItems") && behind.happens(behind.faults.conflicts) {
        let items = question["TransactItems"].as_array().unwrap().len();
        let reasons: Vec<Value> = (0..items)
            .map(|place| json!({ "Code": if place == items / 2 { "TransactionConflict" } else { "None" } }))
            .collect();
        return refusal("TransactionCanceledException", json!({ "CancellationReasons": reasons }));
    }
    let mut left = Value::Null;
    if target.ends_with("BatchGetItem") && behind.happens(behind.faults.unprocessed) {
        left = leave_half(&mut question);
    }
    let (status, mut answer) = ask(&behind.endpoint, &target, question).await;
    if behind.happens(behind.faults.lost_answers) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if behind.happens(behind.faults.silent) {
        return std::future::pending().await;
    }
    if !left.is_null() {
        answer["UnprocessedKeys"] = left;
    }
    (status, [("content-type", "application/x-amz-json-1.0")], answer.to_string()).into_response()
}

/// Takes half of the keys, and at least one, out of a question.
fn leave_half(question: &mut Value) -> Value {
    let mut left = json!({});
    for (table, keys) in question["RequestItems"].as_object_mut().unwrap() {
        let all = keys["Keys"].as_array_mut().unwrap();
        let half = all.split_off(all.len().div_ceil(2));
        if !half.is_empty() {
            left[table] = json!({ "Keys": half, "ConsistentRead": true });
        }
    }
    left
}

fn refusal(name: &str, more: Value) -> Response {
    let mut answer = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": "not now" });
    for (key, value) in more.as_object().unwrap() {
        answer[key] = value.clone();
    }
    (StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.0")], answer.to_string()).into_response()
}
