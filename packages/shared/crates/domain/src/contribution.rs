//! Contribution: what one order adds to the counters of its vendor. All numbers of the reports follow from it.
//!
//! A change of an order moves the counters by `contribution(after) − contribution(before)`. So corrections, late facts, events
//! that are taken back, and orders that change their vendor need no special case.

use crate::order::is_kept;
use crate::{
    ActiveStatus, Currency, Day, Instant, Level, LevelPeriod, Milestone, Minute, Occurrences, Order, Outcome,
    ReportZone, Status, VendorId,
};

/// One thing that is counted per vendor, day and minute.
///
/// Active statuses are counted as flows: how many orders entered one and left it. The number of orders in it at an instant
/// is the sum of all flows before that instant, so a late fact changes one bucket and not every later day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Orders that entered an active status. An order enters `Placed` when it is placed.
    Entered(ActiveStatus),
    /// Orders that left an active status: they entered another one, ended, or were given up.
    Left(ActiveStatus),
    /// Orders that ended, by outcome.
    Ended(Outcome),
    /// Microseconds from placement to arrival, summed over the orders counted as `Ended(Arrived)`.
    DeliveryMicros,
    /// Promises that fell due, of orders that were not cancelled.
    Due,
    /// Promises whose order arrived at them or before.
    OnTime,
    /// Active orders whose promise passed.
    OverdueEntered,
    /// Orders that ended or were given up after their promise had passed.
    OverdueLeft,
    /// Orders by the day of their placement and their current status, for the totals of order lists. No report uses it.
    InStatus(Status),
    /// Deadlines for the handover (`shipBy`) that passed, of orders that were not cancelled before.
    ShipDue,
    /// Deadlines for the handover whose order was handed over by then.
    ShippedOnTime,
    /// Orders that were handed over, apart from suspect ones.
    HandedOver,
    /// Microseconds from placement to handover, summed over the orders counted as `HandedOver`.
    HandoverMicros,
    /// Orders whose deadline for the handover passed while they were `Placed`.
    UnshippedEntered,
    /// Orders that left `Placed` after that.
    UnshippedLeft,
    /// Orders on their way that had no event for [`ReportZone::stall_seconds`].
    StalledEntered,
    /// Orders that had an event, ended or were given up after that.
    StalledLeft,
    /// Orders that customers returned after they arrived.
    Returned,
    /// Orders that were cancelled after they were completed.
    Refunded,
    /// Suspect orders among those counted as `Ended(Arrived)`: they are in no mean of hours.
    SuspectArrivals,
    /// Promises whose order arrived after them, but at most [`GRACE_SECONDS`] later. Counted at the promise, as `Due` is.
    KeptInGrace,
    /// Promises of rush orders among `Due`.
    DueRush,
    /// Promises of rush orders among `OnTime`.
    OnTimeRush,
    /// The latest fact: microseconds since the start of its minute, plus one. The counter is the maximum of its entries, not
    /// their sum, which is possible because facts stay in it when their events are taken back.
    LatestFact,
    /// The gift value of the active orders whose promise passed, in minor units of the currency: positive when the order becomes
    /// overdue, negative when it ends or is given up.
    OverdueValue(Currency),
    /// The active orders with a gift value in the currency whose promise passed: 1 and −1 at the same instants.
    OverdueOrders(Currency),
    /// Orders that were delivered at exactly this number of microseconds after the start of the minute: for the latest delivery.
    DeliveredAt(u32),
}

impl Counter {
    /// How many counters have no parameter.
    pub(crate) const COUNT: usize = 41;
    /// The first index of each kind of counter with a parameter.
    const OVERDUE_VALUE: usize = 38;
    const OVERDUE_ORDERS: usize = Self::OVERDUE_VALUE + Currency::CODES;
    const DELIVERED_AT: usize = Self::OVERDUE_ORDERS + Currency::CODES;
    /// The first codes, AAA to AAC, which no currency has: counters without a parameter have the places of their values.
    const MOVED_VALUE: usize = Self::DELIVERED_AT + 60_000_000;
    const MOVED: usize = Self::COUNT - Self::OVERDUE_VALUE;

    /// Every counter without a parameter, each at its own index.
    pub(crate) const ALL: [Self; Self::COUNT] = {
        let mut all = [Self::DeliveryMicros; Self::COUNT];
        let mut i = 0;
        while i < 3 {
            all[i] = Self::Entered(ActiveStatus::ALL[i]);
            all[3 + i] = Self::Left(ActiveStatus::ALL[i]);
            i += 1;
        }
        i = 0;
        while i < 6 {
            all[6 + i] = Self::Ended(Outcome::ALL[i]);
            i += 1;
        }
        all[13] = Self::Due;
        all[14] = Self::OnTime;
        all[15] = Self::OverdueEntered;
        all[16] = Self::OverdueLeft;
        i = 0;
        while i < 9 {
            all[17 + i] = Self::InStatus(Status::ALL[i]);
            i += 1;
        }
        all[26] = Self::LatestFact;
        all[27] = Self::ShipDue;
        all[28] = Self::ShippedOnTime;
        all[29] = Self::HandedOver;
        all[30] = Self::HandoverMicros;
        all[31] = Self::UnshippedEntered;
        all[32] = Self::UnshippedLeft;
        all[33] = Self::StalledEntered;
        all[34] = Self::StalledLeft;
        all[35] = Self::Returned;
        all[36] = Self::Refunded;
        all[37] = Self::SuspectArrivals;
        all[38] = Self::KeptInGrace;
        all[39] = Self::DueRush;
        all[40] = Self::OnTimeRush;
        all
    };

    /// Whether it is about single instants: it is in the minutes of a bucket, and in no totals.
    pub fn is_instant(self) -> bool {
        matches!(self, Self::LatestFact | Self::DeliveredAt(_))
    }

    /// The counter with an index.
    pub fn of_index(index: usize) -> Option<Self> {
        match index {
            0..Self::COUNT => Some(Self::ALL[index]),
            Self::COUNT..Self::OVERDUE_ORDERS => {
                Currency::of_number(index - Self::OVERDUE_VALUE).map(Self::OverdueValue)
            }
            Self::OVERDUE_ORDERS..Self::DELIVERED_AT => {
                Currency::of_number(index - Self::OVERDUE_ORDERS).map(Self::OverdueOrders)
            }
            Self::DELIVERED_AT..Self::MOVED_VALUE => {
                u32::try_from(index - Self::DELIVERED_AT).ok().map(Self::DeliveredAt)
            }
            _ => {
                let number = Some(index - Self::MOVED_VALUE).filter(|number| *number < Self::MOVED);
                number.and_then(Currency::of_number).map(Self::OverdueValue)
            }
        }
    }

    /// The counter's index. Stores keep it: never give an index to another counter.
    #[inline]
    pub fn index(self) -> usize {
        match self {
            Self::Entered(status) => status as usize,
            Self::Left(status) => 3 + status as usize,
            Self::Ended(outcome) => 6 + outcome as usize,
            Self::DeliveryMicros => 12,
            Self::Due => 13,
            Self::OnTime => 14,
            Self::OverdueEntered => 15,
            Self::OverdueLeft => 16,
            Self::InStatus(status) => 17 + status as usize,
            Self::LatestFact => 26,
            Self::ShipDue => 27,
            Self::ShippedOnTime => 28,
            Self::HandedOver => 29,
            Self::HandoverMicros => 30,
            Self::UnshippedEntered => 31,
            Self::UnshippedLeft => 32,
            Self::StalledEntered => 33,
            Self::StalledLeft => 34,
            Self::Returned => 35,
            Self::Refunded => 36,
            Self::SuspectArrivals => 37,
            Self::KeptInGrace => 38,
            Self::DueRush => 39,
            Self::OnTimeRush => 40,
            Self::OverdueValue(currency) => match currency.number() {
                number @ 0..Self::MOVED => Self::MOVED_VALUE + number,
                number => Self::OVERDUE_VALUE + number,
            },
            Self::OverdueOrders(currency) => Self::OVERDUE_ORDERS + currency.number(),
            Self::DeliveredAt(micros) => Self::DELIVERED_AT + micros as usize,
        }
    }
}

/// How long after its promise an order is not yet badly late, in seconds: 48 hours.
pub const GRACE_SECONDS: i64 = 48 * 3_600;

/// An amount to add to one counter in one minute of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The day, in the report time zone.
    pub day: Day,
    /// The minute of that day.
    pub minute: Minute,
    /// What is counted.
    pub counter: Counter,
    /// The amount.
    pub amount: i64,
}

/// An entry, and the vendor to whose counters and to the fleet's it is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Posting<'o> {
    /// The vendor.
    pub vendor_id: &'o VendorId,
    /// The entry.
    pub entry: Entry,
}

/// The entries that `order` adds to the counters of its vendor, `order.placement.vendor_id`.
pub fn contribution(order: &Order, zone: &ReportZone) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(20);
    let mut add = |at: Instant, counter: Counter, amount: i64| {
        let (day, minute) = zone.day_and_minute(at);
        entries.push(Entry { day, minute, counter, amount });
    };

    add(order.created_at, Counter::InStatus(order.status()), 1);

    if let Some((at, outcome)) = order.completion {
        add(at, Counter::Ended(outcome), 1);
        if let (Outcome::Arrived, Some(arrival)) = (outcome, order.actual_delivery) {
            match order.is_suspect {
                true => add(at, Counter::SuspectArrivals, 1),
                false => add(at, Counter::DeliveryMicros, arrival.micros() - order.created_at.micros()),
            }
        }
    }
    if let Some(delivery) = order.actual_delivery {
        let micros = delivery.micros().rem_euclid(60_000_000);
        add(delivery, Counter::DeliveredAt(u32::try_from(micros).unwrap_or(0)), 1);
    }
    for (milestone, counter) in [(Milestone::Returned, Counter::Returned), (Milestone::Refunded, Counter::Refunded)] {
        if let Some(at) = order.milestone(milestone) {
            add(at, counter, 1);
        }
    }
    if let Some(handover) = order.milestone(Milestone::HandedOver) {
        add(handover, Counter::HandedOver, 1);
        add(handover, Counter::HandoverMicros, handover.micros() - order.created_at.micros());
    }
    for (milestone, due, is_kept, kept) in [
        (Milestone::Due, Counter::Due, order.is_on_time(), Counter::OnTime),
        (Milestone::ShipDue, Counter::ShipDue, order.is_shipped_on_time(), Counter::ShippedOnTime),
    ] {
        if let Some(at) = order.milestone(milestone) {
            add(at, due, 1);
            if is_kept == Some(true) {
                add(at, kept, 1);
            }
        }
    }

    if let Some(promise) = order.milestone(Milestone::Due) {
        let is_on_time = is_kept(promise, order.actual_delivery);
        if !is_on_time && is_kept(promise.plus_seconds(GRACE_SECONDS), order.actual_delivery) {
            add(promise, Counter::KeptInGrace, 1);
        }
        if order.placement.is_rush() {
            add(promise, Counter::DueRush, 1);
            if is_on_time {
                add(promise, Counter::OnTimeRush, 1);
            }
        }
    }

    let value = order.placement.gift_value.map(|value| (order.placement.currency(), value));
    for LevelPeriod { level, from, until } in order.level_periods(zone) {
        add(from, level.entered(), 1);
        if let Some(until) = until {
            add(until, level.left(), 1);
        }
        if let (Level::Overdue, Some((currency, value))) = (level, value) {
            for (counter, amount) in [(Counter::OverdueValue(currency), value), (Counter::OverdueOrders(currency), 1)] {
                add(from, counter, amount);
                if let Some(until) = until {
                    add(until, counter, -amount);
                }
            }
        }
    }
    entries
}

/// The instants at which the events of an order occurred, as [`Counter::LatestFact`] entries.
///
/// They are added to every vendor in `occurrences.named_vendors`. An event that is taken back stays among them, and a vendor
/// stays in that set for ever. So the maximum never decreases.
pub fn facts(occurrences: &Occurrences, zone: &ReportZone) -> impl Iterator<Item = Entry> {
    occurrences.instants.iter().map(|occurred_at| fact(*occurred_at, zone))
}

/// The entries that an order adds to the counters of one vendor: its contribution if it is the vendor's order, and its facts if a
/// placement named the vendor.
pub fn contribution_to(
    vendor_id: &VendorId,
    order: Option<&Order>,
    occurrences: &Occurrences,
    zone: &ReportZone,
) -> Vec<Entry> {
    let own = order.filter(|order| order.placement.vendor_id == *vendor_id);
    let mut entries = own.map(|order| contribution(order, zone)).unwrap_or_default();
    if occurrences.named_vendors.contains(vendor_id) {
        entries.extend(facts(occurrences, zone));
    }
    entries
}

fn fact(occurred_at: Instant, zone: &ReportZone) -> Entry {
    let (day, minute) = zone.day_and_minute(occurred_at);
    Entry { day, minute, counter: Counter::LatestFact, amount: occurred_at.micros().rem_euclid(60_000_000) + 1 }
}

/// The entries to add when an order changes, apart from its facts: `contribution(after) − contribution(before)`.
pub fn postings<'o>(before: Option<&'o Order>, after: Option<&'o Order>, zone: &ReportZone) -> Vec<Posting<'o>> {
    let mut postings = Vec::new();
    for (order, sign) in [(before, -1), (after, 1)] {
        let Some(order) = order else { continue };
        let vendor_id = &order.placement.vendor_id;
        let signed = |entry: Entry| Entry { amount: sign * entry.amount, ..entry };
        postings.extend(contribution(order, zone).into_iter().map(|entry| Posting { vendor_id, entry: signed(entry) }));
    }
    postings
}

/// The facts to add when an order changes: for each named vendor those that are new to it.
pub fn fact_postings<'o>(
    before: &'o Occurrences,
    after: &'o Occurrences,
    zone: &'o ReportZone,
) -> impl Iterator<Item = Posting<'o>> {
    after.named_vendors.iter().flat_map(move |vendor_id| {
        let is_known = before.named_vendors.contains(vendor_id);
        // The known instants are sorted.
        let new = after.instants.iter().filter(move |at| !is_known || before.instants.binary_search(at).is_err());
        new.map(move |at| Posting { vendor_id, entry: fact(*at, zone) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_is_at_its_index() {
        for (index, counter) in Counter::ALL.into_iter().enumerate() {
            assert_eq!(counter.index(), index, "{counter:?}");
        }
        let euro = Currency::parse("EUR").unwrap();
        for counter in [
            Counter::LatestFact,
            Counter::OverdueValue(euro),
            Counter::OverdueOrders(euro),
            Counter::DeliveredAt(0),
            Counter::DeliveredAt(59_999_999),
            Counter::OverdueValue(Currency::parse("AAA").unwrap()),
            Counter::OverdueValue(Currency::parse("AAC").unwrap()),
            Counter::OverdueValue(Currency::parse("AAD").unwrap()),
            Counter::OverdueOrders(Currency::parse("AAA").unwrap()),
        ] {
            assert_eq!(Counter::of_index(counter.index()), Some(counter));
        }
        assert_eq!(Counter::OverdueValue(euro).index(), 38 + 3_241, "an index never changes");
        let last = Counter::OverdueValue(Currency::parse("AAC").unwrap()).index();
        assert_eq!(Counter::of_index(last + 1), None);
    }
}
