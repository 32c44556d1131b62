//! `goody import --check`: reads the files and shows what an import would do. It stores nothing.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant as Stopwatch;

use goody_application::ports::ReportReader;
use goody_domain::{ReportZone, WireEvent};
use tokio::sync::mpsc::channel;

use super::batches::{PIECES, PieceSender};
use super::description::Reading;
use super::source::Source;
use super::summary::Summary;
use crate::{CommandResult, Failure, cli, database};

/// The events of how many rows are shown.
const SHOWN_ROWS: usize = 3;
/// How many lines are sent together.
const BATCH: usize = 10_000;

/// The zone that an import would use: that of the database, if it exists.
pub(super) fn zone(command: &cli::Import) -> Result<ReportZone, Failure> {
    if command.database.database.exists() {
        return Ok(ReportReader::zone(&database::open_to_read(&command.database)?).clone());
    }
    match &command.database.time_zone {
        Some(name) => Ok(ReportZone::named(name)?),
        None => Ok(ReportZone::utc()),
    }
}

pub(super) async fn run(command: &cli::Import, source: Source, reading: &Arc<Mutex<Reading>>) -> CommandResult {
    let (sender, mut pieces) = channel(PIECES);
    let started = Stopwatch::now();
    let position = Arc::new(AtomicU64::new(0));
    let reading_files = tokio::task::spawn_blocking(move || source.read(PieceSender::new(sender, BATCH), position));
    let mut summary = Summary::default();
    let (mut rows, mut shown) = (BTreeSet::new(), Vec::new());
    while let Some(lines) = pieces.recv().await {
        for line in lines {
            let row = (line.file, line.number);
            let is_shown = rows.len() < SHOWN_ROWS || rows.contains(&row);
            match line.event {
                Ok((event, warnings)) => {
                    summary.accepted += 1;
                    summary.warnings += warnings.len() as u64;
                    if is_shown {
                        rows.insert(row);
                        shown.push((line.number, serde_json::to_string(&WireEvent::from(&event))?));
                    }
                }
                Err((rejection, _)) => {
                    if is_shown {
                        rows.insert(row);
                        shown.push((line.number, format!("rejected: {rejection}")));
                    }
                    summary.reject(line.number, &rejection);
                }
            }
        }
    }
    reading_files.await??;
    summary.seconds = started.elapsed().as_secs_f64();
    let reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
    summary.describe(&reading);
    if command.json {
        summary.print(true)?;
        return Ok(summary.exit_code(command.strict));
    }
    for line in reading.files.iter().flat_map(super::description::FileDescription::lines) {
        print_stdout!("{line}");
    }
    print_stdout!("The first {} rows as events:", rows.len());
    for (line, text) in shown {
        print_stdout!("  line {line}: {text}");
    }
    print_stdout!("Events: {}, rejected: {}. Nothing was stored.", summary.accepted, summary.rejected);
    for line in summary.detail_lines() {
        print_stdout!("{line}");
    }
    Ok(if summary.accepted == 0 { ExitCode::FAILURE } else { summary.exit_code(command.strict) })
}
