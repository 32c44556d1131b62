//! Whether the clock can be believed: it is compared with the time that passes, which nobody can set.

use std::time::Duration;

use goody_domain::Instant;

/// The clock and the time that passes may differ by so many seconds before the clock counts as set: clocks are adjusted.
const TOLERANCE_SECONDS: f64 = 5.0;
/// And by this share of the time that has passed: the system slows or hastens a clock by less to adjust it.
const TOLERANCE_SHARE: f64 = 0.001;

/// The clock was set: it moved otherwise than time passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockJump {
    /// What the clock would have shown.
    pub from: Instant,
    /// What it showed.
    pub to: Instant,
}

impl ClockJump {
    /// How far the clock was set ahead, in seconds; negative where it was set back.
    pub fn seconds(self) -> f64 {
        self.to.seconds_since(self.from)
    }
}

/// Since when the clock has moved as time passed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClockWatch {
    steady_since: Option<(Instant, Duration)>,
}

impl ClockWatch {
    /// Compares the clock with the time that has passed; says if it was set since the last look.
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

    /// For how long the clock has not been set, as far as is known.
    pub fn steady_for(&self, elapsed: Duration) -> Duration {
        self.steady_since.map_or(Duration::ZERO, |(_, at)| elapsed.saturating_sub(at))
    }
}

/// From when to when the clock was wrong, if it is right now: it was set, and later set again to make up for it. Facts that
/// were recorded then carry a wrong time of recording.
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
    fn a_clock_that_moves_as_time_passes_is_steady() {
        let mut watch = ClockWatch::default();
        for passed in [0u64, 1, 60, 3_600, 86_400] {
            // Two seconds a day are an adjustment.
            assert_eq!(watch.look(at(passed as i64 + passed as i64 / 43_200), seconds(passed)), None);
        }
        assert_eq!(watch.steady_for(seconds(86_400)), seconds(86_400));
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_and_has_to_be_steady_anew() {
        let mut watch = ClockWatch::default();
        watch.look(at(0), seconds(0));
        assert_eq!(watch.look(at(1_000_010), seconds(10)), Some(ClockJump { from: at(10), to: at(1_000_010) }));
        assert_eq!(watch.look(at(1_000_020), seconds(20)), None);
        assert_eq!(watch.steady_for(seconds(20)), seconds(10));
        assert_eq!(watch.look(at(30), seconds(30)), Some(ClockJump { from: at(1_000_030), to: at(30) }));
        assert_eq!(watch.steady_for(seconds(30)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_runs_too_fast_is_noticed() {
        let mut watch = ClockWatch::default();
        let noticed = (0..1_000u64).filter(|tenth| {
            let (now, elapsed) = (Instant::from_micros(*tenth as i64 * 200_000), Duration::from_millis(tenth * 100));
            watch.look(now, elapsed).is_some()
        });
        assert!(noticed.count() > 10, "a clock at twice its speed");
    }

    #[test]
    fn a_clock_is_wrong_from_when_it_was_set_until_it_was_set_back() {
        let jump = |from, to| ClockJump { from: at(from), to: at(to) };
        assert_eq!(wrong_spans(&[]), []);
        assert_eq!(wrong_spans(&[jump(0, 1_000)]), [], "it may have been set right");
        assert_eq!(wrong_spans(&[jump(0, 1_000), jump(1_003, 3)]), [(at(1_000), at(1_003))]);
        let twice = [jump(0, 1_000), jump(1_003, 3), jump(100, 700), jump(900, 300)];
        assert_eq!(wrong_spans(&twice), [(at(1_000), at(1_003)), (at(700), at(900))]);
    }
}
