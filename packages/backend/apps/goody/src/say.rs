//! What commands print. A reader that has gone away ends no command with a panic: what is left to print is dropped.

use std::fmt::Arguments;
use std::io::{ErrorKind, Result, Write};

/// Prints a line on the standard output.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::say::line(format_args!($($words)*))?
    };
}

/// Prints a line on the standard error.
macro_rules! say_aside {
    ($($words:tt)*) => {
        $crate::say::aside(format_args!($($words)*))
    };
}

pub(crate) fn line(words: Arguments<'_>) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{words}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

pub(crate) fn aside(words: Arguments<'_>) {
    // There is nowhere left to tell a failure.
    drop(writeln!(std::io::stderr().lock(), "{words}"));
}
