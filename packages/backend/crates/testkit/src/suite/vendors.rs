//! The master data of vendors.

use goody_application::ports::{OrderWrite, Store, VendorStore};
use goody_domain::{
    EventId, Fact, History, IngestOutcome, MOST_EVENTS, OrderEvent, ReportZone, SlaPromises, Status, Vendor,
};

use super::{MakeStore, ingest, revision, vendor_ids};
use crate::{OrderBuilder, batch, day, now, order_id, unregistered, vendor_id};

fn registered(id: &str) -> Vendor {
    Vendor {
        vendor_id: vendor_id(id),
        name: "Åcme & \"Sons\"".into(),
        category: Some("flowers".into()),
        is_active: false,
        is_registered: true,
        support_contact: Some("help@acme.test".into()),
        contract_start_date: Some(day("2024-02-29")),
        sla_promises: Some(SlaPromises { standard_delivery: 4, rush_delivery: 1 }),
    }
}

async fn vendor(store: &dyn Store, id: &str) -> Option<Vendor> {
    VendorStore::vendor(store, &vendor_id(id)).await.unwrap()
}

/// See its name.
pub async fn an_unknown_vendor_is_stored_under_its_id_as_unregistered(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    assert_eq!(vendor(test_store.store.as_ref(), "acme").await, None);
    test_store.store.register_unknown(vec![unregistered("acme"), unregistered("bloom")]).await.unwrap();
    let added = vendor(test_store.store.as_ref(), "acme").await.unwrap();
    assert_eq!((added.name.as_str(), &added), ("acme", &unregistered("acme")));
    assert!(!added.is_registered);
}

/// See its name.
pub async fn an_order_names_a_vendor_that_has_no_name_yet(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let store = test_store.store.as_ref();
    let name = async |id: &str| vendor(store, id).await.unwrap().name;
    let placed = |order: &str, of: &str| OrderBuilder::new(order).vendor(of);
    let events = [placed("o-1", "acme"), placed("o-2", "acme").vendor_name("Acme Flowers"), placed("o-3", "bloom")];
    ingest(&test_store.store, events.into_iter().flat_map(OrderBuilder::events).collect(), now()).await;
    assert_eq!((name("acme").await, name("bloom").await), ("Acme Flowers".into(), "bloom".into()));
    let later = [placed("o-4", "acme").vendor_name("Another"), placed("o-5", "bloom").vendor_name("Bloom & Co")];
    ingest(&test_store.store, later.into_iter().flat_map(OrderBuilder::events).collect(), now()).await;
    assert_eq!((name("acme").await, name("bloom").await), ("Acme Flowers".into(), "Bloom & Co".into()));
    store.put(registered("crate"), now()).await.unwrap();
    ingest(&test_store.store, placed("o-6", "crate").vendor_name("Other").events(), now()).await;
    assert_eq!(name("crate").await, registered("crate").name);
}

/// See its name.
pub async fn register_unknown_does_not_change_a_registered_vendor(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    test_store.store.put(registered("acme"), now()).await.unwrap();
    let before = revision(test_store.store.as_ref()).await;
    test_store.store.register_unknown(vec![unregistered("acme")]).await.unwrap();
    assert_eq!(vendor(test_store.store.as_ref(), "acme").await, Some(registered("acme")));
    assert_eq!(revision(test_store.store.as_ref()).await, before);
}

/// See its name.
pub async fn put_returns_whether_the_vendor_is_new(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    assert!(test_store.store.put(registered("acme"), now()).await.unwrap());
    let renamed = Vendor { name: "Acme".into(), ..registered("acme") };
    assert!(!test_store.store.put(renamed.clone(), now()).await.unwrap());
    assert_eq!(vendor(test_store.store.as_ref(), "acme").await, Some(renamed));
    test_store.store.register_unknown(vec![unregistered("bloom")]).await.unwrap();
    assert!(!test_store.store.put(registered("bloom"), now()).await.unwrap(), "an unregistered vendor is known");
}

/// See its name.
pub async fn vendors_are_listed_by_id_in_pages(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    test_store.store.register_unknown(["c", "a", "d", "b"].map(unregistered).to_vec()).await.unwrap();
    assert_eq!(vendor_ids(test_store.store.as_ref()).await, ["a", "b", "c", "d"].map(vendor_id));
    let page = VendorStore::vendors(test_store.store.as_ref(), Some(&vendor_id("b")), 1).await.unwrap();
    assert_eq!(page.iter().map(|vendor| vendor.vendor_id.as_str()).collect::<Vec<_>>(), ["c"]);
    assert!(VendorStore::vendors(test_store.store.as_ref(), Some(&vendor_id("d")), 5).await.unwrap().is_empty());
}

/// See its name.
pub async fn vendors_are_found_by_their_ids(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    test_store.store.put(registered("acme"), now()).await.unwrap();
    test_store.store.register_unknown(["a", "b", "c"].map(unregistered).to_vec()).await.unwrap();
    let ids = ["c", "acme", "missing", "a"].map(vendor_id).into();
    let mut found = test_store.store.vendors_by_id(ids).await.unwrap();
    found.sort_by(|one, other| one.vendor_id.cmp(&other.vendor_id));
    assert_eq!(found, [unregistered("a"), registered("acme"), unregistered("c")]);
    assert_eq!(test_store.store.vendors_by_id([].into()).await.unwrap(), []);
}

/// See its name.
pub async fn every_change_of_a_vendor_raises_the_revision(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let mut last = revision(test_store.store.as_ref()).await;
    for step in 0..3 {
        match step {
            0 => test_store.store.register_unknown(vec![unregistered("acme")]).await.unwrap(),
            _ => drop(test_store.store.put(registered("acme"), now()).await.unwrap()),
        }
        let now = revision(test_store.store.as_ref()).await;
        assert!(now > last, "step {step}");
        last = now;
    }
}

/// See its name.
pub async fn every_vendor_that_an_accepted_event_names_is_registered(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let order = OrderBuilder::new("o-1").vendor("acme").also_placed("bloom", "2026-03-02T10:00:00Z");
    let mut events = order.arrived("2026-03-03T10:00:00Z").events();
    for event in &mut events {
        if let Fact::Became(_, vendor) = &mut event.fact {
            *vendor = Some(vendor_id("crate"));
        }
    }
    let outcomes = ingest(&test_store.store, events, now()).await;
    assert_eq!(outcomes, [IngestOutcome::New, IngestOutcome::NewOfOtherVendor, IngestOutcome::New]);
    assert_eq!(vendor_ids(test_store.store.as_ref()).await, ["acme", "bloom", "crate"].map(vendor_id));
}

/// See its name.
pub async fn an_event_that_conflicts_registers_no_vendor(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let first = OrderBuilder::new("o-1").vendor("acme").events();
    let other = OrderBuilder::new("o-1").vendor("ghost").events();
    let conflicting = [first.clone(), other.clone()].concat();
    assert_eq!(ingest(&test_store.store, conflicting, now()).await, [IngestOutcome::New, IngestOutcome::Conflict]);
    let before = revision(test_store.store.as_ref()).await;
    assert_eq!(
        ingest(&test_store.store, [first, other].concat(), now()).await,
        [IngestOutcome::Known, IngestOutcome::Conflict]
    );
    assert_eq!(vendor_ids(test_store.store.as_ref()).await, [vendor_id("acme")]);
    assert_eq!(revision(test_store.store.as_ref()).await, before);
}

/// See its name.
pub async fn an_event_of_a_full_order_registers_no_vendor(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let arrived = OrderBuilder::new("o-1").vendor("acme").arrived("2026-03-03T10:00:00Z").events().remove(1);
    let numbered =
        |number: usize| OrderEvent { event_id: EventId::parse(&format!("e-{number}")).unwrap(), ..arrived.clone() };
    ingest(&test_store.store, (0..MOST_EVENTS).map(numbered).collect(), now()).await;
    let fact = Fact::Became(Status::Arrived, Some(vendor_id("ghost")));
    let more = OrderEvent { fact, ..numbered(MOST_EVENTS) };
    assert_eq!(ingest(&test_store.store, vec![more], now()).await, [IngestOutcome::Full]);
    assert_eq!(vendor_ids(test_store.store.as_ref()).await, []);
}

/// See its name.
pub async fn an_outdated_write_registers_no_vendor(make: MakeStore) {
    let test_store = make(ReportZone::utc()).await;
    let write = |vendor: &str| {
        let mut history = History::empty(order_id("o-1"));
        history.record(OrderBuilder::new("o-1").vendor(vendor).events().remove(0), &batch("b-1").id, now());
        OrderWrite { history, from_version: 0, unknown_vendors: vec![unregistered(vendor)] }
    };
    assert_eq!(test_store.store.save(vec![write("acme")], None, now()).await.unwrap(), [true]);
    assert_eq!(test_store.store.save(vec![write("ghost")], None, now()).await.unwrap(), [false]);
    assert_eq!(vendor_ids(test_store.store.as_ref()).await, [vendor_id("acme")]);
}
