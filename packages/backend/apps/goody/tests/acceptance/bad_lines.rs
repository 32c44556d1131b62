//! An invalid line is rejected, and the other lines of its file are stored.

use serde_json::Value;

use crate::binary::{goody, run, text};

#[test]
fn bad_lines_are_reported_with_number_field_and_reason_and_the_others_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (folder.path().join("events.ndjson"), folder.path().join("goody.db"));
    let rejected = folder.path().join("rejected.ndjson");
    let placed = |id: &str, more: &str| {
        format!(
            r#"{{"eventId":"{id}","orderId":"{id}","vendorId":"acme","status":"PLACED","occurredAt":"2026-01-05T10:00:00Z"{more}}}"#
        )
    };
    let mut lines: Vec<Vec<u8>> = vec![
        placed("good-1", "").into(),
        b"this is not JSON".to_vec(),
        br#"{"eventId":"a","orderId":"a","status":"PLACED","occurredAt":"2026-01-05T10:00:00Z"}"#.to_vec(),
        br#"{"eventId":"b","orderId":"b","vendorId":"acme","status":"TELEPORTED","occurredAt":"2026-01-05T10:00:00Z"}"#
            .to_vec(),
        br#"{"eventId":"c","orderId":"c","vendorId":"acme","status":"LOST","occurredAt":"1999-12-31T23:59:59Z"}"#
            .to_vec(),
        br#"{"eventId":"d","orderId":"d","vendorId":"acme","status":"LOST","occurredAt":"2999-01-01T00:00:00Z"}"#
            .to_vec(),
        placed("e", &format!(r#","reason":"{}""#, "x".repeat(10_000_000))).into(),
        placed("f", ",\"reason\":\"nul\\u0000\"").into(),
        placed("g", r#","giftValue":"a lot""#).into(),
        placed("good-2", "").into(),
        placed("good-1", r#","isRush":true"#).into(),
        placed("good-1", "").into(),
    ];
    let mut wrong_utf8 = placed("h", "").into_bytes();
    wrong_utf8[12] = 0xff;
    lines.push(wrong_utf8);
    std::fs::write(&file, lines.join(&b'\n')).unwrap();

    let output = run(&["import", text(&file), "--json", "--rejected", text(&rejected)], &database);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["accepted"], &summary["duplicate"], &summary["rejected"]), (&2.into(), &1.into(), &10.into()));

    let rejected = std::fs::read_to_string(&rejected).unwrap();
    let mut rejected: Vec<(u64, String)> = rejected
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(!line["errors"][0]["reason"].as_str().unwrap().is_empty());
            (line["line"].as_u64().unwrap(), line["errors"][0]["field"].as_str().unwrap().to_owned())
        })
        .collect();
    rejected.sort();
    let expected = [
        (2, "line"),
        (3, "vendorId"),
        (4, "status"),
        (5, "occurredAt"),
        (6, "occurredAt"),
        (7, "line"),
        (8, "reason"),
        (9, "giftValue"),
        (11, "eventId"),
        (13, "line"),
    ];
    assert_eq!(rejected, expected.map(|(line, field)| (line, field.to_owned())));
}

#[test]
fn the_error_of_a_missing_database_says_how_to_create_one() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.db");
    let output = goody(&["export", "reports", "--database", text(&missing)]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("goody import"), "{output:?}");
    assert!(!missing.exists());
}

#[test]
fn a_file_that_is_not_a_database_is_refused_and_stays_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let letter = folder.path().join("letter.db");
    std::fs::write(&letter, "Dear Sir or Madam, ".repeat(100)).unwrap();
    let output = goody(&["rebuild", "--database", text(&letter)]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("damaged or not a goody database"), "{output:?}");
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Sir or Madam, ".repeat(100));
}

#[test]
fn the_refusal_of_a_public_address_names_the_loopback_address() {
    let output = goody(&["serve", "--addr", "0.0.0.0:0", "--database", "never-created.db"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("127.0.0.1"), "{output:?}");
}

#[test]
fn rejected_lines_have_their_line_number_with_each_line_ending() {
    for end in ["\n", "\r\n"] {
        let folder = tempfile::tempdir().unwrap();
        let (file, database) = (folder.path().join("orders.csv"), folder.path().join("goody.db"));
        let rejected = folder.path().join("rejected.ndjson");
        let lines = [
            "orderId,vendorId,status,occurredAt",
            "o-1,acme,PLACED,2026-01-05T10:00:00Z",
            "o-2,acme,PLACED,soon",
            "o-3,acme,PLACED,2026-01-05T10:00:00Z",
            "o-4,acme,PLACED,later",
        ];
        std::fs::write(&file, lines.join(end)).unwrap();
        run(&["import", text(&file), "--rejected", text(&rejected)], &database);
        let rejected = std::fs::read_to_string(&rejected).unwrap();
        let numbers =
            rejected.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["line"].as_u64().unwrap());
        assert_eq!(numbers.collect::<Vec<_>>(), [3, 5], "{end:?}");
    }
}

#[test]
fn an_import_counts_the_fields_that_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (folder.path().join("events.ndjson"), folder.path().join("goody.db"));
    let event = r#"{"eventId":"a","orderId":"a","vendorId":"acme","status":"PLACED","occurredAt":"2026-01-05T10:00:00Z","estimatedDelivery":"2062-01-05T10:00:00Z","shipBy":"2062-01-05T10:00:00Z"}"#;
    std::fs::write(&file, event).unwrap();
    let summary: Value = serde_json::from_slice(&run(&["import", text(&file), "--json"], &database).stdout).unwrap();
    assert_eq!((&summary["accepted"], &summary["warnings"]), (&1.into(), &2.into()));
    let output = run(&["import", text(&file)], &database);
    assert!(String::from_utf8_lossy(&output.stdout).contains("0 rejected, 2 warnings in"), "{output:?}");
}
