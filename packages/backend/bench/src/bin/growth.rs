//! Growth: how the latency of the same requests depends on the number of orders.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use goody_bench::client::Client;
use goody_bench::generator::Generator;
use goody_bench::goody::Goody;
use goody_bench::options::{FULL_SIZE, Options};
use goody_bench::samples::Samples;
use goody_bench::server::Server;
use goody_bench::table::{Checks, Goal, Table, count, milliseconds};
use goody_bench::{Failure, database};

/// Measures how the median latency grows with the number of orders.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// A database of `ingest --keep`, used as the largest size. The program copies it and does not change it.
    #[arg(long)]
    database: Option<PathBuf>,
}

/// A server with one number of orders.
struct Size {
    orders: u64,
    file: PathBuf,
    server: Server,
    client: Client,
    samples: Vec<Samples>,
}

/// The measured requests. Pages are full at every size, so that the responses are equally long.
fn requests() -> Vec<(&'static str, String)> {
    let vendor = Generator::vendor(0);
    vec![
        ("dashboard", "/api/dashboard".into()),
        ("vendor report", format!("/api/vendors/{vendor}/report")),
        ("order page", "/api/orders".into()),
        ("order page, one status", "/api/orders?status=ARRIVED".into()),
        ("order page, one vendor", format!("/api/orders?vendorId={vendor}")),
        ("order page, delayed", "/api/orders?delayed=true".into()),
    ]
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, database } = Cli::parse();
    let goody = Goody::find(&options)?;
    let folder = options.folder()?;
    let largest = match &database {
        Some(file) => database::orders(file)? as u64,
        None => options.orders.unwrap_or(if options.quick { 20_000 } else { FULL_SIZE }),
    };
    let mut sizes = Vec::new();
    for orders in steps(largest, options.quick) {
        let file = match &database {
            Some(file) if orders == largest => database::copy(file, &folder)?,
            _ => database::create(&goody, &options, &folder, orders)?,
        };
        let server = Server::goody(&goody, &file)?;
        let client = server.connect()?;
        sizes.push(Size { orders, file, server, client, samples: vec![Samples::default(); requests().len()] });
    }

    let mut table = Table::new(format!("Growth up to {} orders", count(largest as f64)), largest >= FULL_SIZE);
    let mut checks = Checks::default();
    let rounds = if options.quick { 100 } else { 1_000 };
    // The servers have closed connections that were idle while the larger databases were created.
    for size in &mut sizes {
        size.client = size.server.connect()?;
    }
    eprintln!("Sending each request {rounds} times …");
    // The sizes alternate, so that other load on the machine affects all of them. Each size is equally often the first one,
    // which finds cold processor caches.
    for _ in 0..rounds {
        sizes.rotate_left(1);
        for (index, (_, path)) in requests().iter().enumerate() {
            for size in &mut sizes {
                let response = size.client.get(path)?;
                let body = response.json().map_err(|error| format!("GET {path}: {error}"))?;
                size.samples[index].add(response.latency);
                if path.starts_with("/api/orders") {
                    let orders = body["orders"].as_array().map_or(0, Vec::len);
                    checks.check(orders == 50, || {
                        format!("{path}: the page has {orders} of {} orders instead of 50", size.orders)
                    });
                }
            }
        }
    }
    sizes.sort_unstable_by_key(|size| size.orders);
    for (index, (name, _)) in requests().into_iter().enumerate() {
        for size in &sizes {
            table.metric(format!("{name}, {} orders", count(size.orders as f64)), size.samples[index].summary());
        }
        if let (Some(smallest), Some(largest)) = (sizes.first(), sizes.last()) {
            let medians = (largest.samples[index].median(), smallest.samples[index].median());
            let metric = format!("{name}: median, largest size : smallest size");
            table.ratio_goal(metric, medians, Goal::AtMost(1.2), milliseconds);
        }
    }
    table.check_all(checks);
    table.note("Latencies are p50 / p99 / max at one connection. The ceiling is the median of the smallest size.");
    for size in sizes {
        size.server.stop()?;
        folder.remove(&size.file, options.keep)?;
    }
    Ok(table.finish())
}

/// The numbers of orders: powers of ten, then the largest.
fn steps(largest: u64, quick: bool) -> Vec<u64> {
    let mut steps = if quick { vec![2_000] } else { vec![10_000, 100_000, 1_000_000] };
    steps.retain(|step| *step < largest);
    steps.push(largest);
    steps
}
