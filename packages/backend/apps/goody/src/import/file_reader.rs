//! Reads one file: finds out what it is, and keeps what is known about it.

use std::cell::RefCell;
use std::rc::Rc;

use goody_formats::files::mapping::Mapping;
use goody_formats::files::unpack::{Unpacked, unpack};

use super::ImportError;
use super::description::FileDescription;
use super::feed::{Feed, Input, ParsedEvent};
use super::input_file::{FileOptions, InputFile};

/// Reads one file.
pub(super) struct FileReader<'s> {
    pub(super) options: &'s FileOptions,
    pub(super) name: String,
    pub(super) feed: Rc<RefCell<Feed>>,
    pub(super) description: FileDescription,
}

impl<'s> FileReader<'s> {
    pub(super) fn new(options: &'s FileOptions, file: &InputFile, feed: Rc<RefCell<Feed>>) -> Self {
        let name = file.name();
        Self { options, feed, description: FileDescription { name: name.clone(), ..FileDescription::default() }, name }
    }

    pub(super) fn unreadable(&self, error: std::io::Error) -> ImportError {
        ImportError::Unreadable(self.name.clone(), error)
    }

    pub(super) fn invalid(&self, reason: String) -> ImportError {
        ImportError::Columns(self.name.clone(), reason)
    }

    /// Reads the file, and returns what is known about it.
    pub(super) fn read(mut self, file: InputFile) -> Result<FileDescription, ImportError> {
        let (extension, path) = (file.extension(), file.path.clone());
        let mapping = self.options.mapping.clone();
        let stated = self.options.encoding.clone().or_else(|| Some(mapping.as_ref()?.encoding()?.to_owned()));
        let input = Input { inner: file.reader, feed: self.feed.clone() };
        match unpack(Box::new(input), stated.as_deref()).map_err(|error| self.unreadable(error))? {
            Unpacked::Archive(reader) => self.read_workbook(reader, &path, mapping.unwrap_or_default()),
            Unpacked::Text(text) => {
                self.description.encoding = text.encoding.name();
                self.description.is_gzip = text.is_gzip;
                self.description.notes.extend(text.encoding.note());
                let is_json = matches!(text.first, Some(b'[' | b'{'));
                let is_table = matches!(extension.as_str(), "csv" | "tsv" | "txt");
                match mapping {
                    Some(mapping) if is_json && !is_table => self.read_json(text, &path, mapping),
                    Some(mapping) => self.read_csv(text, &path, mapping),
                    None if is_table => self.read_csv(text, &path, Mapping::default()),
                    None if text.first == Some(b'[') || extension == "json" => self.read_json_events(text),
                    None => self.read_ndjson(text),
                }
            }
        }
    }

    pub(super) fn push(&mut self, number: u64, event: ParsedEvent) -> bool {
        self.feed.borrow_mut().push(number, event)
    }
}

pub(super) fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
