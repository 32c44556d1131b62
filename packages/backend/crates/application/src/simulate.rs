//! Simulate: a demo world's orders → ingest, as time goes by. Backfill: the same over the past.
//!
//! Nothing is remembered between two ticks. What a tick has to tell follows from the store: the orders of the world that go
//! on there, and the newest of them, after which more may have been placed. What was told already is told again and is a
//! duplicate; so two processes may tick at once, and one that was away for days catches up.

use std::sync::Arc;

use goody_domain::{Day, Fact, IngestOutcome, Instant, Order, OrderEvent, ReportZone, Status, VendorId};

use crate::demo::{Demo, Scenario};
use crate::ingest::Ingest;
use crate::ports::{OrderFilter, Position, Store, StoreError};

/// How many events are told together.
const BATCH: usize = 2_000;
/// How many orders are looked at together.
const PAGE: usize = 200;

/// Why the simulator stops.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The world cannot be as asked.
    #[error("{0}")]
    Demo(String),
}

/// Something that goes wrong with a vendor, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorScenario {
    /// The vendor.
    pub vendor_id: String,
    /// What goes wrong.
    pub scenario: Scenario,
    /// The first day.
    pub from: Day,
}

impl VendorScenario {
    /// Reads `far-orchard=stall@2026-03-01`.
    ///
    /// # Errors
    /// Says what is not of that form, or which scenarios there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(vendor, rest)| Some((vendor, rest.split_once('@')?)));
        let (vendor, (name, from)) = parts.ok_or("is not of the form far-orchard=stall@2026-03-01")?;
        let known = Scenario::ALL.into_iter().find(|(known, _)| *known == name);
        let (_, scenario) = known.ok_or_else(|| {
            let names = Scenario::ALL.map(|(name, _)| name).join(", ");
            format!("{name} is no scenario: {names}")
        })?;
        let from = Day::parse(from).map_err(|error| format!("{from} {error}"))?;
        Ok(Self { vendor_id: vendor.to_owned(), scenario, from })
    }
}

/// What was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SimulationCounts {
    /// Events that the store did not know.
    pub new: u64,
    /// Events that it did.
    pub known: u64,
}

/// A clock that may go faster than the real one.
///
/// It shows what time it is in the world. Whatever happens there is told to have happened at the real time at which the
/// clock showed it, so that reports stay true and no event lies in the future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoClock {
    /// When it was started.
    real: Instant,
    /// What it showed then.
    world: Instant,
    speed: u32,
}

impl DemoClock {
    /// A clock that shows the real time.
    pub const REAL: Self = Self { real: Instant::from_micros(0), world: Instant::from_micros(0), speed: 1 };

    /// What it shows at a real time.
    pub fn world(self, now: Instant) -> Instant {
        let gone = now.micros() - self.real.micros();
        Instant::from_micros(self.world.micros() + gone * i64::from(self.speed))
    }

    /// The real time at which it shows, or showed, `at`.
    pub fn real(self, at: Instant) -> Instant {
        let gone = at.micros() - self.world.micros();
        if gone <= 0 {
            return at.min(self.real);
        }
        Instant::from_micros(self.real.micros() + gone / i64::from(self.speed))
    }
}

/// Tells what happens in the demo world.
#[derive(Clone)]
pub struct Simulator {
    store: Arc<dyn Store>,
    ingest: Ingest,
    seed: u64,
    scenarios: Vec<VendorScenario>,
}

impl Simulator {
    /// The world of this seed, with these troubles.
    pub fn new(store: Arc<dyn Store>, seed: u64, scenarios: Vec<VendorScenario>) -> Self {
        Self { ingest: Ingest::new(store.clone()), store, seed, scenarios }
    }

    /// Tells everything that happened to orders placed in the `days` before the day of `until` and on that day, up to
    /// `until`, which is not after `now`. `progress` hears how far it is.
    pub async fn backfill(
        &self,
        days: u16,
        until: Instant,
        now: Instant,
        mut progress: impl FnMut(Instant, SimulationCounts),
    ) -> Result<SimulationCounts, SimulateError> {
        if until > now {
            return Err(SimulateError::Demo(format!("{until} is later than now, and nothing has happened after now")));
        }
        let from = utc_day(until).plus(-i32::from(days));
        let world = self.world(from).await?;
        let mut counts = SimulationCounts::default();
        let mut batch = Vec::with_capacity(BATCH);
        for event in world.events(from, until) {
            batch.push(event);
            if batch.len() == BATCH {
                progress(batch[0].occurred_at, counts);
                self.send(std::mem::take(&mut batch), now, &mut counts).await?;
            }
        }
        self.send(batch, now, &mut counts).await?;
        Ok(counts)
    }

    /// Starts a clock at `now` that goes `speed` times as fast as the real one. It goes on where the world is, if a faster
    /// clock has brought it further than `now`.
    pub async fn start_clock(&self, now: Instant, speed: u32) -> Result<DemoClock, SimulateError> {
        let world = self.world(utc_day(now)).await?;
        let newest = self.newest(&world).await?.and_then(|order| world.timeline_of(&order.order_id));
        let placed_at = newest.and_then(|timeline| timeline.first().map(|placed| placed.occurred_at));
        Ok(DemoClock { real: now, world: placed_at.map_or(now, |placed_at| placed_at.max(now)), speed })
    }

    /// Tells everything that has happened by `now` and is not known yet.
    pub async fn tick(&self, now: Instant, clock: DemoClock) -> Result<SimulationCounts, SimulateError> {
        let until = clock.world(now);
        let world = self.world(utc_day(until)).await?;
        let newest = self.newest(&world).await?.and_then(|order| world.day_of(&order.order_id));
        let from = newest.unwrap_or(utc_day(until));
        let mut events = self.of_active(&world, from, until).await?;
        events.extend(world.events(from, until));
        events.sort_by(|one, other| (one.occurred_at, &one.order_id).cmp(&(other.occurred_at, &other.order_id)));
        let mut counts = SimulationCounts::default();
        let mut events = events.into_iter().map(|event| at_real_time(event, clock));
        loop {
            let batch: Vec<OrderEvent> = events.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(counts);
            }
            self.send(batch, now, &mut counts).await?;
        }
    }

    /// The world as the store knows it. Vendors that are not registered yet are, as if the world began on that day.
    async fn world(&self, begins: Day) -> Result<Demo, SimulateError> {
        let mut world = Demo::standard(self.seed, begins).map_err(SimulateError::Demo)?;
        for vendor in world.vendors().collect::<Vec<_>>() {
            match self.store.vendor(&vendor.vendor_id).await? {
                Some(known) if known.is_registered => world.continue_from(&known),
                _ => drop(self.store.put(vendor).await?),
            }
        }
        for VendorScenario { vendor_id, scenario, from } in &self.scenarios {
            world = world.with(vendor_id, *scenario, *from).map_err(SimulateError::Demo)?;
        }
        Ok(world)
    }

    /// The order of the world that was placed last.
    async fn newest(&self, world: &Demo) -> Result<Option<Order>, SimulateError> {
        let mut newest: Option<Order> = None;
        for vendor in world.vendors() {
            let found = self.orders(world, &vendor.vendor_id, Vec::new(), Some(1)).await?.pop();
            newest = newest.into_iter().chain(found).max_by_key(|order| world.day_of(&order.order_id));
        }
        Ok(newest)
    }

    /// What has happened by `until` to the orders that go on and were placed before `from`.
    async fn of_active(&self, world: &Demo, from: Day, until: Instant) -> Result<Vec<OrderEvent>, SimulateError> {
        let mut events = Vec::new();
        for vendor in world.vendors() {
            let active = Status::ALL.into_iter().filter(|status| status.active().is_some()).collect();
            for order in self.orders(world, &vendor.vendor_id, active, None).await? {
                if world.day_of(&order.order_id).is_some_and(|day| day < from) {
                    let timeline = world.timeline_of(&order.order_id).into_iter().flatten();
                    events.extend(timeline.take_while(|event| event.occurred_at <= until));
                }
            }
        }
        Ok(events)
    }

    /// A vendor's orders that are of the world, the latest placed first.
    async fn orders(
        &self,
        world: &Demo,
        vendor_id: &VendorId,
        statuses: Vec<Status>,
        limit: Option<usize>,
    ) -> Result<Vec<Order>, SimulateError> {
        let filter = OrderFilter { vendor_id: Some(vendor_id.clone()), statuses, ..OrderFilter::default() };
        let size = limit.map_or(PAGE, |limit| (10 * limit).min(PAGE));
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            // Whether an order is late is of no interest here, so any instant will do.
            let page = self.store.list(&filter, after.as_ref(), size, Instant::from_micros(0)).await?;
            let is_last = page.len() < size;
            after = page.last().map(|last| Position { at: last.created_at, order_id: last.order_id.clone() });
            found.extend(page.into_iter().filter(|order| world.day_of(&order.order_id).is_some()));
            if is_last || limit.is_some_and(|limit| found.len() >= limit) {
                found.truncate(limit.unwrap_or(usize::MAX));
                return Ok(found);
            }
        }
    }

    async fn send(
        &self,
        events: Vec<OrderEvent>,
        now: Instant,
        counts: &mut SimulationCounts,
    ) -> Result<(), SimulateError> {
        for outcome in self.ingest.ingest(events, now).await? {
            match outcome {
                IngestOutcome::New => counts.new += 1,
                // A clock of another speed told it to be of another time.
                IngestOutcome::Known | IngestOutcome::Conflict | IngestOutcome::Full => counts.known += 1,
            }
        }
        Ok(())
    }
}

/// The event with the world's times as times of the real clock.
fn at_real_time(mut event: OrderEvent, clock: DemoClock) -> OrderEvent {
    event.occurred_at = clock.real(event.occurred_at);
    if let Fact::Placed(placement) = &mut event.fact {
        placement.estimated_delivery = placement.estimated_delivery.map(|promise| clock.real(promise));
        placement.ship_by = placement.ship_by.map(|by| clock.real(by));
    }
    event
}

fn utc_day(instant: Instant) -> Day {
    ReportZone::utc().day(instant)
}
