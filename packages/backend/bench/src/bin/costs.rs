//! Costs: the DynamoDB requests of each API request, the capacity units of each order event, and the price of both.
//!
//! The built functions run on the DynamoDB emulator behind a meter. The results do not depend on the speed of the machine, so
//! that the goals are evaluated at every size, and a missed goal makes the program fail.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use goody_application::detect::keep_up;
use goody_application::ingest::Ingest;
use goody_application::ports::{Found, OrderWriter};
use goody_application::roll;
use goody_bench::Failure;
use goody_bench::aws::Aws;
use goody_bench::generator::{Generator, GeneratorSettings};
use goody_bench::lists;
use goody_bench::meter::Consumption;
use goody_bench::prices::Prices;
use goody_bench::table::{Goal, Table, count};
use goody_domain::{Instant, OrderEvent, OrderId, ReportZone, WireEvent};
use goody_testkit::lambda::{Function, StreamMapping, events};
use serde_json::Value;

/// The maximum number of DynamoDB requests for a vendor's report.
const MAX_REPORT_REQUESTS: f64 = 3.0;
/// The same for a past date: the row of the vendor and the sums of its months, however old the date is, instead of all later buckets.
const MAX_PAST_REPORT_REQUESTS: f64 = 4.0;
/// The maximum number of DynamoDB requests for a page of orders with its total.
const MAX_PAGE_REQUESTS: f64 = 10.0;
/// A past date has at least so many vendors in a request, apart from the first and from that of its detection.
const VENDORS_PER_REQUEST: f64 = 40.0;
/// The maximum number of write units per order event, end to end, with handovers, stalls and overdue values.
const MAX_EVENT_UNITS: f64 = 15.0;
/// The maximum number of read units of a detection for each vendor: 5,000 for 1,600 vendors.
const MAX_DETECTION_UNITS: f64 = 5_000.0 / 1_600.0;
/// The number of events per request, and of records per batch of the stream.
const BATCH: usize = 100;
/// The number of orders that are stored together while the tables are filled.
const FILL_BATCH: usize = 5_000;
/// The number of vendors of the measured orders.
const MEASURED_VENDORS: usize = 10;
/// The number of measured pages per list.
const PAGES: usize = 3;

/// Measures the DynamoDB requests of the AWS host and their price.
#[derive(Debug, Parser)]
struct Cli {
    /// The number of orders in the tables. Commas separate several sizes.
    #[arg(long, value_delimiter = ',', default_values_t = [3_000, 300_000])]
    orders: Vec<u64>,
    /// The number of vendors.
    #[arg(long, default_value_t = 100)]
    vendors: usize,
    /// The number of days in which the orders are placed. The tables retain an order for a month.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// The current time, RFC 3339.
    #[arg(long, value_parser = Instant::parse, default_value = "2026-03-10T14:30:20Z")]
    now: Instant,
    /// Measure only the smallest size.
    #[arg(long)]
    quick: bool,
    /// The folder of the built functions.
    #[arg(long, default_value = "dist/packages/backend/lambda")]
    functions: PathBuf,
    /// The file with the prices of AWS.
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
    let mut is_passed = true;
    for orders in cli.orders.clone() {
        let setup = Setup::fill(&cli, orders).await?;
        let title = format!("Costs with {} orders of {} vendors", count(setup.orders as f64), cli.vendors);
        let mut table = Table::new(title, true);
        setup.measure_reads(&mut table).await?;
        setup.measure_detection(&mut table).await?;
        setup.measure_pages(&mut table).await?;
        setup.measure_events(&mut table, &prices).await?;
        let Prices { date, region, source, .. } = &prices;
        table.note(format!("Prices of {date} in {region}, without free tiers: {source}."));
        table.note("Not included: duration of the functions, storage, logs, data transfer.");
        is_passed &= table.finish() == ExitCode::SUCCESS;
    }
    Ok(if is_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The tables with their orders, and the function of the API.
struct Setup {
    aws: Aws,
    api: Function,
    orders: usize,
    now: Instant,
    vendors: usize,
}

impl Setup {
    /// Creates and fills tables. The meter does not count these requests.
    async fn fill(cli: &Cli, orders: u64) -> Result<Self, Failure> {
        let aws = Aws::start(&cli.functions, Some(cli.now)).await?;
        let store = Arc::new(aws.store());
        aws.set_streaming(false).await?;
        let settings = GeneratorSettings { seed: 42, orders, vendors: cli.vendors, days: cli.days, now: cli.now };
        let mut timelines: HashMap<OrderId, Vec<OrderEvent>> = HashMap::new();
        for event in Generator::new(settings)?.events() {
            timelines.entry(event.order_id.clone()).or_default().push(event);
        }
        let orders = timelines.len();
        let mut timelines: Vec<(OrderId, Vec<OrderEvent>)> = timelines.into_iter().collect();
        // Sorted by time, the orders of one batch change fewer buckets, which is faster.
        timelines.sort_by_cached_key(|(id, events)| (events.first().map(|event| event.occurred_at), id.clone()));
        let ingest = Ingest::new(store.clone());
        let batch = goody_testkit::batch("0123456789012345678901");
        for (number, timelines) in timelines.chunks(FILL_BATCH).enumerate() {
            eprintln!("Storing orders: {} of {} …", count((number * FILL_BATCH) as f64), count(orders as f64));
            let (ids, events): (Vec<OrderId>, Vec<Vec<OrderEvent>>) = timelines.iter().cloned().unzip();
            ingest.ingest(events.concat(), &batch, cli.now).await?;
            let histories = store.load(&ids).await?.into_iter().filter_map(|found| match found {
                Found::Known(history) => Some(history),
                Found::Expired => None,
            });
            store.project(histories.collect(), cli.now).await?;
        }
        roll::tick(store.as_ref(), cli.now).await?;
        while !keep_up(store.as_ref(), cli.now).await? {}
        aws.set_streaming(true).await?;
        let api = aws.function("api-handler");
        Ok(Self { aws, api, orders, now: cli.now, vendors: cli.vendors })
    }

    /// Sends a GET request to the API. Returns the body and the consumption.
    async fn get(&self, table: &mut Table, path: &str) -> Result<(Value, Consumption), Failure> {
        self.aws.meter.take();
        let response =
            self.api.invoke(&events::http_get(path)).await.map_err(|failed| format!("{path}: {failed:?}"))?;
        table.check(response["statusCode"] == 200, || format!("{path}: {response}"));
        let body = response["body"].as_str().map(serde_json::from_str).transpose()?.unwrap_or_default();
        Ok((body, self.aws.meter.take()))
    }

    /// Measures the requests of the user interface, except lists of orders.
    async fn measure_reads(&self, table: &mut Table) -> Result<(), Failure> {
        let today = ReportZone::utc().day(self.now);
        let (vendor, past) = (Generator::vendor(0), today.plus(-30));
        let (_, dashboard) = self.get(table, "/api/dashboard").await?;
        add_requests(table, "dashboard", &dashboard, Some(1.0));
        table.check(dashboard.requests.keys().eq(["Query"]), || {
            format!("a dashboard needs other requests than one Query: {dashboard}")
        });
        for (metric, path, maximum) in [
            ("a vendor's report", format!("/api/vendors/{vendor}/report"), MAX_REPORT_REQUESTS),
            (
                "a vendor's report of a past date",
                format!("/api/vendors/{vendor}/report?date={past}"),
                MAX_PAST_REPORT_REQUESTS,
            ),
        ] {
            let (_, consumption) = self.get(table, &path).await?;
            add_requests(table, metric, &consumption, Some(maximum));
        }
        let maximum = 2.0 + self.vendors as f64 / VENDORS_PER_REQUEST;
        // The second date needs two months.
        for past in [today.plus(-14), today.plus(-30)] {
            let (_, consumption) = self.get(table, &format!("/api/dashboard?date={past}")).await?;
            add_requests(table, &format!("dashboard of {past}"), &consumption, Some(maximum));
        }
        for (metric, path) in [
            ("vendor table", "/api/vendors".to_owned()),
            ("30 days of a vendor", format!("/api/vendors/{vendor}/history?from={past}&to={today}")),
            ("30 days of the fleet", format!("/api/dashboard/history?from={past}&to={today}")),
            ("recent feed", "/api/orders/recent".to_owned()),
            ("health", "/health".to_owned()),
        ] {
            let (_, consumption) = self.get(table, &path).await?;
            add_requests(table, metric, &consumption, None);
        }
        Ok(())
    }

    /// Measures the tick that ends a quarter of a day, when no fact is older than a week.
    async fn measure_detection(&self, table: &mut Table) -> Result<(), Failure> {
        self.aws.meter.take();
        keep_up(&self.aws.metered_store(), self.now.plus_seconds(6 * 3_600)).await?;
        let consumption = self.aws.meter.take();
        let a_vendor = consumption.read_units / self.vendors as f64;
        table.check(a_vendor > 0.0, || "the detection read nothing".to_owned());
        let metric = "the detection at the end of a quarter of a day: read units a vendor";
        add_bounded(table, metric, a_vendor, MAX_DETECTION_UNITS, |units| format!("{units:.2}"));
        table.metric("the same: write units of all vendors", format!("{:.0}", consumption.write_units));
        Ok(())
    }

    /// Measures the first pages of orders with every filter. The table has the most expensive page of each family.
    async fn measure_pages(&self, table: &mut Table) -> Result<(), Failure> {
        let today = ReportZone::utc().day(self.now);
        let mut highest: Vec<(&str, Consumption, String)> = Vec::new();
        for (family, query) in lists::queries(today, [0, self.vendors / 4, self.vendors - 1]) {
            let mut cursor = String::new();
            for number in 1..=PAGES {
                let path = format!("/api/orders?{query}{cursor}");
                let (page, consumption) = self.get(table, &path).await?;
                let name = format!("?{query}, page {number}");
                match highest.iter_mut().find(|(other, ..)| *other == family) {
                    Some((_, previous, _)) if previous.total() >= consumption.total() => {}
                    Some(previous) => *previous = (family, consumption, name),
                    None => highest.push((family, consumption, name)),
                }
                let Some(next) = page["nextCursor"].as_str() else { break };
                cursor = format!("{}cursor={next}", if query.is_empty() { "" } else { "&" });
            }
        }
        for (family, consumption, query) in highest {
            let metric = format!("a page of orders, maximum of {family} ({query})");
            // No index sorts these lists: the orders placed before are looked through, as many as it takes to find all of the list.
            let is_looked_through = ["behind numbers", "as of"].iter().any(|name| family.starts_with(name));
            add_requests(table, &metric, &consumption, (!is_looked_through).then_some(MAX_PAGE_REQUESTS));
        }
        Ok(())
    }

    /// Measures the events of a thousand orders, which pass through the functions sorted by time in batches of a hundred.
    async fn measure_events(&self, table: &mut Table, prices: &Prices) -> Result<(), Failure> {
        let (ingest, generator) = (self.aws.function("order-ingest"), self.aws.function("report-generator"));
        let mut stream = self.aws.stream(BATCH).await;
        let mut order_events: Vec<OrderEvent> = (0..1_000).flat_map(measured_order).collect();
        order_events.sort_by_key(|event| event.occurred_at);
        let (mut orders, mut reports, mut timer) =
            (Consumption::default(), Consumption::default(), Consumption::default());
        let (mut measured_events, mut invocations) = (0, 0);
        self.aws.meter.take();
        for (number, batch) in order_events.chunks(BATCH).enumerate() {
            let consumption = self.ingest_batch((&ingest, &generator), &mut stream, batch, table).await?;
            // The first batch is not measured: it also registers the vendors.
            if number > 0 {
                measured_events += batch.len();
                invocations += 1 + consumption.invocations;
                orders.add(&consumption.orders);
                reports.add(&consumption.reports);
                timer.add(&consumption.timer);
            }
        }
        let per_event = |units: f64| units / measured_events as f64;
        let units = |consumption: &Consumption| {
            format!("{:.2} write, {:.2} read", per_event(consumption.write_units), per_event(consumption.read_units))
        };
        table.metric("an order event: order-ingest, units", units(&orders));
        table.metric("an order event: report-generator, units", units(&reports));
        table.metric("an order event: the tick of the schedule, units", units(&timer));
        let written = per_event(orders.write_units + reports.write_units + timer.write_units);
        let metric = "an order event end to end, write units";
        add_bounded(table, metric, written, MAX_EVENT_UNITS, |units| format!("{units:.2}"));

        let million = 3.0 * 1e6;
        let read = per_event(orders.read_units + reports.read_units + timer.read_units);
        let calls = f64::from(u32::try_from(invocations)?) / measured_events as f64;
        let price = |per_million: f64, per_event: f64| per_million * per_event * million / 1e6;
        let parts = [
            ("write units", price(prices.write_units, written)),
            ("read units", price(prices.read_units, read)),
            ("invocations", price(prices.function_invocations, calls)),
            ("requests", price(prices.api_requests, 1.0 / BATCH as f64)),
        ];
        for (item, price) in parts {
            table.metric(format!("a million orders of three events: {item}"), format!("${price:.2}"));
        }
        let sum: f64 = parts.iter().map(|(_, price)| price).sum();
        table.metric("a million orders of three events", format!("${sum:.2}"));
        Ok(())
    }

    /// Passes one batch through the functions: request, stream, tick of the schedule.
    async fn ingest_batch(
        &self,
        (ingest, generator): (&Function, &Function),
        stream: &mut StreamMapping,
        batch: &[OrderEvent],
        table: &mut Table,
    ) -> Result<BatchConsumption, Failure> {
        let failed = |failed| format!("a batch: {failed:?}");
        let lines: Vec<WireEvent<'_>> = batch.iter().map(WireEvent::from).collect();
        let request = events::http_post("/api/orders/events", &serde_json::to_string(&lines)?);
        let response = ingest.invoke(&request).await.map_err(failed)?;
        table.check(response["statusCode"] == 200, || format!("a batch was not accepted: {response}"));
        let orders = self.aws.meter.take();
        let delivered = stream.deliver(generator).await;
        table.check(delivered.records == batch.len() && delivered.given_up.is_empty(), || {
            format!("{} events made {} records, {} given up", batch.len(), delivered.records, delivered.given_up.len())
        });
        let reports = self.aws.meter.take();
        generator.invoke(&events::scheduled()).await.map_err(failed)?;
        Ok(BatchConsumption { orders, reports, timer: self.aws.meter.take(), invocations: delivered.invocations })
    }
}

/// The consumption of one batch of events by step.
struct BatchConsumption {
    orders: Consumption,
    reports: Consumption,
    timer: Consumption,
    /// The invocations of `report-generator` by the stream.
    invocations: usize,
}

/// Adds a row with the number of requests. More than `maximum` is a failed check.
fn add_requests(table: &mut Table, metric: &str, consumption: &Consumption, maximum: Option<f64>) {
    let details = format!("{consumption}, {} read units", consumption.read_units);
    match maximum {
        None => table.metric(metric, details),
        Some(maximum) => add_bounded(table, metric, consumption.total() as f64, maximum, |number| {
            if number == maximum { format!("{number}") } else { format!("{number}: {details}") }
        }),
    }
}

/// Adds a value with its maximum. A larger value is a failed check.
fn add_bounded(table: &mut Table, metric: &str, value: f64, maximum: f64, format: impl Fn(f64) -> String) {
    table.goal(metric, value, Goal::AtMost(maximum), &format);
    table.check(value <= maximum, || format!("{metric}: {}, the maximum is {}", format(value), format(maximum)));
}

/// One of a thousand orders that are placed within three days, shipped a day later, and arrive or are lost after that.
fn measured_order(number: usize) -> Vec<OrderEvent> {
    let minute = number * 3 * 24 * 60 / 1_000;
    let at = |days: usize| {
        let (day, minute) = (days + minute / 1_440, minute % 1_440);
        format!("2026-02-{:02}T{:02}:{:02}:00Z", 10 + day, minute / 60, minute % 60)
    };
    let order = goody_testkit::OrderBuilder::new(&format!("busy-{number:06}"))
        .vendor(&Generator::vendor(number % MEASURED_VENDORS))
        .gift("candle")
        .value(4_900);
    let order = order.placed(&at(0)).promised(&at(3)[..10]).shipped(&at(1)).by("Parcel & Co");
    if number.is_multiple_of(20) { order.lost(&at(9)).events() } else { order.arrived(&at(3)).events() }
}
