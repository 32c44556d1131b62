//! A soak: whether a server under mixed and hostile traffic, on a disk that is full now and then, loses nothing that it answered, stays
//! as large as it was, and says by `/health` what its clients meet.

use std::process::ExitCode;
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use goody_bench::Failure;
use goody_bench::goody::Goody;
use goody_bench::options::Options;
use goody_bench::server::Server;
use goody_bench::soak::disk::SmallDisk;
use goody_bench::soak::probe::Probe;
use goody_bench::soak::traffic::Traffic;
use goody_bench::soak::verdict::{self, Sample};
use goody_bench::table::{Goal, Table, count, megabytes};

/// How often the disk is full.
const FILLS: u32 = 6;
/// Memory of the second half of the time, of that of the second quarter.
const LARGER: f64 = 1.05;
/// Wrong samples that are printed.
const SHOWN: usize = 20;

/// A server under mixed and hostile traffic, on a disk that is full now and then: what is lost, how it grows, whether /health is right.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// How long, in seconds. Default: 1200; 60 where it has to be quick.
    #[arg(long)]
    seconds: Option<u64>,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, seconds } = Cli::parse();
    let seconds = seconds.unwrap_or(if options.quick { 60 } else { 1_200 });
    let time = Duration::from_secs(seconds.max(20));
    let (goody, folder) = (Goody::find(&options)?, options.folder()?);
    let mut table = Table::new(format!("Soak of {} s", time.as_secs()), true);
    let disk = SmallDisk::mount(folder.path());
    if let Err(error) = &disk {
        table.check(false, || format!("the disk was never full, which needs root: {error}"));
    }
    let disk = disk.ok();
    let place = disk.as_ref().map_or(folder.path(), SmallDisk::path);
    let file = place.join("goody.db");
    let server = Server::goody_logging(&goody, &file, "info")?;

    eprintln!("Soaking {} for {} s …", server.address(), time.as_secs());
    let traffic = Traffic::new(server.address());
    let samples = std::thread::scope(|scope| {
        traffic.start(scope);
        let samples = watch(&server, &traffic, disk.as_ref(), time);
        traffic.stop();
        samples
    })?;

    let (wrong, in_a_row) = verdict::wrong(&samples);
    let most = verdict::wrong_at_most(samples.len());
    let whole = |number: f64| count(number);
    table.goal(
        format!("of {} samples, those where /health was wrong", samples.len()),
        wrong as f64,
        Goal::AtMost(most as f64),
        whole,
    );
    table.goal("  of them in a row", in_a_row as f64, Goal::AtMost(1.0), whole);
    let served = samples.iter().filter(|sample| sample.is_served).count();
    table.figure("samples in which a client was served", count(served as f64));
    let (before, after) = verdict::memory(&samples, time);
    table.ratio_goal("resident memory: second half : second quarter", (after, before), Goal::AtMost(LARGER), megabytes);
    table.figure("requests whose sender hung up at once", count(traffic.aborted() as f64));
    for (what, times) in traffic.tally.all() {
        table.figure(what, count(times as f64));
    }

    // What is left to store is stored, and a server that cannot stop any more still has its events looked at.
    let stopped = server.settle().and_then(|()| server.stop());
    table.check(stopped.is_ok(), || format!("the server did not end as it should: {:?}", stopped.as_ref().err()));
    let (lost, exported) = traffic.accepted.lost(&goody, &file)?;
    table.figure("events in the export", count(exported as f64));
    table.goal(
        format!("of {} events answered as accepted, lost", count(traffic.accepted.count() as f64)),
        lost.len() as f64,
        Goal::AtMost(0.0),
        whole,
    );
    for event in lost.iter().take(SHOWN) {
        table.note(format!("Lost: {event}"));
    }
    let (buckets, differences) = goody.rebuild(&file)?;
    table.check_equal(&format!("buckets that a rebuild finds different, of {buckets}"), differences, 0);
    Ok(table.finish_strictly())
}

/// Samples once a second, and fills and empties the disk meanwhile.
fn watch(server: &Server, traffic: &Traffic, disk: Option<&SmallDisk>, time: Duration) -> Result<Vec<Sample>, Failure> {
    let (mut probe, mut samples, began) = (Probe::new(server.address()), Vec::new(), Moment::now());
    let cycle = time / FILLS;
    let full_for = (cycle / 10).max(Duration::from_secs(5)).min(cycle / 3);
    let mut was_full = false;
    while began.elapsed() < time {
        let at = began.elapsed();
        let in_cycle = at - cycle * (at.as_nanos() / cycle.as_nanos()) as u32;
        let is_full = disk.is_some() && in_cycle >= cycle / 2 && in_cycle < cycle / 2 + full_for;
        if let Some(disk) = disk.filter(|_| is_full || was_full) {
            if is_full { disk.fill()? } else { disk.empty()? }
        }
        if is_full != was_full {
            eprintln!("{:6.1} s: the disk is {}", at.as_secs_f64(), if is_full { "full" } else { "empty again" });
        }
        was_full = is_full;
        let health = probe.health();
        let met = probe.meet(&traffic.accepted);
        let sample = Sample { at, health, is_served: met.is_ok(), memory: server.memory()?.now };
        if sample.is_wrong() && verdict::wrong(&samples).0 < SHOWN {
            let met = met.err().unwrap_or_else(|| "it is served".into());
            eprintln!("{:6.1} s: /health says {health:?}, and a client meets this: {met}", at.as_secs_f64());
        }
        samples.push(sample);
        // A slow answer takes the place of samples: none is made up for at once.
        let next = Duration::from_secs(began.elapsed().as_secs() + 1);
        std::thread::sleep(next.saturating_sub(began.elapsed()));
    }
    Ok(samples)
}
