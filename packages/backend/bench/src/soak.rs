//! The soak test: mixed and hostile traffic for a long time, a disk that is sometimes full, and the evaluation of the samples.

pub mod disk;
pub mod evaluation;
pub mod events;
mod hostile;
pub mod probe;
pub mod traffic;
