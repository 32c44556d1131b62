//! An error and its causes, as one line of text.

use std::error::Error;

/// The error and each of its causes, from the outermost to the first, with `: ` between them.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
