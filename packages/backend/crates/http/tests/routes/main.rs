//! Every route, asked as a client asks: the URL is the folder, the verb the file.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code fails loudly")]

mod dashboard;
mod fleet;
mod health;
mod metrics;
mod openapi;
mod orders;
mod problems;
mod reports;
mod vendors;
