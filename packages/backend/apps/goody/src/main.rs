//! The embedded host: one binary on one SQLite file. Wiring only.

mod cli;
mod clock;
mod database;
mod export;
mod health;
mod import;
mod logs;
mod mapping;
mod progress;
mod pump;
mod rebuild;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    logs::start(&cli.log);
    let done = match cli.command {
        Command::Serve(command) => serve::run(command).await,
        Command::Import(command) => import::run(command).await,
        Command::Export(command) => export::run(command).await,
        Command::Rebuild(command) => rebuild::run(command).await,
        Command::Health(command) => health::run(command).await,
        Command::Openapi => export::openapi(),
    };
    done.unwrap_or_else(|error| {
        let causes = std::iter::successors(error.source(), |cause| cause.source());
        eprintln!("goody: {error}{}", causes.map(|cause| format!(": {cause}")).collect::<String>());
        ExitCode::FAILURE
    })
}

/// What a command ends with.
type Done = Result<ExitCode, Box<dyn std::error::Error + Send + Sync>>;
