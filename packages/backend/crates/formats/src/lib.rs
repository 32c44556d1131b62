//! The formats of events from outside: request bodies, webhooks of shops and carriers, and files with their mappings.
//!
//! This crate turns bytes into events or rejections. It opens no file and no socket, except for the file of a mapping.

pub mod event_splitter;
#[cfg(feature = "mappings")]
pub mod files;
pub mod lines;
#[cfg(feature = "webhooks")]
pub mod request;
#[cfg(feature = "webhooks")]
pub mod signatures;
#[cfg(feature = "webhooks")]
pub mod webhooks;
