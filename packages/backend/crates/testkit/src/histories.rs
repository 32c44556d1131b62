//! Generated histories full of edge cases.
//!
//! They have few orders, few vendors, few parcels and few instants. So timestamps collide, promises are equal to arrivals,
//! placements arrive twice or not at all, outcomes are corrected, and events occur at midnight and during changes of the clocks.

use std::collections::BTreeMap;

use goody_domain::{
    Destination, EventId, Fact, GiftType, Instant, OrderEvent, OrderId, ParcelId, Placement, Status, VendorId,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::orders::{at, order_id, vendor_id};

/// The vendors in histories.
pub const VENDORS: [&str; 3] = ["acme", "bloom", "crate"];
/// The gift types in histories.
pub const GIFTS: [&str; 2] = ["flowers", "food"];
/// The carriers in histories.
pub const CARRIERS: [&str; 2] = ["Post", "Kurier Süd"];
/// The regions in histories.
pub const REGIONS: [&str; 2] = ["CA", "NY"];
/// The parcels in histories.
const PARCELS: [&str; 2] = ["p-1", "p-2"];
/// The number of days in an era.
const DAYS: i64 = 24;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Times of day that are edge cases, in microseconds of a day in UTC: midnight in UTC, in New York, St John's and Apia, the times
/// at which their clocks change, and the edges of minutes.
const EDGE_TIMES_MICROS: [i64; 22] = [
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

/// The start of an era: 24 days around a change of clocks. New York enters summer time on 2026-03-08 and leaves it on 2025-11-02,
/// St John's sets its clocks back over midnight on 2010-11-07, and Apia skips the whole of 2011-12-30.
pub fn eras() -> impl Strategy<Value = Instant> {
    let starts = ["2026-02-26T00:00:00Z", "2025-10-20T00:00:00Z", "2010-10-26T00:00:00Z", "2011-12-18T00:00:00Z"];
    select(starts.map(at).to_vec())
}

/// An instant after every event of an era, at which stores record the events.
pub fn afterwards(era: Instant) -> Instant {
    Instant::from_micros(era.micros() + (DAYS + 1) * DAY + 12 * HOUR)
}

/// An instant of an era, often at an edge case.
pub fn instants(era: Instant) -> impl Strategy<Value = Instant> {
    let time = prop_oneof![3 => select(EDGE_TIMES_MICROS.to_vec()), 1 => 0..DAY];
    (0..DAYS, time).prop_map(move |(days, time)| Instant::from_micros(era.micros() + days * DAY + time))
}

/// All events of up to eight orders in an era, each event once, grouped by order.
pub fn histories(era: Instant) -> impl Strategy<Value = Vec<OrderEvent>> {
    proptest::collection::vec(order_plans(era), 1..9).prop_map(|order_plans| {
        let orders = order_plans.into_iter().enumerate();
        orders.flat_map(|(number, plan)| plan.events(&order_id(&format!("o-{number}")))).collect()
    })
}

/// An era, and a history in it.
pub fn eras_and_histories() -> impl Strategy<Value = (Instant, Vec<OrderEvent>)> {
    eras().prop_flat_map(|era| histories(era).prop_map(move |events| (era, events)))
}

/// Batches in which events may arrive: in any sequence, some of them twice.
pub fn arrivals(events: Vec<OrderEvent>) -> impl Strategy<Value = Vec<Vec<OrderEvent>>> {
    let repeated = proptest::collection::vec(any::<Index>(), 0..6);
    let shuffled = repeated.prop_flat_map(move |repeated| {
        let duplicates = repeated.iter().filter(|_| !events.is_empty()).map(|index| index.get(&events).clone());
        let all: Vec<OrderEvent> = events.iter().cloned().chain(duplicates).collect();
        Just(all).prop_shuffle()
    });
    (shuffled, proptest::collection::vec(1usize..9, 1..6)).prop_map(|(events, sizes)| {
        let mut remaining = &events[..];
        let mut batches = Vec::new();
        for size in sizes.iter().cycle() {
            if remaining.is_empty() {
                break;
            }
            let (batch, others) = remaining.split_at((*size).min(remaining.len()));
            batches.push(batch.to_vec());
            remaining = others;
        }
        batches
    })
}

/// The events of one order, before the order has an id.
#[derive(Clone, Debug)]
struct OrderPlan {
    /// The instants of its events: few, so that they collide.
    instant_pool: Vec<Instant>,
    placements: Vec<PlacementPlan>,
    facts: Vec<FactPlan>,
}

/// When it occurred, its status, the vendor and the parcel it names, and its carrier.
type FactPlan = (Index, Status, Option<VendorId>, Option<ParcelId>, Option<&'static str>);

#[derive(Clone, Debug)]
struct PlacementPlan {
    at: Index,
    vendor_id: VendorId,
    promise: Promise,
    ship_by: Promise,
    gift_type: Option<GiftType>,
    gift_value: Option<i64>,
    is_rush: Option<bool>,
    region: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Promise {
    None,
    At(Instant),
    /// An instant of the pool, so that an event may occur exactly then.
    OfPool(Index),
}

impl Promise {
    fn of(self, instant_pool: &[Instant]) -> Option<Instant> {
        match self {
            Self::None => None,
            Self::At(at) => Some(at),
            Self::OfPool(index) => Some(*index.get(instant_pool)),
        }
    }
}

fn vendors() -> impl Strategy<Value = VendorId> {
    select(VENDORS.map(vendor_id).to_vec())
}

fn placements(era: Instant) -> impl Strategy<Value = PlacementPlan> {
    let promises = || {
        prop_oneof![
            1 => Just(Promise::None),
            4 => instants(era).prop_map(Promise::At),
            2 => any::<Index>().prop_map(Promise::OfPool),
        ]
    };
    let gift = proptest::option::of(select(GIFTS.map(|gift| GiftType::parse(gift).unwrap()).to_vec()));
    let details = (
        prop::option::of(select(vec![0, 999, 2_500])),
        any::<Option<bool>>(),
        prop::option::of(select(REGIONS.to_vec())),
    );
    let drawn = (any::<Index>(), vendors(), promises(), promises(), gift, details);
    drawn.prop_map(|(at, vendor_id, promise, ship_by, gift_type, (gift_value, is_rush, region))| PlacementPlan {
        at,
        vendor_id,
        promise,
        ship_by,
        gift_type,
        gift_value,
        is_rush,
        region,
    })
}

fn order_plans(era: Instant) -> impl Strategy<Value = OrderPlan> {
    let placements = prop_oneof![
        1 => proptest::collection::vec(placements(era), 0),
        8 => proptest::collection::vec(placements(era), 1),
        2 => proptest::collection::vec(placements(era), 2),
    ];
    let statuses = select(Status::ALL[1..].to_vec());
    let parcels = select(PARCELS.map(|id| ParcelId::parse(id).unwrap()).to_vec());
    let fact = (
        any::<Index>(),
        statuses,
        proptest::option::weighted(0.2, vendors()),
        proptest::option::weighted(0.3, parcels),
        proptest::option::weighted(0.3, select(CARRIERS.to_vec())),
    );
    let facts = proptest::collection::vec(fact, 0..8);
    (proptest::collection::vec(instants(era), 1..6), placements, facts)
        .prop_map(|(instant_pool, placements, facts)| OrderPlan { instant_pool, placements, facts })
}

impl OrderPlan {
    fn events(self, order_id: &OrderId) -> Vec<OrderEvent> {
        let Self { instant_pool, placements, facts } = self;
        let event = |id: String, fact, at: &Index| OrderEvent {
            event_id: EventId::parse(&id).unwrap(),
            order_id: order_id.clone(),
            occurred_at: *at.get(&instant_pool),
            fact,
            parcel_id: None,
            carrier: None,
            tracking_number: None,
            reason: None,
            is_backfilled: false,
            attributes: BTreeMap::new(),
        };
        let placed = placements.into_iter().enumerate().map(|(number, plan)| {
            let placement = Placement {
                estimated_delivery: plan.promise.of(&instant_pool),
                ship_by: plan.ship_by.of(&instant_pool),
                gift_type: plan.gift_type,
                gift_value: plan.gift_value,
                is_rush: plan.is_rush,
                destination: plan.region.map(|region| Destination {
                    country: "US".to_owned(),
                    region: Some(region.to_owned()),
                    postal_prefix: None,
                }),
                ..Placement::of(plan.vendor_id)
            };
            event(format!("p-{number}"), Fact::Placed(Box::new(placement)), &plan.at)
        });
        let placed: Vec<OrderEvent> = placed.collect();
        let became = facts.into_iter().enumerate();
        let became = became.map(|(number, (at, status, vendor_id, parcel_id, carrier))| {
            let event = event(format!("f-{number}"), Fact::Became(status, vendor_id), &at);
            OrderEvent { parcel_id, carrier: carrier.map(str::to_owned), ..event }
        });
        placed.into_iter().chain(became).collect()
    }
}
