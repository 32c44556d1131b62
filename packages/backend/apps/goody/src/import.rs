//! `goody import`: ingests the events of a file, and updates the reports at the same time.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{MaybeDone, maybe_done};
use futures::poll;
use goody_application::ingest::{Batch, Ingest};
use goody_application::ports::{Clock, ReportReader};
use goody_application::{project, roll};
use goody_domain::{IngestOutcome, OrderEvent, Rejection, WireEvent};
use goody_formats::mapping::Mapping;
use goody_formats::workbook::WorkbookError;
use goody_http::new_batch_id;
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use tokio::sync::mpsc::channel;

use self::batches::{Batches, PIECES, PieceSender};
use self::description::Reading;
use self::input_file::InputFile;
use self::rejected::RejectedFile;
use self::source::{Line, Source};
use self::summary::Summary;
use crate::clock::SystemClock;
use crate::output::{self, OutputError};
use crate::progress::Progress;
use crate::{CommandResult, Failure, cli, database};

mod batches;
mod check;
mod description;
mod input_file;
mod joined;
mod rejected;
mod source;
mod summary;

/// How many changes are projected together: more than in a server, because an import changes the same buckets again and again.
const PROJECTION_BATCH: usize = 80_000;

/// Why an import fails.
#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error("{0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0}: {1}")]
    Columns(String, String),
    #[error("{0} cannot be read")]
    Workbook(String, #[source] WorkbookError),
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] std::io::Error),
    #[error(transparent)]
    Output(#[from] OutputError),
}

pub(crate) async fn run(command: cli::Import) -> CommandResult {
    let mapping = mapping_of(&command)?;
    let files = command.files.iter().map(|file| InputFile::open(file)).collect::<Result<Vec<_>, _>>()?;
    let bytes = if files.iter().any(|file| file.bytes == 0) { 0 } else { files.iter().map(|file| file.bytes).sum() };
    let name = source_name(&command.files);
    let reading = Arc::new(Mutex::new(Reading::default()));
    let source = |zone| Source {
        files,
        mapping,
        encoding: command.encoding.clone(),
        join: command.join.clone(),
        zone,
        reading: reading.clone(),
    };
    if command.check {
        return check::run(&command, source(check::zone(&command)?), &reading).await;
    }
    let settings = Settings {
        durability: Durability::AtCheckpoint,
        writer_cache_mib: 128,
        ..Settings::new(Arc::new(SystemClock))
    };
    let rejected = RejectedFile::new(&command);
    output::check(&rejected.path, Some(&rejected.database), &rejected.inputs())?;
    let store = database::open_or_create(&command.database, settings)?;

    let position = Arc::new(AtomicU64::new(0));
    let (sender, pieces) = channel(PIECES);
    let batch_size = command.batch as usize;
    let batch = Batch { id: command.batch_id.clone().unwrap_or_else(new_batch_id), source: name };
    let source = source(ReportReader::zone(&store).clone());
    let counted = position.clone();
    let reading_files = tokio::task::spawn_blocking(move || source.read(PieceSender::new(sender, batch_size), counted));

    let progress = Progress::new(bytes, "{bar:40} {bytes}/{total_bytes} {msg} ETA {eta}");
    let summary = Summary::new(batch.id.to_string());
    let results = ImportResults { summary, rejected };
    let chunks = Batches::new(pieces, batch_size);
    let mut summary = store_batches(&store, (chunks, &batch), progress, &position, results).await?;
    reading_files.await??;
    store.checkpoint().await?;
    summary.unplaced_orders = store.status().await?.unplaced_orders;
    summary.describe(&reading.lock().unwrap_or_else(PoisonError::into_inner));
    summary.print(command.json)?;
    Ok(summary.exit_code(command.strict))
}

/// The mapping of the command, with what its options say.
fn mapping_of(command: &cli::Import) -> Result<Option<Mapping>, Failure> {
    let mut mapping = command.mapping.as_deref().map(find_mapping).transpose()?;
    if command.constants.is_empty() && command.file_time_zone.is_none() && command.encoding.is_none() {
        return Ok(mapping);
    }
    if let Some(encoding) = &command.encoding {
        goody_formats::encoding::named(encoding)?;
    }
    if command.constants.is_empty() && command.file_time_zone.is_none() {
        return Ok(mapping);
    }
    let changed = mapping.get_or_insert_default();
    for (field, value) in &command.constants {
        changed.set_constant(field, value)?;
    }
    if let Some(zone) = &command.file_time_zone {
        changed.set_time_zone(zone)?;
    }
    Ok(mapping)
}

/// A mapping by the name of its file, or of a ready one.
pub(crate) fn find_mapping(name: &str) -> Result<Mapping, Failure> {
    let path = Path::new(name);
    match goody_formats::ready::text(name) {
        Some(text) if !path.exists() => Ok(Mapping::parse(name.to_owned(), text)?),
        None if !path.exists() && !name.contains(['/', '.']) => {
            let names = goody_formats::ready::names().collect::<Vec<_>>().join(", ");
            Err(format!("there is no file and no ready mapping {name}. The ready mappings are: {names}").into())
        }
        _ => Ok(Mapping::read(path)?),
    }
}

/// The name of the files, for the batch.
fn source_name(files: &[PathBuf]) -> String {
    let first = files.first().map(|file| file.display().to_string()).unwrap_or_default();
    match files.len() {
        0 | 1 => first,
        count => format!("{first} and {} more", count - 1),
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
    file: usize,
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
        for Line { file, number, event } in lines {
            match event {
                Ok((event, warnings)) => {
                    origins.push(Origin { file, line: number, warnings: warnings.len() as u64 });
                    events.push(event);
                }
                Err((rejection, text)) => self.reject((file, number), &rejection, &text)?,
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
                    self.reject(
                        (origin.file, origin.line),
                        &refusal,
                        &serde_json::to_string(&WireEvent::from(event))?,
                    )?;
                    continue;
                }
            }
            self.summary.warnings += origin.warnings;
        }
        Ok(())
    }

    fn reject(&mut self, line: (usize, u64), rejection: &Rejection, text: &str) -> Result<(), ImportError> {
        self.summary.reject(line.1, rejection);
        self.rejected.write(line, rejection, text)
    }

    fn finish(mut self) -> Result<Summary, ImportError> {
        self.summary.rejected_file = self.rejected.finish()?;
        Ok(self.summary)
    }
}
