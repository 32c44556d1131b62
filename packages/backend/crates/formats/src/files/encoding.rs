//! Encodings of files: found by a byte order mark, by valid UTF-8, or by what the bytes show. The rest is text in UTF-8.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are decoded at once.
const SIZE: usize = 1 << 16;

/// The encoding with this name.
///
/// # Errors
/// There is none.
pub fn named(name: &str) -> Result<&'static Encoding, String> {
    let label = match name.trim().to_ascii_lowercase().replace('_', "-").as_str() {
        "cp1252" | "windows1252" | "ansi" => "windows-1252".into(),
        "latin-1" | "latin1" | "iso8859-1" => "latin1".into(),
        "cp932" | "shift-jis" | "sjis" => "shift_jis".into(),
        "utf16" => "utf-16".into(),
        other => other.to_owned(),
    };
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        format!(
            "encoding: {name} is unknown; use utf-8, utf-16, windows-1252, latin-1, shift_jis or another of the web"
        )
    })
}

/// The encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The encoding; `None` for bytes that are no UTF-8 and show nothing else: they are rejected where they matter.
    pub encoding: Option<&'static Encoding>,
    /// Why.
    pub reason: Reason,
}

/// Why a file is read in an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The mapping or the option says it.
    Stated,
    /// The file begins with a byte order mark.
    ByteOrderMark,
    /// The first bytes are valid UTF-8.
    Valid,
    /// The first bytes look like it.
    Likely,
}

impl Detected {
    /// The encoding of a file that begins with these bytes.
    pub fn of(start: &[u8], stated: Option<&'static Encoding>) -> Self {
        if let Some((encoding, _)) = Encoding::for_bom(start) {
            return Self { encoding: Some(encoding), reason: Reason::ByteOrderMark };
        }
        if let Some(encoding) = stated {
            return Self { encoding: Some(encoding), reason: Reason::Stated };
        }
        let zeros = |parity: usize| start.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
        let pairs = start.len() / 2;
        if pairs > 1 && (zeros(0) * 3 > pairs) != (zeros(1) * 3 > pairs) {
            let encoding = if zeros(1) > zeros(0) { UTF_16LE } else { UTF_16BE };
            return Self { encoding: Some(encoding), reason: Reason::Likely };
        }
        match std::str::from_utf8(start) {
            Ok(_) => Self { encoding: Some(UTF_8), reason: Reason::Valid },
            // The sample may end inside a character.
            Err(error) if error.error_len().is_none() => Self { encoding: Some(UTF_8), reason: Reason::Valid },
            Err(_) => Self { encoding: likely(start), reason: Reason::Likely },
        }
    }

    /// Whether the bytes are UTF-8 already, or are left as they are.
    pub fn is_utf8(self) -> bool {
        self.encoding.is_none_or(|encoding| encoding == UTF_8)
    }

    /// What a person should know, if the encoding was not certain.
    pub fn note(self) -> Option<String> {
        match (self.reason, self.encoding) {
            (Reason::Likely, Some(encoding)) => Some(format!(
                "the file is not UTF-8. It looks like {} and is read so. If names look wrong, say another with --encoding",
                encoding.name()
            )),
            (Reason::Likely, None) => Some(
                "the file is not UTF-8. Rows with other bytes in a column that is used are rejected: say the encoding with --encoding, \
                 such as windows-1252 or shift_jis"
                    .into(),
            ),
            _ => None,
        }
    }

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        self.encoding.map_or("unknown", Encoding::name)
    }
}

/// The encoding that bytes show that are no UTF-8: Shift_JIS if they have Japanese syllables, Windows-1252 if they are single
/// letters with accents between plain ones.
fn likely(start: &[u8]) -> Option<&'static Encoding> {
    let (japanese, has_errors) =
        SHIFT_JIS.decode_without_bom_handling(start.get(..start.len().saturating_sub(1)).unwrap_or(start));
    let syllables = japanese.chars().filter(|letter| matches!(letter, '\u{3041}'..='\u{30ff}')).count();
    if !has_errors && syllables > 1 {
        return Some(SHIFT_JIS);
    }
    let is_high = |byte: u8| byte >= 0x80;
    let (mut alone, mut all) = (0_usize, 0_usize);
    for (at, byte) in start.iter().enumerate().filter(|(_, byte)| is_high(**byte)) {
        // The typographic characters, and the letters, of Windows-1252.
        let is_letter = matches!(byte, 0x80 | 0x82..=0x8c | 0x8e | 0x91..=0x9c | 0x9e..=0xff);
        let has_neighbour = at > 0 && is_high(start[at - 1]) || start.get(at + 1).is_some_and(|next| is_high(*next));
        all += 1;
        alone += usize::from(is_letter && !has_neighbour);
    }
    (alone * 10 >= all * 8).then_some(WINDOWS_1252)
}

/// Reads text of another encoding as UTF-8.
pub struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// Which bytes of `input` are not decoded yet.
    pending: std::ops::Range<usize>,
    is_over: bool,
    output: Vec<u8>,
    /// Which bytes of `output` are not read yet.
    decoded: std::ops::Range<usize>,
    /// Whether the decoder has seen the end; it may not be used after it.
    is_finished: bool,
}

impl<R: Read> Transcoder<R> {
    /// Reads `inner`, which is in this encoding.
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        let (input, output) = (vec![0; SIZE], vec![0; SIZE]);
        Self { inner, decoder, input, pending: 0..0, is_over: false, output, decoded: 0..0, is_finished: false }
    }

    /// Decodes more. At the end, nothing is decoded.
    fn decode(&mut self) -> io::Result<()> {
        loop {
            if self.pending.is_empty() && !self.is_over {
                let read = self.inner.read(&mut self.input)?;
                self.pending = 0..read;
                self.is_over = read == 0;
            }
            let input = &self.input[self.pending.clone()];
            let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.output, self.is_over);
            self.pending.start += read;
            self.decoded = 0..written;
            if self.is_over && result == CoderResult::InputEmpty {
                self.is_finished = true;
                return Ok(());
            }
            if written > 0 {
                return Ok(());
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.decoded.is_empty() && !buffer.is_empty() {
            if self.is_finished {
                return Ok(0);
            }
            self.decode()?;
        }
        let count = self.decoded.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.output[self.decoded.start..self.decoded.start + count]);
        self.decoded.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_found_by_its_bytes() {
        let utf16: Vec<u8> = "Order;Händler\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (japanese, _, _) = SHIFT_JIS.encode("注文番号,バルミューダ スチーム,大阪府\n");
        for (start, expected) in [
            (&b"\xef\xbb\xbfOrder"[..], Some(UTF_8)),
            ("Order,Café".as_bytes(), Some(UTF_8)),
            ("Order,Caf\u{e9}".as_bytes().split_last().unwrap().1, Some(UTF_8)),
            (b"\xff\xfeO\0r\0", Some(UTF_16LE)),
            (&utf16, Some(UTF_16LE)),
            (b"Order,Rajast\xe1n,M\xe9xico", Some(WINDOWS_1252)),
            (&japanese, Some(SHIFT_JIS)),
            (b"\xfe\xfe\xfe\xfd\xfd\xfc", None),
        ] {
            assert_eq!(Detected::of(start, None).encoding, expected, "{start:?}");
        }
        assert!(named("cp1252").is_ok() && named("Shift_JIS").is_ok() && named("latin-1").is_ok());
        assert!(named("klingon").is_err());
    }

    #[test]
    fn text_is_transcoded_whatever_the_size_of_the_reads() {
        let text = "注文番号,バルミューダ\r\n".repeat(5_000);
        let (bytes, _, _) = SHIFT_JIS.encode(&text);
        let mut read = String::new();
        Transcoder::new(&bytes[..], SHIFT_JIS).read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
    }
}
