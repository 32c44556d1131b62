//! A fulfillment of Shopify: a parcel, with the items of one vendor or of several.

use std::borrow::Cow;
use std::collections::BTreeSet;

use goody_domain::{Instant, Rejection, Status, WireEvent};
use serde_json::{Map, Value};

use super::super::fields::Fields;
use super::super::records::Records;
use super::super::scans::status_of;
use super::shipment_status;
use crate::files::ids::make_id;
use crate::files::mapping::cells::cleaned;
use crate::files::mapping::event_id::derived_id;
use crate::files::mapping::row::LONGEST_NAME;
use crate::files::times::TimeFormat;

/// How the orders and times of a shop are read.
pub(super) struct Shop<'m> {
    pub(super) records: Records<'m>,
    pub(super) times: TimeFormat,
}

/// The order and vendor of some items.
pub(super) type Part = (Cow<'static, str>, Option<Cow<'static, str>>);

/// What happened to a parcel, when, and why.
type Step = (Status, Instant, Option<&'static str>);

/// The parcels of a fulfillment: `parcelId`, and the carrier's number.
type Parcels = Vec<(String, Option<String>)>;

impl Shop<'_> {
    /// The orders that these items belong to, one for each vendor.
    pub(super) fn parts(&self, order_name: &str, items: &[Fields<'_>]) -> Result<BTreeSet<Part>, Rejection> {
        let mut order = Map::new();
        order.insert("name".into(), order_name.into());
        // The mapping makes events of times; this one is in none.
        for name in ["created_at", "processed_at"] {
            order.insert(name.into(), "2000-01-01T00:00:00Z".into());
        }
        items.iter().try_for_each(|item| item.text("vendor").map(drop))?;
        order.insert("line_items".into(), items.iter().map(Fields::to_value).collect());
        let events = self.records.events(&Value::Object(order))?;
        Ok(events.into_iter().filter_map(|event| Some((event.order_id?, event.vendor_id))).collect())
    }

    /// The events of a fulfillment. `all_items` are those of the order, for one that does not list its own.
    pub(super) fn fulfillment(
        &self,
        fulfillment: &Fields<'_>,
        order_name: &str,
        all_items: &[Fields<'_>],
    ) -> Result<Vec<WireEvent<'static>>, Rejection> {
        let id = make_id(&fulfillment.required("id")?).into_owned();
        let steps = self.steps(fulfillment)?;
        let own = fulfillment.list("line_items")?;
        let parts = self.parts(order_name, if own.is_empty() { all_items } else { &own })?;
        let carrier = fulfillment.text("tracking_company")?;
        let mut events = Vec::new();
        for (order_id, vendor_id) in &parts {
            for (parcel_id, number) in parcels(fulfillment, &id)? {
                for (status, at, reason) in &steps {
                    let mut event = WireEvent {
                        order_id: Some(order_id.clone()),
                        vendor_id: vendor_id.clone(),
                        status: Some(Cow::Borrowed(status.as_str())),
                        occurred_at: Some(Cow::Owned(at.to_string())),
                        parcel_id: Some(Cow::Owned(parcel_id.clone())),
                        carrier: carrier.as_deref().map(name),
                        tracking_number: number.clone().map(Cow::Owned),
                        reason: reason.map(Cow::Borrowed),
                        ..WireEvent::default()
                    };
                    event.event_id = derived_id(&event, false);
                    events.push(event);
                }
            }
        }
        Ok(events)
    }

    /// What happened to a fulfillment, and when: it was sent when it was created; a later status is that of its last change.
    fn steps(&self, fulfillment: &Fields<'_>) -> Result<Vec<Step>, Rejection> {
        let created = || fulfillment.required_time("created_at", &self.times);
        let changed = || match fulfillment.time("updated_at", &self.times)? {
            Some(at) => Ok(at),
            None => created(),
        };
        match fulfillment.text("status")?.as_deref() {
            Some("success") => {
                let mut steps = vec![(Status::ShippingOnTime, created()?, None)];
                let later = status_of(fulfillment, "shipment_status", shipment_status)?;
                if let Some(status) = later.filter(|status| *status != Status::ShippingOnTime) {
                    steps.push((status, changed()?, None));
                }
                Ok(steps)
            }
            // Its items go into another parcel, or the order ends.
            Some("cancelled") => Ok(vec![(Status::Cancelled, changed()?, Some("fulfillment cancelled"))]),
            // It is asked for, or failed before anything was sent.
            Some("pending" | "open" | "error" | "failure") => Ok(Vec::new()),
            Some(word) => Err(fulfillment.unknown("status", word)),
            None => Err(fulfillment.missing("status")),
        }
    }
}

fn name(text: &str) -> Cow<'static, str> {
    Cow::Owned(cleaned(text.into(), LONGEST_NAME).into_owned())
}

/// The parcels of a fulfillment: one, with its id; further numbers are further parcels.
fn parcels(fulfillment: &Fields<'_>, id: &str) -> Result<Parcels, Rejection> {
    let first = fulfillment.text("tracking_number")?;
    let mut numbers: Vec<String> = first.iter().map(|number| name(number).into_owned()).collect();
    for number in fulfillment.value("tracking_numbers").and_then(Value::as_array).into_iter().flatten() {
        if let Some(number) = number.as_str().map(str::trim).filter(|number| !number.is_empty()) {
            let number = name(number).into_owned();
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }
    let further =
        numbers.iter().skip(1).map(|number| (make_id(&format!("{id}-{number}")).into_owned(), Some(number.clone())));
    let first = (id.to_owned(), numbers.first().cloned());
    Ok(std::iter::once(first).chain(further).collect())
}
