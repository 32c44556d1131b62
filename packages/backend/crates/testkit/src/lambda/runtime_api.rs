//! The runtime API of Lambda, as far as a function's process asks it: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
//!
//! Each process has one of its own, on a free port of the loopback. It lives as long as the process.

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

/// The most that a function may answer, in bytes.
const LONGEST_ANSWER: usize = 6 * 1_024 * 1_024;

/// What becomes of an event.
pub(super) type Answer = Result<Bytes, Failed>;

/// An event that waits for the process, or is being worked on.
struct Invocation {
    request_id: String,
    event: Bytes,
}

/// What the process and the test share.
struct Shared {
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
    ready: watch::Sender<Option<Instant>>,
}

impl Shared {
    fn answer(&self, request_id: &str, answer: Answer) -> StatusCode {
        match self.waiting.lock().unwrap().remove(request_id) {
            Some(waiting) => {
                // Whoever asked may have gone.
                let _ = waiting.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// The API that one process is told of.
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
        let shared = Arc::new(Shared { events: events_of_process, waiting: Mutex::default(), ready });
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

    /// When the process asked for an event for the first time, once it has.
    pub(super) async fn ready(&self) -> Instant {
        let mut ready = self.shared.ready.subscribe();
        ready.wait_for(Option::is_some).await.unwrap().unwrap()
    }

    /// Has the process work on an event; the answer comes when there is one.
    pub(super) fn invoke(&self, request_id: String, event: Bytes) -> oneshot::Receiver<Answer> {
        let (waiting, answer) = oneshot::channel();
        self.shared.waiting.lock().unwrap().insert(request_id.clone(), waiting);
        self.events.send(Invocation { request_id, event }).unwrap();
        answer
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
    if body.len() > LONGEST_ANSWER {
        let kind = "Function.ResponseSizeTooLarge".to_owned();
        let message = format!("{} bytes are more than {LONGEST_ANSWER}", body.len());
        shared.answer(&request_id, Err(Failed::Thrown { kind, message }));
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    shared.answer(&request_id, Ok(body))
}

async fn error(State(shared): State<Arc<Shared>>, Path(request_id): Path<String>, error: Bytes) -> StatusCode {
    let error: Value = serde_json::from_slice(&error).unwrap();
    let field = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    shared.answer(&request_id, Err(Failed::Thrown { kind: field("errorType"), message: field("errorMessage") }))
}

/// The process ends by itself after this, which is what the test sees.
async fn init_error(error: Bytes) -> StatusCode {
    eprintln!("a function could not start: {}", String::from_utf8_lossy(&error));
    StatusCode::ACCEPTED
}
