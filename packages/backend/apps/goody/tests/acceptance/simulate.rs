//! Demo data: backfills, ticks of the simulator, and a server that simulates.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{Server, goody, rebuild, reports, run, text};

/// The end of the backfills. The real clock is far past it, so no event is in the future.
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
    let count: usize = exported.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert!((2_000..=5_000).contains(&count), "{count} orders");
    // These are the same on every machine and in every build.
    assert_eq!((first["new"].as_u64().unwrap(), fingerprint(&exported)), (10_113, 17_231_783_477_164_137_918));

    let before = reports(&one);
    assert_eq!(backfill(&one, &[])["new"], 0);
    assert!(exported == orders(&one) && before == reports(&one));
    backfill(&other, &["--seed", "42"]);
    assert!(exported == orders(&other) && before == reports(&other));
    backfill(&other, &["--seed", "43"]);
    assert!(exported != orders(&other), "another seed must give other orders");
    rebuild(&one);
}

#[test]
fn a_backfill_into_the_future_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let output =
        goody(&["backfill", "--until", "2099-01-01T00:00:00Z", "--database", text(&database)]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("2099-01-01T00:00:00Z is later than now"));
    let output = goody(&["backfill", "--scenario", "far-orchard=doom@2026-03-01"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("drop, slow-decline, stall, late-surge"));
}

#[test]
fn each_scenario_makes_its_vendor_fail_so_that_the_detection_notices() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    let scenarios = [
        ("bloom-and-branch", "slow-decline", "2026-02-10"),
        ("far-orchard", "stall", "2026-02-24"),
        ("paper-lantern", "late-surge", "2026-02-24"),
        ("volt-and-velvet", "drop", "2026-02-24"),
    ];
    let settings = scenarios.map(|(vendor, kind, day)| format!("--scenario={vendor}={kind}@{day}"));
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    backfill(&database, &[&["--days", "75"][..], &settings].concat());
    let exported = run(&["export", "episodes", "--to", "2026-03-10"], &database).stdout;
    let episodes: Vec<Value> = exported
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let text = |episode: &Value, field: &str| episode[field].as_str().map(str::to_owned);
    let mut open: Vec<&Value> =
        episodes.iter().filter(|episode| episode["state"] == "opened" && !episode["vendorId"].is_null()).collect();
    open.sort_by_key(|episode| text(episode, "vendorId"));
    let vendors: Vec<_> = open.iter().filter_map(|episode| text(episode, "vendorId")).collect();
    assert_eq!(vendors, scenarios.map(|(vendor, ..)| vendor), "{episodes:?}");
    for (episode, (_, kind, day)) in open.into_iter().zip(scenarios) {
        assert!(text(episode, "raisedAt").unwrap().as_str() > day, "{kind}: {episode}");
        let around = goody_domain::Day::parse(day).unwrap();
        let since = text(episode, "since").unwrap();
        let (first, last) = (around.plus(-5).to_string(), around.plus(9).to_string());
        assert!(since.as_str() > first.as_str() && since.as_str() < last.as_str(), "{kind}: {episode}");
    }
    let csv = run(&["export", "episodes", "--date", "2026-03-10", "--format", "csv"], &database).stdout;
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.starts_with("id,vendorId,state,signal,since,raisedAt,"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + episodes.iter().filter(|episode| episode["clearedAt"].is_null()).count());
}

fn two_days_ago() -> goody_domain::Instant {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    goody_domain::Instant::from_micros(since_1970.as_micros() as i64).plus_seconds(-2 * 86_400)
}

#[test]
fn two_simultaneous_ticks_store_each_event_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    // The demo orders are two days old: the first tick sends all events since then.
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
    let new: u64 = String::from_utf8_lossy(&again.stdout).split(' ').next().unwrap().parse().unwrap();
    assert!(new < 50, "{new} new events, too many for the time that the test took");
}

#[test]
fn a_server_that_simulates_adds_orders_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("goody.db");
    run(&["backfill", "--days", "8"], &database);
    let server = Server::start_with(&database, &["--simulate", "--simulate-every", "1s", "--simulate-speed", "3600"]);
    let placed = || server.get("/api/orders?limit=1")["summary"]["total"].as_u64().unwrap();
    let (began, initial) = (Instant::now(), placed());
    assert!(initial > 500, "{initial} orders");
    while placed() < initial + 20 {
        assert!(began.elapsed() < Duration::from_secs(60), "the simulator adds too few orders");
        std::thread::sleep(Duration::from_millis(200));
    }
    server.wait_until_projected();
    let health = server.get("/health");
    assert_eq!(health["status"], "healthy", "{health}");
    assert_eq!(server.get("/api/vendors?limit=100")["pagination"]["total"], 10);
}
