//! The store suite on the DynamoDB emulator.

mod emulator;

use goody_domain::ReportZone;
use goody_testkit::TestStore;

async fn make_store(zone: ReportZone) -> TestStore {
    let (store, emulator) = emulator::store(zone).await;
    TestStore::new(store, emulator)
}

goody_testkit::store_suite!(cases = 24, make_store);
