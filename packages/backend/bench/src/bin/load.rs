//! Load: whether latency and memory of a server stay constant while events are posted at 80 % of its maximum rate and readers
//! send requests.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use goody_bench::client::Client;
use goody_bench::goody::Goody;
use goody_bench::load::{LiveEvents, send, send_at_rate};
use goody_bench::options::Options;
use goody_bench::samples::Samples;
use goody_bench::server::Server;
use goody_bench::table::{Goal, Table, count, megabytes, milliseconds, per_second, seconds};
use goody_bench::{Failure, database};

/// The posted rate during the measurement, as a share of the peak rate with readers.
const SHARE: f64 = 0.8;
/// The number of events per request.
const BATCH: u64 = 500;
/// The number of connections that post.
const WRITERS: usize = 4;
/// The number of connections that read.
const READERS: usize = 4;
/// The pause of a reader between two requests.
const PAUSE: Duration = Duration::from_millis(20);
/// The requests of the readers, in turn.
const PATHS: [&str; 5] = [
    "/api/dashboard",
    "/api/vendors?sortBy=reliabilityScore&limit=20",
    "/api/orders?limit=50",
    "/api/orders/recent?limit=50",
    "/health",
];
/// The goal for the ratio of the p99 latencies of the last and the second part. More indicates a growing latency.
const MAX_LATENCY_RATIO: f64 = 1.5;
/// The goal for the ratio of the memory in the last and the second part. More indicates a leak.
const MAX_MEMORY_RATIO: f64 = 1.25;

/// Measures a server under load for a long time: latency, lag and memory in each part of the time.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// The duration of each peak measurement and of the measurement under constant load, in seconds. Default: 60 and 600; with
    /// --quick 2 and 10.
    #[arg(long, num_args = 2, value_names = ["PEAK", "CONSTANT"])]
    seconds: Option<Vec<u64>>,
}

/// The results of one part of the time.
#[derive(Default)]
struct Part {
    reads: Samples,
    posts: Samples,
    lag: u64,
    memory: u64,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, seconds: durations } = Cli::parse();
    let [peak_seconds, constant_seconds] = match durations.as_deref() {
        Some([peak, constant]) => [*peak, *constant],
        _ if options.quick => [2, 10],
        _ => [60, 600],
    };
    let orders = options.orders.unwrap_or(if options.quick { 10_000 } else { 500_000 });
    let (goody, folder) = (Goody::find(&options)?, options.folder()?);
    let file = database::create(&goody, &options, &folder, orders)?;
    let server = Server::goody(&goody, &file)?;
    let mut table = Table::new(format!("Load on {} orders", count(orders as f64)), !options.quick);

    let mut writers: Vec<LiveEvents> = (0..WRITERS).map(|index| LiveEvents::writer(index, options.vendors)).collect();
    let mut peaks = Vec::new();
    for (mode, readers) in [("without readers", 0), ("with readers", READERS)] {
        eprintln!("Posting at the maximum rate for {peak_seconds} s, {mode} …");
        let (mut part, started) = (Part::default(), Moment::now());
        let stored =
            apply_load(server.address(), &mut writers, readers, None, Duration::from_secs(peak_seconds), &mut part)?;
        // The time includes the projection: an event counts only when it is in the reports.
        server.wait_until_current()?;
        let peak = stored as f64 / started.elapsed().as_secs_f64();
        table.metric(format!("peak rate {mode}, events stored and in the reports"), per_second(peak));
        table.metric(format!("  latency of a post of {BATCH} events"), part.posts.summary());
        peaks.push(peak);
    }

    let peak = *peaks.last().ok_or("no peak was measured")?;
    let rate = SHARE * peak;
    eprintln!("Posting {} events for {constant_seconds} s, with readers …", per_second(rate));
    let mut parts = Vec::new();
    let part_time = Duration::from_secs((constant_seconds / 10).max(1));
    let (mut sent, started) = (0, Moment::now());
    while started.elapsed() < Duration::from_secs(constant_seconds) {
        let mut part = Part::default();
        sent += apply_load(server.address(), &mut writers, READERS, Some(rate), part_time, &mut part)?;
        let health: serde_json::Value = serde_json::from_slice(&server.connect()?.get("/health")?.body)?;
        part.lag = health["systemMetrics"]["changeLag"]["changes"].as_u64().unwrap_or(u64::MAX);
        part.memory = server.memory()?.resident;
        parts.push(part);
        eprintln!("  {:.0} of {constant_seconds} s", started.elapsed().as_secs_f64());
    }
    let reached = sent as f64 / started.elapsed().as_secs_f64();
    let load_end = Moment::now();
    server.wait_until_current()?;
    let catch_up_seconds = load_end.elapsed().as_secs_f64();

    table.goal(
        "rate under constant load, events, as a share of the peak with readers",
        reached / peak,
        Goal::AtLeast(SHARE * 0.98),
        |share| format!("{} ({:.0} %)", per_second(share * peak), share * 100.0),
    );
    for (number, part) in parts.iter().enumerate() {
        let (reads, posts, memory) = (part.reads.summary(), part.posts.summary(), megabytes(part.memory as f64));
        table.metric(
            format!("part {}", number + 1),
            format!("reads {reads}; posts {posts}; lag {} changes; memory {memory}", count(part.lag as f64)),
        );
    }
    // The first part is the warm-up and not compared.
    let part = |index: usize| parts.get(index.min(parts.len() - 1)).ok_or("no part was measured");
    let (second, last) = (part(1)?, part(usize::MAX)?);
    for (kind, last, second) in [("reads", &last.reads, &second.reads), ("posts", &last.posts, &second.posts)] {
        let p99 = (last.p99(), second.p99());
        let metric = format!("{kind}, p99: last part : second part");
        table.ratio_goal(metric, p99, Goal::AtMost(MAX_LATENCY_RATIO), milliseconds);
    }
    table.ratio_goal(
        "memory: last part : second part",
        (last.memory as f64, second.memory as f64),
        Goal::AtMost(MAX_MEMORY_RATIO),
        megabytes,
    );
    table.metric("time until the reports are current after the load", seconds(catch_up_seconds));
    table.note(
        "Latencies are p50 / p99 / max. Those of posts count from the scheduled time. Four connections post, four read with a pause \
         of 20 ms.",
    );
    server.stop()?;
    let (buckets, differences) = goody.rebuild(&file)?;
    table.check_equal(&format!("different buckets of {buckets}, found by a rebuild"), differences, 0);
    folder.remove(&file, options.keep)?;
    Ok(table.finish())
}

/// Posts for `time`, at a rate or at the maximum one, with readers. Returns the number of stored events.
fn apply_load(
    address: SocketAddr,
    writers: &mut [LiveEvents],
    readers: usize,
    rate: Option<f64>,
    time: Duration,
    part: &mut Part,
) -> Result<u64, Failure> {
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..readers).map(|reader| scope.spawn(move || read(address, reader, stop))).collect();
        let interval = rate.map(|rate| Duration::from_secs_f64(BATCH as f64 / rate));
        let posts = send_at_rate(address, writers, interval, time, |client, events, _| {
            match send(client, &events.lines(BATCH))? {
                (BATCH, _) => Ok(()),
                (accepted, _) => Err(format!("only {accepted} of {BATCH} events were accepted").into()),
            }
        });
        stop.store(true, Ordering::Relaxed);
        for reader in readers {
            part.reads.add_all(&reader.join().map_err(|_| "a reader panicked")??);
        }
        let posts = posts?;
        part.posts.add_all(&posts);
        Ok(posts.len() as u64 * BATCH)
    })
}

/// Reads until `stop` is set.
fn read(address: SocketAddr, reader: usize, stop: &AtomicBool) -> Result<Samples, Failure> {
    let (mut client, mut samples) = (Client::connect(address)?, Samples::default());
    for path in PATHS.iter().cycle().skip(reader) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let response = client.get(path)?;
        // `/health` has another status when the server is unhealthy.
        if response.status != 200 && *path != "/health" {
            return Err(format!("{path}: status {}", response.status).into());
        }
        samples.add(response.latency);
        std::thread::sleep(PAUSE);
    }
    Ok(samples)
}
