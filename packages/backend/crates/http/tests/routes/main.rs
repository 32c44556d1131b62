//! Every route, asked as a client asks: the URL is the folder, the verb the file.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code fails loudly")]

mod access;
mod bounds;
mod dashboard;
mod fleet;
mod health;
mod metrics;
mod openapi;
mod orders;
mod problems;
mod reports;
mod vendors;

// The functions of the AWS host are asked the same, by an app of the same name.
use goody_testkit::TestApp;
