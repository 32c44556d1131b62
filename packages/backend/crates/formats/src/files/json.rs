//! Records of JSON files: a list, or one value after the other, also on several lines each. Paths such as `shipping.country` are
//! their columns.

use std::io::{self, BufRead};

use csv::ByteRecord;
use goody_domain::Rejection;
use serde_json::Value;

use crate::lines::BOM;

/// The largest record, in bytes: an order with all its items.
const MAX_BYTES: usize = 4 << 20;

/// Reads the records of a JSON file one by one.
pub struct JsonRecords<R> {
    input: R,
    /// The line of the next byte.
    line: u64,
    state: State,
    /// The keys that lead to the list of records.
    path: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    List,
    Sequence,
    Over,
}

/// A record with the number of its first line, or the reason why it is rejected and its text.
pub type JsonRecord = (u64, Result<Value, (Rejection, Vec<u8>)>);

impl<R: BufRead> JsonRecords<R> {
    /// Reads the records of `input`. `path` leads to their list, if they are not the whole file.
    pub fn new(input: R, path: Option<&str>) -> Self {
        let path = path.map(|path| path.split('.').map(str::to_owned).collect()).unwrap_or_default();
        Self { input, line: 1, state: State::Start, path }
    }

    /// The next record; `None` at the end.
    pub fn read(&mut self) -> io::Result<Option<JsonRecord>> {
        if self.state == State::Start {
            self.start()?;
        }
        loop {
            if self.state == State::Over {
                return Ok(None);
            }
            let Some(byte) = self.next_byte()? else { return Ok(None) };
            match (byte, self.state) {
                (b',', _) => self.bump(),
                (b']', State::List) => self.state = State::Over,
                _ => break,
            }
        }
        let line = self.line;
        let mut text = Vec::new();
        if !self.read_value(Some(&mut text))? {
            return Ok(Some((
                line,
                Err((Rejection::field("line", format!("is longer than {MAX_BYTES} bytes")), text)),
            )));
        }
        let value = serde_json::from_slice(&text);
        Ok(Some((line, value.map_err(|error| (Rejection::field("line", format!("is not JSON: {error}")), text)))))
    }

    /// Finds the first record.
    fn start(&mut self) -> io::Result<()> {
        for byte in BOM {
            if self.peek()? == Some(*byte) {
                self.bump();
            }
        }
        let keys = std::mem::take(&mut self.path);
        for key in &keys {
            if !self.enter(key)? {
                return Err(io::Error::other(format!(
                    "there is no list at {}: correct records in the mapping",
                    keys.join(".")
                )));
            }
        }
        self.state = match self.next_byte()? {
            Some(b'[') => {
                self.bump();
                State::List
            }
            _ if !keys.is_empty() => {
                return Err(io::Error::other(format!("{} is no list: correct records in the mapping", keys.join("."))));
            }
            _ => State::Sequence,
        };
        Ok(())
    }

    /// Goes to the value of a key of the object that begins here. False if there is none.
    fn enter(&mut self, key: &str) -> io::Result<bool> {
        if self.next_byte()? != Some(b'{') {
            return Ok(false);
        }
        self.bump();
        loop {
            match self.next_byte()? {
                Some(b',') => self.bump(),
                Some(b'"') => {
                    let mut name = Vec::new();
                    self.read_value(Some(&mut name))?;
                    if self.next_byte()? != Some(b':') {
                        return Ok(false);
                    }
                    self.bump();
                    if serde_json::from_slice::<String>(&name).is_ok_and(|name| name == key) {
                        return Ok(true);
                    }
                    self.next_byte()?;
                    self.read_value(None)?;
                }
                _ => return Ok(false),
            }
        }
    }

    /// Reads one value, and keeps its text, if it is wanted. False if it is too long; then its rest is skipped.
    fn read_value(&mut self, mut text: Option<&mut Vec<u8>>) -> io::Result<bool> {
        let (mut depth, mut in_string, mut escaped, mut read) = (0_usize, false, false, 0_usize);
        while let Some(byte) = self.peek()? {
            let is_end = depth == 0
                && !in_string
                && read > 0
                && matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
            if is_end {
                break;
            }
            self.bump();
            read += 1;
            if let Some(text) = text.as_mut().filter(|text| text.len() <= MAX_BYTES) {
                text.push(byte);
            }
            if in_string {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'"' => in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 && !in_string && matches!(byte, b'}' | b']' | b'"') {
                break;
            }
        }
        Ok(text.is_none_or(|text| text.len() <= MAX_BYTES))
    }

    /// The next byte that is no blank.
    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
            self.bump();
        }
        Ok(None)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn bump(&mut self) {
        let is_line = self.input.fill_buf().is_ok_and(|buffer| buffer.first() == Some(&b'\n'));
        self.line += u64::from(is_line);
        self.input.consume(1);
    }
}

/// The rows of a record: one, or one for each item of the list at `rows`. Each has the columns at these paths.
pub fn rows_of(record: &Value, rows: Option<&str>, columns: &[String]) -> Vec<ByteRecord> {
    let items = rows.and_then(|rows| find(record, rows)).and_then(Value::as_array).filter(|items| !items.is_empty());
    let row = |item: Option<&Value>| {
        let mut row = ByteRecord::new();
        for column in columns {
            let own = rows.and_then(|rows| column.strip_prefix(rows)?.strip_prefix('.'));
            let found = match (own, item) {
                (Some(own), Some(item)) => find(item, own),
                (Some(_), None) => None,
                (None, _) => find(record, column),
            };
            row.push_field(found.map(text_of).unwrap_or_default().as_bytes());
        }
        row
    };
    match items {
        Some(items) => items.iter().map(|item| row(Some(item))).collect(),
        None => vec![row(None)],
    }
}

/// The value at a path. A list gives its first item that has the rest of the path.
fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() {
        return Some(value);
    }
    match value {
        Value::Object(fields) => {
            if let Some(found) = fields.get(path) {
                return Some(found);
            }
            let (key, rest) = path.split_once('.').unwrap_or((path, ""));
            find(fields.get(key)?, rest)
        }
        Value::Array(items) => {
            let (key, rest) = path.split_once('.').unwrap_or((path, ""));
            match key.parse::<usize>() {
                Ok(at) => find(items.get(at)?, rest),
                Err(_) => items.iter().find_map(|item| find(item, path).filter(|found| !found.is_null())),
            }
        }
        _ => None,
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, path: Option<&str>) -> Vec<(u64, bool)> {
        let mut records = JsonRecords::new(text.as_bytes(), path);
        std::iter::from_fn(|| records.read().unwrap()).map(|(line, value)| (line, value.is_ok())).collect()
    }

    #[test]
    fn records_are_a_list_or_follow_each_other() {
        assert_eq!(read("\u{feff}[\n {\"a\": \"]}\\\"\"},\n {\"a\": [1, {}]}\n]\n", None), [(2, true), (3, true)]);
        assert_eq!(
            read("{\"a\":1}\n{\"a\":\n2}\n{\"a\"}\n{\"a\":4}", None),
            [(1, true), (2, true), (4, false), (5, true)]
        );
        assert_eq!(
            read("{\"count\": {\"x\": [1]}, \"data\": {\"orders\": [{\"a\": 1},{\"a\": 2}]}}", Some("data.orders"))
                .len(),
            2
        );
        assert!(JsonRecords::new(&b"{\"a\": 1}"[..], Some("orders")).read().is_err());
        assert_eq!(read("[", None), []);
        assert_eq!(read("[x, y}", None).len(), 3);
    }

    #[test]
    fn a_record_gives_a_row_for_each_item() {
        let record: Value = serde_json::from_str(
            r##"{"name": "#1", "shipping": {"country": "US"}, "line_items": [{"vendor": "A", "price": 1.5}, {"vendor": "B"}], "f": [{"t": null}, {"t": "x"}]}"##,
        )
        .unwrap();
        let columns: Vec<String> =
            ["name", "line_items.vendor", "line_items.price", "shipping.country", "f.t"].map(str::to_owned).into();
        let rows = rows_of(&record, Some("line_items"), &columns);
        let cells =
            |row: &ByteRecord| row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>();
        assert_eq!(
            rows.iter().map(cells).collect::<Vec<_>>(),
            [["#1", "A", "1.5", "US", "x"], ["#1", "B", "", "US", "x"]]
        );
    }
}
