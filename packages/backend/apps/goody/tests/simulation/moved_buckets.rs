//! Which buckets a projection moves, computed without the projection of the application.

use std::collections::{BTreeMap, BTreeSet};

use goody_application::ports::Scope;
use goody_domain::{Counter, Day, Instant, Minute, Occurrences, ReportZone, VendorId, contribution};
use goody_testkit::oracle::CountedOrder;

/// The sums of what changes of orders add to the counters of each scope.
pub(crate) struct MovedBuckets<'a> {
    zone: &'a ReportZone,
    amounts: BTreeMap<(Scope, Day, Minute, Counter), i64>,
    /// The buckets that have a new fact.
    with_new_facts: BTreeSet<(Scope, Day)>,
}

impl<'a> MovedBuckets<'a> {
    pub(crate) fn new(zone: &'a ReportZone) -> Self {
        Self { zone, amounts: BTreeMap::new(), with_new_facts: BTreeSet::new() }
    }

    /// Adds one change of an order.
    pub(crate) fn add(&mut self, before: &CountedOrder, after: &CountedOrder) {
        let signed = [(&before.order, -1), (&after.order, 1)];
        for (order, sign) in signed.into_iter().filter_map(|(order, sign)| Some((order.as_ref()?, sign))) {
            for entry in contribution(order, self.zone) {
                for scope in scopes(&order.placement.vendor_id) {
                    let key = (scope, entry.day, entry.minute, entry.counter);
                    *self.amounts.entry(key).or_default() += sign * entry.amount;
                }
            }
        }
        for vendor_id in &after.occurrences.named_vendors {
            let known = instants_of_vendor(&before.occurrences, vendor_id);
            for at in instants_of_vendor(&after.occurrences, vendor_id).difference(&known) {
                self.with_new_facts.extend(scopes(vendor_id).map(|scope| (scope, self.zone.day(*at))));
            }
        }
    }

    /// The buckets of which any counter differs afterwards. Amounts that cancel each other out move nothing.
    pub(crate) fn into_buckets(self) -> BTreeSet<(Scope, Day)> {
        let mut buckets = self.with_new_facts;
        let moved = self.amounts.into_iter().filter(|(_, amount)| *amount != 0);
        buckets.extend(moved.map(|((scope, day, ..), _)| (scope, day)));
        buckets
    }
}

/// The scopes whose counters an order of the vendor moves.
fn scopes(vendor_id: &VendorId) -> [Scope; 2] {
    [Scope::Vendor(vendor_id.clone()), Scope::Fleet]
}

/// The instants of the order's facts, if it names the vendor.
fn instants_of_vendor(occurrences: &Occurrences, vendor_id: &VendorId) -> BTreeSet<Instant> {
    let names_vendor = occurrences.named_vendors.contains(vendor_id);
    occurrences.instants.iter().copied().filter(|_| names_vendor).collect()
}
