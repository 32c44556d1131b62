//! The payload of `data-backfill`: the options of `goody backfill`, as JSON.

use goody_application::ports::Store;
use goody_application::simulate::{BACKFILL_DAYS, SimulateError, SimulationCounts, Simulator, VendorScenario};
use goody_domain::Instant;
use serde::{Deserialize, Deserializer, de};
use std::sync::Arc;

use crate::settings::DemoSettings;

const MAX_DAYS: u16 = 3_650;

/// `{"days": 21, "seed": 42, "until": "2026-03-01T00:00:00Z", "scenario": ["far-orchard=stall@2026-03-01"]}`. Every field is
/// optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackfillRequest {
    /// The number of days before the last one in which orders are placed: 1 to 3650; 21 by default.
    #[serde(deserialize_with = "days")]
    days: Option<u16>,
    /// Selects the generated orders: a different seed gives different orders. By default, the seed in the function's settings.
    seed: Option<u64>,
    /// No event occurs after this instant; now by default.
    #[serde(deserialize_with = "until")]
    until: Option<Instant>,
    /// The faults of vendors; by default, those in the function's settings.
    #[serde(deserialize_with = "scenario")]
    scenario: Option<Vec<VendorScenario>>,
}

impl BackfillRequest {
    /// Sends the demo events to a store.
    ///
    /// # Errors
    /// The store failed, or a field of the request is invalid.
    pub async fn run(
        self,
        store: Arc<dyn Store>,
        defaults: &DemoSettings,
        now: Instant,
    ) -> Result<SimulationCounts, SimulateError> {
        let scenario = self.scenario.unwrap_or_else(|| defaults.scenario.clone());
        let simulator = Simulator::new(store, self.seed.unwrap_or(defaults.seed), scenario);
        simulator
            .backfill(self.days.unwrap_or(BACKFILL_DAYS), self.until.unwrap_or(now), now, |at, counts| {
                tracing::info!(%at, events = counts.new, "backfill progress");
            })
            .await
    }
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    match Option::<u16>::deserialize(deserializer)? {
        Some(days) if !(1..=MAX_DAYS).contains(&days) => {
            Err(de::Error::custom(format!("days: {days} is not between 1 and {MAX_DAYS}")))
        }
        days => Ok(days),
    }
}

fn until<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| Instant::parse(&text).map_err(|error| de::Error::custom(format!("until {error}")))).transpose()
}

fn scenario<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<VendorScenario>>, D::Error> {
    let texts = Option::<Vec<String>>::deserialize(deserializer)?;
    let parse = |texts: Vec<String>| texts.iter().map(|text| VendorScenario::parse(text)).collect::<Result<_, _>>();
    texts.map(|texts| parse(texts).map_err(|error| de::Error::custom(format!("scenario: {error}")))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<BackfillRequest, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn every_field_is_optional() {
        let request = read("{}").unwrap();
        assert!(
            request.days.is_none() && request.seed.is_none() && request.until.is_none() && request.scenario.is_none()
        );
    }

    #[test]
    fn every_field_is_read() {
        let request = read(
            r#"{"days": 7, "seed": 3, "until": "2026-03-01T00:00:00Z", "scenario": ["far-orchard=stall@2026-03-01"]}"#,
        );
        let request = request.unwrap();
        assert_eq!((request.days, request.seed), (Some(7), Some(3)));
        assert_eq!(request.until, Some(Instant::parse("2026-03-01T00:00:00Z").unwrap()));
        assert_eq!(request.scenario.unwrap()[0].vendor_id, "far-orchard");
    }

    #[test]
    fn the_error_names_the_invalid_field() {
        for (json, expected) in [
            (r#"{"days": 0}"#, "days: 0 is not between 1 and 3650"),
            (r#"{"until": "soon"}"#, "until is not an RFC 3339 time"),
            (r#"{"scenario": ["acme=sleep@2026-03-01"]}"#, "scenario: sleep is no scenario"),
            (r#"{"sede": 42}"#, "unknown field `sede`"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(expected), "{json}: {error}");
        }
    }
}
