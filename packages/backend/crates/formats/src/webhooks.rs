//! Webhooks of shops and carriers: what a sender posts, as it posts it, to events.
//!
//! A host makes one call for each request: [`Source::verify`], then [`Source::read`]. Both are functions of their arguments: no clock,
//! no store. Ids and times come from the body, so the same body gives the same events, and any order of arrival gives the same order.
//! A carrier knows a parcel and no order: its facts are [`ParcelEvent`]s, for which the host finds the order. What a carrier estimates
//! is kept as the attribute `carrierEstimate` and never moves the promise.
//!
//! ```
//! use goody_domain::Instant;
//! use goody_formats::request::{Headers, Request};
//! use goody_formats::signatures::{Secret, SignatureError};
//! use goody_formats::webhooks::{Config, Outcome, Source};
//!
//! let source = Source::from_name("easypost").unwrap();
//! let headers: Headers<'_> = [("Content-Type", "application/json")].into_iter().collect();
//! let request = Request { path: "/api/webhooks/easypost", headers: &headers, body: br#"{"description": "batch.created"}"# };
//! let secrets = Secret::parse_list("one,two").unwrap();
//! let now = Instant::parse("2026-06-01T00:00:00Z").unwrap();
//! assert_eq!(source.verify(&request, &secrets, now), Err(SignatureError::Missing("X-Hmac-Signature")));
//! assert!(matches!(source.read(&request, &Config::default()), Outcome::Ignored(_)));
//! ```

use goody_domain::{Instant, ParcelEvent, Rejection, WireEvent};

use crate::files::mapping::Mapping;
use crate::request::Request;
use crate::signatures::{Scheme, Secret, SignatureError};

mod aftership;
pub mod cloud_events;
mod easypost;
mod fields;
mod generic;
mod records;
mod scans;
mod shipengine;
mod shippo;
mod shopify;
mod ups;
mod woocommerce;

/// A sender of webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// <https://shopify.dev/docs/api/webhooks>
    Shopify,
    /// <https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks>
    WooCommerce,
    /// <https://docs.easypost.com/docs/webhooks>
    EasyPost,
    /// <https://docs.goshippo.com/docs/tracking/webhooks>
    Shippo,
    /// <https://www.aftership.com/docs/tracking/webhook/webhook-overview>
    AfterShip,
    /// <https://docs.shipstation.com/apis/shipengine/docs/guides/webhooks>
    ShipEngine,
    /// <https://developer.ups.com/tag/UPS-Track-Alert>
    Ups,
    /// Any other sender of JSON, by a mapping.
    Generic,
}

/// What the owner of this server sets for a source.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The mapping of a record to events. `generic` needs one; `shopify` and `woocommerce` have one for their orders, which this
    /// replaces; the others have no records.
    pub mapping: Option<Mapping>,
    /// The zone of times without an offset, such as `America/New_York`. Default: UTC.
    pub time_zone: Option<String>,
}

/// What a request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Facts: at least one.
    Facts(Facts),
    /// Something that is left out on purpose, and why.
    Ignored(String),
    /// A test of the connection.
    Ping,
    /// It should say something, and does not: which field, and what is wrong with it.
    Refused(Rejection),
}

/// The facts of a request. Each is well-formed; only its time may still be too far ahead of the server's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Those that name their order.
    pub events: Vec<WireEvent<'static>>,
    /// Those that name a parcel.
    pub parcel_events: Vec<ParcelEvent>,
}

impl Source {
    /// Every source, in the order of their documentation.
    pub const ALL: [Self; 8] = [
        Self::Shopify,
        Self::WooCommerce,
        Self::EasyPost,
        Self::Shippo,
        Self::AfterShip,
        Self::ShipEngine,
        Self::Ups,
        Self::Generic,
    ];

    /// The source with this name: the last part of its URL.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::WooCommerce => "woocommerce",
            Self::EasyPost => "easypost",
            Self::Shippo => "shippo",
            Self::AfterShip => "aftership",
            Self::ShipEngine => "shipengine",
            Self::Ups => "ups",
            Self::Generic => "generic",
        }
    }

    /// The environment variable with its secrets.
    pub fn secret_variable(self) -> String {
        format!("GOODY_WEBHOOK_SECRET_{}", self.name().to_ascii_uppercase())
    }

    /// Whether its bodies are read by a mapping. Carriers have none: what they say is fixed.
    pub const fn has_mapping(self) -> bool {
        matches!(self, Self::Shopify | Self::WooCommerce | Self::Generic)
    }

    /// How it signs.
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::Shopify => Scheme::Shopify,
            Self::WooCommerce => Scheme::WooCommerce,
            Self::EasyPost => Scheme::EasyPost,
            Self::Shippo => Scheme::Shippo,
            Self::AfterShip => Scheme::AfterShip,
            Self::ShipEngine => Scheme::ShipEngine,
            Self::Ups => Scheme::Ups,
            Self::Generic => Scheme::Generic,
        }
    }

    /// Checks that the source sent the request, not long before or after `now`. A ping that its sender never signs says nothing and
    /// needs no signature.
    ///
    /// # Errors
    /// It did not, or did so long ago.
    pub fn verify(self, request: &Request<'_>, secrets: &[Secret], now: Instant) -> Result<(), SignatureError> {
        if self == Self::WooCommerce && woocommerce::is_ping(request.body) {
            return Ok(());
        }
        self.scheme().verify(request, secrets, now)
    }

    /// What the request says. Its signature is checked already.
    pub fn read(self, request: &Request<'_>, config: &Config) -> Outcome {
        let read = match self {
            Self::Shopify => shopify::read(request, config),
            Self::WooCommerce => woocommerce::read(request, config),
            Self::EasyPost => easypost::read(request, config),
            Self::Shippo => shippo::read(request, config),
            Self::AfterShip => aftership::read(request, config),
            Self::ShipEngine => shipengine::read(request, config),
            Self::Ups => ups::read(request, config),
            Self::Generic => generic::read(request, config),
        };
        match read.and_then(Outcome::checked) {
            Ok(outcome) => outcome,
            Err(rejection) => Outcome::Refused(rejection),
        }
    }
}

impl Outcome {
    /// Something left out, and why.
    fn ignored(reason: impl Into<String>) -> Self {
        Self::Ignored(reason.into())
    }

    /// Refuses facts of which one is malformed, and leaves out doubles.
    fn checked(self) -> Result<Self, Rejection> {
        let Self::Facts(mut facts) = self else { return Ok(self) };
        let mut seen = std::collections::BTreeSet::new();
        facts.events.retain(|event| seen.insert((event.order_id.clone(), event.event_id.clone())));
        let mut seen = std::collections::BTreeSet::new();
        facts.parcel_events.retain(|event| seen.insert((event.key.clone(), event.event().event_id.clone())));
        for event in &facts.events {
            event.event()?;
        }
        facts.parcel_events.iter().try_for_each(|parcel| parcel.check_fields())?;
        if facts.events.is_empty() && facts.parcel_events.is_empty() {
            return Ok(Self::ignored("it says nothing of an order or a parcel"));
        }
        Ok(Self::Facts(facts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_known_by_its_name() {
        for source in Source::ALL {
            assert_eq!(Source::from_name(source.name()), Some(source));
        }
        assert_eq!(Source::from_name("Shopify"), None);
        assert_eq!(Source::WooCommerce.secret_variable(), "GOODY_WEBHOOK_SECRET_WOOCOMMERCE");
    }
}
