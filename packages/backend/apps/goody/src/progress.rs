//! Shows the progress of long work: a bar on a terminal, or a line every few seconds.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// How many seconds pass between two lines.
const LINE_SECONDS: u64 = 5;

pub(crate) struct Progress {
    bar: ProgressBar,
    is_bar: bool,
    /// When the last line was printed, as time since the start.
    printed_at: Duration,
}

impl Progress {
    /// `total` is the number of bytes or items, 0 when it is unknown. `template` is the layout of the bar.
    pub(crate) fn new(total: u64, template: &'static str) -> Self {
        let is_bar = std::io::stderr().is_terminal();
        let target = if is_bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, is_bar, printed_at: Duration::ZERO }
    }

    /// Shows the current position, with a message.
    pub(crate) fn show(&mut self, position: u64, message: impl FnOnce() -> String) {
        self.bar.set_position(position);
        let elapsed = self.bar.elapsed();
        if self.is_bar {
            self.bar.set_message(message());
        } else if elapsed >= self.printed_at + Duration::from_secs(LINE_SECONDS) {
            self.printed_at = elapsed;
            let share = self.bar.length().filter(|total| *total > 0).map(|total| 100 * position / total);
            let share = share.map(|percent| format!("{percent} %, ")).unwrap_or_default();
            print_stderr!("{share}{}", message());
        }
    }

    /// Removes the bar, and returns the time since the start.
    pub(crate) fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.bar.elapsed()
    }
}
