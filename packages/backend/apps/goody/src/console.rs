//! Prints the output of commands. When the reader has closed the pipe, the rest of the output is dropped, and the command does
//! not panic.

use std::fmt::Arguments;
use std::io::{ErrorKind, Result, Write};

/// Prints a line to standard output.
macro_rules! print_stdout {
    ($($text:tt)*) => {
        $crate::console::print_stdout(format_args!($($text)*))?
    };
}

/// Prints a line to standard error.
macro_rules! print_stderr {
    ($($text:tt)*) => {
        $crate::console::print_stderr(format_args!($($text)*))
    };
}

pub(crate) fn print_stdout(text: Arguments<'_>) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

pub(crate) fn print_stderr(text: Arguments<'_>) {
    // There is no other place to report a failure.
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}
