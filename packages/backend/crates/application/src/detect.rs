//! Detect: which vendors began to fail, and since when. docs/INSIGHT.md explains the method.

use std::collections::BTreeMap;

use goody_domain::detection::{Episode, FleetDetector, Rules, SlotCounts};
use goody_domain::{AsOf, Day, Instant, Minute, Quarters, ReportZone, VendorId};

use crate::ports::{ReportReader, Result, Scope};

/// How many days are read at a time.
const DAYS: i32 = 7;

/// The detection as of the end of the latest slot that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Day 0: the first day on which the fleet counted anything.
    pub first_day: Day,
    /// The detectors.
    pub fleet: FleetDetector<VendorId>,
    /// Every episode, by the slot at which it was raised; of the fleet (`None`), or of a vendor.
    pub episodes: Vec<(Option<VendorId>, Episode)>,
    /// How many slots were blind.
    pub blind_slots: u32,
}

impl Detection {
    /// The instant at which a slot begins.
    pub fn start_of(&self, slot: u32, zone: &ReportZone) -> Instant {
        let (day, quarter) = ((slot / Rules::QUARTERS.slots_per_day) as i32, slot % Rules::QUARTERS.slots_per_day);
        zone.start(self.first_day.plus(day)).plus_seconds(i64::from(quarter) * i64::from(Quarters::MINUTES) * 60)
    }

    /// Takes the slots of a day, up to one.
    fn take_day(&mut self, of_day: &BTreeMap<Option<VendorId>, &Quarters>, slots: u32) {
        for quarter in 0..slots as usize {
            let (mut all, mut vendors) = (SlotCounts::default(), BTreeMap::new());
            for (vendor_id, quarters) in of_day {
                match vendor_id {
                    None => all = quarters.slot(quarter),
                    Some(id) => drop(vendors.insert(id.clone(), quarters.slot(quarter))),
                }
            }
            let changes = self.fleet.advance(all, &vendors);
            self.blind_slots += u32::from(self.fleet.is_blind());
            for (vendor_id, _) in changes {
                let detector = match &vendor_id {
                    None => Some(self.fleet.fleet()),
                    Some(id) => self.fleet.vendor(id),
                };
                let Some(episode) = detector.and_then(|detector| detector.latest_episode()).cloned() else { continue };
                let known = self
                    .episodes
                    .iter_mut()
                    .rev()
                    .find(|(of, known)| *of == vendor_id && known.raised == episode.raised);
                match known {
                    Some((_, known)) => *known = episode,
                    None => self.episodes.push((vendor_id, episode)),
                }
            }
        }
    }
}

/// The detection as of an instant, from the first day on that the store has. `None` while no slot is over.
///
/// # Errors
/// The store failed.
pub async fn detect<S: ReportReader + ?Sized>(store: &S, as_of: AsOf) -> Result<Option<Detection>> {
    let Some(first_day) = store.first_day().await? else { return Ok(None) };
    let mut detection =
        Detection { first_day, fleet: FleetDetector::new(Rules::QUARTERS), episodes: Vec::new(), blind_slots: 0 };
    let (last, over) = slots_over(as_of);
    let mut from = first_day;
    while from <= last {
        let to = from.plus(DAYS - 1).min(last);
        let read = store.quarters(from, to).await?;
        for day in from.number()..=to.number() {
            let day = Day::from_number(day);
            let of_day = read.iter().filter_map(|(scope, days)| {
                let position = days.binary_search_by_key(&day, |(day, _)| *day).ok()?;
                let vendor_id = match scope {
                    Scope::Fleet => None,
                    Scope::Vendor(id) => Some(id.clone()),
                };
                Some((vendor_id, &days[position].1))
            });
            let slots = if day == last { over } else { Rules::QUARTERS.slots_per_day };
            detection.take_day(&of_day.collect(), slots);
        }
        from = to.plus(1);
    }
    Ok(Some(detection))
}

/// The day of an instant, and how many of its slots are over.
fn slots_over(as_of: AsOf) -> (Day, u32) {
    let slots = Rules::QUARTERS.slots_per_day;
    let minutes = |cut: Minute| (u32::from(cut) / u32::from(Quarters::MINUTES)).min(slots - 1);
    (as_of.date(), as_of.cut().map_or(slots, minutes))
}
