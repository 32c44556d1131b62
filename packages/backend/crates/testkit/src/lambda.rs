//! The Lambda host: runs the real binaries of the functions without AWS, and sends them the events that AWS sends.
//!
//! A [`Function`] is a binary with its environment variables. Its process requests events from the runtime API as on Lambda; a
//! test provides that API. [`gateway`] makes events from HTTP requests, [`StreamMapping`] from the stream of a table, and
//! [`events`] has the other kinds.

pub mod events;
mod function;
mod gateway;
mod runtime_api;
mod stream;

use goody_http::{Token, TokenScope};

pub use function::{Failed, Function};
pub use gateway::gateway;
pub use stream::{Delivered, DeliveryFaults, StreamMapping};

/// The token that functions accept, with all permissions. It is in their environment.
const TOKEN: &str = "goody_for-tests";

/// The token's line in the environment of the functions.
fn token_lines() -> String {
    Token::new("tests", vec![TokenScope::Admin], TOKEN).unwrap().to_string()
}
