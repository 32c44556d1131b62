//! The real binary as a child process: measures an import, runs a rebuild.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::Failure;
use crate::generator::WrittenEvents;
use crate::options::Options;
use crate::process::{memory, processor_seconds};

/// The interval between two measurements of a child process.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The `goody` binary.
#[derive(Clone, Debug)]
pub struct Goody {
    program: PathBuf,
}

/// The result of an import.
#[derive(Clone, Copy, Debug)]
pub struct ImportResult {
    /// The number of new events.
    pub accepted: i64,
    /// The number of duplicate events.
    pub duplicate: i64,
    /// The number of rejected lines.
    pub rejected: i64,
    /// From the start of the process to its end, when all events are durable and the reports are current.
    pub seconds: f64,
    /// The duration of the last tenth of the events: from when all earlier events are stored to the end of the process.
    pub tail_seconds: Option<f64>,
    /// The processor time of all threads, in seconds.
    pub processor_seconds: f64,
    /// The peak memory of the process, in bytes.
    pub peak_bytes: u64,
}

impl Goody {
    /// The binary of the options, or the one in the folder of this program.
    pub fn find(options: &Options) -> Result<Self, Failure> {
        let program = match &options.goody {
            Some(program) => program.clone(),
            None => std::env::current_exe()?.with_file_name("goody"),
        };
        if !program.is_file() {
            let name = program.display();
            return Err(format!(
                "{name} does not exist: run `cargo build --release -p goody`, or pass --goody with the path of the binary"
            )
            .into());
        }
        if cfg!(debug_assertions) {
            eprintln!("This program was built without --release: its measurements are meaningless.");
        }
        Ok(Self { program: program.canonicalize()? })
    }

    /// A command that runs the binary in `folder`.
    pub fn command(&self, folder: &Path) -> Command {
        self.command_logging(folder, "warn")
    }

    /// The same with a log level.
    pub fn command_logging(&self, folder: &Path, level: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder).args(["--log", level]).stdin(Stdio::null());
        command
    }

    /// Imports a file of generated events into a database.
    pub fn import(&self, events: &Path, database: &Path, written: &WrittenEvents) -> Result<ImportResult, Failure> {
        let tail = written.tail().map(|batches| TailTimer::new(database, written.orders_placed[batches - 1]));
        self.run_import(events, &[], database, tail)
    }

    /// Imports a table into a database, with a mapping.
    pub fn import_table(&self, file: &Path, mapping: &Path, database: &Path) -> Result<ImportResult, Failure> {
        self.run_import(file, &["--mapping".as_ref(), mapping.as_os_str()], database, None)
    }

    fn run_import(
        &self,
        file: &Path,
        options: &[&OsStr],
        database: &Path,
        mut tail: Option<TailTimer<'_>>,
    ) -> Result<ImportResult, Failure> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let mut command = self.command(folder);
        command.arg("import").arg(file).args(options).arg("--database").arg(database).arg("--json");
        command.stdout(Stdio::piped());
        let started = Instant::now();
        let mut child = command.spawn()?;
        let (mut peak_bytes, mut processor) = (0, 0.0);
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            peak_bytes = memory(child.id()).map_or(peak_bytes, |memory| memory.peak);
            processor = processor_seconds(child.id()).unwrap_or(processor);
            if let Some(tail) = &mut tail {
                tail.poll();
            }
            std::thread::sleep(POLL_INTERVAL);
        };
        let seconds = started.elapsed().as_secs_f64();
        let tail_seconds = tail.and_then(|tail| tail.started).map(|started| started.elapsed().as_secs_f64());
        let summary = read_summary(&mut child, status, "import")?;
        let number =
            |field: &str| summary[field].as_i64().ok_or_else(|| format!("the import's summary has no {field}"));
        Ok(ImportResult {
            accepted: number("accepted")?,
            duplicate: number("duplicate")?,
            rejected: number("rejected")?,
            seconds,
            tail_seconds,
            processor_seconds: processor,
            peak_bytes,
        })
    }

    /// Rebuilds every bucket from the orders. Returns the number of buckets and the number of differences.
    pub fn rebuild(&self, database: &Path) -> Result<(i64, i64), Failure> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let mut command = self.command(folder);
        command.arg("rebuild").arg("--database").arg(database).arg("--json").stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let status = child.wait()?;
        // With differences, the exit status is a failure; the output is still a summary.
        let output = std::io::read_to_string(child.stdout.take().ok_or("the rebuild has no output")?)?;
        let summary: Value =
            serde_json::from_str(&output).map_err(|_| format!("goody rebuild ended with {status}: {output}"))?;
        let number =
            |field: &str| summary[field].as_i64().ok_or_else(|| format!("the rebuild's summary has no {field}"));
        Ok((number("buckets")?, number("differences")?))
    }
}

fn read_summary(child: &mut Child, status: ExitStatus, command: &str) -> Result<Value, Failure> {
    let output = std::io::read_to_string(child.stdout.take().ok_or("the child process has no output")?)?;
    if !status.success() {
        return Err(format!("goody {command} ended with {status}").into());
    }
    Ok(serde_json::from_str(&output)?)
}

/// Polls a database until it has `orders` orders, and records that time.
struct TailTimer<'d> {
    database: &'d Path,
    orders: u64,
    connection: Option<Connection>,
    started: Option<Instant>,
}

impl<'d> TailTimer<'d> {
    fn new(database: &'d Path, orders: u64) -> Self {
        Self { database, orders, connection: None, started: None }
    }

    fn poll(&mut self) {
        if self.started.is_some() {
            return;
        }
        if self.connection.is_none() && self.database.is_file() {
            self.connection = Connection::open_with_flags(self.database, OpenFlags::SQLITE_OPEN_READ_ONLY).ok();
        }
        // The query fails until the importer has created the table.
        let count = |connection: &Connection| connection.query_row("SELECT max(id) FROM orders", [], |row| row.get(0));
        let stored: Option<u64> = self.connection.as_ref().and_then(|connection| count(connection).ok().flatten());
        if stored.is_some_and(|stored| stored >= self.orders) {
            self.started = Some(Instant::now());
            self.connection = None;
        }
    }
}
