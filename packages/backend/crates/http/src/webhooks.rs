//! `POST /api/webhooks/{source}`: what shops and carriers send, as they send it.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use goody_contract::{ErrorCode, IdParam, Problem, WebhookAnswer};
use goody_domain::Instant;
use goody_formats::request::{Headers, Request};
use goody_formats::signatures::{Secret, SignatureError};
use goody_formats::webhooks::cloud_events::{self, CloudEvents};
use goody_formats::webhooks::{Config, Outcome, Source};

use crate::App;
use crate::access::Guard;
use crate::capacity::{Capacity, Memory, out_of_memory};
use crate::error::ApiError;
use crate::intake::EVENT_TIMEOUT;
use crate::json_response::JsonResponse;
use crate::request_log::CorrelationId;
use crate::webhook_facts::{ROUTE, Taken, take};

/// The most bytes of a webhook.
const LONGEST: usize = 4 * 1_024 * 1_024;
/// What a body reserves at first: most are shorter.
const SHORT: usize = 64 * 1_024;

/// What the host knows of the senders of webhooks. By default it takes none.
#[derive(Clone, Debug, Default)]
pub struct Webhooks {
    secrets: BTreeMap<Source, Vec<Secret>>,
    configs: BTreeMap<Source, Config>,
    unsigned: bool,
    /// A function that takes no webhooks is spared the formats of all senders: half a megabyte.
    formats: Option<Formats>,
}

/// How webhooks are verified, and they and CloudEvents are read.
#[derive(Clone, Copy, Debug)]
struct Formats {
    verify: fn(Source, &Request<'_>, &[Secret], Instant) -> Result<(), SignatureError>,
    read: fn(Source, &Request<'_>, &Config) -> Outcome,
    read_cloud_events: fn(&Request<'_>) -> Option<CloudEvents>,
}

impl Webhooks {
    /// Takes webhooks of the sources that have a secret, here or in the host's tokens. `configs` says how a source is read, where that is
    /// not the default. `unsigned` also takes those of sources without a secret: only for a server that no other machine can reach.
    pub fn new(secrets: BTreeMap<Source, Vec<Secret>>, configs: BTreeMap<Source, Config>, unsigned: bool) -> Self {
        Self {
            secrets,
            configs,
            unsigned,
            formats: Some(Formats {
                verify: Source::verify,
                read: Source::read,
                read_cloud_events: cloud_events::read,
            }),
        }
    }

    /// What a request of a source says.
    fn read(&self, source: Source, request: &Request<'_>) -> Result<Outcome, ApiError> {
        static DEFAULT: Config = Config { mapping: None, time_zone: None };
        Ok((self.formats()?.read)(source, request, self.configs.get(&source).unwrap_or(&DEFAULT)))
    }

    /// What a webhook that was refused says now.
    pub(crate) fn read_again(&self, source: Source, body: &[u8]) -> Result<Outcome, ApiError> {
        // Headers name what the body shows, too.
        let (path, headers) = (format!("/api/webhooks/{}", source.name()), Headers::default());
        self.read(source, &Request { path: &path, headers: &headers, body })
    }

    /// The events of a request in CloudEvents, or why each is none.
    pub(crate) fn read_cloud_events(&self, request: &Request<'_>) -> Result<CloudEvents, ApiError> {
        Ok((self.formats()?.read_cloud_events)(request).unwrap_or_default())
    }

    fn formats(&self) -> Result<Formats, ApiError> {
        self.formats.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "This server takes no webhooks."))
    }
}

/// Receives a webhook of a shop or a carrier, in its own format and with its own signature: docs/WEBHOOKS.md.
///
/// A source exists if the server has a secret for it. A webhook is answered with a 2xx if what it says is stored, known, waits for its
/// order, or is left out on purpose. One that should say something and does not is refused, and kept with its body and the reason.
#[utoipa::path(
    post, path = "/api/webhooks/{source}", operation_id = "postWebhook", tag = "orders",
    params(("source" = IdParam, Path, description = "The sender: `shopify`, `woocommerce`, `easypost`, `shippo`, `aftership`, `shipengine`, `ups` or `generic`.")),
    request_body(content((Object = "application/json"))),
    responses(
        (status = 200, body = WebhookAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 408, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)
    )
)]
pub(crate) async fn post(
    State(app): State<App>,
    Extension(guard): Extension<Guard>,
    Extension(correlation_id): Extension<CorrelationId>,
    Extension(capacity): Extension<Capacity>,
    Path(name): Path<String>,
    request: axum::extract::Request,
) -> Result<JsonResponse, ApiError> {
    let (head, body) = request.into_parts();
    let source = Source::from_name(&name).ok_or_else(|| ApiError::not_found("source of webhooks", &name))?;
    let secrets = secrets(&app, &guard, source).await?;
    let (body, _memory) = read_body(body, &capacity).await?;
    let outcome = {
        let headers = self::headers(&head.headers);
        let request = self::request(&head.uri, &headers, &body);
        if !secrets.is_empty() {
            (app.0.webhooks.formats()?.verify)(source, &request, &secrets, app.now()).map_err(|error| {
                count(source, "unsigned");
                tracing::warn!(source = source.name(), reason = %error, "a webhook is not signed as its sender signs");
                ApiError::new(ErrorCode::InvalidSignature, format!("{error}."))
            })?;
        }
        app.0.webhooks.read(source, &request)?
    };
    let slot = capacity.write_slot()?;
    let work = {
        let app = app.clone();
        async move {
            let taken = take(&app, source, outcome, &correlation_id).await;
            drop(slot);
            count(source, taken.as_ref().map_or("failed", Taken::result));
            let taken = taken?;
            if let Some(refused) = taken.refused(source, &body) {
                app.0.rejections.add(vec![refused]);
                app.0.rejections.flush(true).await;
            }
            Ok(taken)
        }
    };
    JsonResponse::json(&app.0.tasks.run(work).await?.answer()?)
}

/// The secrets of a source, without any for a source that needs none.
async fn secrets(app: &App, guard: &Guard, source: Source) -> Result<Vec<Secret>, ApiError> {
    let mut secrets = guard.webhook_secrets(source).await?;
    secrets.extend(app.0.webhooks.secrets.get(&source).into_iter().flatten().cloned());
    if secrets.is_empty() && !app.0.webhooks.unsigned {
        let (name, variable) = (source.name(), source.secret_variable());
        let detail = format!(
            "The server has no secret for {name}. Its operator sets {variable}, or adds a line `webhook {name} SECRET` to the tokens."
        );
        return Err(ApiError::new(ErrorCode::NotFound, detail));
    }
    Ok(secrets)
}

fn count(source: Source, result: &'static str) {
    metrics::counter!("goody_webhooks_total", "source" => source.name(), "result" => result).increment(1);
}

/// The source of a webhook that was refused, by its route.
pub(crate) fn source_of(route: &str) -> Option<Source> {
    Source::from_name(route.strip_prefix(ROUTE)?)
}

/// Whether a request is in CloudEvents.
pub(crate) fn is_cloud_event(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().trim_start();
    let prefix = "application/cloudevents";
    kind.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        || headers.contains_key("ce-specversion")
}

pub(crate) fn headers(headers: &HeaderMap) -> Headers<'_> {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}

pub(crate) fn request<'r>(uri: &'r Uri, headers: &'r Headers<'r>, body: &'r [u8]) -> Request<'r> {
    Request { path: uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str), headers, body }
}

/// Reads a whole body, and reserves memory for it.
pub(crate) async fn read_body(body: Body, capacity: &Capacity) -> Result<(Bytes, Memory), ApiError> {
    let read = async {
        let mut memory = capacity.memory(SHORT).ok_or_else(out_of_memory)?;
        let (mut body, mut buffer) = (body.into_data_stream(), BytesMut::new());
        while let Some(bytes) = body.next().await {
            let bytes = bytes.map_err(|_| ApiError::new(ErrorCode::InvalidBody, "The body is incomplete."))?;
            if buffer.len() + bytes.len() > LONGEST {
                let detail = format!("The body may have at most {} MiB.", LONGEST / 1_024 / 1_024);
                return Err(ApiError::new(ErrorCode::PayloadTooLarge, detail));
            }
            if buffer.len() <= SHORT && buffer.len() + bytes.len() > SHORT {
                // The growing buffer, and what is read from it.
                memory = capacity.memory(3 * LONGEST).ok_or_else(out_of_memory)?;
            }
            buffer.extend_from_slice(&bytes);
        }
        Ok((buffer.freeze(), memory))
    };
    let seconds = EVENT_TIMEOUT.as_secs();
    let too_slow = || Err(ApiError::new(ErrorCode::Timeout, format!("The body did not arrive within {seconds} s.")));
    tokio::time::timeout(EVENT_TIMEOUT, read).await.unwrap_or_else(|_| too_slow())
}
