//! `goody backfill`, `goody simulate`, and the simulator of `goody serve --simulate`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use goody_application::background::caught;
use goody_application::ports::{Clock, OrderReader};
use goody_application::simulate::{DemoClock, SimulationCounts, Simulator};
use goody_application::{project, roll};
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use tokio::sync::Notify;

use crate::clock::SystemClock;
use crate::progress::Progress;
use crate::shutdown::stop_requested;
use crate::{Done, Failure, cli, database};

/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

pub(crate) async fn backfill(command: cli::Backfill) -> Done {
    let settings = Settings { durability: Durability::AtCheckpoint, ..Settings::new(Arc::new(SystemClock)) };
    let store = database::open_or_create(&command.database, settings)?;
    let simulator = simulator(&store, command.world);
    let now = SystemClock.now();
    let until = command.until.unwrap_or(now);
    let seconds = u64::from(command.days) * 86_400;
    let begins = until.plus_seconds(-i64::from(command.days) * 86_400);
    let mut progress = Progress::new(seconds, "{bar:40} {percent} % {msg} ETA {eta}");
    let told = simulator
        .backfill(command.days, until, now, |at, told| {
            progress.at((at.seconds_since(begins).max(0.0) as u64).min(seconds), || format!("{} events", told.new));
        })
        .await?;
    bring_up_to_date(&store).await?;
    store.checkpoint().await?;
    let took = progress.finish().as_secs_f64();
    if command.json {
        say!("{{\"new\":{},\"known\":{},\"seconds\":{took}}}", told.new, told.known);
    } else {
        say!("{} events of demo orders told, {} known already, in {took:.1} s", told.new, told.known);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn run(command: cli::Simulate) -> Done {
    let store = database::open_or_create(&command.database, Settings::new(Arc::new(SystemClock)))?;
    let simulator = simulator(&store, command.ticking.world.clone());
    let clock = simulator.start_clock(SystemClock.now(), command.ticking.simulate_speed).await?;
    let interval = interval(&command.ticking);
    loop {
        let SimulationCounts { new, known } = simulator.tick(SystemClock.now(), clock).await?;
        bring_up_to_date(&store).await?;
        say!("{new} events told, {known} known already");
        if command.once {
            store.checkpoint().await?;
            return Ok(ExitCode::SUCCESS);
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = stop_requested() => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// Ticks while a server runs, which projects what is told.
pub(crate) async fn while_serving(store: SqliteStore, ticking: cli::Ticking, new_facts: Arc<Notify>) {
    loop {
        if caught(tick_for_ever(&store, &ticking, &new_facts)).await.is_none() {
            store.part_failed("the simulator");
        }
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

async fn tick_for_ever(store: &SqliteStore, ticking: &cli::Ticking, new_facts: &Notify) {
    let interval = interval(ticking);
    let simulator = simulator(store, ticking.world.clone());
    let mut clock = None;
    loop {
        let rest = match tick(&simulator, &mut clock, ticking.simulate_speed).await {
            Ok(SimulationCounts { new, .. }) => {
                tracing::info!(events = new, "simulated");
                new_facts.notify_one();
                interval
            }
            Err(error) => {
                tracing::error!(error = error.as_ref() as &dyn std::error::Error, "the simulator failed; trying again");
                AFTER_FAILURE
            }
        };
        tokio::time::sleep(rest).await;
    }
}

async fn tick(simulator: &Simulator, clock: &mut Option<DemoClock>, speed: u32) -> Result<SimulationCounts, Failure> {
    let now = SystemClock.now();
    let clock = match *clock {
        Some(clock) => clock,
        None => *clock.insert(simulator.start_clock(now, speed).await?),
    };
    Ok(simulator.tick(now, clock).await?)
}

fn simulator(store: &SqliteStore, world: cli::DemoOptions) -> Simulator {
    Simulator::new(Arc::new(store.clone()), world.seed, world.scenario)
}

/// A faster clock has more to tell.
fn interval(ticking: &cli::Ticking) -> Duration {
    (ticking.simulate_every / ticking.simulate_speed).max(Duration::from_secs(1))
}

async fn bring_up_to_date(store: &SqliteStore) -> Result<(), Failure> {
    let now = SystemClock.now();
    project::project_all(store, now).await?;
    roll::roll(store, now).await?;
    Ok(())
}
