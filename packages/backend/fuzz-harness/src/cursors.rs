//! Cursors in requests: any text, a manipulated cursor, or a cursor of another list.
//!
//! The first byte selects the list, the second one how the rest becomes a cursor: see [`cursor_from`].

use std::collections::HashSet;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use goody_testkit::{OrderBuilder, Response, TestApp, suite};
use serde_json::{Value, json};

/// The length in bytes that fits into the URL of a request even if every byte is escaped.
const MAX_LENGTH: usize = 8_000;

/// The lists with cursors: path, field of the rows, and JSON pointer of the key of a row.
const LISTS: [(&str, &str, &str); 7] = [
    ("/api/orders?limit=2", "orders", "/orderId"),
    ("/api/orders?limit=1&status=ARRIVED,LOST&order=asc", "orders", "/orderId"),
    ("/api/orders/recent?limit=2&hours=48", "orders", "/order/orderId"),
    ("/api/vendors?limit=1&sortBy=name", "vendors", "/vendorId"),
    ("/api/vendors?limit=1&sortBy=reliabilityScore&order=desc", "vendors", "/vendorId"),
    ("/api/reports?limit=1", "reports", "/vendorId"),
    ("/api/reports?limit=1&vendorId=acme&from=2026-03-01&to=2026-03-10", "reports", "/date"),
];

/// The law of cursors: a cursor is either refused, or all pages from it on have no row twice. Returns whether it was accepted.
pub fn check(data: &[u8]) -> bool {
    let [list, kind, rest @ ..] = data else { return false };
    if rest.len() > MAX_LENGTH {
        return false;
    }
    let list = usize::from(*list) % LISTS.len();
    suite::wait(async {
        let lists = lists().await;
        check_pages(&lists.app, list, &cursor_from(lists, list, *kind, rest)).await
    })
}

/// The cursor that the bytes encode.
fn cursor_from(lists: &Lists, list: usize, kind: u8, rest: &[u8]) -> Vec<u8> {
    match kind % 4 {
        // Any text.
        0 => rest.to_vec(),
        // Any content, encoded as a cursor.
        1 => URL_SAFE_NO_PAD.encode(rest).into_bytes(),
        // Any position in the selected list.
        2 => {
            let content = URL_SAFE_NO_PAD.decode(&lists.cursors[list]).unwrap();
            let end = content.windows(8).position(|bytes| bytes == b"\"place\":").unwrap() + 8;
            URL_SAFE_NO_PAD.encode([&content[..end], rest, b"}"].concat()).into_bytes()
        }
        // A valid cursor, of this or another list, with some bytes changed.
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

/// Requests the page after a cursor and all pages after it. Returns whether the cursor was accepted.
async fn check_pages(app: &TestApp, list: usize, cursor: &[u8]) -> bool {
    let first = page(app, list, cursor).await;
    if first.status == 400 {
        assert_eq!(first.json()["code"], "INVALID_CURSOR", "{}", first.text());
        return false;
    }
    assert_canonical(cursor);
    let (_, rows, key) = LISTS[list];
    let mut seen = HashSet::new();
    let mut response = first;
    loop {
        assert_eq!(response.status, 200, "{}", response.text());
        let body = response.json();
        for row in body[rows].as_array().unwrap() {
            assert!(seen.insert(row.pointer(key).unwrap().clone()), "a row appears twice: {row}");
        }
        let Some(next) = next(&body) else { return true };
        response = page(app, list, next.as_bytes()).await;
    }
}

/// The cursor of the next page.
fn next(page: &Value) -> Option<&str> {
    page["nextCursor"].as_str().or(page["pagination"]["nextCursor"].as_str())
}

/// An accepted cursor has the server's own encoding: no additional blank, field or digit.
fn assert_canonical(cursor: &[u8]) {
    let content = URL_SAFE_NO_PAD.decode(cursor).unwrap();
    let value: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(serde_json::to_vec(&value).unwrap(), content, "{value}");
    assert_eq!(URL_SAFE_NO_PAD.encode(content).as_bytes(), cursor, "{value}");
}

async fn page(app: &TestApp, list: usize, cursor: &[u8]) -> Response {
    let escaped: String = cursor.iter().map(|byte| format!("%{byte:02X}")).collect();
    app.get(&format!("{}&cursor={escaped}", LISTS[list].0)).await
}

/// An app with data, and one valid cursor per list.
struct Lists {
    app: TestApp,
    cursors: Vec<String>,
}

/// All inputs share one app, because the law only reads.
async fn lists() -> &'static Lists {
    static CREATED: OnceLock<Lists> = OnceLock::new();
    if CREATED.get().is_none() {
        let lists = create().await;
        // Another thread may have set it first; its lists are equal.
        drop(CREATED.set(lists));
    }
    CREATED.get().unwrap()
}

async fn create() -> Lists {
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
        let next = next(&page).unwrap_or_else(|| panic!("{path} has only one page: {page}"));
        cursors.push(next.to_owned());
    }
    Lists { app, cursors }
}
