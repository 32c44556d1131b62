//! What AWS asks for: read from `prices.toml`, the only place where prices stand.

use std::path::Path;

use serde::Deserialize;

use crate::Failure;

/// Prices in US dollars, a million of each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The day on which they were those.
    pub date: String,
    /// Where.
    pub region: String,
    /// Who says so.
    pub source: String,
    /// Write request units of DynamoDB.
    pub write_units: f64,
    /// Read request units of DynamoDB.
    pub read_units: f64,
    /// Invocations of functions, without the time that they take.
    pub function_invocations: f64,
    /// Requests to the API.
    pub api_requests: f64,
}

impl Prices {
    /// Reads a table of prices.
    ///
    /// # Errors
    /// It cannot be read, or a price is missing.
    pub fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_prices_can_be_read() {
        let prices = Prices::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("prices.toml")).unwrap();
        assert!(prices.write_units > prices.read_units && prices.read_units > 0.0);
    }
}
