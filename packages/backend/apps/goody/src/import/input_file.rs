//! The files that are given to an import.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use goody_domain::ReportZone;
use goody_formats::files::mapping::Mapping;

use super::ImportError;

/// How the files are read.
pub(super) struct FileOptions {
    pub(super) mapping: Option<Mapping>,
    /// The encoding that was stated for every file.
    pub(super) encoding: Option<String>,
    /// The second file of the mapping, if it is not the one that the mapping names.
    pub(super) join: Option<PathBuf>,
    /// Promises that are dates end with the day of this zone.
    pub(super) zone: ReportZone,
}

/// An open file.
pub(super) struct InputFile {
    pub(super) path: PathBuf,
    pub(super) reader: Box<dyn Read + Send>,
    /// The size of the file; 0 when it is unknown.
    pub(super) bytes: u64,
}

impl InputFile {
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let path = path.to_owned();
        if path == Path::new("-") {
            return Ok(Self { path, reader: Box::new(std::io::stdin()), bytes: 0 });
        }
        let unreadable = |error| ImportError::Unreadable(path.display().to_string(), error);
        let file = File::open(&path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        Ok(Self { path, reader: Box::new(file), bytes })
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The end of its name in small letters, without `.gz`.
    pub(super) fn extension(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        name.rsplit_once('.').map(|(_, extension)| extension.to_owned()).unwrap_or_default()
    }
}
