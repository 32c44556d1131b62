//! Lists of orders: forty-odd filters, each walked and checked, then asked for at the top and deep down.

use goody_domain::{Day, Instant, Status};
use serde_json::Value;

use crate::Failure;
use crate::client::Client;
use crate::generator::Generator;
use crate::samples::Samples;
use crate::table::Checks;

/// How many orders a measured page has: the API's default.
const PAGE: usize = 50;
/// How many orders a page has on the way down: the API's most.
const STEP: usize = 100;

/// Which orders.
#[derive(Clone, Debug, Default)]
struct Filter {
    vendor: Option<String>,
    statuses: Vec<Status>,
    days: Option<(Day, Day)>,
    delayed: Option<bool>,
    gift: Option<String>,
}

/// A list and how it is asked for.
#[derive(Debug)]
struct List {
    family: &'static str,
    filter: Filter,
    /// A place deep in the list, where it is long enough to have one.
    deep: Option<String>,
    top_samples: Samples,
    deep_samples: Samples,
}

/// What was measured.
#[derive(Debug, Default)]
pub struct Tour {
    /// Latencies by family of filters, at the top and deep down.
    pub families: Vec<(&'static str, Samples)>,
    /// Latencies of first pages.
    pub top: Samples,
    /// Latencies of deep pages.
    pub deep: Samples,
    /// Each list's own p99 with its name, the slowest first.
    pub slowest: Vec<(f64, String)>,
    /// How many lists.
    pub lists: usize,
    /// The most orders that were passed over.
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

    fn query(&self) -> String {
        let mut pairs = Vec::new();
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

    /// Whether an order of an answer belongs into the list.
    fn takes(&self, order: &Value) -> bool {
        let day = order["createdAt"].as_str().and_then(|at| Day::parse(at.get(..10)?).ok());
        self.vendor.as_ref().is_none_or(|vendor| order["vendorId"] == vendor.as_str())
            && (self.statuses.is_empty() || self.statuses.iter().any(|status| order["status"] == status.as_str()))
            && self.days.is_none_or(|(from, to)| day.is_some_and(|day| (from..=to).contains(&day)))
            && self.delayed.is_none_or(|delayed| order["isDelayed"] == delayed)
            && self.gift.as_ref().is_none_or(|gift| order["giftType"] == gift.as_str())
    }
}

/// The lists to measure, in families. `vendors` are the ranks of a giant, a middling and a tiny vendor.
fn lists(today: Day, vendors: [usize; 3]) -> Vec<(&'static str, Filter)> {
    use Status::{
        Arrived, Cancelled, Damaged, Lost, Placed, ReturnToSender, ShippingDelayed, ShippingOnTime, Undeliverable,
    };
    let all = Filter::default;
    let [giant, middling, tiny] = vendors;
    let year_ago = today.plus(-365);
    let month = (year_ago, year_ago.plus(29));
    let active = [Placed, ShippingOnTime, ShippingDelayed];
    let issues = [Lost, Damaged, Undeliverable, ReturnToSender];
    let gift = Generator::gifts()[3];
    let mut lists = vec![("all orders", all())];
    for status in Status::ALL {
        lists.push(("one status", all().status(&[status])));
    }
    let of = |family, filters: Vec<Filter>| filters.into_iter().map(move |filter| (family, filter)).collect::<Vec<_>>();
    lists.extend(of(
        "several statuses",
        vec![all().status(&active), all().status(&issues), all().status(&[Arrived, Cancelled])],
    ));
    lists.extend(of(
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
    lists.extend(of(
        "gift type",
        vec![
            all().gift(gift),
            all().gift(gift).status(&[Lost]),
            all().gift(gift).delayed(true),
            all().gift(gift).delayed(false).status(&active),
        ],
    ));
    lists.extend(of(
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
    let own = |rank: usize| {
        vec![
            all().vendor(rank),
            all().vendor(rank).status(&[Arrived]),
            all().vendor(rank).status(&issues),
            all().vendor(rank).delayed(true),
            all().vendor(rank).gift(gift).delayed(false),
            all().vendor(rank).days(month.0, month.1).delayed(true),
        ]
    };
    lists.extend(of("giant vendor", own(giant)));
    lists.extend(of("middling vendor", own(middling)));
    lists.extend(of("tiny vendor", own(tiny)));
    lists.extend(of(
        "nothing found",
        vec![
            all().gift("no-such-gift"),
            all().days(today.plus(-4_000), today.plus(-3_900)),
            all().days(today.plus(-3_000), today.plus(-2_900)).delayed(true),
            Filter { vendor: Some("nobody".into()), ..all() },
        ],
    ));
    lists
}

/// The same lists, as the queries that ask for them.
pub fn queries(today: Day, vendors: [usize; 3]) -> Vec<(&'static str, String)> {
    lists(today, vendors).into_iter().map(|(family, filter)| (family, filter.query())).collect()
}

/// Walks every list so many pages down, then asks for its first page and for its deepest one, in turns.
pub fn tour(
    client: &mut Client,
    checks: &mut Checks,
    today: Day,
    vendors: [usize; 3],
    (pages, rounds): (usize, usize),
) -> Result<Tour, Failure> {
    let mut tour = Tour::default();
    let mut all = Vec::new();
    for (family, filter) in lists(today, vendors) {
        let (deep, passed) = walk(client, checks, &filter, pages)?;
        tour.deepest = tour.deepest.max(passed);
        let (top_samples, deep_samples) = (Samples::default(), Samples::default());
        all.push(List { family, filter, deep, top_samples, deep_samples });
    }
    // In turns, so that each page finds the caches as the others left them.
    for _ in 0..rounds {
        for list in &mut all {
            list.top_samples.add_all(&ask(client, checks, &list.filter, None)?);
            if let Some(cursor) = &list.deep {
                list.deep_samples.add_all(&ask(client, checks, &list.filter, Some(cursor))?);
            }
        }
    }
    for list in &all {
        tour.top.add_all(&list.top_samples);
        tour.deep.add_all(&list.deep_samples);
        match tour.families.iter_mut().find(|(family, _)| *family == list.family) {
            Some((_, samples)) => samples.add_all(&list.top_samples),
            None => tour.families.push((list.family, list.top_samples.clone())),
        }
        if let Some((_, samples)) = tour.families.iter_mut().find(|(family, _)| *family == list.family) {
            samples.add_all(&list.deep_samples);
        }
        for (depth, samples) in [("first page", &list.top_samples), ("deep", &list.deep_samples)] {
            if !samples.is_empty() {
                tour.slowest
                    .push((samples.p99(), format!("?{} ({depth}): {}", list.filter.query(), samples.summary())));
            }
        }
    }
    tour.slowest.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    tour.lists = all.len();
    Ok(tour)
}

fn path(filter: &Filter, limit: usize, cursor: Option<&str>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let query = filter.query();
    let and = if query.is_empty() { "" } else { "&" };
    format!("/api/orders?{query}{and}limit={limit}{cursor}")
}

/// One measured page, checked.
fn ask(client: &mut Client, checks: &mut Checks, filter: &Filter, cursor: Option<&str>) -> Result<Samples, Failure> {
    let path = path(filter, PAGE, cursor);
    let answer = client.get(&path)?;
    let page = answer.json().map_err(|error| format!("GET {path}: {error}"))?;
    check_page(checks, &path, filter, &page, PAGE);
    let mut samples = Samples::default();
    samples.add(answer.took);
    Ok(samples)
}

fn check_page(checks: &mut Checks, path: &str, filter: &Filter, page: &Value, limit: usize) {
    let orders = page["orders"].as_array().map_or(&[][..], Vec::as_slice);
    let has_more = page["hasMore"] == true;
    let is_full = if has_more { orders.len() == limit } else { orders.len() <= limit };
    checks.check(is_full && page["nextCursor"].is_string() == has_more, || format!("{path}: {} orders", orders.len()));
    checks.check(orders.iter().all(|order| filter.takes(order)), || {
        format!("{path}: an order that the filter does not take")
    });
    let summary = &page["summary"];
    let total = summary["total"].as_i64().unwrap_or(-1);
    checks.check(total >= orders.len() as i64, || format!("{path}: {} orders of {total}", orders.len()));
    let parts = summary["statusBreakdown"].as_object().into_iter().flat_map(|parts| parts.values());
    let parts: Vec<i64> = parts.map(|part| part.as_i64().unwrap_or(-1)).collect();
    let adds_up = parts.len() == 9 && parts.iter().all(|part| *part >= 0) && parts.iter().sum::<i64>() == total;
    checks.check(adds_up, || format!("{path}: the statuses do not add up to {total}: {parts:?}"));
}

/// Goes down a list. Gives the deepest cursor there was, and how many orders lie before it.
fn walk(
    client: &mut Client,
    checks: &mut Checks,
    filter: &Filter,
    pages: usize,
) -> Result<(Option<String>, usize), Failure> {
    let (mut cursor, mut passed, mut first_total) = (None, 0, None);
    let mut last: Option<(Instant, String)> = None;
    for _ in 0..pages {
        let path = path(filter, STEP, cursor.as_deref());
        let page = client.json(&path)?;
        check_page(checks, &path, filter, &page, STEP);
        let orders = page["orders"].as_array().map_or(&[][..], Vec::as_slice);
        for order in orders {
            let text = |field: &str| order[field].as_str().unwrap_or_default();
            let place = (Instant::parse(text("createdAt"))?, text("orderId").to_owned());
            checks.check(last.as_ref().is_none_or(|last| place < *last), || {
                format!("{path}: {place:?} comes after {last:?}")
            });
            last = Some(place);
        }
        let summary = &page["summary"];
        let total = first_total.get_or_insert_with(|| summary["total"].clone()).clone();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            // The clock may have moved orders meanwhile; then the totals say so.
            None => {
                let whole = passed + orders.len();
                let same = summary["totalIsLowerBound"] == true || summary["total"] != total || total == whole;
                checks.check(same, || format!("{path}: {whole} orders to the end, but a total of {total}"));
                break;
            }
        }
        passed += orders.len();
    }
    Ok((cursor, passed))
}
