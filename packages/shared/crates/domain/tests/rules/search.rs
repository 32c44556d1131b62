//! The search form of texts, and the terms of an order. Expected forms are written by hand.

use goody_domain::{History, OrderId, SearchTerm, TermKind, search_form};
use proptest::prelude::*;

use crate::timeline::{at, batch, events, recorded};

#[test]
fn texts_that_people_call_the_same_have_the_same_search_form() {
    for (form, texts) in [
        ("muller", &["Müller", "Mu\u{308}ller", "MÜLLER", "muller", " müller "][..]),
        ("fleurs d'ete", &["Fleurs d'été", "FLEURS D'E\u{301}TE\u{301}"]),
        ("strasse 5", &["Straße 5", "STRASSE 5", "STRAẞE 5"]),
        ("istanbul", &["İstanbul", "istanbul", "ISTANBUL", "I\u{307}stanbul"]),
        ("σισυφοσ", &["Σίσυφος", "ΣΊΣΥΦΟΣ"]),
        ("офис", &["Офис", "ОФИС"]),
        ("花と緑", &["花と緑"]),
        ("gift 1", &["Gift 1", "\u{ff27}\u{ff49}\u{ff46}\u{ff54} \u{ff11}"]),
        ("ガラス", &["ガラス", "カ\u{3099}ラス", "\u{ff76}\u{ff9e}\u{ff97}\u{ff7d}"]),
        ("🎁 & co", &["🎁 & Co"]),
        ("100%_", &["100%_"]),
    ] {
        for text in texts {
            assert_eq!(search_form(text), form, "{text:?}");
        }
    }
    assert_ne!(search_form("カラス"), search_form("ガラス"), "a mark that makes another letter stays");
}

proptest! {
    #[test]
    fn a_search_form_is_its_own_search_form(text in "\\PC{0,12}") {
        let form = search_form(&text);
        prop_assert_eq!(search_form(&form), form);
    }

    #[test]
    fn a_text_in_capitals_or_small_letters_has_the_same_search_form(text in "[a-zA-ZäöüßéèñçÅØ0-9 .:_-]{0,12}") {
        prop_assert_eq!(search_form(&text.to_lowercase()), search_form(&text));
        prop_assert_eq!(search_form(&text.to_uppercase()), search_form(&text));
    }
}

#[test]
fn a_search_term_has_four_to_128_characters() {
    for text in ["", "123", "  123  ", "u\u{308}ab", "€\u{301}\u{301}\u{301}"] {
        assert_eq!(SearchTerm::parse(text), Err("must have 4 to 128 characters".into()), "{text:?}");
    }
    for text in ["1234", " 1234 ", "übär", "花と緑に", &"x".repeat(128)] {
        assert!(SearchTerm::parse(text).is_ok(), "{text:?}");
    }
    assert!(SearchTerm::parse(&"x".repeat(129)).is_err());
}

/// The terms of kinds, sorted.
fn terms(history: &History) -> Vec<(TermKind, String)> {
    history.terms().into_iter().collect()
}

fn owned(terms: &[(TermKind, &str)]) -> Vec<(TermKind, String)> {
    terms.iter().map(|(kind, term)| (*kind, (*term).to_owned())).collect()
}

#[test]
fn an_order_has_the_references_tracking_numbers_and_parcels_of_all_its_events() {
    use TermKind::{OrderId as Id, ParcelId, Reference, TrackingNumber};
    let history = recorded(&events(
        "PLACED 2026-03-01T10:00:00Z reference=#1001-ß trackingNumber=EARLY1
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z parcelId=p-1 trackingNumber=1Z999AA1
         SHIPPING_ON_TIME 2026-03-02T11:00:00Z parcelId=p-2 trackingNumber=1z999aa1
         PLACED 2026-03-03T10:00:00Z vendorId=bloom reference=Other
         ARRIVED 2026-03-04T10:00:00Z trackingNumber=JJD7",
    ));
    let all = owned(&[
        (Id, "o-1"),
        (Reference, "#1001-ss"),
        (Reference, "other"),
        (TrackingNumber, "1z999aa1"),
        (TrackingNumber, "early1"),
        (TrackingNumber, "jjd7"),
        (ParcelId, "p-1"),
        (ParcelId, "p-2"),
    ]);
    assert_eq!(terms(&history), all);
    assert_eq!(history.terms_at(0).len(), 0);
    assert_eq!(
        history.terms_at(1).into_iter().collect::<Vec<_>>(),
        owned(&[(Id, "o-1"), (Reference, "#1001-ss"), (TrackingNumber, "early1")])
    );
    assert_eq!(terms(&History::empty(OrderId::parse("Shop-1").unwrap())), []);
}

#[test]
fn an_order_loses_the_terms_of_events_that_are_taken_back() {
    let mut history = recorded(&events("SHIPPING_ON_TIME 2026-03-02T10:00:00Z trackingNumber=1Z999AA1"));
    assert_eq!(terms(&history).len(), 2);
    history.retract(&batch(), at("2026-03-05T10:00:00Z"));
    assert_eq!(terms(&history), owned(&[(TermKind::OrderId, "o-1")]));
    assert_eq!(history.terms_ever().len(), 2);
}

#[test]
fn a_search_finds_the_start_of_a_term() {
    let history = recorded(&events(
        "PLACED 2026-03-01T10:00:00Z reference=Müller-1001
         SHIPPING_ON_TIME 2026-03-02T10:00:00Z parcelId=parcel-1",
    ));
    let finds = |text: &str| SearchTerm::parse(text).unwrap().finds(&history.terms());
    assert!(finds("müll") && finds("MULLER-1001") && finds("mu\u{308}ller-"));
    assert!(!finds("1001") && !finds("muller-10011"));
    assert!(!finds("parcel-1"), "no shop or carrier writes the ids of parcels");
}
