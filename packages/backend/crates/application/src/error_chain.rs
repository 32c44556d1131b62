//! An error and its causes, as one line of text.

use std::error::Error;

/// The error and each of its causes, from the outermost to the first, with `: ` between them.
pub fn error_chain<'e>(error: &'e (dyn Error + 'e)) -> String {
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        chain = format!("{chain}: {error}");
        cause = error.source();
    }
    chain
}
