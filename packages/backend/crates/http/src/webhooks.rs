//! `POST /api/webhooks/{source}`: what shops and carriers send, as they send it.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use bytes::Bytes;
use goody_contract::{ErrorCode, IdParam, Problem, WebhookAnswer};
use goody_domain::Instant;
use goody_formats::files::mapping::Mapping;
use goody_formats::request::{Headers, Request};
use goody_formats::signatures::{Secret, SignatureError};
use goody_formats::webhooks::cloud_events::{self, CloudEvents};
use goody_formats::webhooks::{Config, Outcome, Source};

use crate::App;
use crate::access::Guard;
use crate::capacity::{Capacity, Memory};
use crate::error::ApiError;
use crate::intake::EVENT_TIMEOUT;
use crate::json_response::JsonResponse;
use crate::request_log::CorrelationId;
use crate::webhook_facts::{ROUTE, Taken, take};
use crate::whole_body::{self, BodyLimit};

/// The body of a webhook, or of CloudEvents. A longer one reserves the growing buffer and what is read from it.
const WEBHOOK: BodyLimit = BodyLimit {
    what: "The body",
    longest: 4 * 1_024 * 1_024,
    short: 64 * 1_024,
    reserved_at_first: 64 * 1_024,
    reserved: 12 * 1_024 * 1_024,
};

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
    /// Takes webhooks of the sources that have a secret, here or in the host's tokens. `mappings` replace those of their sources, and
    /// times without an offset are in `time_zone`; UTC by default. `unsigned` also takes webhooks of sources without a secret: only for a
    /// server that no other machine can reach.
    ///
    /// # Errors
    /// There is no such zone.
    pub fn new(
        secrets: BTreeMap<Source, Vec<Secret>>,
        mut mappings: BTreeMap<Source, Mapping>,
        time_zone: Option<&str>,
        unsigned: bool,
    ) -> Result<Self, String> {
        time_zone.map(goody_domain::time_zone).transpose()?;
        let mut config =
            |source: Source| Config { mapping: mappings.remove(&source), time_zone: time_zone.map(str::to_owned) };
        let configs = Source::ALL.map(|source| (source, config(source))).into();
        let formats =
            Some(Formats { verify: Source::verify, read: Source::read, read_cloud_events: cloud_events::read });
        Ok(Self { secrets, configs, unsigned, formats })
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
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let text = |name| text(name).filter(|value| !value.is_empty());
    cloud_events::is_cloud_event(text("content-type"), text("ce-specversion"))
}

pub(crate) fn headers(headers: &HeaderMap) -> Headers<'_> {
    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}

pub(crate) fn request<'r>(uri: &'r Uri, headers: &'r Headers<'r>, body: &'r [u8]) -> Request<'r> {
    Request { path: uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str), headers, body }
}

/// Reads a whole body, which may not take long.
pub(crate) async fn read_body(body: Body, capacity: &Capacity) -> Result<(Bytes, Memory), ApiError> {
    let seconds = EVENT_TIMEOUT.as_secs();
    let too_slow = || Err(ApiError::new(ErrorCode::Timeout, format!("The body did not arrive within {seconds} s.")));
    let read = whole_body::read(body, &WEBHOOK, capacity);
    tokio::time::timeout(EVENT_TIMEOUT, read).await.unwrap_or_else(|_| too_slow())
}
