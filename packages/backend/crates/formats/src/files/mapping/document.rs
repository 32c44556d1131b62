//! The content of the file of a mapping, as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

/// The content of the mapping file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Document {
    pub(super) delimiter: Option<char>,
    pub(super) encoding: Option<String>,
    pub(super) time_zone: Option<String>,
    #[serde(default)]
    pub(super) date_formats: Vec<String>,
    #[serde(default)]
    pub(super) zones: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) make_ids: bool,
    #[serde(default)]
    pub(super) midnight_means_day: bool,
    pub(super) money: Option<String>,
    pub(super) decimal_mark: Option<char>,
    pub(super) sheet: Option<String>,
    pub(super) records: Option<String>,
    pub(super) rows: Option<String>,
    #[serde(default)]
    pub(super) columns: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) constants: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) statuses: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) words: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Value>,
    pub(super) when: Option<Value>,
    pub(super) same_order: Option<SameOrder>,
    pub(super) join: Option<JoinTable>,
    #[serde(default)]
    pub(super) events: Vec<BTreeMap<String, Value>>,
}

/// Rows that belong to one order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SameOrder {
    /// The column with the same text in each of them.
    pub(crate) column: String,
    /// Columns that only the first of them fills.
    #[serde(default)]
    pub(crate) fill: Vec<String>,
}

/// The second file of a mapping.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JoinTable {
    /// Its name, in the folder of the first file.
    pub file: String,
    /// The column with the same text in both files.
    pub key: String,
    /// The column of the first file, if it has another name there.
    pub key_here: Option<String>,
    /// The columns of the second file that the rows get. Default: all.
    #[serde(default)]
    pub columns: Vec<String>,
}
