//! The columns of an order's row that follow from its history: those by which lists select and sort, and its last day.

use goody_application::ports::{OpenOrder, last_day};
use goody_domain::{HistoryFact, Instant, Milestone, Order, ReportZone};
use rusqlite::types::Value;

/// The names of the columns. All but the first and `gift_type` are null for an order that is not placed.
pub(crate) const NAMES: [&str; COUNT] = [
    "keep_day",
    "vendor_id",
    "gift_type",
    "status",
    "late",
    "completed_at",
    "created_at",
    "promise_at",
    "due_day",
    "on_time",
    "ship_by_at",
    "ship_due_day",
    "shipped_on_time",
    "completed_day",
    "handed_over_day",
    "handed_over_at",
    "returned_day",
    "returned_at",
    "refunded_day",
    "refunded_at",
    "unshipped_at",
    "stalled_at",
    "gift_value",
];
const COUNT: usize = 23;
/// The columns from `vendor_id` to `completed_at`: if one is written, all of the status are, as the row may say that the order is not
/// late and the clock that it is.
const COUNTED: std::ops::Range<usize> = 1..6;
const STATUS: std::ops::Range<usize> = 3..6;

/// The values of the columns, in the sequence of [`NAMES`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns(pub(crate) [Value; COUNT]);

impl Columns {
    /// The columns of an order with these facts. `order` is `None` while it is not placed.
    pub(crate) fn new(facts: &[HistoryFact], order: Option<&Order>, zone: &ReportZone, now: Instant) -> Self {
        let keep_day = i64::from(last_day(facts, order, zone).number()).into();
        let Some(order) = order else {
            let mut values = std::array::from_fn(|_| Value::Null);
            values[0] = keep_day;
            values[2] = String::new().into();
            return Self(values);
        };
        let placement = &order.placement;
        let instant = |at: Option<Instant>| at.map_or(Value::Null, |at| at.micros().into());
        let at = |milestone| instant(order.milestone(milestone));
        let day = |milestone| {
            order.milestone(milestone).map_or(Value::Null, |at| i64::from(zone.day_and_minute(at).0.number()).into())
        };
        let flag = |flag: Option<bool>| flag.map_or(Value::Null, |flag| i64::from(flag).into());
        let open = OpenOrder::new(order, zone);
        Self([
            keep_day,
            placement.vendor_id.to_string().into(),
            placement.gift_type.as_ref().map(ToString::to_string).unwrap_or_default().into(),
            (order.status() as i64).into(),
            i64::from(order.is_delayed(now)).into(),
            instant(order.completed_at()),
            order.created_at.micros().into(),
            instant(placement.estimated_delivery),
            day(Milestone::Due),
            flag(order.is_on_time()),
            instant(placement.ship_by),
            day(Milestone::ShipDue),
            flag(order.is_shipped_on_time()),
            day(Milestone::Completed),
            day(Milestone::HandedOver),
            at(Milestone::HandedOver),
            day(Milestone::Returned),
            at(Milestone::Returned),
            day(Milestone::Refunded),
            at(Milestone::Refunded),
            instant(open.and_then(|open| open.unshipped_at)),
            instant(open.and_then(|open| open.stalled_at)),
            placement.gift_value.map_or(Value::Null, Value::from),
        ])
    }

    /// Which columns a statement has to write after a change from `before`. SQLite writes an index only if the statement names one of
    /// its columns.
    pub(crate) fn changed(&self, before: &Self) -> Changed {
        let mut changed: [bool; COUNT] = std::array::from_fn(|column| self.0[column] != before.0[column]);
        if changed[COUNTED].contains(&true) {
            changed[STATUS].fill(true);
        }
        Changed(changed)
    }
}

/// The columns to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Changed([bool; COUNT]);

impl Changed {
    /// Whether the order may be counted as another kind.
    pub(crate) fn is_counted(&self) -> bool {
        self.0[COUNTED].contains(&true)
    }

    /// The changed columns.
    pub(crate) fn columns(self) -> impl Iterator<Item = usize> {
        (0..COUNT).filter(move |column| self.0[*column])
    }
}
