//! Vendors' master data.

use goody_application::ports::{Store, VendorStore};
use goody_domain::{ReportZone, SlaPromises, Vendor};

use super::{MakeStore, revision, vendor_ids};
use crate::{day, vendor_id};

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
pub async fn a_vendor_met_is_registered_under_its_id_as_unregistered(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    assert_eq!(vendor(made.store.as_ref(), "acme").await, None);
    made.store.meet(vec![vendor_id("acme"), vendor_id("bloom")]).await.unwrap();
    let met = vendor(made.store.as_ref(), "acme").await.unwrap();
    assert_eq!(met, Vendor::unregistered(vendor_id("acme")));
    assert!(!met.is_registered);
}

/// See its name.
pub async fn meeting_a_registered_vendor_changes_nothing(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    made.store.put(registered("acme")).await.unwrap();
    let before = revision(made.store.as_ref()).await;
    made.store.meet(vec![vendor_id("acme")]).await.unwrap();
    assert_eq!(vendor(made.store.as_ref(), "acme").await, Some(registered("acme")));
    assert_eq!(revision(made.store.as_ref()).await, before);
}

/// See its name.
pub async fn putting_a_vendor_says_whether_it_was_new(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    assert!(made.store.put(registered("acme")).await.unwrap());
    let renamed = Vendor { name: "Acme".into(), ..registered("acme") };
    assert!(!made.store.put(renamed.clone()).await.unwrap());
    assert_eq!(vendor(made.store.as_ref(), "acme").await, Some(renamed));
    made.store.meet(vec![vendor_id("bloom")]).await.unwrap();
    assert!(!made.store.put(registered("bloom")).await.unwrap(), "a vendor that was met is known");
}

/// See its name.
pub async fn vendors_come_by_id_in_pages(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    made.store.meet(["c", "a", "d", "b"].map(vendor_id).to_vec()).await.unwrap();
    assert_eq!(vendor_ids(made.store.as_ref()).await, ["a", "b", "c", "d"].map(vendor_id));
    let page = VendorStore::vendors(made.store.as_ref(), Some(&vendor_id("b")), 1).await.unwrap();
    assert_eq!(page.iter().map(|vendor| vendor.vendor_id.as_str()).collect::<Vec<_>>(), ["c"]);
    assert!(VendorStore::vendors(made.store.as_ref(), Some(&vendor_id("d")), 5).await.unwrap().is_empty());
}

/// See its name.
pub async fn vendors_are_found_by_their_ids(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    made.store.put(registered("acme")).await.unwrap();
    made.store.meet(["a", "b", "c"].map(vendor_id).to_vec()).await.unwrap();
    let asked = ["c", "acme", "nobody", "a"].map(vendor_id).into();
    let mut found = made.store.vendors_by_id(asked).await.unwrap();
    found.sort_by(|one, other| one.vendor_id.cmp(&other.vendor_id));
    let unregistered = |id| Vendor::unregistered(vendor_id(id));
    assert_eq!(found, [unregistered("a"), registered("acme"), unregistered("c")]);
    assert_eq!(made.store.vendors_by_id([].into()).await.unwrap(), []);
}

/// See its name.
pub async fn every_change_of_a_vendor_raises_the_revision(make: MakeStore) {
    let made = make(ReportZone::utc()).await;
    let mut last = revision(made.store.as_ref()).await;
    for step in 0..3 {
        match step {
            0 => made.store.meet(vec![vendor_id("acme")]).await.unwrap(),
            _ => drop(made.store.put(registered("acme")).await.unwrap()),
        }
        let now = revision(made.store.as_ref()).await;
        assert!(now > last, "step {step}");
        last = now;
    }
}
