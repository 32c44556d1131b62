//! What `data-backfill` is asked for: the options of `goody backfill`, as JSON.

use goody_application::ports::Store;
use goody_application::simulate::{SimulateError, SimulationCounts, Simulator, VendorScenario};
use goody_domain::Instant;
use serde::{Deserialize, Deserializer, de};
use std::sync::Arc;

use crate::settings::DemoSettings;

/// How many days before today orders are placed in, unless it is said.
const DAYS: u16 = 21;
/// The most days.
const MOST_DAYS: u16 = 3_650;

/// `{"days": 21, "seed": 42, "until": "2026-03-01T00:00:00Z", "scenario": ["far-orchard=stall@2026-03-01"]}`, each of which
/// may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wanted {
    /// How many days before the last one orders are placed in.
    #[serde(deserialize_with = "days")]
    days: Option<u16>,
    /// Another seed gives other orders; the function's own where it is not said.
    seed: Option<u64>,
    /// Nothing happens after this instant; now, where it is not said.
    #[serde(deserialize_with = "until")]
    until: Option<Instant>,
    /// What goes wrong; what goes wrong in the function's own world where it is not said.
    #[serde(deserialize_with = "scenario")]
    scenario: Option<Vec<VendorScenario>>,
}

impl Wanted {
    /// Tells all of it to a store.
    ///
    /// # Errors
    /// The store failed, or the world cannot be as asked.
    pub async fn tell(
        self,
        store: Arc<dyn Store>,
        world: &DemoSettings,
        now: Instant,
    ) -> Result<SimulationCounts, SimulateError> {
        let scenario = self.scenario.unwrap_or_else(|| world.scenario.clone());
        let simulator = Simulator::new(store, self.seed.unwrap_or(world.seed), scenario);
        simulator
            .backfill(self.days.unwrap_or(DAYS), self.until.unwrap_or(now), now, |at, told| {
                tracing::info!(%at, events = told.new, "backfilling");
            })
            .await
    }
}

fn days<'de, D: Deserializer<'de>>(told: D) -> Result<Option<u16>, D::Error> {
    match Option::<u16>::deserialize(told)? {
        Some(days) if !(1..=MOST_DAYS).contains(&days) => {
            Err(de::Error::custom(format!("days: {days} is not from 1 to {MOST_DAYS}")))
        }
        days => Ok(days),
    }
}

fn until<'de, D: Deserializer<'de>>(told: D) -> Result<Option<Instant>, D::Error> {
    let text = Option::<String>::deserialize(told)?;
    text.map(|text| Instant::parse(&text).map_err(|error| de::Error::custom(format!("until {error}")))).transpose()
}

fn scenario<'de, D: Deserializer<'de>>(told: D) -> Result<Option<Vec<VendorScenario>>, D::Error> {
    let texts = Option::<Vec<String>>::deserialize(told)?;
    let parsed = |texts: Vec<String>| texts.iter().map(|text| VendorScenario::parse(text)).collect::<Result<_, _>>();
    texts.map(|texts| parsed(texts).map_err(|error| de::Error::custom(format!("scenario: {error}")))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Wanted, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_may_be_left_out() {
        let wanted = read("{}").unwrap();
        assert!(wanted.days.is_none() && wanted.seed.is_none() && wanted.until.is_none() && wanted.scenario.is_none());
    }

    #[test]
    fn everything_may_be_said() {
        let wanted = read(
            r#"{"days": 7, "seed": 3, "until": "2026-03-01T00:00:00Z", "scenario": ["far-orchard=stall@2026-03-01"]}"#,
        );
        let wanted = wanted.unwrap();
        assert_eq!((wanted.days, wanted.seed), (Some(7), Some(3)));
        assert_eq!(wanted.until, Some(Instant::parse("2026-03-01T00:00:00Z").unwrap()));
        assert_eq!(wanted.scenario.unwrap()[0].vendor_id, "far-orchard");
    }

    #[test]
    fn what_cannot_be_is_told_by_its_name() {
        for (json, told) in [
            (r#"{"days": 0}"#, "days: 0 is not from 1 to 3650"),
            (r#"{"until": "soon"}"#, "until is not an RFC 3339 time"),
            (r#"{"scenario": ["acme=sleep@2026-03-01"]}"#, "scenario: sleep is no scenario"),
            (r#"{"sede": 42}"#, "unknown field `sede`"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(told), "{json}: {error}");
        }
    }
}
