//! Event bodies, cut into single events while they arrive.

use bytes::{Buf, Bytes, BytesMut};
use goody_domain::LONGEST_EVENT;

/// One event of a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Its bytes.
    Text(Bytes),
    /// It was longer than [`LONGEST_EVENT`], and was passed over without being held.
    TooLong,
    /// From here on the array cannot be cut.
    Broken(&'static str),
}

/// The mark of UTF-8 that some programs begin a file with.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// How events follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One a line.
    Lines,
    /// One alone, or an array of them.
    Json,
}

/// Cuts a body into events, each with its line, or its place in the array, from 1. Holds at most one of them.
pub(crate) struct Cutter {
    form: Form,
    /// Whether the mark at the start has been looked for.
    begun: bool,
    /// Lines or elements that are over.
    over: u64,
    held: BytesMut,
    /// How far into `held` was looked.
    seen: usize,
    too_long: bool,
    json: Json,
}

/// Where in a JSON body we are.
#[derive(Default)]
struct Json {
    in_array: bool,
    ended: bool,
    broken: bool,
    depth: usize,
    in_string: bool,
    escaped: bool,
    started: bool,
}

impl Cutter {
    pub(crate) fn new(form: Form) -> Self {
        Self { form, begun: false, over: 0, held: BytesMut::new(), seen: 0, too_long: false, json: Json::default() }
    }

    /// Takes what arrived.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole event.
    pub(crate) fn next(&mut self) -> Option<(u64, Piece)> {
        if !self.begun {
            if self.held.starts_with(BOM) {
                self.held.advance(BOM.len());
            } else if BOM.starts_with(&self.held) {
                return None;
            }
            self.begun = true;
        }
        loop {
            let end = match self.form {
                Form::Lines => self.held[self.seen..].iter().position(|b| *b == b'\n').map(|at| self.seen + at),
                Form::Json => self.json_end(),
            };
            if self.json.broken {
                self.json.broken = false;
                self.json.ended = true;
                self.too_long = false;
                self.held.clear();
                self.seen = 0;
                return Some((self.over + 1, Piece::Broken("is not JSON: the rest of the array was not read")));
            }
            let Some(end) = end else {
                self.seen = self.held.len();
                if self.held.len() > LONGEST_EVENT {
                    self.too_long = true;
                    self.held.clear();
                    self.seen = 0;
                }
                return None;
            };
            let text = self.held.split_to(end).freeze();
            if self.form == Form::Lines {
                self.held.advance(1);
            }
            self.seen = 0;
            if let Some(piece) = self.piece(text) {
                return Some(piece);
            }
        }
    }

    /// What is left at the end of the body.
    pub(crate) fn finish(mut self) -> Option<(u64, Piece)> {
        if let Some(piece) = self.next() {
            return Some(piece);
        }
        if self.form == Form::Json && self.json.in_array && !self.json.ended {
            return Some((self.over + 1, Piece::Broken("ends within the array")));
        }
        let rest = self.held.split().freeze();
        self.piece(rest)
    }

    /// An event, unless there is nothing in its place. A blank line counts as a line, so that numbers are those of an editor.
    fn piece(&mut self, text: Bytes) -> Option<(u64, Piece)> {
        let is_too_long = std::mem::take(&mut self.too_long) || text.len() > LONGEST_EVENT;
        let is_blank = !is_too_long && text.trim_ascii().is_empty();
        if self.form == Form::Lines || !is_blank {
            self.over += 1;
        }
        match (is_too_long, is_blank) {
            (true, _) => Some((self.over, Piece::TooLong)),
            (_, true) => None,
            _ => Some((self.over, Piece::Text(text))),
        }
    }

    /// Where the next element of the array ends. A body that is no array is one element that ends with the body.
    fn json_end(&mut self) -> Option<usize> {
        let json = &mut self.json;
        while self.seen < self.held.len() {
            let byte = self.held[self.seen];
            if json.ended {
                self.held.clear();
                self.seen = 0;
                return None;
            }
            if !json.in_array && !json.started {
                // What is blank before the body is part of no event, and counts for the length of none.
                json.in_array = byte == b'[';
                if json.in_array || byte.is_ascii_whitespace() {
                    self.held.advance(1);
                    continue;
                }
                json.started = true;
            }
            if !json.in_array {
                self.seen += 1;
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
                    return Some(self.seen);
                }
                b'}' => {
                    json.broken = true;
                    return None;
                }
                b',' if json.depth == 0 => {
                    self.held[self.seen] = b' ';
                    return Some(self.seen);
                }
                _ => {}
            }
            self.seen += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts a body that arrives a few bytes at a time.
    fn cut(form: Form, body: &str, at_a_time: usize) -> Vec<Piece> {
        let mut cutter = Cutter::new(form);
        let mut pieces = Vec::new();
        for bytes in body.as_bytes().chunks(at_a_time) {
            cutter.feed(bytes);
            while let Some((_, piece)) = cutter.next() {
                pieces.push(piece);
            }
        }
        pieces.extend(cutter.finish().map(|(_, piece)| piece));
        pieces
    }

    fn texts(pieces: &[Piece]) -> Vec<String> {
        let text = |piece: &Piece| match piece {
            Piece::Text(bytes) => String::from_utf8_lossy(bytes).trim().to_owned(),
            other => format!("{other:?}"),
        };
        pieces.iter().map(text).collect()
    }

    #[test]
    fn lines_are_cut_wherever_they_arrive() {
        for at_a_time in 1..9 {
            assert_eq!(
                texts(&cut(Form::Lines, "{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}", at_a_time)),
                ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]
            );
        }
    }

    #[test]
    fn a_mark_of_utf_8_at_the_start_is_passed_over() {
        for at_a_time in 1..9 {
            assert_eq!(texts(&cut(Form::Lines, "\u{feff}{\"a\":1}\n{\"b\":2}", at_a_time)), ["{\"a\":1}", "{\"b\":2}"]);
            assert_eq!(texts(&cut(Form::Json, "\u{feff}[1, 2]", at_a_time)), ["1", "2"]);
            assert_eq!(texts(&cut(Form::Lines, "\u{feff}", at_a_time)), Vec::<String>::new());
        }
    }

    #[test]
    fn an_array_is_cut_into_its_elements() {
        for at_a_time in 1..9 {
            let body = r#" [ {"a":"],}\"{"} , {"b":[1,{"c":2}]},3 ] "#;
            assert_eq!(texts(&cut(Form::Json, body, at_a_time)), [r#"{"a":"],}\"{"}"#, r#"{"b":[1,{"c":2}]}"#, "3"]);
        }
        assert_eq!(texts(&cut(Form::Json, "[]", 1)), Vec::<String>::new());
    }

    #[test]
    fn a_single_event_is_its_own_body() {
        assert_eq!(texts(&cut(Form::Json, " {\"a\": [1, 2]}\n", 3)), ["{\"a\": [1, 2]}"]);
    }

    #[test]
    fn an_array_without_its_end_says_so() {
        assert_eq!(texts(&cut(Form::Json, "[{\"a\":1},{\"b\"", 4)), ["{\"a\":1}", "Broken(\"ends within the array\")"]);
        assert_eq!(texts(&cut(Form::Json, "[}", 1)).len(), 1);
    }

    #[test]
    fn blanks_before_a_body_cost_nothing() {
        let blanks = " ".repeat(2 * LONGEST_EVENT);
        for at_a_time in [1000, 65_536, usize::MAX] {
            assert_eq!(texts(&cut(Form::Json, &format!("{blanks}[1, 2]"), at_a_time)), ["1", "2"]);
            assert_eq!(texts(&cut(Form::Json, &format!("{blanks}{{}}"), at_a_time)), ["{}"]);
        }
    }

    #[test]
    fn a_long_line_costs_only_itself() {
        let body = format!("{{\"a\":1}}\n{}\n{{\"b\":2}}\n", "x".repeat(10 * LONGEST_EVENT));
        for at_a_time in [1000, 65_536, usize::MAX] {
            assert_eq!(texts(&cut(Form::Lines, &body, at_a_time)), ["{\"a\":1}", "TooLong", "{\"b\":2}"]);
        }
    }
}
