//! The numbers of a window of seven days: counts, and the rates computed from them. docs/NUMBERS.md has the formulas.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::{ActiveStatus, Counter, Counters, Outcome, Status};

/// The counts of one window, up to an instant T. The fleet's figures are the sums of its vendors' figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Orders placed in the window.
    pub total_orders: i64,
    /// Orders that ended in the window, by [`Outcome`].
    pub ended: [i64; 6],
    /// Microseconds from placement to arrival, summed over the arrived orders.
    pub delivery_micros: i64,
    /// Suspect orders among the arrived ones: they are in no mean of hours.
    pub suspect_arrivals: i64,
    /// Promises in the window and before T, of orders not cancelled before the promise passed.
    pub due_orders: i64,
    /// Due orders that arrived by their promise.
    pub on_time_deliveries: i64,
    /// Orders in each [`ActiveStatus`] at T.
    pub active: [i64; 3],
    /// Active orders at T with their promise before T.
    pub delayed_orders: i64,
    /// Deadlines for the handover in the window and before T, of orders not cancelled before the deadline passed.
    pub ship_due_orders: i64,
    /// Those that were handed over by their deadline.
    pub shipped_on_time: i64,
    /// Orders handed over in the window, apart from suspect ones.
    pub handed_over: i64,
    /// Microseconds from placement to handover, summed over these.
    pub handover_micros: i64,
    /// Orders that are `Placed` at T with their deadline for the handover before T.
    pub unshipped_orders: i64,
    /// Orders on their way at T without an event for [`crate::ReportZone::stall_seconds`].
    pub stalled_orders: i64,
    /// Orders that customers returned in the window.
    pub returned_orders: i64,
    /// Orders that were cancelled in the window after they were completed.
    pub refunded_orders: i64,
}

impl Figures {
    /// Adds the flows of a day, or of a part of one.
    pub(crate) fn add_flows(&mut self, day: &Counters) {
        self.total_orders += day[Counter::Entered(ActiveStatus::Placed)];
        for outcome in Outcome::ALL {
            self.ended[outcome as usize] += day[Counter::Ended(outcome)];
        }
        self.delivery_micros += day[Counter::DeliveryMicros];
        self.suspect_arrivals += day[Counter::SuspectArrivals];
        self.ship_due_orders += day[Counter::ShipDue];
        self.shipped_on_time += day[Counter::ShippedOnTime];
        self.handed_over += day[Counter::HandedOver];
        self.handover_micros += day[Counter::HandoverMicros];
        self.returned_orders += day[Counter::Returned];
        self.refunded_orders += day[Counter::Refunded];
        self.due_orders += day[Counter::Due];
        self.on_time_deliveries += day[Counter::OnTime];
    }

    /// Orders that ended with this outcome in the window.
    pub fn ended(&self, outcome: Outcome) -> i64 {
        self.ended[outcome as usize]
    }

    /// Orders that arrived.
    pub fn arrived_orders(&self) -> i64 {
        self.ended(Outcome::Arrived)
    }

    /// Orders that were cancelled.
    pub fn cancelled_orders(&self) -> i64 {
        self.ended(Outcome::Cancelled)
    }

    /// Orders lost, damaged, undeliverable or returned.
    pub fn issue_count(&self) -> i64 {
        Outcome::ALL.into_iter().filter(|outcome| outcome.status().is_issue()).map(|outcome| self.ended(outcome)).sum()
    }

    /// Orders that arrived or ended as an issue.
    pub fn completed_orders(&self) -> i64 {
        self.arrived_orders() + self.issue_count()
    }

    /// Orders in any active status at T.
    pub fn active_orders(&self) -> i64 {
        self.active.iter().sum()
    }

    /// For an active status, the orders in it at T; for an outcome, the orders that ended with it in the window.
    pub fn status_count(&self, status: Status) -> i64 {
        match (status.active(), status.outcome()) {
            (Some(active), _) => self.active[active as usize],
            (_, Some(outcome)) => self.ended(outcome),
            (None, None) => 0,
        }
    }

    /// 100 × arrived ÷ completed; `None` when nothing completed.
    pub fn reliability_score(&self) -> Option<f64> {
        percent(self.arrived_orders(), self.completed_orders())
    }

    /// The 95 % confidence interval of [`Figures::reliability_score`].
    pub fn reliability_interval(&self) -> Option<Interval> {
        Interval::wilson(self.arrived_orders(), self.completed_orders())
    }

    /// 100 × issues ÷ completed.
    pub fn issue_rate(&self) -> Option<f64> {
        percent(self.issue_count(), self.completed_orders())
    }

    /// 100 × cancelled ÷ (completed + cancelled).
    pub fn cancellation_rate(&self) -> Option<f64> {
        percent(self.cancelled_orders(), self.completed_orders() + self.cancelled_orders())
    }

    /// 100 × on time ÷ due.
    pub fn on_time_percentage(&self) -> Option<f64> {
        percent(self.on_time_deliveries, self.due_orders)
    }

    /// The 95 % confidence interval of [`Figures::on_time_percentage`].
    pub fn on_time_interval(&self) -> Option<Interval> {
        Interval::wilson(self.on_time_deliveries, self.due_orders)
    }

    /// 100 × handed over by the deadline ÷ deadlines.
    pub fn shipped_on_time_percentage(&self) -> Option<f64> {
        percent(self.shipped_on_time, self.ship_due_orders)
    }

    /// The mean of the hours from placement to arrival, over the arrived orders apart from suspect ones.
    pub fn avg_delivery_hours(&self) -> Option<f64> {
        mean_hours(self.delivery_micros, self.arrived_orders() - self.suspect_arrivals)
    }

    /// The mean of the hours from placement to handover, over the orders handed over apart from suspect ones.
    pub fn avg_handover_hours(&self) -> Option<f64> {
        mean_hours(self.handover_micros, self.handed_over)
    }
}

impl AddAssign<&Figures> for Figures {
    fn add_assign(&mut self, other: &Figures) {
        self.total_orders += other.total_orders;
        for (sum, count) in self.ended.iter_mut().zip(other.ended) {
            *sum += count;
        }
        self.delivery_micros += other.delivery_micros;
        self.suspect_arrivals += other.suspect_arrivals;
        self.ship_due_orders += other.ship_due_orders;
        self.shipped_on_time += other.shipped_on_time;
        self.handed_over += other.handed_over;
        self.handover_micros += other.handover_micros;
        self.unshipped_orders += other.unshipped_orders;
        self.stalled_orders += other.stalled_orders;
        self.returned_orders += other.returned_orders;
        self.refunded_orders += other.refunded_orders;
        self.due_orders += other.due_orders;
        self.on_time_deliveries += other.on_time_deliveries;
        for (sum, count) in self.active.iter_mut().zip(other.active) {
            *sum += count;
        }
        self.delayed_orders += other.delayed_orders;
    }
}

fn mean_hours(micros: i64, count: i64) -> Option<f64> {
    (count > 0).then(|| micros as f64 / 3_600_000_000.0 / count as f64)
}

fn percent(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * part as f64 / whole as f64)
}

/// A 95 % confidence interval, in percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Interval {
    /// The Wilson score interval of `successes` out of `trials`; `None` without trials.
    ///
    /// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    /// Statistical Association 22 (1927): 209–212; z is the 97.5 % quantile of the standard normal distribution.
    ///
    /// ```
    /// # use goody_domain::Interval;
    /// let interval = Interval::wilson(33, 35).unwrap();
    /// assert!((interval.lower - 81.39294258).abs() < 1e-8);
    /// assert!((interval.upper - 98.41868381).abs() < 1e-8);
    /// assert!(Interval::wilson(0, 0).is_none());
    /// ```
    pub fn wilson(successes: i64, trials: i64) -> Option<Self> {
        const Z: f64 = 1.959_963_984_540_054;
        if trials <= 0 {
            return None;
        }
        let n = trials as f64;
        let p = successes as f64 / n;
        let centre = p + Z * Z / (2.0 * n);
        let half_width = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 100.0 / (1.0 + Z * Z / n);
        // Rounding can put an end slightly below 0 or above 100.
        Some(Self {
            lower: (scale * (centre - half_width)).clamp(0.0, 100.0),
            upper: (scale * (centre + half_width)).clamp(0.0, 100.0),
        })
    }

    /// The distance between the ends, in percentage points.
    pub fn width(self) -> f64 {
        self.upper - self.lower
    }
}
