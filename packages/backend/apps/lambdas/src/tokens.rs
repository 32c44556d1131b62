//! The tokens that requests need: a secret in Secrets Manager, or lines in the environment.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use goody_http::{TokenSource, Tokens};

use crate::settings::{Settings, SettingsError, TokensSetting};
use crate::store::{ANSWER, http_client, keys};

/// How long what a secret says is taken for true. A token that is withdrawn is good for so long.
const FRESH: Duration = Duration::from_secs(300);
/// How long nobody is asked again after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long the tokens of the last good answer are used once they are no longer fresh. Then all are refused: a token that was
/// withdrawn must not stay good because nobody can be asked.
const GRACE: Duration = Duration::from_secs(60);

/// Where the settings say the tokens are.
///
/// # Errors
/// They do not say.
pub fn source(settings: &Settings) -> Result<Arc<dyn TokenSource>, SettingsError> {
    match &settings.tokens {
        Some(TokensSetting::Here(tokens)) => Ok(goody_http::fixed(tokens.clone())),
        Some(TokensSetting::Secret(name)) => {
            Ok(Arc::new(Secret { client: client(settings), name: name.clone(), known: Mutex::default() }))
        }
        None => Err(SettingsError(vec![
            "GOODY_API_TOKENS_SECRET is not set: set it to the name of the secret with the tokens".to_owned(),
        ])),
    }
}

/// A secret, asked for when a token is to be looked up, and not again while what it said is fresh.
struct Secret {
    client: Client,
    name: String,
    known: Mutex<Option<Known>>,
}

/// What a secret said, or why it said nothing, and when to ask again.
#[derive(Clone)]
struct Known {
    tokens: Result<Arc<Tokens>, String>,
    stale: Instant,
    /// When it last said something that could be read.
    good: Instant,
}

impl Known {
    fn good(tokens: Tokens, now: Instant) -> Self {
        Self { tokens: Ok(Arc::new(tokens)), stale: now + FRESH, good: now }
    }

    /// What holds when nothing new could be learned.
    fn after_failure(before: Option<Self>, error: String, now: Instant) -> Self {
        let stale = now + AFTER_FAILURE;
        match before {
            // Whoever was let in is let in while nobody can be asked, for a while.
            Some(Self { tokens: Ok(tokens), good, .. }) if now < good + FRESH + GRACE => {
                tracing::error!(error, "the tokens cannot be read; those known are used for a minute at most");
                Self { tokens: Ok(tokens), stale, good }
            }
            before => {
                tracing::error!(error, "the tokens cannot be read; every token is refused");
                Self { tokens: Err(error), stale, good: before.map_or(now, |before| before.good) }
            }
        }
    }
}

#[async_trait]
impl TokenSource for Secret {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.as_ref().filter(|known| Instant::now() < known.stale) {
            return known.tokens.clone();
        }
        let known = match self.ask().await {
            Ok(tokens) => Known::good(tokens, Instant::now()),
            Err(error) => Known::after_failure(known, error, Instant::now()),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        known.tokens
    }
}

impl Secret {
    async fn ask(&self) -> Result<Tokens, String> {
        let told = match self.client.get_secret_value().secret_id(&self.name).send().await {
            Ok(told) => told,
            // A secret that nobody has put a token into yet lets nobody in.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                tracing::warn!(secret = self.name, "the secret has no value: nobody has a token");
                return Ok(Tokens::default());
            }
            Err(error) => return Err(DisplayErrorContext(error).to_string()),
        };
        Tokens::parse(told.secret_string().unwrap_or_default()).map_err(|error| format!("{}: {error}", self.name))
    }
}

fn client(settings: &Settings) -> Client {
    let mut config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.account.region.clone()))
        .credentials_provider(keys(settings))
        .http_client(http_client())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ANSWER).build());
    config.set_endpoint_url(settings.secrets_endpoint.clone());
    Client::from_conf(config.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_refused_once_the_secret_cannot_be_read_for_a_minute_longer_than_it_is_fresh() {
        let began = Instant::now();
        let mut known = Known::good(Tokens::default(), began);
        for seconds in [300, 330, 359] {
            known = Known::after_failure(Some(known), "no answer".into(), began + Duration::from_secs(seconds));
            assert!(known.tokens.is_ok(), "{seconds} s");
        }
        for seconds in [360, 4_000] {
            known = Known::after_failure(Some(known), "no answer".into(), began + Duration::from_secs(seconds));
            assert_eq!(known.tokens, Err("no answer".into()), "{seconds} s");
        }
        assert!(Known::after_failure(None, "no answer".into(), began).tokens.is_err());
        assert!(Known::good(Tokens::default(), began).tokens.is_ok());
    }
}
