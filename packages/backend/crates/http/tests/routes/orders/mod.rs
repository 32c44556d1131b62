mod events;
mod export;
mod get;
mod list;
mod recent;
