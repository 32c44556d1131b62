//! HMAC-SHA256, compared in constant time.

use ring::{digest, hmac};
use subtle::ConstantTimeEq;

/// Whether `given` is the code of a message under one of the keys. All keys are tried, so the time does not depend on which one it is.
pub(super) fn is_of_one<'k>(keys: impl IntoIterator<Item = &'k [u8]>, message: &[&[u8]], given: &[u8]) -> bool {
    let is_of = |key: &[u8]| {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
        message.iter().for_each(|part| context.update(part));
        bool::from(context.sign().as_ref().ct_eq(given))
    };
    keys.into_iter().fold(false, |found, key| is_of(key) | found)
}

/// Whether a text is one of the secrets. Hashes are compared, which have the same length for every text.
pub(super) fn is_one<'s>(secrets: impl IntoIterator<Item = &'s [u8]>, given: &[u8]) -> bool {
    let hash = |text: &[u8]| digest::digest(&digest::SHA256, text);
    let given = hash(given);
    let is = |secret: &[u8]| bool::from(hash(secret).as_ref().ct_eq(given.as_ref()));
    secrets.into_iter().fold(false, |found, secret| is(secret) | found)
}

/// The bytes of hexadecimal digits, in any case.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_that_of_rfc_4231() {
        // RFC 4231, test case 2.
        let code = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
        let message: [&[u8]; 2] = [b"what do ya want ", b"for nothing?"];
        assert!(is_of_one([b"other".as_slice(), b"Jefe"], &message, &code));
        assert!(!is_of_one([b"other".as_slice()], &message, &code));
        assert!(!is_of_one([b"Jefe".as_slice()], &message, &code[..31]), "a truncated code is wrong");
        assert!(!is_of_one([b"Jefe".as_slice()], &message, b""));
        assert!(!is_of_one([], &message, &code));
    }

    #[test]
    fn hexadecimal_digits_are_pairs() {
        assert_eq!(hex("00fF"), Some(vec![0, 255]));
        for text in ["0", "0g", "0x", "é"] {
            assert_eq!(hex(text), None, "{text}");
        }
    }
}
