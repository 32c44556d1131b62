//! Cursors as they come back: any text, our own tampered with, or those of another list.
//!
//! The first byte says which list is asked for, the second what the rest is: see [`told`].

use std::collections::HashSet;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use goody_testkit::{OrderBuilder, Response, TestApp, suite};
use serde_json::{Value, json};

/// The longest text that fits into the address of a request, whatever has to be escaped.
const LONGEST: usize = 8_000;

/// Lists that have cursors, the name of their rows, and where a row says what tells it from the others.
const LISTS: [(&str, &str, &str); 7] = [
    ("/api/orders?limit=2", "orders", "/orderId"),
    ("/api/orders?limit=1&status=ARRIVED,LOST&order=asc", "orders", "/orderId"),
    ("/api/orders/recent?limit=2&hours=48", "orders", "/order/orderId"),
    ("/api/vendors?limit=1&sortBy=name", "vendors", "/vendorId"),
    ("/api/vendors?limit=1&sortBy=reliabilityScore&order=desc", "vendors", "/vendorId"),
    ("/api/reports?limit=1", "reports", "/vendorId"),
    ("/api/reports?limit=1&vendorId=acme&from=2026-03-01&to=2026-03-10", "reports", "/date"),
];

/// The law of cursors.
pub fn hold(data: &[u8]) -> bool {
    let [list, kind, rest @ ..] = data else { return false };
    if rest.len() > LONGEST {
        return false;
    }
    let list = usize::from(*list) % LISTS.len();
    suite::wait(async {
        let lists = lists().await;
        ask(&lists.app, list, &told(lists, list, *kind, rest)).await
    })
}

/// The cursor that the bytes stand for.
fn told(lists: &Lists, list: usize, kind: u8, rest: &[u8]) -> Vec<u8> {
    match kind % 4 {
        // Any text.
        0 => rest.to_vec(),
        // Any inside.
        1 => URL_SAFE_NO_PAD.encode(rest).into_bytes(),
        // Any place, in the list that was asked for.
        2 => {
            let inside = URL_SAFE_NO_PAD.decode(&lists.cursors[list]).unwrap();
            let end = inside.windows(8).position(|bytes| bytes == b"\"place\":").unwrap() + 8;
            URL_SAFE_NO_PAD.encode([&inside[..end], rest, b"}"].concat()).into_bytes()
        }
        // One of ours, of this list or of another one, with some of its letters changed.
        _ => {
            let other = rest.first().map_or(list, |byte| usize::from(*byte));
            let mut cursor = lists.cursors[other % LISTS.len()].clone().into_bytes();
            for change in rest.get(1..).unwrap_or_default().chunks_exact(2) {
                let at = usize::from(change[0]) % cursor.len();
                cursor[at] = change[1];
            }
            cursor
        }
    }
}

/// Asks for the page after a cursor, and for all that follow. Says whether the cursor was taken.
async fn ask(app: &TestApp, list: usize, cursor: &[u8]) -> bool {
    let first = page(app, list, cursor).await;
    if first.status == 400 {
        assert_eq!(first.json()["code"], "INVALID_CURSOR", "{}", first.text());
        return false;
    }
    is_written_as_we_write(cursor);
    let (_, rows, key) = LISTS[list];
    let mut seen = HashSet::new();
    let mut answer = first;
    loop {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page_of_list = answer.json();
        for row in page_of_list[rows].as_array().unwrap() {
            assert!(seen.insert(row.pointer(key).unwrap().clone()), "a row comes once: {row}");
        }
        let Some(next) = next(&page_of_list) else { return true };
        answer = page(app, list, next.as_bytes()).await;
    }
}

/// The cursor of the page after this one.
fn next(page: &Value) -> Option<&str> {
    page["nextCursor"].as_str().or(page["pagination"]["nextCursor"].as_str())
}

/// A cursor that was taken is one that we may have written: without a blank, a field or a digit more.
fn is_written_as_we_write(cursor: &[u8]) {
    let inside = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let value: Value = serde_json::from_slice(&inside).unwrap();
    assert_eq!(serde_json::to_vec(&value).unwrap(), inside, "{value}");
    assert_eq!(URL_SAFE_NO_PAD.encode(inside).as_bytes(), cursor, "{value}");
}

async fn page(app: &TestApp, list: usize, cursor: &[u8]) -> Response {
    let escaped: String = cursor.iter().map(|byte| format!("%{byte:02X}")).collect();
    app.get(&format!("{}&cursor={escaped}", LISTS[list].0)).await
}

/// The lists, and of each a cursor of its own.
struct Lists {
    app: TestApp,
    cursors: Vec<String>,
}

/// The same for all inputs, as nothing here is written.
async fn lists() -> &'static Lists {
    static MADE: OnceLock<Lists> = OnceLock::new();
    if MADE.get().is_none() {
        let made = make().await;
        // Another thread may have been sooner; its lists are equal.
        drop(MADE.set(made));
    }
    MADE.get().unwrap()
}

async fn make() -> Lists {
    let app = TestApp::new();
    for number in 0..5 {
        for (vendor, name) in [("acme", "Acme"), ("bloom", "Bloom & Branch"), ("quiet", "quiet")] {
            let body = json!({ "name": name, "isActive": true }).to_string();
            app.request(goody_testkit::Method::PUT, &format!("/api/vendors/{vendor}"), "application/json", body).await;
            let order = OrderBuilder::new(&format!("{vendor}-{number}")).vendor(vendor).promised("2026-03-08");
            let order = match (vendor, number) {
                ("quiet", _) => order,
                (_, 0) => order.lost("2026-03-09T10:00:00Z"),
                (_, 1) => order.shipped("2026-03-09T11:00:00Z"),
                _ => order.arrived("2026-03-09T12:00:00Z"),
            };
            app.record(order.events()).await;
        }
    }
    app.roll().await;
    let mut cursors = Vec::new();
    for (path, ..) in LISTS {
        let page = app.read(path).await;
        let next = next(&page).unwrap_or_else(|| panic!("{path} has a page only: {page}"));
        cursors.push(next.to_owned());
    }
    Lists { app, cursors }
}
