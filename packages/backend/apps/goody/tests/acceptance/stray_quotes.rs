//! A quote in a CSV file that is not closed: only its line is rejected.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{run, text};

const HEADING: &str = "orderId,vendorId,status,occurredAt,reason,note";

fn valid_row(id: usize) -> String {
    format!("o-{id},acme,PLACED,2026-01-05T10:00:00Z,,")
}

/// Imports a CSV file. Returns the summary, and the number and the first reason of each rejected line.
fn import(folder: &Path, csv: &str) -> (Value, Vec<(u64, String)>) {
    let (file, database) = (folder.join("orders.csv"), folder.join("goody.db"));
    let rejected = folder.join("rejected.ndjson");
    std::fs::write(&file, csv).unwrap();
    let output = run(&["import", text(&file), "--json", "--rejected", text(&rejected)], &database);
    let rejected = std::fs::read_to_string(&rejected).unwrap_or_default();
    let rejected = rejected.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["line"].as_u64().unwrap(), line["errors"][0]["reason"].as_str().unwrap().to_owned())
    });
    (serde_json::from_slice(&output.stdout).unwrap(), rejected.collect())
}

#[test]
fn only_the_line_of_a_stray_quote_is_rejected_and_the_reason_names_the_line() {
    for (reason, rows) in [("lines", 3_000), ("the end of the file", 20)] {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = vec![HEADING.to_owned()];
        lines.extend((0..rows).map(valid_row));
        lines[4] = "o-bad,\"acme,PLACED,2026-01-05T10:00:00Z,,".into();
        let (summary, rejected) = import(folder.path(), &lines.join("\n"));
        assert_eq!((&summary["accepted"], &summary["rejected"]), (&(rows - 1).into(), &1.into()), "{rejected:?}");
        assert_eq!(rejected[0].0, 5);
        assert!(rejected[0].1.contains("line 5") && rejected[0].1.contains(reason), "{rejected:?}");
    }
}

#[test]
fn the_quotes_of_a_later_row_do_not_close_a_stray_quote() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = vec![HEADING.to_owned()];
    lines.extend((0..100).map(valid_row));
    lines[4] = "o-bad,\"acme,PLACED,2026-01-05T10:00:00Z,,".into();
    lines[50] = "o-49,acme,PLACED,2026-01-05T10:00:00Z,\"vase, in pieces\",".into();
    let (summary, rejected) = import(folder.path(), &lines.join("\r\n"));
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&99.into(), &1.into()), "{rejected:?}");
    assert_eq!(rejected[0].0, 5);
}

#[test]
fn a_stray_quote_before_a_very_long_line_rejects_only_these_two() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("{}{}", valid_row(1), "x".repeat(300_000));
    let lines = [HEADING, &valid_row(0), "o-bad,\"acme", &long, &valid_row(2), &valid_row(3)];
    let (summary, rejected) = import(folder.path(), &lines.join("\n"));
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&3.into(), &2.into()), "{rejected:?}");
    assert_eq!(rejected.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_quoted_cell_may_have_several_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let folder = tempfile::tempdir().unwrap();
        let lines = [
            "\u{feff}\"orderId\",vendorId,status,occurredAt,reason,note",
            "",
            "o-1,acme,PLACED,2026-01-05T10:00:00Z,,\"two",
            "",
            "lines, and a \"\"word\"\"\"",
            "o-2,\"ac\"me,PLACED,2026-01-05T10:00:00Z,,\"\"",
            "o-3,acme,PLACED,soon,,",
        ];
        let (summary, rejected) = import(folder.path(), &lines.join(end));
        assert_eq!((&summary["accepted"], &summary["rejected"]), (&2.into(), &1.into()), "{end:?} {rejected:?}");
        assert_eq!(rejected[0].0, 7, "{end:?} {rejected:?}");
    }
}

#[test]
fn a_file_with_a_stray_quote_in_every_row_takes_linear_time() {
    // Each line opens a quote, or closes the quote it begins in and opens another: no record ever ends.
    for row in ["x\",\"y\n", "o-1,\"acme,PLACED\n", "\"\"\"\n", "a\"b,\"c\n"] {
        let folder = tempfile::tempdir().unwrap();
        let rows = 100_000;
        let mut csv = format!("{HEADING}\n{}\n{}\n", valid_row(0), row.repeat(rows));
        csv.push_str(&valid_row(1));
        let started = Instant::now();
        let (summary, rejected) = import(folder.path(), &csv);
        assert!(started.elapsed() < Duration::from_secs(40), "{row:?} took {:?}", started.elapsed());
        assert!(summary["accepted"] == 2 && !rejected.is_empty(), "{row:?} {summary}");
    }
}
