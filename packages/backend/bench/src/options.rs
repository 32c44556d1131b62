//! What every program is told on its command line, and the folder it works in.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use goody_domain::Instant;
use tempfile::TempDir;

use crate::Failure;
use crate::generator::{Generator, Shape};

/// How many orders the figures to reach are about. Goals are judged at this size and above.
pub const FULL_SIZE: u64 = 5_000_000;

/// Options of every program.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The same table from few orders, in seconds. Goals are not judged.
    #[arg(long)]
    pub quick: bool,
    /// How many orders.
    #[arg(long)]
    pub orders: Option<u64>,
    /// How many vendors.
    #[arg(long, default_value_t = 1_600)]
    pub vendors: usize,
    /// Another seed gives other orders.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// Over how many days they are spread. Fewer orders over fewer days are as dense as many orders over two years.
    #[arg(long, default_value_t = 730)]
    pub days: u32,
    /// The instant at which those days end, RFC 3339. Default: now.
    #[arg(long, value_parser = Instant::parse)]
    pub now: Option<Instant>,
    /// Where to work. Default: a new temporary folder.
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// Leave the files there.
    #[arg(long)]
    pub keep: bool,
    /// The server and importer to measure. Default: the `goody` beside this program.
    #[arg(long)]
    pub goody: Option<PathBuf>,
}

impl Options {
    /// How many orders to generate: as told, else few where it has to be quick, else the full size.
    pub fn size(&self) -> u64 {
        self.orders.unwrap_or(if self.quick { 10_000 } else { FULL_SIZE })
    }

    /// When the generated orders end.
    pub fn now(&self) -> Instant {
        self.now.unwrap_or_else(wall_clock)
    }

    /// Orders as these options describe them, `orders` in number.
    pub fn generator(&self, orders: u64) -> Result<Generator, Failure> {
        Generator::new(Shape { seed: self.seed, orders, vendors: self.vendors, days: self.days, now: self.now() })
    }

    /// The folder to work in.
    pub fn folder(&self) -> Result<Folder, Failure> {
        if let Some(path) = &self.dir {
            std::fs::create_dir_all(path)?;
            return Ok(Folder { path: path.canonicalize()?, temporary: None });
        }
        let mut temporary = tempfile::Builder::new().prefix("goody-bench-").tempdir()?;
        temporary.disable_cleanup(self.keep);
        Ok(Folder { path: temporary.path().into(), temporary: Some(temporary) })
    }
}

/// What time it is.
#[expect(
    clippy::disallowed_methods,
    reason = "the server beside us reads the clock, and what it is told must fit to it"
)]
pub fn wall_clock() -> Instant {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
}

/// A folder to work in, which goes away in the end where nobody named it or asked to keep it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Folder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A place in it, where nothing is any more.
    pub fn fresh(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        remove_database(&path)?;
        Ok(path)
    }

    /// Removes a file that is no longer needed, unless all is to be kept.
    pub fn done_with(&self, path: &Path, keep: bool) -> Result<(), Failure> {
        if keep { Ok(()) } else { remove_database(path) }
    }

    /// Whether the folder goes away with this value.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }
}

/// Removes a file, and what SQLite keeps beside it.
fn remove_database(path: &Path) -> Result<(), Failure> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}
