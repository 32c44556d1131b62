//! Imports of CSV files with a mapping.

use serde_json::Value;

use crate::binary::{Server, goody, run, text};

#[test]
fn a_csv_row_with_an_order_becomes_the_events_of_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (file, mapping, database) = (path("orders.csv"), path("mapping.toml"), path("goody.db"));
    std::fs::write(
        &file,
        "\u{feff}order;seller;bought;promised;delivered;price\n\
         o-1;acme;05/01/2026 22:30;08/01/2026 23:59;07/01/2026 12:00;1999\n\
         o-2;acme;06/01/2026 09:00;09/01/2026 23:59;;2500\n\
         o-3;acme;soon;09/01/2026 23:59;;2500\n",
    )
    .unwrap();
    std::fs::write(
        &mapping,
        r#"
        delimiter = ";"
        time-zone = "America/Sao_Paulo"
        date-formats = ["%d/%m/%Y %H:%M"]
        [columns]
        orderId = "order"
        vendorId = "seller"
        estimatedDelivery = "promised"
        giftValue = "price"
        [constants]
        currency = "BRL"
        [[events]]
        status = "PLACED"
        occurredAt = "bought"
        [[events]]
        status = "ARRIVED"
        occurredAt = "delivered"
        "#,
    )
    .unwrap();
    let rejected = path("rejected.ndjson");
    let arguments = ["import", text(&file), "--mapping", text(&mapping), "--json", "--rejected", text(&rejected)];
    let summary: Value = serde_json::from_slice(&run(&arguments, &database).stdout).unwrap();
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&3.into(), &1.into()));
    let again: Value = serde_json::from_slice(&run(&arguments, &database).stdout).unwrap();
    assert_eq!((&again["accepted"], &again["duplicate"]), (&0.into(), &3.into()));
    assert!(std::fs::read_to_string(&rejected).unwrap().contains(r#""line":4"#));

    let server = Server::start(&database);
    let order = server.get("/api/orders/o-1")["order"].clone();
    assert_eq!(order["createdAt"], "2026-01-06T01:30:00Z");
    assert_eq!(order["status"], "ARRIVED");
    assert_eq!((&order["currency"], &order["giftValue"]), (&"BRL".into(), &1999.into()));
}

#[test]
fn a_mapping_translates_the_status_words_of_a_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (file, mapping, database) = (path("events.csv"), path("mapping.toml"), path("goody.db"));
    std::fs::write(
        &file,
        "orderId,vendorId,status,occurredAt,reason\n\
         o-1,acme,new,2026-01-05T10:00:00Z,\n\
         o-1,,broken,2026-01-07T10:00:00Z,\"vase, in pieces\"\n",
    )
    .unwrap();
    std::fs::write(&mapping, "[statuses]\nnew = \"PLACED\"\nbroken = \"DAMAGED\"\n").unwrap();
    run(&["import", text(&file), "--mapping", text(&mapping)], &database);
    let order = Server::start(&database).get("/api/orders/o-1")["order"].clone();
    assert_eq!((&order["status"], &order["reason"]), (&"DAMAGED".into(), &"vase, in pieces".into()));
}

#[test]
fn a_mapping_with_an_unknown_status_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("mapping.toml");
    std::fs::write(&mapping, "[statuses]\nnew = \"FRESH\"\n").unwrap();
    let database = folder.path().join("goody.db");
    std::fs::write(folder.path().join("a.csv"), "orderId\n").unwrap();
    let file = folder.path().join("a.csv");
    let arguments = ["import", text(&file), "--mapping", text(&mapping), "--database", text(&database)];
    let output = goody(&arguments).output().unwrap();
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("FRESH is not a status; use one of PLACED, "),
        "{output:?}"
    );
}
