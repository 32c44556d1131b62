//! The store suite on SQLite.

#![expect(clippy::unwrap_used, reason = "test code")]

use goody_domain::ReportZone;
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use goody_testkit::{ManualClock, TestStore};
use tempfile::TempDir;

async fn make_store(zone: ReportZone) -> TestStore {
    let folder = TempDir::new().unwrap();
    // The file does not outlive the process, so no commit has to wait for the disk.
    let settings =
        Settings { zone: Some(zone), durability: Durability::AtCheckpoint, ..Settings::new(ManualClock::today()) };
    let store = SqliteStore::open(&folder.path().join("goody.db"), settings).unwrap();
    TestStore::new(store, folder)
}

goody_testkit::store_suite!(cases = 40, make_store);
