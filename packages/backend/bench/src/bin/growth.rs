//! Growth: how much slower the same questions are answered when there are many more orders.

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

/// How the median latency grows with the number of orders.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// A database that `ingest --keep` made, as the largest. It is copied and stays as it is.
    #[arg(long)]
    database: Option<PathBuf>,
}

/// One size.
struct Size {
    orders: u64,
    file: PathBuf,
    server: Server,
    client: Client,
    samples: Vec<Samples>,
}

/// What is asked, each at one connection. Pages are full at every size, so that the answers are equally long.
fn questions() -> Vec<(&'static str, String)> {
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
            _ => database::make(&goody, &options, &folder, orders)?,
        };
        let server = Server::goody(&goody, &file)?;
        let client = server.connect()?;
        sizes.push(Size { orders, file, server, client, samples: vec![Samples::default(); questions().len()] });
    }

    let mut table = Table::new(format!("Growth up to {} orders", count(largest as f64)), largest >= FULL_SIZE);
    let mut checks = Checks::default();
    let rounds = if options.quick { 100 } else { 1_000 };
    // Servers do not keep connections that were idle while the larger databases were made.
    for size in &mut sizes {
        size.client = size.server.connect()?;
    }
    eprintln!("Asking {rounds} times …");
    // All sizes in turns: what else the machine does then hits all of them. Each is as often the first, which finds the
    // processor's caches cold.
    for _ in 0..rounds {
        sizes.rotate_left(1);
        for (place, (_, path)) in questions().iter().enumerate() {
            for size in &mut sizes {
                let answer = size.client.get(path)?;
                let view = answer.json().map_err(|error| format!("GET {path}: {error}"))?;
                size.samples[place].add(answer.took);
                if path.starts_with("/api/orders") {
                    let orders = view["orders"].as_array().map_or(0, Vec::len);
                    checks.check(orders == 50, || format!("{path}: {orders} orders in a page, of {}", size.orders));
                }
            }
        }
    }
    sizes.sort_unstable_by_key(|size| size.orders);
    for (place, (what, _)) in questions().into_iter().enumerate() {
        for size in &sizes {
            table.figure(format!("{what}, {} orders", count(size.orders as f64)), size.samples[place].summary());
        }
        if let (Some(smallest), Some(largest)) = (sizes.first(), sizes.last()) {
            let medians = (largest.samples[place].median(), smallest.samples[place].median());
            table.ratio_goal(format!("{what}: median, largest : smallest"), medians, Goal::AtMost(1.2), milliseconds);
        }
    }
    table.check_all(checks);
    table.note("Latencies are p50 / p99 / max at one connection. The ceiling is the median of the smallest.");
    for size in sizes {
        size.server.stop()?;
        folder.done_with(&size.file, options.keep)?;
    }
    Ok(table.finish())
}

/// From small to the largest, by powers of ten and then the rest.
fn steps(largest: u64, quick: bool) -> Vec<u64> {
    let mut steps = if quick { vec![2_000] } else { vec![10_000, 100_000, 1_000_000] };
    steps.retain(|step| *step < largest);
    steps.push(largest);
    steps
}
