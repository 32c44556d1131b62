//! Facts of parcels: their orders, in any order of arrival, twice, with shared numbers; bounds and expiry of those that wait.

use std::sync::Arc;

use goody_application::ingest::Ingest;
use goody_application::parcels::{ParcelOutcome, Parcels, named_by};
use goody_application::ports::{Store, WaitingParcel};
use goody_application::retract::retract;
use goody_domain::{IngestOutcome, OrderEvent, ParcelEvent, ParcelKey, ReportZone, Status, WireEvent};

use super::MakeStore;
use crate::{OrderBuilder, batch, now, order_id};

fn number(text: &str) -> ParcelKey {
    ParcelKey::TrackingNumber(text.into())
}

/// A carrier says that a parcel arrived.
fn arrived(key: ParcelKey, event_id: &str) -> ParcelEvent {
    let event = WireEvent {
        event_id: Some(event_id.to_owned().into()),
        status: Some("ARRIVED".into()),
        occurred_at: Some("2026-03-05T10:00:00Z".into()),
        ..WireEvent::default()
    };
    ParcelEvent::new(key, event)
}

fn shipped(id: &str, tracking_number: &str) -> Vec<OrderEvent> {
    OrderBuilder::new(id).shipped("2026-03-02T10:00:00Z").tracked(tracking_number).events()
}

fn parcels_of(store: &Arc<dyn Store>) -> Parcels {
    Parcels::new(store.clone(), Ingest::new(store.clone()))
}

async fn ingest(store: &Arc<dyn Store>, events: Vec<OrderEvent>) -> u64 {
    let sent = batch("events");
    let parcels = named_by(&events);
    Ingest::new(store.clone()).ingest(events, &sent, now()).await.unwrap();
    parcels_of(store).take_in_of(&parcels, now()).await.unwrap()
}

async fn receive(store: &Arc<dyn Store>, parcel: ParcelEvent) -> ParcelOutcome {
    let received = parcels_of(store).receive(vec![parcel], &batch("carrier"), now()).await.unwrap();
    received.into_iter().next().unwrap()
}

async fn status(store: &Arc<dyn Store>, id: &str) -> Status {
    store.order(&order_id(id)).await.unwrap().unwrap().order().unwrap().status()
}

const NEW: ParcelOutcome = ParcelOutcome::Recorded(Vec::new());

/// Whether the fact was recorded with these outcomes.
fn is_recorded(outcome: &ParcelOutcome, expected: &[IngestOutcome]) -> bool {
    *outcome == ParcelOutcome::Recorded(expected.to_vec()) && *outcome != NEW
}

/// See its name.
pub async fn a_fact_goes_to_the_order_with_its_tracking_number_in_any_case(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    ingest(store, [shipped("o-1", "1Z999"), shipped("o-2", "1Z9990")].concat()).await;
    let fact = arrived(number("1z999"), "scan");
    assert!(is_recorded(&receive(store, fact.clone()).await, &[IngestOutcome::New]));
    assert!(is_recorded(&receive(store, fact).await, &[IngestOutcome::Known]), "twice is once");
    assert_eq!((status(store, "o-1").await, status(store, "o-2").await), (Status::Arrived, Status::ShippingOnTime));
    assert_eq!(store.count_waiting().await.unwrap(), 0);
}

/// See its name.
pub async fn a_fact_of_an_unknown_parcel_waits_until_an_event_names_the_parcel(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    for _ in 0..2 {
        let waits = ParcelOutcome::Waits("no order has the tracking number 1Z999 yet".into());
        assert_eq!(receive(store, arrived(number("1Z999"), "scan")).await, waits);
    }
    receive(store, arrived(number("OTHER"), "scan")).await;
    assert_eq!(store.count_waiting().await.unwrap(), 2, "twice is once");
    assert_eq!(ingest(store, shipped("o-1", "1z999")).await, 1);
    assert_eq!(status(store, "o-1").await, Status::Arrived);
    let left = store.waiting().await.unwrap();
    assert_eq!(left.iter().map(|waiting| &waiting.parcel.key).collect::<Vec<_>>(), [&number("OTHER")]);
    // The event came with the batch of the carrier, and is taken back with it.
    let taken_back = retract(store.as_ref(), &batch("carrier").id, None, now(), |_| true).await.unwrap();
    assert_eq!((taken_back.events, status(store, "o-1").await), (1, Status::ShippingOnTime));
}

/// What a killed process left, and what another process stored.
pub async fn facts_that_wait_are_taken_in_without_another_event(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let parcels = parcels_of(store);
    receive(store, arrived(number("1Z999"), "scan")).await;
    assert_eq!(parcels.take_in_all(now()).await.unwrap(), 0);
    Ingest::new(store.clone()).ingest(shipped("o-1", "1Z999"), &batch("events"), now()).await.unwrap();
    assert_eq!(parcels.take_in_all(now()).await.unwrap(), 1);
    assert_eq!((status(store, "o-1").await, store.count_waiting().await.unwrap()), (Status::Arrived, 0));
}

/// See its name.
pub async fn of_orders_that_share_a_number_the_open_one_gets_the_fact(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let ended = OrderBuilder::new("o-1").shipped("2026-03-02T10:00:00Z").tracked("1Z999");
    ingest(store, ended.arrived("2026-03-03T10:00:00Z").events()).await;
    ingest(store, shipped("o-2", "1Z999")).await;
    assert!(is_recorded(&receive(store, arrived(number("1Z999"), "scan")).await, &[IngestOutcome::New]));
    assert_eq!(status(store, "o-2").await, Status::Arrived);
    assert!(is_recorded(&receive(store, arrived(number("1Z999"), "scan")).await, &[IngestOutcome::Known]));
    let waits = "2 orders share the tracking number 1Z999, and none of them is open";
    assert_eq!(receive(store, arrived(number("1Z999"), "later")).await, ParcelOutcome::Waits(waits.into()));
    // A third order is open: the fact is about that one.
    assert_eq!(ingest(store, shipped("o-3", "1Z999")).await, 1);
    assert_eq!(status(store, "o-3").await, Status::Arrived);
}

/// See its name.
pub async fn of_orders_that_share_a_number_and_are_open_none_gets_the_fact(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    ingest(store, [shipped("o-1", "1Z999"), shipped("o-2", "1Z999")].concat()).await;
    let waits = "2 orders share the tracking number 1Z999, and 2 of them are open";
    assert_eq!(receive(store, arrived(number("1Z999"), "scan")).await, ParcelOutcome::Waits(waits.into()));
    let cancelled = OrderBuilder::new("o-1").shipped("2026-03-02T10:00:00Z").cancelled("2026-03-03T10:00:00Z");
    let cancellation = cancelled.events().pop().unwrap();
    assert_eq!(ingest(store, vec![cancellation]).await, 0, "it names no parcel");
    assert_eq!(parcels_of(store).take_in_all(now()).await.unwrap(), 1);
    assert_eq!((status(store, "o-1").await, status(store, "o-2").await), (Status::Cancelled, Status::Arrived));
}

/// The orders of the vendors whose items are in one parcel.
pub async fn every_order_of_a_parcel_gets_the_fact(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let of = |id: &str, parcel: &str| OrderBuilder::new(id).shipped("2026-03-02T10:00:00Z").of_parcel(parcel).events();
    ingest(store, [of("o-1", "P-1"), of("o-2", "P-1"), of("o-3", "p-1")].concat()).await;
    let received = receive(store, arrived(ParcelKey::ParcelId("P-1".into()), "scan")).await;
    assert!(is_recorded(&received, &[IngestOutcome::New, IngestOutcome::New]));
    assert_eq!((status(store, "o-1").await, status(store, "o-2").await), (Status::Arrived, Status::Arrived));
    assert_eq!(status(store, "o-3").await, Status::ShippingOnTime, "ids differ by case");
}

/// See its name.
pub async fn an_order_whose_event_is_taken_back_has_its_parcel_no_longer(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    ingest(store, shipped("o-1", "1Z999")).await;
    retract(store.as_ref(), &batch("events").id, None, now(), |_| true).await.unwrap();
    let received = receive(store, arrived(number("1Z999"), "scan")).await;
    assert!(matches!(received, ParcelOutcome::Waits(_)), "{received:?}");
}

/// See its name.
pub async fn a_wrong_fact_waits_for_nothing(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let event =
        WireEvent { occurred_at: Some("2036-01-01T00:00:00Z".into()), ..arrived(number("1Z999"), "a").event().clone() };
    let ahead = ParcelEvent::new(number("1Z999"), event);
    for _ in 0..2 {
        let received = receive(store, ahead.clone()).await;
        let ParcelOutcome::Rejected(rejection) = received else { panic!("{received:?}") };
        assert_eq!(rejection.to_string(), "occurredAt: is more than 5 minutes ahead of now");
        assert_eq!(store.count_waiting().await.unwrap(), 0);
        ingest(store, shipped("o-1", "1Z999")).await;
    }
}

/// See its name.
pub async fn the_oldest_facts_go_first_and_old_ones_expire(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = &test_store.store;
    let waiting = |second: i64| WaitingParcel {
        parcel: arrived(number(&format!("N-{second}")), "scan"),
        since: now().plus_seconds(second),
        source: "carrier".into(),
        batch_id: batch("carrier").id,
    };
    let numbers = async || {
        let all = store.waiting().await.unwrap();
        all.iter().map(|waiting| waiting.parcel.key.term().1).collect::<Vec<_>>().join(" ")
    };
    for second in [2, 0, 1, 3] {
        assert_eq!(store.wait(vec![waiting(second)], 3).await.unwrap(), u64::from(second == 3));
    }
    assert_eq!(numbers().await, "n-1 n-2 n-3");
    // The same again keeps its time.
    let again = WaitingParcel { since: now().plus_seconds(9), ..waiting(1) };
    assert_eq!(store.wait(vec![again], 3).await.unwrap(), 0);
    assert_eq!(store.waiting_for(&[number("n-1"), number("N-3")]).await.unwrap(), [waiting(1), waiting(3)]);
    assert_eq!(store.expire_waiting(now().plus_seconds(2)).await.unwrap(), 1);
    assert_eq!((numbers().await.as_str(), store.count_waiting().await.unwrap()), ("n-2 n-3", 2));
    store.stop_waiting(&[waiting(2), waiting(7)]).await.unwrap();
    assert_eq!((numbers().await.as_str(), store.count_waiting().await.unwrap()), ("n-3", 1));
}
