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
}

#[async_trait]
impl TokenSource for Secret {
    async fn tokens(&self) -> Result<Arc<Tokens>, String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.as_ref().filter(|known| Instant::now() < known.stale) {
            return known.tokens.clone();
        }
        let (tokens, fresh) = match (self.ask().await, known) {
            (Ok(tokens), _) => (Ok(Arc::new(tokens)), FRESH),
            // Whoever was let in is let in while nobody can be asked.
            (Err(error), Some(Known { tokens: Ok(tokens), .. })) => {
                tracing::error!(error, "the tokens stay as they were");
                (Ok(tokens), AFTER_FAILURE)
            }
            (Err(error), _) => (Err(error), AFTER_FAILURE),
        };
        let known = Known { tokens: tokens.clone(), stale: Instant::now() + fresh };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        tokens
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
