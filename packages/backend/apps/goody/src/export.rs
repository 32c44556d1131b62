//! `goody export` and `goody openapi`.

use std::io::{BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use goody_application::detect::detect;
use goody_application::ports::{Clock, OrderReader, ReportReader, Scope, VendorStore};
use goody_application::read::{FleetCache, FleetRow, scores};
use goody_contract::{JudgedFleet, OrderEventView, OrderView, ReportView, VendorRowView};
use goody_domain::detection::Episode;
use goody_domain::{Day, History, Instant, Order, VendorId, WireEvent, report};
use goody_http::export::{Format, OrderRow, RowWriter};
use goody_store_sqlite::SqliteStore;
use serde::Serialize;
use std::sync::Arc;

use crate::cli::{self, Dataset};
use crate::clock::SystemClock;
use crate::output::OutputFile;
use crate::{CommandResult, Failure, database};

/// How many orders or vendors one query reads.
const PAGE: usize = 500;

pub(crate) async fn run(command: cli::Export) -> CommandResult {
    match export(command).await {
        // The reader has closed the pipe, as `head` does: the export ends normally.
        Err(error)
            if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) =>
        {
            Ok(ExitCode::SUCCESS)
        }
        result => result,
    }
}

async fn export(command: cli::Export) -> CommandResult {
    let store = database::open_to_read(&command.database)?;
    let format = match command.format {
        cli::Format::Csv => Format::Csv,
        cli::Format::Ndjson => Format::Ndjson,
        cli::Format::Xlsx => Format::Xlsx,
    };
    let output = match &command.output {
        Some(path) => Output::File(OutputFile::create(path, Some(&command.database.database), &[])?),
        None => Output::Standard(BufWriter::with_capacity(1 << 16, std::io::stdout())),
    };
    if command.dataset == Dataset::Events && format != Format::Ndjson {
        return Err("events are exported as NDJSON, which goody import reads: their attributes have no columns".into());
    }
    let mut out = RowOutput { writer: RowWriter::new(format, command.bom), output };
    let now = SystemClock.now();
    let day = |name: &str, text: &Option<String>| {
        text.as_deref().map(Day::parse).transpose().map_err(|error| format!("--{name} {error}"))
    };
    let range = || {
        let date = day("date", &command.date)?;
        Ok::<_, String>((date.or(day("from", &command.from)?), date.or(day("to", &command.to)?)))
    };
    match command.dataset {
        Dataset::Events => write_events(&store, &mut out).await?,
        Dataset::Orders => write_orders(&store, format, now, &mut out).await?,
        Dataset::Vendors => write_vendors(&store, day("date", &command.date)?, now, &mut out).await?,
        Dataset::Reports => write_reports(&store, range()?, now, &mut out).await?,
        Dataset::Episodes => write_episodes(&store, range()?, now, &mut out).await?,
    }
    out.output.write_all(&out.writer.finish()?)?;
    match out.output {
        Output::File(file) => file.finish()?,
        Output::Standard(mut output) => output.flush()?,
    }
    // To standard error, not among the rows: equal events give equal files.
    print_stderr!("days counted in {}, time zone database {}", store.zone().name(), goody_domain::time_zone_database());
    Ok(ExitCode::SUCCESS)
}

/// The destination of the rows.
enum Output {
    File(OutputFile),
    Standard(BufWriter<std::io::Stdout>),
}

impl Output {
    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::File(file) => file.write_all(bytes),
            Self::Standard(output) => output.write_all(bytes),
        }
    }
}

struct RowOutput {
    writer: RowWriter,
    output: Output,
}

impl RowOutput {
    fn write<T: Serialize>(&mut self, rows: &[T]) -> Result<(), Failure> {
        Ok(self.output.write_all(&self.writer.write(rows)?)?)
    }
}

/// An order with its events. It depends on the events alone: not on when they were recorded, and not on the clock.
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
            // Whether an open order is delayed depends on the clock.
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

async fn write_orders(store: &SqliteStore, format: Format, now: Instant, out: &mut RowOutput) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = store.all(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.order_id().clone());
        match format {
            Format::Ndjson => {
                out.write(&page.iter().map(|history| OrderLine::new(history, now)).collect::<Vec<_>>())?;
            }
            Format::Csv | Format::Xlsx => {
                let placed: Vec<Order> = page.iter().filter_map(History::order).collect();
                let ids = placed.iter().map(|order| order.placement.vendor_id.clone()).collect();
                let vendors = store.vendors_by_id(ids).await?;
                let names = vendors.into_iter().map(|vendor| (vendor.vendor_id.to_string(), vendor.name)).collect();
                out.write(&placed.iter().map(|order| OrderRow::new(order, now, &names)).collect::<Vec<_>>())?;
            }
        }
    }
}

/// Every event as `goody import` reads it, by order and occurrence.
async fn write_events(store: &SqliteStore, out: &mut RowOutput) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let page = store.all(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.order_id().clone());
        for history in &page {
            let events = history.by_occurrence();
            out.write(&events.iter().map(|recorded| WireEvent::from(&recorded.event)).collect::<Vec<_>>())?;
        }
    }
}

async fn write_vendors(
    store: &SqliteStore,
    date: Option<Day>,
    now: Instant,
    out: &mut RowOutput,
) -> Result<(), Failure> {
    let today = store.zone().today(now);
    let as_of = match date {
        Some(date) => {
            store.zone().as_of(date, now).ok_or_else(|| format!("--date is after today, {}", today.date()))?
        }
        None => today,
    };
    let fleet = FleetCache::new(Arc::new(store.clone())).reports(as_of).await?;
    let rows: Vec<&FleetRow> = fleet.rows.iter().map(AsRef::as_ref).collect();
    for (row, scores) in rows.iter().zip(scores(store, &rows, as_of).await?) {
        out.write(&[VendorRowView::new(&row.vendor, &row.current.report, scores)])?;
    }
    Ok(())
}

async fn write_reports(
    store: &SqliteStore,
    range: (Option<Day>, Option<Day>),
    now: Instant,
    out: &mut RowOutput,
) -> Result<(), Failure> {
    let mut after: Option<VendorId> = None;
    loop {
        let page = store.vendors(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.vendor_id.clone());
        for vendor in page {
            write_vendor_reports(store, &vendor.vendor_id, range, now, out).await?;
        }
    }
}

/// Writes the reports of one vendor: for the requested dates, or for each date on which the vendor has counts.
async fn write_vendor_reports(
    store: &SqliteStore,
    vendor_id: &VendorId,
    (from, to): (Option<Day>, Option<Day>),
    now: Instant,
    out: &mut RowOutput,
) -> Result<(), Failure> {
    const ALWAYS: (Day, Day) = (Day::from_number(i32::MIN), Day::from_number(i32::MAX));
    let zone = store.zone();
    let (series, _) = store.series(&Scope::Vendor(vendor_id.clone()), ALWAYS.0, ALWAYS.0, ALWAYS.1).await?;
    // Expired buckets are missing in the windows of the first dates after them.
    let first_complete = store.kept_from().await?.map_or(ALWAYS.0, |kept_from| kept_from.plus(13));
    let dates: Vec<Day> = match (from, to) {
        (Some(from), to) => from.to(to.unwrap_or(zone.day(now))).collect(),
        (None, to) => {
            let counted = series.buckets.iter().filter(|(_, bucket)| !bucket.is_empty()).map(|(day, _)| *day);
            counted.filter(|day| to.is_none_or(|to| *day <= to)).collect()
        }
    };
    let as_of = dates.into_iter().filter(|date| *date >= first_complete).filter_map(|date| zone.as_of(date, now));
    let views: Vec<ReportView> =
        as_of.map(|as_of| ReportView::from(&report(vendor_id, &series, as_of, zone))).collect();
    out.write(&views)
}

/// Writes the episodes that were open on a date or later, as of a date.
async fn write_episodes(
    store: &SqliteStore,
    (from, to): (Option<Day>, Option<Day>),
    now: Instant,
    out: &mut RowOutput,
) -> Result<(), Failure> {
    let zone = store.zone();
    let as_of = to.and_then(|to| zone.as_of(to, now)).unwrap_or_else(|| zone.today(now));
    let Some(fleet) = detect(store, as_of).await? else { return Ok(()) };
    let (judged, start) = (JudgedFleet { fleet: &fleet, zone }, from.map(|from| zone.start(from)));
    let is_asked = |episode: &Episode| start.is_none_or(|start| judged.was_open_after(episode, start));
    let asked = fleet.episodes().iter().filter(|(_, episode)| is_asked(episode));
    let view = |(vendor_id, episode): &(Option<VendorId>, Episode)| {
        let evidence = judged.evidence(vendor_id.as_ref(), episode);
        judged.episode(vendor_id.as_ref(), episode, evidence.as_ref())
    };
    out.write(&asked.map(view).collect::<Vec<_>>())
}

pub(crate) fn openapi() -> CommandResult {
    print_stdout!("{}", serde_json::to_string_pretty(&goody_http::openapi())?);
    Ok(ExitCode::SUCCESS)
}
