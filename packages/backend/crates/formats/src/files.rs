//! Files of shops, carriers and spreadsheets: from their bytes to text, rows, and the events that a mapping makes of them.

mod countries;
pub mod encoding;
#[cfg(feature = "files")]
mod foreign;
pub mod heading;
pub mod ids;
#[cfg(feature = "files")]
pub mod join;
pub mod json;
pub mod mapping;
mod money;
#[cfg(feature = "files")]
pub mod proposal;
#[cfg(feature = "files")]
pub mod ready;
#[cfg(feature = "files")]
pub mod records;
#[cfg(feature = "files")]
pub mod table;
pub(crate) mod times;
#[cfg(feature = "files")]
pub mod unpack;
#[cfg(feature = "files")]
pub mod workbook;
