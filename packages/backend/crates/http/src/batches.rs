//! `POST /api/batches/{id}/retract`: takes back the events of a batch.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use goody_application::retract::retract;
use goody_contract::{Problem, RetractQuery, RetractionAnswer};
use goody_domain::{BatchId, OrderId};
use tokio::time::Instant;

use crate::App;
use crate::access::Caller;
use crate::audit::{self, Source};
use crate::error::ApiError;
use crate::json_response::JsonResponse;
use crate::params::{Params, Validator};
use crate::request_log::CorrelationId;

/// How long one request may take back. Gateways end a request after 29 s.
const LONGEST_REQUEST: Duration = Duration::from_secs(5);

/// Takes back the events of a batch. Their ids are free again, for a corrected file.
///
/// A request searches orders for a few seconds. Repeat it with `after` set to `next` until `isComplete` is true. A batch can be taken
/// back again: nothing happens to events that are taken back already.
#[utoipa::path(
    post, path = "/api/batches/{id}/retract", operation_id = "retractBatch", tag = "orders",
    params(("id" = goody_contract::IdParam, Path, description = "The batch: `X-Batch-Id` of the response to its events."), RetractQuery),
    responses((status = 200, body = RetractionAnswer), (status = 400, body = Problem))
)]
pub(crate) async fn post_retraction(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Extension(correlation_id): Extension<CorrelationId>,
    Path(id): Path<String>,
    Params(query): Params<RetractQuery>,
) -> Result<JsonResponse, ApiError> {
    let mut validator = Validator::default();
    let batch_id = validator.parse("id", Some(&id), BatchId::parse);
    let after = validator.parse("after", query.after.as_ref(), OrderId::parse);
    let batch_id = validator.finish(batch_id)?.ok_or_else(|| ApiError::parameter("id", "is missing"))?;
    let source = Source { caller, correlation_id };
    let work = {
        let app = app.clone();
        async move {
            let (now, started) = (app.now(), Instant::now());
            let store = app.0.order_store.as_ref();
            let done = retract(store, &batch_id, after, now, |_| started.elapsed() < LONGEST_REQUEST).await?;
            app.0.new_facts.notify_one();
            audit::log_retraction(&source, now, &batch_id, &done);
            Ok(RetractionAnswer {
                batch_id: batch_id.to_string(),
                orders: done.orders,
                events: done.events,
                expired_orders: done.expired_orders,
                is_complete: done.next.is_none(),
                next: done.next.map(String::from),
            })
        }
    };
    JsonResponse::json(&app.0.tasks.run(work).await?)
}
