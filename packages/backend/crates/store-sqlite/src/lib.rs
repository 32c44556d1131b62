//! The embedded store: one SQLite file with orders, change feed, buckets, reports and vendors.
//!
//! One thread writes, a few connections read. An order and its change commit together; buckets, totals and the checkpoint
//! commit together. Other processes may have the same file open. This crate never looks at a clock.

mod books;
mod codec;
mod connection;
mod feed;
mod housekeeping;
mod kinds;
mod listing;
mod orders;
mod recent;
mod schema;
mod vendors;

use std::path::Path;
use std::sync::Arc;

use goody_domain::ReportZone;
use rusqlite::Connection;

pub use connection::Durability;
use connection::{Readers, Watch, Weight, Writer};
use goody_application::ports::{Result, StoreError};

/// Why a database cannot be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It was written by a later version of this program.
    #[error(
        "{path} was written by a newer version of goody (schema {found}, this one knows {known}): use that version"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its schema.
        found: i64,
        /// The latest schema of this program.
        known: i64,
    },
    /// It is not a database of ours, or it is broken.
    #[error("{path} is damaged or not a goody database ({reason}): restore it from a backup, or name another file")]
    Damaged {
        /// The file.
        path: String,
        /// What SQLite says.
        reason: String,
    },
    /// Its days are those of another zone.
    #[error(
        "{path} counts its days in {found}, not in {asked}: start with --time-zone {found}, or export its events and import \
         them into a new database"
    )]
    OtherZone {
        /// The file.
        path: String,
        /// Its zone.
        found: String,
        /// The zone asked for.
        asked: String,
    },
    /// It cannot be opened or made.
    #[error("{path} cannot be opened: {source}")]
    Inaccessible {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The zone whose days are counted; `None` takes the file's own, or UTC for a new one.
    pub zone: Option<ReportZone>,
    /// What a commit promises.
    pub durability: Durability,
    /// Memory for the writer's pages, in MiB.
    pub writer_cache_mib: u32,
    /// Memory for each reader's pages, in MiB.
    pub reader_cache_mib: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { zone: None, durability: Durability::EveryCommit, writer_cache_mib: 24, reader_cache_mib: 4 }
    }
}

/// A SQLite file as a store. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    watch: Watch,
    zone: Arc<ReportZone>,
}

impl SqliteStore {
    /// Opens a database, making or migrating it where needed.
    pub fn open(path: &Path, settings: Settings) -> std::result::Result<Self, OpenError> {
        let name = path.display().to_string();
        let damaged = |reason: String| OpenError::Damaged { path: name.clone(), reason };
        let sort = |source: rusqlite::Error| match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt) => {
                damaged(source.to_string())
            }
            _ => OpenError::Inaccessible { path: name.clone(), source },
        };
        let mut connection = connection::connect(path, settings.durability, settings.writer_cache_mib).map_err(sort)?;
        let found = schema::version(&connection).map_err(sort)?;
        if found > schema::VERSION {
            return Err(OpenError::Newer { path: name.clone(), found, known: schema::VERSION });
        }
        let zone = settings.zone.clone().unwrap_or_else(ReportZone::utc);
        schema::migrate(&mut connection, zone.name()).map_err(sort)?;
        let stored: String =
            schema::meta(&connection, "time_zone").map_err(sort)?.ok_or_else(|| damaged("no time zone".into()))?;
        let zone = match settings.zone {
            Some(asked) if asked.name() != stored => {
                return Err(OpenError::OtherZone { path: name.clone(), found: stored, asked: asked.name().to_owned() });
            }
            Some(asked) => asked,
            None => ReportZone::named(&stored).map_err(damaged)?,
        };
        let readers = Readers::open(path, settings.reader_cache_mib).map_err(sort)?;
        let watch = Watch::start(path, &connection).map_err(sort)?;
        if settings.durability == Durability::EveryCommit {
            connection::move_log(path, &watch).map_err(sort)?;
        }
        Ok(Self {
            writer: Writer::start(connection, watch.clone()),
            readers: Arc::new(readers),
            watch,
            zone: Arc::new(zone),
        })
    }

    /// Follows the revision of the buckets, as [`goody_application::ports::ReportReader::revision`] tells it.
    pub fn revisions(&self) -> tokio::sync::watch::Receiver<i64> {
        self.watch.follow()
    }

    /// Makes everything written so far durable and moves it from the log into the file. For the end of an import.
    pub async fn checkpoint(&self) -> Result<()> {
        self.writer
            .run("moving the log into the file", |connection| {
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(Into::into)
            })
            .await
    }

    /// Reads the whole file for damage; says what SQLite finds, nothing where it is sound.
    pub async fn check(&self) -> Result<Vec<String>> {
        self.read("checking the file", |connection| {
            let mut statement = connection.prepare("PRAGMA quick_check(20)")?;
            let findings = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
            Ok(findings.into_iter().filter(|finding| finding != "ok").collect())
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        self.readers.clone().run(doing, job).await
    }

    async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        weight: Weight,
        job: impl FnOnce(&Connection) -> std::result::Result<T, Fault> + Send + 'static,
    ) -> Result<T> {
        self.writer.transaction(doing, weight, job).await
    }
}

/// What goes wrong inside: SQLite's word, or something stored that cannot be read.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Damaged(String),
}

impl Fault {
    fn told(self, doing: &'static str) -> StoreError {
        match self {
            Self::Damaged(what) => StoreError::Damaged(what),
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                    StoreError::Damaged(format!("{error} while {doing}"))
                }
                _ => StoreError::Unavailable { doing, source: error.into() },
            },
        }
    }
}
