//! Tests every route as a client calls it: the URL is the folder, the verb is the file.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "test code fails loudly")]

mod access;
mod batches;
mod bounds;
mod dashboard;
mod demo;
mod fleet;
mod health;
mod metrics;
mod openapi;
mod orders;
mod problems;
mod rejections;
mod reports;
mod signals;
mod vendors;

// The tests of the AWS host include some of these modules, with another `TestApp`.
use goody_testkit::TestApp;
