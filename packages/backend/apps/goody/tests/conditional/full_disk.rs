//! A full disk, under the database and under the log.

use std::fs::File;

use crate::binary::{Server, demo_events, eventually, placed, quiet, run, text};
use crate::logging::{expect_clean_shutdown, expect_prompt_responses, start_with_debug_log};
use crate::recovery::{expect_recovery, expect_unhealthy, post_until_full};
use crate::small_disk::SmallDisk;

pub(crate) fn a_full_disk_is_reported_and_storing_continues_when_there_is_room(disk: SmallDisk) {
    let database = disk.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let (accepted, refused) = post_until_full(&server);
    expect_unhealthy(&server, &["the disk is full", "make room"], "full");
    disk.grow();
    expect_recovery(server, &database, &accepted, &refused);
}

pub(crate) fn health_reports_a_full_disk_and_new_room_before_a_client_notices(disk: SmallDisk) {
    disk.grow();
    let database = disk.path().join("goody.db");
    run(&["import", text(&demo_events())], &database);
    let server = Server::start_by(quiet(), &database, &[]);
    let filler = disk.path().join("filler");
    for round in 0..3 {
        disk.fill(&filler);
        let mut number = 0;
        eventually("nothing can be stored", || {
            // The next write of a client must have the status that `/health` reports, unless the reports took the last room between
            // the two: then `/health` says so. A known event would write nothing.
            number += 1;
            let health = || server.get_response("/health").0;
            let reported = health();
            let actual = server.post_event(&placed(&format!("full-{round}-{number}"))).0;
            assert!(
                reported == actual || (actual, health()) == (503, 503),
                "on the full disk, round {round}: {reported}, {actual}"
            );
            actual == 503
        });
        std::fs::remove_file(&filler).unwrap();
        assert_eq!(server.get_response("/health").0, 200, "there is room on the disk, round {round}");
        assert_eq!(server.post_event(&placed(&format!("room-{round}"))).0, 200);
    }
}

pub(crate) fn a_log_and_a_database_on_one_disk_continue_each_time_the_full_disk_is_emptied(disk: SmallDisk) {
    let database = disk.path().join("goody.db");
    let log = File::create(disk.path().join("log")).unwrap();
    let server = start_with_debug_log(&database, log);
    for round in 0..3 {
        let filler = disk.path().join("filler");
        disk.fill(&filler);
        let refused = |number: usize| server.post_event(&placed(&format!("full-{round}-{number}"))).0 == 503;
        let mut number = 0;
        // One refused event is no full disk yet: the end of a checkpoint may make room in the log of the database.
        eventually("the full disk refuses events and is reported", || {
            number += 1;
            refused(number) && server.get_response("/health").0 == 503
        });
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
