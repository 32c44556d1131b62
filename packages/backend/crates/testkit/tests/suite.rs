//! The store suite on the memory store.

use goody_domain::ReportZone;
use goody_testkit::TestStore;

async fn make_store(zone: ReportZone) -> TestStore {
    TestStore::memory(zone)
}

goody_testkit::store_suite!(cases = 192, make_store);
