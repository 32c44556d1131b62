//! The clock of the functions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;

/// The source of the current time.
#[derive(Clone, Debug)]
pub enum FunctionClock {
    /// The machine's clock.
    Machine,
    /// A file with an instant, which tests write.
    File(PathBuf),
}

impl FunctionClock {
    /// A clock that reads its time from a file.
    ///
    /// # Errors
    /// The file cannot be read, or has no instant.
    pub fn from_file(path: &str) -> Result<Self, String> {
        read(Path::new(path)).map(|_| Self::File(path.into()))
    }
}

impl Clock for FunctionClock {
    #[expect(clippy::disallowed_methods, reason = "the only place in this crate that reads the clock")]
    fn now(&self) -> Instant {
        match self {
            Self::Machine => jiff::Timestamp::now().into(),
            // The panic fails the invocation with the reason: an invented time would corrupt the reports.
            Self::File(path) => read(path).unwrap_or_else(|error| panic!("the clock {}: {error}", path.display())),
        }
    }

    /// Derived from the time of day: no function detects clock jumps, as each invocation may run on another machine.
    fn elapsed(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.now().micros()).unwrap_or(0))
    }
}

fn read(path: &Path) -> Result<Instant, String> {
    Instant::parse(std::fs::read_to_string(path).map_err(|error| error.to_string())?.trim())
}
