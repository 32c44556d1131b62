//! The formats of events from outside: request bodies, and the files of shops, carriers and spreadsheets with their mappings.
//!
//! This crate turns bytes into events or rejections. It opens no file and no socket, except for the file of a mapping.

pub mod event_splitter;
#[cfg(feature = "files")]
pub mod files;
pub mod lines;
