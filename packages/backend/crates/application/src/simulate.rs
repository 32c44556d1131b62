//! Simulate: sends the events of the demo to ingest as time passes. Backfill: sends those of a past period.
//!
//! There is no state between two ticks. The store determines what a tick sends: the events of its open demo orders, those of
//! all orders placed on the day of the newest one or later, and the returns, refunds and replacements since that day of the orders
//! that ended. An event that is sent again is a duplicate. So two processes can tick at the same time, and a process that was
//! stopped for days catches up.

use std::sync::Arc;

use goody_domain::{BatchId, Day, Fact, Instant, Order, OrderEvent, OrderId, ReportZone, Status, VendorId};

use crate::demo::{Demo, Scenario};
use crate::ingest::{Batch, Ingest};
use crate::ports::{Found, OrderFilter, Store, StoreError};

/// The days of a backfill, unless someone asks for others.
pub const BACKFILL_DAYS: u16 = 21;
/// How many events are sent in one batch.
const BATCH: usize = 2_000;
/// How many orders are read at a time.
const PAGE: usize = 200;

/// Why the simulator failed.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings of the demo are invalid.
    #[error("{0}")]
    Demo(String),
}

/// A scenario of one vendor, from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorScenario {
    /// The id of the vendor.
    pub vendor_id: String,
    /// The scenario.
    pub scenario: Scenario,
    /// The first day.
    pub from: Day,
}

impl VendorScenario {
    /// Reads `far-orchard=stall@2026-03-01`.
    ///
    /// # Errors
    /// The text has another form, or names an unknown scenario. The error says which, and lists the scenarios.
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

/// The numbers of sent events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SimulationCounts {
    /// Events that were new to the store.
    pub new: u64,
    /// Events that the store had already.
    pub known: u64,
}

/// A clock of the demo, which can run faster than the real one.
///
/// An event is sent with the real time at which this clock shows the event's time in the demo. So no event lies in the future,
/// and the reports stay correct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoClock {
    /// The real time at which it was started.
    real: Instant,
    /// The time that it showed then.
    demo: Instant,
    /// How many times as fast as the real clock it runs.
    speed: u32,
}

impl DemoClock {
    /// A clock that shows the real time.
    pub const REAL: Self = Self { real: Instant::from_micros(0), demo: Instant::from_micros(0), speed: 1 };

    /// The time that it shows at a real time.
    pub fn demo_time(self, now: Instant) -> Instant {
        let elapsed = now.micros() - self.real.micros();
        Instant::from_micros(self.demo.micros() + elapsed * i64::from(self.speed))
    }

    /// The real time at which it shows `at`.
    pub fn real_time(self, at: Instant) -> Instant {
        let elapsed = at.micros() - self.demo.micros();
        if elapsed <= 0 {
            return at.min(self.real);
        }
        Instant::from_micros(self.real.micros() + elapsed / i64::from(self.speed))
    }
}

/// Sends the events of the demo.
#[derive(Clone)]
pub struct Simulator {
    store: Arc<dyn Store>,
    ingest: Ingest,
    seed: u64,
    scenarios: Vec<VendorScenario>,
}

impl Simulator {
    /// A simulator of the demo with this seed and these scenarios.
    pub fn new(store: Arc<dyn Store>, seed: u64, scenarios: Vec<VendorScenario>) -> Self {
        Self { ingest: Ingest::new(store.clone()), store, seed, scenarios }
    }

    /// Sends the events up to `until` of the orders placed on the day of `until` and in the `days` before it. `until` must not be
    /// after `now`. Calls `progress` before each batch, with the instant of its first event.
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
        let demo = self.demo(from, now).await?;
        let mut counts = SimulationCounts::default();
        let batch = self.backfill_batch()?;
        let mut events = Vec::with_capacity(BATCH);
        for event in demo.events(from, until) {
            events.push(event);
            if events.len() == BATCH {
                progress(events[0].occurred_at, counts);
                self.send(std::mem::take(&mut events), &batch, now, &mut counts).await?;
            }
        }
        self.send(events, &batch, now, &mut counts).await?;
        Ok(counts)
    }

    /// Starts a clock that runs `speed` times as fast as the real one. It shows `now`, or the time of the newest demo order in the
    /// store if that is later, because an earlier clock ran faster than the real one.
    pub async fn start_clock(&self, now: Instant, speed: u32) -> Result<DemoClock, SimulateError> {
        let demo = self.demo(utc_day(now), now).await?;
        let newest = self.newest(&demo).await?.and_then(|order| demo.timeline_of(&order.order_id));
        let placed_at = newest.and_then(|timeline| timeline.first().map(|placed| placed.occurred_at));
        Ok(DemoClock { real: now, demo: placed_at.map_or(now, |placed_at| placed_at.max(now)), speed })
    }

    /// Sends all events up to `now` that the store may not have yet.
    pub async fn tick(&self, now: Instant, clock: DemoClock) -> Result<SimulationCounts, SimulateError> {
        let until = clock.demo_time(now);
        let demo = self.demo(utc_day(until), now).await?;
        let newest = self.newest(&demo).await?.and_then(|order| demo.day_of(&order.order_id));
        let from = newest.unwrap_or(utc_day(until));
        let mut events = self.events_of_open_orders(&demo, from, until).await?;
        events.extend(self.events_of_ended_orders(&demo, from, until).await?);
        events.extend(demo.events(from, until));
        events.sort_by(|one, other| (one.occurred_at, &one.order_id).cmp(&(other.occurred_at, &other.order_id)));
        let mut counts = SimulationCounts::default();
        let mut events = events.into_iter().map(|event| at_real_time(event, clock));
        let batch = self.batch("simulator")?;
        loop {
            let events: Vec<OrderEvent> = events.by_ref().take(BATCH).collect();
            if events.is_empty() {
                return Ok(counts);
            }
            self.send(events, &batch, now, &mut counts).await?;
        }
    }

    /// The demo with the vendors of the store. Registers those that are not registered yet, with courses that start
    /// on `course_start`.
    async fn demo(&self, course_start: Day, now: Instant) -> Result<Demo, SimulateError> {
        let mut demo = Demo::standard(self.seed, course_start).map_err(SimulateError::Demo)?;
        for vendor in demo.vendors().collect::<Vec<_>>() {
            match self.store.vendor(&vendor.vendor_id).await? {
                Some(known) if known.is_registered => demo.continue_from(&known),
                _ => drop(self.store.put(vendor, now).await?),
            }
        }
        for VendorScenario { vendor_id, scenario, from } in &self.scenarios {
            demo = demo.with(vendor_id, *scenario, *from).map_err(SimulateError::Demo)?;
        }
        Ok(demo)
    }

    /// The demo order in the store that was placed last.
    async fn newest(&self, demo: &Demo) -> Result<Option<Order>, SimulateError> {
        let mut newest: Option<Order> = None;
        for vendor in demo.vendors() {
            let latest = self.orders(demo, &vendor.vendor_id, Vec::new(), Some(1)).await?.pop();
            newest = newest.into_iter().chain(latest).max_by_key(|order| demo.day_of(&order.order_id));
        }
        Ok(newest)
    }

    /// The events up to `until` of the open orders that were placed before `from`.
    async fn events_of_open_orders(
        &self,
        demo: &Demo,
        from: Day,
        until: Instant,
    ) -> Result<Vec<OrderEvent>, SimulateError> {
        let mut events = Vec::new();
        for vendor in demo.vendors() {
            let active = Status::ALL.into_iter().filter(|status| status.active().is_some()).collect();
            for order in self.orders(demo, &vendor.vendor_id, active, None).await? {
                if demo.day_of(&order.order_id).is_some_and(|day| day < from) {
                    let timeline = demo.timeline_of(&order.order_id).into_iter().flatten();
                    events.extend(timeline.take_while(|event| event.occurred_at <= until));
                }
            }
        }
        Ok(events)
    }

    /// The events up to `until` of the orders that were placed before `from`, ended, and have a further event from `from` on. Orders
    /// that the store does not have are left out.
    async fn events_of_ended_orders(
        &self,
        demo: &Demo,
        from: Day,
        until: Instant,
    ) -> Result<Vec<OrderEvent>, SimulateError> {
        let orders: Vec<Vec<OrderEvent>> = demo.ended_orders(from, until).collect();
        let ids: Vec<OrderId> = orders.iter().filter_map(|events| Some(events.first()?.order_id.clone())).collect();
        let stored = self.store.load(&ids).await?;
        let has_ended = |found: &Found| match found {
            Found::Known(history) => history.order().is_some_and(|order| order.completion.is_some()),
            Found::Expired => false,
        };
        Ok(orders
            .into_iter()
            .zip(stored)
            .filter(|(_, found)| has_ended(found))
            .flat_map(|(events, _)| events)
            .collect())
    }

    /// A vendor's demo orders, the latest placement first.
    async fn orders(
        &self,
        demo: &Demo,
        vendor_id: &VendorId,
        statuses: Vec<Status>,
        limit: Option<usize>,
    ) -> Result<Vec<Order>, SimulateError> {
        let filter = OrderFilter { vendor_id: Some(vendor_id.clone()), statuses, ..OrderFilter::default() };
        let size = limit.map_or(PAGE, |limit| (10 * limit).min(PAGE));
        let (mut orders, mut after) = (Vec::new(), None);
        loop {
            // The filter does not select by delay, so any instant gives the same list.
            let page = self.store.list(&filter, after.as_ref(), size, Instant::from_micros(0)).await?;
            let is_last = page.len() < size;
            after = page.last().map(|last| filter.position(last));
            orders.extend(page.into_iter().filter(|order| demo.day_of(&order.order_id).is_some()));
            if is_last || limit.is_some_and(|limit| orders.len() >= limit) {
                orders.truncate(limit.unwrap_or(usize::MAX));
                return Ok(orders);
            }
        }
    }

    /// The batch of the events of a backfill.
    pub fn backfill_batch(&self) -> Result<Batch, SimulateError> {
        self.batch("backfill")
    }

    /// The batch of all events of one kind and seed, so that equal runs give equal bytes.
    fn batch(&self, kind: &str) -> Result<Batch, SimulateError> {
        let id = BatchId::parse(&format!("{kind}-{}", self.seed)).map_err(SimulateError::Demo)?;
        Ok(Batch { id, source: kind.to_owned() })
    }

    async fn send(
        &self,
        events: Vec<OrderEvent>,
        batch: &Batch,
        now: Instant,
        counts: &mut SimulationCounts,
    ) -> Result<(), SimulateError> {
        for outcome in self.ingest.ingest(events, batch, now).await? {
            match outcome {
                outcome if outcome.is_new() => counts.new += 1,
                // A clock of another speed gave the same event another time, which is a conflict.
                _ => counts.known += 1,
            }
        }
        Ok(())
    }
}

/// The event with its demo times converted to real times.
fn at_real_time(mut event: OrderEvent, clock: DemoClock) -> OrderEvent {
    event.occurred_at = clock.real_time(event.occurred_at);
    if let Fact::Placed(placement) = &mut event.fact {
        placement.estimated_delivery = placement.estimated_delivery.map(|promise| clock.real_time(promise));
        placement.ship_by = placement.ship_by.map(|by| clock.real_time(by));
    }
    event
}

fn utc_day(instant: Instant) -> Day {
    ReportZone::utc().day(instant)
}
