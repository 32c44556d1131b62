//! The lists behind the numbers of a report: each number is the total of its list, and the list has as many orders.

use std::collections::BTreeMap;

use goody_application::ports::{DayRange, OrderFilter, OrderSort, Position, Store};
use goody_application::read::{FleetCache, order_page, report_on};
use goody_domain::{AsOf, Figures, Instant, Milestone, Order, Report, ReportZone, Status, VendorId};

use super::laws::{ReportTime, law_inputs};
use super::{MakeStore, ingest_batches, law, vendor_ids, wait};
use crate::histories::afterwards;

/// A number of a report, and the filter of the list behind it.
#[derive(Clone, Debug)]
pub struct NumberBehind {
    /// The name of the number, with its window.
    pub name: String,
    /// The number.
    pub number: i64,
    /// The list.
    pub filter: OrderFilter,
}

/// Every number of a report that counts orders, with the filter of the list behind it. Without a vendor it is of the fleet.
pub fn numbers(
    vendor_id: Option<&VendorId>,
    [current, previous]: [&Figures; 2],
    as_of: AsOf,
    zone: &ReportZone,
) -> Vec<NumberBehind> {
    let date = as_of.date();
    let week_ago = match as_of.cut_week_ago() {
        None => zone.end(date.plus(-7)),
        Some(minutes) => zone.start(date.plus(-7)).plus_seconds(i64::from(minutes) * 60),
    };
    let mut numbers = Vec::new();
    for (name, figures, last, at) in
        [("current7d", current, date, as_of.at()), ("previous7d", previous, date.plus(-7), week_ago)]
    {
        let window = DayRange { from: Some(last.plus(-6)), to: Some(last) };
        let all = OrderFilter { vendor_id: vendor_id.cloned(), as_of: Some(as_of.at()), ..OrderFilter::default() };
        let mut add = |number: &str, value: i64, filter: OrderFilter| {
            numbers.push(NumberBehind { name: format!("{name}.{number}"), number: value, filter });
        };
        let in_window = |milestone| OrderFilter {
            ranges: BTreeMap::from([(milestone, window)]),
            sort: OrderSort::Milestone(milestone),
            ..all.clone()
        };
        let ended = |wanted: fn(Status) -> bool| OrderFilter {
            statuses: Status::ALL.into_iter().filter(|status| status.outcome().is_some() && wanted(*status)).collect(),
            ..in_window(Milestone::Completed)
        };
        add(
            "totalOrders",
            figures.total_orders,
            OrderFilter { placed_from: window.from, placed_to: window.to, ..all.clone() },
        );
        add("arrivedOrders", figures.arrived_orders(), ended(|status| status == Status::Arrived));
        add("completedOrders", figures.completed_orders(), ended(|status| status != Status::Cancelled));
        add("issueCount", figures.issue_count(), ended(Status::is_issue));
        add("cancelledOrders", figures.cancelled_orders(), ended(|status| status == Status::Cancelled));
        let (due, ship_due) = (in_window(Milestone::Due), in_window(Milestone::ShipDue));
        let on_time = |on_time| OrderFilter { on_time: Some(on_time), ..due.clone() };
        let shipped = |on_time| OrderFilter { shipped_on_time: Some(on_time), ..ship_due.clone() };
        add("dueOrders", figures.due_orders, due.clone());
        add("onTimeDeliveries", figures.on_time_deliveries, on_time(true));
        add("missed promises", figures.due_orders - figures.on_time_deliveries, on_time(false));
        add("shipDueOrders", figures.ship_due_orders, ship_due.clone());
        add("shippedOnTime", figures.shipped_on_time, shipped(true));
        add("missed deadlines", figures.ship_due_orders - figures.shipped_on_time, shipped(false));
        add("handed over", figures.handed_over, in_window(Milestone::HandedOver));
        add("returnedOrders", figures.returned_orders, in_window(Milestone::Returned));
        add("refundedOrders", figures.refunded_orders, in_window(Milestone::Refunded));
        let open = OrderFilter { as_of: Some(at), statuses: Status::ALL[..3].to_vec(), ..all.clone() };
        add("activeOrders", figures.active_orders(), open.clone());
        add("delayedOrders", figures.delayed_orders, OrderFilter { delayed: Some(true), ..open.clone() });
        add("unshippedOrders", figures.unshipped_orders, OrderFilter { unshipped: Some(true), ..open.clone() });
        add("stalledOrders", figures.stalled_orders, OrderFilter { stalled: Some(true), ..open.clone() });
        for status in Status::ALL {
            let filter = match status.active() {
                Some(_) => OrderFilter { statuses: vec![status], ..open.clone() },
                None => OrderFilter { statuses: vec![status], ..in_window(Milestone::Completed) },
            };
            add(&format!("statusCounts.{status}"), figures.status_count(status), filter);
        }
    }
    numbers
}

/// Checks that the total of the list behind a number is the number, and that the list has so many orders.
pub async fn assert_list(store: &dyn Store, number: &NumberBehind, now: Instant) {
    let NumberBehind { name, number, filter } = number;
    let mut listed: Vec<Order> = Vec::new();
    let mut after: Option<Position> = None;
    loop {
        let page = order_page(store, store, filter, after.as_ref(), 3, now).await.unwrap();
        assert_eq!(page.total.total, *number, "{name} (left: the total of its list): {filter:?} at {now}");
        assert!(!page.total.is_lower_bound, "{name}: {filter:?} at {now}");
        if let Some(by_status) = page.total.by_status {
            assert_eq!(by_status.iter().sum::<i64>(), *number, "{name}, by status: {filter:?} at {now}");
        }
        listed.extend(page.orders);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let ids: Vec<&str> = listed.iter().map(|order| order.order_id.as_str()).collect();
    assert_eq!(ids.len() as i64, *number, "{name} (left: the orders of its list): {filter:?} at {now}: {ids:?}");
    let mut distinct = ids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), ids.len(), "{name}: an order is listed twice: {ids:?}");
}

/// See its name.
pub fn every_number_of_a_report_is_the_length_of_its_list(make: MakeStore, cases: u32) {
    law(cases, law_inputs(), |(era, _, batches, name, times)| {
        wait(async {
            let test_store = make(super::zone(name)).await;
            let store = test_store.store.as_ref();
            ingest_batches(&test_store.store, batches, afterwards(era)).await;
            // One date of the past, and one of today.
            let is_past = |time: &&ReportTime| matches!(time, ReportTime::Past(_));
            let past = times.iter().find(is_past);
            for time in past.into_iter().chain(times.iter().find(|time| !is_past(time))) {
                let (as_of, now) = (time.as_of(era, store), time.now(era));
                for vendor in vendor_ids(store).await {
                    let report = report_on(store, &vendor, as_of).await.unwrap();
                    let windows = [&report.current7d, &report.previous7d];
                    for number in numbers(Some(&vendor), windows, as_of, store.zone()) {
                        assert_list(store, &number, now).await;
                    }
                }
                let fleet = FleetCache::new(test_store.store.clone()).reports(as_of).await.unwrap();
                let (mut current, mut previous) = (Figures::default(), Figures::default());
                for row in &fleet.rows {
                    let Report { current7d, previous7d, .. } = &row.current.report;
                    current += current7d;
                    previous += previous7d;
                }
                for number in numbers(None, [&current, &previous], as_of, store.zone()) {
                    assert_list(store, &number, now).await;
                }
            }
        });
    });
}
