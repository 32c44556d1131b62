//! Windows: the days that the numbers of a date are about, and the days to compare them with.

use crate::report::{flows, set_levels};
use crate::{AsOf, CounterSeries, Day, Figures, Month, ReportZone};

/// The days of a report that end with its date, and the days before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Window {
    /// Seven days, and the seven before.
    #[default]
    Days7,
    /// 28 days, and the 28 before.
    Days28,
    /// 90 days, and the 90 before.
    Days90,
    /// The calendar month of the date until the date, and the whole month before.
    Month,
    /// The calendar quarter of the date until the date, and the whole quarter before.
    Quarter,
}

impl Window {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Days7, Self::Days28, Self::Days90, Self::Month, Self::Quarter];

    /// The word used in queries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days7 => "7d",
            Self::Days28 => "28d",
            Self::Days90 => "90d",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// Reads one of the five words.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.as_str() == text)
    }

    /// Its days, if it has the same number on each date.
    fn days(self) -> Option<i32> {
        match self {
            Self::Days7 => Some(7),
            Self::Days28 => Some(28),
            Self::Days90 => Some(90),
            Self::Month | Self::Quarter => None,
        }
    }

    /// The first day of the window that ends with a date.
    pub fn first_day(self, date: Day) -> Day {
        if let Some(days) = self.days() {
            return date.plus(1 - days);
        }
        let month = Month::of(date);
        match self {
            Self::Quarter => month.plus(-month.number().rem_euclid(3)).first_day(),
            _ => month.first_day(),
        }
    }

    /// The first and the last day of the window before the one that ends with a date.
    pub fn previous(self, date: Day) -> (Day, Day) {
        let last = self.first_day(date).plus(-1);
        (self.first_day(last), last)
    }

    /// The day whose minutes the levels of the window before need, and how many of them, if the date is today: as many days before
    /// T as the window has. The levels of a month or a quarter are those at its end.
    pub fn previous_cut(self, as_of: AsOf, zone: &ReportZone) -> Option<(Day, u16)> {
        self.days().and_then(|days| zone.cut_days_before(as_of, days))
    }

    /// The figures of the window that ends with the date of `as_of`, and of the one before.
    ///
    /// `series` must hold every bucket from the first day of the window before on, to the day until which its totals are at least; with
    /// the minutes of the date and of the day of [`Window::previous_cut`].
    pub fn figures(self, series: &CounterSeries, as_of: AsOf, zone: &ReportZone) -> [Figures; 2] {
        let date = as_of.date();
        let (first, last) = self.previous(date);
        let mut current = flows(series, self.first_day(date), date, as_of.cut());
        set_levels(&mut current, series, date, as_of.cut());
        let mut previous = flows(series, first, last, None);
        match self.previous_cut(as_of, zone) {
            Some((day, cut)) => set_levels(&mut previous, series, day, Some(cut)),
            None => set_levels(&mut previous, series, last, None),
        }
        [current, previous]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_with_its_date() {
        let day = |text: &str| Day::parse(text).unwrap();
        for (window, date, first, before) in [
            ("7d", "2026-03-10", "2026-03-04", ("2026-02-25", "2026-03-03")),
            ("28d", "2026-03-10", "2026-02-11", ("2026-01-14", "2026-02-10")),
            ("90d", "2026-03-31", "2026-01-01", ("2025-10-03", "2025-12-31")),
            ("month", "2026-03-01", "2026-03-01", ("2026-02-01", "2026-02-28")),
            ("month", "2026-01-31", "2026-01-01", ("2025-12-01", "2025-12-31")),
            ("quarter", "2026-03-10", "2026-01-01", ("2025-10-01", "2025-12-31")),
            ("quarter", "2026-04-01", "2026-04-01", ("2026-01-01", "2026-03-31")),
        ] {
            let window = Window::parse(window).unwrap();
            assert_eq!(window.first_day(day(date)), day(first), "{window:?} of {date}");
            assert_eq!(window.previous(day(date)), (day(before.0), day(before.1)), "{window:?} of {date}");
        }
        assert_eq!(Window::parse("14d"), None);
    }
}
