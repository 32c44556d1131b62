//! Those who ask while everything is going on, and the laws that every answer keeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use goody_application::ports::{Clock, OrderFilter, OrderReader, RecentFilter, ReportReader, VendorStore};
use goody_application::project::project_next;
use goody_application::read::{
    FleetCache, HealthReader, ReadError, order_page, recent_page, reports_of_vendor, vendor_report,
};
use goody_application::rebuild::rebuild;
use goody_domain::{Day, GiftType, Order, Report, Status, Vendor, VendorId};

use crate::clock::JumpingClock;
use crate::model::Model;
use crate::rng::Rng;
use crate::store::{FaultyStore, is_injected};
use crate::workload::GIFTS;

/// One who asks.
pub(crate) struct Reader {
    pub(crate) rng: Rng,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) fleet: Arc<FleetCache>,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) model: Arc<Model>,
    pub(crate) vendors: Vec<VendorId>,
    /// Milliseconds from one question to the next.
    pub(crate) leisure: i64,
}

impl Reader {
    pub(crate) async fn run(mut self) {
        // The revision of the last answer about a date.
        let mut revisions = BTreeMap::new();
        loop {
            tokio::time::sleep(Duration::from_millis(self.rng.between(1, 2 * self.leisure) as u64)).await;
            let asked = match self.rng.between(0, 6) {
                0 | 1 => self.dashboard(&mut revisions).await,
                2 => self.vendor().await,
                3 => self.orders().await,
                4 => self.recent().await,
                5 => self.order().await,
                _ => self.health().await,
            };
            match asked {
                Ok(()) => {}
                Err(ReadError::Store(error)) if is_injected(&error) => {}
                Err(error) => self.model.object(format!("a question failed: {error:?}")),
            }
        }
    }

    fn must(&self, holds: bool, law: impl FnOnce() -> String) {
        if !holds {
            self.model.object(law());
        }
    }

    /// A date of the last weeks, mostly today.
    fn date(&mut self) -> Day {
        let today = self.store.zone().day(self.clock.now().floor_minute());
        if self.rng.chance(0.6) { today } else { today.plus(-self.rng.between(0, 20) as i32) }
    }

    /// An answer that is none must be about a date whose buckets have been forgotten.
    fn unless_expired<T>(&self, asked: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
        let Err(ReadError::DateExpired { first }) = asked else { return asked.map(Some) };
        let allowed = self.model.done().kept_from.map(|kept| kept.plus(13));
        self.must(allowed.is_some_and(|allowed| first <= allowed), || {
            format!("{first} was refused, allowed is {allowed:?}")
        });
        Ok(None)
    }

    async fn dashboard(&mut self, revisions: &mut BTreeMap<Day, i64>) -> Result<(), ReadError> {
        let date = self.date();
        let Some(as_of) = self.store.zone().as_of(date, self.clock.now()) else { return Ok(()) };
        let asked = self.fleet.reports(as_of).await;
        let Some(reports) = self.unless_expired(asked)? else { return Ok(()) };
        let last = revisions.insert(date, reports.revision).unwrap_or(-1);
        self.must(reports.revision >= last, || format!("the dashboard went back from {last} to {}", reports.revision));
        self.must(reports.as_of == as_of, || format!("the dashboard is as of {:?}, asked {as_of:?}", reports.as_of));
        self.must(reports.rows.is_sorted_by(|one, other| one.vendor.vendor_id < other.vendor.vendor_id), || {
            "the dashboard has a vendor twice".into()
        });
        for row in &reports.rows {
            self.must(row.current.report.as_of == as_of.at(), || format!("a row is of another instant: {row:?}"));
            self.must(row.current.reliability30d.len() == 30, || format!("a row is not of 30 days: {row:?}"));
            self.check(&row.current.report);
        }
        Ok(())
    }

    async fn vendor(&mut self) -> Result<(), ReadError> {
        let (date, now) = (self.date(), self.clock.now());
        let vendor = self.rng.pick(&self.vendors);
        let Some(as_of) = self.store.zone().as_of(date, now) else { return Ok(()) };
        let asked = if self.rng.chance(0.7) {
            vendor_report(self.store.as_ref(), &vendor, as_of)
                .await
                .map(|report| report.into_iter().map(|(_, report)| report).collect::<Vec<_>>())
        } else {
            reports_of_vendor(self.store.as_ref(), &vendor, date.plus(-6), date, now).await
        };
        for report in self.unless_expired(asked)?.into_iter().flatten() {
            self.check(&report);
        }
        Ok(())
    }

    /// No number of a report is negative or out of its bounds, and its parts fit into each other.
    fn check(&self, report: &Report) {
        for figures in [&report.current7d, &report.previous7d] {
            let counts = [figures.total_orders, figures.due_orders, figures.on_time_deliveries, figures.delayed_orders];
            let is_sound = counts.iter().chain(&figures.ended).chain(&figures.active).all(|count| *count >= 0)
                && figures.on_time_deliveries <= figures.due_orders
                && figures.delayed_orders <= figures.active_orders()
                && figures.delivery_micros >= 0;
            self.must(is_sound, || format!("a report says what cannot be: {report:?}"));
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
            oldest_first: rng.chance(0.3),
        }
    }

    async fn orders(&mut self) -> Result<(), ReadError> {
        let (filter, now) = (self.filter(), self.clock.now());
        let (limit, mut after) = (self.rng.between(1, 40) as usize, None);
        for _ in 0..3 {
            let page = order_page(self.store.as_ref(), &filter, after.as_ref(), limit, now).await?;
            let places: Vec<_> = page.orders.iter().map(|order| (order.created_at, &order.order_id)).collect();
            let start = after.as_ref().map(|after| (after.at, &after.order_id));
            let places: Vec<_> = start.into_iter().chain(places).collect();
            let goes_on = |one: &_, other: &_| if filter.oldest_first { one < other } else { one > other };
            self.must(places.is_sorted_by(goes_on), || format!("a list is out of order: {filter:?} {places:?}"));
            // Whether an order is delayed by now may have changed since we looked at the clock.
            let told = OrderFilter { delayed: None, ..filter.clone() };
            let takes = |order: &Order| told.takes(order, self.store.zone(), now);
            self.must(page.orders.iter().all(takes), || format!("{filter:?} lists what it does not take"));
            self.must(page.count.by_status.iter().all(|count| *count >= 0), || format!("{filter:?}: {:?}", page.count));
            after = page.next;
            if after.is_none() {
                break;
            }
            self.must(page.orders.len() == limit, || format!("a page of {filter:?} is neither full nor the last"));
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
        let places: Vec<_> = page.orders.iter().map(|(_, order)| (order.updated_at, &order.order_id)).collect();
        self.must(places.is_sorted_by(|one, other| one > other), || format!("the feed is out of order: {places:?}"));
        let takes = |order: &Order| {
            order.updated_at >= filter.since
                && (filter.statuses.is_empty() || filter.statuses.contains(&order.status()))
                && filter.vendor_id.as_ref().is_none_or(|vendor| *vendor == order.placement.vendor_id)
        };
        self.must(page.orders.iter().all(|(_, order)| takes(order)), || {
            format!("{filter:?} tells what it does not take")
        });
        Ok(())
    }

    /// What was stored before the question is in the answer.
    async fn order(&mut self) -> Result<(), ReadError> {
        let known = {
            let done = self.model.done();
            let place = self.rng.between(0, done.orders.len().max(1) as i64 - 1) as usize;
            done.orders.iter().nth(place).map(|(id, known)| (id.clone(), known.facts.clone()))
        };
        let Some((id, facts)) = known else { return Ok(()) };
        let found = self.store.order(&id).await?;
        let is_there = match &found {
            Some(history) => history.events().starts_with(&facts),
            None => self.model.done().expired_ids.contains(&id),
        };
        self.must(is_there, || format!("of {id} was stored {facts:?}, and found {found:?}"));
        Ok(())
    }

    async fn health(&self) -> Result<(), ReadError> {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let reader = HealthReader::new(store.clone(), store.clone(), store, clock);
        let health = reader.health().await;
        let (reports, vendors) = (health.report_count, self.vendors.len() as u64);
        self.must(reports <= Some(vendors), || format!("{reports:?} reports of {vendors} vendors"));
        let placed = reader.orders_last_24h().await?;
        self.must(placed >= 0, || format!("{placed} orders in 24 hours"));
        Ok(())
    }
}

/// Another who projects beside the pump, as an import does, registers vendors, and now and then checks every bucket.
pub(crate) struct Colleague {
    pub(crate) rng: Rng,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) clock: Arc<JumpingClock>,
    pub(crate) model: Arc<Model>,
    pub(crate) vendors: Vec<VendorId>,
}

impl Colleague {
    pub(crate) async fn run(mut self) {
        loop {
            tokio::time::sleep(Duration::from_millis(self.rng.between(1, 2_000) as u64)).await;
            let (store, now) = (self.store.as_ref(), self.clock.now());
            let done = match self.rng.between(0, 29) {
                0 => rebuild(store, now, |_, _| {}).await.map(drop),
                1 => {
                    let vendor = Vendor::unregistered(self.rng.pick(&self.vendors));
                    let name = format!("Vendor {}", self.rng.between(1, 999));
                    store.put(Vendor { name, is_registered: true, ..vendor }).await.map(drop)
                }
                _ => project_next(store, now, self.rng.between(1, 60) as usize).await.map(drop),
            };
            if let Err(error) = done
                && !is_injected(&error)
            {
                self.model.object(format!("what a colleague did failed: {error:?}"));
            }
        }
    }
}
