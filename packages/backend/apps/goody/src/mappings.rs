//! `goody mapping`: the ready mappings, and a proposal for a file.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::ExitCode;

use goody_formats::files::proposal::{SAMPLED_ROWS, Sample, propose};
use goody_formats::files::ready;
use goody_formats::files::records::Records;
use goody_formats::files::unpack::{Unpacked, unpack};
use goody_formats::files::workbook::Workbook;

use crate::cli::MappingCommand;
use crate::{CommandResult, Failure};

/// The largest workbook for which a mapping is proposed.
const LARGEST_WORKBOOK: u64 = 256 << 20;

pub(crate) fn run(command: MappingCommand) -> CommandResult {
    match command {
        MappingCommand::List => {
            for mapping in ready::ALL {
                print_stdout!("{:18} {}", mapping.name, mapping.title);
            }
        }
        MappingCommand::Show { name } => match ready::text(&name) {
            Some(text) => print_stdout!("{}", text.trim_end()),
            None => {
                let names = ready::names().collect::<Vec<_>>().join(", ");
                return Err(format!("there is no ready mapping {name}. The ready mappings are: {names}").into());
            }
        },
        MappingCommand::New { file, encoding } => {
            let sample = sample(&file, encoding.as_deref())?;
            print_stdout!("{}", propose(&file.display().to_string(), &sample).trim_end());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The first rows of a file.
fn sample(path: &Path, encoding: Option<&str>) -> Result<Sample, Failure> {
    let name = path.display();
    let file = File::open(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let mut rows = Vec::new();
    match unpack(Box::new(file), encoding)? {
        Unpacked::Archive(reader) => {
            let mut bytes = Vec::new();
            reader.take(LARGEST_WORKBOOK).read_to_end(&mut bytes)?;
            let mut workbook = Workbook::open(Cursor::new(bytes))?;
            if let Some(sheet) = workbook.sheets(None)?.first() {
                workbook.rows(sheet, |_, row| {
                    rows.push(row);
                    rows.len() < SAMPLED_ROWS
                })?;
            }
            Ok(Sample::new(rows, None, None))
        }
        Unpacked::Text(text) => {
            if matches!(text.first, Some(b'[' | b'{')) {
                return Err(format!(
                    "{name} is JSON: its columns are paths, such as shipping.country. Begin with goody mapping show woocommerce"
                )
                .into());
            }
            let encoding = (!text.encoding.is_utf8()).then(|| text.encoding.name());
            let mut records = Records::new(text.reader, b',');
            let mut delimiter = None;
            while rows.len() < SAMPLED_ROWS {
                // The heading is the widest of the first lines, so the delimiter is that of the widest.
                if rows.len() < 5 {
                    records.find_delimiter(false)?;
                }
                let Some(record) = records.read()? else { break };
                if let Ok(cells) = record.cells {
                    delimiter = Some(records.delimiter());
                    rows.push(cells);
                }
            }
            Ok(Sample::new(rows, delimiter, encoding))
        }
    }
}
