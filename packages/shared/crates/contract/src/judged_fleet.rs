//! A detection, from which the views of signals and episodes are made.

use goody_domain::detection::{Episode, Evidence, FleetDetector, Rules};
use goody_domain::{Instant, ReportZone, VendorId};

use crate::{EpisodeState, EpisodeView, rounded};

/// The rules of the detection.
const RULES: Rules = Rules::QUARTERS;
/// What the id of an episode of the fleet has in place of a vendor.
const FLEET: &str = "*";

/// A detection, and the zone of its days.
#[derive(Clone, Copy, Debug)]
pub struct JudgedFleet<'a> {
    /// The detection.
    pub fleet: &'a FleetDetector,
    /// The report time zone.
    pub zone: &'a ReportZone,
}

impl JudgedFleet<'_> {
    /// The instant at which a slot begins.
    pub fn instant(&self, slot: u32) -> Instant {
        self.fleet.start_of(slot, &RULES, self.zone)
    }

    /// The same as text.
    pub fn time(&self, slot: u32) -> String {
        self.instant(slot).to_string()
    }

    /// Whether there are enough vendors to say that it is not one of them.
    pub fn has_several(&self) -> bool {
        self.fleet.vendors().len() >= RULES.least_fleet_vendors
    }

    /// Whether an episode was open at an instant or later.
    pub fn was_open_after(&self, episode: &Episode, start: Instant) -> bool {
        episode.cleared.is_none_or(|(slot, _)| self.instant(slot) > start)
    }

    /// What speaks for an episode that is open. `None` for one that is over.
    pub fn evidence(&self, vendor_id: Option<&VendorId>, episode: &Episode) -> Option<Evidence> {
        let detector = vendor_id.map_or(Some(self.fleet.fleet()), |id| self.fleet.vendor(id));
        detector.filter(|_| episode.cleared.is_none())?.evidence(&RULES)
    }

    /// An episode of a vendor, or of the fleet (`None`).
    pub fn episode(&self, vendor_id: Option<&VendorId>, episode: &Episode, evidence: Option<&Evidence>) -> EpisodeView {
        let is_around = |fleet: &Episode| {
            fleet.since <= episode.since && fleet.cleared.is_none_or(|(cleared, _)| episode.since < cleared)
        };
        let mut of_fleet = self.fleet.episodes().iter().filter(|(of, _)| of.is_none() && vendor_id.is_some());
        let fleet_episode = of_fleet.find(|(_, fleet)| is_around(fleet)).filter(|_| self.has_several());
        EpisodeView {
            id: self.id(vendor_id, episode),
            vendor_id: vendor_id.map(ToString::to_string),
            state: match episode.cleared {
                Some(_) => EpisodeState::Cleared,
                None if episode.reopened.is_empty() => EpisodeState::Opened,
                None => EpisodeState::Reopened,
            },
            signal: episode.signal.into(),
            since: self.time(episode.since),
            raised_at: self.time(episode.raised),
            cleared_at: episode.cleared.map(|(slot, _)| self.time(slot)),
            cleared_why: episode.cleared.map(|(_, why)| why.into()),
            reopened_at: episode.reopened.iter().map(|slot| self.time(*slot)).collect(),
            probability: evidence.map(|evidence| rounded(evidence.probability)),
            excess_per_week: evidence.map(|evidence| rounded(evidence.excess_per_week)),
            fleet_episode: fleet_episode.map(|(_, fleet)| self.id(None, fleet)),
        }
    }

    fn id(&self, vendor_id: Option<&VendorId>, episode: &Episode) -> String {
        format!("{}:{}", vendor_id.map_or(FLEET, VendorId::as_str), self.time(episode.raised))
    }
}
