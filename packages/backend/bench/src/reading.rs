//! Questions to a running server, one at a time: while nothing happens, and while events stream in.

use std::time::{Duration, Instant};

use goody_domain::Day;
use serde_json::Value;

use crate::Failure;
use crate::client::Client;
use crate::generator::Generator;
use crate::lists;
use crate::load::{LiveEvents, PROBED, Posted, during, probe};
use crate::options::Options;
use crate::samples::Samples;
use crate::server::Server;
use crate::table::{Checks, Goal, Table, milliseconds, per_second};

/// What to think of when reading the figures.
pub const SHARED: &str = "Client and server share this machine's processors.";

/// How often a dashboard is asked for while events stream in.
const EVERY: Duration = Duration::from_millis(20);
/// How long to wait between two looks at a report.
const LOOK: Duration = Duration::from_millis(1);
/// How long an event may take to be seen before it counts as lost.
const LOST: Duration = Duration::from_secs(30);

/// How much is measured.
struct Amounts {
    requests: usize,
    pages: usize,
    rounds: usize,
    load: Duration,
    freshness: Duration,
}

/// A server being asked.
pub struct Reading<'s> {
    server: &'s Server,
    client: Client,
    /// Ranks of a giant, a middling and a tiny vendor.
    vendors: [usize; 3],
    /// Vendors of all sizes.
    sample: Vec<String>,
    amounts: Amounts,
}

impl<'s> Reading<'s> {
    /// Asks this server, which has so many orders.
    pub fn new(server: &'s Server, options: &Options, orders: i64) -> Result<Self, Failure> {
        let mut client = server.connect()?;
        let amounts = if options.quick {
            let (load, freshness) = (Duration::from_secs(2), Duration::from_secs(4));
            Amounts { requests: 200, pages: 20, rounds: 10, load, freshness }
        } else {
            let (load, freshness) = (Duration::from_secs(10), Duration::from_secs(20));
            Amounts { requests: 2_000, pages: 200, rounds: 100, load, freshness }
        };
        let mut known = |rank: &usize| -> Result<bool, Failure> {
            let page = client.json(&format!("/api/orders?vendorId={}&limit=1", Generator::vendor(*rank)))?;
            Ok(page["summary"]["total"].as_i64().unwrap_or(0) > 0)
        };
        let mut tiny = 0;
        for rank in (0..options.vendors).rev() {
            if known(&rank)? {
                tiny = rank;
                break;
            }
        }
        let middling = (options.vendors / 16).min(tiny);
        let mut sample = Vec::new();
        for rank in (0..options.vendors).step_by((options.vendors / 50).max(1)) {
            if known(&rank)? {
                sample.push(Generator::vendor(rank));
            }
        }
        if sample.is_empty() {
            return Err(format!(
                "none of the vendors is known, of {orders} orders: was this database made by another program?"
            )
            .into());
        }
        Ok(Self { server, client, vendors: [0, middling, tiny], sample, amounts })
    }

    /// Latencies while nothing else happens.
    pub fn idle(&mut self, table: &mut Table) -> Result<(), Failure> {
        eprintln!("Dashboard, reports, vendor lists …");
        let mut checks = Checks::default();
        let mut samples = Samples::default();
        for _ in 0..self.amounts.requests {
            samples.add(dashboard(&mut self.client, &mut checks)?);
        }
        table.latency("dashboard", &samples, Some(5e-3));

        let mut samples = Samples::default();
        for number in 0..self.amounts.requests {
            let vendor = &self.sample[number % self.sample.len()];
            let answer = self.client.get(&format!("/api/vendors/{vendor}/report"))?;
            check_report(&mut checks, vendor, &answer.json()?);
            samples.add(answer.took);
        }
        table.latency("vendor report", &samples, None);

        let mut samples = Samples::default();
        for number in 0..self.amounts.requests / 4 {
            samples.add(vendor_list(&mut self.client, &mut checks, number)?);
        }
        table.latency("vendor list, sorted and searched", &samples, None);

        self.order_pages(table, &mut checks)?;

        eprintln!("Recent feed …");
        let samples = self.recent_feed(&mut checks)?;
        table.latency("recent feed, filtered", &samples, None);
        table.check_all(checks);
        Ok(())
    }

    fn order_pages(&mut self, table: &mut Table, checks: &mut Checks) -> Result<(), Failure> {
        eprintln!("Order pages …");
        let today = self.client.json("/api/dashboard")?["date"]
            .as_str()
            .map(Day::parse)
            .ok_or("a dashboard without a date")??;
        let depth = (self.amounts.pages, self.amounts.rounds);
        let tour = lists::tour(&mut self.client, checks, today, self.vendors, depth)?;
        for (family, samples) in &tour.families {
            table.latency(format!("order pages: {family}"), samples, None);
        }
        table.latency("order pages: first", &tour.top, None);
        table.latency("order pages: deep", &tour.deep, None);
        let mut all = tour.top.clone();
        all.add_all(&tour.deep);
        table.latency(format!("order pages: all of {} lists", tour.lists), &all, Some(10e-3));
        if let Some((p99, _)) = tour.slowest.first() {
            table.goal("order pages: p99 of the slowest list", *p99, Goal::AtMost(10e-3), milliseconds);
        }
        table.note(format!("Deep pages come after up to {} orders. The slowest lists:", tour.deepest));
        for (_, name) in tour.slowest.iter().take(5) {
            table.note(format!("  {name}"));
        }
        Ok(())
    }

    fn recent_feed(&mut self, checks: &mut Checks) -> Result<Samples, Failure> {
        let [giant, _, tiny] = self.vendors.map(Generator::vendor);
        let filters = [
            "hours=1".to_owned(),
            "hours=24".to_owned(),
            "hours=168".to_owned(),
            "hours=168&status=ARRIVED".to_owned(),
            "hours=168&status=LOST,DAMAGED,UNDELIVERABLE,RETURN_TO_SENDER".to_owned(),
            "hours=24&status=SHIPPING_DELAYED".to_owned(),
            format!("hours=168&vendorId={giant}"),
            format!("hours=168&vendorId={giant}&status=PLACED"),
            format!("hours=168&vendorId={tiny}"),
        ];
        let mut samples = Samples::default();
        let mut cursors: Vec<Option<String>> = vec![None; filters.len()];
        // Each round goes one page further down, and begins again at the end.
        for _ in 0..(self.amounts.requests / 20) {
            for (filter, cursor) in filters.iter().zip(&mut cursors) {
                let place = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
                let path = format!("/api/orders/recent?{filter}&limit=50{place}");
                let answer = self.client.get(&path)?;
                let page = answer.json().map_err(|error| format!("GET {path}: {error}"))?;
                let orders = page["orders"].as_array().map_or(0, Vec::len);
                let has_more = page["hasMore"] == true;
                let is_full = if has_more { orders == 50 } else { orders <= 50 };
                checks.check(is_full && page["nextCursor"].is_string() == has_more, || {
                    format!("{path}: {orders} orders")
                });
                *cursor = page["nextCursor"].as_str().map(ToOwned::to_owned);
                samples.add(answer.took);
            }
        }
        Ok(samples)
    }

    /// Orders that go on, to tell more of.
    pub fn active_orders(&mut self) -> Result<Vec<String>, Failure> {
        const MOST: usize = 10_000;
        let (mut orders, mut cursor) = (Vec::new(), String::new());
        while orders.len() < MOST {
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

    /// Dashboards at a steady pace while events are posted. Says how many events were.
    pub fn dashboard_under_load(
        &mut self,
        table: &mut Table,
        events: &mut LiveEvents,
        rate: u64,
    ) -> Result<u64, Failure> {
        eprintln!("Dashboard at {rate} events/s …");
        let mut checks = Checks::default();
        let (client, load) = (&mut self.client, self.amounts.load);
        let (samples, posted) = during(self.server.address(), rate, events, || {
            let began = Instant::now();
            let mut samples = Samples::default();
            let mut due = Duration::ZERO;
            while due < load {
                std::thread::sleep(due.saturating_sub(began.elapsed()));
                dashboard(client, &mut checks)?;
                // From when it was due: a slow answer is also waited for by those who would have asked meanwhile.
                samples.add(began.elapsed().saturating_sub(due));
                due += EVERY;
            }
            Ok(samples)
        })?;
        table.check_all(checks);
        let goal = Some(5e-3);
        table.latency(format!("dashboard at {} events/s", crate::table::count(rate as f64)), &samples, goal);
        told(table, rate, posted);
        Ok(posted.accepted)
    }

    /// How long after the answer that a fact is stored the report shows it, while events are posted. Says how many events
    /// were, and how many probes of it.
    pub fn freshness(&mut self, table: &mut Table, events: &mut LiveEvents, rate: u64) -> Result<(u64, u64), Failure> {
        eprintln!("Commit to visible at {rate} events/s …");
        let vendor = Generator::vendor(PROBED);
        let path = format!("/api/vendors/{vendor}/report");
        // The vendor may be one that nobody has heard of yet.
        let first = probe(0);
        self.client.post_events(&first)?;
        self.server.settle()?;
        let begin = total_orders(&mut self.client, &path)?;
        let (client, span, address) = (&mut self.client, self.amounts.freshness, self.server.address());
        let ((samples, commits, probes), posted) = during(address, rate, events, || {
            let began = Instant::now();
            let (mut samples, mut commits, mut probes) = (Samples::default(), Samples::default(), 0);
            while began.elapsed() < span {
                std::thread::sleep(Duration::from_millis(50));
                probes += 1;
                let answer = client.post_events(&probe(probes as u64))?;
                let stored = Instant::now();
                if answer.status != 200 || !String::from_utf8_lossy(&answer.body).contains("\"accepted\"") {
                    return Err("a probe was not accepted".into());
                }
                commits.add(answer.took);
                while total_orders(client, &path)? < begin + probes {
                    if stored.elapsed() > LOST {
                        return Err(
                            format!("an accepted event was not in the report after {} s", LOST.as_secs()).into()
                        );
                    }
                    std::thread::sleep(LOOK);
                }
                samples.add(stored.elapsed());
            }
            Ok((samples, commits, probes))
        })?;
        table.latency(format!("commit to visible, {} probes", samples.len()), &samples, Some(250e-3));
        table.latency("posting one event meanwhile", &commits, None);
        told(table, rate, posted);
        let end = total_orders(&mut self.client, &path)?;
        table.check_equal("orders of the probed vendor's report", end, begin + probes);
        Ok((posted.accepted, 1 + probes as u64))
    }

    /// Checks that the dashboard's numbers are the sums of the vendor list's.
    pub fn sums(&mut self, table: &mut Table) -> Result<(), Failure> {
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
                    let told = after["current"][field].as_i64().unwrap_or(-1);
                    table.check_equal(&format!("the dashboard's {field}, beside the sum over vendors"), told, sum);
                }
                return Ok(());
            }
        }
        Err("the minute never stood still".into())
    }

    /// Checks how many orders there are in all.
    pub fn check_total(&mut self, table: &mut Table, expected: i64) -> Result<(), Failure> {
        let found = self.client.json("/api/orders?limit=1")?["summary"]["total"].as_i64().unwrap_or(-1);
        table.check_equal("orders in the end", found, expected);
        Ok(())
    }
}

fn told(table: &mut Table, rate: u64, posted: Posted) {
    table.figure("  events posted", per_second(posted.rate()));
    table.figure("  slowest batch", milliseconds(posted.slowest));
    table.check_equal("posted events that were accepted", posted.accepted as i64, posted.sent as i64);
    if posted.rate() < 0.97 * rate as f64 {
        table.note(format!("The server took {:.0} events/s where {rate} were to be sent.", posted.rate()));
    }
}

fn dashboard(client: &mut Client, checks: &mut Checks) -> Result<Duration, Failure> {
    let answer = client.get("/api/dashboard")?;
    let view = answer.json()?;
    let counts =
        ["totalOrders", "completedOrders", "issueCount", "totalActiveOrders", "totalDelayedOrders", "atRiskVendors"];
    let holds = counts.iter().all(|field| view["current"][*field].as_i64().is_some_and(|count| count >= 0));
    checks.check(holds, || format!("a dashboard with numbers that cannot be: {}", view["current"]));
    Ok(answer.took)
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
    checks.check(report["vendorId"] == vendor, || format!("the report of {vendor} is another's"));
}

fn vendor_list(client: &mut Client, checks: &mut Checks, number: usize) -> Result<Duration, Failure> {
    const SORTS: [&str; 6] =
        ["name", "reliabilityScore", "delayedOrders", "totalOrders", "trendPercentage", "riskLevel"];
    const SEARCHES: [&str; 4] = ["", "&q=v-0", "&q=7", "&risk=high,medium"];
    let (sort, search) = (SORTS[number % SORTS.len()], SEARCHES[number / SORTS.len() % SEARCHES.len()]);
    let order = if (number / 24).is_multiple_of(2) { "asc" } else { "desc" };
    let path = format!("/api/vendors?sortBy={sort}&order={order}{search}");
    let answer = client.get(&path)?;
    let page = answer.json().map_err(|error| format!("GET {path}: {error}"))?;
    let vendors = page["vendors"].as_array().map_or(0, Vec::len) as i64;
    let total = page["pagination"]["total"].as_i64().unwrap_or(-1);
    checks.check(vendors == total.min(20), || format!("{path}: {vendors} vendors of {total}"));
    Ok(answer.took)
}

fn total_orders(client: &mut Client, path: &str) -> Result<i64, Failure> {
    let report = client.json(path)?;
    report["report"]["current7d"]["totalOrders"].as_i64().ok_or_else(|| format!("{path} has no totalOrders").into())
}
