//! Backups: taken while a server is told things, put back, refused where they are no good, killed halfway.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::binary::{Dice, Server, demo_events, goody, placed, quiet, rebuild, reports, run, text};
use crate::faults::stored_events;

/// How often a backup and a restore are killed.
const KILLS: usize = 25;

fn export(what: &str, database: &Path) -> Vec<u8> {
    run(&["export", what], database).stdout
}

/// Expects a command to be refused in these words.
fn refused(arguments: &[&str], database: &Path, words: &str) {
    let output = goody(arguments).args(["--database", text(database)]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains(words), "goody {arguments:?}: {words} in {told}");
}

#[test]
fn a_backup_taken_while_events_come_in_holds_everything_answered_before_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let server = Server::start_by(quiet(), &database, &[]);
    let (answered, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let id = |number: usize| format!("o-{number}");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for first in (0..).step_by(20).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                let lines = (first..first + 20).map(|number| format!("{}\n", placed(&id(number))));
                assert_eq!(server.post(lines.collect::<String>().as_bytes()).unwrap().len(), 20);
                answered.store(first + 20, Ordering::SeqCst);
            }
        });
        for number in 0..6 {
            std::thread::sleep(Duration::from_millis(150));
            let before = answered.load(Ordering::SeqCst);
            let (backup, restored) =
                (folder.path().join(format!("{number}.backup")), folder.path().join(format!("{number}.db")));
            let summary = run(&["backup", text(&backup), "--json"], &database).stdout;
            let summary: Value = serde_json::from_slice(&summary).unwrap();
            assert_eq!(summary["bytes"], std::fs::metadata(&backup).unwrap().len());
            run(&["restore", text(&backup)], &restored);
            let found = stored_events(&restored);
            let lost = (0..before).filter(|number| !found.contains(&(id(*number), "1".to_owned()))).count();
            assert!(before > 0 && lost == 0, "of {before} that were answered before, {lost} are not there");
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
fn a_backup_replaces_nothing_unasked_and_never_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let (database, backup) = (folder.path().join("goody.db"), folder.path().join("backup.db"));
    refused(&["backup", text(&backup)], &database, "there is no database");
    run(&["import", text(&demo_events())], &database);
    run(&["backup", text(&backup)], &database);
    refused(&["backup", text(&backup)], &database, "--force");
    run(&["backup", text(&backup), "--force"], &database);
    refused(&["backup", text(&database), "--force"], &database, "is a database that is in use");
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(
        !names.iter().any(|name| name.starts_with("backup.db") && name != "backup.db"),
        "one file is all: {names:?}"
    );
}

#[test]
fn a_restore_keeps_what_it_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let (database, backup) = (folder.path().join("goody.db"), folder.path().join("backup.db"));
    let kept = folder.path().join("goody.db.before-restore");
    run(&["import", text(&demo_events())], &database);
    let before = export("orders", &database);
    run(&["backup", text(&backup)], &database);
    // Killed, so that what it was told last is in its log only.
    let server = Server::start_by(quiet(), &database, &[]);
    assert_eq!(server.post_event(&placed("later")).0, 200);
    server.kill();
    drop(server);
    let later = export("orders", &database);
    assert!(later != before);

    let summary: Value = serde_json::from_slice(&run(&["restore", text(&backup), "--json"], &database).stdout).unwrap();
    assert_eq!(summary["kept"], text(&kept));
    assert!(export("orders", &database) == before);
    assert!(export("orders", &kept) == later, "what was replaced is there, and whole");
    refused(&["restore", text(&backup)], &database, "before-restore is kept there");
    run(&["restore", text(&kept)], &folder.path().join("other.db"));
    run(&["restore", text(&backup), "--force"], &database);
    assert!(export("orders", &kept) == before);
}

#[test]
fn a_backup_that_is_no_good_is_refused_and_the_database_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (database, backup) = (file("goody.db"), file("backup.db"));
    run(&["import", text(&demo_events())], &database);
    run(&["backup", text(&backup)], &database);
    let before = export("orders", &database);
    let sound = std::fs::read(&backup).unwrap();

    refused(&["restore", text(&file("none"))], &database, "there is no backup");
    refused(&["restore", text(&database)], &database, "is the database itself");
    std::fs::write(file("diary"), "Dear diary, today I was placed. ".repeat(400)).unwrap();
    refused(&["restore", text(&file("diary"))], &database, "damaged or not a goody database");
    std::fs::write(file("half"), &sound[..sound.len() / 2]).unwrap();
    refused(&["restore", text(&file("half"))], &database, "damaged");
    let mut spoilt = sound.clone();
    spoilt[sound.len() / 2..sound.len() / 2 + 8192].fill(0xAA);
    std::fs::write(file("spoilt"), spoilt).unwrap();
    refused(&["restore", text(&file("spoilt"))], &database, "damaged");
    std::fs::write(file("newer"), &sound).unwrap();
    rusqlite::Connection::open(file("newer")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    refused(&["restore", text(&file("newer"))], &database, "newer version");
    run(&["import", text(&demo_events()), "--time-zone", "America/New_York"], &file("elsewhere.db"));
    run(&["backup", text(&file("elsewhere"))], &file("elsewhere.db"));
    refused(&["restore", text(&file("elsewhere"))], &database, "America/New_York");
    refused(&["restore", text(&backup), "--time-zone", "America/New_York"], &database, "leave the option out");

    assert!(export("orders", &database) == before);
    assert!(!file("goody.db.before-restore").exists() && !file("goody.db.restoring").exists());
    run(&["restore", text(&file("elsewhere")), "--force"], &database);
}

#[test]
fn a_backup_or_a_restore_killed_halfway_leaves_the_old_or_the_new_and_whole() {
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
    let mut dice = Dice(17);
    let mut kill = |arguments: &[&str]| {
        let mut command = goody(arguments)
            .args(["--database", text(&database)])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(dice.roll(120) as u64));
        command.kill().unwrap();
        command.wait().unwrap();
    };
    let restored = folder.path().join("restored.db");
    for _ in 0..KILLS {
        kill(&["backup", text(&backup), "--force"]);
        run(&["restore", text(&backup), "--force"], &restored);
        let found = export("orders", &restored);
        assert!(found == old || found == new, "a backup is the old one or the new one");
    }
    // What a killed backup leaves is in nobody's way.
    run(&["backup", text(&backup), "--force"], &database);
    std::fs::remove_file(&restored).unwrap();
    run(&["import", text(&demo_events())], &restored);
    run(&["backup", text(&restored.with_extension("backup"))], &restored);
    let (mut is_old, mut dice) = (0, Dice(19));
    for _ in 0..KILLS {
        let backups = [restored.with_extension("backup"), backup.clone()];
        kill(&["restore", text(&backups[dice.roll(2)]), "--force"]);
        run(&["health", "--deep"], &database);
        let found = export("orders", &database);
        assert!(found == old || found == new, "a database is the old one or the new one");
        is_old += usize::from(found == old);
    }
    run(&["restore", text(&restored.with_extension("backup")), "--force"], &database);
    assert!(reports(&database) == old_reports, "and after all of it ({is_old} were old), a restore is a restore");
    rebuild(&database);
}
