//! The embedded host: one binary on one SQLite file. Wiring only.

#[macro_use]
mod say;

mod backup;
mod cli;
mod clock;
mod clock_report;
mod connections;
mod database;
mod export;
mod framing;
mod health;
mod import;
mod limits;
mod logs;
mod mapping;
mod measures;
mod output;
mod progress;
mod rebuild;
mod records;
mod restore;
mod serve;
mod shutdown;
mod simulate;
mod token_file;
mod tokens;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use goody_application::error_chain::error_chain;
use tokio::runtime::Builder;

use crate::cli::{Cli, Command};
use crate::logs::ServerLog;

/// Threads for what blocks: one for each connection that reads, and a few for files. Each keeps memory of its own.
const BLOCKING_THREADS: usize = 6;

/// Has the C library keep few heaps. It gives each thread one of its own, and none of them gives back what requests needed for
/// a moment: twice the memory for nothing. With fewer than these, writers and readers wait for each other: under load the server
/// stores a tenth less. Only for a server: an import is over soon.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "the C library's settings have no safe form")]
fn keep_few_heaps() {
    // SAFETY: it takes two numbers and is called before there is a second thread.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 4) };
}

#[cfg(not(target_env = "gnu"))]
fn keep_few_heaps() {}

/// How long work that blocks may go on once the command has ended, as a read of a slow disk.
const LAST_WORK: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = if matches!(cli.command, Command::Serve(_)) {
        keep_few_heaps();
        Some(logs::start_server(&cli.log))
    } else {
        logs::start(&cli.log);
        None
    };
    run_to_the_end(cli.command, log.as_ref()).unwrap_or_else(|error| {
        let text = format!("goody: {}", error_chain(error.as_ref()));
        log.as_ref().map_or_else(|| say_aside!("{text}"), |log| log.say(&text));
        ExitCode::FAILURE
    })
}

fn run_to_the_end(command: Command, log: Option<&ServerLog>) -> Done {
    let runtime = Builder::new_multi_thread().max_blocking_threads(BLOCKING_THREADS).enable_all().build()?;
    let done = runtime.block_on(run(command, log));
    runtime.shutdown_timeout(LAST_WORK);
    done
}

async fn run(command: Command, log: Option<&ServerLog>) -> Done {
    match command {
        Command::Serve(command) => serve::run(command, log.map(ServerLog::queue)).await,
        Command::Import(command) => import::run(command).await,
        Command::Backfill(command) => simulate::backfill(command).await,
        Command::Simulate(command) => simulate::run(command).await,
        Command::Export(command) => export::run(command).await,
        Command::Rebuild(command) => rebuild::run(command).await,
        Command::Health(command) => health::run(command).await,
        Command::Backup(command) => backup::run(&command),
        Command::Restore(command) => restore::run(&command),
        Command::Openapi => export::openapi(),
        Command::Token(cli::TokenCommand::New(command)) => tokens::new(&command),
    }
}

/// Why a command does not end well.
type Failure = Box<dyn std::error::Error + Send + Sync>;
/// What a command ends with.
type Done = Result<ExitCode, Failure>;
