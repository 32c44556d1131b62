//! The AWS host: what its five functions share. Each function is a `main` in `src/bin` that wires these to the verbs.
//!
//! Nothing here decides anything about orders or reports, and nothing is kept from one invocation to the next but the
//! client and what the router keeps.

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
