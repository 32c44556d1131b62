//! The fields of a placement.

use std::borrow::Cow;

use csv::ByteRecord;
use goody_domain::{WireDestination, WireEvent};

use super::cells::cleaned;
use super::event_id::derived_id;
use super::fields::Field;
use super::row::{LONGEST_NAME, LONGEST_REGION, Made, RowParser};
use crate::files::countries;
use crate::files::ids::slug;

impl RowParser {
    /// Adds the fields of a placement.
    pub(super) fn place<'r>(
        &'r self,
        row: &'r ByteRecord,
        event: &mut WireEvent<'r>,
        (order, vendor): (Option<Cow<'r, str>>, Option<Cow<'r, str>>),
        sum: Option<&Made<i64>>,
    ) -> Made<()> {
        let placed = event.occurred_at.clone().unwrap_or_default();
        event.estimated_delivery = self.promise(row, Field::EstimatedDelivery, &placed)?;
        event.ship_by = self.promise(row, Field::ShipBy, &placed)?;
        let currency = self.currency(row)?;
        let amount = match sum {
            Some(sum) => Some((sum.clone()?, None)),
            None => self.amount(row)?,
        };
        let (value, named) = amount.map_or((None, None), |(value, named)| (Some(value), named));
        event.gift_value = value;
        event.currency = currency.or(named.map(Cow::Owned));
        event.gift_type = self.text(row, Field::GiftType)?.map(|text| match text {
            Cow::Borrowed(text) => slug(text),
            Cow::Owned(text) => Cow::Owned(slug(&text).into_owned()),
        });
        event.is_rush = self.flag(row, Field::IsRush)?;
        let kept = |field: Field, original: Option<Cow<'r, str>>, made: &Option<Cow<'r, str>>| -> Made<_> {
            let mapped = self.text_joined(row, field, " ")?;
            let original = original.filter(|text| self.make_ids && made.as_deref() != Some(text.as_ref()));
            Ok(mapped.or(original).map(|text| cleaned(text, LONGEST_NAME)))
        };
        let changed = order.as_deref() != event.order_id.as_deref();
        let source = self.fields[Field::OrderId as usize].as_ref();
        let first = source.and_then(|field| field.source.first_text(row).ok().flatten()).filter(|_| changed);
        event.reference = kept(Field::Reference, first, &event.order_id)?;
        event.vendor_name = kept(Field::VendorName, vendor, &event.vendor_id)?;
        let country = self.text(row, Field::Country)?.and_then(|text| countries::code(&text));
        if let Some(country) = country {
            event.destination = Some(WireDestination {
                country: Some(Cow::Owned(country)),
                region: self.text(row, Field::Region)?.map(|text| cleaned(text, LONGEST_REGION)),
                postal_prefix: self.text(row, Field::PostalPrefix)?.map(|text| cleaned(text, LONGEST_REGION)),
            });
        }
        Ok(())
    }
}

/// Adds to a placement what another row of the order says of it, where the rows before say nothing.
pub(super) fn complete<'r>(placement: &mut WireEvent<'r>, other: WireEvent<'r>) {
    fn fill<T>(field: &mut Option<T>, other: Option<T>) {
        if field.is_none() {
            *field = other;
        }
    }
    fill(&mut placement.estimated_delivery, other.estimated_delivery);
    fill(&mut placement.ship_by, other.ship_by);
    fill(&mut placement.gift_value, other.gift_value);
    fill(&mut placement.currency, other.currency);
    fill(&mut placement.gift_type, other.gift_type);
    fill(&mut placement.is_rush, other.is_rush);
    fill(&mut placement.reference, other.reference);
    fill(&mut placement.vendor_name, other.vendor_name);
    fill(&mut placement.destination, other.destination);
    fill(&mut placement.attributes, other.attributes);
    placement.event_id = derived_id(placement, true);
}
