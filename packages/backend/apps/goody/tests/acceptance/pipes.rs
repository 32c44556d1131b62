//! Imports from a pipe that sends little and stays open.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{goody, text};

/// An import from a slow pipe into a new database.
struct SlowImport {
    folder: tempfile::TempDir,
    import: Child,
    pipe: Box<dyn Write>,
}

impl SlowImport {
    fn start(mapping: Option<&str>) -> Self {
        Self::start_by(mapping, "-")
    }

    fn start_by(mapping: Option<&str>, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("goody.db");
        let mut command = goody(&["import", name, "--json", "--database", text(&database)]);
        if let Some(mapping) = mapping {
            let file = folder.path().join("mapping.toml");
            std::fs::write(&file, mapping).unwrap();
            command.args(["--mapping", text(&file)]);
        }
        command.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let fifo = folder.path().join(name);
        if name != "-" {
            assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        }
        let mut import = command.spawn().unwrap();
        let stdin = import.stdin.take().unwrap();
        let pipe: Box<dyn Write> =
            if name == "-" { Box::new(stdin) } else { Box::new(File::options().write(true).open(fifo).unwrap()) };
        Self { folder, import, pipe }
    }

    fn write(&mut self, text: &str) {
        self.pipe.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until the database contains an order, at most ten seconds. The pipe stays open.
    fn stores(&self, order: &str) -> bool {
        let database = self.folder.path().join("goody.db");
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            let output =
                goody(&["export", "orders", "--format", "ndjson", "--database", text(&database)]).output().unwrap();
            if String::from_utf8_lossy(&output.stdout).contains(&format!("\"{order}\"")) {
                return true;
            }
            thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// Closes the pipe, and returns the summary of the import.
    fn end(self) -> Value {
        drop(self.pipe);
        let output = self.import.wait_with_output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn placed(id: &str, at: jiff::Timestamp) -> String {
    format!(r#"{{"eventId":"{id}","orderId":"{id}","vendorId":"acme","status":"PLACED","occurredAt":"{at}"}}"#)
}

#[test]
fn events_from_a_slow_pipe_are_stored_while_it_stays_open() {
    let mut slow = SlowImport::start(None);
    let at = "2026-01-05T10:00:00Z".parse().unwrap();
    for order in ["o-1", "o-2"] {
        slow.write(&format!("{}\n{{\"half\":", placed(order, at)));
        assert!(slow.stores(order), "{order} is not stored");
        slow.write("1}\n");
    }
    let summary = slow.end();
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&2.into(), &2.into()));
}

#[test]
fn csv_rows_from_a_slow_pipe_are_stored_while_it_stays_open() {
    let mut slow = SlowImport::start(Some(""));
    slow.write("orderId,vendorId,status,occurredAt\no-1,acme,PLACED,2026-01-05T10:00:00Z\n");
    assert!(slow.stores("o-1"));
    assert_eq!(slow.end()["accepted"], 1);
}

#[test]
fn events_from_a_named_pipe_are_stored_while_it_stays_open() {
    let mut slow = SlowImport::start_by(None, "events.fifo");
    slow.write(&format!("{}\n", placed("o-1", "2026-01-05T10:00:00Z".parse().unwrap())));
    assert!(slow.stores("o-1"));
    assert_eq!(slow.end()["accepted"], 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the binary uses the clock of the machine")]
fn events_from_a_slow_pipe_are_validated_against_the_time_of_their_arrival() {
    let mut slow = SlowImport::start(None);
    // The import reads the clock for the first line. The second event is more than 5 minutes ahead of that time, but not of its own
    // arrival.
    slow.write(&format!("{}\n", placed("o-1", "2026-01-05T10:00:00Z".parse().unwrap())));
    assert!(slow.stores("o-1"));
    let ahead = jiff::Timestamp::now() + Duration::from_secs(302);
    thread::sleep(Duration::from_secs(4));
    slow.write(&format!("{}\n", placed("o-2", ahead)));
    assert!(slow.stores("o-2"));
    assert_eq!(slow.end()["rejected"], 0);
}

#[test]
#[cfg(target_os = "linux")]
fn the_rows_after_a_stray_quote_are_not_kept_in_memory() {
    let mut slow = SlowImport::start(Some(""));
    slow.write("orderId,vendorId,status,occurredAt\no-1,\"acme,PLACED,2026-01-05T10:00:00Z\n");
    let row = format!("o-2,acme,PLACED,soon,{}\n", "x".repeat(10_000));
    for _ in 0..20_000 {
        slow.write(&row);
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", slow.import.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap();
    let peak: usize = peak.parse().unwrap();
    assert!(peak < 200 * 1024, "200 MB after a stray quote take {peak} KiB");
    slow.write("o-3,acme,PLACED,2026-01-05T10:00:00Z\n");
    assert!(slow.stores("o-3"));
    assert_eq!(slow.end()["rejected"], 20_001);
}
