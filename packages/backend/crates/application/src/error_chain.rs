//! An error and its causes, as one line of text.

use std::error::Error;

/// The error and each of its causes, from the outermost to the first, with `: ` between them.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |chain, cause| format!("{chain}: {cause}"))
}
