//! Identifiers: parsed once when they are received, valid by their type from then on.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Defines one identifier type: a string that passed its check.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $check:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text. The error is the reason, as the end of a sentence that begins with the field.
            pub fn parse(text: &str) -> Result<Self, String> {
                $check(text).map(|()| Self(text.into()))
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                $check(&text).map(|()| Self(text.into_boxed_str()))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into_string()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// The id of an order, given by the marketplace: 1–128 characters of `A-Z a-z 0-9 . _ : -`.
    OrderId,
    opaque
);
identifier!(
    /// The id of a vendor: 1–128 characters of `A-Z a-z 0-9 . _ : -`.
    VendorId,
    opaque
);
identifier!(
    /// The id of an event, unique within its order: 1–128 characters of `A-Z a-z 0-9 . _ : -`.
    EventId,
    opaque
);
identifier!(
    /// The id of a parcel, unique within its order: 1–128 characters of `A-Z a-z 0-9 . _ : -`.
    ParcelId,
    opaque
);
identifier!(
    /// The id of a batch, events that were sent together in a file or a request: 1–128 characters of `A-Z a-z 0-9 . _ : -`.
    BatchId,
    opaque
);
identifier!(
    /// A type of gift, as a slug: 1–64 characters of `a-z 0-9 -`.
    GiftType,
    slug
);

/// The ISO 4217 code of a currency: three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// How many codes there are.
    pub(crate) const CODES: usize = 26 * 26 * 26;

    /// Checks the text. The error is the reason, as the end of a sentence that begins with the field.
    pub fn parse(text: &str) -> Result<Self, String> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err("must be an ISO 4217 code: three capital letters".into()),
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals its amounts have (ISO 4217): one unit is 10 to this power of minor units.
    pub fn decimals(self) -> u32 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }

    /// Its position among all codes in the sequence of the alphabet.
    pub(crate) fn number(self) -> usize {
        self.0.iter().fold(0, |number, letter| number * 26 + usize::from(letter - b'A'))
    }

    /// The code at a position.
    pub(crate) fn of_number(number: usize) -> Option<Self> {
        let letter = |divisor: usize| b'A' + (number / divisor % 26) as u8;
        (number < Self::CODES).then(|| Self([letter(26 * 26), letter(26), letter(1)]))
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn opaque(text: &str) -> Result<(), String> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    if !(1..=128).contains(&text.len()) {
        Err(format!("must have 1 to 128 characters, has {}", text.chars().count()))
    } else if !text.bytes().all(allowed) {
        Err("may only contain A-Z a-z 0-9 . _ : -".into())
    } else {
        Ok(())
    }
}

fn slug(text: &str) -> Result<(), String> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(())
    } else {
        Err("must be a slug: 1 to 64 characters of a-z 0-9 -".into())
    }
}

impl Default for Currency {
    /// US dollars, for an order that names no currency.
    fn default() -> Self {
        Self(*b"USD")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_accepts_only_its_alphabet() {
        assert!(OrderId::parse("2e7a-8482_F6:fb.0").is_ok());
        assert!(OrderId::parse("").is_err());
        assert!(OrderId::parse(&"x".repeat(129)).is_err());
        assert!(OrderId::parse("a b").is_err());
        assert!(OrderId::parse("ä").is_err());
        assert!(OrderId::parse("a\0").is_err());
    }

    #[test]
    fn a_currency_has_three_capital_letters() {
        assert!(Currency::parse("BRL").is_ok());
        assert!(Currency::parse("brl").is_err());
        assert!(Currency::parse("EURO").is_err());
        for code in ["AAA", "EUR", "USD", "ZZZ"] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!((currency.as_str(), Currency::of_number(currency.number())), (code, Some(currency)));
        }
        assert_eq!(Currency::of_number(Currency::CODES), None);
    }
}
