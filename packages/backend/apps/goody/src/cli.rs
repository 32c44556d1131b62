//! The command line. Options that configure the program are also environment variables `GOODY_*`.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::HeaderValue;
use clap::{Args, Parser, Subcommand};
use goody_formats::webhooks::Source;
use goody_http::{Hosts, TokenScope};

mod database;
mod demo;
mod files;

pub(crate) use self::database::Database;
pub(crate) use self::demo::{Backfill, DemoOptions, Simulate, SimulationOptions};
pub(crate) use self::files::{Dataset, Export, Format, Import, MappingCommand, Retract};

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
    pub(crate) webhooks: Webhooks,
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

/// The webhooks of shops and carriers. The secrets of a source are in GOODY_WEBHOOK_SECRET_<SOURCE>, or in the file of tokens.
#[derive(Debug, Args)]
pub(crate) struct Webhooks {
    /// The mapping of a source, such as generic=orders.toml; may be given for several sources, separated by commas.
    #[arg(long, env = "GOODY_WEBHOOK_MAPPINGS", value_name = "SOURCE=FILE", value_delimiter = ',', value_parser = webhook_mapping)]
    pub(crate) webhook_mapping: Vec<(Source, PathBuf)>,
    /// The time zone of times in webhooks that have no offset, such as America/New_York. Default: UTC.
    #[arg(long, env = "GOODY_WEBHOOK_TIME_ZONE", value_name = "ZONE")]
    pub(crate) webhook_time_zone: Option<String>,
    /// Take webhooks of sources without a secret, to try them. Only a server that no other machine can reach does.
    #[arg(long, env = "GOODY_WEBHOOKS_UNSIGNED")]
    pub(crate) webhooks_unsigned: bool,
}

fn webhook_mapping(text: &str) -> Result<(Source, PathBuf), String> {
    let (name, file) = text.split_once('=').ok_or("must be SOURCE=FILE")?;
    let mapped = || Source::ALL.into_iter().filter(|source| source.has_mapping());
    let names = || mapped().map(Source::name).collect::<Vec<_>>().join(", ");
    let source = mapped().find(|source| source.name() == name);
    let source = source.ok_or_else(|| format!("{name} is no source with a mapping: use one of {}", names()))?;
    Ok((source, PathBuf::from(file)))
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

#[derive(Debug, Args)]
pub(crate) struct ForgetRejections {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
