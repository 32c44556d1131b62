//! Ingest: a file of NDJSON to durable, with the reports current, beside the same rows written raw.

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

/// How fast events become durable orders and current reports.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
    /// Rebuild every bucket from the orders afterwards, at any size. At --quick it is always done.
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
    let events_file = folder.fresh("events.ndjson")?;
    let written = generator.write(&mut BufWriter::with_capacity(1 << 20, File::create(&events_file)?))?;
    let events = written.events as f64;
    let events_bytes = size(&events_file)?;

    eprintln!("Importing {} events …", written.events);
    let database = folder.fresh(&format!("orders-{orders}.db"))?;
    let imported = goody.import(&events_file, &database, &written)?;
    folder.done_with(&events_file, options.keep)?;

    eprintln!("Writing the same rows raw …");
    let (raw_file, scratch) = (folder.fresh("raw.db")?, folder.fresh("scratch.db")?);
    let tail = written.tail();
    let writes = raw::write(&generator, &raw_file, &scratch, tail.unwrap_or(0))?;
    folder.done_with(&scratch, false)?;

    eprintln!("Checking …");
    let (ours, theirs) = (raw::content(&database)?, raw::content(&raw_file)?);
    table.check_equal("events accepted", imported.accepted, written.events as i64);
    table.check_equal("events rejected", imported.rejected, 0);
    table.check_equal("events known already", imported.duplicate, 0);
    table.check_equal("orders stored", ours.orders, written.orders as i64);
    table.check_equal("facts stored", ours.versions, written.events as i64);
    table.check(ours == theirs, || format!("the ceiling wrote other rows: {theirs:?}, ours are {ours:?}"));
    table.check(writes.events == written.events, || "the ceiling wrote other events".into());
    if options.quick || rebuild {
        let (buckets, differences) = goody.rebuild(&database)?;
        table.check_equal(&format!("buckets that a rebuild finds different, of {buckets}"), differences, 0);
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
    table.compare("until durable and reports current", (imported.seconds, writes.seconds), seconds);
    let processor = (imported.processor_seconds, writes.processor_seconds);
    table.compare("processor time, all threads", processor, seconds);
    table.figure("peak memory of the import", megabytes(imported.peak_bytes as f64));
    table.compare("database file", (size(&database)?, size(&raw_file)?), megabytes);
    table.figure("file of events", megabytes(events_bytes));
    table.figure("events", count(events));
    table.figure("rows written for them", count(writes.rows as f64));
    table.note(
        "Ceiling: the orders table alone, same indexes, pragmas, batches and rows; making the rows is not timed.",
    );
    table.note("Ours begins with the start of the process and ends with its end.");
    folder.done_with(&raw_file, false)?;
    if options.keep || !folder.is_temporary() {
        table.note(format!("The database stays: {}", database.display()));
    }
    Ok(table.finish())
}

fn size(file: &std::path::Path) -> Result<f64, Failure> {
    Ok(file.metadata()?.len() as f64)
}
