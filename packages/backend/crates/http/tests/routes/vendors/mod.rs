mod export;
mod history;
mod list;
mod put;
mod report;
mod versions;
