//! `goody backfill`, `goody simulate`, and the simulator of `goody serve --simulate`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use goody_application::background::catch_panic;
use goody_application::ports::{Clock, OrderReader};
use goody_application::simulate::{DemoClock, SimulationCounts, Simulator};
use goody_application::{project, roll};
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use tokio::sync::Notify;

use crate::clock::SystemClock;
use crate::progress::Progress;
use crate::shutdown::stop_signal;
use crate::{CommandResult, Failure, cli, database};

/// How long the simulator waits after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

pub(crate) async fn backfill(command: cli::Backfill) -> CommandResult {
    let settings = Settings { durability: Durability::AtCheckpoint, ..Settings::new(Arc::new(SystemClock)) };
    let store = database::open_or_create(&command.database, settings)?;
    let simulator = simulator(&store, command.demo);
    let now = SystemClock.now();
    let until = command.until.unwrap_or(now);
    let seconds = u64::from(command.days) * 86_400;
    let begins = until.plus_seconds(-i64::from(command.days) * 86_400);
    let mut progress = Progress::new(seconds, "{bar:40} {percent} % {msg} ETA {eta}");
    let counts = simulator
        .backfill(command.days, until, now, |at, counts| {
            progress.show((at.seconds_since(begins).max(0.0) as u64).min(seconds), || format!("{} events", counts.new));
        })
        .await?;
    update_reports(&store).await?;
    store.checkpoint().await?;
    let seconds = progress.finish().as_secs_f64();
    if command.json {
        print_stdout!("{{\"new\":{},\"known\":{},\"seconds\":{seconds}}}", counts.new, counts.known);
    } else {
        print_stdout!("{} new events of demo orders, {} already stored, in {seconds:.1} s", counts.new, counts.known);
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn run(command: cli::Simulate) -> CommandResult {
    let store = database::open_or_create(&command.database, Settings::new(Arc::new(SystemClock)))?;
    let simulator = simulator(&store, command.simulation.demo.clone());
    let clock = simulator.start_clock(SystemClock.now(), command.simulation.simulate_speed).await?;
    let interval = interval(&command.simulation);
    loop {
        let SimulationCounts { new, known } = simulator.tick(SystemClock.now(), clock).await?;
        update_reports(&store).await?;
        print_stdout!("{new} new events, {known} already stored");
        if command.once {
            store.checkpoint().await?;
            return Ok(ExitCode::SUCCESS);
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = stop_signal() => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// Runs the simulator in a server, which projects the new events.
pub(crate) async fn run_in_server(store: SqliteStore, simulation: cli::SimulationOptions, new_facts: Arc<Notify>) {
    loop {
        if catch_panic(tick_for_ever(&store, &simulation, &new_facts)).await.is_none() {
            store.part_failed("the simulator");
        }
        tokio::time::sleep(AFTER_FAILURE).await;
    }
}

async fn tick_for_ever(store: &SqliteStore, simulation: &cli::SimulationOptions, new_facts: &Notify) {
    let interval = interval(simulation);
    let simulator = simulator(store, simulation.demo.clone());
    let mut clock = None;
    loop {
        let pause = match tick(&simulator, &mut clock, simulation.simulate_speed).await {
            Ok(SimulationCounts { new, .. }) => {
                tracing::info!(events = new, "simulated");
                new_facts.notify_one();
                interval
            }
            Err(error) => {
                tracing::error!(
                    error = error.as_ref() as &dyn std::error::Error,
                    "a tick of the simulator failed; trying again"
                );
                AFTER_FAILURE
            }
        };
        tokio::time::sleep(pause).await;
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

/// The simulator of the demo orders in this store.
pub(crate) fn simulator(store: &SqliteStore, demo: cli::DemoOptions) -> Simulator {
    Simulator::new(Arc::new(store.clone()), demo.seed, demo.scenario)
}

/// The time between two ticks. A faster clock ticks more often.
fn interval(simulation: &cli::SimulationOptions) -> Duration {
    (simulation.simulate_every / simulation.simulate_speed).max(Duration::from_secs(1))
}

async fn update_reports(store: &SqliteStore) -> Result<(), Failure> {
    let now = SystemClock.now();
    project::project_all(store, now).await?;
    roll::roll(store, now).await?;
    Ok(())
}
