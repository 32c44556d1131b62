//! Ids from any text: stable, readable, and different for different texts.
//!
//! `#1058` becomes `1058-` and a short hash of the whole text. A text that is an id already stays as it is.

use std::borrow::Cow;

/// The most characters of the readable part. With the hash, an id stays below the limit of 128.
const READABLE: usize = 96;
/// Digits of a hash in an id, without letters that are mistaken for others.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A hash that is equal on every machine and in every version (FNV-1a with a final mix), because it becomes part of stored ids.
#[derive(Clone, Copy, Debug)]
pub struct StableHash(u64);

impl Default for StableHash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl StableHash {
    /// Adds one part. Parts are separated: `ab`, `c` differs from `a`, `bc`.
    pub fn add(&mut self, part: &[u8]) {
        for byte in part.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The hash as a number.
    pub fn number(self) -> u64 {
        // The final mix of SplitMix64: without it, the high bits hardly depend on the last bytes.
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The hash as letters and digits, five bits each.
    pub fn letters(self, count: usize) -> String {
        let number = self.number();
        (0..count.min(12)).map(|at| char::from(DIGITS[(number >> (5 * at)) as usize & 31])).collect()
    }
}

/// The id of a text.
pub fn make_id(text: &str) -> Cow<'_, str> {
    if (1..=128).contains(&text.len()) && text.bytes().all(is_id_byte) {
        return Cow::Borrowed(text);
    }
    let mut hash = StableHash::default();
    hash.add(text.as_bytes());
    let readable = readable(text, is_id_byte, str::to_owned);
    if readable.is_empty() {
        return Cow::Owned(hash.letters(12));
    }
    // A hash of 30 bits suffices next to a readable part: only texts with the same readable part could collide.
    Cow::Owned(format!("{readable}-{}", hash.letters(6)))
}

/// The slug of a text, in small letters: for gift types.
pub fn slug(text: &str) -> Cow<'_, str> {
    let is_slug_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(is_slug_byte) {
        return Cow::Borrowed(text);
    }
    let mut slug = readable(text, is_slug_byte, |letters| letters.to_ascii_lowercase());
    slug.truncate(64);
    let slug = slug.trim_matches('-');
    if slug.is_empty() {
        let mut hash = StableHash::default();
        hash.add(text.as_bytes());
        return Cow::Owned(hash.letters(8));
    }
    Cow::Owned(slug.to_owned())
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-')
}

/// The allowed characters of a text, with one `-` for each run of others. Latin letters lose their accents.
fn readable(text: &str, is_allowed: impl Fn(u8) -> bool, case: impl Fn(&str) -> String) -> String {
    let mut made = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for letter in text.chars() {
        let plain = unaccented(letter);
        let letters = case(if plain.is_empty() { letter.encode_utf8(&mut buffer) } else { plain });
        if letters.bytes().all(&is_allowed) {
            made.push_str(&letters);
        } else if !made.ends_with('-') {
            made.push('-');
        }
        if made.len() >= READABLE {
            break;
        }
    }
    made.trim_matches('-').to_owned()
}

/// A Latin letter without its accent; empty for others.
fn unaccented(letter: char) -> &'static str {
    match letter {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Æ' => "Ae",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ď' | 'đ' | 'ð' => "d",
        'È'..='Ë' | 'Ē' | 'Ė' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'Ğ' => "G",
        'ğ' => "g",
        'Ì'..='Ï' | 'Ī' | 'İ' => "I",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'Ł' | 'Ľ' => "L",
        'ł' | 'ľ' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'Œ' => "Oe",
        'œ' => "oe",
        'Ř' => "R",
        'ř' => "r",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ť' | 'ţ' | 'ț' => "t",
        'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'Ý' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_readable_and_a_valid_id_stays() {
        assert_eq!(make_id("A-1:x_.9"), "A-1:x_.9");
        assert!(make_id("#1058").starts_with("1058-"));
        assert!(make_id("Fleurs d'Été & Söhne").starts_with("Fleurs-d-Ete-Sohne-"));
        assert!(make_id("../../etc/passwd").starts_with("..-..-etc-passwd-"));
    }

    #[test]
    fn different_texts_have_different_ids() {
        let texts = ["#1", "1", "# 1", "1#", "花店", "書店", "Müller", "Muller", "mu\u{308}ller", "", " "];
        let ids: std::collections::BTreeSet<String> = texts.iter().map(|text| make_id(text).into_owned()).collect();
        assert_eq!(ids.len(), texts.len(), "{ids:?}");
        assert!(ids.iter().all(|id| goody_domain::OrderId::parse(id).is_ok()), "{ids:?}");
    }

    #[test]
    fn an_id_never_changes() {
        // Stored ids depend on it.
        let mut hash = StableHash::default();
        hash.add(b"");
        assert_eq!(hash.letters(12).len(), 12);
        assert_eq!(make_id("#1058"), make_id("#1058"));
        let long = "ü".repeat(300);
        assert!(make_id(&long).len() <= 128);
    }

    #[test]
    fn a_gift_type_becomes_a_slug() {
        assert_eq!(slug("Flowers & Plants"), "flowers-plants");
        assert_eq!(slug("flowers"), "flowers");
        assert!(!slug("花").is_empty());
    }
}
