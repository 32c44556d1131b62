//! The rows of one order together.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use csv::ByteRecord;
use goody_domain::{Status, WireEvent};

use super::fields::Field;
use super::placement::complete;
use super::row::{Made, RowParser};

/// The order, the vendor and the time of a placement.
type PlacementKey<'r> = (Option<Cow<'r, str>>, Option<Cow<'r, str>>, Option<Cow<'r, str>>);

impl RowParser {
    /// The events of the rows of one order, each with the position of its row. An event that several rows state is returned once, and
    /// an order has one placement: rows of its items may differ in the promise, and the first row that has one says it.
    pub fn events_of_order<'r>(&'r self, rows: &'r [ByteRecord]) -> Vec<(usize, Vec<Made<WireEvent<'r>>>)> {
        let sums = self.sums(rows);
        let mut placements: HashMap<PlacementKey<'r>, (usize, usize)> = HashMap::new();
        let mut seen = HashSet::new();
        let mut all: Vec<(usize, Vec<Made<WireEvent<'r>>>)> = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let sum = sums.as_ref().and_then(|sums| sums.get(&self.order_text(row)));
            let mut events = Vec::new();
            for event in self.events_with_value(row, sum) {
                let Ok(event) = event else {
                    events.push(event);
                    continue;
                };
                let known = self.placement_key(&event).and_then(|key| {
                    let place = (at, events.len());
                    let first = *placements.entry(key).or_insert(place);
                    (first != place).then_some(first)
                });
                match known {
                    Some((first, position)) => {
                        if let Some(Ok(placement)) = all.get_mut(first).and_then(|row| row.1.get_mut(position)) {
                            complete(placement, event);
                        }
                    }
                    None if seen.insert((event.order_id.clone(), event.event_id.clone())) => events.push(Ok(event)),
                    None => {}
                }
            }
            // A row that only repeats others says nothing more; it is no row without events.
            all.push((at, events));
        }
        all
    }

    /// What two placements of one order have in common, if their ids are made of what they say.
    fn placement_key<'r>(&self, event: &WireEvent<'r>) -> Option<PlacementKey<'r>> {
        let is_placement = event.status.as_deref() == Some(Status::Placed.as_str());
        (is_placement && !self.events.is_empty())
            .then(|| (event.order_id.clone(), event.vendor_id.clone(), event.occurred_at.clone()))
    }

    /// Whether a row states an event at all: rows of one order may repeat each other.
    pub fn has_events(&self, row: &ByteRecord) -> bool {
        !self.events_with_value(row, None).is_empty()
    }

    /// The order of a row, as text.
    fn order_text(&self, row: &ByteRecord) -> Option<String> {
        self.text(row, Field::OrderId).ok().flatten().map(Cow::into_owned)
    }

    /// The amounts of each order, added.
    fn sums(&self, rows: &[ByteRecord]) -> Option<HashMap<Option<String>, Made<i64>>> {
        let is_sum = self.fields[Field::GiftValue as usize].as_ref().is_some_and(|field| field.is_sum);
        if !is_sum {
            return None;
        }
        let mut sums: HashMap<Option<String>, Made<i64>> = HashMap::new();
        for row in rows.iter().filter(|row| self.holds(row)) {
            let Some(value) = self.amount(row).map(|amount| amount.map(|amount| amount.0)).transpose() else {
                continue;
            };
            let sum = sums.entry(self.order_text(row)).or_insert(Ok(0));
            if let Ok(total) = sum {
                match value {
                    Ok(value) => *total = total.saturating_add(value),
                    Err(rejection) => *sum = Err(rejection),
                }
            }
        }
        Some(sums)
    }
}
