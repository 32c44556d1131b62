//! `goody health`: checks every dependency of the program.

use std::process::ExitCode;
use std::sync::Arc;

use goody_application::ports::{Clock as _, ReportReader, StoreError};
use goody_application::read::{HealthReader, Verdict};
use goody_domain::time_zone_database;
use goody_store_sqlite::SqliteStore;
use serde_json::json;

use crate::clock::SystemClock;
use crate::clock_report::ClockReport;
use crate::progress::Progress;
use crate::{CommandResult, cli, database};

pub(crate) async fn run(command: cli::Health) -> CommandResult {
    let store = database::open_to_read(&command.database)?;
    // Only an attempt shows whether something can be stored. The check of the order store reports the result.
    let _ = store.try_to_store().await;
    let damage = if command.deep { find_damage(&store).await? } else { Vec::new() };
    let clock = if command.clock { Some(ClockReport::read(&store, SystemClock.now()).await?) } else { None };
    let zone = store.zone().name().to_owned();
    let store = Arc::new(store);
    let reader = HealthReader::new(store.clone(), store.clone(), store, Arc::new(SystemClock), command.silence_hours);
    let health = reader.health().await;
    let verdict = if damage.is_empty() { health.verdict() } else { Verdict::Unhealthy };
    let word = |verdict: Verdict| format!("{verdict:?}").to_lowercase();
    let issues: Vec<String> = health.issues().into_iter().chain(damage).collect();
    if command.json {
        let checks = health
            .checks()
            .map(|(name, check)| json!({ "name": name, "status": word(check.verdict), "detail": check.detail }));
        let time_zone = json!({ "name": zone, "database": time_zone_database() });
        print_stdout!(
            "{}",
            json!({ "status": word(verdict), "checks": checks, "issues": issues, "clock": clock, "timeZone": time_zone })
        );
    } else {
        print_stdout!("{}", word(verdict));
        for (name, check) in health.checks() {
            print_stdout!("  {:<12} {:<10} {}", name, word(check.verdict), check.detail);
        }
        print_stdout!("  days counted in {zone}, time zone database {}", time_zone_database());
        for issue in &issues {
            print_stdout!("  ! {issue}");
        }
        if let Some(clock) = &clock {
            print_stdout!("{clock}");
        }
    }
    Ok(if verdict == Verdict::Unhealthy { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Reads the whole database, and shows the progress. Returns the damage it finds.
async fn find_damage(store: &SqliteStore) -> Result<Vec<String>, StoreError> {
    let mut progress = Progress::new(100, "{bar:40} {percent} % {msg} ETA {eta}");
    store.check(move |rows, of| progress.show(100 * rows / of.max(1), || format!("{rows} of {of} rows checked"))).await
}
