//! Posts in memory. The routes know neither their base path nor their port: the app that links this crate says both.

mod admin;
mod posts;
mod store;

pub use store::{Post, Store, store};
