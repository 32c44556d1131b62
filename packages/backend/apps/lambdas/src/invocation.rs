//! The loop of invocations: each has a log span with its correlation id, and prints its metrics at its end.

use std::fmt;

use goody_application::error_chain::error_chain;
use goody_application::ports::Clock;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::{Diagnostic, LambdaEvent, LambdaInvocation, Runtime, Service, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::metrics::MetricsRecorder;

/// Why an invocation failed, with all causes. Lambda retries the event, and finally sends it to the failure destination.
pub struct Failure(Box<dyn std::error::Error + Send + Sync>);

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&error_chain(self.0.as_ref()))
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: "Failure".to_owned(), error_message: format!("{failure:?}") }
    }
}

/// Handles invocations until the process ends.
///
/// # Errors
/// The Lambda runtime API does not deliver the next event.
pub async fn serve<F, A, R>(
    handler: F,
    metrics: &MetricsRecorder,
    clock: &dyn Clock,
) -> Result<(), lambda_runtime::Error>
where
    F: Service<LambdaEvent<A>, Response = R, Error: Into<Diagnostic> + fmt::Debug>,
    F::Future: Future<Output = Result<R, F::Error>>,
    A: DeserializeOwned,
    R: Serialize,
{
    Runtime::new(handler).layer(layer_fn(|inner| instrument(inner, metrics, clock))).run().await
}

/// Adds the log span and the metrics to the handler of invocations.
fn instrument<S>(
    mut inner: S,
    metrics: &MetricsRecorder,
    clock: &dyn Clock,
) -> impl Service<LambdaInvocation, Response = (), Error = S::Error>
where
    S: Service<LambdaInvocation, Response = ()>,
{
    service_fn(move |invocation: LambdaInvocation| {
        // An HTTP request may bring its own correlation id; its log lines then have that one.
        let span = tracing::info_span!("invocation", correlation_id = invocation.context.request_id);
        let response = span.in_scope(|| inner.call(invocation)).instrument(span);
        async move {
            let response = response.await;
            metrics.print(clock.now());
            response
        }
    })
}
