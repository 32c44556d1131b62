//! Files of shops and spreadsheets, read with mappings.

#![cfg(feature = "files")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod mappings;
mod ready;
mod support;
mod workbooks;
