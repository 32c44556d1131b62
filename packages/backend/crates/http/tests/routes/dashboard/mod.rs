mod get;
mod history;
mod window;
