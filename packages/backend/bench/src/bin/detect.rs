//! Detect: how long the detection of a fleet takes without a store, from nothing and for one more day.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use goody_bench::Failure;
use goody_bench::detection::{Fleet, QUARTERS, VendorSlots, vendors};
use goody_bench::table::{Goal, Table, count, milliseconds};
use goody_domain::detection::Detector;

/// The number of vendors and days for which the goal is defined.
const FULL_SIZE: usize = 1_600 * 400;

/// Measures the detection of a fleet in memory.
#[derive(Debug, Parser)]
struct Cli {
    /// Run with few vendors, in seconds. Goals are not evaluated.
    #[arg(long)]
    quick: bool,
    /// The number of vendors. Default: 1,600, or 50 with `--quick`.
    #[arg(long)]
    vendors: Option<usize>,
    /// The number of days.
    #[arg(long, default_value_t = 400)]
    days: usize,
    /// The seed of the made-up counts.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> Result<ExitCode, Failure> {
    let cli = Cli::parse();
    let number = cli.vendors.unwrap_or(if cli.quick { 50 } else { 1_600 });
    eprintln!("Making the counts of {number} vendors …");
    let vendors = vendors(number, cli.days, cli.seed);
    let title = format!("Detection of {} vendors, {} days", count(number as f64), count(cli.days as f64));
    let mut table = Table::new(title, number * cli.days >= FULL_SIZE);

    let started = Instant::now();
    let fleet = Fleet::of(&vendors);
    let pass_one = started.elapsed().as_secs_f64();
    let mut changes = 0;
    let advanced = vendors.iter().map(|vendor| {
        let mut detector = Detector::default();
        changes += fleet.advance(&mut detector, vendor);
        detector
    });
    let detectors: Vec<Detector> = advanced.collect();
    let total = started.elapsed().as_secs_f64();
    table.metric("tide of all vendors", milliseconds(pass_one));
    table.goal("from nothing", total, Goal::AtMost(1.0), milliseconds);
    table.metric("changes of episodes", count(changes as f64));
    let bytes: Vec<usize> = detectors.iter().map(|detector| detector.write().len()).collect();
    let mean = bytes.iter().sum::<usize>() as f64 / bytes.len().max(1) as f64;
    table.metric("bytes of a stored state: mean, largest", format!("{mean:.0}, {}", bytes.iter().max().unwrap_or(&0)));

    resume(&mut table, &vendors, &fleet, &detectors)?;
    Ok(table.finish())
}

/// Detects all but the last day, stores the states, and resumes from them.
fn resume(table: &mut Table, vendors: &[VendorSlots], fleet: &Fleet, expected: &[Detector]) -> Result<(), Failure> {
    let mut stored = Vec::with_capacity(vendors.len());
    for vendor in vendors {
        let mut detector = Detector::default();
        fleet.advance(&mut detector, &vendor[..vendor.len().saturating_sub(QUARTERS)]);
        stored.push(detector.write());
    }
    let started = Instant::now();
    let mut resumed = Vec::with_capacity(vendors.len());
    for (bytes, vendor) in stored.iter().zip(vendors) {
        let mut detector = Detector::read(bytes)?;
        fleet.advance(&mut detector, vendor);
        resumed.push(detector);
    }
    table.metric("one more day, with the plain means from nothing", milliseconds(started.elapsed().as_secs_f64()));
    let same = resumed.iter().zip(expected).filter(|(found, expected)| found.write() == expected.write()).count();
    table.check_equal("resumed states that equal those from nothing", same as i64, expected.len() as i64);
    Ok(())
}
