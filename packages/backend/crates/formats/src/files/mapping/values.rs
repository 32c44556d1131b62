//! The values of the fields of a row.

use std::borrow::Cow;
use std::collections::BTreeMap;

use csv::ByteRecord;
use goody_domain::Rejection;

use super::cells::{NOT_TEXT, cleaned, joined_clock, not_text, whole};
use super::fields::Field;
use super::row::{BoundField, LONGEST_TEXT, Made, RowParser};
use super::source::{NotText, Role};
use crate::files::ids::make_id;
use crate::files::money::decimals;

impl RowParser {
    /// The text of a field: that of the row, translated by the words of the mapping, or its constant.
    pub(super) fn text<'r>(&'r self, row: &'r ByteRecord, field: Field) -> Made<Option<Cow<'r, str>>> {
        self.text_joined(row, field, "-")
    }

    pub(super) fn text_joined<'r>(&'r self, row: &'r ByteRecord, field: Field, by: &str) -> Made<Option<Cow<'r, str>>> {
        let found = match &self.fields[field as usize] {
            Some(bound) => bound.source.text(row, by).map_err(|NotText| not_text(field))?,
            None => None,
        };
        let Some(found) = found else {
            return Ok(self.constants[field as usize].as_deref().map(Cow::Borrowed));
        };
        let words = self.words[field as usize].as_ref();
        let word = words.and_then(|words| words.get(found.as_ref()).or_else(|| words.get(&found.to_lowercase())));
        match word {
            Some(word) => Ok((!word.is_empty()).then_some(Cow::Borrowed(word))),
            None => Ok(Some(found)),
        }
    }

    pub(super) fn id<'r>(&self, text: Cow<'r, str>) -> Cow<'r, str> {
        match (self.make_ids, text) {
            (false, text) => text,
            (true, Cow::Borrowed(text)) => make_id(text),
            (true, Cow::Owned(text)) => Cow::Owned(make_id(&text).into_owned()),
        }
    }

    pub(super) fn flag(&self, row: &ByteRecord, field: Field) -> Made<Option<bool>> {
        let Some(word) = self.text(row, field)? else { return Ok(None) };
        match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Ok(Some(true)),
            "false" | "no" | "n" | "0" => Ok(Some(false)),
            // A table of words names those that mean yes.
            _ if self.words[field as usize].is_some() => Ok(Some(false)),
            _ => {
                let reason = format!("must be true or false, or a word of [words.{}] in the mapping", field.name());
                Err(Rejection::field(field.name(), reason))
            }
        }
    }

    pub(super) fn currency<'r>(&'r self, row: &'r ByteRecord) -> Made<Option<Cow<'r, str>>> {
        let text = self.text(row, Field::Currency)?;
        Ok(text.map(|text| match text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            true => text,
            false => Cow::Owned(text.to_ascii_uppercase()),
        }))
    }

    /// The amount of a row in minor units, and the currency that its text names.
    pub(super) fn amount(&self, row: &ByteRecord) -> Made<Option<(i64, Option<String>)>> {
        let invalid = |reason: String| Rejection::field("giftValue", reason);
        let currency = self.currency(row)?;
        let field = self.fields[Field::GiftValue as usize].as_ref();
        if let Some(BoundField { source, role: Role::Product, .. }) = field {
            let parts = source.parts(row).map_err(|NotText| not_text(Field::GiftValue))?;
            let mut parts = parts.into_iter();
            let Some(Some(price)) = parts.next() else { return Ok(None) };
            let amount = self.money.read(price, currency.as_deref()).map_err(invalid)?;
            let mut total = amount.minor_units;
            for count in parts.flatten() {
                let count = whole(count)
                    .ok_or_else(|| invalid(format!("is for a quantity that is no whole number: {count}")))?;
                total = total.checked_mul(count).ok_or_else(|| invalid("is too large".into()))?;
            }
            return Ok(Some((total, amount.currency)));
        }
        let Some(text) = self.text(row, Field::GiftValue)? else { return Ok(None) };
        let amount = self.money.read(&text, currency.as_deref()).map_err(invalid)?;
        debug_assert!(decimals(currency.as_deref().unwrap_or("USD")) <= 4);
        Ok(Some((amount.minor_units, amount.currency)))
    }

    /// A promise: a time, or a day, or days after the placement.
    pub(super) fn promise<'r>(&'r self, row: &'r ByteRecord, field: Field, placed: &str) -> Made<Option<Cow<'r, str>>> {
        let Some(text) = self.text_joined(row, field, " ")? else { return Ok(None) };
        let invalid = |reason: String| Rejection::field(field.name(), reason);
        let is_days = self.fields[field as usize].as_ref().is_some_and(|bound| bound.role == Role::DaysAfterPlacement);
        if is_days {
            let days = whole(&text).filter(|days| (0..=3_660).contains(days));
            let days = days.ok_or_else(|| invalid(format!("is not a number of days: {text}")))?;
            return self.times.days_after(placed, days).map(Some).map_err(invalid);
        }
        let made = match joined_clock(text) {
            Cow::Borrowed(text) => self.times.promise(text),
            Cow::Owned(text) => self.times.promise(&text).map(|made| Cow::Owned(made.into_owned())),
        };
        made.map(Some).map_err(invalid)
    }

    pub(super) fn attributes<'r>(&'r self, row: &'r ByteRecord) -> Made<BTreeMap<Cow<'r, str>, Cow<'r, str>>> {
        let mut attributes = BTreeMap::new();
        for (name, source) in &self.attributes {
            let text =
                source.text(row, " ").map_err(|NotText| Rejection::field(format!("attributes.{name}"), NOT_TEXT))?;
            if let Some(text) = text {
                attributes.insert(Cow::Borrowed(name.as_str()), cleaned(text, LONGEST_TEXT));
            }
        }
        Ok(attributes)
    }
}
