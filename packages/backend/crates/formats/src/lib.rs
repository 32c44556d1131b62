//! The formats of events from outside: request bodies, webhooks of shops and carriers, and files with their mappings.
//!
//! This crate turns bytes into events or rejections. It opens no file and no socket, except for the file of a mapping.

pub mod event_splitter;
pub mod lines;

#[cfg(feature = "mappings")]
mod countries;
#[cfg(feature = "mappings")]
pub mod encoding;
#[cfg(feature = "mappings")]
pub mod heading;
#[cfg(feature = "mappings")]
pub mod ids;
#[cfg(feature = "files")]
pub mod join;
#[cfg(feature = "mappings")]
pub mod json;
#[cfg(feature = "mappings")]
pub mod mapping;
#[cfg(feature = "mappings")]
mod money;
#[cfg(feature = "files")]
pub mod proposal;
#[cfg(feature = "files")]
pub mod ready;
#[cfg(feature = "files")]
pub mod records;
#[cfg(feature = "webhooks")]
pub mod request;
#[cfg(feature = "webhooks")]
pub mod signatures;
#[cfg(feature = "files")]
pub mod table;
#[cfg(feature = "mappings")]
mod times;
#[cfg(feature = "files")]
pub mod unpack;
#[cfg(feature = "webhooks")]
pub mod webhooks;
#[cfg(feature = "files")]
pub mod workbook;
