//! Searches of orders by their id, reference or tracking number.

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::ports::{OrderFilter, Position, Store};
use goody_application::retention::{Retention, expire};
use goody_application::retract::retract;
use goody_application::{project, rebuild};
use goody_domain::{OrderEvent, ReportZone, SearchTerm, Status};

use super::{MakeStore, ingest};
use crate::{OrderBuilder, batch, now, vendor_id};

fn search(text: &str) -> OrderFilter {
    OrderFilter { search: Some(SearchTerm::parse(text).unwrap()), ..OrderFilter::default() }
}

/// The ids of the list of a filter, whose count is the length of the list.
async fn listed(store: &Arc<dyn Store>, filter: &OrderFilter) -> Vec<String> {
    let (orders, count) = store.page(filter, None, 1_000, now(), 1_000).await.unwrap();
    assert_eq!((count.by_status.iter().sum::<i64>(), count.is_lower_bound), (orders.len() as i64, false), "{filter:?}");
    assert_eq!(store.list(filter, None, 1_000, now()).await.unwrap(), orders, "{filter:?}");
    assert_eq!(store.count(filter, 1_000, now()).await.unwrap(), count, "{filter:?}");
    orders.iter().map(|order| order.order_id.to_string()).collect()
}

async fn found(store: &Arc<dyn Store>, text: &str) -> Vec<String> {
    listed(store, &search(text)).await
}

async fn send(store: &Arc<dyn Store>, events: Vec<OrderEvent>, batch_id: &str) {
    Ingest::new(store.clone()).ingest(events, &batch(batch_id), now()).await.unwrap();
    project::project_all(store.as_ref(), now()).await.unwrap();
}

async fn assert_rebuilt(store: &Arc<dyn Store>) {
    let rebuilt = rebuild::rebuild(store.as_ref(), now(), |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.different, 0, "{rebuilt:?}");
}

/// See its name.
pub async fn an_order_is_found_by_each_of_its_terms_in_any_case(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let two_parcels = OrderBuilder::new("Shop-A17:x")
        .reference("Bestellung Nº 4711 für Zoë")
        .shipped("2026-03-02T10:00:00Z")
        .of_parcel("p-1")
        .tracked("1Z999AA10123456784")
        .shipped("2026-03-03T10:00:00Z")
        .of_parcel("p-2")
        .tracked("JJD-000390007882")
        .lost("2026-03-08T10:00:00Z")
        .of_parcel("p-2");
    // Tracked by the same number, with the same reference as another has as its id.
    let other = OrderBuilder::new("shop-b18").reference("SHOP-A17:X").shipped("2026-03-02T11:00:00Z");
    let other = other.tracked("jjd-000390007882");
    ingest(store, [two_parcels.events(), other.events()].concat(), now()).await;
    for (text, expected) in [
        ("Shop-A17:x", &["shop-b18", "Shop-A17:x"][..]),
        ("SHOP-a17:X", &["shop-b18", "Shop-A17:x"]),
        ("sHOP-B18", &["shop-b18"]),
        ("Bestellung Nº 4711 für Zoë", &["Shop-A17:x"]),
        ("BESTELLUNG NO 4711 FUR ZOE", &["Shop-A17:x"]),
        ("  bestellung nº 4711 fu\u{308}r zoe\u{308} ", &["Shop-A17:x"]),
        ("1z999aa10123456784", &["Shop-A17:x"]),
        ("1Z999AA10123456784", &["Shop-A17:x"]),
        ("jjd-000390007882", &["shop-b18", "Shop-A17:x"]),
        ("JJD-000390007882", &["shop-b18", "Shop-A17:x"]),
        ("JJD-000390007883", &[]),
        ("%17%", &[]),
        ("shop_a17:x", &[]),
    ] {
        // Both are placed at once: the greater id comes first.
        assert_eq!(found(store, text).await, expected, "{text:?}");
    }
    send(store, Vec::new(), "b-2").await;
    assert_rebuilt(store).await;
}

/// See its name.
pub async fn an_order_is_found_by_the_start_of_its_id(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let orders =
        ["shop-100", "shop-101", "shop-1", "SHOP-102", "shot-100", "sho"].map(|id| OrderBuilder::new(id).events());
    ingest(store, orders.concat(), now()).await;
    assert_eq!(found(store, "shop-10").await, ["shop-101", "shop-100", "SHOP-102"]);
    assert_eq!(found(store, "SHOP-10").await, ["shop-101", "shop-100", "SHOP-102"]);
    assert_eq!(found(store, "shop-1").await, ["shop-101", "shop-100", "shop-1", "SHOP-102"]);
    assert_eq!(found(store, "shop-102").await, ["SHOP-102"]);
    assert_eq!(found(store, "shop-1000").await, [""; 0]);
    assert_eq!(found(store, "hop-100").await, [""; 0], "only the start of a term is compared");
}

/// See its name.
pub async fn a_search_has_the_other_conditions_and_the_pages_of_a_list(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let orders = (0..9).map(|number| {
        let order = OrderBuilder::new(&format!("o-{number}")).reference("gift of June");
        let order = order.placed(&format!("2026-03-0{}T10:00:00Z", 1 + number / 2)).promised("2026-03-09");
        let order = order.vendor(if number % 3 == 0 { "acme" } else { "bloom" });
        if number % 2 == 0 { order.lost("2026-03-07T10:00:00Z") } else { order }
    });
    let others = (0..3).map(|number| OrderBuilder::new(&format!("x-{number}")).reference("gift of July"));
    let events = orders.chain(others).flat_map(OrderBuilder::events).collect();
    ingest(store, events, now()).await;
    let all = search("GIFT OF JUNE");
    assert_eq!(listed(store, &all).await, ["o-8", "o-7", "o-6", "o-5", "o-4", "o-3", "o-2", "o-1", "o-0"]);
    let of_acme = OrderFilter { vendor_id: Some(vendor_id("acme")), ..all.clone() };
    assert_eq!(listed(store, &of_acme).await, ["o-6", "o-3", "o-0"]);
    let lost = OrderFilter { statuses: vec![Status::Lost], ..all.clone() };
    assert_eq!(listed(store, &lost).await, ["o-8", "o-6", "o-4", "o-2", "o-0"]);
    let delayed = OrderFilter { delayed: Some(true), ascending: true, ..all.clone() };
    assert_eq!(listed(store, &delayed).await, ["o-1", "o-3", "o-5", "o-7"]);
    let of_days = OrderFilter {
        placed_from: Some(crate::day("2026-03-02")),
        placed_to: Some(crate::day("2026-03-03")),
        ..all.clone()
    };
    assert_eq!(listed(store, &of_days).await, ["o-5", "o-4", "o-3", "o-2"]);
    for ascending in [false, true] {
        let filter = OrderFilter { ascending, ..all.clone() };
        let whole = listed(store, &filter).await;
        let (mut paged, mut after): (Vec<String>, Option<Position>) = (Vec::new(), None);
        loop {
            let page = store.list(&filter, after.as_ref(), 2, now()).await.unwrap();
            paged.extend(page.iter().map(|order| order.order_id.to_string()));
            let Some(last) = page.last() else { break };
            after = Some(filter.position(last));
        }
        assert_eq!(paged, whole);
    }
    let count = store.count(&all, 4, now()).await.unwrap();
    assert_eq!((count.by_status.iter().sum::<i64>(), count.is_lower_bound), (4, true));
}

/// See its name.
pub async fn an_order_is_found_once_it_is_placed(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let events = OrderBuilder::new("early").shipped("2026-03-02T10:00:00Z").tracked("T-12345").events();
    send(store, events[1..].to_vec(), "b-1").await;
    assert_eq!((found(store, "t-12345").await, found(store, "early").await), (vec![], vec![]));
    send(store, events[..1].to_vec(), "b-2").await;
    assert_eq!(
        (found(store, "t-12345").await, found(store, "early").await),
        (vec!["early".into()], vec!["early".into()])
    );
    assert_rebuilt(store).await;
}

/// See its name.
pub async fn an_order_is_not_found_by_an_event_that_is_taken_back(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let order = OrderBuilder::new("o-1").reference("Ref-1000").shipped("2026-03-02T10:00:00Z").tracked("T-12345");
    let events = order.arrived("2026-03-03T10:00:00Z").tracked("T-99999").events();
    send(store, events[..1].to_vec(), "good").await;
    send(store, events[1..2].to_vec(), "bad").await;
    send(store, events[2..].to_vec(), "good").await;
    assert_eq!(found(store, "t-12345").await, ["o-1"]);
    retract(store.as_ref(), &batch("bad").id, None, now(), |_| true).await.unwrap();
    project::project_all(store.as_ref(), now()).await.unwrap();
    assert_eq!(found(store, "t-12345").await, [""; 0]);
    assert_eq!(
        (found(store, "t-99999").await, found(store, "ref-1000").await),
        (vec!["o-1".into()], vec!["o-1".into()])
    );
    assert_rebuilt(store).await;
    send(store, events[1..2].to_vec(), "mended").await;
    assert_eq!(found(store, "t-12345").await, ["o-1"], "the event is sent again");
    assert_rebuilt(store).await;
}

/// See its name.
pub async fn an_expired_order_is_not_found(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let order = |id: &str, day: &str| {
        let order = OrderBuilder::new(id).placed(&format!("{day}T10:00:00Z")).reference("Ref-1000");
        order.arrived(&format!("{day}T12:00:00Z")).tracked("T-12345").events()
    };
    let old = crate::at("2026-01-20T12:00:00Z");
    Ingest::new(store.clone()).ingest(order("Old-1", "2026-01-05"), &batch("b-1"), old).await.unwrap();
    send(store, order("New-1", "2026-03-05"), "b-2").await;
    assert_eq!(found(store, "ref-1000").await, ["New-1", "Old-1"]);
    let expired = expire(store.as_ref(), Retention { order_days: 30, bucket_days: 183 }, now()).await.unwrap();
    assert_eq!(expired.orders, 1);
    for text in ["ref-1000", "t-12345"] {
        assert_eq!(found(store, text).await, ["New-1"], "{text}");
    }
    assert_eq!(found(store, "old-1").await, [""; 0]);
    assert_rebuilt(store).await;
}
