//! Reads files of events: a JSON event on each line, or a JSON list of events.

use std::io::BufRead;

use goody_domain::{OrderEvent, Rejection};
use goody_formats::event_splitter::{BodyFormat, EventSplitter, RawEvent};
use goody_formats::files::unpack::Text;
use goody_formats::lines::{BOM, read_line};

use super::ImportError;
use super::description::FileDescription;
use super::feed::ParsedEvent;
use super::file_reader::{FileReader, lossy};

impl FileReader<'_> {
    pub(super) fn read_ndjson(mut self, text: Text) -> Result<FileDescription, ImportError> {
        self.description.format = "NDJSON, one event on each line";
        let mut reader = text.reader;
        let (mut number, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let is_whole = read_line(&mut reader, &mut line, b'\n').map_err(|error| self.unreadable(error))?;
            let Some(is_whole) = is_whole else { break };
            number += 1;
            let text = line.trim_ascii();
            let text = if number == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text };
            if is_whole && text.is_empty() {
                continue;
            }
            let event = if is_whole { self.parse(text) } else { Err((Rejection::too_long(), lossy(text))) };
            if !self.push(number, event) {
                return Ok(self.description);
            }
        }
        Ok(self.description)
    }

    /// A JSON list of events.
    pub(super) fn read_json_events(mut self, text: Text) -> Result<FileDescription, ImportError> {
        self.description.format = "JSON, a list of events";
        let mut reader = text.reader;
        let mut splitter = EventSplitter::new(BodyFormat::Json);
        loop {
            let chunk = reader.fill_buf().map_err(|error| self.unreadable(error))?;
            let length = chunk.len();
            if length == 0 {
                break;
            }
            splitter.push(chunk);
            reader.consume(length);
            while let Some((number, raw)) = splitter.next_event() {
                if !self.push_raw(number, &raw) {
                    return Ok(self.description);
                }
            }
        }
        if let Some((number, raw)) = splitter.finish() {
            self.push_raw(number, &raw);
        }
        Ok(self.description)
    }

    fn push_raw(&mut self, number: u64, raw: &RawEvent) -> bool {
        let event = match raw {
            RawEvent::Text(text) => self.parse(text),
            RawEvent::TooLong(start) => Err((Rejection::too_long(), lossy(start))),
            RawEvent::Malformed(reason, start) => Err((Rejection::field("line", *reason), lossy(start))),
        };
        self.push(number, event)
    }

    fn parse(&self, text: &[u8]) -> ParsedEvent {
        let now = self.feed.borrow().now;
        OrderEvent::parse_with_warnings(text, now, &self.options.zone).map_err(|rejection| (rejection, lossy(text)))
    }
}
