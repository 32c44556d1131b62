//! Parameters: read as text, checked one by one, every wrong one named.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use goody_application::ports::ReportReader;
use goody_contract::{ErrorCode, FieldProblem};
use goody_domain::{AsOf, Day, Instant, Status, VendorId};
use serde::de::{self, DeserializeOwned, IntoDeserializer};

use crate::error::ApiError;

/// The query of a request. A parameter that the route does not know is an error that names it.
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
                Some(name) if cause.contains("duplicate field") => ApiError::parameter(name, "is there twice"),
                _ => ApiError::new(ErrorCode::InvalidParameter, "The query cannot be read."),
            }
        })
    }
}

/// Reads parameters and collects what is wrong with them.
#[derive(Default)]
pub(crate) struct Checked {
    errors: Vec<FieldProblem>,
}

impl Checked {
    pub(crate) fn wrong(&mut self, field: &str, reason: impl Into<String>) {
        self.errors.push(FieldProblem { field: field.into(), reason: reason.into() });
    }

    pub(crate) fn parsed<T, E: ToString>(
        &mut self,
        field: &str,
        value: Option<&String>,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        parse(value?).map_err(|error| self.wrong(field, error.to_string())).ok()
    }

    pub(crate) fn number(
        &mut self,
        field: &str,
        value: Option<&String>,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let (least, most) = (*range.start(), *range.end());
        self.parsed(field, value, |text| match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => Err(format!("must be a whole number from {least} to {most}")),
        })
    }

    pub(crate) fn limit(&mut self, value: Option<&String>, default: usize) -> usize {
        self.number("limit", value, 1..=100).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(default)
    }

    pub(crate) fn flag(&mut self, field: &str, value: Option<&String>) -> Option<bool> {
        self.parsed(field, value, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        })
    }

    /// One of the words of an enum.
    pub(crate) fn word<T: DeserializeOwned>(&mut self, field: &str, value: Option<&String>) -> Option<T> {
        self.parsed(field, value, |word| {
            T::deserialize(word.into_deserializer()).map_err(|error: de::value::Error| {
                let told = error.to_string();
                format!("must be {}", told.split_once("expected ").map_or("another word", |(_, expected)| expected))
            })
        })
    }

    /// Several words by commas.
    pub(crate) fn words<T>(
        &mut self,
        field: &str,
        value: Option<&String>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let mut words = Vec::new();
        for word in value.map(|list| list.split(',')).into_iter().flatten() {
            match parse(word) {
                Some(word) => words.push(word),
                None => self.wrong(field, format!("has no value {:?}", shortened(word))),
            }
        }
        words
    }

    /// Several statuses by commas, each once, in lifecycle order.
    pub(crate) fn statuses(&mut self, value: Option<&String>) -> Vec<Status> {
        let mut statuses = self.words("status", value, Status::parse);
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }

    pub(crate) fn day(&mut self, field: &str, value: Option<&String>) -> Option<Day> {
        self.parsed(field, value, Day::parse)
    }

    /// When a report about the date is evaluated; about today where no date is given.
    pub(crate) fn as_of(&mut self, value: Option<&String>, reports: &dyn ReportReader, now: Instant) -> AsOf {
        let today = reports.zone().today(now);
        let Some(date) = self.day("date", value) else { return today };
        reports.zone().as_of(date, now).unwrap_or_else(|| {
            self.wrong("date", format!("is after today, {}", today.date()));
            today
        })
    }

    /// A range of dates that ends today at the latest; 30 days where nothing is given.
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
            self.wrong("to", format!("is after today, {today}"));
        }
        let from = self.day("from", from).unwrap_or(to.plus(-29));
        if from > to {
            self.wrong("from", format!("is after to, {to}"));
        } else if to.number() - from.number() >= LONGEST {
            self.wrong("from", format!("is more than {LONGEST} days before to"));
        }
        (from, to)
    }

    /// The answer, or everything that was wrong.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.errors.is_empty() { Ok(value) } else { Err(ApiError::parameters(self.errors)) }
    }
}

fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

/// The vendor of a path, which may be one we never heard of.
pub(crate) fn vendor_id(text: &str) -> Result<VendorId, ApiError> {
    VendorId::parse(text).map_err(|reason| ApiError::parameter("id", reason))
}
