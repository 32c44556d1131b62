//! The AWS host: the code that its five functions share. Each function is a `main` in `src/bin` that connects these modules to
//! the use cases of the application.
//!
//! This crate has no rules about orders or reports. Between invocations it keeps only the AWS clients, the tokens and the
//! state of the router.

pub mod backfill;
pub mod bus;
pub mod clock;
pub mod function;
pub mod invocation;
pub mod logs;
pub mod metrics;
pub mod rebuild;
pub mod schedule;
pub mod settings;
pub mod store;
pub mod stream;
pub mod tokens;
pub mod trigger;
pub mod webhooks;
