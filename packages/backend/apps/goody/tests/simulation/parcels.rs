//! Parcels, with fault injection. The simulation sends none whose order is not known, so nothing waits.

use async_trait::async_trait;
use goody_application::ports::{ParcelStore, Result, WaitingParcel};
use goody_domain::{History, Instant, ParcelKey};
use goody_testkit::suite::wait_alone;

use crate::store::FaultyStore;

#[async_trait]
impl ParcelStore for FaultyStore {
    async fn orders_of_parcel(&self, key: &ParcelKey) -> Result<Vec<History>> {
        self.call("finding the orders of a parcel", |real| wait_alone(real.orders_of_parcel(key)), Vec::len).await
    }

    async fn wait(&self, parcels: Vec<WaitingParcel>, most: u64) -> Result<u64> {
        self.call("keeping a fact of a parcel", |real| wait_alone(real.wait(parcels, most)), |number| *number).await
    }

    async fn waiting_for(&self, keys: &[ParcelKey]) -> Result<Vec<WaitingParcel>> {
        self.call("reading the facts of parcels", |real| wait_alone(real.waiting_for(keys)), Vec::len).await
    }

    async fn waiting(&self) -> Result<Vec<WaitingParcel>> {
        self.call("reading all facts of parcels", |real| wait_alone(real.waiting()), Vec::len).await
    }

    async fn stop_waiting(&self, parcels: &[WaitingParcel]) -> Result<()> {
        self.call("removing facts of parcels", |real| wait_alone(real.stop_waiting(parcels)), |()| ()).await
    }

    async fn expire_waiting(&self, before: Instant) -> Result<u64> {
        self.call("removing old facts of parcels", |real| wait_alone(real.expire_waiting(before)), |number| *number)
            .await
    }

    async fn count_waiting(&self) -> Result<u64> {
        self.call("counting the facts of parcels", |real| wait_alone(real.count_waiting()), |number| *number).await
    }
}
