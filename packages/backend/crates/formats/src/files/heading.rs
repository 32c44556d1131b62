//! The heading of a table: its columns by name, in any case and with any blanks.

use std::collections::HashMap;

/// The columns of a file.
#[derive(Debug, Default)]
pub struct Heading {
    names: Vec<String>,
    /// The position of each name as it is written, and of each name in small letters with single blanks.
    positions: HashMap<String, usize>,
    duplicates: Vec<(String, usize, usize)>,
}

impl Heading {
    /// The heading in these cells.
    pub fn new<'c>(cells: impl IntoIterator<Item = &'c [u8]>) -> Self {
        let mut heading = Self::default();
        for (at, cell) in cells.into_iter().enumerate() {
            let name = String::from_utf8_lossy(cell);
            let name = name.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}').to_owned();
            if !name.is_empty() {
                let plain = plain(&name);
                match heading.positions.get(&plain) {
                    Some(first) => heading.duplicates.push((name.clone(), *first, at)),
                    None => drop(heading.positions.insert(plain, at)),
                }
                // A name that is written exactly so wins over one that only looks like it.
                heading.positions.entry(format!("={name}")).or_insert(at);
            }
            heading.names.push(name);
        }
        heading
    }

    /// The position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        self.positions.get(&format!("={name}")).or_else(|| self.positions.get(&plain(name))).copied()
    }

    /// The names, as they are written.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The names that occur twice, with both positions.
    pub(crate) fn duplicates(&self) -> &[(String, usize, usize)] {
        &self.duplicates
    }

    /// Says that there is none of these columns, which there are, and which is nearest.
    pub(crate) fn missing(&self, names: &[&str]) -> String {
        let known: Vec<&str> = self.names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let mut distances = Vec::new();
        for wanted in names.iter().map(|name| letters(name)) {
            let most = wanted.len().div_ceil(2);
            distances.extend(known.iter().map(|name| (distance(&letters(name), &wanted), *name, most)));
        }
        let nearest = match distances.into_iter().min() {
            Some((distance, name, most)) if distance <= most => format!(" The nearest is {name}."),
            _ => String::new(),
        };
        let name = names.join(" or ");
        let listed: Vec<&str> = known.iter().take(60).copied().collect();
        let more = if known.len() > listed.len() { ", …" } else { "" };
        format!("there is no column {name}.{nearest} The columns are: {}{more}", listed.join(", "))
    }
}

/// A name in small letters, with single blanks.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.extend(word.chars().flat_map(char::to_lowercase));
    }
    plain
}

/// The letters and digits of a name, for comparing names that are written differently.
pub(crate) fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).take(60).collect()
}

/// How many letters to insert, delete or replace to turn one name into the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, wanted) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *wanted);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_in_any_case_and_with_any_blanks() {
        let cells: [&[u8]; 5] = [b"\xef\xbb\xbf Order  ID ", b"State", b"state", b"", b"STATE"];
        let heading = Heading::new(cells);
        assert_eq!(heading.position("order id"), Some(0));
        assert_eq!((heading.position("State"), heading.position("state")), (Some(1), Some(2)));
        assert_eq!(heading.duplicates().len(), 2);
        assert_eq!(heading.position(""), None);
        let missing = heading.missing(&["order", "order_id"]);
        assert!(missing.contains("The nearest is Order  ID."), "{missing}");
    }
}
