//! `goody rebuild`: computes every counter again from the orders.

use std::process::ExitCode;

use goody_application::ports::{Clock, ReportReader};
use goody_application::rebuild::rebuild;

use crate::clock::SystemClock;
use crate::progress::Progress;
use crate::{CommandResult, cli, database};

pub(crate) async fn run(command: cli::Rebuild) -> CommandResult {
    let store = database::open(&command.database)?;
    let vendors = store.status().await?.reports;
    let mut progress = Progress::new(vendors, "{bar:40} {pos}/{len} vendors {msg} ETA {eta}");
    let mut done = 0;
    let rebuilt = rebuild(&store, SystemClock.now(), |vendor_id, _| {
        done += 1;
        progress.show(done, || format!("vendor {vendor_id}"));
    })
    .await?;
    progress.finish();
    if command.json {
        print_stdout!("{{\"buckets\":{},\"differences\":{}}}", rebuilt.buckets, rebuilt.different);
    } else {
        print_stdout!("{} buckets rebuilt from the orders, {} differences", rebuilt.buckets, rebuilt.different);
    }
    Ok(if rebuilt.different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
