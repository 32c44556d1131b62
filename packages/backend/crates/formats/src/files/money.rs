//! Money as people write it: `142.50`, `$1,234.50`, `1 234,50`, `1.234,50 €`.
//!
//! A text that can mean two amounts is rejected with what would decide it. It is never guessed.

use std::cell::Cell;

use goody_domain::Currency;

/// What a whole number without a currency sign means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// Minor units: 4900 are 49.00 US dollars.
    Minor,
    /// Units of the currency: 4900 are 4,900.00 US dollars.
    Major,
}

/// How the amounts of a file are written.
#[derive(Debug, Default)]
pub(crate) struct MoneyFormat {
    /// What the mapping says.
    pub(crate) notation: Option<Notation>,
    /// The mark before the decimals, if the mapping says it.
    pub(crate) decimal_mark: Option<char>,
    /// Without a notation: whether an amount with decimals, and one without, was read.
    has_decimals: Cell<bool>,
    has_whole: Cell<bool>,
}

/// An amount, and the currency that its text names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) minor_units: i64,
    pub(crate) currency: Option<String>,
}

/// The decimals of a currency. One of an unknown code has two.
pub(crate) fn decimals(currency: &str) -> u32 {
    Currency::parse(currency).map_or(2, Currency::decimals)
}

impl MoneyFormat {
    pub(crate) fn new(notation: Option<Notation>, decimal_mark: Option<char>) -> Self {
        Self { notation, decimal_mark, ..Self::default() }
    }

    /// Reads an amount. `currency` is that of the row, if it says one.
    pub(crate) fn read(&self, text: &str, currency: Option<&str>) -> Result<Amount, String> {
        let parts = Parts::of(text)?;
        let named = parts.currency()?;
        if let (Some(named), Some(currency)) = (&named, currency)
            && named != currency
        {
            return Err(format!("is in {named}, and the currency is {currency}: {text}"));
        }
        let currency = currency.map(str::to_owned).or_else(|| named.clone());
        let places = decimals(currency.as_deref().unwrap_or("USD"));
        let number = self.number(&parts, places)?;
        let is_plain = parts.word.is_empty() && number.fraction.is_none() && !number.is_grouped;
        let is_minor = is_plain && places > 0 && self.is_minor(&number)?;
        if !is_plain && places > 0 {
            self.note_decimals()?;
        }
        let minor_units = if is_minor { number.whole } else { number.minor_units(places)? };
        let minor_units = if parts.is_negative { -minor_units } else { minor_units };
        Ok(Amount { minor_units, currency: named })
    }

    fn is_minor(&self, number: &Number) -> Result<bool, String> {
        match self.notation {
            Some(notation) => Ok(notation == Notation::Minor),
            None if self.has_decimals.get() && number.whole != 0 => Err(format!(
                "is {}: whole or minor units? Other rows have decimals. Set money = \"major\" or \"minor\" in the mapping",
                number.whole
            )),
            None => {
                self.has_whole.set(number.whole != 0 || self.has_whole.get());
                Ok(true)
            }
        }
    }

    fn note_decimals(&self) -> Result<(), String> {
        if self.notation.is_none() && self.has_whole.get() {
            return Err(
                "has decimals, and other rows have none: set money = \"major\" or \"minor\" in the mapping".into()
            );
        }
        self.has_decimals.set(true);
        Ok(())
    }

    /// Which of the separators are the decimal mark.
    fn number(&self, parts: &Parts, places: u32) -> Result<Number, String> {
        let digits = &parts.digits;
        let points = digits.matches('.').count();
        let commas = digits.matches(',').count();
        let last = digits.rfind(['.', ',']);
        let is_ambiguous =
            || format!("is {digits}: a thousand, or three decimals? Set decimal-mark = \".\" or \",\" in the mapping");
        let mark = match (self.decimal_mark, last) {
            (_, None) => None,
            (Some(mark), Some(_)) => digits.contains(mark).then_some(mark),
            (None, Some(at)) => {
                let last = if digits.as_bytes()[at] == b'.' { '.' } else { ',' };
                let after = digits.len() - at - 1;
                match (points, commas) {
                    (0, 2..) | (2.., 0) => None,
                    (1.., 1..) => Some(last),
                    // `1,234` and `1.234`: for a currency with three decimals, or of floating-point numbers, these are decimals.
                    _ if after == 3 && (1..=3).contains(&at) && !digits.starts_with('0') && places != 0 => {
                        return Err(is_ambiguous());
                    }
                    // Without decimals, a comma before three digits groups them, and a point may also be the mark of a program.
                    _ if after == 3 && (1..=3).contains(&at) && !digits.starts_with('0') && last == ',' => None,
                    _ if after == 3 && (1..=3).contains(&at) && !digits.starts_with('0') => return Err(is_ambiguous()),
                    _ => Some(last),
                }
            }
        };
        let (whole, fraction) = match mark {
            Some(mark) => match digits.split_once(mark) {
                Some((whole, fraction)) => (whole, Some(fraction)),
                None => (digits.as_str(), None),
            },
            None => (digits.as_str(), None),
        };
        let is_invalid = || format!("is not an amount of money: {digits}");
        if fraction.is_some_and(|fraction| !fraction.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(is_invalid());
        }
        let groups: Vec<&str> = whole.split(['.', ',', ' ']).collect();
        let is_grouped = groups.len() > 1;
        // India groups by two before the last three: 12,34,567.
        let is_right = groups.iter().enumerate().all(|(at, group)| {
            let is_digits = group.bytes().all(|byte| byte.is_ascii_digit());
            let length = group.len();
            let is_last = at + 1 == groups.len();
            is_digits
                && match (at, is_grouped) {
                    (_, false) => true,
                    (0, _) => (1..=3).contains(&length),
                    _ if is_last => length == 3,
                    _ => length == 3 || length == 2,
                }
        });
        if !is_right || whole.is_empty() && fraction.is_none_or(str::is_empty) {
            return Err(is_invalid());
        }
        let whole: String = groups.concat();
        let whole = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| is_invalid())? };
        Ok(Number { whole, fraction: fraction.map(str::to_owned), is_grouped })
    }
}

struct Number {
    whole: i64,
    fraction: Option<String>,
    is_grouped: bool,
}

impl Number {
    /// The amount in minor units. Further digits, as floating-point numbers have them, are rounded.
    fn minor_units(&self, places: u32) -> Result<i64, String> {
        let fraction = self.fraction.as_deref().unwrap_or_default();
        let places = places as usize;
        let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
        let kept: i64 = if kept.is_empty() { 0 } else { kept.parse().unwrap_or_default() };
        let rounds_up = fraction.as_bytes().get(places).is_some_and(|digit| *digit >= b'5');
        let minor = self.whole.checked_mul(10_i64.pow(places as u32)).and_then(|whole| whole.checked_add(kept));
        minor.and_then(|minor| minor.checked_add(i64::from(rounds_up))).ok_or_else(|| "is too large".to_owned())
    }
}

/// The parts of the text of an amount.
struct Parts {
    /// Digits and separators; groups separated by blanks or apostrophes have one blank.
    digits: String,
    /// The currency's sign or code.
    word: String,
    is_negative: bool,
}

impl Parts {
    fn of(text: &str) -> Result<Self, String> {
        let is_invalid = || format!("is not an amount of money: {}", text.chars().take(40).collect::<String>());
        let text = text.trim();
        let (inner, in_parentheses) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        let start = inner.find(|letter: char| letter.is_ascii_digit()).ok_or_else(is_invalid)?;
        let end = inner.rfind(|letter: char| letter.is_ascii_digit()).map_or(start, |end| end + 1);
        let before = inner[..start].strip_suffix(['.', ',']).filter(|rest| !rest.ends_with(char::is_alphanumeric));
        let (before, start) = match before {
            Some(before) => (before, start - 1),
            None => (&inner[..start], start),
        };
        let mut after = &inner[end..];
        // `12.-` and `12,--` are whole amounts.
        if let Some(rest) = after.strip_prefix(['.', ',']) {
            after = rest.trim_start_matches(['-', '–', '—']);
        }
        let mut digits = String::with_capacity(end - start);
        for letter in inner[start..end].chars() {
            match letter {
                '0'..='9' | '.' | ',' => digits.push(letter),
                '\'' | '’' => digits.push(' '),
                letter if letter.is_whitespace() => digits.push(' '),
                _ => return Err(is_invalid()),
            }
        }
        let minus = |part: &str| part.contains(['-', '−']);
        let is_negative = in_parentheses || minus(before) || minus(after);
        let word: String =
            before.chars().chain(after.chars()).filter(|c| !c.is_whitespace() && !"-−+".contains(*c)).collect();
        if word.chars().any(|letter| letter.is_ascii_digit()) || word.chars().count() > 4 {
            return Err(is_invalid());
        }
        Ok(Self { digits, word, is_negative })
    }

    /// The currency that the sign or the code names. `$` and `kr` are those of several.
    fn currency(&self) -> Result<Option<String>, String> {
        let code = match self.word.as_str() {
            "" | "$" | "kr" | "kr." | "Kr" | "¥" | "￥" => return Ok(None),
            "€" => "EUR",
            "£" => "GBP",
            "₹" | "Rs" | "Rs." => "INR",
            "R$" => "BRL",
            "US$" => "USD",
            "A$" | "AU$" => "AUD",
            "C$" | "CA$" => "CAD",
            "zł" => "PLN",
            "₺" => "TRY",
            "₩" => "KRW",
            "円" => "JPY",
            word if word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                return Ok(Some(word.to_ascii_uppercase()));
            }
            word => return Err(format!("has an unknown currency sign: {word}")),
        };
        Ok(Some(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> i64 {
        MoneyFormat::default().read(text, Some(currency)).unwrap().minor_units
    }

    #[test]
    fn money_is_read_as_people_write_it() {
        for (text, currency, expected) in [
            ("142.50", "USD", 14_250),
            ("142.5", "USD", 14_250),
            ("$1,234.50", "USD", 123_450),
            ("1 234,50", "EUR", 123_450),
            ("1\u{a0}234,50", "EUR", 123_450),
            ("1.234,50 €", "EUR", 123_450),
            ("1'234.50", "CHF", 123_450),
            ("24732.00", "JPY", 24_732),
            ("24732", "JPY", 24_732),
            ("24,732", "JPY", 24_732),
            ("1,000", "JPY", 1_000),
            ("24732.000", "JPY", 24_732),
            ("¥24,732,000", "JPY", 24_732_000),
            ("1,234,567.89", "USD", 123_456_789),
            ("12,34,567.89", "INR", 123_456_789),
            ("USD 0.99", "USD", 99),
            (".99", "USD", 99),
            ("12,-", "EUR", 12),
            ("327.7500001", "USD", 32_775),
            ("12.3450", "KWD", 12_345),
            ("-3.50", "USD", -350),
            ("(3.50)", "USD", -350),
            ("4900", "USD", 4_900),
        ] {
            assert_eq!(minor(text, currency), expected, "{text} {currency}");
        }
    }

    #[test]
    fn what_can_mean_two_amounts_is_rejected() {
        let money = MoneyFormat::default();
        for (text, currency) in
            [("1,234", "EUR"), ("1.234", "EUR"), ("1.234", "KWD"), ("24.732", "JPY"), ("1.000", "CLP")]
        {
            assert!(money.read(text, Some(currency)).unwrap_err().contains("decimal-mark"), "{text} {currency}");
        }
        let german = MoneyFormat::new(Some(Notation::Major), Some(','));
        assert_eq!(german.read("1.234", Some("EUR")).unwrap().minor_units, 123_400);
        let english = MoneyFormat::new(None, Some('.'));
        assert_eq!(english.read("1,234", Some("EUR")).unwrap().minor_units, 123_400);
        for text in ["1,23,4", "12.34.5", "1.2,3.4", "abc", "", "1-2", "12:30", "$", "."] {
            assert!(money.read(text, None).is_err(), "{text}");
        }
        assert!(money.read("€5.00", Some("USD")).unwrap_err().contains("EUR"));
    }

    #[test]
    fn whole_numbers_next_to_decimals_need_a_notation() {
        let money = MoneyFormat::default();
        assert_eq!(money.read("142.50", None).unwrap().minor_units, 14_250);
        assert!(money.read("142", None).unwrap_err().contains("money ="));
        let minor = MoneyFormat::new(Some(Notation::Minor), None);
        assert_eq!(minor.read("142.50", None).unwrap().minor_units, 14_250);
        assert_eq!(minor.read("4900", None).unwrap().minor_units, 4_900);
        let major = MoneyFormat::new(Some(Notation::Major), None);
        assert_eq!(major.read("142", None).unwrap().minor_units, 14_200);
        assert_eq!(major.read("5 €", None).unwrap(), Amount { minor_units: 500, currency: Some("EUR".into()) });
    }
}
