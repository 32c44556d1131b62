//! Tests of the domain rules through the public functions.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code fails loudly")]

mod alerts;
mod contribution;
mod dashboard;
mod deadlines;
mod definition;
mod detection;
mod events;
mod explanation;
mod fold;
mod generator;
mod golden;
mod json_errors;
mod laws;
mod one_parcel;
mod overdue;
mod parcels;
mod report;
mod reported_cases;
mod retractions;
mod risk;
mod search;
mod stalls;
mod summary;
mod timeline;
mod times;
