//! Reads the second file of a mapping.

use std::path::Path;

use goody_formats::files::heading::Heading;
use goody_formats::files::join::Join;
use goody_formats::files::mapping::JoinTable;
use goody_formats::files::records::Records;
use goody_formats::files::unpack::{Unpacked, unpack};

use super::ImportError;
use super::input_file::InputFile;

/// Reads the rows of the second file that a mapping needs.
pub(super) fn read_join(path: &Path, table: &JoinTable, encoding: Option<&str>) -> Result<Join, ImportError> {
    let name = path.display().to_string();
    let unreadable = |error| ImportError::Unreadable(name.clone(), error);
    let invalid = |reason| ImportError::Columns(name.clone(), reason);
    let file = InputFile::open(path)?;
    let Unpacked::Text(text) = unpack(file.reader, encoding).map_err(unreadable)? else {
        return Err(invalid("is a workbook: save the second file as CSV".into()));
    };
    let mut records = Records::new(text.reader, b',');
    records.find_delimiter(false).map_err(unreadable)?;
    let heading = records.read().map_err(unreadable)?.and_then(|record| record.cells.ok());
    let heading = heading.ok_or_else(|| invalid("has no heading".into()))?;
    let mut join = Join::new(table, &Heading::new(heading.iter())).map_err(invalid)?;
    while let Some(record) = records.read().map_err(unreadable)? {
        if let Ok(cells) = record.cells {
            join.add(&cells).map_err(invalid)?;
        }
    }
    Ok(join)
}
