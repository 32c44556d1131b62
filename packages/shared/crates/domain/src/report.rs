//! One vendor's numbers for one date: a pure function of its buckets and an instant.

use serde::{Deserialize, Serialize};

use crate::{
    ActiveStatus, AsOf, Bucket, Counter, CounterSeries, Counters, Currency, Day, Figures, Instant, Minute, ReportZone,
    Risk, VendorId,
};

/// The days of a window.
const WINDOW: i32 = 7;
/// A smaller change of the reliability, in percentage points, is no trend.
const STABLE_BELOW: f64 = 2.0;

/// One vendor's numbers for one date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The vendor.
    pub vendor_id: VendorId,
    /// The date it is about.
    pub date: Day,
    /// T: only events before this instant count.
    pub as_of: Instant,
    /// The seven days ending with the date, up to T; levels at T.
    pub current7d: Figures,
    /// The seven days before; levels at T − 7 days.
    pub previous7d: Figures,
    /// The risk by `current7d`.
    #[serde(default)]
    pub risk: Risk,
    /// The risk by `previous7d`.
    #[serde(default)]
    pub previous_risk: Risk,
    /// The value of the orders that are delayed at T, by currency; `None` unless the date is today.
    #[serde(default)]
    pub overdue: Option<Vec<Overdue>>,
    /// The latest delivery before T.
    #[serde(default)]
    pub last_arrival_at: Option<Instant>,
    /// The latest `occurredAt` it reflects; `None` before the first fact.
    pub updated_at: Option<Instant>,
}

/// The delayed orders whose gift values are in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overdue {
    /// The currency.
    pub currency: Currency,
    /// How many orders.
    pub orders: i64,
    /// The sum of their gift values, in minor units.
    pub amount: i64,
}

impl Report {
    /// Replaces the figures of both windows, and the risks by them.
    pub fn set_windows(&mut self, [current, previous]: [Figures; 2]) {
        (self.current7d, self.previous7d) = (current, previous);
        (self.risk, self.previous_risk) = (Risk::of(&current), Risk::of(&previous));
    }

    /// The gift values of the delayed orders in one currency, in minor units. 0 without a currency, and on past dates.
    pub fn overdue_in(&self, currency: Option<Currency>) -> i64 {
        let amounts = self.overdue.iter().flatten().filter(|overdue| Some(overdue.currency) == currency);
        amounts.map(|overdue| overdue.amount).sum()
    }

    /// Both windows, to compare them.
    pub fn trends(&self) -> Trends<'_> {
        Trends { current: &self.current7d, previous: &self.previous7d }
    }
}

/// The report of one vendor as of `as_of`.
///
/// `series` must hold every bucket from 13 days before the date on, to the day until which its totals are at least. A level at T is
/// these totals less the flows at T or later: the work grows with the days between both, not with the orders.
pub fn report(vendor_id: &VendorId, series: &CounterSeries, as_of: AsOf, zone: &ReportZone) -> Report {
    let date = as_of.date();
    let current7d = figures(series, as_of);
    let previous7d = window(series, date.plus(-WINDOW), None, as_of.cut_week_ago());
    Report {
        vendor_id: vendor_id.clone(),
        date,
        as_of: as_of.at(),
        current7d,
        previous7d,
        risk: Risk::of(&current7d),
        previous_risk: Risk::of(&previous7d),
        overdue: as_of.cut().map(|_| overdue(series, as_of)),
        last_arrival_at: latest(series, as_of, zone, Bucket::latest_delivery).or(series.earlier_delivery),
        updated_at: latest(series, as_of, zone, Bucket::latest_fact).or(series.earlier_fact),
    }
}

/// The flows of the seven days ending with `last`, with the first `cut` minutes of that day only, and the levels after
/// `level_cut` minutes of it.
fn window(series: &CounterSeries, last: Day, cut: Option<Minute>, level_cut: Option<Minute>) -> Figures {
    let mut figures = flows(series, last.plus(1 - WINDOW), last, cut);
    set_levels(&mut figures, series, last, level_cut);
    figures
}

/// Sets the levels after `cut` minutes of a day.
pub(crate) fn set_levels(figures: &mut Figures, series: &CounterSeries, day: Day, cut: Option<Minute>) {
    let covered = series.totals_until.unwrap_or(Day::from_number(i32::MAX));
    let later = series.days(day.plus(1), covered);
    let missing = if covered < day { series.days(covered.plus(1), day) } else { &[] };
    let until = cut.and_then(|cut| series.day(day).map(|bucket| (&bucket.totals, bucket.until(Some(cut)))));
    let level = |entered: Counter, left: Counter| {
        let flow = |counters: &Counters| counters[entered] - counters[left];
        let sum = |days: &[(Day, Bucket)]| days.iter().map(|(_, bucket)| flow(&bucket.totals)).sum::<i64>();
        let rest_of_day = until.as_ref().map_or(0, |(day, until)| flow(day) - flow(until));
        flow(&series.totals) + sum(missing) - sum(later) - rest_of_day
    };
    for status in ActiveStatus::ALL {
        figures.active[status as usize] = level(Counter::Entered(status), Counter::Left(status));
    }
    figures.delayed_orders = level(Counter::OverdueEntered, Counter::OverdueLeft);
    figures.unshipped_orders = level(Counter::UnshippedEntered, Counter::UnshippedLeft);
    figures.stalled_orders = level(Counter::StalledEntered, Counter::StalledLeft);
}

/// The flows from one day to another, with the first `cut` minutes of the last day only; no levels.
pub(crate) fn flows(series: &CounterSeries, first: Day, last: Day, cut: Option<Minute>) -> Figures {
    let mut figures = Figures::default();
    for (day, bucket) in series.days(first, last) {
        match cut.filter(|_| *day == last) {
            None => figures.add_flows(&bucket.totals),
            cut => figures.add_flows(&bucket.until(cut)),
        }
    }
    figures
}

/// The flows of the seven days ending with the date, and the levels at T: a report's `current7d`, for any scope.
pub fn figures(series: &CounterSeries, as_of: AsOf) -> Figures {
    window(series, as_of.date(), as_of.cut(), as_of.cut())
}

/// The flows of the date, without levels.
pub fn one_day(series: &CounterSeries, as_of: AsOf) -> Figures {
    flows(series, as_of.date(), as_of.date(), as_of.cut())
}

/// The value of the orders that are delayed at T, by currency.
fn overdue(series: &CounterSeries, as_of: AsOf) -> Vec<Overdue> {
    let date = as_of.date();
    let mut levels = Counters::default();
    let mut add = |counters: &Counters, sign: i64| {
        for (counter, amount) in counters.entries() {
            if let Counter::OverdueValue(_) | Counter::OverdueOrders(_) = counter {
                levels.add(counter, amount.wrapping_mul(sign));
            }
        }
    };
    add(&series.totals, 1);
    for (day, bucket) in series.days(date, series.totals_until.unwrap_or(Day::from_number(i32::MAX))) {
        add(&bucket.totals, -1);
        if *day == date {
            add(&bucket.until(as_of.cut()), 1);
        }
    }
    let orders = levels.entries().filter_map(|(counter, orders)| match counter {
        Counter::OverdueOrders(currency) => Some((currency, orders)),
        _ => None,
    });
    orders
        .map(|(currency, orders)| Overdue { currency, orders, amount: levels[Counter::OverdueValue(currency)] })
        .collect()
}

/// The latest instant before T among those that `latest_of` finds in a bucket's first minutes.
fn latest(
    series: &CounterSeries,
    as_of: AsOf,
    zone: &ReportZone,
    latest_of: impl Fn(&Bucket, Option<Minute>) -> Option<(Minute, i64)>,
) -> Option<Instant> {
    series.days(Day::from_number(i32::MIN), as_of.date()).iter().rev().find_map(|(day, bucket)| {
        let (minute, micros) = latest_of(bucket, as_of.cut().filter(|_| *day == as_of.date()))?;
        Some(Instant::from_micros(zone.start(*day).plus_seconds(i64::from(minute) * 60).micros() + micros))
    })
}

/// The reliability score of each of the `days` dates ending with the date of `as_of`, oldest first.
///
/// `series` must hold every bucket from `days` + 5 days before the date on.
pub fn reliability_history(series: &CounterSeries, as_of: AsOf, days: i32) -> Vec<Option<f64>> {
    let cut = |last: Day| as_of.cut().filter(|_| last == as_of.date());
    let score = |last: Day| flows(series, last.plus(1 - WINDOW), last, cut(last)).reliability_score();
    as_of.date().plus(1 - days).to(as_of.date()).map(score).collect()
}

/// Until when a report for today is valid if no event is received: the first whole minute at which more entries of the counter
/// series count, or the end of the day.
pub fn next_change(series: &CounterSeries, as_of: AsOf, zone: &ReportZone) -> Instant {
    let end_of_day = zone.end(as_of.date());
    let next = |day: Day, cut: Option<Minute>| {
        let minutes = series.day(day).map_or(&[][..], |bucket| &bucket.minutes);
        minutes.iter().map(|entry| entry.minute).find(|minute| cut.is_some_and(|cut| *minute >= cut))
    };
    let today = next(as_of.date(), as_of.cut());
    let week_ago = next(as_of.date().plus(-WINDOW), as_of.cut_week_ago());
    match [today, week_ago].into_iter().flatten().min() {
        None => end_of_day,
        // If summer time begins or ends, the minutes of the two days differ: compute the report again after a minute.
        Some(minute) => as_of.instant_of_cut(minute + 1).unwrap_or(as_of.at().plus_seconds(60)).min(end_of_day),
    }
}

/// The direction of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// Better by two percentage points or more.
    Up,
    /// Worse by two percentage points or more.
    Down,
    /// In between.
    Stable,
}

/// Two windows of one scope, to compute current − previous.
#[derive(Clone, Copy, Debug)]
pub struct Trends<'a> {
    /// The later window.
    pub current: &'a Figures,
    /// The window seven days before.
    pub previous: &'a Figures,
}

impl Trends<'_> {
    /// The difference of a count.
    pub fn count(&self, count: impl Fn(&Figures) -> i64) -> i64 {
        count(self.current) - count(self.previous)
    }

    /// The difference of a rate, in the rate's unit; `None` if either window has none.
    pub fn rate(&self, rate: impl Fn(&Figures) -> Option<f64>) -> Option<f64> {
        Some(rate(self.current)? - rate(self.previous)?)
    }

    /// The direction of the reliability; `None` if either window has none.
    pub fn direction(&self) -> Option<Trend> {
        self.rate(Figures::reliability_score).map(|points| match points {
            points if points.abs() < STABLE_BELOW => Trend::Stable,
            points if points > 0.0 => Trend::Up,
            _ => Trend::Down,
        })
    }
}
