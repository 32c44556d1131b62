//! The webhooks that `order-ingest` takes. Their secrets are with the tokens.

use std::collections::BTreeMap;

use goody_domain::time_zone;
use goody_formats::files::mapping::Mapping;
use goody_formats::webhooks::{Config, Source};
use goody_http::Webhooks;

use crate::settings::{Settings, SettingsError};

/// The webhooks of the settings.
///
/// # Errors
/// Names every variable that is not valid.
pub fn webhooks(settings: &Settings) -> Result<Webhooks, SettingsError> {
    let (mut configs, mut errors): (BTreeMap<Source, Config>, _) = (BTreeMap::new(), Vec::new());
    if let Some(zone) = &settings.webhook_time_zone {
        if let Err(reason) = time_zone(zone) {
            errors.push(format!("GOODY_WEBHOOK_TIME_ZONE {reason}"));
        }
        for source in Source::ALL {
            configs.entry(source).or_default().time_zone = Some(zone.clone());
        }
    }
    for (source, text) in &settings.webhook_mappings {
        match Mapping::parse(format!("the mapping of {}", source.name()), text) {
            Ok(mapping) => configs.entry(*source).or_default().mapping = Some(mapping),
            Err(error) => errors.push(error.to_string()),
        }
    }
    if errors.is_empty() { Ok(Webhooks::new(BTreeMap::new(), configs, false)) } else { Err(SettingsError(errors)) }
}
