//! Orders: versions, outdated writes, duplicates.

use goody_application::ports::{Found, OrderWrite, OrderWriter};
use goody_domain::{History, IngestOutcome, OrderEvent, OrderId, ReportZone, Vendor};

use super::{MakeStore, ingest};
use crate::{OrderBuilder, at, batch, now, order_id};

fn known(found: &Found) -> History {
    match found {
        Found::Known(history) => history.clone(),
        Found::Expired => panic!("the order has not expired"),
    }
}

/// The write that appends a fact to a history.
fn write_of(history: &History, event: &OrderEvent) -> OrderWrite {
    let mut grown = history.clone();
    assert_eq!(grown.record(event.clone(), &batch("b-1").id, now()), IngestOutcome::New);
    OrderWrite {
        from_version: history.version(),
        history: grown,
        unknown_vendors: event.vendor_id().map(|id| Vendor::unregistered(id.clone(), None)).into_iter().collect(),
    }
}

async fn load(store: &dyn OrderWriter, id: &OrderId) -> History {
    known(&store.load(std::slice::from_ref(id)).await.unwrap()[0])
}

/// See its name.
pub async fn an_unknown_order_is_loaded_as_an_empty_history(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let ids = [order_id("o-1"), order_id("o-2")];
    let found = test_store.store.load(&ids).await.unwrap();
    assert_eq!(found, ids.map(|id| Found::Known(History::empty(id))));
    assert_eq!(test_store.store.order(&order_id("o-1")).await.unwrap(), None);
}

/// See its name.
pub async fn a_write_from_the_loaded_version_is_saved(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").events_with_every_field();
    for (version, event) in events.iter().enumerate() {
        let history = load(test_store.store.as_ref(), &order_id("o-1")).await;
        assert_eq!(history.version(), version);
        assert_eq!(test_store.store.save(vec![write_of(&history, event)], None, now()).await.unwrap(), [true]);
    }
    let stored = test_store.store.order(&order_id("o-1")).await.unwrap().unwrap();
    let stored_events: Vec<&OrderEvent> = stored.events().map(|recorded| &recorded.event).collect();
    assert_eq!(
        stored_events,
        events.iter().collect::<Vec<_>>(),
        "facts are stored unchanged, in the sequence of recording"
    );
    assert!(stored.events().all(|recorded| recorded.recorded_at == now()));
}

/// See its name.
pub async fn an_outdated_write_changes_nothing(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").events_with_every_field();
    for (version, pair) in events.windows(2).enumerate().map(|(version, pair)| (version, pair.to_vec())) {
        let loaded = load(test_store.store.as_ref(), &order_id("o-1")).await;
        assert_eq!(test_store.store.save(vec![write_of(&loaded, &pair[0])], None, now()).await.unwrap(), [true]);
        assert_eq!(test_store.store.save(vec![write_of(&loaded, &pair[1])], None, now()).await.unwrap(), [false]);
        let after = load(test_store.store.as_ref(), &order_id("o-1")).await;
        assert_eq!(after.version(), version + 1);
        assert_eq!(after.events().nth(version).unwrap().event, pair[0], "the first write stays");
    }
    assert_eq!(
        test_store.store.changes(100).await.unwrap().changes.len(),
        1,
        "one order has changed, by the saved writes"
    );
    assert_eq!(test_store.store.lag().await.unwrap().changes, events.len() as u64 - 1);
}

/// See its name.
pub async fn a_save_skips_only_the_outdated_writes(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let one = OrderBuilder::new("o-1").events_with_every_field();
    let other = OrderBuilder::new("o-2").events_with_every_field();
    let loaded = (
        load(test_store.store.as_ref(), &order_id("o-1")).await,
        load(test_store.store.as_ref(), &order_id("o-2")).await,
    );
    test_store.store.save(vec![write_of(&loaded.0, &one[0])], None, now()).await.unwrap();
    let saved = test_store
        .store
        .save(vec![write_of(&loaded.0, &one[1]), write_of(&loaded.1, &other[0])], None, now())
        .await
        .unwrap();
    assert_eq!(saved, [false, true]);
    assert_eq!(load(test_store.store.as_ref(), &order_id("o-2")).await.version(), 1);
}

/// See its name.
pub async fn concurrent_writers_of_an_order_all_record_their_facts(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").events_with_every_field();
    let tasks: Vec<_> = events
        .iter()
        .cloned()
        .map(|event| {
            let store = test_store.store.clone();
            tokio::spawn(async move { ingest(&store, vec![event], now()).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), [IngestOutcome::New]);
    }
    let stored = test_store.store.order(&order_id("o-1")).await.unwrap().unwrap();
    assert_eq!(stored.version(), events.len());
}

/// See its name.
pub async fn the_same_event_twice_is_one_fact(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").events();
    let twice = [events.clone(), events.clone()].concat();
    assert_eq!(ingest(&test_store.store, twice, now()).await, [IngestOutcome::New, IngestOutcome::Known]);
    assert_eq!(ingest(&test_store.store, events, now()).await, [IngestOutcome::Known]);
    assert_eq!(test_store.store.lag().await.unwrap().changes, 1);
}

/// See its name.
pub async fn an_event_id_with_other_content_is_a_conflict_and_changes_nothing(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let first = OrderBuilder::new("o-1").vendor("acme").events();
    let other = OrderBuilder::new("o-1").vendor("bloom").events();
    ingest(&test_store.store, first.clone(), now()).await;
    assert_eq!(ingest(&test_store.store, other, now()).await, [IngestOutcome::Conflict]);
    let stored = test_store.store.order(&order_id("o-1")).await.unwrap().unwrap();
    assert_eq!((stored.version(), &stored.events().next().unwrap().event), (1, &first[0]));
}

/// See its name.
pub async fn all_orders_are_read_by_id_with_or_without_a_placement(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let unplaced = OrderBuilder::new("o-2").unplaced().shipped("2026-03-02T10:00:00Z").events();
    let events = [OrderBuilder::new("o-3").events(), unplaced, OrderBuilder::new("o-1").events()].concat();
    ingest(&test_store.store, events, now()).await;
    let ids = |page: Vec<History>| page.iter().map(|history| history.order_id().to_string()).collect::<Vec<_>>();
    assert_eq!(ids(test_store.store.all(None, 2).await.unwrap()), ["o-1", "o-2"]);
    assert_eq!(ids(test_store.store.all(Some(&order_id("o-2")), 2).await.unwrap()), ["o-3"]);
}

trait EveryField {
    /// Five events that together use every field of a wire event.
    fn events_with_every_field(self) -> Vec<OrderEvent>;
}

impl EveryField for OrderBuilder {
    fn events_with_every_field(self) -> Vec<OrderEvent> {
        let order = self.promised("2026-03-03").gift("flowers").value(4_900).rush();
        let order = order.shipped("2026-03-02T10:00:00.000001Z").by("Flügel & Söhne").delayed("2026-03-03T09:00:00Z");
        let order = order
            .because("\"snow\", 1 m\u{2026} \u{1f381}")
            .lost("2026-03-05T10:00:00Z")
            .arrived("2026-03-06T10:00:00Z");
        let events = order.events();
        assert!(events.iter().all(|event| event.occurred_at < at("2026-03-07T00:00:00Z")));
        events
    }
}
