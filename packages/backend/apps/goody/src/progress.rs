//! Progress of long work: a bar on a terminal, a plain line now and then elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// How often a plain line is written, in seconds.
const PLAIN_SECONDS: u64 = 5;

pub(crate) struct Progress {
    bar: ProgressBar,
    is_bar: bool,
    told: Duration,
}

impl Progress {
    /// Progress through so many bytes or things; unknown where 0. `unit` is how to write a position.
    pub(crate) fn new(total: u64, template: &'static str) -> Self {
        let is_bar = std::io::stderr().is_terminal();
        let target = if is_bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, is_bar, told: Duration::ZERO }
    }

    /// We are here now.
    pub(crate) fn at(&mut self, position: u64, message: impl FnOnce() -> String) {
        self.bar.set_position(position);
        let elapsed = self.bar.elapsed();
        if self.is_bar {
            self.bar.set_message(message());
        } else if elapsed >= self.told + Duration::from_secs(PLAIN_SECONDS) {
            self.told = elapsed;
            let share = self.bar.length().filter(|total| *total > 0).map(|total| 100 * position / total);
            let share = share.map(|percent| format!("{percent} %, ")).unwrap_or_default();
            say_aside!("{share}{}", message());
        }
    }

    /// The work is done: the bar goes away.
    pub(crate) fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.bar.elapsed()
    }
}
