//! The program uses its own rules of time zones, not those of the machine.

use std::path::Path;

use crate::binary::{demo_events, goody, text};

/// A folder of zone files in which New York has the offset of UTC and no daylight saving time.
fn foreign_zones(folder: &Path) -> std::path::PathBuf {
    let zones = folder.join("zoneinfo");
    std::fs::create_dir_all(zones.join("America")).unwrap();
    let head = |version: &[u8], counts: [u32; 6]| {
        let mut bytes = [b"TZif".as_slice(), version, &[0; 15]].concat();
        counts.iter().for_each(|count| bytes.extend(count.to_be_bytes()));
        bytes
    };
    let block = [[0; 6].as_slice(), b"UTC\0"].concat();
    let counts = [0, 0, 0, 0, 1, 4];
    let file = [head(b"2", counts), block.clone(), head(b"2", counts), block, b"\nUTC0\n".to_vec()].concat();
    std::fs::write(zones.join("America/New_York"), file).unwrap();
    zones
}

/// The reports of the demo events, with the days of New York.
fn reports(zones: Option<&Path>, database: &Path) -> Vec<u8> {
    let run = |arguments: &[&str]| {
        let mut command = goody(arguments);
        if let Some(zones) = zones {
            command.env("TZDIR", zones).env("TZ", "America/New_York");
        }
        let output = command.args(["--database", text(database)]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    };
    run(&["import", text(&demo_events()), "--time-zone", "America/New_York"]);
    let exported = run(&["export", "reports"]);
    let note = String::from_utf8(exported.stderr).unwrap();
    assert!(note.starts_with("days counted in America/New_York, time zone database 20"), "{note}");
    exported.stdout
}

#[test]
fn the_zones_of_the_machine_change_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let zones = foreign_zones(folder.path());
    let own = reports(None, &folder.path().join("own.db"));
    let foreign = reports(Some(&zones), &folder.path().join("foreign.db"));
    assert!(!own.is_empty());
    assert!(own == foreign, "TZDIR changed the reports");
}
