//! Detection: whether the real binary finds the failures of made-up vendors, how soon, how often it is wrong, and what it costs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use goody_application::detect::detect_anew;
use goody_application::detection_cache::DetectionCache;
use goody_application::ingest::Ingest;
use goody_application::ports::ReportReader;
use goody_application::project::project_all;
use goody_bench::Failure;
use goody_bench::generator::WrittenEvents;
use goody_bench::goody::Goody;
use goody_bench::options::{Folder, Options, wall_clock};
use goody_bench::server::Server;
use goody_bench::table::{Goal, Table, count, milliseconds, seconds};
use goody_bench::worlds::{FIRST_FAILURE, Failing, Kind, MadeUpFleet};
use goody_domain::{Instant, OrderEvent, ReportZone};
use goody_store_sqlite::{Settings, SqliteStore};
use goody_testkit::{ManualClock, batch};
use serde_json::Value;

/// The orders a day of the vendors, in turn.
const VOLUMES: [f64; 5] = [2.0, 6.0, 20.0, 50.0, 120.0];
/// From so many orders a day on, a failure should be found.
const ENOUGH: f64 = 20.0;
/// How many days after its end a failure may be found: its last orders are due then.
const AFTERWARDS: i64 = 7;
const DAY: i64 = 86_400;

/// Imports made-up worlds with known failures, and compares the episodes with them.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// How many worlds are made. Default: 4; with --quick 1 of few vendors.
    #[arg(long)]
    worlds: Option<u64>,
}

/// A failure and when it was found, in days after it began.
struct Found {
    failing: Failing,
    orders: f64,
    delay: Option<f64>,
}

#[derive(Default)]
struct Score {
    failures: Vec<Found>,
    right: usize,
    wrong: usize,
    of_fleet: usize,
    vendor_years: f64,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, worlds } = Cli::parse();
    let (goody, folder) = (Goody::find(&options)?, options.folder()?);
    let (worlds, vendors) = if options.quick { (1, 10) } else { (worlds.unwrap_or(4), 50) };
    let days = if options.quick { 90 } else { 300 };
    let until = ReportZone::utc().day(wall_clock());
    let title = format!("Detection: {worlds} worlds of {vendors} vendors, {days} days");
    let mut table = Table::new(title, !options.quick);
    let mut score = Score::default();
    for seed in (0..worlds).map(|world| options.seed + world) {
        eprintln!("Making the vendors of seed {seed} …");
        let world = MadeUpFleet::new(seed, vendors, &VOLUMES, 4.0, (days, until));
        judge(&world, &goody, &folder, &mut score)?;
    }
    fill_in(&score, &mut table);
    cost(&goody, &folder, &options, &mut table)?;
    Ok(table.finish())
}

/// Imports the events of a world into a new database.
fn import(world: &MadeUpFleet, goody: &Goody, folder: &Folder) -> Result<(PathBuf, u64), Failure> {
    let (events, database) = (folder.new_path("world.ndjson")?, folder.new_path("world.db")?);
    let mut out = BufWriter::new(File::create(&events)?);
    let orders = world.write(&mut out)?;
    out.flush()?;
    let imported = goody.import(&events, &database, &WrittenEvents::default())?;
    if imported.rejected > 0 || imported.accepted == 0 {
        return Err(
            format!("the import of a world accepted {} and rejected {}", imported.accepted, imported.rejected).into()
        );
    }
    folder.remove(&events, false)?;
    Ok((database, orders))
}

/// Compares the episodes of a world with its failures.
fn judge(world: &MadeUpFleet, goody: &Goody, folder: &Folder, score: &mut Score) -> Result<(), Failure> {
    let (database, _) = import(world, goody, folder)?;
    let server = Server::goody(goody, &database)?;
    let mut episodes: BTreeMap<Option<String>, Vec<Instant>> = BTreeMap::new();
    let (from, to) = (world.first_day, world.first_day.plus(world.days - 1));
    let (mut client, mut cursor) = (server.connect()?, String::new());
    loop {
        let page = client.json(&format!("/api/signals/episodes?from={from}&to={to}&limit=100{cursor}"))?;
        for episode in page["episodes"].as_array().into_iter().flatten() {
            let raised = Instant::parse(episode["raisedAt"].as_str().unwrap_or_default())?;
            episodes.entry(episode["vendorId"].as_str().map(str::to_owned)).or_default().push(raised);
        }
        match &page["nextCursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    server.stop()?;
    folder.remove(&database, false)?;

    let start = ReportZone::utc().start(world.first_day);
    let at = |day: i32| start.plus_seconds(i64::from(day) * DAY);
    score.of_fleet += episodes.get(&None).map_or(0, Vec::len);
    for vendor in &world.vendors {
        let raised = episodes.remove(&Some(vendor.id.clone())).unwrap_or_default();
        let is_of = |failing: &Failing, raised: Instant| {
            (at(failing.from)..at(failing.to).plus_seconds(AFTERWARDS * DAY)).contains(&raised)
        };
        for failing in &vendor.failures {
            let first = raised.iter().filter(|raised| is_of(failing, **raised)).min();
            let delay =
                first.map(|first| (first.micros() - at(failing.from).micros()) as f64 / (DAY * 1_000_000) as f64);
            score.failures.push(Found { failing: *failing, orders: vendor.orders, delay });
        }
        let right =
            raised.iter().filter(|raised| vendor.failures.iter().any(|failing| is_of(failing, **raised))).count();
        score.right += right;
        score.wrong += raised.len() - right;
        score.vendor_years += f64::from(world.days - FIRST_FAILURE) / 365.0;
    }
    Ok(())
}

fn fill_in(score: &Score, table: &mut Table) {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
    let of = |takes: &dyn Fn(&&Found) -> bool| -> Vec<&Found> { score.failures.iter().filter(takes).collect() };
    let found = |of: &[&Found]| of.iter().filter(|found| found.delay.is_some()).count();
    let enough = of(&|found| found.orders >= ENOUGH);
    table.goal("precision", share(score.right, score.right + score.wrong), Goal::AtLeast(0.85), percent);
    table.metric("recall", percent(share(found(&of(&|_| true)), score.failures.len())));
    table.goal("recall at 20 orders a day or more", share(found(&enough), enough.len()), Goal::AtLeast(0.8), percent);
    let a_year = score.wrong as f64 / score.vendor_years;
    table.goal("false episodes a vendor-year", a_year, Goal::AtMost(1.0), |number| format!("{number:.2}"));
    table.metric("episodes of vendors; of the fleet", format!("{}; {}", score.right + score.wrong, score.of_fleet));
    let mut line = |name: String, of: Vec<&Found>| {
        let delay = median(of.iter().map(|found| found.delay.unwrap_or(f64::INFINITY)).collect());
        let days = if delay.is_finite() { format!("{delay:.1} days") } else { "not found".to_owned() };
        table.metric(name, format!("{} of {}, median {days}", found(&of), of.len()));
    };
    for (kind, name) in Kind::ALL {
        line(format!("{name}, at 20 orders a day or more"), of(&|it| it.failing.kind == kind && it.orders >= ENOUGH));
    }
    for volume in VOLUMES {
        line(format!("all kinds, at {volume} orders a day"), of(&|it| (it.orders - volume).abs() < 0.1));
    }
    table.note("A failure counts as found by an episode raised while it lasts or a week later. A median counts those that were not found as endless.".to_owned());
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::INFINITY)
}

/// The time of the detection from nothing, and after a late fact.
fn cost(goody: &Goody, folder: &Folder, options: &Options, table: &mut Table) -> Result<(), Failure> {
    let (vendors, days) = if options.quick { (50, 60) } else { (1_600, 400) };
    eprintln!("A world of {vendors} small vendors …");
    let now = wall_clock();
    let world = MadeUpFleet::new(options.seed, vendors, &[0.6], 0.0, (days, ReportZone::utc().day(now)));
    let (database, orders) = import(&world, goody, folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (is_same, from_nothing, tick) = runtime.block_on(measure(&database, &world, now))?;
    let size = format!("{} vendors, {days} days, {} orders", count(vendors as f64), count(orders as f64));
    table.check(is_same, || "the detection of requests differs from that of all counters".to_owned());
    table.goal(format!("from nothing: {size}"), from_nothing, Goal::AtMost(2.0), seconds);
    table.goal("again after a fact of yesterday", tick, Goal::AtMost(0.1), milliseconds);
    folder.remove(&database, options.keep)
}

async fn measure(database: &Path, world: &MadeUpFleet, now: Instant) -> Result<(bool, f64, f64), Failure> {
    let store = SqliteStore::open(database, Settings::new(ManualClock::at(now)))?;
    let as_of = store.zone().today(now);
    let started = Moment::now();
    let detection = detect_anew(&store, as_of).await?;
    let from_nothing = started.elapsed().as_secs_f64();
    let cache = DetectionCache::new(Arc::new(store.clone()), Duration::MAX);
    let cached = cache.detect((as_of, now), None).await?;
    let is_same = cached.as_deref() == detection.as_ref();
    // An order that was due yesterday turns up.
    let yesterday = store.zone().start(world.first_day.plus(world.days - 1));
    let event = |status: &str, seconds: i64| {
        let occurred_at = yesterday.plus_seconds(seconds);
        serde_json::json!({
            "eventId": status, "orderId": "late", "vendorId": "w-0000", "status": status, "occurredAt": occurred_at,
        })
    };
    let (mut placed, arrived) = (event("PLACED", -DAY), event("ARRIVED", 12 * 3_600));
    placed["estimatedDelivery"] = serde_json::json!(yesterday.plus_seconds(6 * 3_600));
    let events = [placed, arrived].map(|event| OrderEvent::parse(event.to_string().as_bytes(), now));
    let events = events.into_iter().collect::<Result<_, _>>().map_err(|error| format!("{error:?}"))?;
    Ingest::new(Arc::new(store.clone())).ingest(events, &batch("bench"), now).await?;
    project_all(&store, now).await?;
    let started = Moment::now();
    cache.detect((as_of, now), None).await?;
    Ok((is_same, from_nothing, started.elapsed().as_secs_f64()))
}
