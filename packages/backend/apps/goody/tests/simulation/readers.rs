//! Readers: clients that read while events arrive and calls fail, and the rules that every response must satisfy.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use goody_application::ports::{Clock, OrderFilter, OrderReader, RecentFilter, ReportReader};
use goody_application::read::{
    FleetCache, HealthReader, ReadError, order_page, recent_page, reports_of_vendor, vendor_report,
};
use goody_domain::{Day, GiftType, Order, Report, Status, VendorId};

use crate::clock::JumpingClock;
use crate::model::{Model, REPORT_DAYS_BEFORE};
use crate::order_filters::{matches, matches_recent};
use crate::rng::Rng;
use crate::store::{FaultyStore, is_injected};
use crate::workload::GIFTS;

/// One client that reads.
pub(crate) struct Reader {
    pub(crate) rng: Rng,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) fleet: Arc<FleetCache>,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) model: Arc<Model>,
    pub(crate) vendors: Vec<VendorId>,
    /// The mean pause between two reads, in milliseconds.
    pub(crate) mean_pause_ms: i64,
}

impl Reader {
    pub(crate) async fn run(mut self) {
        // The revision of the last dashboard of each date.
        let mut revisions = BTreeMap::new();
        loop {
            tokio::time::sleep(Duration::from_millis(self.rng.between(1, 2 * self.mean_pause_ms) as u64)).await;
            let result = match self.rng.between(0, 6) {
                0 | 1 => self.dashboard(&mut revisions).await,
                2 => self.vendor().await,
                3 => self.orders().await,
                4 => self.recent().await,
                5 => self.order().await,
                _ => self.health().await,
            };
            match result {
                Ok(()) => {}
                Err(ReadError::Store(error)) if is_injected(&error) => {}
                Err(error) => self.model.record_violation(format!("a read failed: {error:?}")),
            }
        }
    }

    fn require(&self, is_satisfied: bool, message: impl FnOnce() -> String) {
        if !is_satisfied {
            self.model.record_violation(message());
        }
    }

    /// A date in the last 20 days, mostly today.
    fn date(&mut self) -> Day {
        let today = self.store.zone().day(self.clock.now().floor_minute());
        if self.rng.chance(0.6) { today } else { today.plus(-self.rng.between(0, 20) as i32) }
    }

    /// `None` for a date that was refused. Only dates whose buckets have expired may be refused.
    fn unless_expired<T>(&self, result: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
        let Err(ReadError::DateExpired { first }) = result else { return result.map(Some) };
        let expected = self.model.state().kept_from.map(|kept_from| kept_from.plus(REPORT_DAYS_BEFORE));
        self.require(expected.is_some_and(|expected| first <= expected), || {
            format!("dates before {first} are refused, only dates before {expected:?} have expired")
        });
        Ok(None)
    }

    async fn dashboard(&mut self, revisions: &mut BTreeMap<Day, i64>) -> Result<(), ReadError> {
        let date = self.date();
        let Some(as_of) = self.store.zone().as_of(date, self.clock.now()) else { return Ok(()) };
        let result = self.fleet.reports(as_of).await;
        let Some(reports) = self.unless_expired(result)? else { return Ok(()) };
        let last = revisions.insert(date, reports.revision).unwrap_or(-1);
        self.require(reports.revision >= last, || {
            format!("the dashboard went back from revision {last} to {}", reports.revision)
        });
        self.require(reports.as_of == as_of, || {
            format!("the dashboard is as of {:?}, requested as of {as_of:?}", reports.as_of)
        });
        self.require(reports.rows.is_sorted_by(|one, other| one.vendor.vendor_id < other.vendor.vendor_id), || {
            "the dashboard is not sorted by vendor, or has a vendor twice".into()
        });
        // The scores of past dates are computed for the rows of a page only.
        let scores = if as_of.cut().is_some() { 30 } else { 0 };
        for row in &reports.rows {
            self.require(row.current.report.as_of == as_of.at(), || format!("a row is as of another instant: {row:?}"));
            self.require(row.current.reliability30d.len() == scores, || {
                format!("a row of {} does not have {scores} scores", row.vendor.vendor_id)
            });
            self.check(&row.current.report);
        }
        Ok(())
    }

    async fn vendor(&mut self) -> Result<(), ReadError> {
        let (date, now) = (self.date(), self.clock.now());
        let vendor = self.rng.pick(&self.vendors);
        let Some(as_of) = self.store.zone().as_of(date, now) else { return Ok(()) };
        let result = if self.rng.chance(0.7) {
            vendor_report(self.store.as_ref(), self.store.as_ref(), &vendor, as_of)
                .await
                .map(|report| report.into_iter().map(|(_, report)| report).collect::<Vec<_>>())
        } else {
            reports_of_vendor(self.store.as_ref(), &vendor, date.plus(-6), date, now).await
        };
        for report in self.unless_expired(result)?.into_iter().flatten() {
            self.check(&report);
        }
        Ok(())
    }

    /// No count of a report may be negative, and no part may be greater than its whole.
    fn check(&self, report: &Report) {
        for figures in [&report.current7d, &report.previous7d] {
            let counts = [figures.total_orders, figures.due_orders, figures.on_time_deliveries, figures.delayed_orders];
            let is_consistent = counts.iter().chain(&figures.ended).chain(&figures.active).all(|count| *count >= 0)
                && figures.on_time_deliveries <= figures.due_orders
                && figures.delayed_orders <= figures.active_orders()
                && figures.delivery_micros >= 0;
            self.require(is_consistent, || format!("a report is inconsistent: {report:?}"));
        }
    }

    fn filter(&mut self) -> OrderFilter {
        let rng = &mut self.rng;
        let today = self.store.zone().day(self.clock.now());
        let day = |rng: &mut Rng| today.plus(-rng.between(0, 20) as i32);
        OrderFilter {
            vendor_id: rng.chance(0.4).then(|| rng.pick(&self.vendors)),
            statuses: if rng.chance(0.4) { vec![rng.pick(&Status::ALL)] } else { Vec::new() },
            placed_from: rng.chance(0.3).then(|| day(rng)),
            placed_to: rng.chance(0.2).then(|| day(rng)),
            delayed: rng.chance(0.2).then(|| rng.chance(0.5)),
            gift_type: rng.chance(0.2).then(|| GiftType::parse(rng.pick(&GIFTS)).unwrap()),
            ascending: rng.chance(0.3),
            ..OrderFilter::default()
        }
    }

    async fn orders(&mut self) -> Result<(), ReadError> {
        let (filter, now) = (self.filter(), self.clock.now());
        let (limit, mut after) = (self.rng.between(1, 40) as usize, None);
        for _ in 0..3 {
            let page =
                order_page(self.store.as_ref(), self.store.as_ref(), &filter, after.as_ref(), limit, now).await?;
            let positions: Vec<_> = page.orders.iter().map(|order| (order.created_at, &order.order_id)).collect();
            let start = after.as_ref().map(|after| (after.instant(), &after.order_id));
            let positions: Vec<_> = start.into_iter().chain(positions).collect();
            let is_in_order = |one: &_, next: &_| if filter.ascending { one < next } else { one > next };
            self.require(positions.is_sorted_by(is_in_order), || {
                format!("the list of {filter:?} is not sorted: {positions:?}")
            });
            let is_match = |order: &Order| matches(&filter, order, self.store.zone(), now);
            self.require(page.orders.iter().all(is_match), || {
                format!("the list of {filter:?} has an order that does not match")
            });
            let counts = page.total.by_status.into_iter().flatten();
            self.require(counts.chain([page.total.total]).all(|count| count >= 0), || {
                format!("a total of {filter:?} is negative: {:?}", page.total)
            });
            after = page.next;
            if after.is_none() {
                break;
            }
            self.require(page.orders.len() == limit, || {
                format!("a page of {filter:?} has a next page and is not full")
            });
        }
        Ok(())
    }

    async fn recent(&mut self) -> Result<(), ReadError> {
        let now = self.clock.now();
        let filter = RecentFilter {
            since: now.plus_seconds(-self.rng.between(1, 48) * 3_600),
            statuses: if self.rng.chance(0.4) { vec![self.rng.pick(&Status::ALL)] } else { Vec::new() },
            vendor_id: self.rng.chance(0.4).then(|| self.rng.pick(&self.vendors)),
        };
        let page = recent_page(self.store.as_ref(), &filter, None, 30, now).await?;
        let positions: Vec<_> = page.orders.iter().map(|(_, order)| (order.updated_at, &order.order_id)).collect();
        self.require(positions.is_sorted_by(|one, next| one > next), || {
            format!("the feed is not sorted: {positions:?}")
        });
        self.require(page.orders.iter().all(|(_, order)| matches_recent(&filter, order)), || {
            format!("the feed of {filter:?} has an order that does not match")
        });
        Ok(())
    }

    /// A read must return every fact that was stored before it began.
    async fn order(&mut self) -> Result<(), ReadError> {
        let stored = {
            let state = self.model.state();
            let place = self.rng.between(0, state.orders.len().max(1) as i64 - 1) as usize;
            state.orders.iter().nth(place).map(|(id, order)| (id.clone(), order.facts.clone()))
        };
        let Some((id, facts)) = stored else { return Ok(()) };
        let found = self.store.order(&id).await?;
        let is_complete = match &found {
            Some(history) => history.facts().starts_with(&facts),
            None => self.model.state().expired_ids.contains(&id),
        };
        self.require(is_complete, || format!("{id} has the facts {facts:?}, the read returned {found:?}"));
        Ok(())
    }

    async fn health(&self) -> Result<(), ReadError> {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let reader = HealthReader::new(store.clone(), store.clone(), store, clock, 0);
        let health = reader.health().await;
        let (reports, vendors) = (health.report_count, self.vendors.len() as u64);
        self.require(reports <= Some(vendors), || format!("{reports:?} reports of {vendors} vendors"));
        let placed = reader.orders_last_24h().await?;
        self.require(placed >= 0, || format!("{placed} orders in 24 hours"));
        Ok(())
    }
}
