//! Faults of the destination of the log: events are still stored and acknowledged, and `/health` is correct.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::binary::{Server, eventually, goody, placed, rebuild};
use crate::faults::stored_events;
use crate::faults_of_the_file::SmallDisk;

/// How many events are posted one by one. Each writes an audit line.
const EVENTS: usize = 60;

/// Starts a server that writes many lines to `log`.
fn start_with_debug_log(database: &Path, log: impl Into<Stdio>) -> Server {
    let mut command = goody(&[]);
    command.env("GOODY_LOG", "debug").stderr(log);
    Server::start_by(command, database, &[])
}

/// Posts events one by one, and expects a prompt response to each.
fn expect_prompt_responses(server: &Server, name: &str) {
    for number in 0..EVENTS {
        let began = Instant::now();
        assert_eq!(server.post_event(&placed(&format!("{name}-{number}"))).0, 200, "{name}-{number}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}-{number} took {:?}", began.elapsed());
    }
}

/// Expects SIGTERM to end the server soon and without an error, and every accepted event to be in the database.
fn expect_clean_shutdown(server: Server, database: &Path, name: &str) {
    let began = Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(8), "the shutdown took {:?}", began.elapsed());
    drop(server);
    let found = stored_events(database);
    assert!((0..EVENTS).all(|number| found.contains(&(format!("{name}-{number}"), "1".to_owned()))));
    rebuild(database);
}

fn expect_service_without_log(log: impl Into<Stdio>, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = start_with_debug_log(&database, log);
    expect_prompt_responses(&server, name);
    assert_eq!(server.get("/health")["checks"]["orderStore"]["status"], "healthy");
    eventually("the dropped lines are counted", || {
        server.metric("goody_log_lines_dropped_total").is_some_and(|count| count > 0.0)
    });
    expect_clean_shutdown(server, &database, name);
}

#[test]
fn a_log_that_refuses_every_line_loses_only_lines() {
    expect_service_without_log(OpenOptions::new().write(true).open("/dev/full").unwrap(), "full");
}

#[test]
fn a_log_whose_reader_has_ended_loses_only_lines() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    expect_service_without_log(writer, "closed");
}

#[test]
fn a_log_that_is_not_read_loses_only_lines() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    // The pipe is full from the start: the first write blocks forever.
    let filler = writer.try_clone().unwrap();
    fill(&mut writer);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = start_with_debug_log(&database, filler);
    expect_prompt_responses(&server, "unread");
    assert_eq!(server.get("/health")["checks"]["orderStore"]["status"], "healthy");
    expect_clean_shutdown(server, &database, "unread");
    drop(reader);
}

/// Writes to a pipe until it is full.
fn fill(writer: &mut std::io::PipeWriter) {
    let mut other = writer.try_clone().unwrap();
    let filling = std::thread::spawn(move || while other.write_all(&[b'\n'; 4_096]).is_ok() {});
    // A pipe holds 64 KiB, or 4 KiB when a user has many pipes: it is full at once.
    std::thread::sleep(Duration::from_millis(300));
    drop(filling);
}

#[test]
fn a_log_and_a_database_on_one_disk_continue_each_time_the_full_disk_is_emptied() {
    let Some(disk) = SmallDisk::new() else { return };
    let database = disk.path().join("goody.db");
    let log = File::create(disk.path().join("log")).unwrap();
    let server = start_with_debug_log(&database, log);
    for round in 0..3 {
        let filler = disk.path().join("filler");
        disk.fill(&filler);
        let refused = |number: usize| server.post_event(&placed(&format!("full-{round}-{number}"))).0 == 503;
        let mut number = 0;
        eventually("the full disk refuses events", || {
            number += 1;
            refused(number)
        });
        eventually("the full disk is reported", || server.get_response("/health").0 == 503);
        std::fs::remove_file(&filler).unwrap();
        eventually("storing continues", || server.post_event(&placed(&format!("again-{round}"))).0 == 200);
        eventually("the order store is healthy again", || {
            server.get_response("/health").1["checks"]["orderStore"]["status"] == "healthy"
        });
    }
    disk.grow();
    expect_prompt_responses(&server, "after");
    expect_clean_shutdown(server, &database, "after");
}

#[test]
fn a_command_that_cannot_print_its_error_keeps_its_exit_code() {
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
