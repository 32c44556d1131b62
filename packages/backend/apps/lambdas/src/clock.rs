//! The only clock the functions have.

use std::path::{Path, PathBuf};
use std::time::Duration;

use goody_application::ports::Clock;
use goody_domain::Instant;

/// Tells what time it is.
#[derive(Clone, Debug)]
pub enum FunctionClock {
    /// By the machine's clock.
    Machine,
    /// By what a file says: a clock that tests set.
    File(PathBuf),
}

impl FunctionClock {
    /// A clock that stands where a file says.
    ///
    /// # Errors
    /// The file cannot be read, or says no instant.
    pub fn from_file(path: &str) -> Result<Self, String> {
        read(Path::new(path)).map(|_| Self::File(path.into()))
    }
}

impl Clock for FunctionClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes in")]
    fn now(&self) -> Instant {
        match self {
            Self::Machine => jiff::Timestamp::now().into(),
            // The invocation fails by this, and says why: a time that was made up would be worse.
            Self::File(path) => read(path).unwrap_or_else(|error| panic!("the clock {}: {error}", path.display())),
        }
    }

    /// By the clock: nothing in a function asks whether it was set, as each invocation may run on another machine.
    fn elapsed(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.now().micros()).unwrap_or(0))
    }
}

fn read(path: &Path) -> Result<Instant, String> {
    Instant::parse(std::fs::read_to_string(path).map_err(|error| error.to_string())?.trim())
}
