//! Load: whether a server stays as fast and as small as it began, with events coming in at four fifths of what it can take and
//! readers beside them.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use goody_bench::client::Client;
use goody_bench::goody::Goody;
use goody_bench::load::{LiveEvents, send};
use goody_bench::options::Options;
use goody_bench::samples::Samples;
use goody_bench::server::Server;
use goody_bench::table::{Goal, Table, count, megabytes, milliseconds, per_second, seconds};
use goody_bench::{Failure, database};

/// Of the peak that the server takes beside its readers, while it is watched.
const SHARE: f64 = 0.8;
/// Events of one request.
const BATCH: u64 = 500;
/// Connections that post, and connections that read.
const WRITERS: usize = 4;
const READERS: usize = 4;
/// How long a reader rests between two questions.
const REST: Duration = Duration::from_millis(20);
/// What readers ask in turns.
const QUESTIONS: [&str; 5] = [
    "/api/dashboard",
    "/api/vendors?sortBy=reliabilityScore&limit=20",
    "/api/orders?limit=50",
    "/api/orders/recent?limit=50",
    "/health",
];
/// A last part may be so much slower, and the server so much larger, than the first: what changes more than that grows.
const SLOWER: f64 = 1.5;
const LARGER: f64 = 1.25;

/// A server under load for a long time: answers, lag and memory, part by part.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// How long each peak is measured, and how long the server is watched then, in seconds. Default: 60 and 600; 2 and 10 where it
    /// has to be quick.
    #[arg(long, num_args = 2, value_names = ["PEAK", "WATCHED"])]
    seconds: Option<Vec<u64>>,
}

/// What was seen in one part of the time.
#[derive(Default)]
struct Part {
    reads: Samples,
    posts: Samples,
    lag: u64,
    memory: u64,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, seconds: told } = Cli::parse();
    let [peak_seconds, watched_seconds] = match told.as_deref() {
        Some([peak, watched]) => [*peak, *watched],
        _ if options.quick => [2, 10],
        _ => [60, 600],
    };
    let orders = options.orders.unwrap_or(if options.quick { 10_000 } else { 500_000 });
    let (goody, folder) = (Goody::find(&options)?, options.folder()?);
    let file = database::make(&goody, &options, &folder, orders)?;
    let server = Server::goody(&goody, &file)?;
    let mut table = Table::new(format!("Load on {} orders", count(orders as f64)), !options.quick);

    let mut writers: Vec<LiveEvents> = (0..WRITERS).map(|place| LiveEvents::writer(place, options.vendors)).collect();
    let mut peaks = Vec::new();
    for (beside, readers) in [("alone", 0), ("beside readers", READERS)] {
        eprintln!("Posting as fast as the server takes it, for {peak_seconds} s, {beside} …");
        let (mut seen, began) = (Part::default(), Moment::now());
        let stored =
            under_load(server.address(), &mut writers, readers, None, Duration::from_secs(peak_seconds), &mut seen)?;
        // What is stored and in no report yet is not done.
        server.settle()?;
        let peak = stored as f64 / began.elapsed().as_secs_f64();
        table.figure(format!("peak {beside}: stored and in the reports, events"), per_second(peak));
        table.figure("  posts of 500", seen.posts.summary());
        peaks.push(peak);
    }

    let peak = *peaks.last().ok_or("no peak was measured")?;
    let rate = SHARE * peak;
    eprintln!("Posting {} for {watched_seconds} s, and reading …", per_second(rate));
    let mut parts = Vec::new();
    let part = Duration::from_secs((watched_seconds / 10).max(1));
    let (mut sent, watched) = (0, Moment::now());
    while watched.elapsed() < Duration::from_secs(watched_seconds) {
        let mut seen = Part::default();
        sent += under_load(server.address(), &mut writers, READERS, Some(rate), part, &mut seen)?;
        let health: serde_json::Value = serde_json::from_slice(&server.connect()?.get("/health")?.body)?;
        seen.lag = health["systemMetrics"]["changeLag"]["changes"].as_u64().unwrap_or(u64::MAX);
        seen.memory = server.memory()?.now;
        parts.push(seen);
        eprintln!("  {:.0} of {watched_seconds} s", watched.elapsed().as_secs_f64());
    }
    let reached = sent as f64 / watched.elapsed().as_secs_f64();
    let settling = Moment::now();
    server.settle()?;
    let settled = settling.elapsed().as_secs_f64();

    table.goal(
        "while watched, events, of the peak beside readers",
        reached / peak,
        Goal::AtLeast(SHARE * 0.98),
        |share| format!("{} ({:.0} %)", per_second(share * peak), share * 100.0),
    );
    for (number, part) in parts.iter().enumerate() {
        let (reads, posts, memory) = (part.reads.summary(), part.posts.summary(), megabytes(part.memory as f64));
        table.figure(
            format!("part {}", number + 1),
            format!("reads {reads}; posts {posts}; {} changes wait; {memory}", count(part.lag as f64)),
        );
    }
    // The first part warms up.
    let whole = |place: usize| parts.get(place.min(parts.len() - 1)).ok_or("nothing was watched");
    let (first, last) = (whole(1)?, whole(usize::MAX)?);
    for (what, last, first) in [("reads", &last.reads, &first.reads), ("posts", &last.posts, &first.posts)] {
        let p99 = (last.p99(), first.p99());
        table.ratio_goal(format!("{what}, p99: last part : second"), p99, Goal::AtMost(SLOWER), milliseconds);
    }
    table.ratio_goal(
        "memory: last part : second",
        (last.memory as f64, first.memory as f64),
        Goal::AtMost(LARGER),
        megabytes,
    );
    table.figure("until the reports were current afterwards", seconds(settled));
    table.note("Latencies are p50 / p99 / max, of posts from when they were due. Four connections post, four read, 20 ms apart.");
    server.stop()?;
    let (buckets, differences) = goody.rebuild(&file)?;
    table.check_equal(&format!("buckets that a rebuild finds different, of {buckets}"), differences, 0);
    folder.done_with(&file, options.keep)?;
    Ok(table.finish())
}

/// Posts for so long, at a rate or as fast as it goes, with readers beside. Says how many events were stored.
fn under_load(
    address: SocketAddr,
    writers: &mut [LiveEvents],
    readers: usize,
    rate: Option<f64>,
    time: Duration,
    seen: &mut Part,
) -> Result<u64, Failure> {
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..readers).map(|place| scope.spawn(move || read(address, place, stop))).collect();
        let stored = post(address, writers, rate, time, &mut seen.posts);
        stop.store(true, Ordering::Relaxed);
        for reader in readers {
            seen.reads.add_all(&reader.join().map_err(|_| "a reader panicked")??);
        }
        stored
    })
}

/// Posts on all connections for so long, at a rate or as fast as it goes. Says how many events were stored.
fn post(
    address: SocketAddr,
    writers: &mut [LiveEvents],
    rate: Option<f64>,
    time: Duration,
    samples: &mut Samples,
) -> Result<u64, Failure> {
    let (next, stored, began) = (AtomicU64::new(0), AtomicU64::new(0), Moment::now());
    let one = |events: &mut LiveEvents| -> Result<Samples, Failure> {
        let (mut client, mut samples) = (Client::connect(address)?, Samples::default());
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let due = rate.map_or(began.elapsed(), |rate| Duration::from_secs_f64((turn * BATCH) as f64 / rate));
            if due >= time {
                return Ok(samples);
            }
            std::thread::sleep(due.saturating_sub(began.elapsed()));
            let (accepted, _) = send(&mut client, &events.lines(BATCH))?;
            samples.add(began.elapsed().saturating_sub(due));
            if accepted != BATCH {
                return Err(format!("of {BATCH} events {accepted} were accepted").into());
            }
            stored.fetch_add(accepted, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = writers.iter_mut().map(|events| scope.spawn(|| one(events))).collect();
        for thread in threads {
            samples.add_all(&thread.join().map_err(|_| "a writer panicked")??);
        }
        Ok(stored.load(Ordering::Relaxed))
    })
}

/// Reads until told to stop.
fn read(address: SocketAddr, place: usize, stop: &AtomicBool) -> Result<Samples, Failure> {
    let (mut client, mut samples) = (Client::connect(address)?, Samples::default());
    for path in QUESTIONS.iter().cycle().skip(place) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let answer = client.get(path)?;
        // Unhealthy is an answer, too.
        if answer.status != 200 && *path != "/health" {
            return Err(format!("{path}: status {}", answer.status).into());
        }
        samples.add(answer.took);
        std::thread::sleep(REST);
    }
    Ok(samples)
}
