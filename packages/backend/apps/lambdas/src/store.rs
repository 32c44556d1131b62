//! The tables, behind one client per process.

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

/// AWS answers in milliseconds; what takes longer than this is lost.
pub(crate) const ANSWER: Duration = Duration::from_secs(3);

/// The store that the settings name.
pub fn open(settings: &Settings) -> DynamoStore {
    let store = DynamoStore::new(client(settings), settings.tables.clone(), settings.zone.clone());
    store.with_retention(settings.retention)
}

/// A client of DynamoDB, as the settings say.
pub fn client(settings: &Settings) -> Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.account.region.clone()))
        .credentials_provider(keys(settings))
        .http_client(http_client())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ANSWER).build())
        .interceptor(Count);
    config.set_endpoint_url(settings.endpoint.clone());
    Client::from_conf(config.build())
}

pub(crate) fn keys(settings: &Settings) -> Credentials {
    let Account { access_key_id, secret_access_key, session_token, .. } = settings.account.clone();
    Credentials::new(access_key_id, secret_access_key, session_token, None, "the function's environment")
}

pub(crate) fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// Counts what is asked of DynamoDB, and what the client asks again after a failure.
#[derive(Debug)]
struct Count;

impl Intercept for Count {
    fn name(&self) -> &'static str {
        "Count"
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
