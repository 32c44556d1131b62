//! `POST /api/demo`: fills an empty database with demo orders.

use std::io;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use goody_application::ingest::Batch;
use goody_application::project::project_all;
use goody_application::simulate::{BACKFILL_DAYS, SimulateError, SimulationCounts, Simulator};
use goody_contract::{DemoProgress, ErrorCode, Problem};
use goody_domain::Instant;
use tokio::sync::OwnedMutexGuard;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tracing::Instrument;

use crate::App;
use crate::access::Caller;
use crate::audit::{self, Counts, Source};
use crate::batch_id::batch_header;
use crate::capacity::Capacity;
use crate::error::ApiError;
use crate::request_log::CorrelationId;

const SECONDS: f64 = BACKFILL_DAYS as f64 * 86_400.0;

/// Fills an empty database with the demo orders of three weeks, as `goody backfill` does.
///
/// Only a server of the embedded host that listens on loopback has this route; elsewhere it is a 404. A database with events is a 409.
/// The response has a line for each step. A response that ends without a line with `isComplete: true` means that some events are
/// missing. The work goes on when the client disconnects.
#[utoipa::path(
    post, path = "/api/demo", operation_id = "postDemo", tag = "operations",
    responses(
        (status = 200, content((DemoProgress = "application/x-ndjson"))),
        (status = 404, body = Problem), (status = 409, body = Problem)
    )
)]
pub(crate) async fn post(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
    Extension(capacity): Extension<Capacity>,
) -> Result<Response, ApiError> {
    let demo = app.0.demo.as_ref().ok_or_else(|| ApiError::not_found("route", "/api/demo"))?;
    let simulator = demo.clone().try_lock_owned().map_err(|_| not_empty("The demo orders are being stored."))?;
    // The numbers of orders that have expired stay.
    if !app.0.orders.all(None, 1).await?.is_empty() || app.0.reports.status().await?.latest_fact.is_some() {
        return Err(not_empty("Demo orders would mix with the events that it has. Start with another --database."));
    }
    let slot = capacity.write_slot()?;
    let batch = simulator.backfill_batch()?;
    let header = batch_header(&batch.id);
    let (lines, progress) = unbounded_channel();
    let work = {
        let (app, source) = (app.clone(), Source { caller, correlation_id });
        async move {
            let filled = fill(&app, &simulator, &source, &batch, &lines).await;
            drop(slot);
            filled.inspect_err(|error| {
                // The status is already sent, so this is the only way to report that the events are incomplete.
                let _ = lines.send(Err(io::Error::other(error.detail().to_owned())));
            })
        }
    };
    tokio::spawn(async move { app.0.tasks.run(work).await }.in_current_span());
    let body = Body::from_stream(UnboundedReceiverStream::new(progress));
    let mut response = ([(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))], body).into_response();
    response.headers_mut().extend(header);
    Ok(response)
}

type Lines = UnboundedSender<io::Result<Bytes>>;

/// Stores the events and updates the reports.
async fn fill(
    app: &App,
    simulator: &OwnedMutexGuard<Simulator>,
    source: &Source,
    batch: &Batch,
    lines: &Lines,
) -> Result<(), ApiError> {
    let now = app.now();
    let begin = now.plus_seconds(-(SECONDS as i64));
    let step = |at: Instant, SimulationCounts { new, .. }| {
        let percent = (100.0 * at.seconds_since(begin) / SECONDS).clamp(0.0, 100.0);
        send(lines, DemoProgress { events: new, percent, is_complete: false });
    };
    let counts = simulator.backfill(BACKFILL_DAYS, now, now, step).await?;
    app.0.new_facts.notify_one();
    let counted = Counts { accepted: counts.new, duplicate: counts.known, ..Counts::default() };
    counted.add_to_metrics();
    audit::log_events(source, now, &batch.id, counted);
    // The client that gets the last line reads the reports next.
    project_all(app.0.order_store.as_ref(), app.now()).await?;
    app.0.fleet.catch_up(app.0.reports.zone().today(app.now())).await?;
    send(lines, DemoProgress { events: counts.new, percent: 100.0, is_complete: true });
    Ok(())
}

/// Sends a line, unless the client has disconnected.
fn send(lines: &Lines, progress: DemoProgress) {
    // Writing to a Vec cannot fail, and JSON can represent the progress.
    let mut line = serde_json::to_vec(&progress).unwrap_or_default();
    line.push(b'\n');
    let _ = lines.send(Ok(line.into()));
}

fn not_empty(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::NotEmpty, detail)
}

impl From<SimulateError> for ApiError {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::Store(error) => error.into(),
            SimulateError::Demo(reason) => {
                tracing::error!(reason, "the demo orders cannot be made");
                Self::new(ErrorCode::Internal, "The log has the details.")
            }
        }
    }
}
