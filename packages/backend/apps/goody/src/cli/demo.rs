//! The commands and options for demo data.

use std::time::Duration;

use clap::Args;
use goody_application::simulate::{BACKFILL_DAYS, VendorScenario};
use goody_domain::Instant;

use super::database::Database;

/// The options of the demo data.
#[derive(Clone, Debug, Args)]
pub(crate) struct DemoOptions {
    /// The seed of the demo data. Another seed gives other orders.
    #[arg(long, env = "GOODY_SEED", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Make a vendor fail from a day on, for example `far-orchard=stall@2026-03-01`. Scenarios: drop, slow-decline, stall,
    /// late-surge. Can be repeated.
    #[arg(long, env = "GOODY_SCENARIO", value_name = "VENDOR=SCENARIO@DAY", value_delimiter = ',', value_parser = VendorScenario::parse)]
    pub(crate) scenario: Vec<VendorScenario>,
}

#[derive(Debug, Args)]
pub(crate) struct Backfill {
    #[command(flatten)]
    pub(crate) database: Database,
    /// How many days of orders to create, up to today or `--until`.
    #[arg(long, env = "GOODY_DAYS", default_value_t = BACKFILL_DAYS, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    pub(crate) days: u16,
    /// No event occurs after this instant (RFC 3339). Default: now.
    #[arg(long, env = "GOODY_UNTIL", value_parser = Instant::parse)]
    pub(crate) until: Option<Instant>,
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How often and how fast the simulator sends events.
#[derive(Clone, Debug, Args)]
pub(crate) struct SimulationOptions {
    /// The time between two ticks, such as 5m or 30s. It is divided by the speed, but is never shorter than a second.
    #[arg(long, env = "GOODY_SIMULATE_EVERY", default_value = "5m", value_parser = interval)]
    pub(crate) simulate_every: Duration,
    /// How many times faster than real time the demo orders progress. Events are recorded at the real time.
    #[arg(long, env = "GOODY_SIMULATE_SPEED", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) simulate_speed: u32,
    #[command(flatten)]
    pub(crate) demo: DemoOptions,
}

fn interval(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|error| format!("is not a duration such as 5m or 30s: {error}"))?;
    let interval = Duration::try_from(span).map_err(|_| "is negative".to_owned())?;
    if interval < Duration::from_secs(1) { Err("is shorter than a second".into()) } else { Ok(interval) }
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) database: Database,
    /// Tick once and end.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) simulation: SimulationOptions,
}
