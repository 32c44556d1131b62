//! Ingest: the time from an NDJSON file to durable orders and current reports, compared with direct writes of the same rows.

use std::fs::File;
use std::io::BufWriter;
use std::process::ExitCode;

use clap::Parser;
use goody_bench::Failure;
use goody_bench::generator::BATCH;
use goody_bench::goody::Goody;
use goody_bench::options::{FULL_SIZE, Options};
use goody_bench::raw;
use goody_bench::table::{Goal, Table, count, megabytes, per_second, seconds};

/// Measures how fast events become durable orders and current reports.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// Rebuild every bucket from the orders afterwards, as a check. With --quick this is always done.
    #[arg(long)]
    rebuild: bool,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options, rebuild } = Cli::parse();
    let orders = options.size();
    let goody = Goody::find(&options)?;
    let folder = options.folder()?;
    let generator = options.generator(orders)?;
    let title = format!("Ingest of {} orders of {} vendors", count(orders as f64), count(options.vendors as f64));
    let mut table = Table::new(title, orders >= FULL_SIZE);

    eprintln!("Generating {orders} orders …");
    let events_file = folder.new_path("events.ndjson")?;
    let written = generator.write(&mut BufWriter::with_capacity(1 << 20, File::create(&events_file)?))?;
    let events = written.events as f64;
    let events_bytes = size(&events_file)?;

    eprintln!("Importing {} events …", written.events);
    let database = folder.new_path(&format!("orders-{orders}.db"))?;
    let imported = goody.import(&events_file, &database, &written)?;
    folder.remove(&events_file, options.keep)?;

    eprintln!("Writing the same rows directly …");
    let (raw_file, scratch) = (folder.new_path("raw.db")?, folder.new_path("scratch.db")?);
    let tail = written.tail();
    let writes = raw::write(&generator, &raw_file, &scratch, tail.unwrap_or(0))?;
    folder.remove(&scratch, false)?;

    eprintln!("Checking both databases …");
    let (import, ceiling) = (raw::content(&database)?, raw::content(&raw_file)?);
    table.check_equal("events accepted", imported.accepted, written.events as i64);
    table.check_equal("events rejected", imported.rejected, 0);
    table.check_equal("duplicate events", imported.duplicate, 0);
    table.check_equal("orders stored", import.orders, written.orders as i64);
    table.check_equal("events stored", import.versions, written.events as i64);
    table
        .check(import == ceiling, || format!("the ceiling has different rows: {ceiling:?}, the import has {import:?}"));
    table.check(writes.events == written.events, || {
        format!("the ceiling has {} events, the import has {}", writes.events, written.events)
    });
    if options.quick || rebuild {
        let (buckets, differences) = goody.rebuild(&database)?;
        table.check_equal(&format!("different buckets of {buckets}, found by a rebuild"), differences, 0);
    }

    let speed = events / imported.seconds;
    let raw_speed = events / writes.seconds;
    table.ratio_goal("ingest, events", (speed, raw_speed), Goal::AtLeast(0.5), per_second);
    table.goal("ingest, events", speed, Goal::AtLeast(18_000.0), per_second);
    if let (Some(batches), Some(tail_seconds)) = (tail, imported.tail_seconds) {
        let tail_events = events - (batches * BATCH) as f64;
        let speeds = (tail_events / tail_seconds, tail_events / writes.tail_seconds);
        table.compare("the last 10 %, events", speeds, per_second);
    }
    table.compare("time until events are durable and reports are current", (imported.seconds, writes.seconds), seconds);
    let processor = (imported.processor_seconds, writes.processor_seconds);
    table.compare("processor time, all threads", processor, seconds);
    table.metric("peak memory of the import", megabytes(imported.peak_bytes as f64));
    table.compare("database file", (size(&database)?, size(&raw_file)?), megabytes);
    table.metric("events file", megabytes(events_bytes));
    table.metric("events", count(events));
    table.metric("written rows", count(writes.rows as f64));
    table.note(
        "Ceiling: writes to the orders table alone, with the same indexes, pragmas, batches and rows. The time to create the rows \
         is not included.",
    );
    table.note("The time of the import is from the start to the end of its process.");
    folder.remove(&raw_file, false)?;
    if options.keep || !folder.is_temporary() {
        table.note(format!("The database is kept: {}", database.display()));
    }
    Ok(table.finish())
}

fn size(file: &std::path::Path) -> Result<f64, Failure> {
    Ok(file.metadata()?.len() as f64)
}
