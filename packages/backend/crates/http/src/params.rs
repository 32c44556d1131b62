//! Query parameters: received as text and validated one by one, so that one response names every invalid one.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use goody_application::ports::ReportReader;
use goody_contract::{ErrorCode, FieldProblem, WindowParam};
use goody_domain::{AsOf, Day, Instant, Status, VendorId, Window};
use serde::de::{self, DeserializeOwned, IgnoredAny, IntoDeserializer};
use serde::{Deserialize, Deserializer};

use crate::error::ApiError;

/// The query of a request. An unknown parameter is an error that names it.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(query)| Self(query)).map_err(|rejection| {
            let cause =
                std::error::Error::source(&rejection).map_or_else(|| rejection.to_string(), ToString::to_string);
            match cause.split('`').nth(1) {
                Some(name) if cause.contains("unknown field") => {
                    ApiError::parameter(name, "is not a parameter of this route")
                }
                Some(name) if cause.contains("duplicate field") => ApiError::parameter(name, "is given more than once"),
                _ => ApiError::new(ErrorCode::InvalidParameter, "The query cannot be read."),
            }
        })
    }
}

/// No parameter: the last of several flattened structs, so that an unknown parameter is an error.
pub(crate) struct NoOthers;

impl<'de> Deserialize<'de> for NoOthers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let others = BTreeMap::<String, IgnoredAny>::deserialize(deserializer)?;
        match others.into_keys().next() {
            Some(name) => Err(de::Error::custom(format!("unknown field `{name}`"))),
            None => Ok(Self),
        }
    }
}

/// Parses parameters and collects the errors.
#[derive(Default)]
pub(crate) struct Validator {
    errors: Vec<FieldProblem>,
}

impl Validator {
    pub(crate) fn reject(&mut self, field: &str, reason: impl Into<String>) {
        self.errors.push(FieldProblem { field: field.into(), reason: reason.into() });
    }

    pub(crate) fn parse<T, E: ToString>(
        &mut self,
        field: &str,
        value: Option<&String>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        parse(value?).map_err(|error| self.reject(field, error.to_string())).ok()
    }

    pub(crate) fn number(
        &mut self,
        field: &str,
        value: Option<&String>,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let (least, most) = (*range.start(), *range.end());
        self.parse(field, value, |text| match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(format!("must be a whole number from {least} to {most}")),
        })
    }

    pub(crate) fn limit(&mut self, value: Option<&String>, default: usize) -> usize {
        self.number("limit", value, 1..=100).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(default)
    }

    pub(crate) fn flag(&mut self, field: &str, value: Option<&String>) -> Option<bool> {
        self.parse(field, value, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        })
    }

    /// A value of an enum.
    pub(crate) fn enum_value<T: DeserializeOwned>(&mut self, field: &str, value: Option<&String>) -> Option<T> {
        self.parse(field, value, |text| {
            T::deserialize(text.into_deserializer()).map_err(|error: de::value::Error| {
                let message = error.to_string();
                format!("must be {}", message.split_once("expected ").map_or("another word", |(_, expected)| expected))
            })
        })
    }

    /// A list of values, separated by commas.
    pub(crate) fn list<T>(&mut self, field: &str, value: Option<&String>, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut values = Vec::new();
        for text in value.map(|list| list.split(',')).into_iter().flatten() {
            match parse(text) {
                Some(value) => values.push(value),
                None => self.reject(field, format!("has no value {:?}", truncate(text))),
            }
        }
        values
    }

    /// A list of statuses, without duplicates, in the order of the lifecycle.
    pub(crate) fn statuses(&mut self, value: Option<&String>) -> Vec<Status> {
        let mut statuses = self.list("status", value, Status::parse);
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    pub(crate) fn day(&mut self, field: &str, value: Option<&String>) -> Option<Day> {
        self.parse(field, value, Day::parse)
    }

    /// The instant of evaluation for a date. Default: today.
    pub(crate) fn as_of(&mut self, value: Option<&String>, reports: &dyn ReportReader, now: Instant) -> AsOf {
        let today = reports.zone().today(now);
        let Some(date) = self.day("date", value) else { return today };
        reports.zone().as_of(date, now).unwrap_or_else(|| {
            self.reject("date", format!("is after today, {}", today.date()));
            today
        })
    }

    /// The window of the numbers. Default: seven days.
    pub(crate) fn window(&mut self, value: Option<&String>) -> Window {
        self.enum_value::<WindowParam>("window", value).map(Into::into).unwrap_or_default()
    }

    /// A range of dates that ends today at the latest. Default: the last 30 days.
    pub(crate) fn range(
        &mut self,
        (from, to): (Option<&String>, Option<&String>),
        reports: &dyn ReportReader,
        now: Instant,
    ) -> (Day, Day) {
        const LONGEST: i32 = 400;
        let today = reports.zone().today(now).date();
        let to = self.day("to", to).unwrap_or(today);
        if to > today {
            self.reject("to", format!("is after today, {today}"));
        }
        let from = self.day("from", from).unwrap_or(to.plus(-29));
        if from > to {
            self.reject("from", format!("is after to, {to}"));
        } else if to.number() - from.number() >= LONGEST {
            self.reject("from", format!("is more than {LONGEST} days before to"));
        }
        (from, to)
    }

    /// The value, or an error with every invalid parameter.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.errors.is_empty() { Ok(value) } else { Err(ApiError::parameters(self.errors)) }
    }
}

fn truncate(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The vendor id of a path. The vendor may be unknown.
pub(crate) fn parse_vendor_id(text: &str) -> Result<VendorId, ApiError> {
    VendorId::parse(text).map_err(|reason| ApiError::parameter("id", reason))
}
