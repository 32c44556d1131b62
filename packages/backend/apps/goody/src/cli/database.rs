//! The options of the database, which every command has that reads or writes it.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Database {
    /// The SQLite file.
    #[arg(long, env = "GOODY_DATABASE", default_value = "goody.db")]
    pub(crate) database: PathBuf,
    /// The IANA name of the time zone whose days are counted. A database never changes its zone. Default of a new database: UTC.
    #[arg(long, env = "GOODY_TIME_ZONE")]
    pub(crate) time_zone: Option<String>,
    /// After how many hours without an event an order on its way is stalled. A database never changes it. Default of a new database:
    /// 48.
    #[arg(long, env = "GOODY_STALL_HOURS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) stall_hours: Option<u16>,
}
