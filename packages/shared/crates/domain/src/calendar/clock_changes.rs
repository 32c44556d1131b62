//! Days on which the clocks change.

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Zones whose clocks go back over midnight, skip a day, skip midnight, or make a day of 27 hours.
const UNUSUAL_ZONES: [&str; 9] = [
    "America/St_Johns",
    "America/Goose_Bay",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "America/Havana",
    "America/Scoresbysund",
    "Antarctica/Casey",
    "Africa/Cairo",
    "Australia/Lord_Howe",
];

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn clocks_set_back_at_one_minute_past_midnight_leave_later_instants_in_the_new_day() {
    for (name, midnight) in [("America/St_Johns", "02:30"), ("America/Goose_Bay", "03:00")] {
        let zone = ReportZone::named(name).unwrap();
        let start = at(&format!("2010-11-07T{midnight}:00Z"));
        assert_eq!(zone.start(day("2010-11-07")), start, "{name}");
        assert_eq!(zone.day_and_minute(start.plus_seconds(-1)), (day("2010-11-06"), 1439), "{name}");
        assert_eq!(zone.day_and_minute(start.plus_seconds(59)), (day("2010-11-07"), 0), "{name}");
        // Local clocks show 23:01 of the previous day.
        assert_eq!(zone.day_and_minute(start.plus_seconds(60)), (day("2010-11-07"), 1), "{name}");
        assert_eq!(zone.day_and_minute(start.plus_seconds(3_600)), (day("2010-11-07"), 60), "{name}");
        assert_eq!(zone.end(day("2010-11-07")).seconds_since(start), 90_000.0, "{name}");
        let as_of = zone.today(start.plus_seconds(600));
        assert_eq!((as_of.date(), as_of.cut(), as_of.cut_week_ago()), (day("2010-11-07"), Some(10), Some(0)));
    }
}

#[test]
fn a_day_that_a_zone_skips_is_empty() {
    let zone = ReportZone::named("Pacific/Apia").unwrap();
    let (missing, next) = (day("2011-12-30"), day("2011-12-31"));
    let start = at("2011-12-30T10:00:00Z");
    assert_eq!((zone.start(missing), zone.end(missing), zone.start(next)), (start, start, start));
    assert_eq!(zone.day_and_minute(start.plus_seconds(-1)), (day("2011-12-29"), 1439));
    assert_eq!(zone.day_and_minute(start), (next, 0));
    assert_eq!(zone.as_of(missing, at("2012-01-02T00:00:00Z")), Some(zone.end_of(missing)));
    // 10:00, a week after the skipped day: an empty day has no minutes that are over.
    let as_of = zone.today(at("2012-01-05T20:00:00Z"));
    assert_eq!((as_of.date(), as_of.cut(), as_of.cut_week_ago()), (day("2012-01-06"), Some(600), Some(0)));
}

#[test]
fn a_time_that_was_skipped_a_week_ago_counts_as_the_instant_of_the_skip() {
    let zone = ReportZone::named("America/New_York").unwrap();
    let week_ago = |now: &str| zone.today(at(now)).cut_week_ago();
    // 02:30 and 03:00 a week after the clocks went from 02:00 to 03:00.
    assert_eq!(week_ago("2026-03-15T06:30:00Z"), Some(120));
    assert_eq!(week_ago("2026-03-15T07:00:00Z"), Some(120));
}

#[test]
fn a_day_can_have_27_hours() {
    let zone = ReportZone::named("Antarctica/Casey").unwrap();
    assert_eq!(zone.minutes(day("2010-03-05")), 1620);
    assert_eq!(zone.minutes(day("2010-03-06")), 1440);
    assert_eq!(zone.day_and_minute(at("2010-03-05T15:59:59Z")), (day("2010-03-05"), 1619));
}

fn assert_is_in_one_day(zone: &ReportZone, instant: Instant) {
    let (day, minute) = zone.day_and_minute(instant);
    let case = format!("{} at {instant}", zone.name());
    assert!(zone.start(day) <= instant && instant < zone.end(day), "{case}: not in {day}");
    assert_eq!(zone.day(instant), day, "{case}");
    assert_eq!(instant.seconds_since(zone.start(day)).div_euclid(60.0), f64::from(minute), "{case}");
    assert!(zone.start(day.plus(-1)) <= zone.start(day), "{case}: days are in order");
    assert_eq!(zone.end(day.plus(-1)), zone.start(day), "{case}: no instant is between two days");
    let as_of = zone.today(instant);
    assert!(as_of.cut_week_ago() <= Some(zone.minutes(day.plus(-7))), "{case}: {as_of:?}");
}

#[test]
fn every_instant_near_every_change_of_the_clocks_is_in_one_day() {
    for name in UNUSUAL_ZONES {
        let zone = ReportZone::named(name).unwrap();
        let (from, to) = (at("2000-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"));
        for change in zone.zone.following(from.timestamp()).take_while(|change| change.timestamp() < to.timestamp()) {
            let change = Instant::from(change.timestamp());
            for minutes in -120..=120 {
                for seconds in [0, 29] {
                    assert_is_in_one_day(&zone, change.plus_seconds(minutes * 60 + seconds));
                }
            }
            for hours in -30..=30 {
                assert_is_in_one_day(&zone, change.plus_seconds(hours * 3_600 - 1));
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn every_instant_is_in_one_day(zone in 0..UNUSUAL_ZONES.len(), seconds in 946_684_800_i64..7_258_118_400) {
        assert_is_in_one_day(&ReportZone::named(UNUSUAL_ZONES[zone]).unwrap(), Instant::from_micros(seconds * 1_000_000));
    }
}

#[test]
fn two_zones_have_equal_rules_only_if_their_days_are_equal() {
    let rules = |name: &str| ReportZone::named(name).unwrap().rules();
    assert_eq!(rules("UTC"), rules("Etc/UTC"));
    assert_eq!(rules("America/New_York"), rules("US/Eastern"));
    assert_ne!(rules("America/St_Johns"), rules("America/Goose_Bay"));
    assert_ne!(rules("Africa/Lagos"), rules("UTC"));
}
