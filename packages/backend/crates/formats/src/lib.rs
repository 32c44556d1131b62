//! The formats of events from outside: request bodies, CSV files and their mappings.
//!
//! This crate turns bytes into events or rejections. It opens no file and no socket, except for the file of a mapping.

pub mod event_splitter;
pub mod lines;
pub mod mapping;
pub mod records;
