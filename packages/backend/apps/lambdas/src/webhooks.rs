//! The webhooks that `order-ingest` takes. Their secrets are with the tokens.

use std::collections::BTreeMap;

use goody_formats::files::mapping::Mapping;
use goody_http::Webhooks;

use crate::settings::{Settings, SettingsError};

/// The webhooks of the settings.
///
/// # Errors
/// Names every variable that is not valid.
pub fn webhooks(settings: &Settings) -> Result<Webhooks, SettingsError> {
    let (mut mappings, mut errors) = (BTreeMap::new(), Vec::new());
    for (source, text) in &settings.webhook_mappings {
        match Mapping::parse(format!("the mapping of {}", source.name()), text) {
            Ok(mapping) => drop(mappings.insert(*source, mapping)),
            Err(error) => errors.push(error.to_string()),
        }
    }
    match Webhooks::new(BTreeMap::new(), mappings, settings.webhook_time_zone.as_deref(), false) {
        Ok(webhooks) if errors.is_empty() => return Ok(webhooks),
        Ok(_) => {}
        Err(reason) => errors.push(format!("GOODY_WEBHOOK_TIME_ZONE {reason}")),
    }
    Err(SettingsError(errors))
}
