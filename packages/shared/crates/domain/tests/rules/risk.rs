//! The risk of a vendor by its two rates.

use goody_domain::{Figures, Outcome, Risk, RiskLevel, RiskReason, probability_below};
use proptest::prelude::*;

/// The figures of a window with `arrived` of its completed and `on_time` of its due orders, each (good, of).
fn figures(arrived: (i64, i64), on_time: (i64, i64)) -> Figures {
    let mut figures = Figures { on_time_deliveries: on_time.0, due_orders: on_time.1, ..Figures::default() };
    figures.ended[Outcome::Arrived as usize] = arrived.0;
    figures.ended[Outcome::Lost as usize] = arrived.1 - arrived.0;
    figures
}

fn by_reliability(good: i64, of: i64) -> Risk {
    Risk::of(&figures((good, of), (0, 0)))
}

fn by_on_time(good: i64, of: i64) -> Risk {
    Risk::of(&figures((0, 0), (good, of)))
}

#[test]
fn the_probability_is_the_mass_of_the_posterior_below_the_line() {
    // mpmath 1.3.0 with 50 digits: betainc(k + 9/2, n - k + 1/2, 0, line, regularized=True).
    for (line, good, of, mass) in [
        (0.85, 14, 23, 0.9922870554),
        (0.80, 14, 23, 0.9518492634),
        (0.85, 0, 1, 0.6732355654),
        (0.85, 0, 0, 0.2392724248),
        (0.80, 31, 40, 0.5450587722),
        (0.75, 29, 40, 0.5117295509),
        (0.85, 33, 40, 0.5858811791),
        (0.85, 57, 60, 0.00478947918),
    ] {
        let found = probability_below(line, good, of);
        assert!((found - mass).abs() < 1e-10, "{good} of {of} below {line}: {found}, expected {mass}");
    }
}

/// Each level with p₁ and p₂ by mpmath, to see why.
#[test]
fn the_level_of_the_reliability_follows_from_the_lines_at_85_and_80_percent() {
    for (good, of, level) in [
        (0, 0, RiskLevel::Insufficient),   // nothing completed, although p₁ = 0.24
        (0, 1, RiskLevel::Insufficient),   // p₁ = 0.67
        (0, 2, RiskLevel::Insufficient),   // p₁ = 0.8902
        (0, 3, RiskLevel::High),           // p₁ = 0.968, p₂ = 0.926
        (4, 4, RiskLevel::Insufficient),   // p₁ = 0.1014
        (5, 5, RiskLevel::Low),            // p₁ = 0.0828
        (14, 23, RiskLevel::High),         // p₁ = 0.9923, p₂ = 0.952
        (30, 39, RiskLevel::Insufficient), // p₁ = 0.861
        (33, 39, RiskLevel::Insufficient), // p₁ = 0.443
        (36, 39, RiskLevel::Low),          // p₁ = 0.060
        (34, 40, RiskLevel::Low),          // p₁ = 0.419
        (33, 40, RiskLevel::Medium),       // p₁ = 0.586, p₂ = 0.256
        (32, 40, RiskLevel::Medium),       // p₁ = 0.733, p₂ = 0.395
        (31, 40, RiskLevel::High),         // p₁ = 0.845, p₂ = 0.545
        (120, 120, RiskLevel::Low),        // p₁ = 2e-10
    ] {
        assert_eq!(by_reliability(good, of).level, level, "{good} of {of}");
    }
}

#[test]
fn the_level_of_the_on_time_rate_follows_from_the_lines_at_85_and_75_percent() {
    for (good, of, level) in [
        (0, 0, RiskLevel::Insufficient),
        (0, 1, RiskLevel::Insufficient), // one late order of one
        (29, 39, RiskLevel::Medium),     // p₁ = 0.929, p₂ = 0.407
        (28, 39, RiskLevel::High),       // p₁ = 0.967, p₂ = 0.547
        (34, 40, RiskLevel::Low),        // p₁ = 0.419
        (33, 40, RiskLevel::Medium),     // p₁ = 0.586
        (31, 40, RiskLevel::Medium),     // p₂ = 0.248, where a reliability would be high
        (30, 40, RiskLevel::Medium),     // p₂ = 0.374
        (29, 40, RiskLevel::High),       // p₂ = 0.512
        (0, 69, RiskLevel::High),
    ] {
        assert_eq!(by_on_time(good, of).level, level, "{good} of {of}");
    }
}

#[test]
fn the_level_is_the_worse_of_the_two_and_the_reason_names_every_rate_at_risk() {
    const UNCLEAR: (i64, i64) = (33, 39);
    const LOW: (i64, i64) = (57, 60);
    const MEDIUM: (i64, i64) = (33, 40);
    const HIGH: (i64, i64) = (14, 23);
    use RiskLevel::{High, Insufficient, Low, Medium};
    use RiskReason::{Both, OnTime, Reliability};
    for (arrived, on_time, level, reason) in [
        (UNCLEAR, UNCLEAR, Insufficient, None),
        (UNCLEAR, (0, 0), Insufficient, None),
        (LOW, UNCLEAR, Low, None),
        (UNCLEAR, LOW, Low, None),
        (LOW, LOW, Low, None),
        (MEDIUM, UNCLEAR, Medium, Some(Reliability)),
        (LOW, MEDIUM, Medium, Some(OnTime)),
        (MEDIUM, MEDIUM, Medium, Some(Both)),
        (HIGH, LOW, High, Some(Reliability)),
        (UNCLEAR, HIGH, High, Some(OnTime)),
        (MEDIUM, HIGH, High, Some(Both)),
        (HIGH, MEDIUM, High, Some(Both)),
        (HIGH, HIGH, High, Some(Both)),
    ] {
        let risk = Risk::of(&figures(arrived, on_time));
        assert_eq!((risk.level, risk.reason), (level, reason), "{arrived:?} arrived, {on_time:?} on time");
        assert_eq!(risk.level.is_at_risk(), reason.is_some());
    }
}

#[test]
fn the_probability_of_a_vendor_is_the_larger_one_of_its_judged_rates() {
    let probability = |arrived, on_time| Risk::of(&figures(arrived, on_time)).probability;
    let near =
        |found: Option<f64>, mass: f64| assert!((found.unwrap() - mass).abs() < 1e-9, "{found:?}, expected {mass}");
    near(probability((57, 60), (33, 40)), 0.5858811791);
    near(probability((33, 40), (57, 60)), 0.5858811791);
    near(probability((57, 60), (30, 39)), 0.00478947918);
    assert_eq!(probability((30, 39), (0, 1)), None, "neither is judged");
}

#[test]
fn the_worst_line_of_the_fleet_is_judged_by_the_same_function_over_its_sums() {
    let mut fleet = Figures::default();
    (0..4).for_each(|_| fleet += &figures((6, 10), (10, 10)));
    assert_eq!(by_reliability(6, 10).level, RiskLevel::High, "p₁ = 0.915, p₂ = 0.796");
    let risk = Risk::of(&fleet);
    assert_eq!((risk.level, risk.reason), (RiskLevel::High, Some(RiskReason::Reliability)));
    assert!((risk.probability.unwrap() - 0.999784289).abs() < 1e-9, "24 of 40");
}

/// With one more failure: a success that becomes one, and a further trial.
fn with_one_more_failure(good: i64, of: i64) -> impl Iterator<Item = (i64, i64)> {
    [(good - 1, of), (good, of + 1)].into_iter().filter(|(good, _)| *good >= 0)
}

fn assert_never_lower(good: i64, of: i64) {
    for (worse_good, worse_of) in with_one_more_failure(good, of) {
        for line in [0.85, 0.80, 0.75] {
            let (before, after) = (probability_below(line, good, of), probability_below(line, worse_good, worse_of));
            assert!((0.0..=1.0).contains(&before), "{good} of {of} below {line}: {before}");
            assert!(after >= before, "below {line}: {good} of {of} is {before}, {worse_good} of {worse_of} is {after}");
        }
        for risk in [by_reliability, by_on_time] {
            let (before, after) = (risk(good, of).level, risk(worse_good, worse_of).level);
            let both_judged = before != RiskLevel::Insufficient && after != RiskLevel::Insufficient;
            assert!(
                !both_judged || after >= before,
                "{good} of {of} is {before:?}, {worse_good} of {worse_of} {after:?}"
            );
        }
    }
}

#[test]
fn one_more_failure_never_lowers_a_probability_or_a_level_among_up_to_150_orders() {
    (0..=150).for_each(|of| (0..=of).for_each(|good| assert_never_lower(good, of)));
}

proptest! {
    #[test]
    fn one_more_failure_never_lowers_a_probability_or_a_level((good, of) in (0..=20_000_i64).prop_flat_map(|of| (0..=of, Just(of)))) {
        assert_never_lower(good, of);
    }

    #[test]
    fn one_more_failure_never_lowers_a_probability_or_a_level_near_a_line(of in 40..=20_000_i64, percent in 70..=90_i64) {
        assert_never_lower(of * percent / 100, of);
    }

    /// A lost order is a failure of both rates.
    #[test]
    fn one_more_lost_order_never_lowers_the_level_of_a_vendor_both_rates_of_which_are_judged(of in 40..=400_i64, good in 0..=400_i64, on_time in 0..=400_i64) {
        let (good, on_time) = (good.min(of), on_time.min(of));
        let (before, after) = (figures((good, of), (on_time, of)), figures((good, of + 1), (on_time, of + 1)));
        prop_assert!(Risk::of(&after).level >= Risk::of(&before).level);
        prop_assert!(Risk::of(&after).probability >= Risk::of(&before).probability);
    }
}
