//! The embedded store: one SQLite file with orders, change feed, buckets, reports and vendors.
//!
//! One thread writes, a few connections read. An order and its change commit together; buckets, totals and the checkpoint
//! commit together. Other processes may have the same file open. This crate never reads a clock of its
//! own.

pub mod backup;
mod check;
mod codec;
mod counters;
mod detections;
mod feed;
mod list_counts;
mod listing;
pub mod lock_files;
mod log_mover;
mod milestone_lists;
mod months;
mod open;
mod open_orders;
mod order_columns;
mod order_lists;
mod order_visitor;
mod orders;
mod parcels;
mod parts;
mod past;
mod past_lists;
mod readers;
mod rebuild;
mod recent;
mod recount;
mod rejections;
mod reports;
mod retention;
mod revision_watch;
mod room;
mod rules;
mod schema;
mod scope_row;
mod search;
mod source;
mod store_health;
mod terms;
mod trial;
mod vendors;
mod writer;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use goody_domain::{DamagedTotals, ReportZone, STALL_HOURS};
use rusqlite::Connection;

use goody_application::ports::{Clock, Result, StoreError};
use open::ConnectionOptions;
pub use open::Durability;
use readers::Readers;
use revision_watch::RevisionWatch;
use source::Source;
use store_health::{HealthRecord, Obstacle};
pub use trial::Trial;
use writer::{Weight, Writer};

/// Why a database cannot be opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A later version of this program wrote the file.
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
    /// The file is no goody database, or it is damaged.
    #[error("{path} is damaged or not a goody database ({reason}): restore it from a backup, or name another file")]
    Damaged {
        /// The file.
        path: String,
        /// What SQLite says.
        reason: String,
    },
    /// The file is a database of another program.
    #[error("{path} is a database of another program: name another file; nothing in this one is changed")]
    Foreign {
        /// The file.
        path: String,
    },
    /// The file counts the days of another time zone.
    #[error(
        "{path} counts its days in {found}, not in {asked}: start with --time-zone {found}, or export its events and import \
         them into a new database"
    )]
    OtherZone {
        /// The file.
        path: String,
        /// The zone of the file.
        found: String,
        /// The requested zone.
        asked: String,
    },
    /// The file counts stalled orders by another number of hours.
    #[error(
        "{path} counts an order as stalled after {found} hours, not after {asked}: start with --stall-hours {found}"
    )]
    OtherStallHours {
        /// The file.
        path: String,
        /// The hours of the file.
        found: u16,
        /// The requested hours.
        asked: u16,
    },
    /// The file cannot be opened or created.
    #[error(
        "{path} cannot be opened ({source}): this user must be allowed to read and write it and its folder, and the disk must have room"
    )]
    Inaccessible {
        /// The file.
        path: String,
        /// Why.
        source: rusqlite::Error,
    },
    /// Another process holds a lock on the file.
    #[error("{path} is locked by another process: end that, or wait for it, and try again")]
    Locked {
        /// The file.
        path: String,
    },
    /// The lock file next to the database cannot be created.
    #[error(
        "{path} cannot be created or written ({source}): this user must be allowed to, and the disk must have room"
    )]
    LockFile {
        /// The lock file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file system is mounted read-only, and the command writes.
    #[error(
        "{path} is on a read-only file system: mount it writable and try again; until then `goody export`, `goody health`, and \
         `goody backup` to another disk work"
    )]
    ReadOnly {
        /// The file.
        path: String,
    },
    /// The file has to be written before it can be read, and it cannot be written.
    #[error(
        "{path} is on a read-only file system, and {reason}: copy it, with its -wal if there is one, to a disk that can be \
         written, and use the copy"
    )]
    NeedsWriting {
        /// The file.
        path: String,
        /// Why the file has to be written.
        reason: String,
    },
    /// A restore replaces the file at this moment.
    #[error("{path} is being restored right now: start again when `goody restore` has ended")]
    BeingRestored {
        /// The file.
        path: String,
    },
}

impl OpenError {
    /// The error for a file behind an error of SQLite.
    fn from_sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self + Clone {
        let path = path.display().to_string();
        move |source| match Obstacle::of(&source) {
            Some(Obstacle::Damaged) => Self::Damaged { path: path.clone(), reason: source.to_string() },
            Some(Obstacle::Locked) => Self::Locked { path: path.clone() },
            _ => Self::Inaccessible { path: path.clone(), source },
        }
    }
}

/// How often a standby tries to take the lease on the reports.
const LEASE_RETRY: Duration = Duration::from_millis(250);

/// How to open a database.
#[derive(Clone)]
pub struct Settings {
    /// The zone whose days are counted; `None` means the zone of the file, or UTC for a new file.
    pub zone: Option<ReportZone>,
    /// When a commit is durable.
    pub durability: Durability,
    /// Memory for the writer's pages, in MiB.
    pub writer_cache_mib: u32,
    /// Memory for each reader's pages, in MiB.
    pub reader_cache_mib: u32,
    /// How long a write waits for another process's lock before it fails.
    pub patience: Duration,
    /// The size of the write-ahead log, in bytes, from which on `/health` warns. A larger log is truncated once it is moved into the file.
    pub log_limit: u64,
    /// Whether a database is also opened on a file system that is mounted read-only. Nothing can be stored then.
    pub may_be_read_only: bool,
    /// Hours without an event after which an order on its way is stalled; `None` means those of the file, or 48 for a new file.
    pub stall_hours: Option<u16>,
    /// Receives the progress while an update counts everything again or adds the terms of a search: how many orders are read, and how many will be.
    pub upgrade_progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
    /// Measures how long a failure lasts.
    pub clock: Arc<dyn Clock>,
}

/// More than the log reaches while nothing keeps the writer from moving it into the file.
const LOG_LIMIT: u64 = 300_000_000;

impl Settings {
    /// The settings of a server.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            zone: None,
            durability: Durability::EveryCommit,
            writer_cache_mib: 24,
            reader_cache_mib: 4,
            patience: Duration::from_secs(60),
            log_limit: LOG_LIMIT,
            may_be_read_only: false,
            stall_hours: None,
            upgrade_progress: Arc::new(|_, _| {}),
            clock,
        }
    }
}

/// A SQLite file as a store. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    watch: RevisionWatch,
    zone: Arc<ReportZone>,
    /// See [`ReportZone::rules`].
    rules: Arc<str>,
    health: Arc<HealthRecord>,
    path: Arc<Path>,
    /// Held for as long as the store is open.
    _open: Arc<lock_files::Held>,
    lease: Arc<OnceLock<lock_files::Held>>,
}

impl SqliteStore {
    /// Opens a database. A missing file is created, an older schema is migrated.
    pub fn open(path: &Path, settings: Settings) -> std::result::Result<Self, OpenError> {
        let name = path.display().to_string();
        let damaged = |reason: String| OpenError::Damaged { path: name.clone(), reason };
        let sort = OpenError::from_sqlite(path);
        let open = lock_files::shared(path).map_err(|source| lock_file_error(path, source))?;
        let open = open.ok_or_else(|| OpenError::BeingRestored { path: name.clone() })?;
        let Settings { durability, writer_cache_mib: cache_mib, patience, .. } = settings;
        let options = ConnectionOptions { durability, cache_mib, patience };
        let is_read_only = open.is_read_only();
        if is_read_only && !settings.may_be_read_only {
            return Err(OpenError::ReadOnly { path: name });
        }
        let source = if is_read_only { Source::unwritable(path) } else { Source::shared(path) };
        if schema::is_foreign(&source) {
            return Err(OpenError::Foreign { path: name });
        }
        let connection = if is_read_only { source.connect(cache_mib, patience) } else { open::connect(path, options) };
        let mut connection = connection.map_err(&sort)?;
        let found = schema::version(&connection).map_err(&sort)?;
        if found > schema::VERSION {
            return Err(OpenError::Newer { path: name.clone(), found, known: schema::VERSION });
        }
        let zone = settings.zone.clone().unwrap_or_else(ReportZone::utc);
        let needs_writing = |reason: String| OpenError::NeedsWriting { path: name.clone(), reason };
        if !is_read_only {
            schema::migrate(&mut connection, zone.name()).map_err(&sort)?;
        } else if found < schema::VERSION {
            let known = schema::VERSION;
            return Err(needs_writing(format!(
                "was written by an older version of goody (schema {found}, this one reads {known})"
            )));
        }
        let stored: String =
            schema::meta(&connection, "time_zone").map_err(&sort)?.ok_or_else(|| damaged("no time zone".into()))?;
        let zone = match settings.zone {
            Some(asked) if asked.name() != stored => {
                return Err(OpenError::OtherZone { path: name.clone(), found: stored, asked: asked.name().to_owned() });
            }
            Some(asked) => asked,
            None => ReportZone::named(&stored).map_err(damaged)?,
        };
        let stored: Option<u16> = schema::meta(&connection, "stall_hours").map_err(&sort)?;
        let zone = match (stored, settings.stall_hours) {
            (Some(found), Some(asked)) if found != asked => {
                return Err(OpenError::OtherStallHours { path: name.clone(), found, asked });
            }
            (stored, asked) => zone.with_stall_hours(stored.or(asked).unwrap_or(STALL_HOURS)),
        };
        if stored.is_none() && !is_read_only {
            schema::set_meta(&connection, "stall_hours", zone.stall_hours()).map_err(&sort)?;
        }
        let rules = if is_read_only {
            rules::current_rules(&connection, &zone)
        } else {
            let progress = &*settings.upgrade_progress;
            recount::apply_rules(&connection, &zone, settings.clock.now(), progress)
                .and_then(|rules| months::sum_months(&connection, &zone, progress).map(|()| Some(rules)))
        };
        let fault_error = |fault| match fault {
            Fault::Sqlite(error) => sort(error),
            other => damaged(other.to_string()),
        };
        let rules = rules.map_err(fault_error)?;
        let rules = rules.ok_or_else(|| {
            needs_writing("everything in it has to be counted again by the rules of this version".into())
        })?;
        if !is_read_only {
            terms::complete(&connection, &*settings.upgrade_progress).map_err(fault_error)?;
        } else if !terms::is_complete(&connection).map_err(&sort)? {
            return Err(needs_writing("the terms by which its orders are found have to be added".into()));
        } else if !months::are_summed(&connection).map_err(&sort)? {
            return Err(needs_writing("the months of an older version of goody are not summed yet".into()));
        }
        let health = Arc::new(HealthRecord::new(path, settings.clock));
        let readers = Readers::open(&source, settings.reader_cache_mib, patience, health.clone()).map_err(&sort)?;
        let watch = RevisionWatch::start(&source, &connection, patience, health.clone()).map_err(&sort)?;
        if durability == Durability::EveryCommit && !is_read_only {
            log_mover::move_log(path, options, &watch, &health, settings.log_limit).map_err(&sort)?;
        }
        Ok(Self {
            writer: Writer::start(path, options, connection, watch.clone(), health.clone()),
            readers: Arc::new(readers),
            watch,
            zone: Arc::new(zone),
            rules: rules.into(),
            health,
            path: path.into(),
            _open: Arc::new(open),
            lease: Arc::default(),
        })
    }

    /// Waits until this process holds the lease: the only server of this database that updates its reports. It holds the lease until
    /// it ends.
    pub async fn wait_for_lease(&self) {
        while self.lease.get().is_none() {
            match lock_files::lease(&self.path) {
                Ok(Some(held)) => drop(self.lease.set(held)),
                Ok(None) => {
                    self.health.set_standby(true);
                    tokio::time::sleep(LEASE_RETRY).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the lease on the reports cannot be taken; trying again");
                    tokio::time::sleep(LEASE_RETRY).await;
                }
            }
        }
        self.health.set_standby(false);
    }

    /// Writes as much as an order needs and removes it again, so that [`goody_application::ports::OrderReader::store_health`] is
    /// up to date.
    pub async fn try_to_store(&self) -> Result<()> {
        self.writer.probe().await
    }

    /// The revision of the counters, see [`goody_application::ports::ReportReader::revision`], as a channel that receives every change.
    pub fn revisions(&self) -> tokio::sync::watch::Receiver<i64> {
        self.watch.subscribe()
    }

    /// Makes all committed data durable and moves it from the log into the file. For the end of an import.
    pub async fn checkpoint(&self) -> Result<()> {
        self.writer
            .run("moving the log into the file", |connection| {
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(Into::into)
            })
            .await
    }

    /// Reads the whole file and returns the damage that it finds. `progress` receives the number of rows that are read, and the number
    /// of all rows.
    pub async fn check(&self, progress: impl FnMut(u64, u64) + Send + 'static) -> Result<Vec<String>> {
        self.read("checking the file", |connection| Ok(check::check(connection, progress)?)).await
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

fn lock_file_error(path: &Path, source: std::io::Error) -> OpenError {
    OpenError::LockFile { path: lock_files::sibling(path, ".open").display().to_string(), source }
}

/// An error inside the store.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Damaged(String),
    #[error("another version of goody counts the days of this database by other rules of its time zone: stop this one")]
    OtherRules,
    #[error("a fault of the program: {0}")]
    Panicked(String),
}

impl From<DamagedTotals> for Fault {
    fn from(damaged: DamagedTotals) -> Self {
        Self::Damaged(damaged.to_string())
    }
}

impl Fault {
    /// What the error says about the file.
    fn obstacle(&self) -> Option<Obstacle> {
        match self {
            Self::Damaged(_) => Some(Obstacle::Damaged),
            Self::Sqlite(error) => Obstacle::of(error),
            Self::OtherRules => None,
            Self::Panicked(_) => Some(Obstacle::Fault),
        }
    }

    fn into_store_error(self, doing: &'static str) -> StoreError {
        match self {
            Self::Damaged(what) => StoreError::Damaged(what),
            Self::OtherRules => StoreError::Unavailable { doing, source: Self::OtherRules.into() },
            fault @ Self::Panicked(_) => StoreError::Unavailable { doing, source: fault.into() },
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                    StoreError::Damaged(format!("{error} while {doing}"))
                }
                _ => StoreError::Unavailable { doing, source: error.into() },
            },
        }
    }
}
