//! `goody import`: a file of events → ingest, with the reports brought up to date on the way.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::maybe_done;
use futures::poll;
use goody_application::ingest::Ingest;
use goody_application::ports::Clock;
use goody_application::{project, roll};
use goody_domain::{Instant, LONGEST_EVENT, Learned, OrderEvent, Rejection, WireEvent};
use goody_store_sqlite::{Durability, Settings, SqliteStore};
use serde::Serialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::clock::SystemClock;
use crate::mapping::{Mapping, Rows};
use crate::output::{self, OutputError, OutputFile};
use crate::progress::Progress;
use crate::{Done, Failure, cli, database};

/// How many changes are projected together: more than a server does, as the same buckets move again and again.
const PROJECTED: usize = 80_000;
/// How much of a rejected line is kept beside its reasons, in characters.
const KEPT: usize = 4_096;

/// The mark of UTF-8 that some programs begin a file with.
const BOM: &[u8] = b"\xef\xbb\xbf";

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
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_file: Option<PathBuf>,
    seconds: f64,
    events_per_second: f64,
}

/// A line of the file: the event it is, or why it is none.
struct Line {
    number: u64,
    event: Result<OrderEvent, (Rejection, String)>,
}

pub(crate) async fn run(command: cli::Import) -> Done {
    let settings = Settings { durability: Durability::AtCheckpoint, writer_cache_mib: 128, ..Settings::default() };
    let name = command.file.display().to_string();
    let input = open(&command.file).map_err(|error| ImportError::Unreadable(name.clone(), error))?;
    let mapping = command.mapping.as_deref().map(Mapping::read).transpose()?;
    let rejected = Rejected::beside(&command);
    output::check(&rejected.path, Some(&rejected.database), &rejected.inputs())?;
    let store = database::open_or_create(&command.database, settings)?;

    let position = Arc::new(AtomicU64::new(0));
    let (sender, batches) = channel(2);
    let is_csv =
        mapping.is_some() || command.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let batch = command.batch as usize;
    let reader = Source { input: Counted { inner: input.reader, position: position.clone() }, name, batch };
    let reading = tokio::task::spawn_blocking(move || {
        if is_csv { reader.rows(mapping.unwrap_or_default(), &sender) } else { reader.lines(&sender) }
    });

    let progress = Progress::new(input.bytes, "{bar:40} {bytes}/{total_bytes} {msg} ETA {eta}");
    let told = Told { summary: Summary::default(), rejected };
    let mut summary = take_in(&store, batches, progress, &position, told).await?;
    reading.await??;
    store.checkpoint().await?;

    summary.events_per_second = (summary.accepted + summary.duplicate) as f64 / summary.seconds.max(1e-9);
    if command.json {
        say!("{}", serde_json::to_string(&summary)?);
    } else {
        let Summary { accepted, duplicate, rejected, seconds, events_per_second, .. } = &summary;
        say!(
            "{accepted} accepted, {duplicate} duplicate, {rejected} rejected in {seconds:.1} s ({events_per_second:.0} events/s)"
        );
        if let Some(file) = &summary.rejected_file {
            say!("The rejected lines and why: {}", file.display());
        }
    }
    let took_nothing = summary.accepted + summary.duplicate == 0 && summary.rejected > 0;
    Ok(if took_nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Stores what is read while more is being read, and moves the counters at the same time.
///
/// The writer is what everything waits for: a batch is learned while the one before it is written.
async fn take_in(
    store: &SqliteStore,
    mut batches: Receiver<Vec<Line>>,
    mut progress: Progress,
    position: &AtomicU64,
    mut told: Told,
) -> Result<Summary, Failure> {
    let clock = SystemClock;
    let ingest = Ingest::new(Arc::new(store.clone()));
    let mut unprojected = 0;
    let mut projecting = tokio::spawn(std::future::ready(Ok(0)));
    let mut before = None;
    loop {
        let now = clock.now();
        let mut next = None;
        if let Some(lines) = batches.recv().await {
            let (numbers, events) = told.sort(lines)?;
            let lessons = ingest.learn(events.clone(), now).await?;
            let mut saving = Box::pin(maybe_done(ingest.save(lessons, now)));
            // From here on its writes wait for their turn, right behind those of the batch before.
            let _ = poll!(saving.as_mut());
            next = Some((saving, numbers, events));
        }
        let is_last = next.is_none();
        if let Some((mut saving, numbers, events)) = std::mem::replace(&mut before, next) {
            saving.as_mut().await;
            let learned = saving.as_mut().take_output().ok_or("what became of a batch was not told")??;
            unprojected += events.len();
            told.learned(learned, &numbers, &events)?;
        }
        if projecting.is_finished() && unprojected >= PROJECTED {
            unprojected = 0;
            projecting.await??;
            let store = store.clone();
            projecting = tokio::spawn(async move { project::project_next(&store, now, PROJECTED).await });
        }
        progress.at(position.load(Ordering::Relaxed), || {
            let Summary { accepted, duplicate, rejected, .. } = told.summary;
            format!("{accepted} accepted, {duplicate} duplicate, {rejected} rejected")
        });
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

/// What became of the lines so far, and where the rejected ones go.
struct Told {
    summary: Summary,
    rejected: Rejected,
}

impl Told {
    /// The events among the lines, with their numbers.
    fn sort(&mut self, lines: Vec<Line>) -> Result<(Vec<u64>, Vec<OrderEvent>), ImportError> {
        let (mut numbers, mut events) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
        for Line { number, event } in lines {
            match event {
                Ok(event) => {
                    numbers.push(number);
                    events.push(event);
                }
                Err((rejection, text)) => self.reject(number, &rejection, &text)?,
            }
        }
        Ok((numbers, events))
    }

    fn learned(&mut self, learned: Vec<Learned>, numbers: &[u64], events: &[OrderEvent]) -> Result<(), Failure> {
        for ((learned, number), event) in learned.into_iter().zip(numbers).zip(events) {
            match learned {
                Learned::New => self.summary.accepted += 1,
                Learned::Known => self.summary.duplicate += 1,
                Learned::Conflict | Learned::Full => {
                    let refusal = if learned == Learned::Full { Rejection::full() } else { Rejection::conflict() };
                    self.reject(*number, &refusal, &serde_json::to_string(&WireEvent::from(event))?)?;
                }
            }
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

struct Opened {
    reader: Box<dyn Read + Send>,
    /// 0 where it is not known.
    bytes: u64,
}

fn open(path: &Path) -> std::io::Result<Opened> {
    if path == Path::new("-") {
        return Ok(Opened { reader: Box::new(std::io::stdin()), bytes: 0 });
    }
    let file = File::open(path)?;
    Ok(Opened { bytes: file.metadata()?.len(), reader: Box::new(file) })
}

/// Counts the bytes that are read.
struct Counted {
    inner: Box<dyn Read + Send>,
    position: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// A file being read and parsed, on a thread of its own.
struct Source {
    input: Counted,
    name: String,
    /// How many events are stored together.
    batch: usize,
}

impl Source {
    fn lines(self, sender: &Sender<Vec<Line>>) -> Result<(), ImportError> {
        let mut reader = BufReader::with_capacity(1 << 20, self.input);
        let mut batch = Batch::new(sender, self.batch);
        let mut number = 0;
        let mut line = Vec::new();
        loop {
            line.clear();
            let is_whole =
                read_line(&mut reader, &mut line).map_err(|error| ImportError::Unreadable(self.name.clone(), error))?;
            let Some(is_whole) = is_whole else { break };
            number += 1;
            let text = line.trim_ascii();
            let text = if number == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text };
            if is_whole && text.is_empty() {
                continue;
            }
            let event = if is_whole { OrderEvent::parse(text, batch.now) } else { Err(Rejection::too_long()) };
            let event = event.map_err(|rejection| (rejection, String::from_utf8_lossy(text).into_owned()));
            if !batch.push(Line { number, event }) {
                return Ok(());
            }
        }
        batch.send();
        Ok(())
    }

    fn rows(self, mapping: Mapping, sender: &Sender<Vec<Line>>) -> Result<(), ImportError> {
        let unreadable = |error: csv::Error| ImportError::Unreadable(self.name.clone(), error.into());
        let mut reader = mapping.reader(self.input);
        let heading = reader.headers().map_err(unreadable)?.clone();
        let rows = Rows::new(mapping, &heading).map_err(|reason| ImportError::Columns(self.name.clone(), reason))?;
        let mut batch = Batch::new(sender, self.batch);
        let mut row = csv::ByteRecord::new();
        loop {
            let number = reader.position().line();
            if !reader.read_byte_record(&mut row).map_err(unreadable)? {
                break;
            }
            let text = || row.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(",");
            let lines = match csv::StringRecord::from_byte_record(row.clone()) {
                Ok(record) => {
                    let events = rows.events(&record).into_iter();
                    let parsed = events.map(|event| {
                        event
                            .and_then(|wire| OrderEvent::check(&wire, batch.now))
                            .map_err(|rejection| (rejection, text()))
                    });
                    parsed.collect()
                }
                Err(error) => {
                    vec![Err((Rejection::field("line", format!("is not UTF-8: {}", error.utf8_error())), text()))]
                }
            };
            for event in lines {
                if !batch.push(Line { number, event }) {
                    return Ok(());
                }
            }
        }
        batch.send();
        Ok(())
    }
}

/// Reads one line; `Some(false)` for one that is too long, of which only the start is held. `None` at the end.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
    let mut limited = reader.by_ref().take(LONGEST_EVENT as u64 + 1);
    if limited.read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.len() <= LONGEST_EVENT || line.ends_with(b"\n") {
        return Ok(Some(true));
    }
    loop {
        let held = reader.fill_buf()?;
        let end = held.iter().position(|byte| *byte == b'\n');
        let read = end.map_or(held.len(), |end| end + 1);
        let is_over = end.is_some() || held.is_empty();
        reader.consume(read);
        if is_over {
            return Ok(Some(false));
        }
    }
}

/// Lines on their way to the store.
struct Batch<'s> {
    lines: Vec<Line>,
    sender: &'s Sender<Vec<Line>>,
    size: usize,
    now: Instant,
}

impl<'s> Batch<'s> {
    fn new(sender: &'s Sender<Vec<Line>>, size: usize) -> Self {
        Self { lines: Vec::with_capacity(size), sender, size, now: SystemClock.now() }
    }

    /// Takes a line; false when nobody takes them any more.
    fn push(&mut self, line: Line) -> bool {
        self.lines.push(line);
        self.lines.len() < self.size || self.send()
    }

    fn send(&mut self) -> bool {
        let lines = std::mem::replace(&mut self.lines, Vec::with_capacity(self.size));
        self.now = SystemClock.now();
        self.sender.blocking_send(lines).is_ok()
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
    fn beside(command: &cli::Import) -> Self {
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
