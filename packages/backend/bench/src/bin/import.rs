//! Import: the rate and the peak memory of a CSV file and of a workbook, as shops export them.

use std::process::ExitCode;

use clap::Parser;
use goody_bench::Failure;
use goody_bench::goody::Goody;
use goody_bench::options::Options;
use goody_bench::table::{Goal, Table, count, megabytes, per_second, seconds};
use goody_bench::table_files::{EVENTS_PER_ROW, MAPPING, TableRows};

/// The rows of the files at full size, and with --quick.
const FULL_ROWS: [u64; 2] = [1_000_000, 100_000];
const QUICK_ROWS: [u64; 2] = [2_000, 1_000];
/// An import of any size takes less memory than this.
const MOST_MEMORY: f64 = 200e6;

/// Measures how fast, and in how much memory, files of other programs are imported.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    options: Options,
}

fn main() -> Result<ExitCode, Failure> {
    let Cli { options } = Cli::parse();
    let goody = Goody::find(&options)?;
    let folder = options.folder()?;
    let [mut csv_rows, workbook_rows] = if options.quick { QUICK_ROWS } else { FULL_ROWS };
    csv_rows = options.orders.unwrap_or(csv_rows);
    let mapping = folder.new_path("mapping.toml")?;
    std::fs::write(&mapping, MAPPING)?;
    let mut table = Table::new("Import of files", !options.quick);
    for (kind, rows) in [("csv", csv_rows), ("xlsx", workbook_rows)] {
        let file = folder.new_path(&format!("orders.{kind}"))?;
        let orders = TableRows { rows, vendors: options.vendors, days: options.days, now: options.now() };
        eprintln!("Writing {rows} rows ({kind}) …");
        match kind {
            "csv" => orders.write_csv(&file)?,
            _ => orders.write_workbook(&file)?,
        }
        eprintln!("Importing them …");
        let database = folder.new_path(&format!("{kind}.db"))?;
        let imported = goody.import_table(&file, &mapping, &database)?;
        table.check_equal(&format!("{kind}: events accepted"), imported.accepted, (rows * EVENTS_PER_ROW) as i64);
        table.check_equal(&format!("{kind}: rows rejected"), imported.rejected, 0);
        let name = format!("{kind}, {} rows", count(rows as f64));
        table.metric(format!("{name}: rows"), per_second(rows as f64 / imported.seconds));
        table.metric(format!("{name}: events"), per_second(imported.accepted as f64 / imported.seconds));
        table.metric(format!("{name}: time"), seconds(imported.seconds));
        table.goal(format!("{name}: peak memory"), imported.peak_bytes as f64, Goal::AtMost(MOST_MEMORY), megabytes);
        folder.remove(&file, options.keep)?;
        folder.remove(&database, options.keep)?;
    }
    Ok(table.finish())
}
