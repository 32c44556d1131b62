//! Any sender of JSON, by a mapping: the body is a record, or has a list of them.
//!
//! The mapping is that of files (`docs/IMPORT.md`): paths such as `order.number` are its columns, `records` leads to a list of records
//! and `rows` to a list in each. An event with a tracking number and no order is about a parcel.

use goody_domain::{ParcelEvent, ParcelKey, Rejection, WireEvent};

use super::fields::parse;
use super::records::{Naming, Records};
use super::{Config, Facts, Outcome};
use crate::files::json::JsonRecords;
use crate::request::Request;

pub(super) fn read(request: &Request<'_>, config: &Config) -> Result<Outcome, Rejection> {
    let Some(mapping) = &config.mapping else {
        return Err(Rejection::field("mapping", "is missing: this source needs one, to find the fields of its bodies"));
    };
    if mapping.join().is_some() {
        return Err(Rejection::field("mapping", "has [join]: a webhook has no second file"));
    }
    // The streaming reader below accepts what only begins like JSON.
    let body = parse(request.body)?;
    if is_ping(&body) {
        return Ok(Outcome::Ping);
    }
    let records = Records::new(mapping, Naming::OrdersOrParcels)?;
    let mut facts = Facts::default();
    let mut reader = JsonRecords::new(request.body, mapping.json_lists().0);
    while let Some((_, record)) = reader.read().map_err(|error| Rejection::field("records", error.to_string()))? {
        for event in records.events(&record.map_err(|(rejection, _)| rejection)?)? {
            facts.add(event)?;
        }
    }
    if facts == Facts::default() {
        return Ok(Outcome::ignored("the mapping leaves it out"));
    }
    Ok(Outcome::Facts(facts))
}

/// Whether a body has the type `ping`, as senders call a test.
fn is_ping(body: &serde_json::Value) -> bool {
    ["type", "event"].iter().any(|name| body.get(name).and_then(serde_json::Value::as_str) == Some("ping"))
}

impl Facts {
    /// Adds an event, by its order or else by its parcel.
    fn add(&mut self, event: WireEvent<'static>) -> Result<(), Rejection> {
        match (&event.order_id, &event.tracking_number) {
            (Some(_), _) => self.events.push(event),
            (None, Some(number)) => {
                let key = ParcelKey::TrackingNumber(number.clone().into_owned());
                self.parcel_events.push(ParcelEvent::new(key, event));
            }
            (None, None) => return Err(Rejection::field("orderId", "is missing, and so is trackingNumber")),
        }
        Ok(())
    }
}
