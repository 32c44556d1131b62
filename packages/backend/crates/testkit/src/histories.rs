//! Made-up histories that look for trouble.
//!
//! Few orders, few vendors, few instants: so that timestamps collide, promises fall on arrivals, placements come twice or not
//! at all, outcomes are corrected, and things happen at midnight and while the clocks change.

use goody_domain::{Currency, EventId, Fact, GiftType, Instant, OrderEvent, OrderId, Placement, Status, VendorId};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::orders::{at, order_id, vendor_id};

/// The vendors that histories are about.
pub const VENDORS: [&str; 3] = ["acme", "bloom", "crate"];
/// The kinds of gift in them.
pub const GIFTS: [&str; 2] = ["flowers", "food"];
/// Days of an era.
const DAYS: i64 = 24;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Microseconds of a day in UTC at which something is special: midnight in UTC, in New York, St John's and Apia, the times at which
/// their clocks change, the edges of minutes.
const SPECIAL: [i64; 22] = [
    0,
    1,
    MINUTE - 1,
    MINUTE,
    2 * HOUR + 30 * MINUTE,
    2 * HOUR + 31 * MINUTE - 1,
    2 * HOUR + 31 * MINUTE,
    3 * HOUR + 30 * MINUTE - 1,
    3 * HOUR + 30 * MINUTE,
    4 * HOUR - 1,
    4 * HOUR,
    5 * HOUR - 1,
    5 * HOUR,
    6 * HOUR - 1,
    6 * HOUR,
    7 * HOUR - 1,
    7 * HOUR,
    10 * HOUR - 1,
    10 * HOUR,
    12 * HOUR,
    12 * HOUR + MINUTE / 2,
    DAY - 1,
];

/// The start of 24 days around a change of clocks: in New York into summer time on 2026-03-08 and out of it on 2025-11-02, in
/// St John's back over midnight on 2010-11-07, in Apia over the whole of 2011-12-30.
pub fn eras() -> impl Strategy<Value = Instant> {
    let starts = ["2026-02-26T00:00:00Z", "2025-10-20T00:00:00Z", "2010-10-26T00:00:00Z", "2011-12-18T00:00:00Z"];
    select(starts.map(at).to_vec())
}

/// An instant after everything in a history, for stores to record it at.
pub fn afterwards(era: Instant) -> Instant {
    Instant::from_micros(era.micros() + (DAYS + 1) * DAY + 12 * HOUR)
}

/// An instant of an era, often a special one.
pub fn instants(era: Instant) -> impl Strategy<Value = Instant> {
    let time = prop_oneof![3 => select(SPECIAL.to_vec()), 1 => 0..DAY];
    (0..DAYS, time).prop_map(move |(days, time)| Instant::from_micros(era.micros() + days * DAY + time))
}

/// All that is told of up to eight orders in an era, each event once, by order.
pub fn histories(era: Instant) -> impl Strategy<Value = Vec<OrderEvent>> {
    proptest::collection::vec(plans(era), 1..9).prop_map(|plans| {
        let orders = plans.into_iter().enumerate();
        orders.flat_map(|(number, plan)| plan.events(&order_id(&format!("o-{number}")))).collect()
    })
}

/// An era, and a history in it.
pub fn eras_and_histories() -> impl Strategy<Value = (Instant, Vec<OrderEvent>)> {
    eras().prop_flat_map(|era| histories(era).prop_map(move |events| (era, events)))
}

/// One way in which events may come in: in any order, some of them twice, a few at a time.
pub fn arrivals(events: Vec<OrderEvent>) -> impl Strategy<Value = Vec<Vec<OrderEvent>>> {
    let again = proptest::collection::vec(any::<Index>(), 0..6);
    let shuffled = again.prop_flat_map(move |again| {
        let twice = again.iter().filter(|_| !events.is_empty()).map(|index| index.get(&events).clone());
        let all: Vec<OrderEvent> = events.iter().cloned().chain(twice).collect();
        Just(all).prop_shuffle()
    });
    (shuffled, proptest::collection::vec(1usize..9, 1..6)).prop_map(|(events, sizes)| {
        let mut rest = &events[..];
        let mut batches = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (batch, later) = rest.split_at((*size).min(rest.len()));
            batches.push(batch.to_vec());
            rest = later;
        }
        batches
    })
}

/// The story of one order before it has a name.
#[derive(Clone, Debug)]
struct Plan {
    /// Instants at which most of it happens: few, so that they collide.
    pool: Vec<Instant>,
    placements: Vec<PlannedPlacement>,
    facts: Vec<(Index, Status, Option<VendorId>)>,
}

#[derive(Clone, Debug)]
struct PlannedPlacement {
    at: Index,
    vendor_id: VendorId,
    promise: Promise,
    gift_type: Option<GiftType>,
}

#[derive(Clone, Debug)]
enum Promise {
    None,
    At(Instant),
    /// The very instant of an event.
    Pooled(Index),
}

fn vendors() -> impl Strategy<Value = VendorId> {
    select(VENDORS.map(vendor_id).to_vec())
}

fn placements(era: Instant) -> impl Strategy<Value = PlannedPlacement> {
    let promise = prop_oneof![
        1 => Just(Promise::None),
        4 => instants(era).prop_map(Promise::At),
        2 => any::<Index>().prop_map(Promise::Pooled),
    ];
    let gift = proptest::option::of(select(GIFTS.map(|gift| GiftType::parse(gift).unwrap()).to_vec()));
    (any::<Index>(), vendors(), promise, gift).prop_map(|(at, vendor_id, promise, gift_type)| PlannedPlacement {
        at,
        vendor_id,
        promise,
        gift_type,
    })
}

fn plans(era: Instant) -> impl Strategy<Value = Plan> {
    let placements = prop_oneof![
        1 => proptest::collection::vec(placements(era), 0),
        8 => proptest::collection::vec(placements(era), 1),
        2 => proptest::collection::vec(placements(era), 2),
    ];
    let statuses = select(Status::ALL[1..].to_vec());
    let facts = proptest::collection::vec((any::<Index>(), statuses, proptest::option::weighted(0.2, vendors())), 0..6);
    (proptest::collection::vec(instants(era), 1..6), placements, facts).prop_map(|(pool, placements, facts)| Plan {
        pool,
        placements,
        facts,
    })
}

impl Plan {
    fn events(self, order_id: &OrderId) -> Vec<OrderEvent> {
        let Self { pool, placements, facts } = self;
        let event = |id: String, fact, at: &Index| OrderEvent {
            event_id: EventId::parse(&id).unwrap(),
            order_id: order_id.clone(),
            occurred_at: *at.get(&pool),
            fact,
            carrier: None,
            tracking_number: None,
            reason: None,
            is_backfilled: false,
        };
        let placed = placements.into_iter().enumerate().map(|(number, planned)| {
            let placement = Placement {
                vendor_id: planned.vendor_id,
                estimated_delivery: match planned.promise {
                    Promise::None => None,
                    Promise::At(at) => Some(at),
                    Promise::Pooled(index) => Some(*index.get(&pool)),
                },
                ship_by: None,
                gift_value: None,
                currency: Currency::default(),
                gift_type: planned.gift_type,
                is_rush: false,
            };
            event(format!("p-{number}"), Fact::Placed(placement), &planned.at)
        });
        let placed: Vec<OrderEvent> = placed.collect();
        let became = facts.into_iter().enumerate();
        let became = became.map(|(number, (at, status, vendor_id))| {
            event(format!("f-{number}"), Fact::Became(status, vendor_id), &at)
        });
        placed.into_iter().chain(became).collect()
    }
}
