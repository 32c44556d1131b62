//! The tokens of the API: from a secret in Secrets Manager, or from an environment variable.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use goody_http::{GracePeriod, TokenCache, TokenSource, Tokens};

use crate::settings::{Settings, SettingsError, TokensSetting};
use crate::store::{ATTEMPT_TIMEOUT, credentials, http_client};

/// How long the tokens of a secret are cached. A revoked token stays valid for up to this time.
const CACHE_TIME: Duration = Duration::from_secs(300);
/// The time between a failed request and the next one.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// The source of tokens that the settings name.
///
/// # Errors
/// The settings name no source.
pub fn source(settings: &Settings) -> Result<Arc<dyn TokenSource>, SettingsError> {
    match &settings.tokens {
        Some(TokensSetting::Inline(tokens)) => Ok(goody_http::fixed(tokens.clone())),
        Some(TokensSetting::Secret(name)) => {
            let cache = TokenCache::new("the secret", CACHE_TIME, RETRY_DELAY, GracePeriod::AfterExpiry);
            Ok(Arc::new(Secret { client: client(settings), name: name.clone(), cache }))
        }
        None => Err(SettingsError(vec![
            "GOODY_API_TOKENS_SECRET is not set: set it to the name of the secret with the tokens".to_owned(),
        ])),
    }
}

/// A secret in Secrets Manager, with a cache of its tokens. It is read when a token is looked up and the cache is stale.
struct Secret {
    client: Client,
    name: String,
    cache: TokenCache,
}

#[async_trait]
impl TokenSource for Secret {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        match self.cache.cached(Instant::now()) {
            Some(cached) => cached,
            None => self.cache.record(self.read().await, Instant::now()),
        }
    }
}

impl Secret {
    async fn read(&self) -> Result<Tokens, String> {
        let secret = match self.client.get_secret_value().secret_id(&self.name).send().await {
            Ok(secret) => secret,
            // A new secret has no value until an operator writes the first token: there are no tokens.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                tracing::warn!(secret = self.name, "the secret has no value: there are no tokens");
                return Ok(Tokens::default());
            }
            Err(error) => return Err(DisplayErrorContext(error).to_string()),
        };
        Tokens::parse(secret.secret_string().unwrap_or_default()).map_err(|error| format!("{}: {error}", self.name))
    }
}

fn client(settings: &Settings) -> Client {
    let mut config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.account.region.clone()))
        .credentials_provider(credentials(settings))
        .http_client(http_client())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build());
    config.set_endpoint_url(settings.secrets_endpoint.clone());
    Client::from_conf(config.build())
}
