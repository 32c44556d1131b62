//! `goody retract`: takes back the events of a batch, and updates the reports.

use std::process::ExitCode;

use goody_application::ports::{Clock, OrderFilter, OrderReader};
use goody_application::retract::retract;
use goody_application::{project, roll};
use serde::Serialize;

use crate::clock::SystemClock;
use crate::progress::Progress;
use crate::{CommandResult, cli, database};

/// What was taken back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    batch_id: String,
    orders: u64,
    events: u64,
    expired_orders: u64,
}

pub(crate) async fn run(command: cli::Retract) -> CommandResult {
    let store = database::open(&command.database)?;
    let now = SystemClock.now();
    let count = store.count(&OrderFilter::default(), i64::MAX, now).await?;
    let orders = u64::try_from(count.by_status.iter().sum::<i64>()).unwrap_or(0);
    let mut progress = Progress::new(orders, "{bar:40} {pos}/{len} orders {msg} ETA {eta}");
    let done = retract(&store, &command.batch_id, None, now, |done| {
        progress.show(done.searched, || format!("{} events taken back", done.events));
        true
    })
    .await?;
    project::project_all(&store, now).await?;
    roll::roll(&store, now).await?;
    progress.finish();
    let batch_id = command.batch_id.to_string();
    let summary = Summary { batch_id, orders: done.orders, events: done.events, expired_orders: done.expired_orders };
    if command.json {
        print_stdout!("{}", serde_json::to_string(&summary)?);
    } else {
        let Summary { batch_id, orders, events, expired_orders } = summary;
        let expired = match expired_orders {
            0 => String::new(),
            _ => format!("; {expired_orders} orders had expired, and their numbers are final"),
        };
        print_stdout!("{events} events of {orders} orders taken back of batch {batch_id}{expired}");
    }
    Ok(ExitCode::SUCCESS)
}
