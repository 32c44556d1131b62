//! Search: the form of texts that searches compare, and the terms by which an order is found.

use std::collections::BTreeSet;

use caseless::Caseless;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{Fact, History, OrderEvent};

/// The least characters of a [`SearchTerm`].
const LEAST_CHARACTERS: usize = 4;
/// The most characters of a query, and of the search form of a term. The longest texts that orders are found by have 128 characters;
/// in the search form, a few rare characters become up to 18.
const MOST_CHARACTERS: usize = 128;
const LONGEST_FORM: usize = 256;

/// The form of a text that searches compare: without accents, case, outer spaces, and differences between equivalent Unicode
/// characters. Two texts that people call the same have the same form: `Müller`, its decomposed spelling, and `MULLER`; `Straße` and
/// `STRASSE`.
///
/// It is the compatibility decomposition (UAX #15) without the diacritics that Latin, Greek and Cyrillic letters share, then the full
/// case folding, composed again. The marks of other scripts stay: they make other letters.
pub fn search_form(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let is_diacritic = |c: &char| matches!(*c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}');
    let without_diacritics = |c: &char| !is_diacritic(c);
    // Folding after the decomposition may give a diacritic again (U+0130 is an i with a dot).
    let folded = text.nfkd().filter(without_diacritics).default_case_fold();
    let form: String = folded.nfkd().filter(without_diacritics).nfkc().collect();
    form.trim().to_owned()
}

/// What a term of an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// The order's id.
    OrderId,
    /// The number of the order as the shop writes it.
    Reference,
    /// A carrier's number for one of its parcels.
    TrackingNumber,
    /// The id of one of its parcels, as it is. Searches do not look for it.
    ParcelId,
}

/// The terms by which an order is found, each in its [`search_form`], but ids of parcels as they are.
pub type SearchTerms = BTreeSet<(TermKind, String)>;

/// What a search of orders looks for: at least four characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SearchTerm {
    /// The text as it was given, without outer spaces.
    given: String,
    form: String,
}

impl SearchTerm {
    /// Checks the text. The error is the reason, as the end of a sentence that begins with the field.
    ///
    /// # Errors
    /// The text is too short or too long.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (given, form) = (text.trim().to_owned(), term_form(text));
        if form.chars().count() < LEAST_CHARACTERS || given.chars().count() > MOST_CHARACTERS {
            return Err(format!("must have {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters"));
        }
        Ok(Self { given, form })
    }

    /// Its [`search_form`].
    pub fn as_str(&self) -> &str {
        &self.form
    }

    /// The text as it was given.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// Whether one of the terms begins with it.
    pub fn finds(&self, terms: &SearchTerms) -> bool {
        terms.iter().any(|(kind, term)| *kind != TermKind::ParcelId && term.starts_with(&self.form))
    }
}

impl History {
    /// The terms by which the order is found: its id, and the references, tracking numbers and parcels of its events that are not
    /// taken back.
    pub fn terms(&self) -> SearchTerms {
        self.terms_at(self.version())
    }

    /// The terms when the history had `version` facts; none without facts.
    pub fn terms_at(&self, version: usize) -> SearchTerms {
        if version == 0 {
            return SearchTerms::new();
        }
        self.terms_of(self.valid_events(version).map(|recorded| &recorded.event))
    }

    /// The terms that it has now or had once: also those of events that are taken back.
    pub fn terms_ever(&self) -> SearchTerms {
        self.terms_of(self.events().map(|recorded| &recorded.event))
    }

    fn terms_of<'e>(&self, events: impl Iterator<Item = &'e OrderEvent>) -> SearchTerms {
        let mut terms = SearchTerms::from([(TermKind::OrderId, term_form(self.order_id().as_str()))]);
        for event in events {
            if let Fact::Placed(placement) = &event.fact
                && let Some(reference) = &placement.reference
            {
                terms.insert((TermKind::Reference, term_form(reference)));
            }
            if let Some(number) = &event.tracking_number {
                terms.insert((TermKind::TrackingNumber, term_form(number)));
            }
            if let Some(id) = &event.parcel_id {
                terms.insert((TermKind::ParcelId, id.as_str().to_owned()));
            }
        }
        // A text of diacritics only.
        terms.retain(|(_, term)| !term.is_empty());
        terms
    }
}

pub(crate) fn term_form(text: &str) -> String {
    let mut form = search_form(text);
    if let Some((end, _)) = form.char_indices().nth(LONGEST_FORM) {
        form.truncate(end);
    }
    form
}
