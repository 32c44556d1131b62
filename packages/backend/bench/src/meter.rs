//! A proxy in front of the DynamoDB emulator: counts the requests and the capacity units that they consume.

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

/// The requests and the consumed capacity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consumption {
    /// The number of requests by operation.
    pub requests: BTreeMap<String, usize>,
    /// Write capacity units, including those of indexes.
    pub write_units: f64,
    /// Read capacity units.
    pub read_units: f64,
}

impl Consumption {
    /// The number of all requests.
    pub fn total(&self) -> usize {
        self.requests.values().sum()
    }

    /// Adds other requests and their capacity.
    pub fn add(&mut self, other: &Self) {
        for (operation, requests) in &other.requests {
            *self.requests.entry(operation.clone()).or_default() += requests;
        }
        self.write_units += other.write_units;
        self.read_units += other.read_units;
    }
}

impl std::fmt::Display for Consumption {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let requests: Vec<String> =
            self.requests.iter().map(|(operation, requests)| format!("{requests} {operation}")).collect();
        write!(formatter, "{}", requests.join(" + "))
    }
}

/// The proxy. It runs as long as the runtime in which it was started.
#[derive(Clone, Debug)]
pub struct Meter {
    address: SocketAddr,
    consumption: Arc<Mutex<Consumption>>,
}

struct MeterState {
    endpoint: String,
    consumption: Arc<Mutex<Consumption>>,
}

impl Meter {
    /// Starts a proxy for the DynamoDB at `endpoint`.
    pub async fn start(endpoint: String) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let meter = Self { address: listener.local_addr()?, consumption: Arc::default() };
        let state = Arc::new(MeterState { endpoint, consumption: meter.consumption.clone() });
        let router = Router::new().fallback(forward).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(meter)
    }

    /// The URL of the proxy.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The consumption since the last call.
    pub fn take(&self) -> Consumption {
        std::mem::take(&mut lock(&self.consumption))
    }
}

fn lock(consumption: &Mutex<Consumption>) -> MutexGuard<'_, Consumption> {
    consumption.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Forwards a request to DynamoDB, asks for its consumed capacity and counts it.
async fn forward(State(state): State<Arc<MeterState>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let request = serde_json::from_slice::<Value>(&body).ok().filter(Value::is_object);
    let (Some(target), Some(mut request)) = (target, request) else { return StatusCode::BAD_REQUEST.into_response() };
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    let (status, response) = ask(&state.endpoint, target, request).await;
    let operation = target.split_once('.').map_or(target, |(_, operation)| operation);
    let units: f64 = match &response["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    };
    let mut consumption = lock(&state.consumption);
    *consumption.requests.entry(operation.to_owned()).or_default() += 1;
    match operation {
        "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan" => consumption.read_units += units,
        _ => consumption.write_units += units,
    }
    drop(consumption);
    (status, [("content-type", "application/x-amz-json-1.0")], response.to_string()).into_response()
}
