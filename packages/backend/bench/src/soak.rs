//! A soak: mixed and hostile traffic for a long time, a disk that is full now and then, and what must hold all the same.

pub mod disk;
pub mod events;
mod hostile;
pub mod probe;
pub mod traffic;
pub mod verdict;
