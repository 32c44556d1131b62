//! One simulation: a store, the program on it, writers and readers, faults, crashes, and a clock that jumps.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use goody_application::background::Background;
use goody_application::ingest::Ingest;
use goody_application::ports::{ChangeFeed, Clock, ReportReader};
use goody_application::read::FleetCache;
use goody_application::retention::Retention;
use goody_domain::{Instant, OrderEvent, ReportZone};
use goody_testkit::suite::wait_alone;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::clock::JumpingClock;
use crate::faults::Faults;
use crate::model::Model;
use crate::readers::Reader;
use crate::rng::Rng;
use crate::second_process::SecondProcess;
use crate::store::FaultyStore;
use crate::workload::Workload;
use crate::writers::{BatchQueue, Writer};

const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;
/// The ids of the orders that [`Simulation::place_order`] places begin with this.
pub(crate) const FINAL_ORDER_PREFIX: &str = "final-";
/// Writers and readers that run at the same time.
const WRITERS: u64 = 3;
const READERS: u64 = 2;
/// How often to check whether the simulation is idle, and after how many checks it counts as stuck.
const IDLE_CHECK_INTERVAL: Duration = Duration::from_millis(100);
const MAX_IDLE_CHECKS: usize = 3_000;

/// The size of a simulation, and the digest of everything that happened in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) facts: u64,
    /// Events sent. An event that is sent again counts again.
    pub(crate) sent_events: u64,
    pub(crate) crashes: u64,
    /// Calls to the store.
    pub(crate) calls: u64,
    /// The digest of the time and the result of every call, and of the reports at every check.
    pub(crate) digest: u64,
}

/// A simulation. Everything in it follows from its seed.
pub(crate) struct Simulation {
    pub(crate) seed: u64,
    pub(crate) zone: ReportZone,
    pub(crate) start: Instant,
    pub(crate) retention: Retention,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) model: Arc<Model>,
    workload: Workload,
    queue: Arc<Mutex<BatchQueue>>,
    rng: Rng,
    /// The longest step of the clock, in seconds.
    max_step_seconds: i64,
    /// The most events in one batch.
    max_batch: i64,
    /// The probability that the program crashes in a step.
    crash_probability: f64,
    folder: TempDir,
    /// How often the program was started.
    starts: u64,
}

/// The running program, from one start until it stops or crashes.
pub(crate) struct Process {
    pub(crate) store: Arc<FaultyStore>,
    /// The cache from which the API answers.
    pub(crate) fleet: Arc<FleetCache>,
    tasks: JoinSet<()>,
}

impl Simulation {
    /// Must be called inside the runtime that runs the simulation.
    pub(crate) fn new(seed: u64, facts: usize) -> Self {
        let mut rng = Rng::new(seed, 0);
        let zone = ReportZone::named(rng.pick(&["UTC", "America/New_York"])).unwrap();
        // Summer time begins or ends in New York within the days after each of these.
        let start = Instant::parse(rng.pick(&["2025-10-01T00:00:00Z", "2026-01-20T00:00:00Z"])).unwrap();
        let days = rng.between(50, 110);
        let (order_days, bucket_days) = (rng.between(5, 30) as u16, rng.between(45, 70) as u16);
        let retention = Retention { order_days, bucket_days };
        Self {
            seed,
            start,
            retention,
            clock: JumpingClock::starting_at(start),
            faults: Arc::new(Faults::new(Rng::new(seed, 1))),
            model: Arc::new(Model::new(zone.clone(), order_days, bucket_days)),
            workload: Workload::generate(Rng::new(seed, 2), facts, start, days),
            queue: Arc::default(),
            max_step_seconds: rng.pick(&[12, 36, 72]) * HOUR,
            max_batch: rng.pick(&[5, 60, 400]),
            crash_probability: rng.pick(&[0.02, 0.05, 0.1]),
            folder: folder(),
            starts: 0,
            zone,
            rng,
        }
    }

    /// Queues an order that is placed now.
    pub(crate) fn place_order(&self) {
        let now = self.clock.latest();
        let event = serde_json::json!({
            "eventId": "placed", "orderId": format!("{FINAL_ORDER_PREFIX}{}", now.micros()), "vendorId": self.workload.vendors[0].to_string(),
            "status": "PLACED",
            "occurredAt": now.to_string(),
        });
        let event = OrderEvent::parse(event.to_string().as_bytes(), now).unwrap();
        self.queue.lock().unwrap().push(vec![event]);
    }

    pub(crate) fn start_program(&mut self) -> Process {
        self.starts += 1;
        let path = self.folder.path().join("goody.db");
        let (faults, model, clock) = (self.faults.clone(), self.model.clone(), self.clock.clone());
        let store = Arc::new(FaultyStore::open(&path, &self.zone, faults, model, clock));
        let fleet = Arc::new(FleetCache::new(store.clone()));
        let new_facts = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        let background = Background {
            store: store.clone(),
            revisions: store.revisions(),
            clock: self.clock.clone(),
            retention: self.retention,
            fleet: fleet.clone(),
            new_facts: new_facts.clone(),
        };
        tasks.spawn(background.run(std::future::ready(())));
        let stream = |number: u64| Rng::new(self.seed, self.starts * 1_000 + number);
        let ingest = Ingest::new(store.clone());
        for number in 0..WRITERS {
            let writer = Writer {
                number,
                rng: stream(number),
                queue: self.queue.clone(),
                store: store.clone(),
                ingest: ingest.clone(),
                clock: self.clock.clone(),
                model: self.model.clone(),
                new_facts: new_facts.clone(),
            };
            tasks.spawn(writer.run());
        }
        for number in 0..READERS {
            let reader = Reader {
                rng: stream(100 + number),
                store: store.clone(),
                fleet: fleet.clone(),
                clock: self.clock.clone(),
                model: self.model.clone(),
                vendors: self.workload.vendors.clone(),
                mean_pause_ms: 1_500,
            };
            tasks.spawn(reader.run());
        }
        let second_process = SecondProcess {
            rng: stream(200),
            store: store.clone(),
            clock: self.clock.clone(),
            model: self.model.clone(),
            vendors: self.workload.vendors.clone(),
        };
        tasks.spawn(second_process.run());
        Process { store, fleet, tasks }
    }

    /// Moves the clock, queues the events that are due, and sometimes crashes the program and starts it again.
    pub(crate) async fn step(&mut self, mut process: Process) -> Process {
        match self.rng.between(0, 19) {
            0 => self.clock.jump(-self.rng.between(1, 5 * HOUR)),
            1 => {}
            2 => self.clock.jump(self.rng.between(1, 600)),
            _ => self.clock.jump(self.rng.between(1, self.max_step_seconds)),
        }
        self.queue_due_events();
        let pause_ms = self.rng.between(50, 1_000);
        tokio::time::sleep(Duration::from_millis(pause_ms as u64)).await;
        self.assert_no_failure(&mut process);
        if self.rng.chance(self.crash_probability) {
            stop(process).await;
            self.queue.lock().unwrap().requeue_in_flight();
            process = self.start_program();
        }
        process
    }

    fn queue_due_events(&mut self) {
        let (deliveries, now) = (&mut self.workload.deliveries, self.clock.latest());
        let first_due = deliveries.len() - deliveries.iter().rev().take_while(|delivery| delivery.due <= now).count();
        let mut events: Vec<_> = deliveries.drain(first_due..).rev().map(|delivery| delivery.event).collect();
        self.rng.shuffle(&mut events, 200);
        let mut events = events.into_iter();
        let queue = &mut *self.queue.lock().unwrap();
        loop {
            let batch: Vec<_> = events.by_ref().take(self.rng.between(1, self.max_batch) as usize).collect();
            if batch.is_empty() {
                return;
            }
            queue.push(batch);
        }
    }

    /// Fails if the model has seen a violation, or a task of the program has ended.
    fn assert_no_failure(&self, process: &mut Process) {
        self.model.assert_no_violations();
        if let Some(ended) = process.tasks.try_join_next() {
            panic!("a task of the program has ended: {ended:?}");
        }
    }

    /// Pauses the faults and waits until the program is idle.
    pub(crate) async fn settle(&mut self, process: &mut Process) {
        self.clock.catch_up();
        self.queue_due_events();
        self.faults.set_paused(true);
        let mut checks = 0;
        while let Some(pending) = self.pending_work(process) {
            checks += 1;
            assert!(checks < MAX_IDLE_CHECKS, "the program does not become idle: {pending}");
            if checks % 100 == 0 {
                // Retention may need another day to remove all expired orders.
                self.clock.jump(DAY);
            }
            tokio::time::sleep(IDLE_CHECK_INTERVAL).await;
            self.assert_no_failure(process);
        }
    }

    /// Resumes the faults.
    pub(crate) fn resume(&self, process: &mut Process) {
        self.assert_no_failure(process);
        self.faults.set_paused(false);
    }

    /// When the last event is due.
    pub(crate) fn last_due(&self) -> Instant {
        self.workload.deliveries.first().map_or(self.start, |delivery| delivery.due)
    }

    /// The size of the simulation and its digest, after all events were sent.
    pub(crate) fn summary(&self) -> Summary {
        let unsent = self.workload.deliveries.len();
        assert!(unsent == 0, "{unsent} events were never sent");
        let sent_events = self.queue.lock().unwrap().sent_events;
        let (digest, calls) = self.faults.digest();
        Summary { facts: self.workload.facts as u64, sent_events, crashes: self.starts - 1, calls, digest }
    }

    /// The first kind of work that is not done yet, if any.
    fn pending_work(&self, process: &Process) -> Option<&'static str> {
        let (real, now) = (process.store.real(), self.clock.now());
        let status = wait_alone(real.status()).unwrap();
        let pending = [
            (!self.queue.lock().unwrap().is_empty(), "events wait for ingest"),
            (wait_alone(real.lag()).unwrap().changes > 0, "changes wait for projection"),
            (
                status.refreshed_at.is_none_or(|refreshed_at| refreshed_at < now.floor_minute()),
                "the reports are not refreshed",
            ),
            (!wait_alone(real.stale_reports(now.floor_minute(), 1)).unwrap().is_empty(), "reports are stale"),
            (self.model.state().last_complete_expiry != Some(self.zone.day(now)), "expired orders are not removed"),
        ];
        pending.into_iter().find(|(is_pending, _)| *is_pending).map(|(_, work)| work)
    }
}

/// Stops the program as a crash does: cancels every task at its current await.
pub(crate) async fn stop(mut process: Process) {
    process.tasks.shutdown().await;
    drop(process.fleet);
    while Arc::strong_count(&process.store) > 1 {
        tokio::task::yield_now().await;
    }
}

/// A folder in memory where the system has one: the simulation does not test the disk.
fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    folder.unwrap()
}
