//! Splits the body of a request into single events while it arrives.

use bytes::{Buf, Bytes, BytesMut};
use goody_domain::LONGEST_EVENT;

use crate::lines::BOM;

/// One event of a body, not parsed yet.
#[derive(Debug, PartialEq, Eq)]
pub enum RawEvent {
    /// The bytes of the event.
    Text(Bytes),
    /// The event is longer than [`LONGEST_EVENT`]: its first bytes, as many as that. The others were skipped, not buffered.
    TooLong(Bytes),
    /// The array is malformed from this event on, for this reason. The text begins with the event, and may end before it does.
    Malformed(&'static str, Bytes),
}

/// The format of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFormat {
    /// One event on each line.
    Ndjson,
    /// One event, or an array of events.
    Json,
}

/// Splits a body into events. Each has its line number, or its position in the array, from 1. Buffers at most one event.
pub struct EventSplitter {
    format: BodyFormat,
    /// Whether a byte order mark at the start was skipped or ruled out.
    bom_checked: bool,
    /// Complete lines or elements so far.
    count: u64,
    buffer: BytesMut,
    /// How many bytes of `buffer` were scanned.
    scanned: usize,
    /// The first bytes of an event that is too long, and whose end has not arrived.
    too_long: Option<Bytes>,
    json: Json,
}

/// The scanner's position in a JSON body.
#[derive(Default)]
struct Json {
    in_array: bool,
    ended: bool,
    malformed: bool,
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl EventSplitter {
    /// A splitter for a body of this format.
    pub fn new(format: BodyFormat) -> Self {
        Self {
            format,
            bom_checked: false,
            count: 0,
            buffer: BytesMut::new(),
            scanned: 0,
            too_long: None,
            json: Json::default(),
        }
    }

    /// Appends bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete event.
    pub fn next_event(&mut self) -> Option<(u64, RawEvent)> {
        if !self.bom_checked {
            if self.buffer.starts_with(BOM) {
                self.buffer.advance(BOM.len());
            } else if BOM.starts_with(&self.buffer) {
                return None;
            }
            self.bom_checked = true;
        }
        loop {
            let end = match self.format {
                BodyFormat::Ndjson => {
                    self.buffer[self.scanned..].iter().position(|b| *b == b'\n').map(|at| self.scanned + at)
                }
                BodyFormat::Json => self.json_end(),
            };
            if self.json.malformed {
                self.json.malformed = false;
                self.json.ended = true;
                let text = self.buffer.split_to(self.scanned + 1).freeze();
                let text = self.too_long.take().unwrap_or_else(|| start_of(&text));
                self.buffer.clear();
                self.scanned = 0;
                return Some((
                    self.count + 1,
                    RawEvent::Malformed("is not JSON: the rest of the array is ignored", text),
                ));
            }
            let Some(end) = end else {
                self.scanned = self.buffer.len();
                if self.buffer.len() > LONGEST_EVENT {
                    self.too_long.get_or_insert_with(|| start_of(&self.buffer));
                    self.buffer.clear();
                    self.scanned = 0;
                }
                return None;
            };
            let text = self.buffer.split_to(end).freeze();
            if self.format == BodyFormat::Ndjson {
                self.buffer.advance(1);
            }
            self.scanned = 0;
            if let Some(raw_event) = self.raw_event(text) {
                return Some(raw_event);
            }
        }
    }

    /// The last event, at the end of the body.
    pub fn finish(mut self) -> Option<(u64, RawEvent)> {
        if let Some(raw_event) = self.next_event() {
            return Some(raw_event);
        }
        if self.format == BodyFormat::Json && self.json.in_array && !self.json.ended {
            let text = self.too_long.take().unwrap_or_else(|| start_of(&self.buffer));
            return Some((self.count + 1, RawEvent::Malformed("ends within the array", text)));
        }
        let rest = self.buffer.split().freeze();
        self.raw_event(rest)
    }

    /// The event in `text`, unless it is blank. A blank line counts as a line, so that line numbers match those of an editor.
    fn raw_event(&mut self, text: Bytes) -> Option<(u64, RawEvent)> {
        let too_long = self.too_long.take().or_else(|| (text.len() > LONGEST_EVENT).then(|| start_of(&text)));
        let is_blank = too_long.is_none() && text.trim_ascii().is_empty();
        if self.format == BodyFormat::Ndjson || !is_blank {
            self.count += 1;
        }
        match (too_long, is_blank) {
            (Some(start), _) => Some((self.count, RawEvent::TooLong(start))),
            (_, true) => None,
            _ => Some((self.count, RawEvent::Text(text))),
        }
    }

    /// The end of the next element of the array. A body that is not an array is one element, which ends with the body.
    fn json_end(&mut self) -> Option<usize> {
        let json = &mut self.json;
        while self.scanned < self.buffer.len() {
            let byte = self.buffer[self.scanned];
            if json.ended {
                self.buffer.clear();
                self.scanned = 0;
                return None;
            }
            if !json.in_array && !json.started {
                // Leading whitespace is not part of an event and does not count towards its length.
                json.in_array = byte == b'[';
                if json.in_array || byte.is_ascii_whitespace() {
                    self.buffer.advance(1);
                    continue;
                }
                json.started = true;
            }
            if !json.in_array {
                self.scanned += 1;
                continue;
            }
            match byte {
                _ if json.escaped => json.escaped = false,
                b'\\' if json.in_string => json.escaped = true,
                b'"' => json.in_string = !json.in_string,
                _ if json.in_string => {}
                b'{' | b'[' => json.depth += 1,
                b'}' | b']' if json.depth > 0 => json.depth -= 1,
                b']' => {
                    json.ended = true;
                    return Some(self.scanned);
                }
                b'}' => {
                    json.malformed = true;
                    return None;
                }
                b',' if json.depth == 0 => {
                    self.buffer[self.scanned] = b' ';
                    return Some(self.scanned);
                }
                _ => {}
            }
            self.scanned += 1;
        }
        None
    }
}

/// A copy of the first bytes, which does not keep the others in memory.
fn start_of(text: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&text[..text.len().min(LONGEST_EVENT)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits a body that arrives a few bytes at a time.
    fn split(format: BodyFormat, body: &str, at_a_time: usize) -> Vec<RawEvent> {
        let mut splitter = EventSplitter::new(format);
        let mut raw_events = Vec::new();
        for bytes in body.as_bytes().chunks(at_a_time) {
            splitter.push(bytes);
            while let Some((_, raw_event)) = splitter.next_event() {
                raw_events.push(raw_event);
            }
        }
        raw_events.extend(splitter.finish().map(|(_, raw_event)| raw_event));
        raw_events
    }

    fn texts(raw_events: &[RawEvent]) -> Vec<String> {
        let text = |raw_event: &RawEvent| match raw_event {
            RawEvent::Text(bytes) => String::from_utf8_lossy(bytes).trim().to_owned(),
            RawEvent::TooLong(start) => {
                format!("too long, after {} x", start.iter().filter(|byte| **byte == b'x').count())
            }
            RawEvent::Malformed(reason, start) => format!("{reason}: {}", String::from_utf8_lossy(start).trim()),
        };
        raw_events.iter().map(text).collect()
    }

    #[test]
    fn lines_are_split_wherever_the_chunks_of_a_body_end() {
        for at_a_time in 1..9 {
            assert_eq!(
                texts(&split(BodyFormat::Ndjson, "{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}", at_a_time)),
                ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
            );
        }
    }

    #[test]
    fn a_byte_order_mark_at_the_start_is_skipped() {
        for at_a_time in 1..9 {
            assert_eq!(
                texts(&split(BodyFormat::Ndjson, "\u{feff}{\"a\":1}\n{\"b\":2}", at_a_time)),
                ["{\"a\":1}", "{\"b\":2}"]
            );
            assert_eq!(texts(&split(BodyFormat::Json, "\u{feff}[1, 2]", at_a_time)), ["1", "2"]);
            assert_eq!(texts(&split(BodyFormat::Ndjson, "\u{feff}", at_a_time)), Vec::<String>::new());
        }
    }

    #[test]
    fn an_array_is_split_into_its_elements() {
        for at_a_time in 1..9 {
            let body = r#" [ {"a":"],}\"{"} , {"b":[1,{"c":2}]},3 ] "#;
            assert_eq!(
                texts(&split(BodyFormat::Json, body, at_a_time)),
                [r#"{"a":"],}\"{"}"#, r#"{"b":[1,{"c":2}]}"#, "3"]
            );
        }
        assert_eq!(texts(&split(BodyFormat::Json, "[]", 1)), Vec::<String>::new());
    }

    #[test]
    fn a_body_may_be_a_single_event() {
        assert_eq!(texts(&split(BodyFormat::Json, " {\"a\": [1, 2]}\n", 3)), ["{\"a\": [1, 2]}"]);
    }

    #[test]
    fn an_array_without_an_end_is_malformed() {
        assert_eq!(
            texts(&split(BodyFormat::Json, "[{\"a\":1},{\"b\"", 4)),
            ["{\"a\":1}", "ends within the array: {\"b\""]
        );
        for at_a_time in 1..9 {
            assert_eq!(
                texts(&split(BodyFormat::Json, "[1, 2} 3]", at_a_time)),
                ["1", "is not JSON: the rest of the array is ignored: 2}"]
            );
        }
    }

    #[test]
    fn whitespace_before_a_body_is_ignored() {
        let blanks = " ".repeat(2 * LONGEST_EVENT);
        for at_a_time in [1000, 65_536, usize::MAX] {
            assert_eq!(texts(&split(BodyFormat::Json, &format!("{blanks}[1, 2]"), at_a_time)), ["1", "2"]);
            assert_eq!(texts(&split(BodyFormat::Json, &format!("{blanks}{{}}"), at_a_time)), ["{}"]);
        }
    }

    #[test]
    fn a_line_that_is_too_long_does_not_affect_the_others() {
        let body = format!("{{\"a\":1}}\n{}\n{{\"b\":2}}\n", "x".repeat(10 * LONGEST_EVENT));
        for at_a_time in [1000, 65_536, usize::MAX] {
            let texts = texts(&split(BodyFormat::Ndjson, &body, at_a_time));
            assert_eq!(
                texts,
                ["{\"a\":1}".to_owned(), format!("too long, after {LONGEST_EVENT} x"), "{\"b\":2}".to_owned()]
            );
        }
    }
}
