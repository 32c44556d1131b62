//! Functions: the start time, the peak memory under usual work, and the size of the zip file of each function.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use goody_bench::Failure;
use goody_bench::aws::Aws;
use goody_bench::process::memory;
use goody_bench::samples::Samples;
use goody_bench::table::{Goal, Table, megabytes};
use goody_testkit::lambda::{Function, StreamMapping, events};
use serde_json::json;

/// The goal for the time from spawn to ready, in seconds.
const MAX_START_SECONDS: f64 = 0.05;
/// The goal for the peak memory, in bytes.
const MAX_MEMORY_BYTES: f64 = 30e6;
/// The goal for the size of the zip file, in bytes.
const MAX_ZIP_BYTES: f64 = 6e6;

/// Measures start time, memory and size of the functions.
#[derive(Debug, Parser)]
struct Cli {
    /// The folder of the built functions.
    #[arg(long, default_value = "dist/packages/backend/lambda")]
    functions: PathBuf,
    /// Measure only a few starts of each function. Goals are not evaluated.
    #[arg(long)]
    quick: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("functions: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let starts = if cli.quick { 5 } else { 40 };
    let mut table =
        Table::new(format!("Functions: {starts} starts of each, then three days of demo orders"), !cli.quick);
    let aws = Aws::start(&cli.functions, None).await?;
    // The stream must be open before the first order is stored.
    let mut stream = aws.stream(100).await;
    for name in ["data-backfill", "order-simulator", "report-generator", "order-ingest", "api-handler"] {
        let mut samples = Samples::default();
        for _ in 0..starts {
            samples
                .add(aws.function(name).start().await.map_err(|failed| format!("{name} does not start: {failed:?}"))?);
        }
        table.latency(format!("{name}: spawn to ready, p50 / p99 / max"), &samples, Some(MAX_START_SECONDS));
        let function = aws.function(name);
        run_usual_work(name, &mut stream, &function, &mut table).await?;
        let process = function.process_id().await.ok_or("the process has ended")?;
        let peak = memory(process).ok_or("the process has ended")?.peak;
        table.goal(format!("{name}: peak memory"), peak as f64, Goal::AtMost(MAX_MEMORY_BYTES), megabytes);
        let zip = std::fs::metadata(aws.artifact(name, "bootstrap.zip"))?.len();
        table.goal(format!("{name}: size of the zip file"), zip as f64, Goal::AtMost(MAX_ZIP_BYTES), megabytes);
    }
    Ok(table.finish())
}

/// Invokes a function with its usual events.
async fn run_usual_work(
    name: &str,
    stream: &mut StreamMapping,
    function: &Function,
    table: &mut Table,
) -> Result<(), Failure> {
    let failed = |failed| format!("{name}: {failed:?}");
    match name {
        "data-backfill" => {
            let counts = function.invoke(&json!({ "days": 3 })).await.map_err(failed)?;
            table.check(counts["new"].as_u64().is_some_and(|new| new > 100), || {
                format!("three days have too few events: {counts}")
            });
        }
        "order-simulator" => drop(function.invoke(&events::scheduled()).await.map_err(failed)?),
        "report-generator" => {
            let delivered = stream.deliver(function).await;
            table.check(delivered.records > 100 && delivered.given_up.is_empty(), || format!("{delivered:?}"));
            function.invoke(&events::scheduled()).await.map_err(failed)?;
        }
        "order-ingest" => {
            let order = |number: usize| {
                json!({
                    "eventId": "placed", "orderId": format!("bench-{number}"), "vendorId": "bench", "status": "PLACED",
                    "occurredAt": "2026-03-01T00:00:00Z"
                })
            };
            for number in 0..100 {
                function.invoke(&events::on_the_bus(&order(number))).await.map_err(failed)?;
            }
        }
        _ => {
            for path in ["/api/dashboard", "/api/vendors", "/api/orders", "/api/orders/recent", "/health"].repeat(20) {
                let response = function.invoke(&events::http_get(path)).await.map_err(failed)?;
                table.check(response["statusCode"] == 200, || format!("{path}: {response}"));
            }
        }
    }
    Ok(())
}
