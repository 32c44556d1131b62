//! Work that changes something: it outlives the connection it came by, so that nobody who hangs up keeps a write from its
//! audit line.

use goody_contract::ErrorCode;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::error::ApiError;

/// What is being written right now.
#[derive(Clone, Default)]
pub struct Tasks(TaskTracker);

impl Tasks {
    /// Waits until nothing is being written any more. For a server that has stopped taking requests.
    pub async fn finish(&self) {
        self.0.close();
        self.0.wait().await;
    }

    /// Runs work to its end, whether or not anybody waits for the answer. Refuses it once the server ends.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        // Counted before it is asked whether the end has come: so that the end waits for what was not refused.
        let counted = self.0.token();
        if self.0.is_closed() {
            return Err(ApiError::new(ErrorCode::Unavailable, "The server is being stopped.").retry_after(1));
        }
        let work = async move {
            let done = work.await;
            drop(counted);
            done
        };
        self.0.spawn(work.in_current_span()).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a write panicked");
            Err(ApiError::new(ErrorCode::Internal, "The log says more."))
        })
    }
}
