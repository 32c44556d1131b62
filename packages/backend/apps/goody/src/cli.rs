//! The command line. Every option is also an environment variable `GOODY_*`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use goody_application::simulate::Trouble;
use goody_domain::Instant;

/// Which vendor is failing, since when, why, how sure are we, and which orders to chase.
#[derive(Debug, Parser)]
#[command(name = "goody", version, about)]
pub(crate) struct Cli {
    /// What to log: error, warn, info, debug, trace, or `module=level` by commas.
    #[arg(long, global = true, env = "GOODY_LOG", default_value = "info")]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API and the page, and keep the reports up to the clock.
    Serve(Serve),
    /// Take order events in from a file. Running it again adds nothing; a server may be running on the same database.
    Import(Import),
    /// Fill a database with demo orders of the past days. Running it again adds nothing.
    Backfill(Backfill),
    /// Tell what happens to the demo orders as time goes by, once or until stopped.
    Simulate(Simulate),
    /// Write orders, vendors or reports to the standard output or a file. Equal facts give equal bytes.
    Export(Export),
    /// Compute every bucket anew from the orders, put right what differs, and fail if anything did.
    Rebuild(Rebuild),
    /// Say how the program is; fails when it is unhealthy.
    Health(Health),
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Debug, Args)]
pub(crate) struct Database {
    /// The SQLite file.
    #[arg(long, env = "GOODY_DATABASE", default_value = "goody.db")]
    pub(crate) database: PathBuf,
    /// The zone whose days are counted, by its IANA name. A database keeps the zone it was made with; a new one has UTC.
    #[arg(long, env = "GOODY_TIME_ZONE")]
    pub(crate) time_zone: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Where to listen: a loopback address, with port 0 for any free one.
    #[arg(long, env = "GOODY_ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) addr: SocketAddr,
    /// The folder with the built page; without it, only the API is served.
    #[arg(long, env = "GOODY_WEB", default_value = "dist/packages/frontend")]
    pub(crate) web: PathBuf,
    /// Have demo orders placed and go on while the server runs.
    #[arg(long, env = "GOODY_SIMULATE")]
    pub(crate) simulate: bool,
    #[command(flatten)]
    pub(crate) ticking: Ticking,
    #[command(flatten)]
    pub(crate) retention: Retention,
}

/// Which demo world.
#[derive(Clone, Debug, Args)]
pub(crate) struct World {
    /// Another seed gives other orders.
    #[arg(long, env = "GOODY_SEED", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Have something go wrong with a vendor from a day on, as `far-orchard=stall@2026-03-01`: drop, slow-decline, stall or
    /// late-surge. May be given several times.
    #[arg(long, env = "GOODY_SCENARIO", value_name = "VENDOR=WHAT@DAY", value_delimiter = ',', value_parser = Trouble::parse)]
    pub(crate) scenario: Vec<Trouble>,
}

#[derive(Debug, Args)]
pub(crate) struct Backfill {
    #[command(flatten)]
    pub(crate) database: Database,
    /// How many days before today orders are placed in.
    #[arg(long, env = "GOODY_DAYS", default_value_t = 21, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    pub(crate) days: u16,
    /// Nothing happens after this instant (RFC 3339). Default: now.
    #[arg(long, env = "GOODY_UNTIL", value_parser = Instant::parse)]
    pub(crate) until: Option<Instant>,
    #[command(flatten)]
    pub(crate) world: World,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How the simulator ticks.
#[derive(Clone, Debug, Args)]
pub(crate) struct Ticking {
    /// How often, as 5m or 30s. A faster clock ticks as much more often, but not more than once a second.
    #[arg(long, env = "GOODY_SIMULATE_EVERY", default_value = "5m", value_parser = interval)]
    pub(crate) simulate_every: Duration,
    /// How many times as fast as the real clock time goes by for the demo orders. Events keep the real time they are told at.
    #[arg(long, env = "GOODY_SIMULATE_SPEED", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) simulate_speed: u32,
    #[command(flatten)]
    pub(crate) world: World,
}

fn interval(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration = text.parse().map_err(|error| format!("is no length of time: {error}"))?;
    let interval = Duration::try_from(span).map_err(|_| "is negative".to_owned())?;
    if interval < Duration::from_secs(1) { Err("is shorter than a second".into()) } else { Ok(interval) }
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Tick once and end.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) ticking: Ticking,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Retention {
    /// Days an order is kept after the latest of its placement, promise, completion and recording.
    #[arg(long, env = "GOODY_ORDER_DAYS", default_value_t = 30)]
    pub(crate) order_days: u16,
    /// Days that numbers are kept after the later of their day and their last change; 60 or more, as tables look back so far.
    #[arg(long, env = "GOODY_BUCKET_DAYS", default_value_t = 183, value_parser = clap::value_parser!(u16).range(60..))]
    pub(crate) bucket_days: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// NDJSON with an event a line, or CSV (by its name); `-` reads NDJSON, or CSV where a mapping is given, from the
    /// standard input.
    pub(crate) file: PathBuf,
    /// What the columns of a CSV mean, as TOML. Without it, columns have the names of the event's fields.
    #[arg(long, env = "GOODY_MAPPING")]
    pub(crate) mapping: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Where rejected lines go, with the reasons. Default: the file's name with `.rejected.ndjson`.
    #[arg(long, env = "GOODY_REJECTED")]
    pub(crate) rejected: Option<PathBuf>,
    /// How many events are stored together.
    #[arg(long, env = "GOODY_BATCH", default_value_t = 40_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: u32,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Every order with its events, by id.
    Orders,
    /// Every vendor with its numbers of today, by id.
    Vendors,
    /// Every report, by vendor and date: of the dates on which anything happened to the vendor, or of those asked for.
    Reports,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A heading and a row each, for spreadsheets.
    Csv,
    /// A JSON object a line.
    Ndjson,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What to export.
    pub(crate) what: What,
    /// The form.
    #[arg(long, env = "GOODY_FORMAT", default_value = "ndjson")]
    pub(crate) format: Format,
    /// Reports of this date only, as 2026-01-31.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) date: Option<String>,
    /// Reports of this date or later.
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Reports of this date or earlier.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// Where to write. Default: the standard output.
    #[arg(long, short)]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: Database,
}

#[derive(Debug, Args)]
pub(crate) struct Rebuild {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Health {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Also read the whole file for damage.
    #[arg(long)]
    pub(crate) deep: bool,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
