//! The Lambda host: runs the functions' real binaries without AWS, and hands them the events that AWS would.
//!
//! A [`Function`] is a binary and its environment variables. Its process asks the runtime API for events as it would on
//! Lambda; here a test answers. [`gateway`] makes such events of real requests, [`StreamMapping`] of a table's stream, and
//! [`events`] has the others.

pub mod events;
mod function;
mod gateway;
mod runtime_api;
mod stream;

use goody_http::{Token, TokenScope};

pub use function::{Failed, Function};
pub use gateway::gateway;
pub use stream::{Delivered, Mischief, StreamMapping};

/// A token that functions know from their environment: it may do everything.
const TOKEN: &str = "goody_for-tests";

/// The line by which functions know it.
fn token_lines() -> String {
    Token::new("tests", vec![TokenScope::Admin], TOKEN).unwrap().to_string()
}
