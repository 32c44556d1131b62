//! `goody import`: ingests the events of a file, and updates the reports at the same time.

use std::future::pending;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::{MaybeDone, maybe_done};
use futures::poll;
use goody_application::ingest::{Batch, Ingest};
use goody_application::ports::{Clock, ReportReader};
use goody_application::{project, roll};
use goody_domain::{IngestOutcome, OrderEvent, Rejection, WireEvent};
use goody_formats::mapping::Mapping;
use goody_http::new_batch_id;
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use serde::Serialize;
use tokio::sync::mpsc::channel;

use self::batches::{Batches, PIECES, PieceSender};
use self::source::{InputFile, Line, Source};
use crate::clock::SystemClock;
use crate::output::{self, OutputError, OutputFile};
use crate::progress::Progress;
use crate::{CommandResult, Failure, cli, database};

mod batches;
mod source;

/// How many changes are projected together: more than in a server, because an import changes the same buckets again and again.
const PROJECTION_BATCH: usize = 80_000;
/// How many characters of a rejected line are written, next to the reasons.
const REJECTED_TEXT_CHARS: usize = 4_096;

/// Why an import fails.
#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error("{0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0}: {1}")]
    Columns(String, String),
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] std::io::Error),
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// How many lines had which result.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// The id with which the accepted events can be taken back.
    batch_id: String,
    accepted: u64,
    duplicate: u64,
    /// Events of orders that have expired.
    expired: u64,
    rejected: u64,
    /// Fields of accepted events that were left out or count nowhere.
    warnings: u64,
    /// Orders of the database with events and without a placement.
    unplaced_orders: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_file: Option<PathBuf>,
    seconds: f64,
    events_per_second: f64,
}

pub(crate) async fn run(command: cli::Import) -> CommandResult {
    let settings = Settings {
        durability: Durability::AtCheckpoint,
        writer_cache_mib: 128,
        ..Settings::new(Arc::new(SystemClock))
    };
    let name = command.file.display().to_string();
    let input = InputFile::open(&command.file).map_err(|error| ImportError::Unreadable(name.clone(), error))?;
    let mapping = command.mapping.as_deref().map(Mapping::read).transpose()?;
    let rejected = RejectedFile::new(&command);
    output::check(&rejected.path, Some(&rejected.database), &rejected.inputs())?;
    let store = database::open_or_create(&command.database, settings)?;

    let position = Arc::new(AtomicU64::new(0));
    let (sender, pieces) = channel(PIECES);
    let is_csv =
        mapping.is_some() || command.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let batch_size = command.batch as usize;
    let batch = Batch { id: command.batch_id.clone().unwrap_or_else(new_batch_id), source: name.clone() };
    let zone = ReportReader::zone(&store).clone();
    let source = Source::new(input.reader, name, zone, PieceSender::new(sender, batch_size), position.clone());
    let reading = tokio::task::spawn_blocking(move || {
        if is_csv { source.read_csv(mapping.unwrap_or_default()) } else { source.read_ndjson() }
    });

    let progress = Progress::new(input.bytes, "{bar:40} {bytes}/{total_bytes} {msg} ETA {eta}");
    let summary = Summary { batch_id: batch.id.to_string(), ..Summary::default() };
    let results = ImportResults { summary, rejected };
    let chunks = Batches::new(pieces, batch_size);
    let mut summary = store_batches(&store, (chunks, &batch), progress, &position, results).await?;
    reading.await??;
    store.checkpoint().await?;
    summary.unplaced_orders = store.status().await?.unplaced_orders;

    let valid = summary.accepted + summary.duplicate + summary.expired;
    summary.events_per_second = valid as f64 / summary.seconds.max(1e-9);
    if command.json {
        print_stdout!("{}", serde_json::to_string(&summary)?);
    } else {
        let Summary { seconds, events_per_second, .. } = &summary;
        print_stdout!("{} in {seconds:.1} s ({events_per_second:.0} events/s)", summary.counts());
        if summary.accepted > 0 {
            print_stdout!("To take these events back: goody retract {}", summary.batch_id);
        }
        if summary.unplaced_orders > 0 {
            let orders = summary.unplaced_orders;
            print_stdout!(
                "Orders with events and no placement: {orders}. They count nowhere until their PLACED events come."
            );
        }
        if let Some(file) = &summary.rejected_file {
            print_stdout!("Rejected lines, with the reasons: {}", file.display());
        }
    }
    let rejected_all = valid == 0 && summary.rejected > 0;
    Ok(if rejected_all { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Summary {
    fn counts(&self) -> String {
        let Self { accepted, duplicate, expired, rejected, warnings, .. } = self;
        let expired = match expired {
            0 => String::new(),
            _ => format!(", {expired} of expired orders"),
        };
        let warnings = match warnings {
            0 => String::new(),
            1 => ", 1 warning".into(),
            _ => format!(", {warnings} warnings"),
        };
        format!("{accepted} accepted, {duplicate} duplicate{expired}, {rejected} rejected{warnings}")
    }
}

/// Stores batches while more lines are read, and projects at the same time.
///
/// The writer is the bottleneck, so a batch is prepared while the previous one is written. When the next batch is late, the
/// previous one is finished first.
async fn store_batches(
    store: &SqliteStore,
    (mut batches, batch): (Batches<Line>, &Batch),
    mut progress: Progress,
    position: &AtomicU64,
    mut results: ImportResults,
) -> Result<Summary, Failure> {
    let clock = SystemClock;
    let ingest = Ingest::new(Arc::new(store.clone()));
    let mut unprojected = 0;
    let mut projecting = tokio::spawn(std::future::ready(Ok(0)));
    let mut previous: Option<Saving<_>> = None;
    // The last batch was not full: the input is slow, and its changes must not wait for more.
    let mut is_slow = false;
    loop {
        let received = tokio::select! {
            biased;
            () = wait_until_saved(previous.as_mut()) => None,
            lines = batches.next() => Some(lines),
        };
        let now = clock.now();
        let is_last = matches!(received, Some(None));
        let is_waiting = received.is_none();
        let mut next = None;
        if let Some(Some(lines)) = received {
            is_slow = lines.len() < batches.size;
            let (origins, events) = results.reject_invalid(lines)?;
            let prepared = ingest.prepare(events.clone(), batch, now).await?;
            let mut saving = Box::pin(maybe_done(ingest.save(prepared, batch, now)));
            // The first poll queues the writes, directly behind those of the previous batch.
            let _ = poll!(saving.as_mut());
            next = Some(Saving { saving, origins, events });
        }
        if let Some(Saving { mut saving, origins, events }) = std::mem::replace(&mut previous, next) {
            saving.as_mut().await;
            let outcomes = saving.as_mut().take_output().ok_or("the outcome of a batch is missing")??;
            unprojected += events.len();
            results.record(outcomes, &origins, &events)?;
        }
        if projecting.is_finished() && (unprojected >= PROJECTION_BATCH || is_waiting && is_slow) {
            unprojected = 0;
            projecting.await??;
            let store = store.clone();
            projecting = tokio::spawn(async move { project::project_next(&store, now, PROJECTION_BATCH).await });
        }
        progress.show(position.load(Ordering::Relaxed), || results.summary.counts());
        if is_last {
            break;
        }
    }
    projecting.await??;
    let now = clock.now();
    while project::project_next(store, now, PROJECTION_BATCH).await? > 0 {}
    roll::roll(store, now).await?;
    let mut summary = results.finish()?;
    summary.seconds = progress.finish().as_secs_f64();
    Ok(summary)
}

/// Events that are being saved.
struct Saving<F: Future> {
    saving: Pin<Box<MaybeDone<F>>>,
    origins: Vec<Origin>,
    events: Vec<OrderEvent>,
}

/// Ends when the batch is saved. Without a batch, it never ends.
async fn wait_until_saved<F: Future>(batch: Option<&mut Saving<F>>) {
    match batch {
        Some(batch) => batch.saving.as_mut().await,
        None => pending().await,
    }
}

/// The line of an event, and how many of its fields were left out.
struct Origin {
    line: u64,
    warnings: u64,
}

/// The results so far, and the file of the rejected lines.
struct ImportResults {
    summary: Summary,
    rejected: RejectedFile,
}

impl ImportResults {
    /// Rejects the invalid lines. Returns the events of the others, with their origins.
    fn reject_invalid(&mut self, lines: Vec<Line>) -> Result<(Vec<Origin>, Vec<OrderEvent>), ImportError> {
        let (mut origins, mut events) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
        for Line { number, event } in lines {
            match event {
                Ok((event, warnings)) => {
                    origins.push(Origin { line: number, warnings: warnings.len() as u64 });
                    events.push(event);
                }
                Err((rejection, text)) => self.reject(number, &rejection, &text)?,
            }
        }
        Ok((origins, events))
    }

    fn record(
        &mut self,
        outcomes: Vec<IngestOutcome>,
        origins: &[Origin],
        events: &[OrderEvent],
    ) -> Result<(), Failure> {
        for ((outcome, origin), event) in outcomes.into_iter().zip(origins).zip(events) {
            match outcome {
                IngestOutcome::New => self.summary.accepted += 1,
                IngestOutcome::NewOfOtherVendor => {
                    self.summary.accepted += 1;
                    self.summary.warnings += 1;
                }
                IngestOutcome::Known => self.summary.duplicate += 1,
                IngestOutcome::Expired => self.summary.expired += 1,
                IngestOutcome::Conflict | IngestOutcome::Full => {
                    let refusal =
                        if outcome == IngestOutcome::Full { Rejection::full() } else { Rejection::conflict() };
                    self.reject(origin.line, &refusal, &serde_json::to_string(&WireEvent::from(event))?)?;
                    continue;
                }
            }
            self.summary.warnings += origin.warnings;
        }
        Ok(())
    }

    fn reject(&mut self, number: u64, rejection: &Rejection, text: &str) -> Result<(), ImportError> {
        self.summary.rejected += 1;
        self.rejected.write(number, rejection, text)
    }

    fn finish(self) -> Result<Summary, ImportError> {
        Ok(Summary { rejected_file: self.rejected.finish()?, ..self.summary })
    }
}

/// The file of rejected lines. It is created with the first of them.
struct RejectedFile {
    path: PathBuf,
    database: PathBuf,
    inputs: Vec<PathBuf>,
    file: Option<OutputFile>,
}

#[derive(Serialize)]
struct RejectedLine<'l> {
    line: u64,
    errors: &'l [goody_domain::FieldError],
    text: String,
}

impl RejectedFile {
    fn new(command: &cli::Import) -> Self {
        let named = command.rejected.clone();
        let path = named.unwrap_or_else(|| {
            let name = command.file.file_name().filter(|name| *name != "-").unwrap_or("import".as_ref());
            PathBuf::from(format!("{}.rejected.ndjson", name.to_string_lossy()))
        });
        let inputs = std::iter::once(command.file.clone()).chain(command.mapping.clone()).collect();
        Self { path, database: command.database.database.clone(), inputs, file: None }
    }

    fn inputs(&self) -> Vec<&Path> {
        self.inputs.iter().map(PathBuf::as_path).collect()
    }

    fn write(&mut self, line: u64, rejection: &Rejection, text: &str) -> Result<(), ImportError> {
        if self.file.is_none() {
            self.file = Some(OutputFile::create(&self.path, Some(&self.database), &self.inputs())?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let unwritable = |error| ImportError::Unwritable(self.path.display().to_string(), error);
        let row =
            RejectedLine { line, errors: &rejection.errors, text: text.chars().take(REJECTED_TEXT_CHARS).collect() };
        let row = serde_json::to_string(&row).map_err(|error| unwritable(error.into()))?;
        writeln!(file, "{row}").map_err(unwritable)
    }

    fn finish(self) -> Result<Option<PathBuf>, ImportError> {
        let Some(file) = self.file else {
            // The rejections of an earlier import no longer apply.
            if std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.is_file()) {
                let removed = std::fs::remove_file(&self.path);
                removed.map_err(|error| ImportError::Unwritable(self.path.display().to_string(), error))?;
            }
            return Ok(None);
        };
        file.finish()?;
        Ok(Some(self.path))
    }
}
