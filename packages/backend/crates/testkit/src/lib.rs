//! Tools for tests: builders, a manual clock, the store in memory, the store suite, the app under test, the Lambda host.
//!
//! Only tests and benchmarks use this crate. It never reads a clock or the environment.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code fails loudly")]

mod app;
mod clock;
pub mod conditional;
mod demo;
pub mod dynamodb;
pub mod histories;
pub mod lambda;
mod memory;
pub mod number_queries;
pub mod oracle;
mod orders;
pub mod suite;

pub use app::{Method, Response, TestApp};
pub use clock::{ManualClock, TODAY, now, today};
pub use demo::demo_events;
pub use dynamodb::DynamoDb;
pub use memory::MemoryStore;
pub use orders::{OrderBuilder, at, batch, day, ndjson, order_id, unregistered, vendor_id};
pub use suite::{MakeStore, TestStore};
