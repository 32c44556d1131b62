//! The soak test: whether a server under mixed and hostile traffic, on a disk that is sometimes full, loses no accepted event,
//! keeps its memory constant, and reports the right status at `/health`.

use std::process::ExitCode;
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use goody_bench::Failure;
use goody_bench::goody::Goody;
use goody_bench::options::Options;
use goody_bench::server::Server;
use goody_bench::soak::disk::SmallDisk;
use goody_bench::soak::evaluation::{self, Sample};
use goody_bench::soak::probe::Probe;
use goody_bench::soak::traffic::Traffic;
use goody_bench::table::{Goal, Table, count, megabytes};

/// The number of times the disk is filled.
const FILLS: u32 = 6;
/// The goal for the ratio of the median memory in the second half and in the second quarter of the time.
const MAX_MEMORY_RATIO: f64 = 1.05;
/// The maximum number of wrong samples and of lost events that are printed.
const MAX_PRINTED: usize = 20;

/// Runs a server under mixed and hostile traffic, on a disk that is sometimes full. Checks lost events, memory growth and
/// /health.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// The duration in seconds. Default: 1200; with --quick 60.
    #[arg(long)]
    seconds: Option<u64>,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, seconds } = Cli::parse();
    let seconds = seconds.unwrap_or(if options.quick { 60 } else { 1_200 });
    let time = Duration::from_secs(seconds.max(20));
    let (goody, folder) = (Goody::find(&options)?, options.folder()?);
    let mut table = Table::new(format!("Soak test of {} s", time.as_secs()), true);
    let disk = SmallDisk::mount(folder.path());
    if let Err(error) = &disk {
        table.check(false, || format!("the test with a full disk needs root and did not run: {error}"));
    }
    let disk = disk.ok();
    let data_folder = disk.as_ref().map_or(folder.path(), SmallDisk::path);
    let file = data_folder.join("goody.db");
    let server = Server::goody_with(&goody, &file, "info", &[])?;

    eprintln!("Soak test of {} for {} s …", server.address(), time.as_secs());
    let traffic = Traffic::new(server.address());
    let samples = std::thread::scope(|scope| {
        traffic.start(scope);
        let samples = collect_samples(&server, &traffic, disk.as_ref(), time);
        traffic.stop();
        samples
    })?;

    let (wrong, longest_run) = evaluation::count_wrong(&samples);
    let max_wrong = evaluation::max_wrong(samples.len());
    table.goal(
        format!("wrong /health responses in {} samples", samples.len()),
        wrong as f64,
        Goal::AtMost(max_wrong as f64),
        count,
    );
    table.goal("  longest run of wrong responses", longest_run as f64, Goal::AtMost(1.0), count);
    let served = samples.iter().filter(|sample| sample.is_served).count();
    table.metric("samples in which a client was served", count(served as f64));
    let (before, after) = evaluation::memory(&samples, time);
    let metric = "resident memory: second half : second quarter";
    table.ratio_goal(metric, (after, before), Goal::AtMost(MAX_MEMORY_RATIO), megabytes);
    table.metric("requests whose client reset the connection", count(traffic.aborted() as f64));
    for (outcome, times) in traffic.tally.all() {
        table.metric(outcome, count(times as f64));
    }

    // If the server cannot stop, its events are checked all the same.
    let stopped = server.wait_until_current().and_then(|()| server.stop());
    table.check(stopped.is_ok(), || format!("the server did not stop cleanly: {:?}", stopped.as_ref().err()));
    let (lost, exported) = traffic.accepted.lost(&goody, &file)?;
    table.metric("events in the export", count(exported as f64));
    table.goal(
        format!("lost events of {} accepted ones", count(traffic.accepted.count() as f64)),
        lost.len() as f64,
        Goal::AtMost(0.0),
        count,
    );
    for event in lost.iter().take(MAX_PRINTED) {
        table.note(format!("Lost: {event}"));
    }
    let (buckets, differences) = goody.rebuild(&file)?;
    table.check_equal(&format!("different buckets of {buckets}, found by a rebuild"), differences, 0);
    Ok(table.finish_with_goals())
}

/// Takes a sample every second, and fills and empties the disk.
fn collect_samples(
    server: &Server,
    traffic: &Traffic,
    disk: Option<&SmallDisk>,
    time: Duration,
) -> Result<Vec<Sample>, Failure> {
    let (mut probe, mut samples, started) = (Probe::new(server.address()), Vec::new(), Moment::now());
    let cycle = time / FILLS;
    let full_for = (cycle / 10).max(Duration::from_secs(5)).min(cycle / 3);
    let mut was_full = false;
    while started.elapsed() < time {
        let at = started.elapsed();
        let in_cycle = at - cycle * (at.as_nanos() / cycle.as_nanos()) as u32;
        let is_full = disk.is_some() && in_cycle >= cycle / 2 && in_cycle < cycle / 2 + full_for;
        if let Some(disk) = disk.filter(|_| is_full || was_full) {
            if is_full { disk.fill()? } else { disk.empty()? }
        }
        if is_full != was_full {
            eprintln!("{:6.1} s: the disk is {}", at.as_secs_f64(), if is_full { "full" } else { "no longer full" });
        }
        was_full = is_full;
        let health = probe.health();
        let result = probe.check_client(&traffic.accepted);
        let sample = Sample { at, health, is_served: result.is_ok(), memory: server.memory()?.resident };
        if sample.is_wrong() && evaluation::count_wrong(&samples).0 < MAX_PRINTED {
            let result = result.err().unwrap_or_else(|| "success".into());
            eprintln!(
                "{:6.1} s: /health reports {health:?}, but the client has the result: {result}",
                at.as_secs_f64()
            );
        }
        samples.push(sample);
        // Samples that are missed because of a slow response are not taken later.
        let next = Duration::from_secs(started.elapsed().as_secs() + 1);
        std::thread::sleep(next.saturating_sub(started.elapsed()));
    }
    Ok(samples)
}
