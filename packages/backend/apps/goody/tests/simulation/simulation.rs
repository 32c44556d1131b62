//! One world: a store, the program that runs on it, those who tell and ask, weather, crashes, and time that jumps.

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

use crate::checker;
use crate::clock::JumpingClock;
use crate::faults::Faults;
use crate::model::Model;
use crate::readers::{Colleague, Reader};
use crate::rng::Rng;
use crate::store::FaultyStore;
use crate::workload::Workload;
use crate::writers::{Mail, Writer};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// How often a world comes to rest and is looked at before it is over.
const ROUNDS: i64 = 3;
/// How many tell events at the same time, and how many ask.
const POSTERS: u64 = 3;
const READERS: u64 = 2;
/// Days that pass until all orders are removed that a program that began anew did not remove at once.
const CATCH_UP: i64 = 60;
/// No order is promised for later than so many days after anything is told of it.
const FARTHEST_PROMISE: i64 = 62;
/// How often to look whether the world has come to rest, and how often before something is wrong.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: usize = 3_000;

/// What was told in a world, and the digest of everything that happened in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) facts: u64,
    /// Events told: facts told again count again.
    pub(crate) told: u64,
    pub(crate) crashes: u64,
    /// Calls to the store.
    pub(crate) calls: u64,
    /// Of every call, when it was made and what came of it, and of all that was told at the end.
    pub(crate) digest: u64,
}

/// A world of its own for each seed.
pub(crate) struct Simulation {
    pub(crate) seed: u64,
    pub(crate) zone: ReportZone,
    pub(crate) start: Instant,
    pub(crate) retention: Retention,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) model: Arc<Model>,
    stories: Workload,
    mail: Arc<Mutex<Mail>>,
    rng: Rng,
    /// Seconds from one step of the clock to the next, at most.
    stride: i64,
    /// Events told together, at most.
    batch: i64,
    /// How often the program crashes in a step.
    crash: f64,
    folder: TempDir,
    lives: u64,
}

/// The program, from its start until it stops or crashes.
pub(crate) struct Life {
    pub(crate) store: Arc<FaultyStore>,
    /// What the API would answer from.
    pub(crate) fleet: Arc<FleetCache>,
    tasks: JoinSet<()>,
}

impl Simulation {
    /// To be made inside the runtime it lives in.
    pub(crate) fn new(seed: u64, facts: usize) -> Self {
        let mut rng = Rng::new(seed, 0);
        let zone = ReportZone::named(rng.pick(&["UTC", "America/New_York"])).unwrap();
        // Among their days are those on which the clocks of New York change.
        let start = Instant::parse(rng.pick(&["2025-10-01T00:00:00Z", "2026-01-20T00:00:00Z"])).unwrap();
        let days = rng.between(50, 110);
        let (order_days, bucket_days) = (rng.between(5, 30) as u16, rng.between(45, 70) as u16);
        let retention = Retention { order_days, bucket_days };
        Self {
            seed,
            start,
            retention,
            clock: JumpingClock::starting(start),
            faults: Arc::new(Faults::new(Rng::new(seed, 1))),
            model: Arc::new(Model::new(zone.clone(), retention)),
            stories: Workload::make(Rng::new(seed, 2), facts, start, days),
            mail: Arc::default(),
            stride: rng.pick(&[12, 36, 72]) * HOUR,
            batch: rng.pick(&[5, 60, 400]),
            crash: rng.pick(&[0.02, 0.05, 0.1]),
            folder: folder(),
            lives: 0,
            zone,
            rng,
        }
    }

    /// Lives until everything is told and everything is forgotten, and is looked at whenever it comes to rest.
    pub(crate) async fn live(mut self) -> Course {
        let mut life = self.begin();
        let last = self.stories.tellings.first().map_or(self.start, |telling| telling.due);
        for round in 1..=ROUNDS {
            let end = self.start.plus_seconds((last.seconds_since(self.start) as i64 + 1) * round / ROUNDS);
            while self.clock.latest() < end {
                life = self.step(life).await;
            }
            self.look(&mut life).await;
        }
        // A day more than asked for: one of them may have 25 hours. Nothing is removed while nothing happens, so something does.
        let first_left = self.zone.day(self.clock.latest()).plus(1);
        let (order_days, bucket_days) = (i64::from(self.retention.order_days), i64::from(self.retention.bucket_days));
        // And a day more for each: what happens last may be known only after removal was done for the day.
        for days in [order_days + FARTHEST_PROMISE, 1, CATCH_UP, 1, bucket_days + 2, 1] {
            self.clock.jump(days * DAY);
            self.place_one();
            self.look(&mut life).await;
        }
        assert!(self.stories.tellings.is_empty(), "{} events were never told", self.stories.tellings.len());
        checker::everything_is_forgotten(&self, &life, first_left);
        end(life).await;
        let told = self.mail.lock().unwrap().told;
        let facts = self.stories.facts as u64;
        let (digest, calls) = self.faults.digest();
        Course { facts, told, crashes: self.lives - 1, calls, digest }
    }

    /// Places an order now.
    fn place_one(&self) {
        let now = self.clock.latest();
        let event = serde_json::json!({
            "eventId": "placed", "orderId": format!("late-{}", now.micros()), "vendorId": self.stories.vendors[0].to_string(),
            "status": "PLACED",
            "occurredAt": now.to_string(),
        });
        let event = OrderEvent::parse(event.to_string().as_bytes(), now).unwrap();
        self.mail.lock().unwrap().bring(vec![event]);
    }

    /// Starts the program.
    fn begin(&mut self) -> Life {
        self.lives += 1;
        let path = self.folder.path().join("goody.db");
        let (faults, model, clock) = (self.faults.clone(), self.model.clone(), self.clock.clone());
        let store = Arc::new(FaultyStore::open(&path, &self.zone, faults, model, clock));
        let fleet = Arc::new(FleetCache::new(store.clone()));
        let new_facts = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        let pump = Background {
            store: store.clone(),
            revisions: store.revisions(),
            clock: self.clock.clone(),
            retention: self.retention,
            fleet: fleet.clone(),
            new_facts: new_facts.clone(),
        };
        tasks.spawn(pump.run(std::future::ready(())));
        let stream = |number: u64| Rng::new(self.seed, self.lives * 1_000 + number);
        let ingest = Ingest::new(store.clone());
        for number in 0..POSTERS {
            let writer = Writer {
                number,
                rng: stream(number),
                mail: self.mail.clone(),
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
                vendors: self.stories.vendors.clone(),
                leisure: 1_500,
            };
            tasks.spawn(reader.run());
        }
        let colleague = Colleague {
            rng: stream(200),
            store: store.clone(),
            clock: self.clock.clone(),
            model: self.model.clone(),
            vendors: self.stories.vendors.clone(),
        };
        tasks.spawn(colleague.run());
        Life { store, fleet, tasks }
    }

    /// Time passes, or jumps; what is due is brought to those who tell it; sometimes the program crashes.
    async fn step(&mut self, mut life: Life) -> Life {
        match self.rng.between(0, 19) {
            0 => self.clock.jump(-self.rng.between(1, 5 * HOUR)),
            1 => {}
            2 => self.clock.jump(self.rng.between(1, 600)),
            _ => self.clock.jump(self.rng.between(1, self.stride)),
        }
        self.bring();
        let pause = self.rng.between(50, 1_000);
        tokio::time::sleep(Duration::from_millis(pause as u64)).await;
        self.is_well(&mut life);
        if self.rng.chance(self.crash) {
            end(life).await;
            self.mail.lock().unwrap().recover();
            life = self.begin();
        }
        life
    }

    fn bring(&mut self) {
        let (tellings, now) = (&mut self.stories.tellings, self.clock.latest());
        let due = tellings.len() - tellings.iter().rev().take_while(|telling| telling.due <= now).count();
        let mut events: Vec<_> = tellings.drain(due..).rev().map(|telling| telling.event).collect();
        self.rng.shuffle(&mut events, 200);
        let mut events = events.into_iter();
        let mail = &mut *self.mail.lock().unwrap();
        loop {
            let batch: Vec<_> = events.by_ref().take(self.rng.between(1, self.batch) as usize).collect();
            if batch.is_empty() {
                return;
            }
            mail.bring(batch);
        }
    }

    fn is_well(&self, life: &mut Life) {
        self.model.consent();
        if let Some(ended) = life.tasks.try_join_next() {
            panic!("a part of the program has ended: {ended:?}");
        }
    }

    /// Lets everything come to rest in calm weather, and looks at it.
    async fn look(&mut self, life: &mut Life) {
        self.clock.catch_up();
        self.bring();
        self.faults.set_calm(true);
        let mut looks = 0;
        while let Some(restless) = self.restless(life) {
            looks += 1;
            assert!(looks < LOOKS, "the world does not come to rest: {restless}");
            if looks % 100 == 0 {
                // What could not be forgotten today is forgotten tomorrow.
                self.clock.jump(DAY);
            }
            tokio::time::sleep(LOOK).await;
            self.is_well(life);
        }
        checker::numbers_are_those_of_a_recomputation(self, life).await;
        self.is_well(life);
        self.faults.set_calm(false);
    }

    /// What has still to be done, if anything.
    fn restless(&self, life: &Life) -> Option<&'static str> {
        let (real, now) = (life.store.real(), self.clock.now());
        let status = wait_alone(real.status()).unwrap();
        let waits = [
            (!self.mail.lock().unwrap().is_empty(), "events are not taken in"),
            (wait_alone(real.lag()).unwrap().changes > 0, "changes are not projected"),
            (
                status.refreshed_at.is_none_or(|refreshed_at| refreshed_at < now.floor_minute()),
                "reports are not rolled",
            ),
            (!wait_alone(real.stale_reports(now.floor_minute(), 1)).unwrap().is_empty(), "reports are due"),
            (self.model.done().cleared != Some(self.zone.day(now)), "what is old is not forgotten"),
        ];
        waits.into_iter().find(|(is_so, _)| *is_so).map(|(_, what)| what)
    }
}

/// The program crashes: nothing that it had begun goes on.
async fn end(mut life: Life) {
    life.tasks.shutdown().await;
    drop(life.fleet);
    while Arc::strong_count(&life.store) > 1 {
        tokio::task::yield_now().await;
    }
}

/// In memory where there is such a place: a world is not about the disk.
fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.unwrap()
}
