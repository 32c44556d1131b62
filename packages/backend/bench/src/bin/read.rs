//! Read: dashboard requests per second, latencies without and with load, freshness and memory of the real server.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use goody_bench::Failure;
use goody_bench::database;
use goody_bench::goody::Goody;
use goody_bench::load::LiveEvents;
use goody_bench::options::{FULL_SIZE, Options};
use goody_bench::read_latency::{self, ReadLatency};
use goody_bench::server::{Server, serve_fixed};
use goody_bench::table::{Goal, Table, count, megabytes};
use goody_bench::throughput;

/// Measures the latency of reads, and the time until events are visible in reports.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// A database of `ingest --keep`. The program copies it and does not change it.
    #[arg(long)]
    database: Option<PathBuf>,
    /// Run as the ceiling: serve the response in this file.
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
        None => database::create(&goody, &options, &folder, options.size())?,
    };
    let orders = database::orders(&file)?;
    let title = format!("Reads from {} orders of {} vendors", count(orders as f64), count(options.vendors as f64));
    let mut table = Table::new(title, orders as u64 >= FULL_SIZE);

    eprintln!("Starting the server …");
    let started = Instant::now();
    let server = Server::goody(&goody, &file)?;
    eprintln!("The server is ready after {:.1} s", started.elapsed().as_secs_f64());
    let dashboard = server.connect()?.get("/api/dashboard")?;
    let body = dashboard.body.len();
    let ceiling = Server::fixed(&dashboard, folder.path())?;
    for connections in [2, 16] {
        eprintln!("Measuring dashboard requests on {connections} connections …");
        throughput::measure(&mut table, (&server, &ceiling), connections, round(&options))?;
    }
    drop(ceiling);

    let mut read_latency = ReadLatency::new(&server, &options, orders)?;
    read_latency.idle(&mut table)?;
    let mut events = LiveEvents::new(options.vendors, read_latency.active_orders()?);
    let idle = server.memory()?;
    let mut accepted = 0;
    for rate in [100, 5_000] {
        accepted += read_latency.dashboard_under_load(&mut table, &mut events, rate)?;
    }
    let (more, probes) = read_latency.freshness(&mut table, &mut events, 5_000)?;
    server.wait_until_current()?;
    read_latency.check_sums(&mut table)?;
    let placed = (events.placed + probes) as i64;
    read_latency.check_total(&mut table, orders + placed)?;

    let memory = server.memory()?;
    table.metric("memory after the reads without load", megabytes(idle.resident as f64));
    table.metric("memory at the end", megabytes(memory.resident as f64));
    table.goal("peak memory", memory.peak as f64, Goal::AtMost(150e6), megabytes);
    table.note(format!(
        "Ceiling: a server that sends the {} bytes of the dashboard as a fixed response.",
        count(body as f64)
    ));
    table.note(format!(
        "Latencies are p50 / p99 / max on one connection. {} posted events were accepted.",
        count((accepted + more) as f64)
    ));
    table.note(read_latency::PROCESSOR_NOTE);
    server.stop()?;
    folder.remove(&file, options.keep)?;
    Ok(table.finish())
}

fn round(options: &Options) -> Duration {
    Duration::from_millis(if options.quick { 300 } else { 2_000 })
}
