//! The file of the lines that an import rejects.

use std::io::Write;
use std::path::{Path, PathBuf};

use goody_domain::Rejection;
use serde::Serialize;

use super::ImportError;
use crate::cli;
use crate::output::OutputFile;

/// How many characters of a rejected line are written, next to the reasons.
const REJECTED_TEXT_CHARS: usize = 4_096;

/// The file of rejected lines. It is created with the first of them.
pub(super) struct RejectedFile {
    pub(super) path: PathBuf,
    pub(super) database: PathBuf,
    inputs: Vec<PathBuf>,
    names: Vec<String>,
    file: Option<OutputFile>,
}

#[derive(Serialize)]
struct RejectedLine<'l> {
    /// The file, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'l str>,
    line: u64,
    errors: &'l [goody_domain::FieldError],
    text: String,
}

impl RejectedFile {
    pub(super) fn new(command: &cli::Import) -> Self {
        let named = command.rejected.clone();
        let path = named.unwrap_or_else(|| {
            let name = command
                .files
                .first()
                .and_then(|file| file.file_name())
                .filter(|name| *name != "-")
                .unwrap_or("import".as_ref());
            PathBuf::from(format!("{}.rejected.ndjson", name.to_string_lossy()))
        });
        let inputs = command.files.iter().cloned().chain(command.mapping.as_ref().map(PathBuf::from));
        let inputs = inputs.chain(command.join.clone()).collect();
        let names = command.files.iter().map(|file| file.display().to_string()).collect();
        Self { path, database: command.database.database.clone(), inputs, names, file: None }
    }

    pub(super) fn inputs(&self) -> Vec<&Path> {
        self.inputs.iter().map(PathBuf::as_path).collect()
    }

    pub(super) fn write(
        &mut self,
        (file, line): (usize, u64),
        rejection: &Rejection,
        text: &str,
    ) -> Result<(), ImportError> {
        if self.file.is_none() {
            self.file = Some(OutputFile::create(&self.path, Some(&self.database), &self.inputs())?);
        }
        let Some(output) = &mut self.file else { return Ok(()) };
        let unwritable = |error| ImportError::Unwritable(self.path.display().to_string(), error);
        let text = text.chars().take(REJECTED_TEXT_CHARS).collect();
        let file = self.names.get(file).filter(|_| self.names.len() > 1).map(String::as_str);
        let row = RejectedLine { file, line, errors: &rejection.errors, text };
        let row = serde_json::to_string(&row).map_err(|error| unwritable(error.into()))?;
        writeln!(output, "{row}").map_err(unwritable)
    }

    pub(super) fn finish(self) -> Result<Option<PathBuf>, ImportError> {
        let Some(file) = self.file else {
            // The rejections of an earlier import no longer apply.
            if std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.is_file()) {
                let removed = std::fs::remove_file(&self.path);
                removed.map_err(|error| ImportError::Unwritable(self.path.display().to_string(), error))?;
            }
            return Ok(None);
        };
        file.finish()?;
        Ok(Some(self.path))
    }
}
