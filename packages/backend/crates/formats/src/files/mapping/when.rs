//! Conditions: which rows make an event.

use csv::ByteRecord;
use toml::Value;

use super::source::{BoundSource, Source};
use crate::files::heading::Heading;

/// A condition on one column.
#[derive(Clone, Debug)]
pub(crate) struct RowTest {
    column: String,
    test: Test,
    /// Whether the file may lack the column: then the condition is skipped.
    is_optional: bool,
}

#[derive(Clone, Debug)]
enum Test {
    /// The text is one of these words, in any case. An empty word is an empty cell.
    OneOf(Vec<String>),
    /// It is none of them.
    NoneOf(Vec<String>),
    /// It is filled, or it is not.
    Filled(bool),
}

/// A condition, with the position of its column.
#[derive(Clone, Debug)]
pub(crate) struct BoundRowTest {
    source: BoundSource,
    test: Test,
}

/// Reads `{ column = "word" }`, `{ column = ["word", "word"] }`, `{ column = { not = [...] } }`, `{ column = { filled = true } }`. In a
/// table, `optional = true` skips the condition for files without the column; `in` is a list of words.
pub(crate) fn parse(value: &Value) -> Result<Vec<RowTest>, String> {
    let table = value.as_table().ok_or("when must be a table: { column = [\"word\"] }")?;
    let condition = |(column, value): (&String, &Value)| {
        let optional = value.as_table().and_then(|table| table.get("optional"));
        let is_optional = optional.map_or(Some(false), Value::as_bool);
        let is_optional = is_optional.ok_or_else(|| format!("when.{column}.optional must be true or false"))?;
        Ok(RowTest { column: column.clone(), test: test(column, value)?, is_optional })
    };
    table.iter().map(condition).collect()
}

fn test(column: &str, value: &Value) -> Result<Test, String> {
    let invalid = || {
        format!(
            "when.{column} must be a word, a list of words, {{ in = [words] }}, {{ not = [words] }} or {{ filled = true }}"
        )
    };
    match value {
        Value::Table(table) => {
            let keys = table.len() - usize::from(table.contains_key("optional"));
            match (table.get("in"), table.get("not"), table.get("filled"), keys) {
                (Some(one_of), None, None, 1) => Ok(Test::OneOf(words(one_of).ok_or_else(invalid)?)),
                (None, Some(not), None, 1) => Ok(Test::NoneOf(words(not).ok_or_else(invalid)?)),
                (None, None, Some(Value::Boolean(filled)), 1) => Ok(Test::Filled(*filled)),
                _ => Err(invalid()),
            }
        }
        value => Ok(Test::OneOf(words(value).ok_or_else(invalid)?)),
    }
}

fn words(value: &Value) -> Option<Vec<String>> {
    let word = |value: &Value| match value {
        Value::String(word) => Some(word.trim().to_lowercase()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().map(word).collect(),
        value => Some(vec![word(value)?]),
    }
}

impl RowTest {
    pub(crate) fn column(&self) -> &str {
        &self.column
    }

    /// Finds its column: one of the file, or the source of the event's field with this name. `None` if it is to be skipped.
    pub(crate) fn bind(&self, heading: &Heading, field: Option<&Source>) -> Result<Option<BoundRowTest>, String> {
        let column = Source::Column(self.column.clone()).bind(heading);
        let source = match (column, field) {
            (Err(_), Some(field)) => field.bind(heading)?,
            (Err(_), None) if self.is_optional => return Ok(None),
            (column, _) => column?,
        };
        Ok(Some(BoundRowTest { source, test: self.test.clone() }))
    }
}

impl BoundRowTest {
    /// Whether the row satisfies it. A cell that is no text satisfies nothing.
    pub(crate) fn holds(&self, row: &ByteRecord) -> bool {
        let Ok(text) = self.source.text(row, " ") else { return false };
        let text = text.unwrap_or_default();
        let is_one_of = |words: &[String]| words.iter().any(|word| *word == text || *word == text.to_lowercase());
        match &self.test {
            Test::OneOf(words) => is_one_of(words),
            Test::NoneOf(words) => !is_one_of(words),
            Test::Filled(filled) => text.is_empty() != *filled,
        }
    }
}
