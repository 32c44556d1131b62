//! Exports of a past date have the same bytes before and after a vendor changes.

use std::collections::BTreeMap;
use std::path::Path;

use goody_domain::Day;
use serde_json::json;

use crate::binary::{Server, demo_events, quiet, run, text};

const CLIENT_PATHS: [&str; 5] = [
    "/api/vendors/export?format=ndjson&sortBy=name&date=",
    "/api/vendors/export?q=renamed&date=",
    "/api/vendors/export?q=far-orchard&date=",
    "/api/reports?date=",
    "/api/vendors/far-orchard/report?date=",
];

fn put(server: &Server, vendor: &serde_json::Value) {
    let url = format!("{}/api/vendors/far-orchard", server.address());
    ureq::put(url).send_json(vendor).unwrap();
}

/// What a client and the command line export for a date, with the ETags.
fn exports(server: &Server, database: &Path, date: Day) -> BTreeMap<String, (String, Vec<u8>)> {
    let mut exports = BTreeMap::new();
    for path in CLIENT_PATHS {
        let mut response = ureq::get(format!("{}{path}{date}", server.address())).call().unwrap();
        let etag = response.headers().get("etag").map_or("", |etag| etag.to_str().unwrap()).to_owned();
        exports.insert(path.to_owned(), (etag, response.body_mut().read_to_vec().unwrap()));
    }
    for dataset in ["vendors", "reports"] {
        let exported = run(&["export", dataset, "--date", &date.to_string()], database).stdout;
        exports.insert(format!("goody export {dataset}"), (String::new(), exported));
    }
    exports
}

#[test]
fn exports_of_a_past_date_stay_as_they_are_when_a_vendor_is_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let today = Day::parse(server.get("/api/dashboard")["date"].as_str().unwrap()).unwrap();
    let past = [today.plus(-1), today.plus(-40)];
    let before = past.map(|date| exports(&server, &database, date));
    let before_today = exports(&server, &database, today);
    // The vendor is known by its orders only: its first master data is a change, too.
    for (name, category) in [("Far Orchard", "fruit"), ("Renamed Orchard", "nuts")] {
        put(&server, &json!({"name": name, "category": category, "isActive": false}));
        for (date, before) in past.into_iter().zip(&before) {
            let after = exports(&server, &database, date);
            for (name, before) in before {
                let body = String::from_utf8_lossy(&after[name].1);
                assert!(after[name] == *before, "{name} of {date} changed: {body:?}");
            }
        }
    }
    let after_today = exports(&server, &database, today);
    for name in [CLIENT_PATHS[0], CLIENT_PATHS[1], CLIENT_PATHS[4], "goody export vendors"] {
        assert!(before_today[name].1 != after_today[name].1, "{name} of today is the same");
    }
    assert_eq!(server.terminate(), Some(0));

    // Another process, without a cache, and after a backup and its restoration.
    let copy = folder.path().join("copy.db");
    run(&["backup", text(&copy)], &database);
    for database in [&database, &copy] {
        let exported = run(&["export", "vendors", "--date", &past[0].to_string()], database).stdout;
        let exported = String::from_utf8(exported).unwrap();
        assert!(exported.contains("far-orchard") && !exported.contains("Orchard"), "{exported}");
    }
}
