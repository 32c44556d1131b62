//! `goody export` and `goody openapi`.

use std::io::{BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use goody_application::ports::{Clock, OrderReader, ReportReader, Scope, VendorStore};
use goody_application::read::FleetCache;
use goody_contract::{OrderEventView, OrderView, ReportView, VendorRowView};
use goody_domain::{Day, History, Instant, VendorId, report};
use goody_http::export::{Format, RowWriter};
use goody_store_sqlite::SqliteStore;
use serde::Serialize;
use std::sync::Arc;

use crate::cli::{self, What};
use crate::clock::SystemClock;
use crate::output::OutputFile;
use crate::{Done, Failure, database};

/// How many orders or vendors are read at a time.
const PAGE: usize = 500;

pub(crate) async fn run(command: cli::Export) -> Done {
    match write(command).await {
        // The one who reads has seen enough.
        Err(error)
            if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) =>
        {
            Ok(ExitCode::SUCCESS)
        }
        done => done,
    }
}

async fn write(command: cli::Export) -> Done {
    let store = database::open_to_read(&command.database)?;
    let format = match command.format {
        cli::Format::Csv => Format::Csv,
        cli::Format::Ndjson => Format::Ndjson,
    };
    let output = match &command.output {
        Some(path) => Output::File(OutputFile::create(path, Some(&command.database.database), &[])?),
        None => Output::Standard(BufWriter::with_capacity(1 << 16, std::io::stdout())),
    };
    let mut out = Out { writer: RowWriter::new(format), output };
    let now = SystemClock.now();
    match command.what {
        What::Orders => orders(&store, format, now, &mut out).await?,
        What::Vendors => vendors(&store, now, &mut out).await?,
        What::Reports => {
            let day = |name: &str, text: &Option<String>| {
                text.as_deref().map(Day::parse).transpose().map_err(|error| format!("--{name} {error}"))
            };
            let only = day("date", &command.date)?;
            let asked = (only.or(day("from", &command.from)?), only.or(day("to", &command.to)?));
            reports(&store, asked, now, &mut out).await?;
        }
    }
    match out.output {
        Output::File(file) => file.finish()?,
        Output::Standard(mut output) => output.flush()?,
    }
    // Apart from the rows: equal facts give equal files.
    say_aside!("counted in {} by the time zone database {}", store.zone().name(), goody_domain::time_zone_database());
    Ok(ExitCode::SUCCESS)
}

/// Where rows go.
enum Output {
    File(OutputFile),
    Standard(BufWriter<std::io::Stdout>),
}

struct Out {
    writer: RowWriter,
    output: Output,
}

impl Out {
    fn rows<T: Serialize>(&mut self, rows: &[T]) -> Result<(), Failure> {
        let bytes = self.writer.write(rows)?;
        match &mut self.output {
            Output::File(file) => file.write_all(&bytes)?,
            Output::Standard(output) => output.write_all(&bytes)?,
        }
        Ok(())
    }
}

/// An order with its events: a function of the facts alone, so neither when they were recorded nor what the clock says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderLine {
    order_id: String,
    order: Option<serde_json::Map<String, serde_json::Value>>,
    events: Vec<OrderEventView>,
}

impl OrderLine {
    fn new(history: &History, now: Instant) -> Self {
        let order = history.order().and_then(|order| serde_json::to_value(OrderView::new(&order, now)).ok());
        let order = order.and_then(|order| order.as_object().cloned()).map(|mut fields| {
            // Whether an open order is late depends on when one asks.
            fields.shift_remove("isDelayed");
            fields
        });
        Self {
            order_id: history.order_id().to_string(),
            order,
            events: history.by_occurrence().into_iter().map(|recorded| (&recorded.event).into()).collect(),
        }
    }
}

async fn orders(store: &SqliteStore, format: Format, now: Instant, out: &mut Out) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = store.all(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.order_id().clone());
        match format {
            Format::Ndjson => {
                out.rows(&page.iter().map(|history| OrderLine::new(history, now)).collect::<Vec<_>>())?;
            }
            Format::Csv => {
                let placed = page.iter().filter_map(History::order);
                out.rows(&placed.map(|order| OrderView::new(&order, now)).collect::<Vec<_>>())?;
            }
        }
    }
}

async fn vendors(store: &SqliteStore, now: Instant, out: &mut Out) -> Result<(), Failure> {
    let fleet = FleetCache::new(Arc::new(store.clone())).reports(store.zone().today(now)).await?;
    for row in &fleet.rows {
        out.rows(&[VendorRowView::new(&row.vendor, &row.current.report, row.current.reliability30d.clone())])?;
    }
    Ok(())
}

async fn reports(
    store: &SqliteStore,
    asked: (Option<Day>, Option<Day>),
    now: Instant,
    out: &mut Out,
) -> Result<(), Failure> {
    let mut after: Option<VendorId> = None;
    loop {
        let page = store.vendors(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.vendor_id.clone());
        for vendor in page {
            reports_of(store, &vendor.vendor_id, asked, now, out).await?;
        }
    }
}

/// One vendor's reports, of the dates asked for or of those on which anything happened.
async fn reports_of(
    store: &SqliteStore,
    vendor_id: &VendorId,
    (from, to): (Option<Day>, Option<Day>),
    now: Instant,
    out: &mut Out,
) -> Result<(), Failure> {
    const ALWAYS: (Day, Day) = (Day::from_number(i32::MIN), Day::from_number(i32::MAX));
    let zone = store.zone();
    let (series, _) = store.series(&Scope::Vendor(vendor_id.clone()), ALWAYS.0, ALWAYS.0, ALWAYS.1).await?;
    // The first reports after an expiry would lack days of their windows.
    let kept = store.kept_from().await?.map_or(ALWAYS.0, |kept| kept.plus(13));
    let dates: Vec<Day> = match (from, to) {
        (Some(from), to) => from.to(to.unwrap_or(zone.day(now))).collect(),
        (None, to) => {
            let happened = series.buckets.iter().filter(|(_, bucket)| !bucket.is_empty()).map(|(day, _)| *day);
            happened.filter(|day| to.is_none_or(|to| *day <= to)).collect()
        }
    };
    let as_of = dates.into_iter().filter(|date| *date >= kept).filter_map(|date| zone.as_of(date, now));
    let views: Vec<ReportView> =
        as_of.map(|as_of| ReportView::from(&report(vendor_id, &series, as_of, zone))).collect();
    out.rows(&views)
}

pub(crate) fn openapi() -> Done {
    say!("{}", serde_json::to_string_pretty(&goody_http::openapi())?);
    Ok(ExitCode::SUCCESS)
}
