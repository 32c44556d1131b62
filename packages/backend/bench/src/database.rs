//! The databases of the benchmarks: created by the real importer, or copied from an existing one.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::Failure;
use crate::goody::Goody;
use crate::options::{Folder, Options};

/// Generates `orders` orders and imports them into a new database.
pub fn create(goody: &Goody, options: &Options, folder: &Folder, orders: u64) -> Result<PathBuf, Failure> {
    eprintln!("Creating a database of {orders} orders …");
    let events_file = folder.new_path("events.ndjson")?;
    let written =
        options.generator(orders)?.write(&mut BufWriter::with_capacity(1 << 20, File::create(&events_file)?))?;
    let database = folder.new_path(&format!("orders-{orders}.db"))?;
    let imported = goody.import(&events_file, &database, &written)?;
    if imported.accepted != written.events as i64 {
        return Err(format!("only {} of {} events were imported", imported.accepted, written.events).into());
    }
    folder.remove(&events_file, options.keep)?;
    Ok(database)
}

/// Copies a database. No process may have it open.
pub fn copy(database: &Path, folder: &Folder) -> Result<PathBuf, Failure> {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(format!("{} is in use, or was not closed cleanly", database.display()).into());
    }
    let copy = folder.new_path("copy.db")?;
    std::fs::copy(database, &copy)?;
    // Without the sync, the disk would write the copy during the measurement.
    File::open(&copy)?.sync_all()?;
    Ok(copy)
}

/// The number of orders in a database.
pub fn orders(database: &Path) -> Result<i64, Failure> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))?)
}
