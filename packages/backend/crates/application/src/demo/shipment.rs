//! The shipment of a demo order: its handover, its parcels, how it ends, and what happens after the end.

use goody_domain::{Instant, Status};

use super::profile::{IssueMix, Profile};
use super::rng::Rng;
use super::timeline::Timeline;
use super::{DAY, HOUR, MINUTE};

/// The share of orders with two or three parcels.
const SEVERAL_PARCELS: f64 = 0.08;
/// The names of the parcels of such an order.
const PARCELS: [Parcel; 3] = [Some("p1"), Some("p2"), Some("p3")];
/// The share of these orders whose last parcel arrives about a day after the others. Other parcels arrive together.
const APART: f64 = 0.25;
/// The time between two parcels that the carrier scans together.
const NEXT_SCAN: i64 = 8;
/// The share of shipped orders without any further event.
const SILENT: f64 = 0.003;
/// The share of orders on time that are reported as delayed before they arrive.
const FALSE_ALARM: f64 = 0.04;
/// The share of late and of lost orders with one parcel that have no scan and no report of their delay on the way.
const STALLED: f64 = 0.2;
/// The longest time from the handover to the next event of an order that does not stall: the carrier scans it on its way.
const WITHOUT_SCAN: i64 = 44 * HOUR;

/// The share of arrived orders of which the customer returns a parcel.
const RETURNED: f64 = 0.02;
/// The share of returned orders that are refunded.
const RETURN_REFUNDED: f64 = 0.8;
/// The share of lost and damaged orders for which the vendor sends a replacement.
const REPLACED: f64 = 0.35;
/// The share of the other orders with an issue that are refunded.
const ISSUE_REFUNDED: f64 = 0.5;

/// The days from the day of an order's promise to that of its last event, at most.
pub(super) const LAST_EVENT_DAYS: i32 = 23;

const CARRIERS: [&str; 4] = ["northwind", "parcelway", "bluepost", "swift-courier"];
const HELD_UP: Option<&str> = Some("Held up on the way");

/// The name of a parcel; `None` for the only parcel of an order.
type Parcel = Option<&'static str>;

/// What the events of a shipment depend on.
pub(super) struct Shipment<'a> {
    pub(super) profile: &'a Profile,
    /// The probability that the order arrives.
    pub(super) reliability: f64,
    /// The probability that it is late if it arrives.
    pub(super) late: f64,
    pub(super) is_rush: bool,
    pub(super) placed_at: Instant,
    pub(super) ship_by: Instant,
    pub(super) promise: Instant,
}

/// How a shipment ends.
struct End {
    event: &'static str,
    status: Status,
    reason: Option<&'static str>,
    at: Instant,
    /// When it is reported as delayed.
    delayed_at: Option<Instant>,
    /// It has no scan on its way.
    is_stalled: bool,
}

impl Shipment<'_> {
    /// Adds the events from the handover on.
    pub(super) fn push(&self, timeline: &mut Timeline, rng: &mut Rng) {
        let shipped_at = self.handover(rng);
        let parcels = parcels(rng);
        for (parcel, left) in parcels.iter().zip((0..parcels.len() as i64).rev()) {
            let at = shipped_at.plus_seconds(-NEXT_SCAN * left);
            timeline.push_of(*parcel, "shipped", at, Status::ShippingOnTime, None);
            timeline.add_carrier(CARRIERS[rng.below(CARRIERS.len() as u64) as usize], rng.below(1_000_000_000_000));
        }
        if rng.chance(SILENT) {
            return;
        }
        let end = self.end(shipped_at, parcels.len() == 1, rng);
        if !end.is_stalled {
            push_scans(timeline, rng, shipped_at, end.delayed_at.unwrap_or(end.at));
        }
        if let Some(delayed_at) = end.delayed_at {
            timeline.push_status("delayed", delayed_at, Status::ShippingDelayed, HELD_UP);
        }
        let deciding = self.push_ends(timeline, rng, parcels, shipped_at, &end);
        push_aftermath(timeline, rng, &end, deciding);
        timeline.events.sort_by_key(|event| event.occurred_at);
    }

    /// When the vendor hands the order to the carrier: by its deadline, or in the first half of the time from then to the promise.
    fn handover(&self, rng: &mut Rng) -> Instant {
        if rng.chance(self.profile.late_handover) {
            let room = self.promise.seconds_since(self.ship_by) as i64;
            self.ship_by.plus_seconds(rng.seconds(10 * MINUTE, (room / 2).clamp(20 * MINUTE, DAY)))
        } else {
            let after = if self.is_rush { rng.seconds(HOUR, 6 * HOUR) } else { rng.seconds(4 * HOUR, 30 * HOUR) };
            self.placed_at.plus_seconds(after)
        }
    }

    /// An instant from `least` to `most` seconds before the promise, and two hours after the handover or later if there is room.
    fn before_promise(&self, shipped_at: Instant, rng: &mut Rng, least: i64, most: i64) -> Instant {
        let room = self.promise.seconds_since(shipped_at) as i64;
        self.promise.plus_seconds(-rng.seconds(least, most.min(room - 2 * HOUR).max(least + 1)))
    }

    fn end(&self, shipped_at: Instant, can_stall: bool, rng: &mut Rng) -> End {
        if !rng.chance(self.reliability) {
            return self.issue(can_stall, rng);
        }
        let end = |at, delayed_at| End {
            event: "arrived",
            status: Status::Arrived,
            reason: None,
            at,
            delayed_at,
            is_stalled: false,
        };
        if rng.chance(self.late) {
            if can_stall && rng.chance(STALLED) {
                return End { is_stalled: true, ..end(self.promise.plus_seconds(rng.seconds(2 * DAY, 6 * DAY)), None) };
            }
            let delayed_at = self.before_promise(shipped_at, rng, MINUTE, 10 * HOUR);
            end(self.promise.plus_seconds(rng.seconds(HOUR, 48 * HOUR)), Some(delayed_at))
        } else if rng.chance(FALSE_ALARM) {
            let delayed_at = self.before_promise(shipped_at, rng, 3 * HOUR, 10 * HOUR);
            end(self.promise.plus_seconds(-rng.seconds(MINUTE, 2 * HOUR)), Some(delayed_at))
        } else {
            end(self.before_promise(shipped_at, rng, 5 * MINUTE, 30 * HOUR), None)
        }
    }

    /// An issue, which is reported later than an arrival.
    fn issue(&self, can_stall: bool, rng: &mut Rng) -> End {
        let IssueMix { damaged, lost, undeliverable, returned } = self.profile.issues;
        let (event, status, reason, from, to) = match rng.weighted(&[damaged, lost, undeliverable, returned]) {
            0 => ("damaged", Status::Damaged, "Broken when unpacked", HOUR, 2 * DAY),
            1 => ("lost", Status::Lost, "Not found after a search", 5 * DAY, 12 * DAY),
            2 => ("undeliverable", Status::Undeliverable, "No one at the address", DAY, 4 * DAY),
            _ => ("returned", Status::ReturnToSender, "Refused by the customer", 2 * DAY, 8 * DAY),
        };
        let is_stalled = can_stall && status == Status::Lost && rng.chance(STALLED);
        let delayed_at = (status != Status::Damaged && !is_stalled)
            .then(|| self.promise.plus_seconds(rng.seconds(MINUTE, 20 * HOUR)));
        let at = self.promise.plus_seconds(rng.seconds(from, to));
        End { event, status, reason: Some(reason), at, delayed_at, is_stalled }
    }

    /// Adds the end of each parcel, and returns the parcel that ends as the order does. The others arrive before it.
    fn push_ends(
        &self,
        timeline: &mut Timeline,
        rng: &mut Rng,
        parcels: &[Parcel],
        shipped_at: Instant,
        end: &End,
    ) -> Parcel {
        let is_arrival = end.status == Status::Arrived;
        let deciding = if is_arrival { parcels.len() - 1 } else { rng.below(parcels.len() as u64) as usize };
        if parcels.len() > 1 {
            let others_at = if !is_arrival {
                self.before_promise(shipped_at, rng, 5 * MINUTE, 30 * HOUR)
            } else if rng.chance(APART) {
                let way = end.at.seconds_since(shipped_at) as i64;
                end.at.plus_seconds(-rng.seconds(16 * HOUR, 28 * HOUR).min(way / 2))
            } else {
                end.at.plus_seconds(-NEXT_SCAN)
            };
            for (position, parcel) in parcels.iter().enumerate().filter(|(position, _)| *position != deciding) {
                let at = others_at.plus_seconds(-NEXT_SCAN * position as i64);
                timeline.push_of(*parcel, "arrived", at, Status::Arrived, None);
            }
        }
        timeline.push_of(parcels[deciding], end.event, end.at, end.status, end.reason);
        parcels[deciding]
    }
}

/// The parcels of an order: most orders have one without a name.
fn parcels(rng: &mut Rng) -> &'static [Parcel] {
    match rng.chance(SEVERAL_PARCELS) {
        true => &PARCELS[..rng.between(2, PARCELS.len() as u64) as usize],
        false => &[None],
    }
}

/// Adds scans on the way, so that never more than [`WITHOUT_SCAN`] passes without an event. They change no status.
fn push_scans(timeline: &mut Timeline, rng: &mut Rng, shipped_at: Instant, until: Instant) {
    let (mut at, mut number) = (shipped_at, 0);
    while until.seconds_since(at) as i64 > WITHOUT_SCAN {
        at = at.plus_seconds(rng.seconds(WITHOUT_SCAN / 2, WITHOUT_SCAN));
        number += 1;
        timeline.push_status(&format!("scan-{number}"), at, Status::ShippingOnTime, None);
    }
}

/// Adds what happens after the end: a customer's return, a replacement, a refund. None of it changes the outcome.
fn push_aftermath(timeline: &mut Timeline, rng: &mut Rng, end: &End, parcel: Parcel) {
    let later = |rng: &mut Rng, at: Instant, from: i64, to: i64| at.plus_seconds(rng.seconds(from, to));
    let refunded = Some("The customer was refunded");
    match end.status {
        Status::Arrived if rng.chance(RETURNED) => {
            let returned_at = later(rng, end.at, DAY, 8 * DAY);
            let reason = Some("The customer sent it back");
            timeline.push_of(parcel, "sent-back", returned_at, Status::ReturnToSender, reason);
            let back_at = later(rng, returned_at, 2 * DAY, 6 * DAY);
            timeline.push_of(parcel, "back-at-sender", back_at, Status::Arrived, None);
            if rng.chance(RETURN_REFUNDED) {
                timeline.push_status("refunded", later(rng, back_at, HOUR, 2 * DAY), Status::Cancelled, refunded);
            }
        }
        Status::Arrived => {}
        Status::Lost | Status::Damaged if rng.chance(REPLACED) => {
            let sent_at = later(rng, end.at, 4 * HOUR, 36 * HOUR);
            timeline.push_of(parcel, "replacement-shipped", sent_at, Status::ShippingOnTime, None);
            let arrived_at = later(rng, sent_at, DAY, 3 * DAY);
            timeline.push_of(parcel, "replacement-arrived", arrived_at, Status::Arrived, None);
        }
        _ if rng.chance(ISSUE_REFUNDED) => {
            timeline.push_status("refunded", later(rng, end.at, HOUR, 3 * DAY), Status::Cancelled, refunded);
        }
        _ => {}
    }
}
