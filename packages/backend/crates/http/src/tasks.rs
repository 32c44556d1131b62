//! Write tasks. They continue after their client disconnects, so that every stored write gets its audit line.

use goody_contract::ErrorCode;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::error::ApiError;

/// The writes in progress.
#[derive(Clone, Default)]
pub struct Tasks(TaskTracker);

impl Tasks {
    /// Refuses new writes, and waits until those in progress are finished. A server calls it after it stops accepting requests.
    pub async fn finish(&self) {
        self.0.close();
        self.0.wait().await;
    }

    /// Runs a write to its end, even if its client disconnects. Refuses it after [`Tasks::finish`] was called.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        // The token is taken before the check, so that `finish` waits for every write that is not refused.
        let token = self.0.token();
        if self.0.is_closed() {
            return Err(ApiError::new(ErrorCode::Unavailable, "The server is stopping.").retry_after(1));
        }
        let work = async move {
            let done = work.await;
            drop(token);
            done
        };
        self.0.spawn(work.in_current_span()).await.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a write panicked");
            Err(ApiError::new(ErrorCode::Internal, "The log has the details."))
        })
    }
}
