//! Read: dashboards a second, latencies while nothing and while much happens, freshness and memory of the real server.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use goody_bench::Failure;
use goody_bench::database;
use goody_bench::goody::Goody;
use goody_bench::load::LiveEvents;
use goody_bench::options::{FULL_SIZE, Options};
use goody_bench::reading::{self, Reading};
use goody_bench::server::{Server, serve_fixed};
use goody_bench::table::{Goal, Table, count, megabytes};
use goody_bench::throughput;

/// How fast questions are answered, and how soon events are seen.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// A database that `ingest --keep` made. It is copied and stays as it is.
    #[arg(long)]
    database: Option<PathBuf>,
    /// Be the ceiling: serve the answer in this file.
    #[arg(long, hide = true)]
    fixed_answer: Option<PathBuf>,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, database, fixed_answer } = Cli::parse();
    if let Some(file) = fixed_answer {
        return serve_fixed(&file).map(|()| ExitCode::SUCCESS);
    }
    let goody = Goody::find(&options)?;
    let folder = options.folder()?;
    let file = match &database {
        Some(database) => database::copy(database, &folder)?,
        None => database::make(&goody, &options, &folder, options.size())?,
    };
    let orders = database::orders(&file)?;
    let title = format!("Reading {} orders of {} vendors", count(orders as f64), count(options.vendors as f64));
    let mut table = Table::new(title, orders as u64 >= FULL_SIZE);

    eprintln!("Starting the server …");
    let began = Instant::now();
    let server = Server::goody(&goody, &file)?;
    eprintln!("The server was ready after {:.1} s", began.elapsed().as_secs_f64());
    let dashboard = server.connect()?.get("/api/dashboard")?;
    let body = dashboard.body.len();
    let ceiling = Server::fixed(&dashboard, folder.path())?;
    for connections in [2, 16] {
        eprintln!("Dashboards on {connections} connections …");
        throughput::measure(&mut table, (&server, &ceiling), connections, round(&options))?;
    }
    drop(ceiling);

    let mut reading = Reading::new(&server, &options, orders)?;
    reading.idle(&mut table)?;
    let mut events = LiveEvents::new(options.vendors, reading.active_orders()?);
    let idle = server.memory()?;
    let mut accepted = 0;
    for rate in [100, 5_000] {
        accepted += reading.dashboard_under_load(&mut table, &mut events, rate)?;
    }
    let (more, probes) = reading.freshness(&mut table, &mut events, 5_000)?;
    server.settle()?;
    reading.sums(&mut table)?;
    let placed = (events.placed + probes) as i64;
    reading.check_total(&mut table, orders + placed)?;

    let memory = server.memory()?;
    table.figure("memory after reading", megabytes(idle.now as f64));
    table.figure("memory at the end", megabytes(memory.now as f64));
    table.goal("memory, the most there was", memory.peak as f64, Goal::AtMost(150e6), megabytes);
    table.note(format!("Ceiling: the same kind of server sending the dashboard's {} bytes.", count(body as f64)));
    table.note(format!(
        "Latencies are p50 / p99 / max at one connection. {} events were posted.",
        count((accepted + more) as f64)
    ));
    table.note(reading::SHARED);
    server.stop()?;
    folder.done_with(&file, options.keep)?;
    Ok(table.finish())
}

fn round(options: &Options) -> Duration {
    Duration::from_millis(if options.quick { 300 } else { 2_000 })
}
