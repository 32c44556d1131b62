mod events;
mod export;
mod get;
mod list;
mod numbers;
mod recent;
