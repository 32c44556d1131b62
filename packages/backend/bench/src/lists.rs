//! Lists of orders with more than forty filters: checks the pages of each list, then measures its first page and a deep page.

use goody_domain::{Day, Instant, Status};
use serde_json::Value;

use crate::Failure;
use crate::client::Client;
use crate::generator::Generator;
use crate::samples::Samples;
use crate::table::Checks;

/// The orders of a measured page: the API's default.
const PAGE: usize = 50;
/// The orders of a page on the way to the deep page: the API's maximum.
const MAX_PAGE: usize = 100;

/// The filter of a list.
#[derive(Clone, Debug, Default)]
struct Filter {
    vendor: Option<String>,
    statuses: Vec<Status>,
    days: Option<(Day, Day)>,
    delayed: Option<bool>,
    gift: Option<String>,
    /// Other parameters. The pages of such a list are checked for their length and total only.
    more: Option<String>,
}

/// A list and its latencies.
#[derive(Debug)]
struct List {
    family: &'static str,
    filter: Filter,
    /// The cursor of the deep page; none if the list has one page.
    deep: Option<String>,
    top_samples: Samples,
    deep_samples: Samples,
}

/// The results for all lists.
#[derive(Debug, Default)]
pub struct ListLatencies {
    /// Latencies by family of filters, of first and deep pages.
    pub families: Vec<(&'static str, Samples)>,
    /// Latencies of first pages.
    pub top: Samples,
    /// Latencies of deep pages.
    pub deep: Samples,
    /// The p99 in seconds and the name of each list, the slowest first.
    pub slowest: Vec<(f64, String)>,
    /// The number of lists.
    pub lists: usize,
    /// The largest number of orders before a deep page.
    pub deepest: usize,
}

impl Filter {
    fn vendor(mut self, rank: usize) -> Self {
        self.vendor = Some(Generator::vendor(rank));
        self
    }

    fn status(mut self, statuses: &[Status]) -> Self {
        self.statuses = statuses.to_vec();
        self
    }

    fn days(mut self, from: Day, to: Day) -> Self {
        self.days = Some((from, to));
        self
    }

    fn delayed(mut self, delayed: bool) -> Self {
        self.delayed = Some(delayed);
        self
    }

    fn gift(mut self, gift: &str) -> Self {
        self.gift = Some(gift.to_owned());
        self
    }

    fn more(mut self, more: impl Into<String>) -> Self {
        self.more = Some(more.into());
        self
    }

    fn query(&self) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.more.clone());
        pairs.extend(self.vendor.as_ref().map(|vendor| format!("vendorId={vendor}")));
        if !self.statuses.is_empty() {
            let words: Vec<&str> = self.statuses.iter().map(|status| status.as_str()).collect();
            pairs.push(format!("status={}", words.join(",")));
        }
        pairs.extend(self.days.map(|(from, to)| format!("dateFrom={from}&dateTo={to}")));
        pairs.extend(self.delayed.map(|delayed| format!("delayed={delayed}")));
        pairs.extend(self.gift.as_ref().map(|gift| format!("giftType={gift}")));
        pairs.join("&")
    }

    /// Whether an order of a response matches the filter.
    fn matches(&self, order: &Value) -> bool {
        if self.more.is_some() {
            return self.vendor.as_ref().is_none_or(|vendor| order["vendorId"] == vendor.as_str());
        }
        let day = order["createdAt"].as_str().and_then(|at| Day::parse(at.get(..10)?).ok());
        self.vendor.as_ref().is_none_or(|vendor| order["vendorId"] == vendor.as_str())
            && (self.statuses.is_empty() || self.statuses.iter().any(|status| order["status"] == status.as_str()))
            && self.days.is_none_or(|(from, to)| day.is_some_and(|day| (from..=to).contains(&day)))
            && self.delayed.is_none_or(|delayed| order["isDelayed"] == delayed)
            && self.gift.as_ref().is_none_or(|gift| order["giftType"] == gift.as_str())
    }
}

/// The filters by family. `vendors` are the ranks of the largest, a medium and the smallest vendor.
fn lists(today: Day, vendors: [usize; 3]) -> Vec<(&'static str, Filter)> {
    use Status::{
        Arrived, Cancelled, Damaged, Lost, Placed, ReturnToSender, ShippingDelayed, ShippingOnTime, Undeliverable,
    };
    let all = Filter::default;
    let [largest, medium, smallest] = vendors;
    let year_ago = today.plus(-365);
    let month = (year_ago, year_ago.plus(29));
    let active = [Placed, ShippingOnTime, ShippingDelayed];
    let issues = [Lost, Damaged, Undeliverable, ReturnToSender];
    let gift = Generator::gifts()[3];
    let mut lists = vec![("all orders", all())];
    for status in Status::ALL {
        lists.push(("one status", all().status(&[status])));
    }
    let in_family =
        |family, filters: Vec<Filter>| filters.into_iter().map(move |filter| (family, filter)).collect::<Vec<_>>();
    lists.extend(in_family(
        "several statuses",
        vec![all().status(&active), all().status(&issues), all().status(&[Arrived, Cancelled])],
    ));
    lists.extend(in_family(
        "delayed",
        vec![
            all().delayed(true),
            all().delayed(false),
            all().delayed(true).status(&[Arrived]),
            all().delayed(true).status(&active),
            all().delayed(true).status(&[Placed]),
            all().delayed(false).status(&[Lost]),
        ],
    ));
    lists.extend(in_family(
        "gift type",
        vec![
            all().gift(gift),
            all().gift(gift).status(&[Lost]),
            all().gift(gift).delayed(true),
            all().gift(gift).delayed(false).status(&active),
        ],
    ));
    lists.extend(in_family(
        "days",
        vec![
            all().days(year_ago, year_ago),
            all().days(month.0, month.1),
            all().days(month.0, month.1).status(&[Damaged]),
            all().days(month.0, month.1).delayed(true),
            all().days(month.0, month.1).gift(gift).status(&[Arrived]),
            all().days(today.plus(-3), today).status(&active),
        ],
    ));
    let of_vendor = |rank: usize| {
        vec![
            all().vendor(rank),
            all().vendor(rank).status(&[Arrived]),
            all().vendor(rank).status(&issues),
            all().vendor(rank).delayed(true),
            all().vendor(rank).gift(gift).delayed(false),
            all().vendor(rank).days(month.0, month.1).delayed(true),
        ]
    };
    lists.extend(in_family("largest vendor", of_vendor(largest)));
    lists.extend(in_family("medium vendor", of_vendor(medium)));
    lists.extend(in_family("smallest vendor", of_vendor(smallest)));
    let week = format!("{}&{}", year_ago.plus(-6), year_ago);
    let window = |range: &str| {
        let (from, to) = week.split_once('&').unwrap_or_default();
        format!("{range}From={from}&{range}To={to}")
    };
    let behind_numbers = |filter: Filter| {
        [
            format!("{}&outcome=LOST,DAMAGED,UNDELIVERABLE,RETURN_TO_SENDER", window("completed")),
            window("completed"),
            window("due"),
            format!("{}&onTime=false", window("due")),
            "onTime=false".to_owned(),
            window("shipDue"),
            window("handedOver"),
            window("returned"),
            window("refunded"),
        ]
        .into_iter()
        .map(|more| filter.clone().more(more))
        .collect::<Vec<_>>()
    };
    lists.extend(in_family("behind numbers", behind_numbers(all())));
    lists.extend(in_family("behind numbers, largest vendor", behind_numbers(all().vendor(largest))));
    lists.extend(in_family("behind numbers, smallest vendor", behind_numbers(all().vendor(smallest))));
    let chase =
        ["delayedByHours=48", "unshipped=true", "stalled=true", "sort=value", "delayedByHours=48&valueFrom=10000"];
    lists.extend(in_family("chase", chase.map(|more| all().more(more)).to_vec()));
    lists.extend(in_family("chase, largest vendor", chase.map(|more| all().vendor(largest).more(more)).to_vec()));
    let as_of = format!("asOf={year_ago}");
    lists.extend(in_family(
        "as of a past date",
        vec![
            all().status(&active).more(as_of.clone()),
            all().status(&active).delayed(true).more(as_of.clone()),
            all().more(format!("unshipped=true&{as_of}")),
            all().more(format!("stalled=true&{as_of}")),
            all().vendor(largest).status(&active).more(as_of),
        ],
    ));
    lists.extend(in_family(
        "no results",
        vec![
            all().gift("no-such-gift"),
            all().days(today.plus(-4_000), today.plus(-3_900)),
            all().days(today.plus(-3_000), today.plus(-2_900)).delayed(true),
            Filter { vendor: Some("unknown".into()), ..all() },
        ],
    ));
    lists
}

/// The same lists as query strings by family.
pub fn queries(today: Day, vendors: [usize; 3]) -> Vec<(&'static str, String)> {
    lists(today, vendors).into_iter().map(|(family, filter)| (family, filter.query())).collect()
}

/// Reads and checks up to `pages` pages of every list, then measures its first page and its deepest page `rounds` times.
pub fn measure(
    client: &mut Client,
    checks: &mut Checks,
    today: Day,
    vendors: [usize; 3],
    (pages, rounds): (usize, usize),
) -> Result<ListLatencies, Failure> {
    let mut latencies = ListLatencies::default();
    let mut all = Vec::new();
    for (family, filter) in lists(today, vendors) {
        let (deep, passed) = read_pages(client, checks, &filter, pages)?;
        latencies.deepest = latencies.deepest.max(passed);
        let (top_samples, deep_samples) = (Samples::default(), Samples::default());
        all.push(List { family, filter, deep, top_samples, deep_samples });
    }
    // The rounds alternate between the lists, so that no page finds the caches filled by its own previous request.
    for _ in 0..rounds {
        for list in &mut all {
            list.top_samples.add_all(&measure_page(client, checks, &list.filter, None)?);
            if let Some(cursor) = &list.deep {
                list.deep_samples.add_all(&measure_page(client, checks, &list.filter, Some(cursor))?);
            }
        }
    }
    for list in &all {
        latencies.top.add_all(&list.top_samples);
        latencies.deep.add_all(&list.deep_samples);
        match latencies.families.iter_mut().find(|(family, _)| *family == list.family) {
            Some((_, samples)) => samples.add_all(&list.top_samples),
            None => latencies.families.push((list.family, list.top_samples.clone())),
        }
        if let Some((_, samples)) = latencies.families.iter_mut().find(|(family, _)| *family == list.family) {
            samples.add_all(&list.deep_samples);
        }
        for (depth, samples) in [("first page", &list.top_samples), ("deep", &list.deep_samples)] {
            if !samples.is_empty() {
                latencies
                    .slowest
                    .push((samples.p99(), format!("?{} ({depth}): {}", list.filter.query(), samples.summary())));
            }
        }
    }
    latencies.slowest.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    latencies.lists = all.len();
    Ok(latencies)
}

fn path(filter: &Filter, limit: usize, cursor: Option<&str>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let query = filter.query();
    let and = if query.is_empty() { "" } else { "&" };
    format!("/api/orders?{query}{and}limit={limit}{cursor}")
}

/// Requests, measures and checks one page.
fn measure_page(
    client: &mut Client,
    checks: &mut Checks,
    filter: &Filter,
    cursor: Option<&str>,
) -> Result<Samples, Failure> {
    let path = path(filter, PAGE, cursor);
    let response = client.get(&path)?;
    let page = response.json().map_err(|error| format!("GET {path}: {error}"))?;
    check_page(checks, &path, filter, &page, PAGE);
    let mut samples = Samples::default();
    samples.add(response.latency);
    Ok(samples)
}

fn check_page(checks: &mut Checks, path: &str, filter: &Filter, page: &Value, limit: usize) {
    let orders = page["orders"].as_array().map_or(&[][..], Vec::as_slice);
    let has_more = page["hasMore"] == true;
    let is_full = if has_more { orders.len() == limit } else { orders.len() <= limit };
    checks.check(is_full && page["nextCursor"].is_string() == has_more, || format!("{path}: {} orders", orders.len()));
    checks.check(orders.iter().all(|order| filter.matches(order)), || {
        format!("{path}: an order does not match the filter")
    });
    let summary = &page["summary"];
    let total = summary["total"].as_i64().unwrap_or(-1);
    checks.check(total >= orders.len() as i64, || format!("{path}: {} orders of {total}", orders.len()));
    if summary["statusBreakdown"].is_null() {
        return;
    }
    let parts = summary["statusBreakdown"].as_object().into_iter().flat_map(|parts| parts.values());
    let parts: Vec<i64> = parts.map(|part| part.as_i64().unwrap_or(-1)).collect();
    let adds_up = parts.len() == 9 && parts.iter().all(|part| *part >= 0) && parts.iter().sum::<i64>() == total;
    checks.check(adds_up, || format!("{path}: the statuses do not add up to {total}: {parts:?}"));
}

/// Reads and checks pages from the top of a list. Returns the last cursor and the number of orders before it.
fn read_pages(
    client: &mut Client,
    checks: &mut Checks,
    filter: &Filter,
    pages: usize,
) -> Result<(Option<String>, usize), Failure> {
    let (mut cursor, mut passed, mut first_total) = (None, 0, None);
    let mut last: Option<(Instant, String)> = None;
    for _ in 0..pages {
        let path = path(filter, MAX_PAGE, cursor.as_deref());
        let page = client.json(&path)?;
        check_page(checks, &path, filter, &page, MAX_PAGE);
        let orders = page["orders"].as_array().map_or(&[][..], Vec::as_slice);
        for order in orders {
            let text = |field: &str| order[field].as_str().unwrap_or_default();
            let position = (Instant::parse(text("createdAt"))?, text("orderId").to_owned());
            let is_sorted = filter.more.is_some() || last.as_ref().is_none_or(|last| position < *last);
            checks.check(is_sorted, || format!("{path}: wrong order: {position:?} follows {last:?}"));
            last = Some(position);
        }
        let summary = &page["summary"];
        let total = first_total.get_or_insert_with(|| summary["total"].clone()).clone();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            // Orders may become delayed during the test, which also changes the total; then there is nothing to compare.
            None => {
                let listed = passed + orders.len();
                let is_equal = summary["totalIsLowerBound"] == true || summary["total"] != total || total == listed;
                checks.check(is_equal, || format!("{path}: the list has {listed} orders, but the total is {total}"));
                break;
            }
        }
        passed += orders.len();
    }
    Ok((cursor, passed))
}
