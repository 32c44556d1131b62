//! The formats of events from outside: request bodies, and the files of shops, carriers and spreadsheets with their mappings.
//!
//! This crate turns bytes into events or rejections. It opens no file and no socket, except for the file of a mapping.

pub mod event_splitter;
pub mod lines;

#[cfg(feature = "files")]
mod countries;
#[cfg(feature = "files")]
pub mod encoding;
#[cfg(feature = "files")]
pub mod heading;
#[cfg(feature = "files")]
pub mod ids;
#[cfg(feature = "files")]
pub mod join;
#[cfg(feature = "files")]
pub mod json;
#[cfg(feature = "files")]
pub mod mapping;
#[cfg(feature = "files")]
mod money;
#[cfg(feature = "files")]
pub mod proposal;
#[cfg(feature = "files")]
pub mod ready;
#[cfg(feature = "files")]
pub mod records;
#[cfg(feature = "files")]
pub mod table;
#[cfg(feature = "files")]
mod times;
#[cfg(feature = "files")]
pub mod unpack;
#[cfg(feature = "files")]
pub mod workbook;
