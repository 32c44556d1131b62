//! The command line. Options that configure the program are also environment variables `GOODY_*`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use goody_application::simulate::{BACKFILL_DAYS, VendorScenario};
use goody_domain::{BatchId, Instant};
use goody_http::{Hosts, TokenScope};

/// Shows which vendor is failing, since when, why, how sure that is, and which orders to chase.
#[derive(Debug, Parser)]
#[command(name = "goody", version, about)]
pub(crate) struct Cli {
    /// What to log: error, warn, info, debug, trace, or `module=level`, separated by commas.
    #[arg(long, global = true, env = "GOODY_LOG", default_value = "info")]
    pub(crate) log: String,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API and the page, and keep the reports current as time passes.
    Serve(Serve),
    /// Import order events from a file. A second import adds nothing. A server may run on the same database.
    Import(Import),
    /// List, show and propose mappings: what the columns and words of a file mean.
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Take the events of an import or a request back. Their ids are free again. A second run changes nothing.
    Retract(Retract),
    /// Fill a database with demo orders of the past days. A second run adds nothing.
    Backfill(Backfill),
    /// Send the events of the demo orders as time passes, once or until stopped.
    Simulate(Simulate),
    /// Export orders, vendors or reports to standard output or a file. Equal events give equal bytes.
    Export(Export),
    /// Compute every counter again from the orders, and correct those that differ. Fails if any differed.
    Rebuild(Rebuild),
    /// Check every dependency of the program. Fails if it is unhealthy.
    Health(Health),
    /// Copy the database, as it is now, to one file. A server may run on the database.
    Backup(Backup),
    /// Replace the database with a backup. Stop every server on it first. The replaced database is saved next to it.
    Restore(Restore),
    /// Remove everything that was refused and is kept, for good. A server may run on the database.
    ForgetRejections(ForgetRejections),
    /// Print the OpenAPI document.
    Openapi,
    /// Create tokens for the clients of a server that other machines can reach.
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// List the ready mappings, and whose exports they read.
    List,
    /// Print a ready mapping, to save and change it.
    Show {
        /// The name of the mapping.
        name: String,
    },
    /// Propose a mapping for a file, from its heading and its first rows. Read it, correct it, and check it with goody import --check.
    New {
        /// The file.
        file: PathBuf,
        /// The encoding of the file. Default: what the first bytes show.
        #[arg(long)]
        encoding: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Create a token, and print it once. Servers store only its SHA-256.
    New(NewToken),
}

#[derive(Debug, Args)]
pub(crate) struct NewToken {
    /// The name of the client, for the log and the audit trail. To replace a token, create a second one of the same name.
    pub(crate) name: String,
    /// What the token permits: read, ingest or admin (everything), separated by commas.
    #[arg(long, required = true, value_delimiter = ',', value_parser = TokenScope::parse)]
    pub(crate) scope: Vec<TokenScope>,
    /// Add the line of the token to this file, which `goody serve --tokens` reads. The file is created if it does not exist.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// Print the token as JSON, with its line for the file of tokens.
    #[arg(long)]
    pub(crate) json: bool,
}

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

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) database: Database,
    /// The address and port to listen on. Port 0 is any free port. An address that other machines can reach needs tokens.
    #[arg(long, env = "GOODY_ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) addr: SocketAddr,
    /// The folder with the built page. Without it, only the API is served.
    #[arg(long, env = "GOODY_WEB", default_value = "dist/packages/frontend")]
    pub(crate) web: PathBuf,
    /// After how many hours without an event the health is degraded. 0 accepts any silence.
    #[arg(long, env = "GOODY_SILENCE_HOURS", default_value_t = 24)]
    pub(crate) silence_hours: u32,
    /// Simulate demo orders while the server runs.
    #[arg(long, env = "GOODY_SIMULATE")]
    pub(crate) simulate: bool,
    #[command(flatten)]
    pub(crate) access: Access,
    #[command(flatten)]
    pub(crate) simulation: SimulationOptions,
    #[command(flatten)]
    pub(crate) retention: Retention,
}

/// Who may access the server, and how often.
#[derive(Debug, Args)]
pub(crate) struct Access {
    /// The file of tokens, with one line for each, as `goody token new` prints it. It is read again when it changes.
    #[arg(long, env = "GOODY_TOKENS", conflicts_with = "api_tokens")]
    pub(crate) tokens: Option<PathBuf>,
    /// The lines of the tokens, separated by `;`, instead of a file. Set them with the environment variable: options are visible to
    /// other users.
    #[arg(long, env = "GOODY_API_TOKENS", hide_env_values = true)]
    pub(crate) api_tokens: Option<String>,
    /// Require a token of the scope read for reads, too. The page asks for it.
    #[arg(long, env = "GOODY_PROTECT_READS")]
    pub(crate) protect_reads: bool,
    /// Host names that the server accepts in addition to `localhost` and IP addresses, separated by commas: those of a proxy
    /// through which other machines reach it. Needs tokens.
    #[arg(long, env = "GOODY_HOSTS", value_delimiter = ',')]
    pub(crate) hosts: Vec<String>,
    /// Other origins whose pages may call the API, such as https://desk.example.com, separated by commas.
    #[arg(long, env = "GOODY_ORIGINS", value_delimiter = ',', value_parser = Hosts::origin)]
    pub(crate) origins: Vec<HeaderValue>,
    /// The maximum number of requests per minute for each token. 0 is no limit.
    #[arg(long, env = "GOODY_RATE_LIMIT", default_value_t = 6_000)]
    pub(crate) rate_limit: u32,
    /// The maximum number of requests in progress. Further requests are refused until one ends.
    #[arg(long, env = "GOODY_CONCURRENT", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) concurrent: u16,
}

/// The options of the demo data.
#[derive(Clone, Debug, Args)]
pub(crate) struct DemoOptions {
    /// The seed of the demo data. Another seed gives other orders.
    #[arg(long, env = "GOODY_SEED", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Make a vendor fail from a day on, for example `far-orchard=stall@2026-03-01`. Scenarios: drop, slow-decline, stall,
    /// late-surge. Can be repeated.
    #[arg(long, env = "GOODY_SCENARIO", value_name = "VENDOR=SCENARIO@DAY", value_delimiter = ',', value_parser = VendorScenario::parse)]
    pub(crate) scenario: Vec<VendorScenario>,
}

#[derive(Debug, Args)]
pub(crate) struct Backfill {
    #[command(flatten)]
    pub(crate) database: Database,
    /// How many days of orders to create, up to today or `--until`.
    #[arg(long, env = "GOODY_DAYS", default_value_t = BACKFILL_DAYS, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    pub(crate) days: u16,
    /// No event occurs after this instant (RFC 3339). Default: now.
    #[arg(long, env = "GOODY_UNTIL", value_parser = Instant::parse)]
    pub(crate) until: Option<Instant>,
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How often and how fast the simulator sends events.
#[derive(Clone, Debug, Args)]
pub(crate) struct SimulationOptions {
    /// The time between two ticks, such as 5m or 30s. It is divided by the speed, but is never shorter than a second.
    #[arg(long, env = "GOODY_SIMULATE_EVERY", default_value = "5m", value_parser = interval)]
    pub(crate) simulate_every: Duration,
    /// How many times faster than real time the demo orders progress. Events are recorded at the real time.
    #[arg(long, env = "GOODY_SIMULATE_SPEED", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) simulate_speed: u32,
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
}

fn interval(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|error| format!("is not a duration such as 5m or 30s: {error}"))?;
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
    pub(crate) simulation: SimulationOptions,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Retention {
    /// How many days an order is retained after the latest of its placement, promise, completion and recording. An order that is
    /// still open then leaves the counts of open orders.
    #[arg(long, env = "GOODY_ORDER_DAYS", default_value_t = 400, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) order_days: u16,
    /// How many days numbers are retained after the later of their day and their last change. At least 60, because tables look
    /// back 60 days.
    #[arg(long, env = "GOODY_BUCKET_DAYS", default_value_t = 800, value_parser = clap::value_parser!(u16).range(60..))]
    pub(crate) bucket_days: u16,
}

fn constant(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("must be FIELD=VALUE, such as vendorId=acme")?;
    Ok((field.trim().to_owned(), value.trim().to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files to import: NDJSON with one event on each line, a JSON list of events, or a table: CSV, an .xlsx workbook, or JSON with
    /// a mapping. Each may be compressed with gzip. `-` is standard input. Events from an open pipe are stored within a second or two.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The mapping of the columns: a ready one, such as shopify (`goody mapping list`), or a TOML file. Without it, the columns must
    /// have the names of the event's fields.
    #[arg(long, env = "GOODY_MAPPING")]
    pub(crate) mapping: Option<String>,
    /// Store nothing. Show how the files are read, the first three rows as events, and the counts of the import.
    #[arg(long)]
    pub(crate) check: bool,
    /// Fail if any line is rejected. The others are stored.
    #[arg(long, env = "GOODY_STRICT")]
    pub(crate) strict: bool,
    /// The encoding of the files, such as windows-1252 or shift_jis. Default: that of the mapping, or what the first bytes show.
    #[arg(long, env = "GOODY_ENCODING")]
    pub(crate) encoding: Option<String>,
    /// The IANA name of the time zone of the times without an offset in the files, and of their days. Default: that of the mapping.
    #[arg(long, env = "GOODY_FILE_TIME_ZONE")]
    pub(crate) file_time_zone: Option<String>,
    /// The value of a field for rows without one, such as vendorId=acme. Can be repeated.
    #[arg(long = "constant", value_name = "FIELD=VALUE", value_parser = constant)]
    pub(crate) constants: Vec<(String, String)>,
    /// The second file of a mapping with [join]. Default: the file that the mapping names, in the folder of the first.
    #[arg(long, env = "GOODY_JOIN")]
    pub(crate) join: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: Database,
    /// The file for rejected lines and the reasons. Default: the name of the imported file with `.rejected.ndjson`, in the current
    /// folder. If no line is rejected, an existing file of that name is deleted.
    #[arg(long, env = "GOODY_REJECTED")]
    pub(crate) rejected: Option<PathBuf>,
    /// The id of the batch, with which `goody retract` takes the imported events back. Default: a new id.
    #[arg(long, env = "GOODY_BATCH_ID", value_parser = BatchId::parse)]
    pub(crate) batch_id: Option<BatchId>,
    /// How many events are stored together. Fewer if no more arrive within a second.
    #[arg(long, env = "GOODY_BATCH", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: u32,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// The id of the batch, as `goody import` printed it or the response to a request had it in `X-Batch-Id`.
    #[arg(value_parser = BatchId::parse)]
    pub(crate) batch_id: BatchId,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ForgetRejections {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dataset {
    /// Every event, as goody import reads it: to move to another database, or to correct and import again.
    Events,
    /// Every order with its events, sorted by id.
    Orders,
    /// Every vendor with its numbers of today, sorted by id.
    Vendors,
    /// Every report, sorted by vendor and date: for each date on which the vendor has counts, or for the requested dates.
    Reports,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A heading and one row for each item, for spreadsheets.
    Csv,
    /// One JSON object on each line.
    Ndjson,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What to export.
    pub(crate) dataset: Dataset,
    /// The format of the output.
    #[arg(long, env = "GOODY_FORMAT", default_value = "ndjson")]
    pub(crate) format: Format,
    /// Begin a CSV file with a byte order mark, by which Excel knows that it is UTF-8.
    #[arg(long, env = "GOODY_BOM")]
    pub(crate) bom: bool,
    /// Only reports of this date, such as 2026-01-31, or the table of the vendors on it. Default for vendors: today.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) date: Option<String>,
    /// Only reports of this date or later.
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Only reports of this date or earlier.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// The file to write. It gets its name when it is complete, and never replaces a database. Default: standard output.
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
    /// Also check the whole file for damage: compare each index with its table, and read each row.
    #[arg(long)]
    pub(crate) deep: bool,
    /// After how many hours without an event the health is degraded. 0 accepts any silence.
    #[arg(long, env = "GOODY_SILENCE_HOURS", default_value_t = 24)]
    pub(crate) silence_hours: u32,
    /// Also list the clock jumps, and every fact that was recorded while the clock was wrong.
    #[arg(long)]
    pub(crate) clock: bool,
    /// Print the result as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write. It gets its name when it is complete and checked.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Replace an earlier backup of that name.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup, a file that `goody backup` wrote.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Also restore a backup with another time zone than the database, and replace the database that an earlier restore saved.
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
