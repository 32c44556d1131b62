//! What was refused.

use async_trait::async_trait;
use goody_application::ports::{
    KeptRejection, PAGE_BYTES, Refused, RejectionBounds, RejectionCount, RejectionId, RejectionPage, RejectionPosition,
    RejectionStore, Result, distinct, kept_since,
};
use goody_domain::Instant;

use super::MemoryStore;

/// The rejections, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Rejections {
    kept: Vec<KeptRejection>,
    latest: Option<Instant>,
}

impl Rejections {
    fn sorted(&mut self) {
        self.kept.sort_by_key(KeptRejection::position);
    }
}

fn bytes(rejections: &[KeptRejection]) -> u64 {
    rejections.iter().map(|kept| kept.refused.body.len() as u64).sum()
}

#[async_trait]
impl RejectionStore for MemoryStore {
    async fn keep(&self, refused: Vec<Refused>, bounds: RejectionBounds, now: Instant) -> Result<()> {
        let rejections = &mut self.state().rejections;
        for (id, times, refused) in distinct(refused) {
            rejections.latest = Some(now);
            match rejections.kept.iter_mut().find(|kept| kept.id == id && kept.first_at >= kept_since(now)) {
                Some(kept) => {
                    kept.times += times;
                    kept.last_at = now;
                }
                None => {
                    rejections.kept.retain(|kept| kept.id != id);
                    rejections.kept.push(KeptRejection { id, first_at: now, last_at: now, times, refused });
                }
            }
        }
        rejections.sorted();
        while rejections.kept.len() as u64 > bounds.rejections || bytes(&rejections.kept) > bounds.bytes {
            rejections.kept.remove(0);
        }
        Ok(())
    }

    async fn rejections(&self, after: Option<&RejectionPosition>, limit: usize, now: Instant) -> Result<RejectionPage> {
        let state = self.state();
        let later = state
            .rejections
            .kept
            .iter()
            .rev()
            .filter(|kept| kept.first_at >= kept_since(now) && after.is_none_or(|after| kept.position() < *after));
        let later: Vec<KeptRejection> = later.cloned().collect();
        let fits = |number: &usize| *number == 1 || bytes(&later[..*number]) <= PAGE_BYTES;
        let number = (1..=later.len().min(limit)).take_while(fits).last().unwrap_or(0);
        let next = later.get(number).and_then(|_| later[..number].last()).map(KeptRejection::position);
        Ok(RejectionPage { rejections: later[..number].to_vec(), next })
    }

    async fn rejection(&self, id: &RejectionId, now: Instant) -> Result<Option<KeptRejection>> {
        let state = self.state();
        let found = state.rejections.kept.iter().find(|kept| kept.id == *id && kept.first_at >= kept_since(now));
        Ok(found.cloned())
    }

    async fn remove(&self, ids: &[RejectionId]) -> Result<()> {
        self.state().rejections.kept.retain(|kept| !ids.contains(&kept.id));
        Ok(())
    }

    async fn expire_rejections(&self, before: Instant) -> Result<u64> {
        let kept = &mut self.state().rejections.kept;
        let all = kept.len();
        kept.retain(|kept| kept.first_at >= before);
        Ok((all - kept.len()) as u64)
    }

    async fn forget_all(&self) -> Result<u64> {
        let rejections = std::mem::take(&mut self.state().rejections);
        Ok(rejections.kept.len() as u64)
    }

    async fn count_rejections(&self, now: Instant) -> Result<RejectionCount> {
        let state = self.state();
        let kept: Vec<KeptRejection> =
            state.rejections.kept.iter().filter(|kept| kept.first_at >= kept_since(now)).cloned().collect();
        let latest = state.rejections.latest.filter(|_| !kept.is_empty());
        Ok(RejectionCount { rejections: kept.len() as u64, bytes: bytes(&kept), latest })
    }
}
