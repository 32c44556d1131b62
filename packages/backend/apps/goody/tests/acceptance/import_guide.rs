//! The commands of `docs/IMPORT.md`: each block is run as it is written, on a database of its own.

use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../..");

#[test]
fn the_commands_of_the_import_guide_work() {
    let guide = std::fs::read_to_string(format!("{ROOT}/docs/IMPORT.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 13, "a block of commands for each question");
    let program = Path::new(env!("CARGO_BIN_EXE_goody"));
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(block.lines().count(), 3, "three commands: {block}");
        for command in block.lines() {
            let command = command.replace("packages/", &format!("{ROOT}/packages/"));
            let output = Command::new("sh")
                .args(["-c", &command])
                .current_dir(folder.path())
                .env("PATH", format!("{}:/usr/bin:/bin", program.parent().unwrap().display()))
                .env("GOODY_LOG", "error")
                .env("GOODY_STRICT", "true")
                .output()
                .unwrap();
            let text =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{command}: {text}");
            if command.starts_with("goody import ") {
                assert!(text.contains(" 0 rejected") || text.contains("rejected: 0"), "{command}: {text}");
            }
        }
        assert!(folder.path().join("goody.db").exists(), "{block}");
    }
}

#[test]
fn a_check_stores_nothing_and_shows_what_an_import_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let file = format!("{ROOT}/packages/backend/crates/formats/tests/files/fixtures/shopify.csv");
    let arguments = ["import", "--check", &file, "--mapping", "shopify", "--database", crate::binary::text(&database)];
    let output = crate::binary::goody(&arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    for part in [
        "encoding UTF-8, delimiter ,",
        "heading in line 1: Name, Email",
        "#2001",
        "Nothing was stored",
        "Rows without events: 1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!database.exists());
}

/// Duplicates, conflicts and second vendors are found among the lines of the files, and against what the database has.
#[test]
fn a_check_ends_with_the_counts_of_the_import() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first.ndjson"), folder.path().join("second.ndjson"));
    let event = |id: &str, order: &str, status: &str, more: &str| {
        let time = "\"occurredAt\":\"2026-01-05T10:00:00Z\"";
        format!("{{\"eventId\":\"{id}\",\"orderId\":\"{order}\",\"status\":\"{status}\",{time}{more}}}\n")
    };
    const ACME: &str = ",\"vendorId\":\"acme\"";
    const ZENITH: &str = ",\"vendorId\":\"zenith\"";
    let lines = [
        event("1", "o-1", "PLACED", ACME),
        event("1", "o-1", "PLACED", ZENITH),
        event("2", "o-1", "PLACED", ZENITH),
        event("1", "o-2", "ARRIVED", ""),
        "no event\n".to_owned(),
    ];
    std::fs::write(&first, lines.concat()).unwrap();
    let lines = [
        event("1", "o-1", "PLACED", ACME),
        event("2", "o-2", "PLACED", ACME),
        event("1", "o-2", "LOST", ""),
        event("1", "o-3", "LOST", ""),
    ];
    std::fs::write(&second, lines.concat()).unwrap();
    let database = folder.path().join("goody.db");
    let run = |file: &Path, option: &[&str]| {
        let mut arguments = vec!["import", "--json", "--database", crate::binary::text(&database)];
        arguments.push(crate::binary::text(file));
        arguments.extend(option);
        let output = crate::binary::goody(&arguments).current_dir(folder.path()).output().unwrap();
        let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = |name: &str| summary[name].as_u64().unwrap();
        ["accepted", "duplicate", "rejected", "warnings", "orders", "ordersWithoutPlacement", "unplacedOrders"]
            .map(count)
    };
    for (file, expected) in [(&first, [3, 0, 2, 1, 2, 1, 1]), (&second, [2, 1, 1, 0, 3, 1, 1])] {
        assert_eq!(run(file, &["--check"]), expected, "checked: {}", file.display());
        assert_eq!(run(file, &[]), expected, "imported: {}", file.display());
    }
}

/// A workbook with a sheet for each month, and a sheet of notes.
#[test]
fn every_sheet_of_a_workbook_with_the_columns_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (folder.path().join("orders.xlsx"), folder.path().join("goody.db"));
    let sheets: [&[[&str; 4]]; 3] = [
        &[["Notes", "", "", ""]],
        &[["orderId", "vendorId", "status", "occurredAt"], ["o-1", "acme", "PLACED", "2026-01-05T10:00:00Z"]],
        &[["orderId", "vendorId", "status", "occurredAt"], ["o-2", "acme", "PLACED", "2026-02-05T10:00:00Z"]],
    ];
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
    let mut part = |name: &str, text: &str| {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    };
    let relationship = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"x/relationships/{kind}\" Target=\"{target}\"/>")
    };
    part("[Content_Types].xml", "<Types/>");
    let office = relationship("a", "officeDocument", "xl/workbook.xml");
    part("_rels/.rels", &format!("<Relationships>{office}</Relationships>"));
    let (mut names, mut related) = (String::new(), String::new());
    for (at, rows) in sheets.iter().enumerate() {
        let (id, target) = (format!("r{at}"), format!("worksheets/sheet{at}.xml"));
        names.push_str(&format!("<sheet name=\"S{at}\" sheetId=\"{}\" r:id=\"{id}\"/>", at + 1));
        related.push_str(&relationship(&id, "worksheet", &target));
        let mut text = String::new();
        for (row, cells) in (1..).zip(rows.iter()) {
            let cell = |(column, cell): (char, &&str)| {
                format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")
            };
            let cells: String = ('A'..).zip(cells).map(cell).collect();
            text.push_str(&format!("<row r=\"{row}\">{cells}</row>"));
        }
        part(&format!("xl/{target}"), &format!("<worksheet><sheetData>{text}</sheetData></worksheet>"));
    }
    part("xl/workbook.xml", &format!("<workbook xmlns:r=\"r\"><sheets>{names}</sheets></workbook>"));
    part("xl/_rels/workbook.xml.rels", &format!("<Relationships>{related}</Relationships>"));
    archive.finish().unwrap();
    let arguments = ["import", crate::binary::text(&file), "--database", crate::binary::text(&database), "--json"];
    let output = crate::binary::goody(&arguments).current_dir(folder.path()).output().unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["orders"], &summary["files"][0]["sheet"]), (&2.into(), &"S1, S2".into()), "{summary}");
}

#[test]
fn an_import_of_nothing_but_rejections_fails_and_a_strict_one_fails_with_any() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |file: &str, text: &str, option: &[&str]| {
        std::fs::write(path(file), text).unwrap();
        let (file, database) = (path(file), path("goody.db"));
        let mut command =
            crate::binary::goody(&["import", crate::binary::text(&file), "--database", crate::binary::text(&database)]);
        command.args(option).current_dir(folder.path()).output().unwrap().status.code()
    };
    const HEADING: &str = "orderId,vendorId,status,occurredAt\n";
    const GOOD: &str = "o-1,acme,PLACED,2026-01-05T10:00:00Z\n";
    const BAD: &str = "#1,My Store,PLACED,2026-01-05T10:00:00Z\n";
    assert_eq!(run("bad.csv", &format!("{HEADING}{BAD}"), &[]), Some(1));
    assert_eq!(run("mixed.csv", &format!("{HEADING}{GOOD}{BAD}"), &[]), Some(0));
    assert_eq!(run("mixed.csv", &format!("{HEADING}{GOOD}{BAD}"), &["--strict"]), Some(1));
    assert!(path("mixed.csv.rejected.ndjson").exists());
    assert_eq!(run("mixed.csv", &format!("{HEADING}{GOOD}"), &["--strict"]), Some(0));
    assert!(!path("mixed.csv.rejected.ndjson").exists(), "nothing was rejected");
}

#[test]
fn exported_events_are_imported_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (first, second, events) = (path("a.db"), path("b.db"), path("events.ndjson"));
    let file = format!("{ROOT}/packages/backend/crates/formats/tests/files/fixtures/shopify.csv");
    crate::binary::run(&["import", &file, "--mapping", "shopify"], &first);
    let exported = crate::binary::run(&["export", "events"], &first).stdout;
    std::fs::write(&events, &exported).unwrap();
    crate::binary::run(&["import", crate::binary::text(&events)], &second);
    assert_eq!(crate::binary::run(&["export", "events"], &second).stdout, exported);
    let csv = crate::binary::run(&["export", "vendors", "--format", "csv", "--bom"], &first).stdout;
    assert!(csv.starts_with(b"\xef\xbb\xbfvendorId"), "{:?}", String::from_utf8_lossy(&csv[..20]));
}
