//! What reads and writes cost, held to the budget. `-- --nocapture` shows the figures.

#![expect(clippy::unwrap_used, reason = "test code")]

mod emulator;
mod meter;
mod wire;

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{OrderFilter, OrderReader, ReportReader, Store};
use goody_application::read::{FleetReader, order_page, vendor_report};
use goody_application::{project, roll};
use goody_domain::{GiftType, OrderEvent, ReportZone, Status};
use goody_store_dynamodb::DynamoStore;
use goody_testkit::{DynamoDb, OrderBuilder, day, now, vendor_id};
use meter::{Counted, Meter};

/// Events of one batch.
const BATCH: usize = 100;
const VENDORS: usize = 10;

async fn metered() -> (DynamoStore, Meter, DynamoDb) {
    let (_, emulator) = emulator::store(ReportZone::utc()).await;
    let meter = Meter::open(emulator.endpoint()).await;
    let store = DynamoStore::new(emulator::client(&meter.endpoint), emulator::tables(), ReportZone::utc());
    (store, meter, emulator)
}

/// Orders of two weeks, each with a placement, a shipment, and an end: most arrive, some late, some are lost.
fn order(number: usize) -> [OrderEvent; 3] {
    let (vendor, placed) = (format!("vendor-{:02}", number % VENDORS), 24 - number % 14);
    let id = format!("order-{number:06}");
    let order = OrderBuilder::new(&id).vendor(&vendor).gift(["flowers", "food", "books"][number % 3]).value(4_900);
    let at = |day: usize| format!("2026-02-{day:02}T{:02}:{:02}:00Z", 8 + number % 12, number % 60);
    let order = order.placed(&at(placed - 7)).promised(&format!("2026-02-{:02}", placed - 3));
    let order = order.shipped(&at(placed - 6)).by("Parcel & Co");
    let order = match number % 20 {
        0 => order.lost(&at(placed + 2)),
        1 | 2 => order.arrived(&at(placed + 1)),
        _ => order.arrived(&at(placed - 4)),
    };
    order.events().try_into().unwrap()
}

async fn take_in(store: &Arc<dyn Store>, events: Vec<OrderEvent>) {
    Ingest::new(store.clone()).ingest(events, now()).await.unwrap();
    project::project_all(store.as_ref(), now()).await.unwrap();
}

fn show(what: &str, counted: &Counted, events: usize) {
    let (written, events) = (counted.written, events.max(1) as f64);
    println!(
        "{what:<44} {:>4} requests {:>8.1} read {:>7.2} written an event  {:?}",
        counted.total(),
        counted.read,
        written / events,
        counted.requests
    );
}

/// The orders of three busy days, a hundred events at a time, as they happen.
#[tokio::test]
async fn an_order_event_costs_no_more_than_twelve_write_units() {
    let (store, meter, _emulator) = metered().await;
    let store: Arc<dyn Store> = Arc::new(store);
    let mut events: Vec<OrderEvent> = (0..1_000).flat_map(busy_order).collect();
    events.sort_by_key(|event| event.occurred_at);
    let (mut units, mut counted) = (0.0, 0);
    for (number, batch) in events.chunks(BATCH).enumerate() {
        take_in(&store, batch.to_vec()).await;
        let orders_and_buckets = meter.take();
        roll::roll(store.as_ref(), now()).await.unwrap();
        let reports = meter.take();
        // The first batch meets the vendors, too.
        if number > 0 {
            units += orders_and_buckets.written + reports.written;
            counted += batch.len();
        }
        if number % 5 == 1 {
            show(&format!("batch {number}"), &orders_and_buckets, batch.len());
            show("  and the reports", &reports, batch.len());
        }
    }
    let an_event = units / counted as f64;
    println!("{an_event:.2} write units an event, of {counted} events");
    assert!(an_event <= 12.0, "{an_event} write units an event");
}

/// One of a thousand orders placed within three days, shipped the day after, there two days later.
fn busy_order(number: usize) -> [OrderEvent; 3] {
    let (vendor, minute) = (format!("vendor-{:02}", number % VENDORS), number * 3 * 24 * 60 / 1_000);
    let at = |days: usize| {
        let (day, minute) = (days + minute / 1_440, minute % 1_440);
        format!("2026-02-{:02}T{:02}:{:02}:00Z", 10 + day, minute / 60, minute % 60)
    };
    let order = OrderBuilder::new(&format!("order-{number:06}")).vendor(&vendor).gift("food").value(4_900);
    let order = order.placed(&at(0)).promised(&at(3)[..10]).shipped(&at(1)).by("Parcel & Co");
    let order = if number.is_multiple_of(20) { order.lost(&at(9)) } else { order.arrived(&at(3)) };
    order.events().try_into().unwrap()
}

#[tokio::test]
async fn reads_cost_no_more_requests_than_they_may() {
    let (store, meter, _emulator) = metered().await;
    let shared: Arc<dyn Store> = Arc::new(store.clone());
    let events: Vec<OrderEvent> = (0..600).flat_map(order).collect();
    for batch in events.chunks(600) {
        take_in(&shared, batch.to_vec()).await;
    }
    roll::roll(&store, now()).await.unwrap();
    let as_of = store.zone().today(now());
    FleetReader::new(shared.clone()).reports(as_of).await.unwrap();
    meter.take();

    FleetReader::new(shared.clone()).reports(as_of).await.unwrap();
    let dashboard = meter.take();
    show("dashboard", &dashboard, 0);
    assert_eq!((dashboard.total(), dashboard.requests["Query"]), (1, 1));

    let vendor = vendor_id("vendor-03");
    vendor_report(&store, &vendor, as_of).await.unwrap();
    store.issues(&vendor, as_of.at(), 10).await.unwrap();
    let report = meter.take();
    show("a vendor's report with its issues", &report, 0);
    assert!(report.total() <= 3);
    vendor_report(&store, &vendor, store.zone().end_of(day("2026-02-27"))).await.unwrap();
    store.issues(&vendor, as_of.at(), 10).await.unwrap();
    let report = meter.take();
    show("a vendor's report of a past date", &report, 0);
    assert!(report.total() <= 3);

    let gift = |word: &str| GiftType::parse(word).ok();
    let any = OrderFilter::default;
    for (what, filter) in [
        ("all orders", any()),
        ("oldest first", OrderFilter { oldest_first: true, ..any() }),
        ("a vendor", OrderFilter { vendor_id: Some(vendor.clone()), ..any() }),
        ("lost", OrderFilter { statuses: vec![Status::Lost], ..any() }),
        ("delayed", OrderFilter { delayed: Some(true), ..any() }),
        ("not delayed", OrderFilter { delayed: Some(false), ..any() }),
        ("a gift type", OrderFilter { gift_type: gift("food"), ..any() }),
        ("a gift type nobody gave", OrderFilter { gift_type: gift("boats"), ..any() }),
        ("one day", OrderFilter { placed_from: Some(day("2026-02-14")), placed_to: Some(day("2026-02-14")), ..any() }),
        (
            "a vendor's lost and late books",
            OrderFilter {
                vendor_id: Some(vendor),
                statuses: vec![Status::Lost],
                delayed: Some(true),
                gift_type: gift("books"),
                ..any()
            },
        ),
        (
            "lost flowers in time",
            OrderFilter { statuses: vec![Status::Lost], delayed: Some(false), gift_type: gift("flowers"), ..any() },
        ),
    ] {
        order_page(&store, &filter, None, 50, now()).await.unwrap();
        let page = meter.take();
        show(&format!("page and total: {what}"), &page, 0);
        assert!(page.total() <= 10, "{what}: {:?}", page.requests);
    }
}
