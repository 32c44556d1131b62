//! Faults of the destination of the log: events are still stored and acknowledged, and `/health` is correct.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::binary::{eventually, goody};
use crate::logging::{expect_clean_shutdown, expect_prompt_responses, start_with_debug_log};

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
