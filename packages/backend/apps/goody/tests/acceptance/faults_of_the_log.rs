//! What can happen to the place that the server logs to: requests are answered and stored all the same, and `/health` is right.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::binary::{Server, eventually, goody, placed, rebuild};
use crate::faults::stored_events;
use crate::faults_of_the_file::SmallDisk;

/// How many events are posted one by one, each with a line of the audit log.
const EVENTS: usize = 60;

/// A server that logs much, to that place.
fn start_logging_much(database: &Path, log: impl Into<Stdio>) -> Server {
    let mut command = goody(&[]);
    command.env("GOODY_LOG", "debug").stderr(log);
    Server::start_by(command, database, &[])
}

/// Posts events one by one; each is answered, promptly.
fn expect_answers(server: &Server, name: &str) {
    for number in 0..EVENTS {
        let began = Instant::now();
        assert_eq!(server.post_event(&placed(&format!("{name}-{number}"))).0, 200, "{name}-{number}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}-{number} took {:?}", began.elapsed());
    }
}

/// SIGTERM ends the server well and soon; everything that was answered is in the database.
fn expect_good_end(server: Server, database: &Path, name: &str) {
    let began = Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(8), "the end took {:?}", began.elapsed());
    drop(server);
    let found = stored_events(database);
    assert!((0..EVENTS).all(|number| found.contains(&(format!("{name}-{number}"), "1".to_owned()))));
    rebuild(database);
}

fn expect_service_without_log(log: impl Into<Stdio>, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = start_logging_much(&database, log);
    expect_answers(&server, name);
    assert_eq!(server.get("/health")["checks"]["orderStore"]["status"], "healthy");
    eventually("the dropped lines are counted", || {
        server.metric("goody_log_lines_dropped_total").is_some_and(|count| count > 0.0)
    });
    expect_good_end(server, &database, name);
}

#[test]
fn a_log_that_refuses_every_line_costs_lines_and_nothing_else() {
    expect_service_without_log(OpenOptions::new().write(true).open("/dev/full").unwrap(), "full");
}

#[test]
fn a_log_whose_reader_is_gone_costs_lines_and_nothing_else() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    expect_service_without_log(writer, "closed");
}

#[test]
fn a_log_that_nobody_reads_costs_lines_and_nothing_else() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    // The pipe is full from the start: the first line that is written waits for ever.
    let filler = writer.try_clone().unwrap();
    fill(&mut writer);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = start_logging_much(&database, filler);
    expect_answers(&server, "unread");
    assert_eq!(server.get("/health")["checks"]["orderStore"]["status"], "healthy");
    expect_good_end(server, &database, "unread");
    drop(reader);
}

/// Writes to a pipe until it takes no more.
fn fill(writer: &mut std::io::PipeWriter) {
    let mut other = writer.try_clone().unwrap();
    let filling = std::thread::spawn(move || while other.write_all(&[b'\n'; 4_096]).is_ok() {});
    // A pipe holds 64 KiB, or 4 KiB where a user has many: it is full at once.
    std::thread::sleep(Duration::from_millis(300));
    drop(filling);
}

#[test]
fn a_log_and_a_database_on_one_full_disk_go_on_each_time_it_empties() {
    let Some(disk) = SmallDisk::new() else { return };
    let database = disk.path().join("goody.db");
    let log = File::create(disk.path().join("log")).unwrap();
    let server = start_logging_much(&database, log);
    for round in 0..3 {
        let filler = disk.path().join("filler");
        disk.fill(&filler);
        let refused = |number: usize| server.post_event(&placed(&format!("full-{round}-{number}"))).0 == 503;
        let mut number = 0;
        eventually("the full disk refuses events", || {
            number += 1;
            refused(number)
        });
        eventually("the full disk is reported", || server.ask("/health").0 == 503);
        std::fs::remove_file(&filler).unwrap();
        eventually("storing goes on", || server.post_event(&placed(&format!("again-{round}"))).0 == 200);
        eventually("health is good again", || server.ask("/health").1["checks"]["orderStore"]["status"] == "healthy");
    }
    disk.grow();
    expect_answers(&server, "after");
    expect_good_end(server, &database, "after");
}

#[test]
fn a_command_whose_errors_cannot_be_written_ends_with_its_own_code() {
    for log in ["/dev/full", "closed"] {
        let mut command: Command = goody(&["export", "orders", "--database", "/nowhere/goody.db"]);
        if log == "closed" {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            command.stderr(writer);
        } else {
            command.stderr(OpenOptions::new().write(true).open(log).unwrap());
        }
        assert_eq!(command.stdout(Stdio::null()).status().unwrap().code(), Some(1), "stderr: {log}");
    }
}
