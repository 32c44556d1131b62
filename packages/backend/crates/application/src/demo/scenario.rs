//! Scenarios: problems of a demo vendor.

/// A problem of a demo vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// At most 55 % of the completed orders arrive, from the first day on.
    Drop,
    /// The reliability falls by 1.5 percentage points each day, down to 50 %.
    SlowDecline,
    /// No events except placements, from the first day on.
    Stall,
    /// 70 % of the arrived orders arrive late.
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
