//! The settings of a function, from environment variables.
//!
//! No other module reads the environment. The error reports all missing and invalid variables together, with the correction.

use std::str::FromStr;

use goody_application::retention::Retention;
use goody_application::simulate::VendorScenario;
use goody_domain::ReportZone;
use goody_formats::webhooks::Source;
use goody_http::Tokens;
use goody_store_dynamodb::Tables;

use crate::clock::FunctionClock;

/// All settings. Every function reads the same variables.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `GOODY_ORDERS_TABLE`, `GOODY_REPORTS_TABLE`, `GOODY_VENDORS_TABLE`.
    pub tables: Tables,
    /// `AWS_REGION`, and the credentials that Lambda sets.
    pub account: Account,
    /// `AWS_ENDPOINT_URL`: the endpoint of DynamoDB; the region's endpoint by default.
    pub endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`, or else `AWS_ENDPOINT_URL`: the endpoint of Secrets Manager; the region's endpoint
    /// by default.
    pub secrets_endpoint: Option<String>,
    /// `GOODY_API_TOKENS_SECRET` or `GOODY_API_TOKENS`: the tokens of the API.
    pub tokens: Option<TokensSetting>,
    /// `GOODY_PROTECT_READS`: whether reads need a token, too; `false` by default.
    pub protect_reads: bool,
    /// `GOODY_WEBHOOK_MAPPING_<SOURCE>`: the text of the mapping of a source of webhooks. Their secrets are with the tokens.
    pub webhook_mappings: Vec<(Source, String)>,
    /// `GOODY_WEBHOOK_TIME_ZONE`: the zone of times in webhooks that have no offset; UTC by default.
    pub webhook_time_zone: Option<String>,
    /// `GOODY_TIME_ZONE`: the report time zone, by its IANA name; UTC by default. `GOODY_STALL_HOURS`: the hours without an event
    /// after which an order on its way is stalled; 48 by default. After a change of either, rebuild.
    pub zone: ReportZone,
    /// `GOODY_SILENCE_HOURS`: the hours without any event after which the health is degraded; 24 by default, 0 accepts any silence.
    pub silence_hours: u32,
    /// `GOODY_LOG`: error, warn, info, debug, trace, or comma-separated `module=level` pairs; `info` by default.
    pub log: String,
    /// `GOODY_SEED` and `GOODY_SCENARIO`: the demo; by default the seed is 42 and no vendor has faults.
    pub demo: DemoSettings,
    /// `GOODY_ORDER_DAYS` and `GOODY_BUCKET_DAYS`: the retention of orders and buckets; 400 and 800 days by default.
    pub retention: Retention,
    /// `GOODY_CLOCK`: a file with the current time. Only tests set it.
    pub clock: FunctionClock,
}

/// The place of the token lines, in the format of `goody token new`.
#[derive(Clone, Debug)]
pub enum TokensSetting {
    /// The name or the ARN of a secret in Secrets Manager.
    Secret(String),
    /// The value of the environment variable.
    Inline(Tokens),
}

/// The AWS region and credentials.
#[derive(Clone)]
pub struct Account {
    /// The region.
    pub region: String,
    /// The public part of the access key.
    pub access_key_id: String,
    /// The secret part of the access key.
    pub secret_access_key: String,
    /// The session token: a Lambda function has temporary credentials.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Account").field("region", &self.region).finish_non_exhaustive()
    }
}

/// The settings of the demo.
#[derive(Clone, Debug)]
pub struct DemoSettings {
    /// Selects the generated orders: a different seed gives different orders.
    pub seed: u64,
    /// The faults of vendors.
    pub scenario: Vec<VendorScenario>,
}

/// All missing and invalid variables of an environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function cannot start: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// See [`Settings::read`].
    #[expect(clippy::disallowed_methods, reason = "the only place in this crate that reads the environment")]
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the settings from a function that returns variables by name. An empty variable counts as not set.
    ///
    /// # Errors
    /// Names every missing or invalid variable, with its meaning or the reason.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reader = SettingsReader { variable, errors: Vec::new() };
        let default = Retention::default();
        let settings = Self {
            tables: Tables {
                orders: reader.required("GOODY_ORDERS_TABLE", "the name of the DynamoDB table with the orders"),
                reports: reader.required("GOODY_REPORTS_TABLE", "the name of the DynamoDB table with the reports"),
                vendors: reader.required("GOODY_VENDORS_TABLE", "the name of the DynamoDB table with the vendors"),
            },
            account: Account {
                region: reader.required("AWS_REGION", "the region of the tables; Lambda sets it"),
                access_key_id: reader.required("AWS_ACCESS_KEY_ID", "the key of the function's role; Lambda sets it"),
                secret_access_key: reader.required("AWS_SECRET_ACCESS_KEY", "the key's secret; Lambda sets it"),
                session_token: reader.optional("AWS_SESSION_TOKEN"),
            },
            endpoint: reader.optional("AWS_ENDPOINT_URL"),
            secrets_endpoint: reader
                .optional("AWS_ENDPOINT_URL_SECRETS_MANAGER")
                .or_else(|| reader.optional("AWS_ENDPOINT_URL")),
            tokens: match reader.optional("GOODY_API_TOKENS_SECRET") {
                Some(secret) => Some(TokensSetting::Secret(secret)),
                None => reader.hidden("GOODY_API_TOKENS", Tokens::parse).map(TokensSetting::Inline),
            },
            protect_reads: reader.parsed("GOODY_PROTECT_READS", boolean).unwrap_or(false),
            webhook_mappings: {
                let variable = |source: Source| format!("GOODY_WEBHOOK_MAPPING_{}", source.name().to_ascii_uppercase());
                let mapping = |source| Some((source, reader.optional(&variable(source))?));
                Source::ALL.into_iter().filter(|source| source.has_mapping()).filter_map(mapping).collect()
            },
            webhook_time_zone: reader.optional("GOODY_WEBHOOK_TIME_ZONE"),
            zone: {
                let zone = reader.parsed("GOODY_TIME_ZONE", ReportZone::named).unwrap_or_else(ReportZone::utc);
                match reader.parsed("GOODY_STALL_HOURS", stall_hours) {
                    Some(hours) => zone.with_stall_hours(hours),
                    None => zone,
                }
            },
            silence_hours: reader.parsed("GOODY_SILENCE_HOURS", integer).unwrap_or(24),
            log: reader.optional("GOODY_LOG").unwrap_or_else(|| "info".to_owned()),
            demo: DemoSettings {
                seed: reader.parsed("GOODY_SEED", integer).unwrap_or(42),
                scenario: reader.parsed("GOODY_SCENARIO", scenario).unwrap_or_default(),
            },
            retention: Retention {
                order_days: reader.parsed("GOODY_ORDER_DAYS", days(1)).unwrap_or(default.order_days),
                bucket_days: reader.parsed("GOODY_BUCKET_DAYS", days(60)).unwrap_or(default.bucket_days),
            },
            clock: reader.parsed("GOODY_CLOCK", FunctionClock::from_file).unwrap_or(FunctionClock::Machine),
        };
        if reader.errors.is_empty() { Ok(settings) } else { Err(SettingsError(reader.errors)) }
    }
}

fn integer<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "must be a whole number in the supported range".to_owned())
}

fn boolean(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

fn days(minimum: u16) -> impl Fn(&str) -> Result<u16, String> {
    move |text| match integer(text)? {
        days if days < minimum => Err(format!("must be at least {minimum}")),
        days => Ok(days),
    }
}

fn stall_hours(text: &str) -> Result<u16, String> {
    match integer(text)? {
        0 => Err("must be at least 1".into()),
        hours => Ok(hours),
    }
}

/// Comma-separated scenarios such as `far-orchard=stall@2026-03-01`.
fn scenario(text: &str) -> Result<Vec<VendorScenario>, String> {
    text.split(',').map(VendorScenario::parse).collect()
}

/// Reads variables and collects the errors.
struct SettingsReader<V> {
    variable: V,
    errors: Vec<String>,
}

impl<V: Fn(&str) -> Option<String>> SettingsReader<V> {
    fn optional(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str, meaning: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.errors.push(format!("{name} is not set: set it to {meaning}"));
            String::new()
        })
    }

    /// Parses a secret value, which the error does not repeat.
    fn hidden<T, E: std::fmt::Display>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.optional(name)?;
        parse(&text).map_err(|error| self.errors.push(format!("{name} is invalid: {error}"))).ok()
    }

    fn parsed<T, E: std::fmt::Display>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.optional(name)?;
        parse(&text).map_err(|error| self.errors.push(format!("{name}={text} is invalid: {error}"))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: [(&str, &str); 6] = [
        ("GOODY_ORDERS_TABLE", "Orders"),
        ("GOODY_REPORTS_TABLE", "Reports"),
        ("GOODY_VENDORS_TABLE", "Vendors"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ];

    fn read(additional: &[(&str, &str)], missing: &str) -> Result<Settings, SettingsError> {
        let variable = |name: &str| {
            additional.iter().chain(&REQUIRED).find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
        };
        Settings::read(|name| variable(name).filter(|_| name != missing))
    }

    #[test]
    fn the_defaults_are_those_of_the_embedded_host() {
        let settings = read(&[], "").unwrap();
        assert_eq!((settings.zone.name(), settings.log.as_str(), settings.demo.seed), ("UTC", "info", 42));
        assert_eq!(settings.retention, Retention::default());
        assert!(settings.demo.scenario.is_empty() && settings.endpoint.is_none());
    }

    #[test]
    fn the_error_names_each_missing_variable_with_its_meaning() {
        for (name, _) in REQUIRED {
            let error = read(&[], name).unwrap_err().to_string();
            assert!(error.contains(&format!("{name} is not set: set it to the ")) || error.contains("role"), "{error}");
        }
        let SettingsError(errors) = Settings::read(|_| None).unwrap_err();
        assert_eq!(errors.len(), REQUIRED.len(), "all missing variables are reported together: {errors:?}");
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        assert!(read(&[("GOODY_ORDERS_TABLE", "")], "").is_err());
        assert_eq!(read(&[("GOODY_LOG", "")], "").unwrap().log, "info");
    }

    #[test]
    fn the_error_states_the_invalid_value_with_its_name_and_the_reason() {
        for (name, value) in [
            ("GOODY_TIME_ZONE", "Europe/Atlantis"),
            ("GOODY_SEED", "many"),
            ("GOODY_SCENARIO", "far-orchard=sleep@2026-03-01"),
            ("GOODY_BUCKET_DAYS", "59"),
            ("GOODY_ORDER_DAYS", "0"),
            ("GOODY_CLOCK", "no-such-file"),
            ("GOODY_PROTECT_READS", "perhaps"),
        ] {
            let error = read(&[(name, value)], "").unwrap_err().to_string();
            assert!(error.contains(&format!("{name}={value} is invalid: ")), "{error}");
        }
    }

    #[test]
    fn commas_separate_several_scenarios() {
        let settings = read(&[("GOODY_SCENARIO", "far-orchard=stall@2026-03-01,acme=drop@2026-03-02")], "").unwrap();
        assert_eq!(settings.demo.scenario.len(), 2);
    }

    #[test]
    fn a_secret_takes_precedence_over_tokens_in_the_environment() {
        let line = format!("shop ingest {}", "ab".repeat(32));
        let both = [("GOODY_API_TOKENS", line.as_str()), ("GOODY_API_TOKENS_SECRET", "goody-tokens")];
        assert!(matches!(read(&both, "").unwrap().tokens, Some(TokensSetting::Secret(name)) if name == "goody-tokens"));
        assert!(
            matches!(read(&both[..1], "").unwrap().tokens, Some(TokensSetting::Inline(tokens)) if !tokens.is_empty())
        );
        assert!(read(&[], "").unwrap().tokens.is_none());
    }

    #[test]
    fn the_error_does_not_repeat_invalid_tokens() {
        let error = read(&[("GOODY_API_TOKENS", "shop ingest hush")], "").unwrap_err().to_string();
        assert!(error.contains("GOODY_API_TOKENS is invalid: token 1: ") && !error.contains("hush"), "{error}");
    }

    #[test]
    fn debug_output_does_not_contain_credentials() {
        assert!(!format!("{:?}", read(&[], "").unwrap()).contains("hush"));
    }
}
