//! What the program does, one file per verb, and the ports it does it through.
//!
//! `ingest` takes events in, `project` moves the counters, `roll` follows the clock, `read` answers, `retention` forgets,
//! `rebuild` checks, `background` does all of that for as long as a server runs, `simulate` makes data of a `demo`. Nothing here
//! knows SQLite, DynamoDB or HTTP, and nothing reads a clock: time is an argument.

pub mod background;
pub mod clock_watch;
pub mod demo;
pub mod error_chain;
pub mod ingest;
pub mod ports;
pub mod project;
pub mod read;
pub mod rebuild;
pub mod retention;
pub mod roll;
pub mod simulate;
