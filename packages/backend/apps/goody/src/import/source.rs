//! The files of an import, which are read on their own thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::ImportError;
use super::batches::PieceSender;
use super::description::Reading;
use super::feed::{Feed, Line};
use super::file_reader::FileReader;
use super::input_file::{FileOptions, InputFile};

/// The files of an import, and how they are read.
pub(super) struct Source {
    pub(super) files: Vec<InputFile>,
    pub(super) options: FileOptions,
}

impl Source {
    /// Reads all files, and sends their lines. Returns what is known about the files.
    pub(super) fn read(self, pieces: PieceSender<Line>, position: Arc<AtomicU64>) -> Result<Reading, ImportError> {
        let feed = Rc::new(RefCell::new(Feed::new(pieces, position)));
        let mut files = Vec::with_capacity(self.files.len());
        for (at, file) in self.files.into_iter().enumerate() {
            feed.borrow_mut().file = at;
            files.push(FileReader::new(&self.options, &file, feed.clone()).read(file)?);
        }
        Ok(Reading { files, orders: feed.borrow_mut().finish()? })
    }
}
