//! The real binary as a child process: an import or a rebuild that is watched until it ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use crate::Failure;
use crate::generator::Written;
use crate::options::Options;
use crate::process::{memory, processor_seconds};

/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// The binary.
#[derive(Clone, Debug)]
pub struct Goody {
    program: PathBuf,
}

/// How an import went.
#[derive(Clone, Copy, Debug)]
pub struct Imported {
    /// New facts.
    pub accepted: i64,
    /// Facts known already.
    pub duplicate: i64,
    /// Lines that were not taken.
    pub rejected: i64,
    /// From the start of the process to its end, when all is durable and the reports are current.
    pub seconds: f64,
    /// The same for the last tenth of the events, from when all before them were stored.
    pub tail_seconds: Option<f64>,
    /// The processor time that all of its threads used, in seconds.
    pub processor_seconds: f64,
    /// The most memory that the process had, in bytes.
    pub peak_bytes: u64,
}

impl Goody {
    /// The binary that was asked for, or the one beside this program.
    pub fn find(options: &Options) -> Result<Self, Failure> {
        let program = match &options.goody {
            Some(program) => program.clone(),
            None => std::env::current_exe()?.with_file_name("goody"),
        };
        if !program.is_file() {
            let name = program.display();
            return Err(format!(
                "there is no {name}: `cargo build --release -p goody` makes it, --goody names another"
            )
            .into());
        }
        if cfg!(debug_assertions) {
            eprintln!("This program was built without --release: its figures mean nothing.");
        }
        Ok(Self { program: program.canonicalize()? })
    }

    /// The binary as a command that does its work in `folder`.
    pub fn command(&self, folder: &Path) -> Command {
        self.command_logging(folder, "warn")
    }

    /// The same, with another level of the log.
    pub fn command_logging(&self, folder: &Path, level: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(folder).args(["--log", level]).stdin(Stdio::null());
        command
    }

    /// Imports a file of generated events into a database.
    pub fn import(&self, events: &Path, database: &Path, written: &Written) -> Result<Imported, Failure> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let mut command = self.command(folder);
        command.arg("import").arg(events).arg("--database").arg(database).arg("--json").stdout(Stdio::piped());
        let mut tail = written.tail().map(|batches| TailWatch::new(database, written.orders_begun[batches - 1]));
        let began = Instant::now();
        let mut child = command.spawn()?;
        let (mut peak_bytes, mut processor) = (0, 0.0);
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            peak_bytes = memory(child.id()).map_or(peak_bytes, |memory| memory.peak);
            processor = processor_seconds(child.id()).unwrap_or(processor);
            if let Some(tail) = &mut tail {
                tail.look();
            }
            std::thread::sleep(LOOK);
        };
        let seconds = began.elapsed().as_secs_f64();
        let tail_seconds = tail.and_then(|tail| tail.began).map(|began| began.elapsed().as_secs_f64());
        let summary = answer(&mut child, status, "import")?;
        let number =
            |field: &str| summary[field].as_i64().ok_or_else(|| format!("the import's summary has no {field}"));
        Ok(Imported {
            accepted: number("accepted")?,
            duplicate: number("duplicate")?,
            rejected: number("rejected")?,
            seconds,
            tail_seconds,
            processor_seconds: processor,
            peak_bytes,
        })
    }

    /// Rebuilds every bucket from the orders. Says how many buckets there are, and how many differed.
    pub fn rebuild(&self, database: &Path) -> Result<(i64, i64), Failure> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let mut command = self.command(folder);
        command.arg("rebuild").arg("--database").arg(database).arg("--json").stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let status = child.wait()?;
        // Differences are told by the numbers and by the status.
        let told = std::io::read_to_string(child.stdout.take().ok_or("a rebuild without an output")?)?;
        let summary: Value =
            serde_json::from_str(&told).map_err(|_| format!("goody rebuild ended with {status}: {told}"))?;
        let number =
            |field: &str| summary[field].as_i64().ok_or_else(|| format!("the rebuild's summary has no {field}"));
        Ok((number("buckets")?, number("differences")?))
    }
}

fn answer(child: &mut Child, status: ExitStatus, verb: &str) -> Result<Value, Failure> {
    let told = std::io::read_to_string(child.stdout.take().ok_or("a child without an output")?)?;
    if !status.success() {
        return Err(format!("goody {verb} ended with {status}").into());
    }
    Ok(serde_json::from_str(&told)?)
}

/// Watches a database from outside until so many orders are stored.
struct TailWatch<'d> {
    database: &'d Path,
    orders: u64,
    connection: Option<Connection>,
    began: Option<Instant>,
}

impl<'d> TailWatch<'d> {
    fn new(database: &'d Path, orders: u64) -> Self {
        Self { database, orders, connection: None, began: None }
    }

    fn look(&mut self) {
        if self.began.is_some() {
            return;
        }
        if self.connection.is_none() && self.database.is_file() {
            self.connection = Connection::open_with_flags(self.database, OpenFlags::SQLITE_OPEN_READ_ONLY).ok();
        }
        // Until there is a table, there is nothing to see.
        let count = |connection: &Connection| connection.query_row("SELECT max(id) FROM orders", [], |row| row.get(0));
        let stored: Option<u64> = self.connection.as_ref().and_then(|connection| count(connection).ok().flatten());
        if stored.is_some_and(|stored| stored >= self.orders) {
            self.began = Some(Instant::now());
            self.connection = None;
        }
    }
}
