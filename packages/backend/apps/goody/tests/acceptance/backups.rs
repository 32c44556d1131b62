//! Backups and restores: while a server receives events, with invalid backups, and killed at random moments.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::binary::{Rng, Server, demo_events, goody, placed, quiet, rebuild, reports, run, text};
use crate::recovery::stored_events;

/// How often a backup and a restore are killed.
const KILLS: usize = 25;

fn export(what: &str, database: &Path) -> Vec<u8> {
    run(&["export", what], database).stdout
}

/// Expects a command to fail with an error that contains `words`.
fn expect_refusal(arguments: &[&str], database: &Path, words: &str) {
    let output = goody(arguments).args(["--database", text(database)]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains(words), "goody {arguments:?}: expected {words} in {error}");
}

#[test]
fn a_backup_contains_every_event_that_was_accepted_before_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = Server::start_by(quiet(), &database, &[]);
    let (accepted, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let id = |number: usize| format!("o-{number}");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for first in (0..).step_by(20).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                let lines = (first..first + 20).map(|number| format!("{}\n", placed(&id(number))));
                assert_eq!(server.post(lines.collect::<String>().as_bytes()).unwrap().len(), 20);
                accepted.store(first + 20, Ordering::SeqCst);
            }
        });
        for number in 0..6 {
            std::thread::sleep(Duration::from_millis(150));
            let before = accepted.load(Ordering::SeqCst);
            let (backup, restored) =
                (folder.path().join(format!("{number}.backup")), folder.path().join(format!("{number}.db")));
            let summary = run(&["backup", text(&backup), "--json"], &database).stdout;
            let summary: Value = serde_json::from_slice(&summary).unwrap();
            assert_eq!(summary["bytes"], std::fs::metadata(&backup).unwrap().len());
            run(&["restore", text(&backup)], &restored);
            let found = stored_events(&restored);
            let lost = (0..before).filter(|number| !found.contains(&(id(*number), "1".to_owned()))).count();
            assert!(before > 0 && lost == 0, "of {before} events that were accepted before, {lost} are missing");
            assert_eq!(summary["orders"], found.len());
            rebuild(&restored);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    server.wait_until_projected();
    let (backup, restored) = (folder.path().join("last.backup"), folder.path().join("last.db"));
    run(&["backup", text(&backup)], &database);
    drop(server);
    run(&["restore", text(&backup)], &restored);
    for what in ["orders", "reports"] {
        assert!(export(what, &restored) == export(what, &database), "{what} of the restored database");
    }
    rebuild(&restored);
}

#[test]
fn a_backup_replaces_a_file_only_with_force_and_never_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let (database, backup) = (folder.path().join("goody.db"), folder.path().join("backup.db"));
    expect_refusal(&["backup", text(&backup)], &database, "there is no database");
    run(&["import", text(&demo_events())], &database);
    run(&["backup", text(&backup)], &database);
    expect_refusal(&["backup", text(&backup)], &database, "--force");
    run(&["backup", text(&backup), "--force"], &database);
    expect_refusal(&["backup", text(&database), "--force"], &database, "is a database that is in use");
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(
        !names.iter().any(|name| name.starts_with("backup.db") && name != "backup.db"),
        "a backup is a single file: {names:?}"
    );
}

#[test]
fn a_restore_saves_the_replaced_database() {
    let folder = tempfile::tempdir().unwrap();
    let (database, backup) = (folder.path().join("goody.db"), folder.path().join("backup.db"));
    let saved = folder.path().join("goody.db.before-restore");
    run(&["import", text(&demo_events())], &database);
    let before = export("orders", &database);
    run(&["backup", text(&backup)], &database);
    // The server is killed, so that the last event is only in the write-ahead log.
    let server = Server::start_by(quiet(), &database, &[]);
    assert_eq!(server.post_event(&placed("later")).0, 200);
    server.kill();
    drop(server);
    let later = export("orders", &database);
    assert!(later != before);

    let summary: Value = serde_json::from_slice(&run(&["restore", text(&backup), "--json"], &database).stdout).unwrap();
    assert_eq!(summary["kept"], text(&saved));
    assert!(export("orders", &database) == before);
    assert!(export("orders", &saved) == later, "the replaced database is saved, and complete");
    expect_refusal(&["restore", text(&backup)], &database, "before-restore exists");
    run(&["restore", text(&saved)], &folder.path().join("other.db"));
    run(&["restore", text(&backup), "--force"], &database);
    assert!(export("orders", &saved) == before);
}

#[test]
fn an_invalid_backup_is_refused_and_the_database_stays_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (database, backup) = (file("goody.db"), file("backup.db"));
    run(&["import", text(&demo_events())], &database);
    run(&["backup", text(&backup)], &database);
    let before = export("orders", &database);
    let sound = std::fs::read(&backup).unwrap();

    expect_refusal(&["restore", text(&file("none"))], &database, "there is no backup");
    expect_refusal(&["restore", text(&database)], &database, "is the database itself");
    std::fs::write(file("diary"), "Dear diary, today I was placed. ".repeat(400)).unwrap();
    expect_refusal(&["restore", text(&file("diary"))], &database, "damaged or not a goody database");
    std::fs::write(file("half"), &sound[..sound.len() / 2]).unwrap();
    expect_refusal(&["restore", text(&file("half"))], &database, "damaged");
    let mut spoilt = sound.clone();
    spoilt[sound.len() / 2..sound.len() / 2 + 8192].fill(0xAA);
    std::fs::write(file("spoilt"), spoilt).unwrap();
    expect_refusal(&["restore", text(&file("spoilt"))], &database, "damaged");
    std::fs::write(file("newer"), &sound).unwrap();
    rusqlite::Connection::open(file("newer")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    expect_refusal(&["restore", text(&file("newer"))], &database, "newer version");
    run(&["import", text(&demo_events()), "--time-zone", "America/New_York"], &file("elsewhere.db"));
    run(&["backup", text(&file("elsewhere"))], &file("elsewhere.db"));
    expect_refusal(&["restore", text(&file("elsewhere"))], &database, "America/New_York");
    expect_refusal(&["restore", text(&backup), "--time-zone", "America/New_York"], &database, "omit the option");

    assert!(export("orders", &database) == before);
    assert!(!file("goody.db.before-restore").exists() && !file("goody.db.restoring").exists());
    run(&["restore", text(&file("elsewhere")), "--force"], &database);
}

#[test]
fn a_killed_backup_or_restore_leaves_the_old_or_the_new_file_complete() {
    let folder = tempfile::tempdir().unwrap();
    let (database, backup) = (folder.path().join("goody.db"), folder.path().join("backup.db"));
    run(&["import", text(&demo_events())], &database);
    run(&["backup", text(&backup)], &database);
    let old = export("orders", &database);
    let old_reports = reports(&database);
    let server = Server::start_by(quiet(), &database, &[]);
    assert_eq!(server.post_event(&placed("later")).0, 200);
    server.wait_until_projected();
    drop(server);
    let new = export("orders", &database);
    let mut rng = Rng(17);
    let mut kill = |arguments: &[&str]| {
        let mut command = goody(arguments)
            .args(["--database", text(&database)])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(rng.below(120) as u64));
        command.kill().unwrap();
        command.wait().unwrap();
    };
    let restored = folder.path().join("restored.db");
    for _ in 0..KILLS {
        kill(&["backup", text(&backup), "--force"]);
        run(&["restore", text(&backup), "--force"], &restored);
        let found = export("orders", &restored);
        assert!(found == old || found == new, "the backup is neither the old one nor the new one");
    }
    // The files that a killed backup leaves do not prevent the next backup.
    run(&["backup", text(&backup), "--force"], &database);
    std::fs::remove_file(&restored).unwrap();
    run(&["import", text(&demo_events())], &restored);
    run(&["backup", text(&restored.with_extension("backup"))], &restored);
    let (mut is_old, mut rng) = (0, Rng(19));
    for _ in 0..KILLS {
        let backups = [restored.with_extension("backup"), backup.clone()];
        kill(&["restore", text(&backups[rng.below(2)]), "--force"]);
        run(&["health", "--deep"], &database);
        let found = export("orders", &database);
        assert!(found == old || found == new, "the database is neither the old one nor the new one");
        is_old += usize::from(found == old);
    }
    run(&["restore", text(&restored.with_extension("backup")), "--force"], &database);
    assert!(
        reports(&database) == old_reports,
        "the last restore has other reports ({is_old} kills left the old database)"
    );
    rebuild(&database);
}
