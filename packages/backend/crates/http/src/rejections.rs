//! `/api/rejections`: what was refused, and another try. Only the scope `admin` reads it: bodies may hold personal data.

use axum::Extension;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use goody_application::ingest::Batch;
use goody_application::ports::{EVENTS_ROUTE, KeptRejection, Refused, RejectionId, RejectionPosition};
use goody_contract::{
    BodyEncoding, ErrorCode, ForgottenView, IdParam, IngestLine, Problem, RejectionView, RejectionsQuery,
    RejectionsView, RetryAnswer,
};
use goody_formats::event_splitter::RawEvent;
use goody_formats::webhooks::Source as FormatSource;

use crate::App;
use crate::access::Caller;
use crate::audit::{self, Counts, Source};
use crate::batch_id::new_batch_id;
use crate::capacity::Capacity;
use crate::cursor;
use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Params, Validator};
use crate::parsed_events::ParsedEvents;
use crate::request_log::CorrelationId;
use crate::{webhook_facts, webhooks};

/// What was refused, the newest first, each with its body and the reason.
///
/// The last 30 days are kept, at most 10,000 rejections with 64 MiB of bodies. The same again from the same sender is counted. Where
/// the server has tokens, the request needs one of the scope `admin`: bodies may hold personal data.
#[utoipa::path(
    get, path = "/api/rejections", operation_id = "rejections", tag = "operations", params(RejectionsQuery),
    responses((status = 200, body = RejectionsView), (status = 400, body = Problem))
)]
pub(crate) async fn list(
    State(app): State<App>,
    Params(query): Params<RejectionsQuery>,
) -> Result<JsonResponse, ApiError> {
    let mut validator = Validator::default();
    let limit = validator.limit(query.limit.as_ref(), 50);
    let limit = validator.finish(limit)?;
    let after: Option<RejectionPosition> = cursor::read(&"rejections", query.cursor.as_ref())?;
    let page = app.0.order_store.rejections(after.as_ref(), limit, app.now()).await?;
    JsonResponse::json(&RejectionsView {
        rejections: page.rejections.into_iter().map(view).collect(),
        has_more: page.next.is_some(),
        next_cursor: page.next.and_then(|next| cursor::write(&"rejections", &next)),
    })
}

/// One rejection with its body.
#[utoipa::path(
    get, path = "/api/rejections/{id}", operation_id = "rejection", tag = "operations",
    params(("id" = IdParam, Path, description = "The rejection.")),
    responses((status = 200, body = RejectionView), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub(crate) async fn get(State(app): State<App>, Path(id): Path<String>) -> Result<JsonResponse, ApiError> {
    JsonResponse::json(&view(find(&app, &id).await?))
}

/// Takes in again what was refused.
///
/// The event, or the webhook, is parsed and stored as if its sender sent it now. It is no longer kept as a rejection if that succeeds, or if the event is
/// already stored or its order has expired. An event that is rejected again stays as it was kept.
#[utoipa::path(
    post, path = "/api/rejections/{id}/retry", operation_id = "retryRejection", tag = "operations",
    params(("id" = IdParam, Path, description = "The rejection.")),
    responses(
        (status = 200, body = RetryAnswer), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
)]
pub(crate) async fn retry(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
    Extension(capacity): Extension<Capacity>,
    Path(id): Path<String>,
) -> Result<JsonResponse, ApiError> {
    let kept = find(&app, &id).await?;
    let Refused { source: sender, route, body, is_cut, .. } = kept.refused;
    if is_cut {
        return Err(cannot_retry("Only the beginning of what was sent is kept. Send it again."));
    }
    if let Some(source) = webhooks::source_of(&route) {
        return retry_webhook((app, capacity), source, (kept.id, body), correlation_id).await;
    }
    if route != EVENTS_ROUTE {
        return Err(cannot_retry(&format!("This version of the server cannot take in again what {route} received.")));
    }
    let source = Source { caller, correlation_id };
    let slot = capacity.write_slot()?;
    let work = {
        let app = app.clone();
        async move {
            let now = app.now();
            let batch = Batch { id: new_batch_id(), source: sender };
            let parsed = ParsedEvents::of(vec![(1, RawEvent::Text(body.into()))], now, app.0.reports.zone());
            let (lines, _) = parsed.ingest(&app, &batch, now).await?;
            let counts = Counts::of(&lines);
            counts.add_to_metrics();
            audit::log_events(&source, now, &batch.id, counts);
            drop(slot);
            let is_removed = counts.rejected == 0 && remove(&app, kept.id).await;
            Ok((lines, is_removed))
        }
    };
    let (lines, is_removed) = app.0.tasks.run(work).await?;
    let line = lines.into_iter().next();
    let line = line.ok_or_else(|| cannot_retry("The body has no event."))?;
    let IngestLine { event_id, result, errors, warnings, .. } = line;
    JsonResponse::json(&RetryAnswer { id, event_id, result, errors, warnings, is_removed })
}

/// Takes in a webhook again: its mapping may have changed.
async fn retry_webhook(
    (app, capacity): (App, Capacity),
    source: FormatSource,
    (kept, body): (RejectionId, Vec<u8>),
    correlation_id: CorrelationId,
) -> Result<JsonResponse, ApiError> {
    let outcome = app.0.webhooks.read_again(source, &body)?;
    let slot = capacity.write_slot()?;
    let id = kept.as_str().to_owned();
    let work = {
        let app = app.clone();
        async move {
            let taken = webhook_facts::take(&app, source, outcome, &correlation_id).await?;
            drop(slot);
            let errors = taken.errors();
            let is_removed = errors.is_empty() && remove(&app, kept).await;
            Ok(RetryAnswer {
                id,
                event_id: None,
                result: taken.ingest_result(),
                errors,
                warnings: Vec::new(),
                is_removed,
            })
        }
    };
    JsonResponse::json(&app.0.tasks.run(work).await?)
}

/// Removes everything that was refused, for good.
#[utoipa::path(
    delete, path = "/api/rejections", operation_id = "forgetRejections", tag = "operations",
    responses((status = 200, body = ForgottenView))
)]
pub(crate) async fn forget(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
) -> Result<JsonResponse, ApiError> {
    let source = Source { caller, correlation_id };
    let work = {
        let app = app.clone();
        async move {
            let forgotten = app.0.order_store.forget_all().await?;
            audit::log_forgotten_rejections(&source, app.now(), forgotten);
            Ok(ForgottenView { forgotten })
        }
    };
    JsonResponse::json(&app.0.tasks.run(work).await?)
}

fn cannot_retry(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::CannotRetry, detail)
}

async fn find(app: &App, id: &str) -> Result<KeptRejection, ApiError> {
    let id = RejectionId::parse(id).map_err(|reason| ApiError::parameter("id", reason))?;
    let found = app.0.order_store.rejection(&id, app.now()).await?;
    found.ok_or_else(|| ApiError::not_found("rejection", id.as_str()))
}

/// Removes a rejection whose event is stored. If that fails, it stays, and another try finds a duplicate.
async fn remove(app: &App, id: RejectionId) -> bool {
    let removed = app.0.order_store.remove(&[id]).await;
    if let Err(error) = &removed {
        tracing::warn!(error = error as &dyn std::error::Error, "a rejection could not be removed");
    }
    removed.is_ok()
}

fn view(kept: KeptRejection) -> RejectionView {
    let KeptRejection { id, first_at, last_at, times, refused } = kept;
    let Refused { source, route, code, reason, body, is_cut } = refused;
    let bytes = body.len() as u64;
    let (body, body_encoding) = match String::from_utf8(body) {
        Ok(text) => (text, BodyEncoding::Utf8),
        Err(error) => (STANDARD.encode(error.as_bytes()), BodyEncoding::Base64),
    };
    RejectionView {
        id: id.as_str().to_owned(),
        first_at: first_at.to_string(),
        last_at: last_at.to_string(),
        times,
        source,
        route,
        code: code.as_str().to_owned(),
        reason,
        body,
        body_encoding,
        bytes,
        is_cut,
    }
}
