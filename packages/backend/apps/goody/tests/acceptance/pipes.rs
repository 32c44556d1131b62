//! Importing from a pipe that gives little and stays open.

use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{goody, text};

/// An import from the standard input, and the orders that its database has.
struct Slow {
    folder: tempfile::TempDir,
    import: Child,
    pipe: Box<dyn Write>,
}

impl Slow {
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

    /// Waits until the database has an order, while the pipe stays open.
    fn has(&self, order: &str) -> bool {
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
fn what_a_slow_pipe_gives_is_stored_while_it_stays_open() {
    let mut slow = Slow::start(None);
    let at = "2026-01-05T10:00:00Z".parse().unwrap();
    for order in ["o-1", "o-2"] {
        slow.write(&format!("{}\n{{\"half\":", placed(order, at)));
        assert!(slow.has(order), "{order} is not stored");
        slow.write("1}\n");
    }
    let summary = slow.end();
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&2.into(), &2.into()));
}

#[test]
fn what_a_slow_pipe_gives_as_csv_is_stored_while_it_stays_open() {
    let mut slow = Slow::start(Some(""));
    slow.write("orderId,vendorId,status,occurredAt\no-1,acme,PLACED,2026-01-05T10:00:00Z\n");
    assert!(slow.has("o-1"));
    assert_eq!(slow.end()["accepted"], 1);
}

#[test]
fn what_a_named_pipe_gives_is_stored_while_it_stays_open() {
    let mut slow = Slow::start_by(None, "events.fifo");
    slow.write(&format!("{}\n", placed("o-1", "2026-01-05T10:00:00Z".parse().unwrap())));
    assert!(slow.has("o-1"));
    assert_eq!(slow.end()["accepted"], 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the binary has the clock of the machine")]
fn events_from_a_slow_pipe_are_judged_by_the_time_they_arrive() {
    let mut slow = Slow::start(None);
    // The first line has the import read the clock; the second one is 5 minutes ahead of that, and not of its own arrival.
    slow.write(&format!("{}\n", placed("o-1", "2026-01-05T10:00:00Z".parse().unwrap())));
    assert!(slow.has("o-1"));
    let ahead = jiff::Timestamp::now() + Duration::from_secs(302);
    thread::sleep(Duration::from_secs(4));
    slow.write(&format!("{}\n", placed("o-2", ahead)));
    assert!(slow.has("o-2"));
    assert_eq!(slow.end()["rejected"], 0);
}

#[test]
#[cfg(target_os = "linux")]
fn what_comes_after_a_stray_quote_is_not_held_in_memory() {
    let mut slow = Slow::start(Some(""));
    slow.write("orderId,vendorId,status,occurredAt\no-1,\"acme,PLACED,2026-01-05T10:00:00Z\n");
    let row = format!("o-2,acme,PLACED,soon,{}\n", "x".repeat(10_000));
    for _ in 0..20_000 {
        slow.write(&row);
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", slow.import.id())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap();
    let most: usize = most.parse().unwrap();
    assert!(most < 200 * 1024, "200 MB behind a stray quote take {most} KiB");
    slow.write("o-3,acme,PLACED,2026-01-05T10:00:00Z\n");
    assert!(slow.has("o-3"));
    assert_eq!(slow.end()["rejected"], 20_001);
}
