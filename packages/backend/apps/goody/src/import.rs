//! `goody import`: a file of events → ingest, with the reports brought up to date on the way.

use std::future::pending;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::{MaybeDone, maybe_done};
use futures::poll;
use goody_application::ingest::Ingest;
use goody_application::ports::Clock;
use goody_application::{project, roll};
use goody_domain::{IngestOutcome, OrderEvent, Rejection, WireEvent};
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use serde::Serialize;
use tokio::sync::mpsc::channel;

use self::batches::{Batches, PIECES, Pieces};
use self::source::{Line, Opened, Source};
use crate::clock::SystemClock;
use crate::mapping::Mapping;
use crate::output::{self, OutputError, OutputFile};
use crate::progress::Progress;
use crate::{Done, Failure, cli, database};

mod batches;
mod source;

/// How many changes are projected together: more than a server does, as the same buckets move again and again.
const PROJECTED: usize = 80_000;
/// How much of a rejected line is kept beside its reasons, in characters.
const KEPT: usize = 4_096;

/// Why an import stops.
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

/// What became of the lines.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    accepted: u64,
    duplicate: u64,
    rejected: u64,
    /// Fields that were left out of events that were taken.
    warnings: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_file: Option<PathBuf>,
    seconds: f64,
    events_per_second: f64,
}

pub(crate) async fn run(command: cli::Import) -> Done {
    let settings = Settings {
        durability: Durability::AtCheckpoint,
        writer_cache_mib: 128,
        ..Settings::new(Arc::new(SystemClock))
    };
    let name = command.file.display().to_string();
    let input = Opened::open(&command.file).map_err(|error| ImportError::Unreadable(name.clone(), error))?;
    let mapping = command.mapping.as_deref().map(Mapping::read).transpose()?;
    let rejected = Rejected::new(&command);
    output::check(&rejected.path, Some(&rejected.database), &rejected.inputs())?;
    let store = database::open_or_create(&command.database, settings)?;

    let position = Arc::new(AtomicU64::new(0));
    let (sender, pieces) = channel(PIECES);
    let is_csv =
        mapping.is_some() || command.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let batch = command.batch as usize;
    let reader = Source::new(input.reader, name, Pieces::new(sender, batch), position.clone());
    let reading =
        tokio::task::spawn_blocking(
            move || {
                if is_csv { reader.rows(mapping.unwrap_or_default()) } else { reader.lines() }
            },
        );

    let progress = Progress::new(input.bytes, "{bar:40} {bytes}/{total_bytes} {msg} ETA {eta}");
    let told = SimulationCounts { summary: Summary::default(), rejected };
    let mut summary = take_in(&store, Batches::new(pieces, batch), progress, &position, told).await?;
    reading.await??;
    store.checkpoint().await?;

    summary.events_per_second = (summary.accepted + summary.duplicate) as f64 / summary.seconds.max(1e-9);
    if command.json {
        say!("{}", serde_json::to_string(&summary)?);
    } else {
        let Summary { seconds, events_per_second, .. } = &summary;
        say!("{} in {seconds:.1} s ({events_per_second:.0} events/s)", summary.counts());
        if let Some(file) = &summary.rejected_file {
            say!("The rejected lines and why: {}", file.display());
        }
    }
    let took_nothing = summary.accepted + summary.duplicate == 0 && summary.rejected > 0;
    Ok(if took_nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Summary {
    fn counts(&self) -> String {
        let Self { accepted, duplicate, rejected, warnings, .. } = self;
        let warnings = match warnings {
            0 => String::new(),
            1 => ", 1 warning".into(),
            _ => format!(", {warnings} warnings"),
        };
        format!("{accepted} accepted, {duplicate} duplicate, {rejected} rejected{warnings}")
    }
}

/// Stores what is read while more is being read, and moves the counters at the same time.
///
/// The writer is what everything waits for: a batch is learned while the one before it is written. Where the next one takes
/// its time, what was written is finished meanwhile.
async fn take_in(
    store: &SqliteStore,
    mut batches: Batches<Line>,
    mut progress: Progress,
    position: &AtomicU64,
    mut told: SimulationCounts,
) -> Result<Summary, Failure> {
    let clock = SystemClock;
    let ingest = Ingest::new(Arc::new(store.clone()));
    let mut unprojected = 0;
    let mut projecting = tokio::spawn(std::future::ready(Ok(0)));
    let mut before: Option<Batch<_>> = None;
    // The file gives less than is stored together: what it gave is not to wait for more.
    let mut is_slow = false;
    loop {
        let received = tokio::select! {
            biased;
            () = saved(before.as_mut()) => None,
            lines = batches.next() => Some(lines),
        };
        let now = clock.now();
        let is_last = matches!(received, Some(None));
        let is_waiting = received.is_none();
        let mut next = None;
        if let Some(Some(lines)) = received {
            is_slow = lines.len() < batches.size;
            let (origins, events) = told.sort(lines)?;
            let prepared = ingest.prepare(events.clone(), now).await?;
            let mut saving = Box::pin(maybe_done(ingest.save(prepared, now)));
            // From here on its writes wait for their turn, right behind those of the batch before.
            let _ = poll!(saving.as_mut());
            next = Some(Batch { saving, origins, events });
        }
        if let Some(Batch { mut saving, origins, events }) = std::mem::replace(&mut before, next) {
            saving.as_mut().await;
            let outcome = saving.as_mut().take_output().ok_or("what became of a batch was not told")??;
            unprojected += events.len();
            told.outcome(outcome, &origins, &events)?;
        }
        if projecting.is_finished() && (unprojected >= PROJECTED || is_waiting && is_slow) {
            unprojected = 0;
            projecting.await??;
            let store = store.clone();
            projecting = tokio::spawn(async move { project::project_next(&store, now, PROJECTED).await });
        }
        progress.at(position.load(Ordering::Relaxed), || told.summary.counts());
        if is_last {
            break;
        }
    }
    projecting.await??;
    let now = clock.now();
    while project::project_next(store, now, PROJECTED).await? > 0 {}
    roll::roll(store, now).await?;
    let mut summary = told.finish()?;
    summary.seconds = progress.finish().as_secs_f64();
    Ok(summary)
}

/// Events that are being saved.
struct Batch<F: Future> {
    saving: Pin<Box<MaybeDone<F>>>,
    origins: Vec<Origin>,
    events: Vec<OrderEvent>,
}

/// Ends when the batch is saved; never without one.
async fn saved<F: Future>(batch: Option<&mut Batch<F>>) {
    match batch {
        Some(batch) => batch.saving.as_mut().await,
        None => pending().await,
    }
}

/// Where an event was read, and how many of its fields were left out.
struct Origin {
    line: u64,
    warnings: u64,
}

/// What became of the lines so far, and where the rejected ones go.
struct SimulationCounts {
    summary: Summary,
    rejected: Rejected,
}

impl SimulationCounts {
    /// The events among the lines, and where they were read.
    fn sort(&mut self, lines: Vec<Line>) -> Result<(Vec<Origin>, Vec<OrderEvent>), ImportError> {
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

    fn outcome(
        &mut self,
        outcome: Vec<IngestOutcome>,
        origins: &[Origin],
        events: &[OrderEvent],
    ) -> Result<(), Failure> {
        for ((outcome, origin), event) in outcome.into_iter().zip(origins).zip(events) {
            match outcome {
                IngestOutcome::New => self.summary.accepted += 1,
                IngestOutcome::Known => self.summary.duplicate += 1,
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

/// The file of rejected lines, made with the first of them.
struct Rejected {
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

impl Rejected {
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
        let row = RejectedLine { line, errors: &rejection.errors, text: text.chars().take(KEPT).collect() };
        let row = serde_json::to_string(&row).map_err(|error| unwritable(error.into()))?;
        writeln!(file, "{row}").map_err(unwritable)
    }

    fn finish(self) -> Result<Option<PathBuf>, ImportError> {
        let Some(file) = self.file else {
            // What an earlier import refused is no longer true.
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
