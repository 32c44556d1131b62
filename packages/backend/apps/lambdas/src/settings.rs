//! What a function is told by its environment.
//!
//! Names are looked up here and nowhere else. Whatever is missing or wrong is told at once, with what to do about it.

use std::str::FromStr;

use goody_application::retention::Retention;
use goody_application::simulate::VendorScenario;
use goody_domain::ReportZone;
use goody_http::Tokens;
use goody_store_dynamodb::Tables;

use crate::clock::FunctionClock;

/// Everything a function can be told. All functions read the same names.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `GOODY_ORDERS_TABLE`, `GOODY_REPORTS_TABLE`, `GOODY_VENDORS_TABLE`.
    pub tables: Tables,
    /// `AWS_REGION`, and the keys that Lambda puts beside it.
    pub account: Account,
    /// `AWS_ENDPOINT_URL`: where DynamoDB is, if not where the region says.
    pub endpoint: Option<String>,
    /// `AWS_ENDPOINT_URL_SECRETS_MANAGER`, or else `AWS_ENDPOINT_URL`: where Secrets Manager is, if not where the region says.
    pub secrets_endpoint: Option<String>,
    /// `GOODY_API_TOKENS_SECRET` or `GOODY_API_TOKENS`: the tokens that requests to the API need.
    pub tokens: Option<TokensSetting>,
    /// `GOODY_PROTECT_READS`: whether reads need a token, too; `false` where it is not set.
    pub protect_reads: bool,
    /// `GOODY_TIME_ZONE`: the zone whose days are counted, by its IANA name; UTC where it is not set.
    pub zone: ReportZone,
    /// `GOODY_LOG`: error, warn, info, debug, trace, or `module=level` by commas; `info` where it is not set.
    pub log: String,
    /// `GOODY_SEED` and `GOODY_SCENARIO`: which demo world; 42 and nothing going wrong where they are not set.
    pub world: DemoSettings,
    /// `GOODY_ORDER_DAYS` and `GOODY_BUCKET_DAYS`: how long things are kept; 400 and 800 days where they are not set.
    pub retention: Retention,
    /// `GOODY_CLOCK`: a file that says what time it is. Only tests have one.
    pub clock: FunctionClock,
}

/// Where the tokens are told, in lines as `goody token new` prints them.
#[derive(Clone, Debug)]
pub enum TokensSetting {
    /// The name or the ARN of a secret in Secrets Manager.
    Secret(String),
    /// Here.
    Here(Tokens),
}

/// Whose tables they are.
#[derive(Clone)]
pub struct Account {
    /// The region.
    pub region: String,
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// Keys of a function are those of a session.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Account").field("region", &self.region).finish_non_exhaustive()
    }
}

/// Which demo world.
#[derive(Clone, Debug)]
pub struct DemoSettings {
    /// Another seed gives other orders.
    pub seed: u64,
    /// What goes wrong there.
    pub scenario: Vec<VendorScenario>,
}

/// Everything that is missing or wrong in an environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function cannot start: {}", .0.join("; "))]
pub struct SettingsError(pub Vec<String>);

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// See [`Settings::read`].
    #[expect(clippy::disallowed_methods, reason = "this is where the environment comes in")]
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads settings by their names. A variable that is empty is not set.
    ///
    /// # Errors
    /// Names every setting that is missing, and what it has to say.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut reading = Reading { variable, wrong: Vec::new() };
        let usual = Retention::default();
        let settings = Self {
            tables: Tables {
                orders: reading.required("GOODY_ORDERS_TABLE", "the name of the DynamoDB table with the orders"),
                reports: reading.required("GOODY_REPORTS_TABLE", "the name of the DynamoDB table with the reports"),
                vendors: reading.required("GOODY_VENDORS_TABLE", "the name of the DynamoDB table with the vendors"),
            },
            account: Account {
                region: reading.required("AWS_REGION", "the region of the tables; Lambda sets it"),
                access_key_id: reading.required("AWS_ACCESS_KEY_ID", "the key of the function's role; Lambda sets it"),
                secret_access_key: reading.required("AWS_SECRET_ACCESS_KEY", "the key's secret; Lambda sets it"),
                session_token: reading.optional("AWS_SESSION_TOKEN"),
            },
            endpoint: reading.optional("AWS_ENDPOINT_URL"),
            secrets_endpoint: reading
                .optional("AWS_ENDPOINT_URL_SECRETS_MANAGER")
                .or_else(|| reading.optional("AWS_ENDPOINT_URL")),
            tokens: match reading.optional("GOODY_API_TOKENS_SECRET") {
                Some(secret) => Some(TokensSetting::Secret(secret)),
                None => reading.hidden("GOODY_API_TOKENS", Tokens::parse).map(TokensSetting::Here),
            },
            protect_reads: reading.parsed("GOODY_PROTECT_READS", truth).unwrap_or(false),
            zone: reading.parsed("GOODY_TIME_ZONE", ReportZone::named).unwrap_or_else(ReportZone::utc),
            log: reading.optional("GOODY_LOG").unwrap_or_else(|| "info".to_owned()),
            world: DemoSettings {
                seed: reading.parsed("GOODY_SEED", whole).unwrap_or(42),
                scenario: reading.parsed("GOODY_SCENARIO", scenario).unwrap_or_default(),
            },
            retention: Retention {
                order_days: reading.parsed("GOODY_ORDER_DAYS", days(1)).unwrap_or(usual.order_days),
                bucket_days: reading.parsed("GOODY_BUCKET_DAYS", days(60)).unwrap_or(usual.bucket_days),
            },
            clock: reading.parsed("GOODY_CLOCK", FunctionClock::from_file).unwrap_or(FunctionClock::Machine),
        };
        if reading.wrong.is_empty() { Ok(settings) } else { Err(SettingsError(reading.wrong)) }
    }
}

/// A whole number.
fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "it is no whole number, or too large a one".to_owned())
}

fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "it is neither true nor false".to_owned())
}

/// So many days, or more.
fn days(least: u16) -> impl Fn(&str) -> Result<u16, String> {
    move |text| match whole(text)? {
        days if days < least => Err(format!("it is less than {least}")),
        days => Ok(days),
    }
}

/// `far-orchard=stall@2026-03-01`, and more of them by commas.
fn scenario(text: &str) -> Result<Vec<VendorScenario>, String> {
    text.split(',').map(VendorScenario::parse).collect()
}

/// Looks up variables, and remembers what is wrong with them.
struct Reading<V> {
    variable: V,
    wrong: Vec<String>,
}

impl<V: Fn(&str) -> Option<String>> Reading<V> {
    fn optional(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str, meaning: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.wrong.push(format!("{name} is not set: set it to {meaning}"));
            String::new()
        })
    }

    /// Something that is not to be repeated.
    fn hidden<T, E: std::fmt::Display>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.optional(name)?;
        parse(&text).map_err(|error| self.wrong.push(format!("{name} cannot be used: {error}"))).ok()
    }

    fn parsed<T, E: std::fmt::Display>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.optional(name)?;
        parse(&text).map_err(|error| self.wrong.push(format!("{name}={text} cannot be used: {error}"))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [(&str, &str); 6] = [
        ("GOODY_ORDERS_TABLE", "Orders"),
        ("GOODY_REPORTS_TABLE", "Reports"),
        ("GOODY_VENDORS_TABLE", "Vendors"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
    ];

    fn read(more: &[(&str, &str)], but: &str) -> Result<Settings, SettingsError> {
        let told = |name: &str| {
            more.iter().chain(&WHOLE).find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
        };
        Settings::read(|name| told(name).filter(|_| name != but))
    }

    #[test]
    fn what_is_not_set_is_as_in_the_embedded_host() {
        let settings = read(&[], "").unwrap();
        assert_eq!((settings.zone.name(), settings.log.as_str(), settings.world.seed), ("UTC", "info", 42));
        assert_eq!(settings.retention, Retention::default());
        assert!(settings.world.scenario.is_empty() && settings.endpoint.is_none());
    }

    #[test]
    fn each_setting_that_is_missing_is_named_with_what_it_has_to_say() {
        for (name, _) in WHOLE {
            let told = read(&[], name).unwrap_err().to_string();
            assert!(told.contains(&format!("{name} is not set: set it to the ")) || told.contains("role"), "{told}");
        }
        let SettingsError(told) = Settings::read(|_| None).unwrap_err();
        assert_eq!(told.len(), WHOLE.len(), "all of it is told at once: {told:?}");
    }

    #[test]
    fn a_variable_that_is_empty_is_not_set() {
        assert!(read(&[("GOODY_ORDERS_TABLE", "")], "").is_err());
        assert_eq!(read(&[("GOODY_LOG", "")], "").unwrap().log, "info");
    }

    #[test]
    fn a_value_that_cannot_be_is_told_with_its_name_and_the_reason() {
        for (name, value) in [
            ("GOODY_TIME_ZONE", "Europe/Atlantis"),
            ("GOODY_SEED", "many"),
            ("GOODY_SCENARIO", "far-orchard=sleep@2026-03-01"),
            ("GOODY_BUCKET_DAYS", "59"),
            ("GOODY_ORDER_DAYS", "0"),
            ("GOODY_CLOCK", "no-such-file"),
            ("GOODY_PROTECT_READS", "perhaps"),
        ] {
            let told = read(&[(name, value)], "").unwrap_err().to_string();
            assert!(told.contains(&format!("{name}={value} cannot be used: ")), "{told}");
        }
    }

    #[test]
    fn several_scenarios_are_set_apart_by_commas() {
        let settings = read(&[("GOODY_SCENARIO", "far-orchard=stall@2026-03-01,acme=drop@2026-03-02")], "").unwrap();
        assert_eq!(settings.world.scenario.len(), 2);
    }

    #[test]
    fn a_secret_comes_before_tokens_that_are_told_here() {
        let line = format!("shop ingest {}", "ab".repeat(32));
        let told = [("GOODY_API_TOKENS", line.as_str()), ("GOODY_API_TOKENS_SECRET", "goody-tokens")];
        assert!(matches!(read(&told, "").unwrap().tokens, Some(TokensSetting::Secret(name)) if name == "goody-tokens"));
        assert!(
            matches!(read(&told[..1], "").unwrap().tokens, Some(TokensSetting::Here(tokens)) if !tokens.is_empty())
        );
        assert!(read(&[], "").unwrap().tokens.is_none());
    }

    #[test]
    fn tokens_that_cannot_be_read_are_not_repeated() {
        let told = read(&[("GOODY_API_TOKENS", "shop ingest hush")], "").unwrap_err().to_string();
        assert!(told.contains("GOODY_API_TOKENS cannot be used: token 1: ") && !told.contains("hush"), "{told}");
    }

    #[test]
    fn keys_are_not_shown() {
        assert!(!format!("{:?}", read(&[], "").unwrap()).contains("hush"));
    }
}
