//! Dashboards a second, beside a server that sends the same bytes and computes nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::client::Client;
use crate::server::Server;
use crate::table::{Goal, Table, per_second};

/// What is asked for.
const PATH: &str = "/api/dashboard";
/// Ours and the ceiling take turns so often: what else the machine does then hits both.
const ROUNDS: usize = 5;

/// Measures both servers with so many connections, so long each round.
pub fn measure(
    table: &mut Table,
    (ours, ceiling): (&Server, &Server),
    connections: usize,
    round: Duration,
) -> Result<(), Failure> {
    let (mut speeds, mut ceilings) = (Vec::new(), Vec::new());
    let processor_before = (ours.processor_seconds()?, ceiling.processor_seconds()?);
    let mut requests = (0, 0);
    for _ in 0..ROUNDS {
        let (done, seconds) = hammer(ours.address(), connections, round)?;
        speeds.push(done as f64 / seconds);
        requests.0 += done;
        let (done, seconds) = hammer(ceiling.address(), connections, round)?;
        ceilings.push(done as f64 / seconds);
        requests.1 += done;
    }
    let processor = (ours.processor_seconds()? - processor_before.0, ceiling.processor_seconds()? - processor_before.1);
    let what = format!("dashboard, {connections} connections");
    table.ratio_goal(&what, (middle(speeds), middle(ceilings)), Goal::AtLeast(0.5), per_second);
    let micros = (processor.0 / requests.0 as f64 * 1e6, processor.1 / requests.1 as f64 * 1e6);
    table.compare("  processor time of the server a request", micros, |micros| format!("{micros:.0} µs"));
    Ok(())
}

/// Asks on all connections at once, as fast as the answers come. Says how often, and how long it took.
fn hammer(address: SocketAddr, connections: usize, round: Duration) -> Result<(u64, f64), Failure> {
    let began = Instant::now();
    let one = || -> Result<u64, Failure> {
        let mut client = Client::connect(address)?;
        let mut done = 0;
        while began.elapsed() < round {
            let answer = client.get(PATH)?;
            if answer.status != 200 {
                return Err(format!("{PATH}: status {}", answer.status).into());
            }
            done += 1;
        }
        Ok(done)
    };
    let done = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(one)).collect();
        let results = threads.into_iter().map(|thread| thread.join().map_err(|_| "a client panicked")?);
        results.sum::<Result<u64, Failure>>()
    })?;
    Ok((done, began.elapsed().as_secs_f64()))
}

fn middle(mut speeds: Vec<f64>) -> f64 {
    speeds.sort_unstable_by(f64::total_cmp);
    speeds[speeds.len() / 2]
}
