//! The runtime API of Lambda, as far as functions use it: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
//!
//! Each process has its own API on a free port of the loopback interface, until the process ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::Failed;

/// The maximum size of a response.
const MAX_RESPONSE_BYTES: usize = 6 * 1_024 * 1_024;

/// The result of an invocation.
pub(super) type InvocationResult = Result<Bytes, Failed>;

/// An event for the process.
struct Invocation {
    request_id: String,
    event: Bytes,
}

/// The state that the routes and the test share.
struct Shared {
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    senders: Mutex<HashMap<String, oneshot::Sender<InvocationResult>>>,
    ready: watch::Sender<Option<Instant>>,
}

impl Shared {
    fn complete(&self, request_id: &str, result: InvocationResult) -> StatusCode {
        match self.senders.lock().unwrap().remove(request_id) {
            Some(sender) => {
                // An error means that the test no longer waits for the result.
                let _ = sender.send(result);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// The runtime API of one process.
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    events: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    pub(super) async fn start() -> Self {
        let (events, receiver) = mpsc::unbounded_channel();
        let (events_of_process, ready) = (tokio::sync::Mutex::new(receiver), watch::channel(None).0);
        let shared = Arc::new(Shared { events: events_of_process, senders: Mutex::default(), ready });
        let routes = Router::new()
            .route("/invocation/next", get(next))
            .route("/invocation/{request_id}/response", post(response))
            .route("/invocation/{request_id}/error", post(error))
            .route("/init/error", post(init_error));
        let api = Router::new().nest("/2018-06-01/runtime", routes).layer(DefaultBodyLimit::disable());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = api.with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, api).await.unwrap() });
        Self { address, events, shared, server }
    }

    /// Waits until the process requests its first event. Returns the instant of the request.
    pub(super) async fn ready(&self) -> Instant {
        let mut ready = self.shared.ready.subscribe();
        ready.wait_for(Option::is_some).await.unwrap().unwrap()
    }

    /// Queues an event for the process. The receiver gets the result.
    pub(super) fn invoke(&self, request_id: String, event: Bytes) -> oneshot::Receiver<InvocationResult> {
        let (sender, receiver) = oneshot::channel();
        self.shared.senders.lock().unwrap().insert(request_id.clone(), sender);
        self.events.send(Invocation { request_id, event }).unwrap();
        receiver
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.ready.send_if_modified(|ready| ready.replace(ready.unwrap_or_else(Instant::now)).is_none());
    let invocation = shared.events.lock().await.recv().await;
    let Some(Invocation { request_id, event }) = invocation else { return StatusCode::GONE.into_response() };
    let headers = [
        ("lambda-runtime-aws-request-id", request_id),
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:test".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, Path(request_id): Path<String>, body: Bytes) -> StatusCode {
    if body.len() > MAX_RESPONSE_BYTES {
        let kind = "Function.ResponseSizeTooLarge".to_owned();
        let message = format!("{} bytes are more than {MAX_RESPONSE_BYTES}", body.len());
        shared.complete(&request_id, Err(Failed::Thrown { kind, message }));
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    shared.complete(&request_id, Ok(body))
}

async fn error(State(shared): State<Arc<Shared>>, Path(request_id): Path<String>, error: Bytes) -> StatusCode {
    let error: Value = serde_json::from_slice(&error).unwrap();
    let field = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    shared.complete(&request_id, Err(Failed::Thrown { kind: field("errorType"), message: field("errorMessage") }))
}

/// Logs the error only. The process then ends, and the test sees that.
async fn init_error(error: Bytes) -> StatusCode {
    eprintln!("a function could not start: {}", String::from_utf8_lossy(&error));
    StatusCode::ACCEPTED
}
