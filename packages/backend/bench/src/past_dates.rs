//! The latency of past dates that are asked for the first time, and of the history of the fleet.

use goody_domain::Day;

use crate::Failure;
use crate::client::Client;
use crate::samples::Samples;
use crate::table::{Checks, Goal, Table, milliseconds};

/// The ages of the dates that are measured by themselves, in days.
const AGES: [i32; 5] = [1, 30, 100, 200, 390];
/// The longest history, in days.
const HISTORY: i32 = 400;
/// The maximum of the median, and of the 99th percentile, in seconds.
const GOALS: (f64, f64) = (50e-3, 150e-3);

/// Measures dashboards and vendor tables of dates that no cache has, and the history of the fleet.
pub fn measure(client: &mut Client, table: &mut Table, checks: &mut Checks, rounds: usize) -> Result<(), Failure> {
    eprintln!("Measuring past dates …");
    let today =
        client.json("/api/dashboard")?["date"].as_str().map(Day::parse).ok_or("the dashboard has no date")??;
    for age in AGES {
        let mut samples = Samples::default();
        // The server keeps the reports of four dates: these dates are gone when they are asked for again.
        for round in 0..(rounds / 10).max(2) {
            for neighbour in 0..5 {
                let date = today.plus(-(age + neighbour).min(HISTORY - 14));
                let path = first_path(round, date);
                samples.add(get(client, checks, &path)?);
            }
        }
        table.latency(format!("past date of {age} days and the four before, first asked"), &samples, Some(GOALS.1));
    }
    let mut samples = Samples::default();
    for round in 0..rounds {
        // Visits each age once before any again.
        let age = 1 + (round * 149) % 385;
        samples.add(get(client, checks, &first_path(round, today.plus(-i32::try_from(age)?)))?);
    }
    table.latency("past dates of any age, first asked", &samples, Some(GOALS.1));
    table.goal("  median", samples.median(), Goal::AtMost(GOALS.0), milliseconds);

    let mut samples = Samples::default();
    for _ in 0..(rounds / 10).max(2) {
        let path = format!("/api/dashboard/history?from={}&to={today}", today.plus(1 - HISTORY));
        let response = client.get(&path)?;
        let days = response.json()?["days"].as_array().map_or(0, Vec::len);
        checks.check(days == HISTORY as usize, || format!("{path}: {days} days"));
        samples.add(response.latency);
    }
    table.latency("history of the fleet, 400 days", &samples, None);
    table.goal("  median", samples.median(), Goal::AtMost(GOALS.0), milliseconds);
    Ok(())
}

/// The dashboard of a date, or its vendor table.
fn first_path(round: usize, date: Day) -> String {
    if round.is_multiple_of(2) { format!("/api/dashboard?date={date}") } else { format!("/api/vendors?date={date}") }
}

fn get(client: &mut Client, checks: &mut Checks, path: &str) -> Result<std::time::Duration, Failure> {
    let response = client.get(path)?;
    let view = response.json().map_err(|error| format!("GET {path}: {error}"))?;
    let is_valid = view["current"]["totalOrders"].is_i64() || view["vendors"].is_array();
    checks.check(is_valid, || format!("{path}: {view}"));
    Ok(response.latency)
}
