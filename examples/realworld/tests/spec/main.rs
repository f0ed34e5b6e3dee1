//! The application as its users meet it: a process, a socket, and the public description of its interface.
//!
//! Nothing here knows its code. Every answer of every test passes through [`check`], and through the schemas of the
//! public description where that is at hand.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test panics where it fails"
)]

mod check;
mod client;
mod jwt;
mod operations;
mod published;
mod schema;
mod server;

mod articles;
mod bodies;
mod comments;
mod concurrency;
mod cors;
mod crash;
mod fields;
mod hostile;
mod lists;
#[cfg(target_os = "linux")]
mod load;
mod profiles;
mod protocol;
mod sizes;
mod startup;
mod story;
mod tags;
mod tokens;
mod users;
