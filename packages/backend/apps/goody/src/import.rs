//! `goody import`: ingests the events of a file, and updates the reports at the same time.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use goody_application::ingest::{Batch, Ingest};
use goody_formats::files::mapping::Mapping;
use goody_formats::files::workbook::WorkbookError;
use goody_http::new_batch_id;
use tokio::sync::mpsc::channel;

use self::batches::{Batches, PIECES, PieceSender};
use self::input_file::{FileOptions, InputFile};
use self::pipeline::{Projection, record_batches};
use self::results::{Details, ImportResults};
use self::source::Source;
use self::summary::Summary;
use self::target::Target;
use crate::output::OutputError;
use crate::progress::Progress;
use crate::{CommandResult, Failure, cli};

mod batches;
mod check;
mod description;
mod events;
mod feed;
mod file_reader;
mod input_file;
mod joined;
mod orders;
mod pipeline;
mod rejected;
mod results;
mod source;
mod summary;
mod tables;
mod target;

/// Why an import fails.
#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error("{0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0}: {1}")]
    Columns(String, String),
    #[error("{0} cannot be read")]
    Workbook(String, #[source] WorkbookError),
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] std::io::Error),
    #[error("the orders cannot be counted, because a temporary file cannot be written or read")]
    Temporary(#[source] std::io::Error),
    #[error(transparent)]
    Output(#[from] OutputError),
}

pub(crate) async fn run(command: cli::Import) -> CommandResult {
    let mapping = mapping_of(&command)?;
    let files = command.files.iter().map(|file| InputFile::open(file)).collect::<Result<Vec<_>, _>>()?;
    let bytes = if files.iter().any(|file| file.bytes == 0) { 0 } else { files.iter().map(|file| file.bytes).sum() };
    let (target, details) = Target::open(&command)?;
    let batch =
        Batch { id: command.batch_id.clone().unwrap_or_else(new_batch_id), source: source_name(&command.files) };

    let position = Arc::new(AtomicU64::new(0));
    let batch_size = command.batch as usize;
    let (sender, pieces) = channel(PIECES);
    let source = Source {
        files,
        options: FileOptions {
            mapping,
            encoding: command.encoding.clone(),
            join: command.join.clone(),
            zone: target.zone(),
        },
    };
    let counted = position.clone();
    let reading_files = tokio::task::spawn_blocking(move || source.read(PieceSender::new(sender, batch_size), counted));

    let mut progress = Progress::new(bytes, "{bar:40} {bytes}/{total_bytes} {msg} ETA {eta}");
    let mut results = ImportResults { summary: Summary::new(batch.id.to_string()), details };
    let batches = (Batches::new(pieces, batch_size), &batch);
    let ingest = Ingest::new(target.orders());
    let projection = target.reports().map(Projection::new);
    record_batches(&ingest, projection, batches, (&mut progress, &position), &mut results).await?;
    let ImportResults { mut summary, details } = results;
    let shown = match details {
        Details::Shown(rows) => Some(rows),
        Details::Rejected(file) => {
            summary.rejected_file = file.finish()?;
            None
        }
    };
    let reading = reading_files.await??;
    summary.seconds = progress.finish().as_secs_f64();
    summary.unplaced_orders = target.finish().await?;
    summary.describe(&reading);
    match shown {
        Some(rows) if !command.json => rows.print(&reading, &summary)?,
        _ => summary.print(command.json)?,
    }
    let is_empty = command.check && summary.valid() == 0;
    Ok(if is_empty { ExitCode::FAILURE } else { summary.exit_code(command.strict) })
}

/// The mapping of the command, with what its options say.
fn mapping_of(command: &cli::Import) -> Result<Option<Mapping>, Failure> {
    let mut mapping = command.mapping.as_deref().map(find_mapping).transpose()?;
    if command.constants.is_empty() && command.file_time_zone.is_none() && command.encoding.is_none() {
        return Ok(mapping);
    }
    if let Some(encoding) = &command.encoding {
        goody_formats::files::encoding::named(encoding)?;
    }
    if command.constants.is_empty() && command.file_time_zone.is_none() {
        return Ok(mapping);
    }
    let changed = mapping.get_or_insert_default();
    for (field, value) in &command.constants {
        changed.set_constant(field, value)?;
    }
    if let Some(zone) = &command.file_time_zone {
        changed.set_time_zone(zone)?;
    }
    Ok(mapping)
}

/// A mapping by the name of its file, or of a ready one.
pub(crate) fn find_mapping(name: &str) -> Result<Mapping, Failure> {
    let path = Path::new(name);
    match goody_formats::files::ready::text(name) {
        Some(text) if !path.exists() => Ok(Mapping::parse(name.to_owned(), text)?),
        None if !path.exists() && !name.contains(['/', '.']) => {
            let names = goody_formats::files::ready::names().collect::<Vec<_>>().join(", ");
            Err(format!("there is no file and no ready mapping {name}. The ready mappings are: {names}").into())
        }
        _ => Ok(Mapping::read(path)?),
    }
}

/// The name of the files, for the batch.
fn source_name(files: &[PathBuf]) -> String {
    let first = files.first().map(|file| file.display().to_string()).unwrap_or_default();
    match files.len() {
        0 | 1 => first,
        count => format!("{first} and {} more", count - 1),
    }
}
