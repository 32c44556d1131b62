//! The steps of the program, a module each, and the ports through which they use stores and clocks.
//!
//! `ingest` stores events, `parcels` finds the orders of facts that name a parcel, `project` updates the counters, `roll` updates the
//! reports as time passes, `read` computes responses, `detect` (with `detection_cache`) finds which vendors began to fail, `explain` what changed about their
//! orders, `retract` takes a batch of events back, `retention` removes expired data, `rebuild`
//! checks and corrects the counters, `background` runs these steps while a server runs, and `simulate` sends the events of a `demo`.
//! This crate does not know SQLite, DynamoDB or HTTP. It reads the time through the port `Clock`, or receives it as an argument.

pub mod background;
pub mod clock_watch;
pub mod demo;
pub mod detect;
pub mod detection_cache;
pub mod error_chain;
pub mod explain;
pub mod ingest;
pub mod parcels;
pub mod ports;
pub mod project;
pub mod read;
pub mod rebuild;
pub mod retention;
pub mod retract;
pub mod roll;
pub mod simulate;
