//! The rules, a sentence each.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code fails loudly")]

mod contribution;
mod dashboard;
mod events;
mod fold;
mod golden;
mod kinds;
mod report;
mod timeline;
mod times;
