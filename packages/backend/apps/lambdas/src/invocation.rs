//! One invocation after the other: each in a span with its correlation id, its failure thrown, its figures printed.

use std::fmt;

use goody_application::error_chain::error_chain;
use goody_application::ports::Clock;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::{Diagnostic, LambdaEvent, LambdaInvocation, Runtime, Service, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::metrics::Figures;

/// Why an invocation failed, with all causes: Lambda tries again, and keeps what fails again and again.
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

/// Answers invocations until the process is ended.
///
/// # Errors
/// Where Lambda does not tell the next event.
pub async fn serve<F, A, R>(handler: F, figures: &Figures, clock: &dyn Clock) -> Result<(), lambda_runtime::Error>
where
    F: Service<LambdaEvent<A>, Response = R, Error: Into<Diagnostic> + fmt::Debug>,
    F::Future: Future<Output = Result<R, F::Error>>,
    A: DeserializeOwned,
    R: Serialize,
{
    Runtime::new(handler).layer(layer_fn(|inner| observed(inner, figures, clock))).run().await
}

/// Wraps what answers an invocation.
fn observed<S>(
    mut inner: S,
    figures: &Figures,
    clock: &dyn Clock,
) -> impl Service<LambdaInvocation, Response = (), Error = S::Error>
where
    S: Service<LambdaInvocation, Response = ()>,
{
    service_fn(move |invocation: LambdaInvocation| {
        // A request from outside may bring a correlation id of its own, which its lines then have instead.
        let span = tracing::info_span!("invocation", correlation_id = invocation.context.request_id);
        let answered = span.in_scope(|| inner.call(invocation)).instrument(span);
        async move {
            let answered = answered.await;
            figures.print(clock.now());
            answered
        }
    })
}
