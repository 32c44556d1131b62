//! The life of a function: start, router, invocations.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use goody_application::ports::{Clock, Store};
use goody_application::simulate::Simulator;
use goody_domain::Instant;
use goody_http::{Access, App, Tokens, Webhooks};
use goody_store_dynamodb::DynamoStore;
use lambda_runtime::{Diagnostic, LambdaEvent, Service};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use crate::clock::FunctionClock;
use crate::invocation::{Failure, serve};
use crate::metrics::MetricsRecorder;
use crate::settings::{Settings, SettingsError};
use crate::{logs, store, tokens};

/// The parts that every function uses.
pub struct Host {
    /// The settings from the environment.
    pub settings: Settings,
    /// The tables, behind the ports of the application.
    pub store: Arc<dyn Store>,
    /// The tables, as the stream and the schedule need them.
    pub tables: DynamoStore,
    clock: Arc<dyn Clock>,
    metrics: MetricsRecorder,
}

impl Host {
    /// Reads the settings, starts logs and metrics, and creates the client. Sends no request to DynamoDB.
    ///
    /// # Errors
    /// Names every environment variable that is missing or invalid.
    pub fn start(function: &'static str) -> Result<Self, Failure> {
        let settings = Settings::from_environment()?;
        logs::start(&settings.log)?;
        let metrics = MetricsRecorder::new(function);
        metrics.install()?;
        if let FunctionClock::File(file) = &settings.clock {
            tracing::warn!(file = %file.display(), "GOODY_CLOCK is set: the time comes from that file");
        }
        let tables = store::open(&settings);
        let clock = Arc::new(settings.clock.clone());
        Ok(Self { store: Arc::new(tables.clone()), tables, settings, clock, metrics })
    }

    /// The router of the API on these tables. A write needs a token; a read needs one when reads are protected. The router sets
    /// no rate or size limits: API Gateway and Lambda have their own. `router` makes it, and takes
    /// `webhooks`: a function has only what it needs.
    ///
    /// # Errors
    /// Names the missing setting for the tokens.
    pub fn api(
        &self,
        writes: bool,
        router: fn(App, Access) -> axum::Router,
        webhooks: Webhooks,
    ) -> Result<axum::Router, SettingsError> {
        // Nothing waits for this notification: the stream starts the projection.
        let new_facts = Arc::new(Notify::new());
        let protect_reads = self.settings.protect_reads;
        // Without tokens, a function for reads refuses every write, even if the gateway forwards one.
        let tokens = match writes || protect_reads {
            true => tokens::source(&self.settings)?,
            false => goody_http::fixed(Tokens::default()),
        };
        let silence_hours = self.settings.silence_hours;
        let app = App::new(self.store.clone(), self.clock.clone(), new_facts, silence_hours, None, None, webhooks);
        let access = Access { tokens: Some(tokens), protect_reads, ..Access::open() };
        Ok(router(app, access).layer(from_fn(keep_byte_order_mark)))
    }

    /// The current time.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The simulator of demo orders on these tables.
    pub fn simulator(&self) -> Simulator {
        let demo = &self.settings.demo;
        Simulator::new(self.store.clone(), demo.seed, demo.scenario.clone())
    }

    /// Handles invocations until the process ends.
    ///
    /// # Errors
    /// The Lambda runtime API does not deliver the next event.
    pub async fn serve<F, A, R>(&self, handler: F) -> Result<(), Failure>
    where
        F: Service<LambdaEvent<A>, Response = R, Error: Into<Diagnostic> + fmt::Debug>,
        F::Future: Future<Output = Result<R, F::Error>>,
        A: DeserializeOwned,
        R: Serialize,
    {
        Ok(serve(handler, &self.metrics, self.clock.as_ref()).await?)
    }
}

/// Keeps the byte order mark of a CSV that is asked for with `bom=true`. `lambda_http` decodes text, which removes the mark, but sends
/// a body with a `Content-Encoding` as it is.
async fn keep_byte_order_mark(request: Request, next: Next) -> Response {
    let has_mark = request.uri().query().is_some_and(|query| query.split('&').any(|part| part == "bom=true"));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let is_csv = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/csv"));
    if has_mark && is_csv {
        headers.entry(CONTENT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    }
    response
}
