//! Access: which token a request needs, whether it has one, and how often that token may be used.

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
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tower_http::cors::CorsLayer;

use crate::capacity::Capacity;
use crate::error::ApiError;
use crate::host_check::Hosts;
use crate::request_log::{CORRELATION_ID, TRACEPARENT};
use crate::tokens::{TokenProblem, TokenScope, TokenSource, Tokens};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How long a browser remembers what pages of other origins may do.
const PREFLIGHT: Duration = Duration::from_secs(3600);

/// Who may call the API. [`Access::open`] allows every caller.
#[derive(Clone)]
pub struct Access {
    /// The tokens that are good; `None` where nobody needs one.
    pub tokens: Option<Arc<dyn TokenSource>>,
    /// Whether reads need a token, too.
    pub protect_reads: bool,
    /// By which names the server may be called; `None` where somebody else looks at that.
    pub hosts: Option<Arc<Hosts>>,
    /// Requests a minute of each token; `None` for no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// Requests that are worked on at the same time; `None` for no limit.
    pub concurrent: Option<usize>,
}

impl Access {
    /// Allows every caller to do everything.
    pub fn open() -> Self {
        Self { tokens: None, protect_reads: false, hosts: None, rate_limit: None, concurrent: None }
    }

    /// CORS: allows the configured origins to read responses.
    pub(crate) fn cors(&self) -> Option<CorsLayer> {
        let origins = self.hosts.as_ref().map(|hosts| hosts.origins.clone()).filter(|origins| !origins.is_empty())?;
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, CORRELATION_ID, TRACEPARENT])
            .expose_headers([ETAG, RETRY_AFTER, CORRELATION_ID, RATE_LIMIT, RATE_LIMIT_POLICY])
            .max_age(PREFLIGHT);
        Some(layer)
    }
}

/// Whose request it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    /// The name of its token, where it needed or brought one.
    token: Option<Arc<str>>,
    /// Whether it may read everything.
    pub(crate) may_read: bool,
}

impl Caller {
    /// What the audit trail calls them.
    pub(crate) fn name(&self) -> &str {
        self.token.as_deref().unwrap_or("anybody")
    }
}

/// Access rules, with a rate limiter for each token.
#[derive(Clone)]
pub(crate) struct Guard(Arc<Watched>);

struct Watched {
    doors: Access,
    /// By token's name.
    limiters: Mutex<HashMap<Arc<str>, Arc<Limiter>>>,
    capacity: Capacity,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

impl Guard {
    pub(crate) fn new(doors: Access) -> Self {
        let capacity = Capacity::new(doors.concurrent);
        Self(Arc::new(Watched { doors, limiters: Mutex::default(), capacity }))
    }

    /// Who asks, where that has to be known.
    async fn caller(&self, wanted: Option<TokenScope>, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let nobody = Caller { token: None, may_read: !self.0.doors.protect_reads };
        let Some(source) = &self.0.doors.tokens else { return Ok(nobody) };
        let told = bearer(headers);
        if wanted.is_none() && told.is_none() {
            return Ok(nobody);
        }
        let tokens = source.tokens().await.map_err(|error| {
            tracing::error!(error, "the tokens cannot be read");
            ApiError::new(ErrorCode::Unavailable, "The tokens cannot be read right now. Try again.")
        })?;
        let found = told.and_then(|secret| tokens.find(secret));
        match (wanted, found) {
            (Some(wanted), Some(token)) if !token.is_good_for(wanted) => Err(ApiError::new(
                ErrorCode::Forbidden,
                format!("The token {} is not good for this: it needs the scope {wanted}.", token.name()),
            )),
            (_, Some(token)) => Ok(Caller {
                token: Some(token.name().clone()),
                may_read: nobody.may_read || token.is_good_for(TokenScope::Read),
            }),
            (Some(wanted), None) => Err(unauthenticated(wanted, told.is_some())),
            // It needs none, and says nothing else of itself.
            (None, None) => Ok(nobody),
        }
    }

    /// What all requests share.
    pub(crate) fn capacity(&self) -> &Capacity {
        &self.0.capacity
    }

    /// What keeps tokens from being read.
    pub(crate) fn problem(&self) -> Option<TokenProblem> {
        self.0.doors.tokens.as_ref().and_then(|source| source.problem())
    }

    /// Takes one from what a token has left, and says how much that is. Refuses where there is nothing.
    fn take(&self, caller: &Caller) -> Result<Option<[(HeaderName, HeaderValue); 2]>, ApiError> {
        let (Some(quota), Some(name)) = (self.0.doors.rate_limit, &caller.token) else { return Ok(None) };
        let limiter = {
            let mut limiters = self.0.limiters.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(RateLimiter::direct(Quota::per_minute(quota)).with_middleware());
            limiters.entry(name.clone()).or_insert_with(new).clone()
        };
        match limiter.check() {
            Ok(state) => Ok(Some(rate_headers(quota, state.remaining_burst_capacity()))),
            Err(until) => {
                let seconds = until.wait_time_from(limiter.clock().now()).as_secs() + 1;
                let told = format!("The token {name} may ask {quota} times a minute. Ask again in {seconds} s.");
                let error = ApiError::new(ErrorCode::RateLimited, told).retry_after(seconds);
                Err(rate_headers(quota, 0).into_iter().fold(error, |error, (name, value)| error.header(name, value)))
            }
        }
    }
}

/// What a client may still do, as the draft of the IETF has it (draft-ietf-httpapi-ratelimit-headers-10).
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

fn unauthenticated(wanted: TokenScope, came: bool) -> ApiError {
    let told = if came { "That token is not known" } else { "No token came" };
    let detail =
        format!("{told}. Send Authorization: Bearer with a token of the scope {wanted}, as goody token new makes one.");
    ApiError::new(ErrorCode::Unauthenticated, detail)
}

/// What a request needs. The page may ask whether the server is well, and how the API looks, before it has a token.
fn wanted(doors: &Access, method: &Method, path: &str) -> Option<TokenScope> {
    let is_told_to_all = path == "/health" || path == "/api/openapi.json" || path.starts_with("/api/docs");
    match *method {
        Method::GET | Method::HEAD => (doors.protect_reads && !is_told_to_all).then_some(TokenScope::Read),
        Method::POST if path == "/api/orders/events" => Some(TokenScope::Ingest),
        _ => Some(TokenScope::Admin),
    }
}

/// Asks for the token, and counts its requests.
pub(crate) async fn admit(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let wanted = wanted(&guard.0.doors, request.method(), request.uri().path());
    let admitted = match guard.caller(wanted, request.headers()).await {
        Ok(caller) => guard.take(&caller).map(|headers| (caller, headers)),
        Err(error) => Err(error),
    };
    match admitted {
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
