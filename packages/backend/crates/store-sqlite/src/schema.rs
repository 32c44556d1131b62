//! The tables, and the migrations of older files.

use goody_domain::Day;
use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::source::Source;

/// One script for each version: a file of version n ran the first n. A released script never changes.
const MIGRATIONS: [&str; 13] = [
    include_str!("schema/0001-the-spine.sql"),
    include_str!("schema/0002-reports-at-a-glance.sql"),
    include_str!("schema/0003-kinds-of-orders.sql"),
    include_str!("schema/0004-minutes-of-the-feed.sql"),
    include_str!("schema/0005-deliveries.sql"),
    include_str!("schema/0006-batches-of-expired-orders.sql"),
    include_str!("schema/0007-versions-of-vendors.sql"),
    include_str!("schema/0008-search-terms.sql"),
    include_str!("schema/0009-order-filters.sql"),
    include_str!("schema/0010-sums-of-months.sql"),
    include_str!("schema/0011-rejections.sql"),
    include_str!("schema/0012-parcels.sql"),
    include_str!("schema/0013-quarters.sql"),
];

/// The version this program writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The application id that marks a SQLite file as a goody database: "Gdy1".
const APPLICATION: i32 = 0x4764_7931;

fn application(connection: &Connection) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Whether a file is a SQLite database of another program; false if it cannot be read, which opening it then reports. Nothing is
/// written.
pub(crate) fn is_foreign(source: &Source) -> bool {
    let of = |connection: rusqlite::Result<Connection>| connection.and_then(|it| owner(&it)).unwrap_or(Owner::Unknown);
    // First without the log: a connection that reads a log creates files next to the database, with the rights of this user.
    let alone = of(source.open_without_log());
    let owner = if alone != Owner::Goody && source.has_log() { of(source.open()) } else { alone };
    owner == Owner::Another
}

/// Whether a file is a goody database, judged without its log.
pub(crate) fn is_goody(source: &Source) -> bool {
    source.open_without_log().and_then(|connection| owner(&connection)).is_ok_and(|owner| owner == Owner::Goody)
}

/// The program that a database belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// Goody.
    Goody,
    /// Another program.
    Another,
    /// The file is empty or cannot be read.
    Unknown,
}

fn owner(connection: &Connection) -> rusqlite::Result<Owner> {
    let tables = connection.query_row(
        "SELECT count(*), count(*) FILTER (WHERE name IN ('meta', 'orders')) FROM sqlite_schema WHERE type = 'table'",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
    )?;
    // The first versions set no application id.
    Ok(match (application(connection)?, tables) {
        (0, (0, _)) => Owner::Unknown,
        (0 | APPLICATION, (_, ours)) if ours == 2 && version(connection)? > 0 => Owner::Goody,
        _ => Owner::Another,
    })
}

/// Migrates the file to [`VERSION`] and sets its application id. Two processes may do this at once.
pub(crate) fn migrate(connection: &mut Connection, time_zone: &str) -> rusqlite::Result<()> {
    if version(connection)? == VERSION {
        if application(connection)? != APPLICATION {
            connection.pragma_update(None, "application_id", APPLICATION)?;
        }
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    if from > 0 {
        tracing::info!(from, to = VERSION, "the database is being migrated; a large one takes minutes");
    }
    for script in MIGRATIONS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        transaction.execute_batch(script)?;
    }
    transaction
        .execute("INSERT INTO meta (key, value) VALUES ('time_zone', ?1) ON CONFLICT DO NOTHING", [time_zone])?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// A value of the table `meta`.
pub(crate) fn meta<T: FromSql>(connection: &Connection, key: &str) -> rusqlite::Result<Option<T>> {
    connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

pub(crate) fn set_meta(connection: &Connection, key: &str, value: impl ToSql) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?
        .execute((key, value))
        .map(drop)
}

/// Raises the revision of the counters and vendors, and returns it.
pub(crate) fn next_revision(connection: &Connection) -> rusqlite::Result<i64> {
    let revision = meta(connection, "revision")?.unwrap_or(0) + 1;
    set_meta(connection, "revision", revision)?;
    Ok(revision)
}

/// The first day from which on all buckets are kept; `None` while no bucket has expired.
pub(crate) fn kept_from(connection: &Connection) -> rusqlite::Result<Option<Day>> {
    Ok(meta(connection, "kept_from")?.map(Day::from_number))
}
