//! A meter before the emulator: counts requests and the capacity that they consume.

#![expect(clippy::unwrap_used, reason = "test code")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::wire::ask;

/// What was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    /// Requests by their operation.
    pub(crate) requests: BTreeMap<String, usize>,
    /// Capacity units of writes.
    pub(crate) written: f64,
    /// Capacity units of reads.
    pub(crate) read: f64,
}

impl Counted {
    /// All requests.
    pub(crate) fn total(&self) -> usize {
        self.requests.values().sum()
    }
}

/// The meter.
pub(crate) struct Meter {
    /// Where it is.
    pub(crate) endpoint: String,
    counted: Arc<Mutex<Counted>>,
}

struct Behind {
    endpoint: String,
    counted: Arc<Mutex<Counted>>,
}

impl Meter {
    /// Sets a meter before the emulator at `endpoint`. It is there as long as the test's runtime.
    pub(crate) async fn open(endpoint: String) -> Self {
        let counted = Arc::new(Mutex::new(Counted::default()));
        let behind = Arc::new(Behind { endpoint, counted: counted.clone() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(behind);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, counted }
    }

    /// What was asked since the last time.
    pub(crate) fn take(&self) -> Counted {
        std::mem::take(&mut self.counted.lock().unwrap())
    }
}

async fn pass(State(behind): State<Arc<Behind>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let mut question: Value = serde_json::from_slice(&body).unwrap();
    question["ReturnConsumedCapacity"] = json!("TOTAL");
    let (status, answer) = ask(&behind.endpoint, &target, question).await;
    let operation = target.split_once('.').map_or("", |(_, operation)| operation);
    let units: f64 = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    };
    let mut counted = behind.counted.lock().unwrap();
    *counted.requests.entry(operation.to_owned()).or_default() += 1;
    if operation.starts_with("Get") || operation.starts_with("BatchGet") || operation == "Query" {
        counted.read += units;
    } else {
        counted.written += units;
    }
    drop(counted);
    assert!(status == StatusCode::OK || status == StatusCode::BAD_REQUEST, "{operation}: {answer}");
    (status, [("content-type", "application/x-amz-json-1.0")], answer.to_string()).into_response()
}
