//! The output files of commands never replace a database, an input or a lock file.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::binary::{Server, demo_events, eventually, goody, placed, quiet, run, text};

/// Runs a command that must fail without a panic, and returns its error.
fn refusal(arguments: &[&str]) -> String {
    let output = goody(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "goody {arguments:?} succeeded: {error}");
    assert!(!error.contains("panicked"), "{error}");
    error
}

#[test]
fn no_output_replaces_a_database_an_input_or_a_lock() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (database, input) = (file("goody.db"), file("events.ndjson"));
    let server = Server::start_by(quiet(), &database, &[]);
    assert_eq!(server.post_event(&placed("o-1")).0, 200);
    std::fs::write(&input, "no event\n").unwrap();
    std::os::unix::fs::symlink(&database, file("link")).unwrap();
    std::fs::hard_link(&database, file("second-name")).unwrap();
    std::fs::write(file("goody.db.before-restore"), "what was").unwrap();
    let before = std::fs::read(&database).unwrap();
    let names = ["goody.db", "goody.db-wal", "goody.db-shm", "goody.db.open", "goody.db.lock", "link", "second-name"];
    for name in names.into_iter().chain(["goody.db.before-restore"]) {
        let target = file(name);
        let (database, target) = (text(&database), text(&target));
        for arguments in [
            &["export", "orders", "--database", database, "--output", target][..],
            &["import", text(&input), "--database", database, "--rejected", target],
            &["token", "new", "desk", "--scope", "read", "--file", target],
            &["backup", target, "--database", database, "--force"],
        ] {
            refusal(arguments);
        }
    }
    let rejected = ["import", text(&input), "--database", text(&database), "--rejected", text(&input)];
    assert!(refusal(&rejected).contains("input"));
    assert_eq!(std::fs::read_to_string(&input).unwrap(), "no event\n");
    assert_eq!(std::fs::read_to_string(file("goody.db.before-restore")).unwrap(), "what was");
    assert!(std::fs::read(&database).unwrap().starts_with(&before[..16]), "the database was replaced");
    assert_eq!(server.post_event(&placed("o-2")).0, 200);
    drop(server);
    let lines = run(&["export", "orders"], &database).stdout;
    assert_eq!(lines.split(|byte| *byte == b'\n').count(), 3, "expected two orders and the end of the file");
}

#[test]
fn a_backup_replaces_only_backups() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (database, other, backup) = (file("goody.db"), file("other.db"), file("backup.db"));
    for database in [&database, &other] {
        run(&["import", text(&demo_events())], database);
    }
    rusqlite::Connection::open(file("foreign.db")).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    std::fs::write(file("notes.txt"), "what I know").unwrap();
    std::os::unix::fs::symlink("other.db", file("link")).unwrap();
    let force =
        |name: &str| goody(&["backup", text(&file(name)), "--force", "--database", text(&database)]).output().unwrap();
    for name in ["other.db", "foreign.db", "notes.txt", "link"] {
        let before = std::fs::read(file(name)).unwrap();
        let output = force(name);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains("another file"), "{name}: {error}");
        assert!(std::fs::read(file(name)).unwrap() == before, "{name} has changed");
    }
    std::fs::write(file("empty"), "").unwrap();
    for name in ["empty", "backup.db", "backup.db"] {
        assert!(force(name).status.success(), "{name}");
    }
    run(&["health"], &backup);
    assert!(!force("backup.db").status.success(), "a backup that was opened as a database must not be replaced");
}

#[test]
fn an_export_can_go_to_pipes_to_devices_and_through_links_to_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let database = file("goody.db");
    run(&["import", text(&demo_events())], &database);
    let whole = run(&["export", "orders"], &database).stdout;
    assert!(run(&["export", "orders", "-o", "/dev/stdout"], &database).stdout == whole);
    run(&["export", "orders", "-o", "/dev/null"], &database);
    let redirected = std::fs::File::create(file("redirected")).unwrap();
    let mut command = goody(&["export", "orders", "-o", "/dev/stdout", "--database", text(&database)]);
    assert!(command.stdout(Stdio::from(redirected)).status().unwrap().success());
    assert!(std::fs::read(file("redirected")).unwrap() == whole);
    std::fs::write(file("old"), "old").unwrap();
    std::os::unix::fs::symlink("old", file("link")).unwrap();
    run(&["export", "orders", "-o", text(&file("link"))], &database);
    assert!(file("link").is_symlink() && std::fs::read(file("old")).unwrap() == whole);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().filter(|entry| is_left_over(&entry.as_ref().unwrap().path())).count(),
        0
    );
}

fn is_left_over(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "part")
}

#[test]
fn a_database_of_another_program_stays_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let foreign = folder.path().join("notes.db");
    let connection = rusqlite::Connection::open(&foreign).unwrap();
    connection
        .execute_batch("CREATE TABLE notes (text); INSERT INTO notes VALUES ('kept'); PRAGMA user_version = 2")
        .unwrap();
    drop(connection);
    let before = std::fs::read(&foreign).unwrap();
    for arguments in [&["import", text(&demo_events())][..], &["health"], &["export", "orders"], &["rebuild"]] {
        let error = refusal(&[arguments, &["--database", text(&foreign)]].concat());
        assert!(error.contains("another program"), "{error}");
    }
    assert!(std::fs::read(&foreign).unwrap() == before);
}

#[test]
fn a_restore_through_a_link_replaces_the_file_that_the_link_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (database, link, backup) = (file("goody.db"), file("link.db"), file("backup.db"));
    run(&["import", text(&demo_events())], &database);
    run(&["backup", text(&backup)], &database);
    std::os::unix::fs::symlink("goody.db", &link).unwrap();
    let summary: Value = serde_json::from_slice(&run(&["restore", text(&backup), "--json"], &link).stdout).unwrap();
    assert!(link.is_symlink(), "{summary}");
    assert!(file("goody.db.before-restore").exists());
    run(&["health"], &database);
}

#[test]
fn a_command_whose_output_is_not_read_ends_without_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    for arguments in [&["openapi"][..], &["health"], &["export", "orders"], &["backfill", "--days", "1", "--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = goody(arguments);
        if arguments != ["openapi"] {
            command.args(["--database", text(&database)]);
        }
        let output = command.stdout(Stdio::from(writer)).stderr(Stdio::piped()).spawn().unwrap().wait_with_output();
        let output = output.unwrap();
        assert!(output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
    }
}

/// As with `goody serve | head -1`, whose reader ends after the first line.
#[test]
fn a_server_whose_output_is_not_read_continues() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    expect_service_with_output(Stdio::from(writer));
    expect_service_with_output(Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap()));
}

fn expect_service_with_output(output: Stdio) {
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let database = folder.path().join("goody.db");
    let mut command = goody(&["serve", "--addr", &free.to_string(), "--database", text(&database)]);
    let mut server = command.stdout(output).stderr(Stdio::piped()).spawn().unwrap();
    eventually("the server accepts connections", || {
        assert!(server.try_wait().unwrap().is_none(), "the server has ended");
        std::net::TcpStream::connect(free).is_ok()
    });
    let sent = std::process::Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    let output = server.wait_with_output().unwrap();
    assert!(sent.success() && output.status.success(), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
}

#[test]
fn an_import_that_rejects_every_line_fails_and_one_that_rejects_none_deletes_the_rejected_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (database, input, rejected) = (file("goody.db"), file("events.ndjson"), file("rejected.ndjson"));
    std::fs::write(&input, "no event\n").unwrap();
    let import = ["import", text(&input), "--rejected", text(&rejected), "--database", text(&database)];
    refusal(&import);
    assert!(rejected.exists());
    // With the byte order mark of UTF-8, which some programs write.
    std::fs::write(&input, format!("\u{feff}{}\n", placed("o-1"))).unwrap();
    for _ in 0..2 {
        assert!(goody(&import).output().unwrap().status.success());
        assert!(!rejected.exists());
    }
}
