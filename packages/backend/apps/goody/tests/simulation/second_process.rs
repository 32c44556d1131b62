//! A second process on the same store. It projects, as an import does, registers vendors, and sometimes rebuilds all counters.

use std::sync::Arc;
use std::time::Duration;

use goody_application::ports::{Clock, VendorStore};
use goody_application::project::project_next;
use goody_application::rebuild::rebuild;
use goody_domain::{Vendor, VendorId};

use crate::clock::JumpingClock;
use crate::model::Model;
use crate::rng::Rng;
use crate::store::{FaultyStore, is_injected};

/// The second process.
pub(crate) struct SecondProcess {
    pub(crate) rng: Rng,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) model: Arc<Model>,
    pub(crate) vendors: Vec<VendorId>,
}

impl SecondProcess {
    pub(crate) async fn run(mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(self.rng.between(1, 2_000) as u64)).await;
            let (store, now) = (self.store.as_ref(), self.clock.now());
            let result = match self.rng.between(0, 29) {
                0 => rebuild(store, now, |_, _| {}).await.map(drop),
                1 => {
                    let vendor = Vendor::unregistered(self.rng.pick(&self.vendors), None);
                    let name = format!("Vendor {}", self.rng.between(1, 999));
                    store.put(Vendor { name, is_registered: true, ..vendor }, now).await.map(drop)
                }
                _ => project_next(store, now, self.rng.between(1, 60) as usize).await.map(drop),
            };
            if let Err(error) = result
                && !is_injected(&error)
            {
                self.model.record_violation(format!("a call of the second process failed: {error:?}"));
            }
        }
    }
}
