//! The command line. Every option is also an environment variable `GOODY_*`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use goody_application::simulate::VendorScenario;
use goody_domain::Instant;
use goody_http::{Hosts, TokenScope};

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
    /// Copy the database, as it is now, into one file; a server may go on writing it.
    Backup(Backup),
    /// Put a backup in the place of the database, which nobody may have open. What is replaced is kept beside it.
    Restore(Restore),
    /// Print the OpenAPI document.
    Openapi,
    /// Make tokens for those who may use a server that others can reach.
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it once. Servers keep its SHA-256, by which they know it again.
    New(NewToken),
}

#[derive(Debug, Args)]
pub(crate) struct NewToken {
    /// Whose it is, as the log and the audit trail will call them. A second one of the same name may take the place of a first.
    pub(crate) name: String,
    /// What it is good for: read, ingest or admin (everything), by commas.
    #[arg(long, required = true, value_delimiter = ',', value_parser = TokenScope::parse)]
    pub(crate) scope: Vec<TokenScope>,
    /// Add it to this file of tokens, as `goody serve --tokens` reads one.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// Print it as JSON, with the line that servers know it by.
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Where to listen, with port 0 for any free one. What other machines can reach needs tokens.
    #[arg(long, env = "GOODY_ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) addr: SocketAddr,
    /// The folder with the built page; without it, only the API is served.
    #[arg(long, env = "GOODY_WEB", default_value = "dist/packages/frontend")]
    pub(crate) web: PathBuf,
    /// Have demo orders placed and go on while the server runs.
    #[arg(long, env = "GOODY_SIMULATE")]
    pub(crate) simulate: bool,
    #[command(flatten)]
    pub(crate) access: Access,
    #[command(flatten)]
    pub(crate) ticking: Ticking,
    #[command(flatten)]
    pub(crate) retention: Retention,
}

/// Who may do what, and how often.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// The file of tokens, a line each as `goody token new` prints one. It is read again when it changes.
    #[arg(long, env = "GOODY_TOKENS", conflicts_with = "api_tokens")]
    pub(crate) tokens: Option<PathBuf>,
    /// The lines themselves, set apart by `;`: for the environment.
    #[arg(long, env = "GOODY_API_TOKENS", hide_env_values = true)]
    pub(crate) api_tokens: Option<String>,
    /// Have reads need a token, too: one of the scope read. The page asks for it.
    #[arg(long, env = "GOODY_PROTECT_READS")]
    pub(crate) protect_reads: bool,
    /// Names by which the server may be called besides `localhost` and addresses, by commas: those of a server in front,
    /// through which others reach it. It needs tokens then.
    #[arg(long, env = "GOODY_HOSTS", value_delimiter = ',')]
    pub(crate) hosts: Vec<String>,
    /// Other sites whose pages may call the API, as https://desk.example.com, by commas.
    #[arg(long, env = "GOODY_ORIGINS", value_delimiter = ',', value_parser = Hosts::origin)]
    pub(crate) origins: Vec<HeaderValue>,
    /// Requests a minute of each token; 0 for no limit.
    #[arg(long, env = "GOODY_RATE_LIMIT", default_value_t = 6_000)]
    pub(crate) rate_limit: u32,
    /// Requests that are worked on at the same time. More are refused until one of them ends.
    #[arg(long, env = "GOODY_CONCURRENT", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrent: u16,
}

/// Which demo world.
#[derive(Clone, Debug, Args)]
pub(crate) struct DemoOptions {
    /// Another seed gives other orders.
    #[arg(long, env = "GOODY_SEED", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Have something go wrong with a vendor from a day on, as `far-orchard=stall@2026-03-01`: drop, slow-decline, stall or
    /// late-surge. May be given several times.
    #[arg(long, env = "GOODY_SCENARIO", value_name = "VENDOR=WHAT@DAY", value_delimiter = ',', value_parser = VendorScenario::parse)]
    pub(crate) scenario: Vec<VendorScenario>,
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
    pub(crate) world: DemoOptions,
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
    pub(crate) world: DemoOptions,
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
    /// Days an order is kept after the latest of its placement, promise, completion and recording. One that is still open then
    /// leaves the counts of open orders.
    #[arg(long, env = "GOODY_ORDER_DAYS", default_value_t = 400, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) order_days: u16,
    /// Days that numbers are kept after the later of their day and their last change; 60 or more, as tables look back so far.
    #[arg(long, env = "GOODY_BUCKET_DAYS", default_value_t = 800, value_parser = clap::value_parser!(u16).range(60..))]
    pub(crate) bucket_days: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// NDJSON with an event a line, or CSV (by its name); `-` reads NDJSON, or CSV where a mapping is given, from the
    /// standard input. What a pipe gives is stored within a second or two, while the pipe stays open.
    pub(crate) file: PathBuf,
    /// What the columns of a CSV mean, as TOML. Without it, columns have the names of the event's fields.
    #[arg(long, env = "GOODY_MAPPING")]
    pub(crate) mapping: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Where rejected lines go, with the reasons. Default: the file's name with `.rejected.ndjson`.
    /// Where nothing is rejected, a file of that name is removed.
    #[arg(long, env = "GOODY_REJECTED")]
    pub(crate) rejected: Option<PathBuf>,
    /// How many events are stored together; fewer where no more come within a second.
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
    /// The file to write. It has its name when it is whole, and is never a database. Default: the standard output.
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
    /// Also read the whole file for damage: each index is compared with its table, each row is read.
    #[arg(long)]
    pub(crate) deep: bool,
    /// Also list when the clock was set, and every fact that was recorded while it was wrong.
    #[arg(long)]
    pub(crate) clock: bool,
    /// Print it as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to make. It is there when it is whole and checked, and not before.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Replace a former backup of that name.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The file that `goody backup` made.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Also where the database counts the days of another zone, and where a replaced one is kept already, which then goes.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
