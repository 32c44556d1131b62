//! Whether vendors are at risk, for many vendors and dates: [`Risk::of`] by tables.

use std::ops::{AddAssign, SubAssign};
use std::sync::OnceLock;

use crate::month_totals::{DamagedTotals, columns_of};
use crate::{AsOf, Bucket, Counter, Day, Figures, Minute, Outcome, Risk, Window};

/// From so many orders on, a rate is judged without the table.
const TABLE: usize = 4_096;

/// The counts of a day, or of a window, by which a risk is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RateCounts {
    /// Orders that arrived.
    pub arrived: i32,
    /// Orders that arrived or ended as an issue.
    pub completed: i32,
    /// Due orders that arrived by their promise.
    pub on_time: i32,
    /// Due orders.
    pub due: i32,
}

impl RateCounts {
    /// The counters that it is made of.
    pub fn counts(counter: Counter) -> bool {
        match counter {
            Counter::Ended(outcome) => outcome != Outcome::Cancelled,
            Counter::Due | Counter::OnTime => true,
            _ => false,
        }
    }

    /// Adds an amount of one of these counters.
    pub fn add(&mut self, counter: Counter, amount: i64) {
        let amount = i32::try_from(amount).unwrap_or(i32::MAX);
        match counter {
            Counter::Ended(Outcome::Arrived) => {
                self.arrived += amount;
                self.completed += amount;
            }
            Counter::Ended(outcome) if outcome != Outcome::Cancelled => self.completed += amount,
            Counter::Due => self.due += amount,
            Counter::OnTime => self.on_time += amount,
            _ => {}
        }
    }

    /// The counts of a bucket, of its first `cut` minutes or of the whole day.
    pub fn of_bucket(bucket: &Bucket, cut: Option<Minute>) -> Self {
        let mut counts = Self::default();
        bucket.until(cut).entries().for_each(|(counter, amount)| counts.add(counter, amount));
        counts
    }

    /// The counts of each day from `from` to the date of `last`, from the buckets of a counter series.
    pub fn of_days(buckets: &[(Day, Bucket)], from: Day, last: AsOf) -> Vec<Self> {
        let to = last.date();
        let mut days = vec![Self::default(); usize::try_from(to.number() - from.number() + 1).unwrap_or(0)];
        for (day, bucket) in buckets.iter().filter(|(day, _)| from <= *day && *day <= to) {
            let cut = last.cut().filter(|_| *day == to);
            days[usize::try_from(day.number() - from.number()).unwrap_or(0)] = Self::of_bucket(bucket, cut);
        }
        days
    }

    /// Calls `take` with the days of a month, from 0 on, and their amounts of these counters. The month is a stored
    /// [`crate::MonthTotals`].
    ///
    /// # Errors
    /// It is damaged.
    pub fn read_month(stored: &[u8], mut take: impl FnMut(i32, Counter, i64)) -> Result<(), DamagedTotals> {
        for column in columns_of(stored) {
            let column = column?;
            if Self::counts(column.counter) {
                column.for_each(|place, amount| take(i32::try_from(place).unwrap_or(0), column.counter, amount))?;
            }
        }
        Ok(())
    }

    fn risk(self) -> Risk {
        let mut figures =
            Figures { due_orders: self.due.into(), on_time_deliveries: self.on_time.into(), ..Figures::default() };
        figures.ended[Outcome::Arrived as usize] = self.arrived.into();
        figures.ended[Outcome::Lost as usize] = i64::from(self.completed) - i64::from(self.arrived);
        Risk::of(&figures)
    }
}

impl AddAssign for RateCounts {
    fn add_assign(&mut self, other: Self) {
        self.arrived += other.arrived;
        self.completed += other.completed;
        self.on_time += other.on_time;
        self.due += other.due;
    }
}

impl SubAssign for RateCounts {
    fn sub_assign(&mut self, other: Self) {
        self.arrived -= other.arrived;
        self.completed -= other.completed;
        self.on_time -= other.on_time;
        self.due -= other.due;
    }
}

/// Whether a window with these counts puts a vendor at risk, by [`Risk::of`].
///
/// A risk falls with each success, so that one number decides for each number of orders.
fn is_at_risk(counts: RateCounts) -> bool {
    /// The most successes of each number of orders with which a vendor is at risk, computed when it is needed first.
    static RELIABILITY: [OnceLock<i32>; TABLE] = [const { OnceLock::new() }; TABLE];
    static ON_TIME: [OnceLock<i32>; TABLE] = [const { OnceLock::new() }; TABLE];
    let RateCounts { arrived, completed, on_time, due } = counts;
    let most = |table: &'static [OnceLock<i32>; TABLE], good: i32, of: i32, counts: fn(i32, i32) -> RateCounts| {
        let most = table.get(usize::try_from(of).ok()?).filter(|_| 0 <= good && good <= of)?;
        Some(good <= *most.get_or_init(|| most_at_risk(of, counts)))
    };
    let reliability = most(&RELIABILITY, arrived, completed, |good, of| RateCounts {
        arrived: good,
        completed: of,
        ..RateCounts::default()
    });
    let on_time =
        most(&ON_TIME, on_time, due, |good, of| RateCounts { on_time: good, due: of, ..RateCounts::default() });
    match (reliability, on_time) {
        (Some(reliability), Some(on_time)) => reliability || on_time,
        // Beyond the tables.
        _ => counts.risk().level.is_at_risk(),
    }
}

/// The most successes of `of` orders with which a vendor is at risk; −1 if it is with none.
fn most_at_risk(of: i32, counts: fn(i32, i32) -> RateCounts) -> i32 {
    let (mut at_risk, mut fine) = (-1, of + 1);
    while at_risk + 1 < fine {
        let middle = at_risk + (fine - at_risk) / 2;
        match counts(middle, of).risk().level.is_at_risk() {
            true => at_risk = middle,
            false => fine = middle,
        }
    }
    at_risk
}

/// Adds one to the count of each date from `date` on on which a vendor is at risk. `days` are its days, from `first` on.
pub fn count_at_risk((days, first): (&[RateCounts], Day), window: Window, date: Day, dates: &mut [i64]) {
    if days.iter().all(|day| *day == RateCounts::default()) {
        return;
    }
    // The sums of the days before each.
    let mut sums = Vec::with_capacity(days.len() + 1);
    sums.push(RateCounts::default());
    for day in days {
        let mut sum = sums.last().copied().unwrap_or_default();
        sum += *day;
        sums.push(sum);
    }
    let sum_before = |day: Day| {
        let days = usize::try_from(day.number() - first.number()).unwrap_or(0);
        sums.get(days).or(sums.last()).copied().unwrap_or_default()
    };
    for (date, at_risk) in (0..).map(|days| date.plus(days)).zip(dates) {
        let mut sum = sum_before(date.plus(1));
        sum -= sum_before(window.first_day(date));
        *at_risk += i64::from(sum != RateCounts::default() && is_at_risk(sum));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_judge_as_the_rule_does() {
        for completed in 0..70 {
            for arrived in 0..=completed {
                for (on_time, due) in [(0, 0), (30, 40), (36, 40), (1, 1), (0, 1)] {
                    let counts = RateCounts { arrived, completed, on_time, due };
                    assert_eq!(is_at_risk(counts), counts.risk().level.is_at_risk(), "{counts:?}");
                    let turned = RateCounts { arrived: on_time, completed: due, on_time: arrived, due: completed };
                    assert_eq!(is_at_risk(turned), turned.risk().level.is_at_risk(), "{turned:?}");
                }
            }
        }
    }

    #[test]
    fn a_date_counts_the_seven_days_that_end_with_it() {
        let bad = RateCounts { completed: 30, ..RateCounts::default() };
        let mut days = [RateCounts::default(); 16];
        days[7] = bad;
        let mut dates = [0; 10];
        let first = Day::from_number(20_000);
        count_at_risk((&days, first), Window::Days7, first.plus(6), &mut dates);
        assert_eq!(dates, [0, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    }
}
