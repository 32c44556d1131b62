//! Access control: which token a request needs, whether it has one, and how often that token may be used.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goody_contract::ErrorCode;
use goody_formats::signatures::Secret;
use goody_formats::webhooks::Source;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tower_http::cors::CorsLayer;

use crate::batch_id::BATCH_ID;
use crate::capacity::Capacity;
use crate::error::ApiError;
use crate::host_check::Hosts;
use crate::request_log::{CORRELATION_ID, TRACEPARENT};
use crate::tokens::{TokenProblem, TokenScope, TokenSource, Tokens};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How long a browser may cache the response to a CORS preflight request.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(3600);

/// Who may call the API. [`Access::open`] allows every caller.
#[derive(Clone)]
pub struct Access {
    /// The valid tokens; `None` if no request needs one.
    pub tokens: Option<Arc<dyn TokenSource>>,
    /// Whether reads also need a token.
    pub protect_reads: bool,
    /// The host names under which clients may call the server; `None` if a gateway checks them.
    pub hosts: Option<Arc<Hosts>>,
    /// Requests per minute for each token; `None` for no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// Requests in progress at the same time; `None` for no limit.
    pub concurrent: Option<usize>,
}

impl Access {
    /// Allows every caller every request.
    pub fn open() -> Self {
        Self { tokens: None, protect_reads: false, hosts: None, rate_limit: None, concurrent: None }
    }

    /// CORS: allows the configured origins to read responses.
    pub(crate) fn cors(&self) -> Option<CorsLayer> {
        let origins = self.hosts.as_ref().map(|hosts| hosts.origins.clone()).filter(|origins| !origins.is_empty())?;
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers([
                AUTHORIZATION,
                CONTENT_TYPE,
                IF_MATCH,
                IF_NONE_MATCH,
                BATCH_ID,
                CORRELATION_ID,
                TRACEPARENT,
            ])
            .expose_headers([ETAG, RETRY_AFTER, BATCH_ID, CORRELATION_ID, RATE_LIMIT, RATE_LIMIT_POLICY])
            .max_age(PREFLIGHT_MAX_AGE);
        Some(layer)
    }
}

/// The client that sent a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    /// The name of its token; `None` if it sent none.
    token: Option<Arc<str>>,
    /// Whether it may read protected data.
    pub(crate) may_read: bool,
    /// Whether it may send events.
    pub(crate) may_ingest: bool,
}

impl Caller {
    /// The sender of a webhook: its signature says who it is.
    pub(crate) fn webhook(source: Source) -> Self {
        Self { token: Some(source.name().into()), ..Self::default() }
    }

    /// Its name in the audit log.
    pub(crate) fn name(&self) -> &str {
        self.token.as_deref().unwrap_or("anonymous")
    }
}

/// The access rules, and a rate limiter for each token.
#[derive(Clone)]
pub(crate) struct Guard(Arc<Inner>);

struct Inner {
    access: Access,
    /// Whether the host has the route `POST /api/demo`.
    has_demo: bool,
    /// By the name of the token.
    limiters: Mutex<HashMap<Arc<str>, Arc<Limiter>>>,
    capacity: Capacity,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

impl Guard {
    pub(crate) fn new(access: Access, has_demo: bool) -> Self {
        let capacity = Capacity::new(access.concurrent);
        Self(Arc::new(Inner { access, has_demo, limiters: Mutex::default(), capacity }))
    }

    /// Authenticates the caller and checks the scope of its token.
    async fn caller(&self, required: Option<TokenScope>, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let access = &self.0.access;
        let anonymous = Caller { token: None, may_read: !access.protect_reads, may_ingest: access.tokens.is_none() };
        let Some(source) = &access.tokens else { return Ok(anonymous) };
        let secret = bearer(headers);
        if required.is_none() && secret.is_none() {
            return Ok(anonymous);
        }
        let tokens = read_tokens(source.as_ref()).await?;
        let found = secret.and_then(|secret| tokens.find(secret));
        match (required, found) {
            (Some(required), Some(token)) if !token.permits(required) => Err(ApiError::new(
                ErrorCode::Forbidden,
                format!("The token {} does not permit this: the request needs the scope {required}.", token.name()),
            )),
            (_, Some(token)) => Ok(Caller {
                token: Some(token.name().clone()),
                may_read: anonymous.may_read || token.permits(TokenScope::Read),
                may_ingest: token.permits(TokenScope::Ingest),
            }),
            (Some(required), None) => Err(unauthenticated(required, secret.is_some())),
            // The request needs no token, so an unknown one is not an error.
            (None, None) => Ok(anonymous),
        }
    }

    /// The secrets of a source of webhooks that the host's tokens have.
    pub(crate) async fn webhook_secrets(&self, source: Source) -> Result<Vec<Secret>, ApiError> {
        match &self.0.access.tokens {
            Some(tokens) => Ok(read_tokens(tokens.as_ref()).await?.webhook_secrets(source).to_vec()),
            None => Ok(Vec::new()),
        }
    }

    /// The limits that all requests share.
    pub(crate) fn capacity(&self) -> &Capacity {
        &self.0.capacity
    }

    /// Whether writes need a token.
    pub(crate) fn needs_tokens(&self) -> bool {
        self.0.access.tokens.is_some()
    }

    /// Why the tokens cannot be read.
    pub(crate) fn problem(&self) -> Option<TokenProblem> {
        self.0.access.tokens.as_ref().and_then(|source| source.problem())
    }

    /// Counts a request of a token and returns the rate limit headers. An error if the token has no requests left.
    fn check_rate_limit(&self, caller: &Caller) -> Result<Option<[(HeaderName, HeaderValue); 2]>, ApiError> {
        let (Some(quota), Some(name)) = (self.0.access.rate_limit, &caller.token) else { return Ok(None) };
        let limiter = {
            let mut limiters = self.0.limiters.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(RateLimiter::direct(Quota::per_minute(quota)).with_middleware());
            limiters.entry(name.clone()).or_insert_with(new).clone()
        };
        match limiter.check() {
            Ok(state) => Ok(Some(rate_headers(quota, state.remaining_burst_capacity()))),
            Err(until) => {
                let seconds = until.wait_time_from(limiter.clock().now()).as_secs() + 1;
                let detail = format!("The token {name} may send {quota} requests a minute. Try again in {seconds} s.");
                let error = ApiError::new(ErrorCode::RateLimited, detail).retry_after(seconds);
                Err(rate_headers(quota, 0).into_iter().fold(error, |error, (name, value)| error.header(name, value)))
            }
        }
    }
}

async fn read_tokens(source: &dyn TokenSource) -> Result<Arc<Tokens>, ApiError> {
    source.tokens().await.map_err(|error| {
        tracing::error!(error, "the tokens cannot be read");
        ApiError::new(ErrorCode::Unavailable, "The tokens cannot be read right now. Try again.")
    })
}

/// The requests that a token has left, in the headers of draft-ietf-httpapi-ratelimit-headers-10 (IETF).
fn rate_headers(quota: NonZeroU32, left: u32) -> [(HeaderName, HeaderValue); 2] {
    let full_in = (f64::from(quota.get().saturating_sub(left)) * 60.0 / f64::from(quota.get())).ceil();
    let value = |text: String| HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    [
        (RATE_LIMIT, value(format!("\"requests\";r={left};t={full_in}"))),
        (RATE_LIMIT_POLICY, value(format!("\"requests\";q={quota};w=60"))),
    ]
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn unauthenticated(required: TokenScope, has_token: bool) -> ApiError {
    let reason = if has_token { "The token is unknown" } else { "The request has no token" };
    let detail = format!(
        "{reason}. Send Authorization: Bearer with a token of the scope {required}. The command goody token new makes one."
    );
    ApiError::new(ErrorCode::Unauthenticated, detail)
}

/// The scope that a request needs. The health check and the API documentation are public: a client reads them before it has a
/// token.
fn required_scope(Inner { access, has_demo, .. }: &Inner, method: &Method, path: &str) -> Option<TokenScope> {
    let is_public = path == "/health" || path == "/api/openapi.json" || path.starts_with("/api/docs");
    let is_of_rejections = path == "/api/rejections" || path.starts_with("/api/rejections/");
    match *method {
        // Bodies may hold personal data.
        _ if is_of_rejections => Some(TokenScope::Admin),
        Method::GET | Method::HEAD => (access.protect_reads && !is_public).then_some(TokenScope::Read),
        Method::POST if path == "/api/orders/events" => Some(TokenScope::Ingest),
        // Their signature is checked instead.
        Method::POST if path.starts_with("/api/webhooks/") => None,
        // Who may send events may take them back.
        Method::POST if path.starts_with("/api/batches/") => Some(TokenScope::Ingest),
        // Without the route, the answer is the same to everyone: 404.
        Method::POST if path == "/api/demo" => has_demo.then_some(TokenScope::Ingest),
        _ => Some(TokenScope::Admin),
    }
}

/// Authenticates and authorizes a request, and applies the rate limit of its token.
pub(crate) async fn authorize(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let required = required_scope(&guard.0, request.method(), request.uri().path());
    let authorized = match guard.caller(required, request.headers()).await {
        Ok(caller) => guard.check_rate_limit(&caller).map(|headers| (caller, headers)),
        Err(error) => Err(error),
    };
    match authorized {
        Err(error) => error.into_response(),
        Ok((caller, headers)) => {
            request.extensions_mut().insert(caller);
            let mut response = next.run(request).await;
            response.headers_mut().extend(headers.into_iter().flatten());
            response
        }
    }
}

/// A fixed set of valid tokens.
pub fn fixed(tokens: Tokens) -> Arc<dyn TokenSource> {
    Arc::new(Arc::new(tokens))
}
