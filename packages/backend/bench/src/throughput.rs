//! Dashboard requests per second, compared with a server that sends the same bytes without any computation.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::client::Client;
use crate::server::Server;
use crate::table::{Goal, Table, per_second};

const PATH: &str = "/api/dashboard";
/// The measurement alternates between both servers this often, so that other load on the machine affects both.
const ROUNDS: usize = 5;

/// Measures both servers with a number of connections; `round` is the duration of one round.
pub fn measure(
    table: &mut Table,
    (measured, ceiling): (&Server, &Server),
    connections: usize,
    round: Duration,
) -> Result<(), Failure> {
    let (mut speeds, mut ceilings) = (Vec::new(), Vec::new());
    let processor_before = (measured.processor_seconds()?, ceiling.processor_seconds()?);
    let mut requests = (0, 0);
    for _ in 0..ROUNDS {
        let (done, seconds) = request_continuously(measured.address(), connections, round)?;
        speeds.push(done as f64 / seconds);
        requests.0 += done;
        let (done, seconds) = request_continuously(ceiling.address(), connections, round)?;
        ceilings.push(done as f64 / seconds);
        requests.1 += done;
    }
    let processor =
        (measured.processor_seconds()? - processor_before.0, ceiling.processor_seconds()? - processor_before.1);
    let metric = format!("dashboard requests, {connections} connections");
    table.ratio_goal(&metric, (median(speeds), median(ceilings)), Goal::AtLeast(0.5), per_second);
    let micros = (processor.0 / requests.0 as f64 * 1e6, processor.1 / requests.1 as f64 * 1e6);
    table.compare("  processor time of the server per request", micros, |micros| format!("{micros:.0} µs"));
    Ok(())
}

/// Sends requests on all connections for one round, each right after the previous response. Returns the number of requests and
/// the seconds.
fn request_continuously(address: SocketAddr, connections: usize, round: Duration) -> Result<(u64, f64), Failure> {
    let started = Instant::now();
    let one = || -> Result<u64, Failure> {
        let mut client = Client::connect(address)?;
        let mut done = 0;
        while started.elapsed() < round {
            let response = client.get(PATH)?;
            if response.status != 200 {
                return Err(format!("{PATH}: status {}", response.status).into());
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
    Ok((done, started.elapsed().as_secs_f64()))
}

fn median(mut speeds: Vec<f64>) -> f64 {
    speeds.sort_unstable_by(f64::total_cmp);
    speeds[speeds.len() / 2]
}
