//! Webhooks: whether a server takes a thousand of a carrier each second for a minute, and loses none.

use std::process::ExitCode;
use std::time::{Duration, Instant as Moment};

use clap::Parser;
use goody_bench::Failure;
use goody_bench::client::Client;
use goody_bench::goody::Goody;
use goody_bench::load::send_at_rate;
use goody_bench::options::{Options, wall_clock};
use goody_bench::server::Server;
use goody_bench::table::{Goal, Table, count, megabytes, per_second, seconds};
use goody_domain::Instant;

/// The number of connections of the carrier.
const CONNECTIONS: usize = 16;
/// The number of events of a request with orders.
const BATCH: u64 = 1_000;
/// The orders that are known only after their webhooks: the newest, up to this number. A server keeps at most 10,000 facts of them.
const LATE_ORDERS: u64 = 5_000;
/// The goal for the 99th percentile of the time to an answer, in seconds. A carrier waits for several.
const MAX_LATENCY: f64 = 1.0;
const SECRET: (&str, &str) = ("GOODY_WEBHOOK_SECRET_SHIPPO", "bench0123456789abcdef");
const ROUTE: &str = "/api/webhooks/shippo?token=bench0123456789abcdef";

/// Sends webhooks of a carrier at a constant rate, each about the parcel of another order, and counts the orders that arrived.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// The webhooks per second.
    #[arg(long, default_value_t = 1_000)]
    rate: u64,
    /// How long they are sent, in seconds. Default: 60; with --quick 2.
    #[arg(long)]
    seconds: Option<u64>,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, rate, seconds: duration } = Cli::parse();
    let duration = duration.unwrap_or(if options.quick { 2 } else { 60 });
    let webhooks = rate * duration;
    let on_time = webhooks - LATE_ORDERS.min(webhooks / 2);
    let (goody, folder, now) = (Goody::find(&options)?, options.folder()?, wall_clock());
    let file = folder.new_path("webhooks.db")?;
    let server = Server::goody_with(&goody, &file, "warn", &[SECRET])?;
    let mut table = Table::new(format!("{} webhooks of a carrier", count(webhooks as f64)), !options.quick);

    post_orders(&server, 0..on_time, now)?;
    eprintln!("Sending {rate} webhooks per second for {duration} s …");
    let started = Moment::now();
    let send = |client: &mut Client, _: &mut (), number| {
        let response = client.post(ROUTE, "application/json", &delivered(number, now))?;
        response.json().map(drop)
    };
    let interval = Duration::from_secs_f64(1.0 / rate as f64);
    let time = Duration::from_secs(duration);
    let samples = send_at_rate(server.address(), &mut [(); CONNECTIONS], Some(interval), time, send)?;
    let reached = samples.len() as f64 / started.elapsed().as_secs_f64();
    let memory = server.memory()?.peak;
    let caught_up = Moment::now();
    server.wait_until_current()?;
    let caught_up = caught_up.elapsed().as_secs_f64();
    table.goal("answered webhooks", reached, Goal::AtLeast(0.99 * rate as f64), per_second);
    table.latency("time to the answer", &samples, Some(MAX_LATENCY));
    table.metric("time until the reports are current afterwards", seconds(caught_up));
    table.metric("peak memory of the server", megabytes(memory as f64));

    let arrived = || -> Result<i64, Failure> {
        let list = server.connect()?.json("/api/orders?status=ARRIVED&limit=1")?;
        list["summary"]["total"].as_i64().ok_or_else(|| format!("the list has no total: {list}").into())
    };
    table.check_equal("orders that arrived, of those known in time", arrived()?, i64::try_from(on_time)?);
    post_orders(&server, on_time..webhooks, now)?;
    table.check_equal("orders that arrived, of all", arrived()?, i64::try_from(webhooks)?);
    table.note(format!(
        "Each webhook has one scan, signed by a token, of another parcel; {CONNECTIONS} connections. The last {} orders were sent after \
         their webhooks. Latencies are p50 / p99 / max from the scheduled time.",
        count((webhooks - on_time) as f64)
    ));
    server.stop()?;
    let (buckets, differences) = goody.rebuild(&file)?;
    table.check_equal(&format!("different buckets of {buckets}, found by a rebuild"), differences, 0);
    folder.remove(&file, options.keep)?;
    Ok(table.finish())
}

/// Posts the placement and the hand-over of orders. The answer to the last request comes after the facts that waited for them.
fn post_orders(server: &Server, mut orders: std::ops::Range<u64>, now: Instant) -> Result<(), Failure> {
    let mut client = server.connect()?;
    let (placed, shipped) = (now.plus_seconds(-3 * 86_400), now.plus_seconds(-2 * 86_400));
    loop {
        let part: Vec<u64> = orders.by_ref().take(BATCH as usize).collect();
        if part.is_empty() {
            return Ok(());
        }
        let lines = part.iter().map(|number| {
            let (order, vendor) = (format!("\"orderId\":\"w-{number}\""), number % 100);
            format!(
                "{{\"eventId\":\"1\",{order},\"vendorId\":\"v-{vendor}\",\"status\":\"PLACED\",\"occurredAt\":\"{placed}\"}}\n\
                 {{\"eventId\":\"2\",{order},\"status\":\"SHIPPING_ON_TIME\",\"occurredAt\":\"{shipped}\",\"trackingNumber\":\"{}\"}}\n",
                tracking_number(*number)
            )
        });
        let response = client.post_events(&lines.collect::<String>())?;
        let accepted = String::from_utf8_lossy(&response.body).matches("\"result\":\"accepted\"").count();
        if accepted != 2 * part.len() {
            return Err(format!("only {accepted} of {} events were accepted", 2 * part.len()).into());
        }
    }
}

fn tracking_number(number: u64) -> String {
    format!("92055901649{number:011}")
}

/// The webhook of a delivered parcel.
fn delivered(number: u64, now: Instant) -> String {
    let (number, at) = (tracking_number(number), now.plus_seconds(-3_600));
    let scan = format!(
        "{{\"status\":\"DELIVERED\",\"status_date\":\"{at}\",\"status_details\":\"Delivered\",\"substatus\":{{\"code\":\"delivered\"}}}}"
    );
    format!(
        "{{\"event\":\"track_updated\",\"test\":false,\"data\":{{\"carrier\":\"usps\",\"tracking_number\":\"{number}\",\
         \"tracking_status\":{scan},\"tracking_history\":[{scan}]}}}}"
    )
}
