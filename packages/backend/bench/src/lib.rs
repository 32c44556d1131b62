//! The code that the benchmark programs share: generated orders, the real binary as a child process, the table of results.
//!
//! These are programs and not tests with a time limit: a slow machine causes no failure. A program fails only when a check of
//! the returned data fails, and `costs` and `soak` also when a goal is missed.

pub mod aws;
pub mod client;
pub mod database;
pub mod generator;
pub mod goody;
pub mod lists;
pub mod load;
pub mod meter;
pub mod options;
pub mod past_dates;
pub mod prices;
pub mod process;
pub mod raw;
pub mod read_latency;
pub mod samples;
pub mod server;
pub mod soak;
pub mod table;
pub mod table_files;
pub mod throughput;
pub mod worlds;

/// Why a program stops before its table is complete.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
