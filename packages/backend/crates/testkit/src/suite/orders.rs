//! Orders: versions, lost races, facts once.

use goody_application::ports::{Found, OrderWrite, OrderWriter};
use goody_domain::{History, IngestOutcome, OrderEvent, OrderId, ReportZone};

use super::{MakeStore, ingest};
use crate::{OrderBuilder, at, now, order_id};

fn known(found: &Found) -> History {
    match found {
        Found::Known(history) => history.clone(),
        Found::Expired => panic!("the order has not expired"),
    }
}

/// The history with one more fact, to be written over the version it had.
fn grown(history: &History, event: &OrderEvent) -> OrderWrite {
    let mut grown = history.clone();
    assert_eq!(grown.record(event.clone(), now()), IngestOutcome::New);
    OrderWrite {
        from_version: history.version(),
        history: grown,
        unknown_vendors: event.vendor_id().cloned().into_iter().collect(),
    }
}

async fn load(store: &dyn OrderWriter, id: &OrderId) -> History {
    known(&store.load(std::slice::from_ref(id)).await.unwrap()[0])
}

/// See its name.
pub async fn an_order_never_heard_of_is_empty_and_not_missing(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let ids = [order_id("o-1"), order_id("o-2")];
    let found = made.store.load(&ids).await.unwrap();
    assert_eq!(found, ids.map(|id| Found::Known(History::empty(id))));
    assert_eq!(made.store.order(&order_id("o-1")).await.unwrap(), None);
}

/// See its name.
pub async fn a_write_from_the_version_it_was_loaded_at_goes_through(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").by_hand();
    for (version, event) in events.iter().enumerate() {
        let history = load(made.store.as_ref(), &order_id("o-1")).await;
        assert_eq!(history.version(), version);
        assert_eq!(made.store.save(vec![grown(&history, event)], now()).await.unwrap(), [true]);
    }
    let stored = made.store.order(&order_id("o-1")).await.unwrap().unwrap();
    let told: Vec<&OrderEvent> = stored.events().iter().map(|recorded| &recorded.event).collect();
    assert_eq!(
        told,
        events.iter().collect::<Vec<_>>(),
        "facts are kept as they were told, in the order they were heard"
    );
    assert!(stored.events().iter().all(|recorded| recorded.recorded_at == now()));
}

/// See its name.
pub async fn a_write_that_was_overtaken_changes_nothing(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").by_hand();
    for (version, pair) in events.windows(2).enumerate().map(|(version, pair)| (version, pair.to_vec())) {
        let seen = load(made.store.as_ref(), &order_id("o-1")).await;
        assert_eq!(made.store.save(vec![grown(&seen, &pair[0])], now()).await.unwrap(), [true]);
        assert_eq!(made.store.save(vec![grown(&seen, &pair[1])], now()).await.unwrap(), [false]);
        let after = load(made.store.as_ref(), &order_id("o-1")).await;
        assert_eq!(after.version(), version + 1);
        assert_eq!(after.events()[version].event, pair[0], "the first write stands");
    }
    assert_eq!(
        made.store.changes(100).await.unwrap().changes.len(),
        1,
        "one order changed, by the writes that went through"
    );
    assert_eq!(made.store.lag().await.unwrap().changes, events.len() as u64 - 1);
}

/// See its name.
pub async fn in_one_save_only_the_overtaken_orders_are_not_written(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let one = OrderBuilder::new("o-1").by_hand();
    let other = OrderBuilder::new("o-2").by_hand();
    let seen = (load(made.store.as_ref(), &order_id("o-1")).await, load(made.store.as_ref(), &order_id("o-2")).await);
    made.store.save(vec![grown(&seen.0, &one[0])], now()).await.unwrap();
    let saved = made.store.save(vec![grown(&seen.0, &one[1]), grown(&seen.1, &other[0])], now()).await.unwrap();
    assert_eq!(saved, [false, true]);
    assert_eq!(load(made.store.as_ref(), &order_id("o-2")).await.version(), 1);
}

/// See its name.
pub async fn two_who_write_the_same_order_at_once_both_get_their_facts_in(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").by_hand();
    let tasks: Vec<_> = events
        .iter()
        .cloned()
        .map(|event| {
            let store = made.store.clone();
            tokio::spawn(async move { ingest(&store, vec![event], now()).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), [IngestOutcome::New]);
    }
    let stored = made.store.order(&order_id("o-1")).await.unwrap().unwrap();
    assert_eq!(stored.version(), events.len());
}

/// See its name.
pub async fn the_same_event_twice_is_one_fact(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let events = OrderBuilder::new("o-1").events();
    let twice = [events.clone(), events.clone()].concat();
    assert_eq!(ingest(&made.store, twice, now()).await, [IngestOutcome::New, IngestOutcome::Known]);
    assert_eq!(ingest(&made.store, events, now()).await, [IngestOutcome::Known]);
    assert_eq!(made.store.lag().await.unwrap().changes, 1);
}

/// See its name.
pub async fn an_id_with_other_content_is_a_conflict_and_changes_nothing(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let told = OrderBuilder::new("o-1").vendor("acme").events();
    let other = OrderBuilder::new("o-1").vendor("bloom").events();
    ingest(&made.store, told.clone(), now()).await;
    assert_eq!(ingest(&made.store, other, now()).await, [IngestOutcome::Conflict]);
    let stored = made.store.order(&order_id("o-1")).await.unwrap().unwrap();
    assert_eq!((stored.version(), &stored.events()[0].event), (1, &told[0]));
}

/// See its name.
pub async fn orders_are_told_by_id_whether_placed_or_not(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let unplaced = OrderBuilder::new("o-2").unplaced().shipped("2026-03-02T10:00:00Z").events();
    let events = [OrderBuilder::new("o-3").events(), unplaced, OrderBuilder::new("o-1").events()].concat();
    ingest(&made.store, events, now()).await;
    let ids = |page: Vec<History>| page.iter().map(|history| history.order_id().to_string()).collect::<Vec<_>>();
    assert_eq!(ids(made.store.all(None, 2).await.unwrap()), ["o-1", "o-2"]);
    assert_eq!(ids(made.store.all(Some(&order_id("o-2")), 2).await.unwrap()), ["o-3"]);
}

trait ByHand {
    /// Five events with every field of a wire event somewhere.
    fn by_hand(self) -> Vec<OrderEvent>;
}

impl ByHand for OrderBuilder {
    fn by_hand(self) -> Vec<OrderEvent> {
        let told = self.promised("2026-03-03").gift("flowers").value(4_900).rush();
        let told = told.shipped("2026-03-02T10:00:00.000001Z").by("Flügel & Söhne").delayed("2026-03-03T09:00:00Z");
        let told = told
            .because("\"snow\", 1 m\u{2026} \u{1f381}")
            .lost("2026-03-05T10:00:00Z")
            .arrived("2026-03-06T10:00:00Z");
        let events = told.events();
        assert!(events.iter().all(|event| event.occurred_at < at("2026-03-07T00:00:00Z")));
        events
    }
}
