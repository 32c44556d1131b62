//! Webhooks as shops and carriers send them, and their signatures.

#![cfg(feature = "webhooks")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod aftership;
mod cloud_events;
mod easypost;
mod generic;
mod orders;
mod properties;
mod shipengine;
mod shippo;
mod shopify;
mod signatures;
mod support;
mod ups;
mod woocommerce;
