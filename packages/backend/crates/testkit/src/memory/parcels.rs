//! Parcels: a list of the facts that wait.

use async_trait::async_trait;
use goody_application::ports::{MOST_ORDERS_OF_PARCEL, ParcelStore, Result, WaitingParcel, parcel_term};
use goody_domain::{History, Instant, ParcelKey};

use super::MemoryStore;

#[async_trait]
impl ParcelStore for MemoryStore {
    async fn orders_of_parcel(&self, key: &ParcelKey) -> Result<Vec<History>> {
        let state = self.state();
        let found = state.orders.values().filter(|history| history.terms().contains(&key.term()));
        Ok(found.take(MOST_ORDERS_OF_PARCEL).cloned().collect())
    }

    async fn wait(&self, parcels: Vec<WaitingParcel>, most: u64) -> Result<u64> {
        let waiting = &mut self.state().waiting_parcels;
        for parcel in parcels {
            if !waiting.iter().any(|known| known.key() == parcel.key()) {
                waiting.push(parcel);
            }
        }
        waiting.sort_by_key(|parcel| (parcel.since, parcel.key()));
        let removed = waiting.len().saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
        waiting.drain(..removed);
        Ok(removed as u64)
    }

    async fn waiting_for(&self, keys: &[ParcelKey]) -> Result<Vec<WaitingParcel>> {
        let terms: Vec<String> = keys.iter().map(parcel_term).collect();
        Ok(self.waiting().await?.into_iter().filter(|parcel| terms.contains(&parcel.key().0)).collect())
    }

    async fn waiting(&self) -> Result<Vec<WaitingParcel>> {
        Ok(self.state().waiting_parcels.clone())
    }

    async fn stop_waiting(&self, parcels: &[WaitingParcel]) -> Result<()> {
        let keys: Vec<_> = parcels.iter().map(WaitingParcel::key).collect();
        self.state().waiting_parcels.retain(|parcel| !keys.contains(&parcel.key()));
        Ok(())
    }

    async fn expire_waiting(&self, before: Instant) -> Result<u64> {
        let waiting = &mut self.state().waiting_parcels;
        let all = waiting.len();
        waiting.retain(|parcel| parcel.since >= before);
        Ok((all - waiting.len()) as u64)
    }

    async fn count_waiting(&self) -> Result<u64> {
        Ok(self.state().waiting_parcels.len() as u64)
    }
}
