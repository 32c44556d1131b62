//! What was refused: bounds, order, pages, expiry, and the same again.

use std::sync::Arc;

use goody_application::ports::{
    EVENTS_ROUTE, KeptRejection, LONGEST_BODY, PAGE_BYTES, Refused, RejectionBounds, RejectionCode, RejectionId,
    RejectionPosition, Store, kept_since,
};
use goody_domain::{Instant, ReportZone};
use proptest::prelude::*;

use crate::suite::{MakeStore, law, wait};
use crate::{TestStore, now};

const ALL: RejectionBounds = RejectionBounds { rejections: u64::MAX, bytes: u64::MAX };
/// In seconds.
const DAY: i64 = 86_400;

fn refused(body: impl Into<Vec<u8>>) -> Refused {
    Refused {
        source: "shop".into(),
        route: EVENTS_ROUTE.into(),
        code: RejectionCode::Invalid,
        reason: "status: is missing".into(),
        body: body.into(),
        is_cut: false,
    }
}

fn later(seconds: i64) -> Instant {
    now().plus_seconds(seconds)
}

/// All rejections, page after page.
async fn all(store: &dyn Store, limit: usize, at: Instant) -> Vec<KeptRejection> {
    let (mut found, mut after): (_, Option<RejectionPosition>) = (Vec::new(), None);
    loop {
        let page = store.rejections(after.as_ref(), limit, at).await.unwrap();
        assert!(page.rejections.len() <= limit && (page.next.is_none() || !page.rejections.is_empty()));
        found.extend(page.rejections);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn bodies(store: &dyn Store, at: Instant) -> Vec<String> {
    let text = |kept: &KeptRejection| String::from_utf8_lossy(&kept.refused.body).into_owned();
    all(store, 100, at).await.iter().map(text).collect()
}

/// The number of rejections and bytes that the store counts.
async fn counted(store: &dyn Store, at: Instant) -> (u64, u64) {
    let count = store.count_rejections(at).await.unwrap();
    (count.rejections, count.bytes)
}

async fn keep(store: &Arc<dyn Store>, refused: Vec<Refused>, bounds: RejectionBounds, at: Instant) {
    store.keep(refused, bounds, at).await.unwrap();
}

/// Every byte and every text comes back, also of a body that is no text.
pub async fn a_rejection_is_kept_as_it_was(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    let bytes: Vec<u8> = (0..=255).collect();
    let one = Refused {
        source: "desk".into(),
        route: "webhook:ups".into(),
        code: RejectionCode::OrderFull,
        reason: "orderId: ✗ is full".into(),
        body: bytes,
        is_cut: true,
    };
    for kept in [one.clone(), refused(Vec::new()), refused("{}")] {
        let id = kept.id();
        assert_eq!(store.rejection(&id, now()).await.unwrap(), None);
        keep(store, vec![kept.clone()], ALL, now()).await;
        let expected = KeptRejection { id: id.clone(), first_at: now(), last_at: now(), times: 1, refused: kept };
        assert_eq!(store.rejection(&id, now()).await.unwrap(), Some(expected.clone()));
        assert!(all(store.as_ref(), 100, now()).await.contains(&expected));
    }
    assert_eq!(counted(store.as_ref(), now()).await, (3, 258));
}

/// A body of the greatest size is kept whole, a longer one is cut, and a page ends before it has more than its bytes.
pub async fn a_long_body_is_kept_up_to_its_limit(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    let body = |length: usize| (0..length).map(|at| (at % 251) as u8).collect::<Vec<u8>>();
    for (second, length) in [LONGEST_BODY, LONGEST_BODY + 1, 400_000, 350_000].into_iter().enumerate() {
        keep(store, vec![refused(body(length))], ALL, later(second as i64)).await;
    }
    let found = all(store.as_ref(), 100, later(9)).await;
    let shown: Vec<(usize, bool)> = found.iter().map(|kept| (kept.refused.body.len(), kept.refused.is_cut)).collect();
    assert_eq!(shown, [(350_000, false), (400_000, false), (LONGEST_BODY, true), (LONGEST_BODY, false)]);
    for kept in &found {
        assert_eq!(kept.refused.body, body(kept.refused.body.len()), "a body is lossless");
        assert_eq!(store.rejection(&kept.id, later(9)).await.unwrap().as_ref(), Some(kept));
    }
    let page = store.rejections(None, 100, later(9)).await.unwrap();
    let bytes: usize = page.rejections.iter().map(|kept| kept.refused.body.len()).sum();
    assert!(page.next.is_some() && bytes as u64 <= PAGE_BYTES && !page.rejections.is_empty(), "{bytes}");
}

/// The newest come first, in pages that no later rejection moves.
pub async fn rejections_are_listed_newest_first_in_pages(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    for second in 0..5 {
        keep(store, vec![refused(format!("{second}"))], ALL, later(second)).await;
    }
    let first = store.rejections(None, 2, later(9)).await.unwrap();
    keep(store, vec![refused("new"), refused("1")], ALL, later(6)).await;
    let second = store.rejections(first.next.as_ref(), 2, later(9)).await.unwrap();
    let third = store.rejections(second.next.as_ref(), 2, later(9)).await.unwrap();
    assert_eq!(third.next, None);
    let pages = [first, second, third].map(|page| {
        let bodies = page.rejections.into_iter().map(|kept| String::from_utf8(kept.refused.body).unwrap());
        bodies.collect::<Vec<String>>().join(" ")
    });
    assert_eq!(pages, ["4 3", "2 1", "0"]);
    assert_eq!(bodies(store.as_ref(), later(9)).await, ["new", "4", "3", "2", "1", "0"]);
}

/// A sender who tries again makes no second rejection.
pub async fn the_same_again_is_counted_and_keeps_its_place(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    keep(store, vec![refused("same"), refused("same")], ALL, now()).await;
    keep(store, vec![refused("other")], ALL, later(1)).await;
    keep(store, vec![refused("same"), Refused { source: "desk".into(), ..refused("same") }], ALL, later(60)).await;
    let found = all(store.as_ref(), 100, later(60)).await;
    let shown: Vec<(&str, u64, f64)> = found
        .iter()
        .map(|kept| (kept.refused.source.as_str(), kept.times, kept.last_at.seconds_since(kept.first_at)))
        .collect();
    assert_eq!(shown, [("desk", 1, 0.0), ("shop", 1, 0.0), ("shop", 3, 60.0)]);
    assert_eq!(counted(store.as_ref(), later(60)).await, (3, 13));
    assert_eq!(store.count_rejections(later(60)).await.unwrap().latest, Some(later(60)));
}

/// The oldest are removed when there are too many, or too many bytes.
pub async fn the_oldest_go_first(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    let three = RejectionBounds { rejections: 3, ..ALL };
    for second in 0..5 {
        keep(store, vec![refused(format!("{second}"))], three, later(second)).await;
    }
    assert_eq!(bodies(store.as_ref(), later(9)).await, ["4", "3", "2"]);
    assert_eq!(counted(store.as_ref(), later(9)).await, (3, 3));
    let bytes = RejectionBounds { bytes: 12, ..ALL };
    keep(store, vec![refused("0123456789")], bytes, later(6)).await;
    assert_eq!(bodies(store.as_ref(), later(9)).await, ["0123456789", "4", "3"]);
    keep(store, (0..40).map(|number| refused(format!("{number:02}"))).collect(), three, later(7)).await;
    assert_eq!(counted(store.as_ref(), later(9)).await, (3, 6));
    let removed = refused("0").id();
    assert_eq!(store.rejection(&removed, later(9)).await.unwrap(), None);
    keep(store, vec![refused("0")], three, later(8)).await;
    assert_eq!(store.rejection(&removed, later(9)).await.unwrap().unwrap().times, 1, "it is new again");
}

/// What has expired is neither listed nor counted, before and after it is removed.
pub async fn rejections_expire_after_thirty_days(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    keep(store, vec![refused("old")], ALL, now()).await;
    keep(store, vec![refused("new")], ALL, later(DAY)).await;
    let (last, after) = (later(30 * DAY), later(31 * DAY));
    assert_eq!(bodies(store.as_ref(), last).await, ["new", "old"]);
    let check = async || {
        assert_eq!(bodies(store.as_ref(), after).await, ["new"]);
        assert_eq!(counted(store.as_ref(), after).await, (1, 3));
        assert_eq!(store.rejection(&refused("old").id(), after).await.unwrap(), None);
    };
    check().await;
    assert_eq!(store.expire_rejections(kept_since(last)).await.unwrap(), 0);
    assert_eq!(store.expire_rejections(kept_since(after)).await.unwrap(), 1);
    check().await;
    keep(store, vec![refused("old")], ALL, after).await;
    assert_eq!(bodies(store.as_ref(), after).await, ["old", "new"]);
    // The same again, after it has expired and before it is removed.
    keep(store, vec![refused("old")], ALL, later(70 * DAY)).await;
    assert_eq!(bodies(store.as_ref(), later(70 * DAY)).await, ["old"]);
    assert_eq!(all(store.as_ref(), 9, later(70 * DAY)).await[0].times, 1);
    // The removal of the expired one leaves the new one, which is found again.
    store.expire_rejections(kept_since(later(70 * DAY))).await.unwrap();
    keep(store, vec![refused("old")], ALL, later(70 * DAY + 1)).await;
    assert_eq!(all(store.as_ref(), 9, later(70 * DAY + 1)).await[0].times, 2);
}

/// Rejections are removed one by one, or all at once; what is removed can be kept again.
pub async fn removed_rejections_are_gone(make: MakeStore) {
    let TestStore { store, .. } = &make(ReportZone::utc()).await;
    keep(store, ["a", "bb", "ccc"].map(refused).into(), ALL, now()).await;
    let unknown = RejectionId::parse(&"0".repeat(32)).unwrap();
    store.remove(&[refused("bb").id(), unknown, refused("bb").id()]).await.unwrap();
    assert_eq!(counted(store.as_ref(), now()).await, (2, 4));
    assert_eq!(store.rejection(&refused("bb").id(), now()).await.unwrap(), None);
    keep(store, vec![refused("bb")], ALL, later(1)).await;
    assert_eq!(bodies(store.as_ref(), later(1)).await[0], "bb");
    assert_eq!(store.forget_all().await.unwrap(), 3);
    assert_eq!(bodies(store.as_ref(), later(1)).await, Vec::<String>::new());
    assert_eq!(store.count_rejections(later(1)).await.unwrap(), Default::default());
    assert_eq!(store.forget_all().await.unwrap(), 0);
}

/// Any sequence of writes leaves the same rejections as in the store in memory.
pub fn rejections_match_the_memory_store(make: MakeStore, cases: u32) {
    let body = prop_oneof!["[ab]{0,2}", "[a-c]{20,30}"];
    let keeps = proptest::collection::vec((proptest::collection::vec(body, 1..5), 0..40 * DAY, 0..4_u8), 1..12);
    law(cases, keeps, |keeps| {
        wait(async {
            let (store, memory) = (make(ReportZone::utc()).await, TestStore::memory(ReportZone::utc()));
            let bounds = RejectionBounds { rejections: 6, bytes: 70 };
            let mut at = now();
            for (bodies, pause, act) in keeps {
                at = at.plus_seconds(pause / 4);
                let removed = refused(bodies[0].clone()).id();
                for store in [&store.store, &memory.store] {
                    match act {
                        0 => store.remove(std::slice::from_ref(&removed)).await.unwrap(),
                        1 => drop(store.expire_rejections(kept_since(at)).await.unwrap()),
                        _ => keep(store, bodies.iter().map(|body| refused(body.clone())).collect(), bounds, at).await,
                    }
                }
                assert_eq!(all(store.store.as_ref(), 2, at).await, all(memory.store.as_ref(), 100, at).await);
                let counts = [&store.store, &memory.store].map(|store| store.count_rejections(at));
                let [count, expected] = counts;
                assert_eq!(count.await.unwrap(), expected.await.unwrap());
            }
        });
    });
}
