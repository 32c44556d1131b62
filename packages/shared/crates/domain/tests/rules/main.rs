//! Tests of the domain rules through the public functions.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code fails loudly")]

mod contribution;
mod dashboard;
mod deadlines;
mod events;
mod fold;
mod golden;
mod json_errors;
mod one_parcel;
mod parcels;
mod report;
mod risk;
mod stalls;
mod timeline;
mod times;
