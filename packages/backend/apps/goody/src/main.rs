//! The embedded host: one binary that works on one SQLite file. This file only connects the parts.

#[macro_use]
mod console;

mod backup;
mod cli;
mod clock;
mod clock_report;
mod connections;
mod database;
mod export;
mod forget_rejections;
mod framing;
mod health;
mod import;
mod limits;
mod logs;
mod mappings;
mod metrics;
mod output;
mod progress;
mod rebuild;
mod restore;
mod retract;
mod serve;
mod shutdown;
mod simulate;
mod token_file;
mod tokens;
mod webhooks;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use goody_application::error_chain::error_chain;
use tokio::runtime::Builder;

use crate::cli::{Cli, Command};
use crate::logs::ServerLog;

/// Threads for blocking work: one for each connection that reads from the database, and a few for files. Each thread holds memory.
const BLOCKING_THREADS: usize = 6;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Limits the memory that a server keeps without use. Other commands end soon.
///
/// The C library, which SQLite uses, creates a heap for each thread, and no heap returns the memory that requests needed for a moment:
/// the server then takes twice the memory. With fewer than four heaps, writers and readers wait for each other: under load the server
/// stores a tenth less. The allocator of everything else asks for pages of 2 MiB, of which a request may use a little: a large request
/// then takes twice the memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the settings of the C library and of the kernel have no safe interface")]
fn limit_memory() {
    // SAFETY: both take integers, and no second thread exists yet.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 4);
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn limit_memory() {}

/// How long blocking work, such as a read of a slow disk, may continue after the command has ended.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = if matches!(cli.command, Command::Serve(_)) {
        limit_memory();
        Some(logs::start_server(&cli.log))
    } else {
        logs::start(&cli.log);
        None
    };
    run_on_runtime(cli.command, log.as_ref()).unwrap_or_else(|error| {
        let text = format!("goody: {}", error_chain(error.as_ref()));
        log.as_ref().map_or_else(|| print_stderr!("{text}"), |log| log.print(&text));
        ExitCode::FAILURE
    })
}

fn run_on_runtime(command: Command, log: Option<&ServerLog>) -> CommandResult {
    let runtime = Builder::new_multi_thread().max_blocking_threads(BLOCKING_THREADS).enable_all().build()?;
    let result = runtime.block_on(run(command, log));
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    result
}

async fn run(command: Command, log: Option<&ServerLog>) -> CommandResult {
    match command {
        Command::Serve(command) => serve::run(command, log.map(ServerLog::queue)).await,
        Command::Import(command) => import::run(command).await,
        Command::Mapping(command) => mappings::run(command),
        Command::Retract(command) => retract::run(command).await,
        Command::Backfill(command) => simulate::backfill(command).await,
        Command::Simulate(command) => simulate::run(command).await,
        Command::Export(command) => export::run(command).await,
        Command::Rebuild(command) => rebuild::run(command).await,
        Command::Health(command) => health::run(command).await,
        Command::Backup(command) => backup::run(&command),
        Command::Restore(command) => restore::run(&command),
        Command::ForgetRejections(command) => forget_rejections::run(command).await,
        Command::Openapi => export::openapi(),
        Command::Token(cli::TokenCommand::New(command)) => tokens::new(&command),
    }
}

/// Why a command fails.
type Failure = Box<dyn std::error::Error + Send + Sync>;
/// The exit code of a command, or why it fails.
type CommandResult = Result<ExitCode, Failure>;
