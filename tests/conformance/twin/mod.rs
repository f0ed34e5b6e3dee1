//! The Rust twin of the Next.js application whose answers are in `cases.json`.
//!
//! One function for each of its files below `pages/api`, by the names of those files. Left out is what has no meaning
//! here: draft and preview modes, `revalidate`, and names that no route can have (`pre-[id]`, `[id].json`, `sp ace`).
//! `config` values that the attribute refuses while compiling are the defaults.

mod config;
mod content;
mod echo;
mod failures;
mod limits;
mod responses;
mod routing;
mod seed;

use route_runtime::{ApiError, Routes, TrailingSlash};

/// Every route of the twin. Next.js redirects `/api/hello/`, so this does.
pub(crate) fn app() -> Routes {
    Routes::collect().trailing_slash(TrailingSlash::Redirect)
}

/// What a table of `[kind]`s answers to a kind that it does not have, or that Rust does not.
fn no_such_kind() -> ApiError {
    ApiError::new(500).caused_by("no such kind")
}
