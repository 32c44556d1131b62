//! Whether vendors are at risk, for many vendors and dates: [`Risk::of`] by tables.

use std::ops::{AddAssign, SubAssign};

use crate::month_totals::{DamagedTotals, columns_of};
use crate::{Bucket, Counter, Day, Figures, Outcome, Risk, Window};

/// From so many orders on, a rate is judged without the table.
const TABLE: i64 = 4_096;

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

    /// The counts of each day from `from` to `to`, from the buckets of a counter series.
    pub fn of_days(buckets: &[(Day, Bucket)], from: Day, to: Day) -> Vec<Self> {
        let mut days = vec![Self::default(); usize::try_from(to.number() - from.number() + 1).unwrap_or(0)];
        for (day, bucket) in buckets.iter().filter(|(day, _)| from <= *day && *day <= to) {
            let counts = &mut days[usize::try_from(day.number() - from.number()).unwrap_or(0)];
            bucket.totals.entries().for_each(|(counter, amount)| counts.add(counter, amount));
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

/// Tables of the most successes of each number of orders with which a vendor is at risk.
///
/// A risk falls with each success, so one number decides. The rules stay in [`Risk::of`], by which the tables are made when needed.
#[derive(Clone, Debug, Default)]
pub struct AtRisk {
    reliability: Vec<Option<i32>>,
    on_time: Vec<Option<i32>>,
}

impl AtRisk {
    /// Whether a window with these counts puts a vendor at risk.
    pub fn is_at_risk(&mut self, counts: RateCounts) -> bool {
        let RateCounts { arrived, completed, on_time, due } = counts;
        let is_regular = |good: i32, of: i32| 0 <= good && good <= of && i64::from(of) < TABLE;
        if !is_regular(arrived, completed) || !is_regular(on_time, due) {
            return counts.risk().level.is_at_risk();
        }
        let reliability = |good, of| RateCounts { arrived: good, completed: of, ..RateCounts::default() };
        let punctuality = |good, of| RateCounts { on_time: good, due: of, ..RateCounts::default() };
        arrived <= most(&mut self.reliability, completed, reliability)
            || on_time <= most(&mut self.on_time, due, punctuality)
    }

    /// Adds one to the count of each date from `date` on on which a vendor is at risk. `days` are its days, from `first` on.
    pub fn count(&mut self, (days, first): (&[RateCounts], Day), window: Window, date: Day, dates: &mut [i64]) {
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
            *at_risk += i64::from(sum != RateCounts::default() && self.is_at_risk(sum));
        }
    }
}

/// The most successes of `of` orders with which a vendor is at risk; −1 if it is with none.
fn most(table: &mut Vec<Option<i32>>, of: i32, counts: impl Fn(i32, i32) -> RateCounts) -> i32 {
    let place = usize::try_from(of).unwrap_or(0);
    if table.len() <= place {
        table.resize(place + 1, None);
    }
    *table[place].get_or_insert_with(|| {
        let (mut at_risk, mut fine) = (-1, of + 1);
        while at_risk + 1 < fine {
            let middle = at_risk + (fine - at_risk) / 2;
            match counts(middle, of).risk().level.is_at_risk() {
                true => at_risk = middle,
                false => fine = middle,
            }
        }
        at_risk
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_judge_as_the_rule_does() {
        let mut at_risk = AtRisk::default();
        for completed in 0..70 {
            for arrived in 0..=completed {
                for (on_time, due) in [(0, 0), (30, 40), (36, 40), (1, 1), (0, 1)] {
                    let counts = RateCounts { arrived, completed, on_time, due };
                    assert_eq!(at_risk.is_at_risk(counts), counts.risk().level.is_at_risk(), "{counts:?}");
                    let turned = RateCounts { arrived: on_time, completed: due, on_time: arrived, due: completed };
                    assert_eq!(at_risk.is_at_risk(turned), turned.risk().level.is_at_risk(), "{turned:?}");
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
        AtRisk::default().count((&days, first), Window::Days7, first.plus(6), &mut dates);
        assert_eq!(dates, [0, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    }
}
