//! Detects clock jumps: compares the clock with the elapsed time, which cannot be set.

use std::time::Duration;

use goody_domain::Instant;

/// The difference between the clock and the elapsed time that is no jump yet, in seconds: time servers adjust clocks.
const TOLERANCE_SECONDS: f64 = 5.0;
/// The share of the elapsed time that is added to it: systems slow down or speed up a clock by less to adjust it.
const TOLERANCE_SHARE: f64 = 0.001;

/// A change of the machine's clock, by hand or by a time server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    /// The time that the clock would have shown.
    pub from: Instant,
    /// The time that it showed.
    pub to: Instant,
}

impl ClockJump {
    /// How far the clock was set ahead, in seconds; negative if it was set back.
    pub fn seconds(self) -> f64 {
        self.to.seconds_since(self.from)
    }
}

/// Compares the clock with the elapsed time, from one look to the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockWatch {
    /// The clock and the elapsed time when the clock was last set, or at the first look.
    steady_since: Option<(Instant, Duration)>,
}

impl ClockWatch {
    /// Compares the clock with the elapsed time. Returns the jump if the clock was set since the last look.
    pub fn look(&mut self, now: Instant, elapsed: Duration) -> Option<ClockJump> {
        let Some((since, at)) = self.steady_since else {
            self.steady_since = Some((now, elapsed));
            return None;
        };
        let passed = elapsed.saturating_sub(at);
        let from =
            Instant::from_micros(since.micros().saturating_add(i64::try_from(passed.as_micros()).unwrap_or(i64::MAX)));
        let jump = ClockJump { from, to: now };
        if jump.seconds().abs() <= TOLERANCE_SECONDS + TOLERANCE_SHARE * passed.as_secs_f64() {
            return None;
        }
        self.steady_since = Some((now, elapsed));
        Some(jump)
    }

    /// The time since the last jump, or since the first look.
    pub fn steady_for(&self, elapsed: Duration) -> Duration {
        self.steady_since.map_or(Duration::ZERO, |(_, at)| elapsed.saturating_sub(at))
    }
}

/// The spans between two jumps in which the clock was wrong, under the assumption that it is right after the last jump: the jumps
/// after such a span do not add up to 0. Events recorded in it have a wrong time of recording.
pub fn wrong_spans(jumps: &[ClockJump]) -> Vec<(Instant, Instant)> {
    let mut wrong_by = 0.0;
    let mut spans = Vec::new();
    for pair in jumps.windows(2).rev() {
        wrong_by -= pair[1].seconds();
        if f64::abs(wrong_by) > TOLERANCE_SECONDS && pair[0].to <= pair[1].from {
            spans.push((pair[0].to, pair[1].from));
        }
    }
    spans.reverse();
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_clock_that_follows_the_elapsed_time_is_steady() {
        let mut watch = ClockWatch::default();
        for passed in [0u64, 1, 60, 3_600, 86_400] {
            // Two seconds a day are an adjustment.
            assert_eq!(watch.look(at(passed as i64 + passed as i64 / 43_200), seconds(passed)), None);
        }
        assert_eq!(watch.steady_for(seconds(86_400)), seconds(86_400));
    }

    #[test]
    fn a_jump_is_reported_and_restarts_the_steady_time() {
        let mut watch = ClockWatch::default();
        watch.look(at(0), seconds(0));
        assert_eq!(watch.look(at(1_000_010), seconds(10)), Some(ClockJump { from: at(10), to: at(1_000_010) }));
        assert_eq!(watch.look(at(1_000_020), seconds(20)), None);
        assert_eq!(watch.steady_for(seconds(20)), seconds(10));
        assert_eq!(watch.look(at(30), seconds(30)), Some(ClockJump { from: at(1_000_030), to: at(30) }));
        assert_eq!(watch.steady_for(seconds(30)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_runs_too_fast_is_reported() {
        let mut watch = ClockWatch::default();
        let jumps = (0..1_000u64).filter(|tenth| {
            let (now, elapsed) = (Instant::from_micros(*tenth as i64 * 200_000), Duration::from_millis(tenth * 100));
            watch.look(now, elapsed).is_some()
        });
        assert!(jumps.count() > 10, "the clock runs at twice the speed");
    }

    #[test]
    fn a_clock_is_wrong_from_a_jump_to_the_jump_that_reverses_it() {
        let jump = |from, to| ClockJump { from: at(from), to: at(to) };
        assert_eq!(wrong_spans(&[]), []);
        assert_eq!(wrong_spans(&[jump(0, 1_000)]), [], "the jump may have corrected the clock");
        assert_eq!(wrong_spans(&[jump(0, 1_000), jump(1_003, 3)]), [(at(1_000), at(1_003))]);
        let twice = [jump(0, 1_000), jump(1_003, 3), jump(100, 700), jump(900, 300)];
        assert_eq!(wrong_spans(&twice), [(at(1_000), at(1_003)), (at(700), at(900))]);
    }
}
