//! A meter before DynamoDB's emulator: counts requests and the capacity that they consume.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use goody_testkit::dynamodb::ask;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// Requests by their operation.
    pub requests: BTreeMap<String, usize>,
    /// Capacity units of writes, those of indexes included.
    pub written: f64,
    /// Capacity units of reads.
    pub read: f64,
}

impl Counted {
    /// All requests.
    pub fn total(&self) -> usize {
        self.requests.values().sum()
    }

    /// Adds what was asked elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (operation, requests) in &other.requests {
            *self.requests.entry(operation.clone()).or_default() += requests;
        }
        self.written += other.written;
        self.read += other.read;
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let requests: Vec<String> =
            self.requests.iter().map(|(operation, requests)| format!("{requests} {operation}")).collect();
        write!(formatter, "{}", requests.join(" + "))
    }
}

/// The meter. It is there as long as the runtime that it was set up in.
#[derive(Clone, Debug)]
pub struct Meter {
    address: SocketAddr,
    counted: Arc<Mutex<Counted>>,
}

struct Behind {
    endpoint: String,
    counted: Arc<Mutex<Counted>>,
}

impl Meter {
    /// Sets a meter before the DynamoDB at `endpoint`.
    pub async fn before(endpoint: String) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let meter = Self { address: listener.local_addr()?, counted: Arc::default() };
        let behind = Arc::new(Behind { endpoint, counted: meter.counted.clone() });
        let router = Router::new().fallback(pass_on).with_state(behind);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(meter)
    }

    /// Where it is, as a URL.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked since the last time.
    pub fn take(&self) -> Counted {
        std::mem::take(&mut lock(&self.counted))
    }
}

fn lock(counted: &Mutex<Counted>) -> MutexGuard<'_, Counted> {
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks DynamoDB what was asked, and what it cost.
async fn pass_on(State(behind): State<Arc<Behind>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let question = serde_json::from_slice::<Value>(&body).ok().filter(Value::is_object);
    let (Some(target), Some(mut question)) = (target, question) else { return StatusCode::BAD_REQUEST.into_response() };
    question["ReturnConsumedCapacity"] = json!("TOTAL");
    let (status, answer) = ask(&behind.endpoint, target, question).await;
    let operation = target.split_once('.').map_or(target, |(_, operation)| operation);
    let units: f64 = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    };
    let mut counted = lock(&behind.counted);
    *counted.requests.entry(operation.to_owned()).or_default() += 1;
    match operation {
        "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan" => counted.read += units,
        _ => counted.written += units,
    }
    drop(counted);
    (status, [("content-type", "application/x-amz-json-1.0")], answer.to_string()).into_response()
}
