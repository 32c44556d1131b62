//! Files of shops, carriers and spreadsheets: from their bytes to text, rows, and the events that a mapping makes of them.

mod countries;
pub mod encoding;
mod foreign;
pub mod heading;
pub mod ids;
pub mod join;
pub mod json;
pub mod mapping;
mod money;
pub mod proposal;
pub mod ready;
pub mod records;
pub mod table;
mod times;
pub mod unpack;
pub mod workbook;
