//! What the benchmark programs share: made-up orders, the real binary as a child, and the table of figures.
//!
//! Programs, never timed tests: a slow machine fails nothing. They end with an error only when a number is wrong.

pub mod aws;
pub mod client;
pub mod database;
pub mod generator;
pub mod goody;
pub mod lists;
pub mod load;
pub mod meter;
pub mod options;
pub mod prices;
pub mod process;
pub mod raw;
pub mod reading;
pub mod samples;
pub mod server;
pub mod soak;
pub mod table;
pub mod throughput;

/// Why a program stops before its table is whole.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
