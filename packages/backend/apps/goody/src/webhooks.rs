//! The webhooks that `goody serve` takes: secrets, mappings and the zone of their senders.

use std::collections::BTreeMap;

use goody_formats::files::mapping::{Mapping, MappingError};
use goody_formats::signatures::Secret;
use goody_formats::webhooks::Source;
use goody_http::Webhooks;

use crate::cli;

/// Why the settings of webhooks are not valid.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    #[error("{0} {1}")]
    Secret(String, String),
    #[error("--webhook-mapping of {0}")]
    Mapping(&'static str, #[source] MappingError),
    #[error("--webhook-time-zone: {0}")]
    Zone(String),
    #[error(
        "--webhooks-unsigned takes webhooks from anyone, and other machines can reach this server: set the secret of each sender \
         (docs/WEBHOOKS.md), or listen on 127.0.0.1 without --hosts"
    )]
    Unsigned,
}

/// The settings of webhooks of a server. `is_private`: no other machine can reach it.
pub(crate) fn settings(command: &cli::Webhooks, is_private: bool) -> Result<Webhooks, WebhookError> {
    if command.webhooks_unsigned && !is_private {
        return Err(WebhookError::Unsigned);
    }
    let (mut known, mut mappings) = (BTreeMap::new(), BTreeMap::new());
    for source in Source::ALL {
        if let Some(secrets) = secrets(&source.secret_variable())? {
            known.insert(source, secrets);
        }
    }
    for (source, file) in &command.webhook_mapping {
        let mapping = Mapping::read(file).map_err(|error| WebhookError::Mapping(source.name(), error))?;
        mappings.insert(*source, mapping);
    }
    let time_zone = command.webhook_time_zone.as_deref();
    Webhooks::new(known, mappings, time_zone, command.webhooks_unsigned).map_err(WebhookError::Zone)
}

/// The secrets in an environment variable. They are no options: those are visible to other users.
#[expect(clippy::disallowed_methods, reason = "settings that are no options")]
fn secrets(variable: &str) -> Result<Option<Vec<Secret>>, WebhookError> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty());
    let invalid = |reason| WebhookError::Secret(variable.to_owned(), reason);
    text.map(|text| Secret::parse_list(&text)).transpose().map_err(invalid)
}
