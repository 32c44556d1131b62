//! What can be made to go wrong with a demo vendor.

/// What can be made to go wrong with a vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Nearly every other order fails, at once.
    Drop,
    /// A point and a half of reliability less each day.
    SlowDecline,
    /// Nothing is heard of any order any more.
    Stall,
    /// Seven of ten arrive too late.
    LateSurge,
}

impl Scenario {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 4] = [
        ("drop", Self::Drop),
        ("slow-decline", Self::SlowDecline),
        ("stall", Self::Stall),
        ("late-surge", Self::LateSurge),
    ];
}
