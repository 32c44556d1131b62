//! The times of events: every form of RFC 3339 is read, and no other.

use goody_domain::{Instant, OrderEvent};
use proptest::prelude::*;
use serde_json::json;

use crate::timeline::at;

/// The instant that `text` is read as, or the reason for which it is rejected.
fn occurred_at(text: &str) -> Result<String, String> {
    let event = json!({"eventId": "e-1", "orderId": "o-1", "status": "ARRIVED", "occurredAt": text});
    let parsed = OrderEvent::parse(event.to_string().as_bytes(), at("2026-03-10T14:30:20Z"));
    parsed.map(|event| event.occurred_at.to_string()).map_err(|rejection| rejection.to_string())
}

#[test]
fn every_form_of_rfc_3339_is_read() {
    for (text, utc) in [
        ("2026-03-10T02:00:00Z", "2026-03-10T02:00:00Z"),
        ("2026-03-10t02:00:00z", "2026-03-10T02:00:00Z"),
        ("2026-03-10 02:00:00Z", "2026-03-10T02:00:00Z"),
        ("2026-03-10T02:00:00-00:00", "2026-03-10T02:00:00Z"),
        ("2026-03-09T02:00:00-23:59", "2026-03-10T01:59:00Z"),
        ("2026-03-10T02:00:00+23:59", "2026-03-09T02:01:00Z"),
        ("2026-03-10T02:00:00.5+05:30", "2026-03-09T20:30:00.5Z"),
        ("2026-03-10T02:00:00.1234567890123Z", "2026-03-10T02:00:00.123456Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2017-01-01T05:29:60.25+05:30", "2016-12-31T23:59:59.25Z"),
        ("2015-06-30T23:59:60Z", "2015-06-30T23:59:59Z"),
    ] {
        assert_eq!(occurred_at(text).as_deref(), Ok(utc), "{text}");
    }
}

#[test]
fn a_time_in_another_form_is_refused() {
    for text in [
        "2026-03-10T02Z",
        "2026-03-10T02:00Z",
        "20260310T020000Z",
        "2026-03-10T020000Z",
        "2026-03-10T02:00:00",
        "2026-03-10T02:00:00.Z",
        "2026-03-10T02:00:00,5Z",
        "2026-03-10T02:00:00+25:59",
        "2026-03-10T02:00:00+24:00",
        "2026-03-10T02:00:00+01:60",
        "2026-03-10T02:00:00+01",
        "2026-03-10T02:00:00+0100",
        "2026-03-10T02:00:00+01:00:00",
        "2026-03-10T02:00:00\u{2212}01:00",
        "2026-03-10T02:00:00+00:00[Europe/Paris]",
        "2026-03-10T02:00:00Z[UTC]",
        "+002026-03-10T02:00:00Z",
        "2026-W10-2T02:00:00Z",
        "2026-069T02:00:00Z",
        "2026-03-10_02:00:00Z",
        "2026-03-10  02:00:00Z",
        "2026-02-29T02:00:00Z",
        "2026-00-10T02:00:00Z",
        "2026-03-10T24:00:00Z",
        "2026-03-10T02:60:00Z",
        "2026-03-10T02:00:60Z",
        "2026-03-09T23:59:60Z",
        "2025-12-31T23:59:61Z",
        "2025-12-31T23:59:60-01:00",
        " 2026-03-10T02:00:00Z",
        "2026-03-10T02:00:00Z ",
        "\u{ff12}026-03-10T02:00:00Z",
        "2026-03-10T02:00:00\u{e9}",
    ] {
        let reason = format!("occurredAt: is not an RFC 3339 time: {text}");
        assert_eq!(occurred_at(text), Err(reason), "{text}");
    }
}

proptest! {
    /// Stored events and exports have times in this form.
    #[test]
    fn a_written_time_is_read_again(micros in Instant::EARLIEST.micros()..Instant::LATEST.micros()) {
        let time = Instant::from_micros(micros);
        prop_assert_eq!(Instant::parse(&time.to_string()), Ok(time));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[0-9TtZz:+. \u{e9}-]{0,40}") {
        let _ = Instant::parse(&text);
    }
}
