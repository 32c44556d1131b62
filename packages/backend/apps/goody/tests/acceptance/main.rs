//! The real binary, from the outside: files in, reports out, faults in between.

mod bad_lines;
mod binary;
mod csv;
mod faults;
mod real_orders;
