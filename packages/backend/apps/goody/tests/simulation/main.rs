//! Simulation of the embedded program under a seeded scheduler: ingest, project, roll, retention and reads. Calls to the store are
//! slow, fail, or succeed and report a failure. The program crashes. Events arrive twice and out of order. The clock jumps.
//!
//! A seed decides everything that happens in a simulation. Whenever a simulation is idle, every result of the program is compared
//! with a recomputation from the stored facts.
//!
//! `GOODY_SIMULATION_EVENTS` sets the number of facts of all simulations together, `GOODY_SIMULATION_SEED` the first seed, and
//! `GOODY_SIMULATION_SEEDS` the number of seeds, which otherwise follows from the number of facts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod checker;
mod clock;
mod detections;
mod faults;
mod list_checker;
mod master_data;
mod model;
mod moved_buckets;
mod order_filters;
mod parcels;
mod readers;
mod rejections;
mod report_checker;
mod rng;
mod run;
mod second_process;
mod simulation;
mod store;
mod workload;
mod writers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::simulation::{Simulation, Summary};

/// Facts of one simulation.
const FACTS: usize = 5_000;
/// Facts of all simulations together, by default. A debug build runs them in a few seconds.
const EVENTS: u64 = 20_000;
/// How often the progress is printed.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

fn simulate(seed: u64) -> Summary {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { run::run(Simulation::new(seed, FACTS)).await })
}

#[expect(clippy::disallowed_methods, reason = "settings of a test")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn whatever_happens_the_numbers_equal_a_recomputation() {
    let events = setting("GOODY_SIMULATION_EVENTS").unwrap_or(EVENTS);
    let seeds = setting("GOODY_SIMULATION_SEEDS").unwrap_or(events.div_ceil(FACTS as u64));
    let first = setting("GOODY_SIMULATION_SEED").unwrap_or(1);
    let (next, failed) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    let progress = Mutex::new(Progress {
        started: Instant::now(),
        printed: Instant::now(),
        simulations: 0,
        facts: 0,
        events: 0,
        calls: 0,
        crashes: 0,
    });
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + seeds || failed.lock().unwrap().len() > 2 {
                return;
            }
            match catch_unwind(AssertUnwindSafe(|| simulate(seed))) {
                Ok(summary) => progress.lock().unwrap().add(&summary),
                Err(_) => {
                    eprintln!(
                        "seed {seed} failed; to replay it: GOODY_SIMULATION_SEED={seed} GOODY_SIMULATION_SEEDS=1 \
                         cargo test -p goody --test simulation whatever -- --nocapture"
                    );
                    failed.lock().unwrap().push(seed);
                }
            }
        }
    };
    std::thread::scope(|threads| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(work);
        }
    });
    progress.lock().unwrap().print();
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "seeds that failed: {failed:?}");
}

#[test]
fn a_seed_replays_exactly() {
    let seed = setting("GOODY_SIMULATION_SEED").unwrap_or(1);
    assert_eq!(simulate(seed), simulate(seed), "two simulations of the same seed differ");
}

/// The sums over all simulations so far.
struct Progress {
    started: Instant,
    printed: Instant,
    simulations: u64,
    facts: u64,
    events: u64,
    calls: u64,
    crashes: u64,
}

impl Progress {
    fn add(&mut self, summary: &Summary) {
        self.simulations += 1;
        self.facts += summary.facts;
        self.events += summary.sent_events;
        self.calls += summary.calls;
        self.crashes += summary.crashes;
        if self.printed.elapsed() > PROGRESS_INTERVAL {
            self.print();
            self.printed = Instant::now();
        }
    }

    fn print(&self) {
        let Self { simulations, facts, events, calls, crashes, .. } = self;
        let rate = *facts as f64 / self.started.elapsed().as_secs_f64();
        println!(
            "{simulations} simulations, {facts} facts in {events} events, {calls} calls to the store, {crashes} crashes; {rate:.0} facts/s"
        );
    }
}
