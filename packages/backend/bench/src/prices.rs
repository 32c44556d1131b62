//! The prices of AWS, from `prices.toml`. No other file has prices.

use std::path::Path;

use serde::Deserialize;

use crate::Failure;

/// The prices in US dollars, each for one million.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The date of the prices.
    pub date: String,
    /// The AWS region.
    pub region: String,
    /// The source of the prices.
    pub source: String,
    /// Write request units of DynamoDB.
    pub write_units: f64,
    /// Read request units of DynamoDB.
    pub read_units: f64,
    /// Invocations of functions, without their duration.
    pub function_invocations: f64,
    /// Requests to the API.
    pub api_requests: f64,
}

impl Prices {
    /// Reads the prices from a file.
    ///
    /// # Errors
    /// The file cannot be read, or a price is missing.
    pub fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prices_file_is_valid() {
        let prices = Prices::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("prices.toml")).unwrap();
        assert!(prices.write_units > prices.read_units && prices.read_units > 0.0);
    }
}
