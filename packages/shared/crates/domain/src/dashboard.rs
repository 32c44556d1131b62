//! The dashboard: the numbers of the fleet on one date, computed from the vendors' reports.

use std::collections::BTreeMap;

use crate::{AsOf, Currency, Day, Figures, Instant, Overdue, Report, RiskLevel, Trends};

/// The most vendors in the list of the best and in the list of the worst.
pub const LEADERS: usize = 10;

/// All vendors together in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// The sum of the vendors' figures.
    pub figures: Figures,
    /// Vendors whose risk is medium or high.
    pub at_risk_vendors: i64,
}

/// How the fleet changed from the week before: current − previous.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FleetTrends {
    /// Change of the reliability, in percentage points.
    pub reliability: Option<f64>,
    /// Change of the on-time percentage, in percentage points.
    pub on_time: Option<f64>,
    /// Change of the number of active orders.
    pub active_orders: i64,
    /// Change of the number of delayed orders.
    pub delayed_orders: i64,
    /// Change of the number of unshipped orders.
    pub unshipped_orders: i64,
    /// Change of the number of stalled orders.
    pub stalled_orders: i64,
    /// Change of the number of vendors at risk.
    pub at_risk_vendors: i64,
}

/// The fleet on one date. Its numbers are sums over vendors and rates of those sums, never means of percentages.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard<'a> {
    /// The date it is about.
    pub date: Day,
    /// T of the reports it is computed from.
    pub as_of: Instant,
    /// The seven days ending with the date.
    pub current: Fleet,
    /// The seven days before.
    pub previous: Fleet,
    /// The value of the orders that are delayed at T, by currency; `None` unless the date is today.
    pub overdue: Option<Vec<Overdue>>,
    /// At most [`LEADERS`] vendors of low risk: those whose interval has the highest lower end.
    pub top_performing: Vec<&'a Report>,
    /// At most [`LEADERS`] vendors of high risk: those that are most likely at risk.
    pub underperforming: Vec<&'a Report>,
}

impl Fleet {
    fn add(&mut self, figures: &Figures, risk: RiskLevel) {
        self.figures += figures;
        self.at_risk_vendors += i64::from(risk.is_at_risk());
    }
}

/// The sums of what vendors have overdue, by currency, or `None` if the reports are not of today.
fn sum_of_overdue<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Option<Vec<Overdue>> {
    let mut sums: BTreeMap<Currency, Overdue> = BTreeMap::new();
    for report in reports {
        for Overdue { currency, orders, amount } in report.overdue.as_ref()? {
            let sum = sums.entry(*currency).or_insert(Overdue { currency: *currency, orders: 0, amount: 0 });
            (sum.orders, sum.amount) = (sum.orders + orders, sum.amount.wrapping_add(*amount));
        }
    }
    Some(sums.into_values().collect())
}

/// The currency in which the values of different vendors are compared: that of most delayed orders, and of several the first in the
/// alphabet. `None` if there is none, or the reports are not of today.
pub fn main_currency<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Option<Currency> {
    let sums = sum_of_overdue(reports)?;
    sums.iter().rev().max_by_key(|sum| sum.orders).map(|sum| sum.currency)
}

impl<'a> Dashboard<'a> {
    /// Computes the dashboard from reports that were all computed as of `as_of`.
    pub fn fold(reports: impl IntoIterator<Item = &'a Report> + Clone, as_of: AsOf) -> Self {
        let mut dashboard = Self {
            date: as_of.date(),
            as_of: as_of.at(),
            current: Fleet::default(),
            previous: Fleet::default(),
            overdue: as_of.cut().and_then(|_| sum_of_overdue(reports.clone())),
            top_performing: Vec::new(),
            underperforming: Vec::new(),
        };
        for report in reports {
            dashboard.current.add(&report.current7d, report.risk.level);
            dashboard.previous.add(&report.previous7d, report.previous_risk.level);
            match report.risk.level {
                RiskLevel::Low => dashboard.top_performing.push(report),
                RiskLevel::High => dashboard.underperforming.push(report),
                RiskLevel::Medium | RiskLevel::Insufficient => {}
            }
        }
        let lower_end =
            |report: &Report| report.current7d.reliability_interval().map_or(0.0, |interval| interval.lower);
        dashboard
            .top_performing
            .sort_by(|a, b| lower_end(b).total_cmp(&lower_end(a)).then_with(|| a.vendor_id.cmp(&b.vendor_id)));
        dashboard.underperforming.sort_by(|a, b| {
            let probability = |report: &Report| report.risk.probability.unwrap_or_default();
            let delayed = |report: &Report| report.current7d.delayed_orders;
            let worst_first = probability(b).total_cmp(&probability(a)).then_with(|| delayed(b).cmp(&delayed(a)));
            worst_first.then_with(|| a.vendor_id.cmp(&b.vendor_id))
        });
        dashboard.top_performing.truncate(LEADERS);
        dashboard.underperforming.truncate(LEADERS);
        dashboard
    }

    /// How the fleet changed from the week before.
    pub fn trends(&self) -> FleetTrends {
        let trends = Trends { current: &self.current.figures, previous: &self.previous.figures };
        FleetTrends {
            reliability: trends.rate(Figures::reliability_score),
            on_time: trends.rate(Figures::on_time_percentage),
            active_orders: trends.count(Figures::active_orders),
            delayed_orders: trends.count(|figures| figures.delayed_orders),
            unshipped_orders: trends.count(|figures| figures.unshipped_orders),
            stalled_orders: trends.count(|figures| figures.stalled_orders),
            at_risk_vendors: self.current.at_risk_vendors - self.previous.at_risk_vendors,
        }
    }
}
