//! The value of delayed orders, and the latest arrival.

use goody_domain::{Currency, Dashboard, Day, Overdue, Report, ReportZone, main_currency};

use crate::report::Acme;
use crate::timeline::at;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn overdue(code: &str, orders: i64, amount: i64) -> Overdue {
    Overdue { currency: currency(code), orders, amount }
}

const LATE: &str = "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-03-05T12:00:30Z";

#[test]
fn the_overdue_value_is_that_of_the_orders_delayed_now_by_currency() {
    let acme = Acme::with(&[
        &format!("{LATE} giftValue=1999 currency=EUR"),
        &format!("{LATE} giftValue=1 currency=EUR\n SHIPPING_DELAYED 2026-03-04T10:00:00Z"),
        &format!("{LATE} giftValue=500"),
        &format!("{LATE} giftValue=70 currency=JPY\n ARRIVED 2026-03-08T10:00:00Z"),
        &format!("{LATE} currency=CHF"),
        "PLACED 2026-03-01T10:00:00Z estimatedDelivery=2026-04-05T12:00:30Z giftValue=9 currency=EUR",
        "PLACED 2026-03-01T10:00:00Z giftValue=8 currency=EUR",
    ]);
    let now = |now: &str| acme.at(now).overdue.unwrap();
    assert_eq!(now("2026-03-05T12:00:59Z"), []);
    let late = [overdue("EUR", 2, 2_000), overdue("JPY", 1, 70), overdue("USD", 1, 500)];
    assert_eq!(now("2026-03-05T12:01:00Z"), late, "without a currency it is in US dollars, without a value in none");
    assert_eq!(now("2026-03-08T10:01:00Z"), [late[0], late[2]], "one has arrived");
    assert_eq!(acme.at("2026-03-08T10:01:00Z").current7d.delayed_orders, 4);
    assert_eq!(acme.on("2026-03-08").overdue, None, "only of today");
}

#[test]
fn the_values_of_vendors_add_up_and_are_compared_in_the_currency_of_most_orders() {
    let eur = |value: i64| format!("{LATE} giftValue={value} currency=EUR");
    let usd = |value: i64| format!("{LATE} giftValue={value}");
    let now = "2026-03-10T10:00:00Z";
    let reports: [Report; 2] =
        [Acme::with(&[&eur(10), &eur(20)]).at(now), Acme::with(&[&eur(5), &usd(9_000), &usd(9_000)]).at(now)];
    let dashboard = Dashboard::fold(&reports, ReportZone::utc().today(at(now)));
    assert_eq!(dashboard.overdue, Some(vec![overdue("EUR", 3, 35), overdue("USD", 2, 18_000)]));
    assert_eq!(main_currency(&reports), Some(currency("EUR")), "by orders, and not by amount");
    let past: [Report; 1] = [Acme::with(&[&eur(10)]).on("2026-03-09")];
    let date = Day::parse("2026-03-09").unwrap();
    assert_eq!(Dashboard::fold(&past, ReportZone::utc().end_of(date)).overdue, None);
}

#[test]
fn the_values_of_any_gifts_add_up_without_a_crash() {
    let dear = format!("{LATE} giftValue={}", i64::MAX);
    let one = Acme::with(&[&dear]).at("2026-03-10T10:00:00Z");
    assert_eq!(one.overdue, Some(vec![overdue("USD", 1, i64::MAX)]));
    let two = Acme::with(&[&dear, &dear]).at("2026-03-10T10:00:00Z");
    assert_eq!(two.current7d.delayed_orders, 2);
    let ended = Acme::with(&[&format!("{dear}\n LOST 2026-03-09T10:00:00Z"), &dear]).at("2026-03-10T10:00:00Z");
    assert_eq!(ended.overdue, Some(vec![overdue("USD", 1, i64::MAX)]));
}

#[test]
fn the_latest_arrival_is_the_latest_delivery_to_a_customer_before_t() {
    let acme = Acme::with(&[
        "PLACED 2026-01-01T10:00:00Z\n ARRIVED 2026-03-05T12:00:30.000007Z",
        "PLACED 2026-01-01T10:00:00Z\n ARRIVED 2026-03-05T12:00:20Z\n DAMAGED 2026-03-09T10:00:00Z",
        "PLACED 2026-01-01T10:00:00Z\n RETURN_TO_SENDER 2026-03-06T10:00:00Z\n ARRIVED 2026-03-07T10:00:00Z",
        "PLACED 2026-01-01T10:00:00Z\n LOST 2026-03-06T10:00:00Z",
    ]);
    assert_eq!(acme.on("2026-03-04").last_arrival_at, None);
    assert_eq!(acme.at("2026-03-05T12:00:59Z").last_arrival_at, None);
    let latest = Some(at("2026-03-05T12:00:30.000007Z"));
    assert_eq!(acme.at("2026-03-05T12:01:00Z").last_arrival_at, latest);
    assert_eq!(acme.on("2026-03-10").last_arrival_at, latest, "not an arrival at the sender, nor an issue");
    assert_eq!(acme.at("2027-03-10T10:00:00Z").last_arrival_at, latest);
}

#[test]
fn the_delivery_of_an_order_of_parcels_is_that_of_its_last_parcel() {
    let last = |parcels: &str| Acme::with(&[parcels]).on("2026-03-10").last_arrival_at;
    let first = "PLACED 2026-03-01T10:00:00Z\n ARRIVED 2026-03-02T10:00:00Z parcelId=a";
    assert_eq!(last(&format!("{first}\n SHIPPING_ON_TIME 2026-03-02T10:00:00Z parcelId=b")), None);
    assert_eq!(last(&format!("{first}\n ARRIVED 2026-03-03T10:00:00Z parcelId=b")), Some(at("2026-03-03T10:00:00Z")));
}

#[test]
fn a_report_of_today_is_read_from_every_form_of_json() {
    let report = Acme::with(&[&format!("{LATE} giftValue=5")]).at("2026-03-10T10:00:00Z");
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    let value = serde_json::to_value(&report).unwrap();
    assert_eq!(serde_json::from_value::<Report>(value).unwrap(), report);
    assert_eq!(serde_json::from_reader::<_, Report>(text.as_bytes()).unwrap(), report);
}
