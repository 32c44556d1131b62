//! The latency of reads from a running server on one connection: without load, and while events are posted.

use std::time::{Duration, Instant};

use goody_domain::Day;
use serde_json::Value;

use crate::Failure;
use crate::client::Client;
use crate::generator::Generator;
use crate::lists;
use crate::load::{LiveEvents, PROBED_VENDOR, PostResult, probe, run_under_load};
use crate::options::Options;
use crate::past_dates;
use crate::samples::Samples;
use crate::server::Server;
use crate::table::{Checks, Goal, Table, milliseconds, per_second};

/// A note for the reader of the table.
pub const PROCESSOR_NOTE: &str = "Client and server share the processors of this machine.";

/// The interval between two dashboard requests under load.
const DASHBOARD_INTERVAL: Duration = Duration::from_millis(20);
/// The interval between two requests for a report, while the probe waits for a change.
const POLL_INTERVAL: Duration = Duration::from_millis(1);
/// An event that is in no report after this time counts as lost.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(30);

/// The numbers of requests and the durations.
struct Amounts {
    requests: usize,
    pages: usize,
    rounds: usize,
    load: Duration,
    freshness: Duration,
}

/// Measures the reads of one server.
pub struct ReadLatency<'s> {
    server: &'s Server,
    client: Client,
    /// The ranks of the largest, a medium and the smallest vendor.
    vendors: [usize; 3],
    /// The ids of vendors of all sizes.
    sample: Vec<String>,
    amounts: Amounts,
}

impl<'s> ReadLatency<'s> {
    /// Prepares the measurement of a server with `orders` orders.
    pub fn new(server: &'s Server, options: &Options, orders: i64) -> Result<Self, Failure> {
        let mut client = server.connect()?;
        let amounts = if options.quick {
            let (load, freshness) = (Duration::from_secs(2), Duration::from_secs(4));
            Amounts { requests: 200, pages: 20, rounds: 10, load, freshness }
        } else {
            let (load, freshness) = (Duration::from_secs(10), Duration::from_secs(20));
            Amounts { requests: 2_000, pages: 200, rounds: 100, load, freshness }
        };
        let mut has_orders = |rank: &usize| -> Result<bool, Failure> {
            let page = client.json(&format!("/api/orders?vendorId={}&limit=1", Generator::vendor(*rank)))?;
            Ok(page["summary"]["total"].as_i64().unwrap_or(0) > 0)
        };
        let mut smallest = 0;
        for rank in (0..options.vendors).rev() {
            if has_orders(&rank)? {
                smallest = rank;
                break;
            }
        }
        let medium = (options.vendors / 16).min(smallest);
        let mut sample = Vec::new();
        for rank in (0..options.vendors).step_by((options.vendors / 50).max(1)) {
            if has_orders(&rank)? {
                sample.push(Generator::vendor(rank));
            }
        }
        if sample.is_empty() {
            return Err(format!(
                "the database has {orders} orders, but none of a generated vendor: use a database of `ingest --keep`"
            )
            .into());
        }
        Ok(Self { server, client, vendors: [0, medium, smallest], sample, amounts })
    }

    /// Measures latencies without load.
    pub fn idle(&mut self, table: &mut Table) -> Result<(), Failure> {
        eprintln!("Measuring the dashboard, reports and vendor lists …");
        let mut checks = Checks::default();
        let mut samples = Samples::default();
        for _ in 0..self.amounts.requests {
            samples.add(dashboard(&mut self.client, &mut checks)?);
        }
        table.latency("dashboard", &samples, Some(5e-3));

        let mut samples = Samples::default();
        for number in 0..self.amounts.requests {
            let vendor = &self.sample[number % self.sample.len()];
            let response = self.client.get(&format!("/api/vendors/{vendor}/report"))?;
            check_report(&mut checks, vendor, &response.json()?);
            samples.add(response.latency);
        }
        table.latency("vendor report", &samples, None);

        let mut samples = Samples::default();
        for number in 0..self.amounts.requests / 4 {
            samples.add(vendor_list(&mut self.client, &mut checks, number)?);
        }
        table.latency("vendor list, sorted and searched", &samples, None);

        past_dates::measure(&mut self.client, table, &mut checks, self.amounts.rounds)?;
        self.order_pages(table, &mut checks)?;

        eprintln!("Measuring the recent feed …");
        let samples = self.recent_feed(&mut checks)?;
        table.latency("recent feed, filtered", &samples, None);
        table.check_all(checks);
        Ok(())
    }

    fn order_pages(&mut self, table: &mut Table, checks: &mut Checks) -> Result<(), Failure> {
        eprintln!("Measuring pages of orders …");
        let today = self.client.json("/api/dashboard")?["date"]
            .as_str()
            .map(Day::parse)
            .ok_or("the dashboard has no date")??;
        let depth = (self.amounts.pages, self.amounts.rounds);
        let latencies = lists::measure(&mut self.client, checks, today, self.vendors, depth)?;
        for (family, samples) in &latencies.families {
            table.latency(format!("order pages: {family}"), samples, None);
        }
        table.latency("order pages: first", &latencies.top, None);
        table.latency("order pages: deep", &latencies.deep, None);
        let mut all = latencies.top.clone();
        all.add_all(&latencies.deep);
        table.latency(format!("order pages: all of {} lists", latencies.lists), &all, Some(10e-3));
        if let Some((p99, _)) = latencies.slowest.first() {
            table.goal("order pages: p99 of the slowest list", *p99, Goal::AtMost(10e-3), milliseconds);
        }
        table.note(format!("A deep page follows up to {} orders. The slowest lists:", latencies.deepest));
        for (_, name) in latencies.slowest.iter().take(5) {
            table.note(format!("  {name}"));
        }
        Ok(())
    }

    fn recent_feed(&mut self, checks: &mut Checks) -> Result<Samples, Failure> {
        let [largest, _, smallest] = self.vendors.map(Generator::vendor);
        let filters = [
            "hours=1".to_owned(),
            "hours=24".to_owned(),
            "hours=168".to_owned(),
            "hours=168&status=ARRIVED".to_owned(),
            "hours=168&status=LOST,DAMAGED,UNDELIVERABLE,RETURN_TO_SENDER".to_owned(),
            "hours=24&status=SHIPPING_DELAYED".to_owned(),
            format!("hours=168&vendorId={largest}"),
            format!("hours=168&vendorId={largest}&status=PLACED"),
            format!("hours=168&vendorId={smallest}"),
        ];
        let mut samples = Samples::default();
        let mut cursors: Vec<Option<String>> = vec![None; filters.len()];
        // Each round requests the next page, and after the last page the first one again.
        for _ in 0..(self.amounts.requests / 20) {
            for (filter, cursor) in filters.iter().zip(&mut cursors) {
                let parameter = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
                let path = format!("/api/orders/recent?{filter}&limit=50{parameter}");
                let response = self.client.get(&path)?;
                let page = response.json().map_err(|error| format!("GET {path}: {error}"))?;
                let orders = page["orders"].as_array().map_or(0, Vec::len);
                let has_more = page["hasMore"] == true;
                let is_full = if has_more { orders == 50 } else { orders <= 50 };
                checks.check(is_full && page["nextCursor"].is_string() == has_more, || {
                    format!("{path}: {orders} orders")
                });
                *cursor = page["nextCursor"].as_str().map(ToOwned::to_owned);
                samples.add(response.latency);
            }
        }
        Ok(samples)
    }

    /// The ids of active orders, for further events.
    pub fn active_orders(&mut self) -> Result<Vec<String>, Failure> {
        const MAX_ORDERS: usize = 10_000;
        let (mut orders, mut cursor) = (Vec::new(), String::new());
        while orders.len() < MAX_ORDERS {
            let page = self.client.json(&format!("/api/orders?status=PLACED,SHIPPING_ON_TIME&limit=100{cursor}"))?;
            let ids = page["orders"].as_array().into_iter().flatten().filter_map(|order| order["orderId"].as_str());
            orders.extend(ids.map(ToOwned::to_owned));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        Ok(orders)
    }

    /// Measures dashboard requests at a constant interval while events are posted. Returns the number of accepted events.
    pub fn dashboard_under_load(
        &mut self,
        table: &mut Table,
        events: &mut LiveEvents,
        rate: u64,
    ) -> Result<u64, Failure> {
        eprintln!("Measuring the dashboard at {rate} events/s …");
        let mut checks = Checks::default();
        let (client, load) = (&mut self.client, self.amounts.load);
        let (samples, posted) = run_under_load(self.server.address(), rate, events, || {
            let started = Instant::now();
            let mut samples = Samples::default();
            let mut due = Duration::ZERO;
            while due < load {
                std::thread::sleep(due.saturating_sub(started.elapsed()));
                dashboard(client, &mut checks)?;
                // The latency counts from the scheduled time: a slow response also delays the requests after it.
                samples.add(started.elapsed().saturating_sub(due));
                due += DASHBOARD_INTERVAL;
            }
            Ok(samples)
        })?;
        table.check_all(checks);
        let goal = Some(5e-3);
        table.latency(format!("dashboard at {} events/s", crate::table::count(rate as f64)), &samples, goal);
        add_load_rows(table, rate, posted);
        Ok(posted.accepted)
    }

    /// Measures the time from the response that accepts an event until the report includes it, while events are posted. Returns
    /// the number of accepted events and the number of probes.
    pub fn freshness(&mut self, table: &mut Table, events: &mut LiveEvents, rate: u64) -> Result<(u64, u64), Failure> {
        eprintln!("Measuring the time from commit to visible at {rate} events/s …");
        let vendor = Generator::vendor(PROBED_VENDOR);
        let path = format!("/api/vendors/{vendor}/report");
        // The first probe registers the vendor.
        let first = probe(0);
        self.client.post_events(&first)?;
        self.server.wait_until_current()?;
        let begin = total_orders(&mut self.client, &path)?;
        let (client, span, address) = (&mut self.client, self.amounts.freshness, self.server.address());
        let ((samples, commits, probes), posted) = run_under_load(address, rate, events, || {
            let started = Instant::now();
            let (mut samples, mut commits, mut probes) = (Samples::default(), Samples::default(), 0);
            while started.elapsed() < span {
                std::thread::sleep(Duration::from_millis(50));
                probes += 1;
                let response = client.post_events(&probe(probes as u64))?;
                let stored = Instant::now();
                if response.status != 200 || !String::from_utf8_lossy(&response.body).contains("\"accepted\"") {
                    return Err("a probe was not accepted".into());
                }
                commits.add(response.latency);
                while total_orders(client, &path)? < begin + probes {
                    if stored.elapsed() > VISIBILITY_TIMEOUT {
                        return Err(format!(
                            "the report has no accepted event after {} s",
                            VISIBILITY_TIMEOUT.as_secs()
                        )
                        .into());
                    }
                    std::thread::sleep(POLL_INTERVAL);
                }
                samples.add(stored.elapsed());
            }
            Ok((samples, commits, probes))
        })?;
        table.latency(format!("commit to visible, {} probes", samples.len()), &samples, Some(250e-3));
        table.latency("posting one event at this rate", &commits, None);
        add_load_rows(table, rate, posted);
        let end = total_orders(&mut self.client, &path)?;
        table.check_equal("orders of the probed vendor's report", end, begin + probes);
        Ok((posted.accepted, 1 + probes as u64))
    }

    /// Checks that the numbers of the dashboard are the sums of those in the vendor list.
    pub fn check_sums(&mut self, table: &mut Table) -> Result<(), Failure> {
        for _ in 0..5 {
            let before = self.client.json("/api/dashboard")?;
            let (mut cursor, mut sums) = (String::new(), [0; 5]);
            loop {
                let page = self.client.json(&format!("/api/vendors?sortBy=name&limit=100{cursor}"))?;
                for vendor in page["vendors"].as_array().into_iter().flatten() {
                    let fields = ["totalOrders", "completedOrders", "issueCount", "activeOrders", "delayedOrders"];
                    for (sum, field) in sums.iter_mut().zip(fields) {
                        *sum += vendor[field].as_i64().unwrap_or(i64::MIN / 1_000_000);
                    }
                }
                match page["pagination"]["nextCursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let after = self.client.json("/api/dashboard")?;
            if before["asOf"] == after["asOf"] {
                let fields =
                    ["totalOrders", "completedOrders", "issueCount", "totalActiveOrders", "totalDelayedOrders"];
                for (sum, field) in sums.into_iter().zip(fields) {
                    let total = after["current"][field].as_i64().unwrap_or(-1);
                    table.check_equal(
                        &format!("the dashboard's {field}, compared with the sum over vendors"),
                        total,
                        sum,
                    );
                }
                return Ok(());
            }
        }
        Err("asOf changed during every one of five attempts to read all vendors".into())
    }

    /// Checks the total number of orders.
    pub fn check_total(&mut self, table: &mut Table, expected: i64) -> Result<(), Failure> {
        let found = self.client.json("/api/orders?limit=1")?["summary"]["total"].as_i64().unwrap_or(-1);
        table.check_equal("orders at the end", found, expected);
        Ok(())
    }
}

fn add_load_rows(table: &mut Table, rate: u64, posted: PostResult) {
    table.metric("  rate of posted events", per_second(posted.rate()));
    table.metric("  slowest post of a batch", milliseconds(posted.slowest));
    table.check_equal("posted events that were accepted", posted.accepted as i64, posted.sent as i64);
    if posted.rate() < 0.97 * rate as f64 {
        table.note(format!("The server accepted {:.0} events/s instead of the intended {rate}.", posted.rate()));
    }
}

fn dashboard(client: &mut Client, checks: &mut Checks) -> Result<Duration, Failure> {
    let response = client.get("/api/dashboard")?;
    let view = response.json()?;
    let counts =
        ["totalOrders", "completedOrders", "issueCount", "totalActiveOrders", "totalDelayedOrders", "atRiskVendors"];
    let is_valid = counts.iter().all(|field| view["current"][*field].as_i64().is_some_and(|count| count >= 0));
    checks.check(is_valid, || format!("the dashboard has a missing or negative number: {}", view["current"]));
    Ok(response.latency)
}

fn check_report(checks: &mut Checks, vendor: &str, view: &Value) {
    let report = &view["report"];
    let week = &report["current7d"];
    let count = |field: &str| week[field].as_i64().unwrap_or(-1);
    let parts = week["statusCounts"].as_object().map_or(-1, |parts| parts.values().filter_map(Value::as_i64).sum());
    let whole = count("completedOrders") + count("cancelledOrders") + report["activeOrders"].as_i64().unwrap_or(-1);
    checks.check(count("totalOrders") >= 0 && parts == whole, || {
        format!("the report of {vendor} does not add up: {parts} in statuses, {whole} in totals: {week}")
    });
    checks.check(report["vendorId"] == vendor, || format!("the report of {vendor} has another vendor id"));
}

fn vendor_list(client: &mut Client, checks: &mut Checks, number: usize) -> Result<Duration, Failure> {
    const SORTS: [&str; 6] =
        ["name", "reliabilityScore", "delayedOrders", "totalOrders", "trendPercentage", "riskLevel"];
    const SEARCHES: [&str; 4] = ["", "&q=v-0", "&q=7", "&risk=high,medium"];
    let (sort, search) = (SORTS[number % SORTS.len()], SEARCHES[number / SORTS.len() % SEARCHES.len()]);
    let order = if (number / 24).is_multiple_of(2) { "asc" } else { "desc" };
    let path = format!("/api/vendors?sortBy={sort}&order={order}{search}");
    let response = client.get(&path)?;
    let page = response.json().map_err(|error| format!("GET {path}: {error}"))?;
    let vendors = page["vendors"].as_array().map_or(0, Vec::len) as i64;
    let total = page["pagination"]["total"].as_i64().unwrap_or(-1);
    checks.check(vendors == total.min(20), || format!("{path}: {vendors} vendors of {total}"));
    Ok(response.latency)
}

fn total_orders(client: &mut Client, path: &str) -> Result<i64, Failure> {
    let report = client.json(path)?;
    report["report"]["current7d"]["totalOrders"].as_i64().ok_or_else(|| format!("{path} has no totalOrders").into())
}
