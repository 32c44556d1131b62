//! Demo data: backfills, ticks, and a server that simulates.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{Server, goody, rebuild, reports, run, text};

/// The real clock is far past it, so that nothing of it is in the future.
const UNTIL: &str = "2026-03-10T14:30:20Z";

fn backfill(database: &Path, more: &[&str]) -> Value {
    let output = run(&[&["backfill", "--until", UNTIL, "--json"], more].concat(), database);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn orders(database: &Path) -> Vec<u8> {
    run(&["export", "orders"], database).stdout
}

/// FNV-1a with 64 bits (Fowler, Noll and Vo).
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn equal_seeds_give_equal_bytes_and_a_second_backfill_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one.db", "other.db"].map(|name| folder.path().join(name));
    let first = backfill(&one, &[]);
    let exported = orders(&one);
    let of_a_day: usize = exported.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert!((2_000..=5_000).contains(&of_a_day), "{of_a_day} orders");
    // The same on every machine and in every build.
    assert_eq!((first["new"].as_u64().unwrap(), fingerprint(&exported)), (8_240, 11_007_330_833_510_029_925));

    let before = reports(&one);
    assert_eq!(backfill(&one, &[])["new"], 0);
    assert!(exported == orders(&one) && before == reports(&one));
    backfill(&other, &["--seed", "42"]);
    assert!(exported == orders(&other) && before == reports(&other));
    backfill(&other, &["--seed", "43"]);
    assert!(exported != orders(&other), "another seed is another world");
    rebuild(&one);
}

#[test]
fn a_backfill_cannot_reach_into_the_future() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let output =
        goody(&["backfill", "--until", "2099-01-01T00:00:00Z", "--database", text(&database)]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("2099-01-01T00:00:00Z is later than now"));
    let output = goody(&["backfill", "--scenario", "far-orchard=doom@2026-03-01"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("drop, slow-decline, stall, late-surge"));
}

fn two_days_ago() -> goody_domain::Instant {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    goody_domain::Instant::from_micros(since_1970.as_micros() as i64).plus_seconds(-2 * 86_400)
}

#[test]
fn two_processes_that_tick_at_once_make_nothing_double() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    // Left alone for two days: everything that has happened since is told now.
    let until = two_days_ago().to_string();
    run(&["backfill", "--days", "3", "--until", &until], &database);
    let ticks = [(); 2].map(|()| {
        let arguments = ["simulate", "--once", "--database", text(&database)];
        goody(&arguments).stdout(std::process::Stdio::piped()).spawn().unwrap()
    });
    for tick in ticks {
        assert!(tick.wait_with_output().unwrap().status.success());
    }
    rebuild(&database);
    let exported = String::from_utf8(orders(&database)).unwrap();
    let mut ids: Vec<&str> = exported.lines().collect();
    let lines = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), lines);
    let again = run(&["simulate", "--once"], &database);
    let told: u64 = String::from_utf8_lossy(&again.stdout).split(' ').next().unwrap().parse().unwrap();
    assert!(told < 50, "{told} events came up while the test ran");
}

#[test]
fn a_server_that_simulates_shows_a_living_marketplace_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["backfill", "--days", "8"], &database);
    let server = Server::start_with(&database, &["--simulate", "--simulate-every", "1s", "--simulate-speed", "3600"]);
    let placed = || server.get("/api/orders?limit=1")["summary"]["total"].as_u64().unwrap();
    let (began, at_first) = (Instant::now(), placed());
    assert!(at_first > 500, "{at_first} orders");
    while placed() < at_first + 20 {
        assert!(began.elapsed() < Duration::from_secs(60), "days of the world bring no orders");
        std::thread::sleep(Duration::from_millis(200));
    }
    server.wait_until_projected();
    let health = server.get("/health");
    assert_eq!(health["status"], "healthy", "{health}");
    assert_eq!(server.get("/api/vendors?limit=100")["pagination"]["total"], 10);
}
