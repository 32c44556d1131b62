//! Costs: how many requests to DynamoDB each question takes, how many capacity units each order event, and what that costs.
//!
//! The built functions run on DynamoDB's emulator behind a meter. Nothing here depends on how fast the machine is, so the
//! goals are judged at every size, and one that is missed makes the program fail.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use goody_application::ingest::Ingest;
use goody_application::ports::{Found, OrderWriter};
use goody_application::roll;
use goody_bench::Failure;
use goody_bench::aws::Aws;
use goody_bench::generator::{Generator, Shape};
use goody_bench::lists;
use goody_bench::meter::Counted;
use goody_bench::prices::Prices;
use goody_bench::table::{Goal, Table, count};
use goody_domain::{Instant, OrderEvent, OrderId, ReportZone, WireEvent};
use goody_testkit::lambda::{Function, StreamMapping, events};
use serde_json::Value;

/// Requests to DynamoDB: a vendor's report, and a page of orders with its total.
const REPORT_REQUESTS: f64 = 3.0;
const PAGE_REQUESTS: f64 = 10.0;
/// Write units of one order event, end to end.
const EVENT_UNITS: f64 = 12.0;
/// Events of one request, and records of one batch of the stream.
const BATCH: usize = 100;
/// Orders that are stored together on the way to the size that is measured.
const STORED: usize = 5_000;
/// Vendors of the orders that are measured.
const BUSY_VENDORS: usize = 10;
/// How far down a list is walked before its page is counted.
const DEPTH: usize = 3;

/// What the AWS host asks DynamoDB for, and what that costs.
#[derive(Debug, Parser)]
struct Cli {
    /// How many orders are in the tables; several sizes by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [3_000, 300_000])]
    orders: Vec<u64>,
    /// How many vendors they are of.
    #[arg(long, default_value_t = 100)]
    vendors: usize,
    /// Over how many days they were placed. The tables keep an order for a month.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// When it is, RFC 3339.
    #[arg(long, value_parser = Instant::parse, default_value = "2026-03-10T14:30:20Z")]
    now: Instant,
    /// Only the smallest size.
    #[arg(long)]
    quick: bool,
    /// Where the build left the functions.
    #[arg(long, default_value = "dist/packages/backend/lambda")]
    functions: PathBuf,
    /// What AWS asks for.
    #[arg(long, default_value = "packages/backend/bench/prices.toml")]
    prices: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("costs: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut cli: Cli) -> Result<ExitCode, Failure> {
    let prices = Prices::read(&cli.prices)?;
    cli.orders.sort_unstable();
    if cli.quick {
        cli.orders.truncate(1);
    }
    let mut all_right = true;
    for orders in cli.orders.clone() {
        let size = Size::fill(&cli, orders).await?;
        let title = format!("Costs with {} orders of {} vendors", count(size.orders as f64), cli.vendors);
        let mut table = Table::new(title, true);
        size.reads(&mut table).await?;
        size.pages(&mut table).await?;
        size.events(&mut table, &prices).await?;
        let Prices { date, region, source, .. } = &prices;
        table.note(format!("Prices of {date} in {region}, without free tiers: {source}."));
        table.note("Left out: the time functions take, storage, logs, data transfer.");
        all_right &= table.finish() == ExitCode::SUCCESS;
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Tables with so many orders.
struct Size {
    aws: Aws,
    api: Function,
    orders: usize,
    now: Instant,
    vendors: usize,
}

impl Size {
    /// Fills new tables, past the meter.
    async fn fill(cli: &Cli, orders: u64) -> Result<Self, Failure> {
        let aws = Aws::start(&cli.functions, Some(cli.now)).await?;
        let store = Arc::new(aws.store());
        aws.set_streaming(false).await?;
        let shape = Shape { seed: 42, orders, vendors: cli.vendors, days: cli.days, now: cli.now };
        let mut stories: HashMap<OrderId, Vec<OrderEvent>> = HashMap::new();
        for event in Generator::new(shape)?.events() {
            stories.entry(event.order_id.clone()).or_default().push(event);
        }
        let orders = stories.len();
        let mut stories: Vec<(OrderId, Vec<OrderEvent>)> = stories.into_iter().collect();
        // Orders of a day move the same buckets, which is sooner done.
        stories.sort_by_cached_key(|(id, events)| (events.first().map(|event| event.occurred_at), id.clone()));
        let ingest = Ingest::new(store.clone());
        for (number, stories) in stories.chunks(STORED).enumerate() {
            eprintln!("storing {} of {} orders", count((number * STORED) as f64), count(orders as f64));
            let (ids, events): (Vec<OrderId>, Vec<Vec<OrderEvent>>) = stories.iter().cloned().unzip();
            ingest.ingest(events.concat(), cli.now).await?;
            let histories = store.load(&ids).await?.into_iter().filter_map(|found| match found {
                Found::Known(history) => Some(history),
                Found::Expired => None,
            });
            store.project(histories.collect(), cli.now).await?;
        }
        roll::tick(store.as_ref(), cli.now).await?;
        aws.set_streaming(true).await?;
        let api = aws.function("api-handler");
        Ok(Self { aws, api, orders, now: cli.now, vendors: cli.vendors })
    }

    /// Asks the API, and says what that took.
    async fn get(&self, table: &mut Table, path: &str) -> Result<(Value, Counted), Failure> {
        self.aws.meter.take();
        let answer = self.api.invoke(&events::http_get(path)).await.map_err(|failed| format!("{path}: {failed:?}"))?;
        table.check(answer["statusCode"] == 200, || format!("{path}: {answer}"));
        let body = answer["body"].as_str().map(serde_json::from_str).transpose()?.unwrap_or_default();
        Ok((body, self.aws.meter.take()))
    }

    /// What the pages of the page ask for, lists of orders apart.
    async fn reads(&self, table: &mut Table) -> Result<(), Failure> {
        let today = ReportZone::utc().day(self.now);
        let (vendor, past) = (Generator::vendor(0), today.plus(-30));
        let (_, dashboard) = self.get(table, "/api/dashboard").await?;
        requests(table, "dashboard", &dashboard, Some(1.0));
        table.check(dashboard.requests.keys().eq(["Query"]), || format!("a dashboard is {dashboard}"));
        for (what, path) in [
            ("a vendor's report", format!("/api/vendors/{vendor}/report")),
            ("a vendor's report of a past date", format!("/api/vendors/{vendor}/report?date={past}")),
        ] {
            let (_, counted) = self.get(table, &path).await?;
            requests(table, what, &counted, Some(REPORT_REQUESTS));
        }
        for (what, path) in [
            ("vendor table", "/api/vendors".to_owned()),
            ("30 days of a vendor", format!("/api/vendors/{vendor}/history?from={past}&to={today}")),
            ("30 days of the fleet", format!("/api/dashboard/history?from={past}&to={today}")),
            ("recent feed", "/api/orders/recent".to_owned()),
            ("health", "/health".to_owned()),
        ] {
            let (_, counted) = self.get(table, &path).await?;
            requests(table, what, &counted, None);
        }
        Ok(())
    }

    /// Pages of orders by every filter, the first of each list and one further down.
    async fn pages(&self, table: &mut Table) -> Result<(), Failure> {
        let today = ReportZone::utc().day(self.now);
        let mut most: Vec<(&str, Counted, String)> = Vec::new();
        for (family, query) in lists::queries(today, [0, self.vendors / 4, self.vendors - 1]) {
            let mut cursor = String::new();
            for depth in 0..DEPTH {
                let path = format!("/api/orders?{query}{cursor}");
                let (page, counted) = self.get(table, &path).await?;
                let name = format!("?{query}, page {}", depth + 1);
                match most.iter_mut().find(|(other, ..)| *other == family) {
                    Some((_, known, _)) if known.total() >= counted.total() => {}
                    Some(known) => *known = (family, counted, name),
                    None => most.push((family, counted, name)),
                }
                let Some(next) = page["nextCursor"].as_str() else { break };
                cursor = format!("{}cursor={next}", if query.is_empty() { "" } else { "&" });
            }
        }
        for (family, counted, query) in most {
            requests(table, &format!("a page of orders, at most: {family} ({query})"), &counted, Some(PAGE_REQUESTS));
        }
        Ok(())
    }

    /// The events of a thousand orders as they happen, a hundred at a time, through the functions.
    async fn events(&self, table: &mut Table, prices: &Prices) -> Result<(), Failure> {
        let (ingest, generator) = (self.aws.function("order-ingest"), self.aws.function("report-generator"));
        let mut stream = self.aws.stream(BATCH).await;
        let mut told: Vec<OrderEvent> = (0..1_000).flat_map(busy_order).collect();
        told.sort_by_key(|event| event.occurred_at);
        let (mut orders, mut reports, mut timer) = (Counted::default(), Counted::default(), Counted::default());
        let (mut counted, mut invocations) = (0, 0);
        self.aws.meter.take();
        for (number, batch) in told.chunks(BATCH).enumerate() {
            let took = self.take_in((&ingest, &generator), &mut stream, batch, table).await?;
            // The first batch meets the vendors, too.
            if number > 0 {
                counted += batch.len();
                invocations += 1 + took.invocations;
                orders.add(&took.orders);
                reports.add(&took.reports);
                timer.add(&took.timer);
            }
        }
        let each = |units: f64| units / counted as f64;
        let of = |counted: &Counted| format!("{:.2} written, {:.2} read", each(counted.written), each(counted.read));
        table.figure("an order event: order-ingest, units", of(&orders));
        table.figure("an order event: report-generator, units", of(&reports));
        table.figure("an order event: the timer's tick, units", of(&timer));
        let written = each(orders.written + reports.written + timer.written);
        goal(table, "an order event end to end, write units", written, EVENT_UNITS, |units| format!("{units:.2}"));

        let million = 3.0 * 1e6;
        let read = each(orders.read + reports.read + timer.read);
        let calls = f64::from(u32::try_from(invocations)?) / counted as f64;
        let price = |of_a_million: f64, each: f64| of_a_million * each * million / 1e6;
        let parts = [
            ("write units", price(prices.write_units, written)),
            ("read units", price(prices.read_units, read)),
            ("invocations", price(prices.function_invocations, calls)),
            ("requests", price(prices.api_requests, 1.0 / BATCH as f64)),
        ];
        for (what, price) in parts {
            table.figure(format!("a million orders of three events: {what}"), format!("${price:.2}"));
        }
        let sum: f64 = parts.iter().map(|(_, price)| price).sum();
        table.figure("a million orders of three events", format!("${sum:.2}"));
        Ok(())
    }

    /// One batch from the request to the reports.
    async fn take_in(
        &self,
        (ingest, generator): (&Function, &Function),
        stream: &mut StreamMapping,
        batch: &[OrderEvent],
        table: &mut Table,
    ) -> Result<Took, Failure> {
        let failed = |failed| format!("a batch: {failed:?}");
        let lines: Vec<WireEvent<'_>> = batch.iter().map(WireEvent::from).collect();
        let request = events::http_post("/api/orders/events", &serde_json::to_string(&lines)?);
        let answer = ingest.invoke(&request).await.map_err(failed)?;
        table.check(answer["statusCode"] == 200, || format!("a batch was not taken: {answer}"));
        let orders = self.aws.meter.take();
        let delivered = stream.deliver(generator).await;
        table.check(delivered.records == batch.len() && delivered.given_up.is_empty(), || {
            format!("{} events made {} records, {} given up", batch.len(), delivered.records, delivered.given_up.len())
        });
        let reports = self.aws.meter.take();
        generator.invoke(&events::scheduled()).await.map_err(failed)?;
        Ok(Took { orders, reports, timer: self.aws.meter.take(), invocations: delivered.invocations })
    }
}

/// What one batch of events took.
struct Took {
    orders: Counted,
    reports: Counted,
    timer: Counted,
    /// Of `report-generator`, for the stream.
    invocations: usize,
}

/// A row of how many requests something takes. More than it may is wrong.
fn requests(table: &mut Table, what: &str, counted: &Counted, most: Option<f64>) {
    let told = format!("{counted}, {} units", counted.read);
    match most {
        None => table.figure(what, told),
        Some(most) => goal(table, what, counted.total() as f64, most, |number| {
            if number == most { format!("{number}") } else { format!("{number}: {told}") }
        }),
    }
}

/// A figure that fails the program where it is too large.
fn goal(table: &mut Table, what: &str, figure: f64, most: f64, show: impl Fn(f64) -> String) {
    table.goal(what, figure, Goal::AtMost(most), &show);
    table.check(figure <= most, || format!("{what}: {}, at most {}", show(figure), show(most)));
}

/// One of a thousand orders placed within three days, shipped the day after, there two days later.
fn busy_order(number: usize) -> Vec<OrderEvent> {
    let minute = number * 3 * 24 * 60 / 1_000;
    let at = |days: usize| {
        let (day, minute) = (days + minute / 1_440, minute % 1_440);
        format!("2026-02-{:02}T{:02}:{:02}:00Z", 10 + day, minute / 60, minute % 60)
    };
    let order = goody_testkit::OrderBuilder::new(&format!("busy-{number:06}"))
        .vendor(&Generator::vendor(number % BUSY_VENDORS))
        .gift("candle")
        .value(4_900);
    let order = order.placed(&at(0)).promised(&at(3)[..10]).shipped(&at(1)).by("Parcel & Co");
    if number.is_multiple_of(20) { order.lost(&at(9)).events() } else { order.arrived(&at(3)).events() }
}
