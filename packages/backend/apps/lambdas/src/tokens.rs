//! The tokens of the API: from a secret in Secrets Manager, or from an environment variable.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use goody_http::{TokenSource, Tokens};

use crate::settings::{Settings, SettingsError, TokensSetting};
use crate::store::{ATTEMPT_TIMEOUT, credentials, http_client};

/// How long the tokens of a secret are cached. A revoked token stays valid for up to this time.
const CACHE_TIME: Duration = Duration::from_secs(300);
/// The time between a failed request and the next one.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// How long cached tokens stay in use after `CACHE_TIME` while the secret cannot be read. Then every token is refused: a
/// revoked token must not stay valid because Secrets Manager is unavailable.
const GRACE: Duration = Duration::from_secs(60);

/// The source of tokens that the settings name.
///
/// # Errors
/// The settings name no source.
pub fn source(settings: &Settings) -> Result<Arc<dyn TokenSource>, SettingsError> {
    match &settings.tokens {
        Some(TokensSetting::Inline(tokens)) => Ok(goody_http::fixed(tokens.clone())),
        Some(TokensSetting::Secret(name)) => {
            Ok(Arc::new(Secret { client: client(settings), name: name.clone(), cache: Mutex::default() }))
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
    cache: Mutex<Option<CachedTokens>>,
}

/// The tokens of a secret, or why they could not be read.
#[derive(Clone)]
struct CachedTokens {
    tokens: Result<Arc<Tokens>, String>,
    /// From this time on the secret is read again.
    stale_at: Instant,
    /// The time of the last successful read.
    read_at: Instant,
}

impl CachedTokens {
    fn read(tokens: Tokens, now: Instant) -> Self {
        Self { tokens: Ok(Arc::new(tokens)), stale_at: now + CACHE_TIME, read_at: now }
    }

    /// The cache after a failed read.
    fn after_failure(before: Option<Self>, error: String, now: Instant) -> Self {
        let stale_at = now + RETRY_DELAY;
        match before {
            Some(Self { tokens: Ok(tokens), read_at, .. }) if now < read_at + CACHE_TIME + GRACE => {
                tracing::error!(error, "the tokens cannot be read; the cached tokens are used for at most one minute");
                Self { tokens: Ok(tokens), stale_at, read_at }
            }
            before => {
                tracing::error!(error, "the tokens cannot be read; every token is refused");
                Self { tokens: Err(error), stale_at, read_at: before.map_or(now, |before| before.read_at) }
            }
        }
    }
}

#[async_trait]
impl TokenSource for Secret {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        let cached = self.cache.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cached) = cached.as_ref().filter(|cached| Instant::now() < cached.stale_at) {
            return cached.tokens.clone();
        }
        let cached = match self.read().await {
            Ok(tokens) => CachedTokens::read(tokens, Instant::now()),
            Err(error) => CachedTokens::after_failure(cached, error, Instant::now()),
        };
        *self.cache.lock().unwrap_or_else(PoisonError::into_inner) = Some(cached.clone());
        cached.tokens
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_refused_when_the_secret_is_unreadable_for_a_minute_after_the_cache_time() {
        let started = Instant::now();
        let mut cached = CachedTokens::read(Tokens::default(), started);
        for seconds in [300, 330, 359] {
            cached =
                CachedTokens::after_failure(Some(cached), "timeout".into(), started + Duration::from_secs(seconds));
            assert!(cached.tokens.is_ok(), "{seconds} s");
        }
        for seconds in [360, 4_000] {
            cached =
                CachedTokens::after_failure(Some(cached), "timeout".into(), started + Duration::from_secs(seconds));
            assert_eq!(cached.tokens, Err("timeout".into()), "{seconds} s");
        }
        assert!(CachedTokens::after_failure(None, "timeout".into(), started).tokens.is_err());
        assert!(CachedTokens::read(Tokens::default(), started).tokens.is_ok());
    }
}
