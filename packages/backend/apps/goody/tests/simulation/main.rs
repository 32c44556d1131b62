//! The whole embedded path under a seeded scheduler: ingest, project, roll, retention and reads, while calls to the store are
//! slow, fail, or fail to say what they did, the program crashes, events come twice and out of order, and the clock jumps.
//!
//! A seed is a world of its own, and says everything that happens in it. Whenever a world comes to rest, all it tells is held
//! against a recomputation from the facts it stored.
//!
//! `GOODY_SIMULATION_EVENTS` says how many events, `GOODY_SIMULATION_SEED` which seed comes first, `GOODY_SIMULATION_SEEDS` how
//! many seeds, where not as many as the events need.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod checker;
mod clock;
mod faults;
mod model;
mod readers;
mod rng;
mod simulation;
mod store;
mod workload;
mod writers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::simulation::{Course, Simulation};

/// Facts in one world.
const FACTS: usize = 5_000;
/// Facts in all worlds together, where not said otherwise: as many as a debug build does in a few seconds.
const EVENTS: u64 = 20_000;
/// How often progress is told.
const TELL: Duration = Duration::from_secs(5);

fn course(seed: u64) -> Course {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { Simulation::new(seed, FACTS).live().await })
}

#[expect(clippy::disallowed_methods, reason = "settings of a test")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn whatever_happens_the_numbers_are_those_of_a_recomputation() {
    let events = setting("GOODY_SIMULATION_EVENTS").unwrap_or(EVENTS);
    let seeds = setting("GOODY_SIMULATION_SEEDS").unwrap_or(events.div_ceil(FACTS as u64));
    let first = setting("GOODY_SIMULATION_SEED").unwrap_or(1);
    let (next, failed) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    let sum = Mutex::new(Sum {
        begun: Instant::now(),
        told: Instant::now(),
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
            match catch_unwind(AssertUnwindSafe(|| course(seed))) {
                Ok(course) => sum.lock().unwrap().add(&course),
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
    sum.lock().unwrap().tell();
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "seeds that failed: {failed:?}");
}

#[test]
fn a_seed_replays_exactly() {
    let seed = setting("GOODY_SIMULATION_SEED").unwrap_or(1);
    assert_eq!(course(seed), course(seed), "the same seed took two courses");
}

/// All worlds so far.
struct Sum {
    begun: Instant,
    told: Instant,
    simulations: u64,
    facts: u64,
    events: u64,
    calls: u64,
    crashes: u64,
}

impl Sum {
    fn add(&mut self, course: &Course) {
        self.simulations += 1;
        self.facts += course.facts;
        self.events += course.told;
        self.calls += course.calls;
        self.crashes += course.crashes;
        if self.told.elapsed() > TELL {
            self.tell();
            self.told = Instant::now();
        }
    }

    fn tell(&self) {
        let Self { simulations, facts, events, calls, crashes, .. } = self;
        let rate = *facts as f64 / self.begun.elapsed().as_secs_f64();
        println!(
            "{simulations} worlds, {facts} facts in {events} events, {calls} calls to the store, {crashes} crashes; {rate:.0} facts/s"
        );
    }
}
