//! Where a value of a row comes from: one column, several that are joined, or the first that is filled.

use std::borrow::Cow;

use csv::ByteRecord;
use toml::Value;

use crate::files::heading::Heading;

/// Where a value comes from, by the names of columns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// The text of a column.
    Column(String),
    /// The filled texts of several columns, with this text between them.
    Joined(Vec<String>, Option<String>),
    /// The first of these that is filled. Columns that the file does not have are skipped.
    First(Vec<Source>),
    /// The same text in every row.
    Literal(String),
}

/// What a field makes of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// The text is the value.
    #[default]
    Text,
    /// The text is a number of days after the placement, for a promise.
    DaysAfterPlacement,
    /// The product of the columns, an amount and quantities.
    Product,
}

/// The source of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldSource {
    pub(crate) source: Source,
    pub(crate) role: Role,
    /// Whether the file may lack the column.
    pub(crate) is_optional: bool,
    /// Whether the amounts of all rows of the order are added.
    pub(crate) is_sum: bool,
}

impl Source {
    /// Reads a source: a name, a list of names that are joined, or a table with `column`, `columns` or `first`.
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => Ok(Self::Column(name.clone())),
            Value::Array(_) => Ok(Self::Joined(names(value)?, None)),
            Value::Table(table) => {
                let text = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
                let by = text("join-with");
                match (table.get("column"), table.get("columns"), table.get("first")) {
                    (Some(Value::String(name)), None, None) => Ok(Self::Column(name.clone())),
                    (None, Some(columns), None) => Ok(Self::Joined(names(columns)?, by)),
                    (None, None, Some(Value::Array(list))) if !list.is_empty() => {
                        Ok(Self::First(list.iter().map(Self::parse).collect::<Result<_, _>>()?))
                    }
                    _ => Err("needs one of: column = \"name\", columns = [names], first = [names]".into()),
                }
            }
            _ => Err("is no column: write \"name\", [\"name\", \"name\"] or { first = [\"name\", \"name\"] }".into()),
        }
    }

    /// Every column that it names.
    pub(crate) fn columns<'s>(&'s self, columns: &mut Vec<&'s str>) {
        match self {
            Self::Column(name) => columns.push(name),
            Self::Joined(names, _) => columns.extend(names.iter().map(String::as_str)),
            Self::First(sources) => sources.iter().for_each(|source| source.columns(columns)),
            Self::Literal(_) => {}
        }
    }

    /// Finds the columns in a heading. The error names a column that is missing.
    pub(crate) fn bind(&self, heading: &Heading) -> Result<BoundSource, String> {
        let position = |name: &String| heading.position(name).ok_or_else(|| heading.missing(&[name]));
        Ok(match self {
            Self::Column(name) => BoundSource::Column(position(name)?),
            Self::Joined(names, by) => {
                let columns = names.iter().map(position).collect::<Result<_, String>>()?;
                BoundSource::Joined(columns, by.clone())
            }
            Self::First(sources) => {
                let bound: Vec<BoundSource> = sources.iter().filter_map(|source| source.bind(heading).ok()).collect();
                if bound.is_empty() {
                    let mut names = Vec::new();
                    self.columns(&mut names);
                    names.dedup();
                    return Err(heading.missing(&names));
                }
                BoundSource::First(bound)
            }
            Self::Literal(text) => BoundSource::Literal(text.clone()),
        })
    }
}

impl FieldSource {
    /// Reads the source of a field of an event.
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        let plain = |source| Self { source, role: Role::Text, is_optional: false, is_sum: false };
        let Value::Table(table) = value else { return Source::parse(value).map(plain) };
        const KEYS: [&str; 8] =
            ["column", "columns", "first", "join-with", "optional", "days-after-placement", "product", "sum"];
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(format!("has no key {key}; use one of {}", KEYS.join(", ")));
        }
        let flag = |key: &str| match table.get(key) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(*flag),
            Some(_) => Err(format!("{key} must be true or false")),
        };
        let (source, role) = match (table.get("days-after-placement"), table.get("product")) {
            (Some(Value::Integer(days)), None) => (Source::Literal(days.to_string()), Role::DaysAfterPlacement),
            (Some(days), None) => (Source::parse(days)?, Role::DaysAfterPlacement),
            (None, Some(columns)) => (Source::Joined(names(columns)?, None), Role::Product),
            (None, None) => (Source::parse(value)?, Role::Text),
            (Some(_), Some(_)) => return Err("has both days-after-placement and product".into()),
        };
        Ok(Self { source, role, is_optional: flag("optional")?, is_sum: flag("sum")? })
    }
}

fn names(value: &Value) -> Result<Vec<String>, String> {
    let list = value.as_array().filter(|list| !list.is_empty());
    let names = list.and_then(|list| list.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>());
    names.ok_or_else(|| "must be a list of column names".into())
}

/// Where a value comes from, by the positions of columns.
#[derive(Clone, Debug)]
pub(crate) enum BoundSource {
    Column(usize),
    Joined(Vec<usize>, Option<String>),
    First(Vec<BoundSource>),
    Literal(String),
}

/// A cell has bytes that are no text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotText;

/// A cell without blanks around it; `None` if it is empty.
pub(crate) fn cell(row: &ByteRecord, column: usize) -> Result<Option<&str>, NotText> {
    let Some(bytes) = row.get(column) else { return Ok(None) };
    let text = std::str::from_utf8(bytes).map_err(|_| NotText)?.trim();
    Ok((!text.is_empty()).then_some(text))
}

impl BoundSource {
    /// The text; `None` if it is empty. `by` stands between joined texts, unless the mapping says another.
    pub(crate) fn text<'r>(&'r self, row: &'r ByteRecord, by: &str) -> Result<Option<Cow<'r, str>>, NotText> {
        match self {
            Self::Column(column) => Ok(cell(row, *column)?.map(Cow::Borrowed)),
            Self::Joined(columns, own) => {
                let mut joined: Option<Cow<'r, str>> = None;
                for (at, column) in columns.iter().enumerate() {
                    let text = cell(row, *column)?;
                    match (&mut joined, text) {
                        // Without its first part, a joined value would be mistaken for another.
                        (_, None) if at == 0 => return Ok(None),
                        (_, None) => {}
                        (None, Some(text)) => joined = Some(Cow::Borrowed(text)),
                        (Some(joined), Some(text)) => {
                            let joined = joined.to_mut();
                            joined.push_str(own.as_deref().unwrap_or(by));
                            joined.push_str(text);
                        }
                    }
                }
                Ok(joined)
            }
            Self::First(sources) => {
                for source in sources {
                    if let Some(text) = source.text(row, by)? {
                        return Ok(Some(text));
                    }
                }
                Ok(None)
            }
            Self::Literal(text) => Ok(Some(Cow::Borrowed(text))),
        }
    }

    /// The text of the first column: what an id was made of, as people know it.
    pub(crate) fn first_text<'r>(&'r self, row: &'r ByteRecord) -> Result<Option<Cow<'r, str>>, NotText> {
        match self {
            Self::Joined(columns, _) => {
                Ok(columns.first().map_or(Ok(None), |first| cell(row, *first))?.map(Cow::Borrowed))
            }
            other => other.text(row, ""),
        }
    }

    /// The texts of the columns, each by itself.
    pub(crate) fn parts<'r>(&self, row: &'r ByteRecord) -> Result<Vec<Option<&'r str>>, NotText> {
        match self {
            Self::Column(column) => Ok(vec![cell(row, *column)?]),
            Self::Joined(columns, _) => columns.iter().map(|column| cell(row, *column)).collect(),
            Self::First(_) | Self::Literal(_) => Ok(Vec::new()),
        }
    }
}
