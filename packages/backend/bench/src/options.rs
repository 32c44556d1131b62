//! The command-line options that the programs share, and their working folder.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use goody_domain::Instant;
use tempfile::TempDir;

use crate::Failure;
use crate::generator::{Generator, GeneratorSettings};

/// The number of orders for which the goals are defined. Goals are evaluated at this size and above.
pub const FULL_SIZE: u64 = 5_000_000;

/// The options that the programs share.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Run with few orders, in seconds. Goals are not evaluated.
    #[arg(long)]
    pub quick: bool,
    /// The number of orders.
    #[arg(long)]
    pub orders: Option<u64>,
    /// The number of vendors.
    #[arg(long, default_value_t = 1_600)]
    pub vendors: usize,
    /// The seed of the generator. A different seed gives different orders.
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// The number of days of the orders. Fewer days for fewer orders keep the number of orders per day.
    #[arg(long, default_value_t = 730)]
    pub days: u32,
    /// The end of these days, RFC 3339. Default: now.
    #[arg(long, value_parser = Instant::parse)]
    pub now: Option<Instant>,
    /// The working folder. Default: a new temporary folder.
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// Keep the files in the working folder.
    #[arg(long)]
    pub keep: bool,
    /// The binary to measure. Default: `goody` in the folder of this program.
    #[arg(long)]
    pub goody: Option<PathBuf>,
}

impl Options {
    /// The number of orders to generate: that of the options, or else 10,000 with `--quick` and the full size without.
    pub fn size(&self) -> u64 {
        self.orders.unwrap_or(if self.quick { 10_000 } else { FULL_SIZE })
    }

    /// The end of the generated time.
    pub fn now(&self) -> Instant {
        self.now.unwrap_or_else(wall_clock)
    }

    /// A generator of `orders` orders with these options.
    pub fn generator(&self, orders: u64) -> Result<Generator, Failure> {
        Generator::new(GeneratorSettings {
            seed: self.seed,
            orders,
            vendors: self.vendors,
            days: self.days,
            now: self.now(),
        })
    }

    /// The working folder, which this creates.
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

/// The time of the machine's clock.
#[expect(clippy::disallowed_methods, reason = "the measured server reads the clock; the events must match its time")]
pub fn wall_clock() -> Instant {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
}

/// The working folder. A temporary one is deleted at the end, unless `--keep` is set.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Folder {
    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path in the folder. Removes an existing file with this name.
    pub fn new_path(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        remove_database(&path)?;
        Ok(path)
    }

    /// Removes a file, unless `keep` is true.
    pub fn remove(&self, path: &Path, keep: bool) -> Result<(), Failure> {
        if keep { Ok(()) } else { remove_database(path) }
    }

    /// Whether the folder is deleted when this value is dropped.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }
}

/// Removes a file and the files that SQLite adds to it.
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
