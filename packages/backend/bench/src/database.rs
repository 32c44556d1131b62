//! Databases to read from: made by the real importer, or a copy of one that is there.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::Failure;
use crate::goody::Goody;
use crate::options::{Folder, Options};

/// Generates so many orders and imports them.
pub fn make(goody: &Goody, options: &Options, folder: &Folder, orders: u64) -> Result<PathBuf, Failure> {
    eprintln!("Making a database of {orders} orders …");
    let events_file = folder.fresh("events.ndjson")?;
    let written =
        options.generator(orders)?.write(&mut BufWriter::with_capacity(1 << 20, File::create(&events_file)?))?;
    let database = folder.fresh(&format!("orders-{orders}.db"))?;
    let imported = goody.import(&events_file, &database, &written)?;
    if imported.accepted != written.events as i64 {
        return Err(format!("{} of {} events were imported", imported.accepted, written.events).into());
    }
    folder.done_with(&events_file, options.keep)?;
    Ok(database)
}

/// Copies a database that no process has open.
pub fn copy(database: &Path, folder: &Folder) -> Result<PathBuf, Failure> {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(format!("{} is in use, or was not closed", database.display()).into());
    }
    let copy = folder.fresh("copy.db")?;
    std::fs::copy(database, &copy)?;
    // Else the disk is busy with it for as long as we measure.
    File::open(&copy)?.sync_all()?;
    Ok(copy)
}

/// How many orders a database has.
pub fn orders(database: &Path) -> Result<i64, Failure> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(connection.query_row("SELECT count(*) FROM orders", [], |row| row.get(0))?)
}
