//! What was refused, with fault injection. Whether it is kept changes nothing that the model knows.

use async_trait::async_trait;
use goody_application::ports::{
    KeptRejection, Refused, RejectionBounds, RejectionCount, RejectionId, RejectionPage, RejectionPosition,
    RejectionStore, Result,
};
use goody_domain::Instant;
use goody_testkit::suite::wait_alone;

use crate::store::FaultyStore;

#[async_trait]
impl RejectionStore for FaultyStore {
    async fn keep(&self, refused: Vec<Refused>, bounds: RejectionBounds, now: Instant) -> Result<()> {
        self.call("keeping what was refused", |real| wait_alone(real.keep(refused, bounds, now)), |()| ()).await
    }

    async fn rejections(&self, after: Option<&RejectionPosition>, limit: usize, now: Instant) -> Result<RejectionPage> {
        let digested = |page: &RejectionPage| page.rejections.len();
        self.call("listing rejections", |real| wait_alone(real.rejections(after, limit, now)), digested).await
    }

    async fn rejection(&self, id: &RejectionId, now: Instant) -> Result<Option<KeptRejection>> {
        self.call("reading a rejection", |real| wait_alone(real.rejection(id, now)), Option::is_some).await
    }

    async fn remove(&self, ids: &[RejectionId]) -> Result<()> {
        self.call("removing rejections", |real| wait_alone(real.remove(ids)), |()| ()).await
    }

    async fn expire_rejections(&self, before: Instant) -> Result<u64> {
        self.call("removing old rejections", |real| wait_alone(real.expire_rejections(before)), |number| *number).await
    }

    async fn forget_all(&self) -> Result<u64> {
        self.call("forgetting rejections", |real| wait_alone(real.forget_all()), |number| *number).await
    }

    async fn count_rejections(&self, now: Instant) -> Result<RejectionCount> {
        let digested = |count: &RejectionCount| (count.rejections, count.bytes);
        self.call("counting rejections", |real| wait_alone(real.count_rejections(now)), digested).await
    }
}
