//! Calendar months, in the report time zone.

use std::fmt;

use jiff::civil::Date;

use crate::Day;

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month that a day belongs to.
    pub fn of(day: Day) -> Self {
        let date = day.date();
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// The months since January of the year 0.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The month with a [`Month::number`].
    pub const fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// The month after `months` more.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let year = i16::try_from(self.0.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1);
        Day::of(Date::new(year, month, 1).unwrap_or(Date::MAX))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.plus(1).first_day().plus(-1)
    }

    /// Every month from this one to `last`, both included.
    pub fn to(self, last: Self) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (self.0..=last.0).map(Self)
    }

    /// Reads the form in which it is written.
    pub fn parse(text: &str) -> Option<Self> {
        let month = Self::of(Day::parse(&format!("{text}-01")).ok()?);
        (month.to_string() == text).then_some(month)
    }
}

impl fmt::Display for Month {
    /// As in `2026-11`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_days() {
        for (day, name, first, last) in [
            ("2024-02-10", "2024-02", "2024-02-01", "2024-02-29"),
            ("2026-12-31", "2026-12", "2026-12-01", "2026-12-31"),
            ("2027-01-01", "2027-01", "2027-01-01", "2027-01-31"),
        ] {
            let month = Month::of(Day::parse(day).unwrap());
            let days = (month.first_day().to_string(), month.last_day().to_string());
            assert_eq!((month.to_string().as_str(), days), (name, (first.to_owned(), last.to_owned())));
            assert_eq!((Month::parse(name), Month::from_number(month.number())), (Some(month), month));
        }
        assert_eq!((Month::parse("2026-13"), Month::parse("2026-1")), (None, None));
    }
}
