//! Where the events of an import go: into the database, or into a trial that is forgotten.

use std::sync::Arc;

use goody_application::ports::{OrderWriter, ReportReader};
use goody_domain::ReportZone;
use goody_store_sqlite::{Durability, Settings, SqliteStore, Trial};

use super::check::FirstRows;
use super::rejected::RejectedFile;
use super::results::Details;
use crate::clock::SystemClock;
use crate::{Failure, cli, database, output};

/// Memory for the pages of the writer, in MiB: more than in a server, because an import writes everywhere.
const WRITER_CACHE_MIB: u32 = 128;

pub(super) enum Target {
    Database(SqliteStore),
    Trial(Trial, ReportZone),
}

impl Target {
    /// The target of a command, and where its rejected lines or first rows go.
    pub(super) fn open(command: &cli::Import) -> Result<(Self, Details), Failure> {
        if command.check {
            return Ok((Self::open_trial(command)?, Details::Shown(FirstRows::default())));
        }
        let settings = Settings {
            durability: Durability::AtCheckpoint,
            writer_cache_mib: WRITER_CACHE_MIB,
            ..Settings::new(Arc::new(SystemClock))
        };
        let rejected = RejectedFile::new(command);
        output::check(&rejected.path, Some(&rejected.database), &rejected.inputs())?;
        let store = database::open_or_create(&command.database, settings)?;
        Ok((Self::Database(store), Details::Rejected(rejected)))
    }

    /// A trial on top of the database that an import would write into, if it exists.
    fn open_trial(command: &cli::Import) -> Result<Self, Failure> {
        let exists = command.database.database.exists();
        let store = exists.then(|| database::open_to_read(&command.database)).transpose()?;
        let zone = match (&store, &command.database.time_zone) {
            (Some(store), _) => ReportReader::zone(store).clone(),
            (None, Some(name)) => ReportZone::named(name)?,
            (None, None) => ReportZone::utc(),
        };
        Ok(Self::Trial(Trial::new(store)?, zone))
    }

    /// Promises that are dates end with the day of this zone.
    pub(super) fn zone(&self) -> ReportZone {
        match self {
            Self::Database(store) => ReportReader::zone(store).clone(),
            Self::Trial(_, zone) => zone.clone(),
        }
    }

    pub(super) fn orders(&self) -> Arc<dyn OrderWriter> {
        match self {
            Self::Database(store) => Arc::new(store.clone()),
            Self::Trial(trial, _) => Arc::new(trial.clone()),
        }
    }

    /// The store whose reports follow the orders.
    pub(super) fn reports(&self) -> Option<SqliteStore> {
        match self {
            Self::Database(store) => Some(store.clone()),
            Self::Trial(..) => None,
        }
    }

    /// Makes everything durable. Returns the number of orders with events and without a placement.
    pub(super) async fn finish(&self) -> Result<i64, Failure> {
        match self {
            Self::Database(store) => {
                store.checkpoint().await?;
                Ok(store.status().await?.unplaced_orders)
            }
            Self::Trial(trial, _) => Ok(trial.unplaced_orders().await?),
        }
    }
}
