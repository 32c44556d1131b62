//! The store on the DynamoDB tables, with one client per process.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents, SharedHttpClient,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use goody_store_dynamodb::DynamoStore;

use crate::settings::{Account, Settings};

/// AWS responds within milliseconds; after this time the client treats a request as lost and retries.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// The store on the tables of the settings.
pub fn open(settings: &Settings) -> DynamoStore {
    let store = DynamoStore::new(client(settings), settings.tables.clone(), settings.zone.clone());
    store.with_retention(settings.retention)
}

/// The DynamoDB client for the settings.
pub fn client(settings: &Settings) -> Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.account.region.clone()))
        .credentials_provider(credentials(settings))
        .http_client(http_client())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT_TIMEOUT).build())
        .interceptor(RequestCounter);
    config.set_endpoint_url(settings.endpoint.clone());
    Client::from_conf(config.build())
}

pub(crate) fn credentials(settings: &Settings) -> Credentials {
    let Account { access_key_id, secret_access_key, session_token, .. } = settings.account.clone();
    Credentials::new(access_key_id, secret_access_key, session_token, None, "the function's environment")
}

pub(crate) fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// Counts the requests to DynamoDB and the retries.
#[derive(Debug)]
struct RequestCounter;

impl Intercept for RequestCounter {
    fn name(&self) -> &'static str {
        "RequestCounter"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match bag.load::<RequestAttempts>().is_some_and(|attempt| attempt.attempts() > 1) {
            true => metrics::counter!("goody_store_retries_total").increment(1),
            false => metrics::counter!("goody_store_requests_total").increment(1),
        }
        Ok(())
    }
}
