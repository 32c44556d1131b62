//! The commands for files: import, mappings, retract and export.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use goody_domain::BatchId;

use super::database::Database;

#[derive(Debug, Subcommand)]
pub(crate) enum MappingCommand {
    /// List the ready mappings, and whose exports they read.
    List,
    /// Print a ready mapping, to save and change it.
    Show {
        /// The name of the mapping.
        name: String,
    },
    /// Propose a mapping for a file, from its heading and its first rows. Read it, correct it, and check it with goody import --check.
    New {
        /// The file.
        file: PathBuf,
        /// The encoding of the file. Default: what the first bytes show.
        #[arg(long)]
        encoding: Option<String>,
    },
}

fn constant(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("must be FIELD=VALUE, such as vendorId=acme")?;
    Ok((field.trim().to_owned(), value.trim().to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The files to import: NDJSON with one event on each line, a JSON list of events, or a table: CSV, an .xlsx workbook, or JSON with
    /// a mapping. Each may be compressed with gzip. `-` is standard input. Events from an open pipe are stored within a second or two.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The mapping of the columns: a ready one, such as shopify (`goody mapping list`), or a TOML file. Without it, the columns must
    /// have the names of the event's fields.
    #[arg(long, env = "GOODY_MAPPING")]
    pub(crate) mapping: Option<String>,
    /// Store nothing. Show how the files are read, the first three rows as events, and the counts of the import.
    #[arg(long)]
    pub(crate) check: bool,
    /// Fail if any line is rejected. The others are stored.
    #[arg(long, env = "GOODY_STRICT")]
    pub(crate) strict: bool,
    /// The encoding of the files, such as windows-1252 or shift_jis. Default: that of the mapping, or what the first bytes show.
    #[arg(long, env = "GOODY_ENCODING")]
    pub(crate) encoding: Option<String>,
    /// The IANA name of the time zone of the times without an offset in the files, and of their days. Default: that of the mapping.
    #[arg(long, env = "GOODY_FILE_TIME_ZONE")]
    pub(crate) file_time_zone: Option<String>,
    /// The value of a field for rows without one, such as vendorId=acme. Can be repeated.
    #[arg(long = "constant", value_name = "FIELD=VALUE", value_parser = constant)]
    pub(crate) constants: Vec<(String, String)>,
    /// The second file of a mapping with [join]. Default: the file that the mapping names, in the folder of the first.
    #[arg(long, env = "GOODY_JOIN")]
    pub(crate) join: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: Database,
    /// The file for rejected lines and the reasons. Default: the name of the imported file with `.rejected.ndjson`, in the current
    /// folder. If no line is rejected, an existing file of that name is deleted.
    #[arg(long, env = "GOODY_REJECTED")]
    pub(crate) rejected: Option<PathBuf>,
    /// The id of the batch, with which `goody retract` takes the imported events back. Default: a new id.
    #[arg(long, env = "GOODY_BATCH_ID", value_parser = BatchId::parse)]
    pub(crate) batch_id: Option<BatchId>,
    /// How many events are stored together. Fewer if no more arrive within a second. Small batches take less memory and more time.
    #[arg(long, env = "GOODY_BATCH", default_value_t = 40_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) batch: u32,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Retract {
    /// The id of the batch, as `goody import` printed it or the response to a request had it in `X-Batch-Id`.
    #[arg(value_parser = BatchId::parse)]
    pub(crate) batch_id: BatchId,
    #[command(flatten)]
    pub(crate) database: Database,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dataset {
    /// Every event, as goody import reads it: to move to another database, or to correct and import again.
    Events,
    /// Every order with its events, sorted by id.
    Orders,
    /// Every vendor with its numbers of today, sorted by id.
    Vendors,
    /// Every report, sorted by vendor and date: for each date on which the vendor has counts, or for the requested dates.
    Reports,
    /// Every time in which a vendor, or all of them, missed more promises than before, sorted by when it was noticed: those that were open on
    /// the requested dates, or all.
    Episodes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A heading and one row for each item, for spreadsheets.
    Csv,
    /// One JSON object on each line.
    Ndjson,
    /// The same as CSV, as a workbook for Excel.
    Xlsx,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What to export.
    pub(crate) dataset: Dataset,
    /// The format of the output.
    #[arg(long, env = "GOODY_FORMAT", default_value = "ndjson")]
    pub(crate) format: Format,
    /// Begin a CSV file with a byte order mark, by which Excel knows that it is UTF-8.
    #[arg(long, env = "GOODY_BOM")]
    pub(crate) bom: bool,
    /// Only reports of this date, such as 2026-01-31, the table of the vendors on it, or the episodes that were open on it. Default for
    /// vendors: today.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) date: Option<String>,
    /// Only reports of this date or later, or episodes that were open on it or later.
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Only reports of this date or earlier, or the episodes as they were known at its end.
    #[arg(long)]
    pub(crate) to: Option<String>,
    /// The file to write. It gets its name when it is complete, and never replaces a database. Default: standard output.
    #[arg(long, short)]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) database: Database,
}
