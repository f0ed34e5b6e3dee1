//! What the tests share: routes made at run time, and a raw HTTP client.

use std::borrow::Cow;

use route_runtime::__private::{Entry, Place, RouteInfo, Segment, call0, respond};
use route_runtime::Methods;

/// The grammar of the macro, which can't be linked.
#[allow(dead_code, reason = "a file of another crate")]
#[path = "../route-macros/src/path.rs"]
mod path_of_the_macro;

/// What the grammar makes of a path.
pub mod path {
    pub use crate::path_of_the_macro::{Pattern, Segment, parse};
}

pub mod http;

/// The README's code compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// The segments of a pattern, as an expansion would print them.
///
/// # Panics
///
/// When the macro would refuse the pattern.
#[must_use]
pub fn segments(pattern: &str) -> Vec<Segment> {
    let parsed = match path::parse(pattern) {
        Ok(parsed) => parsed,
        Err(mistakes) => panic!("{pattern}: {mistakes:?}"),
    };
    let segment = |segment| match segment {
        path::Segment::Static(text) => Segment::Static(Cow::Owned(text)),
        path::Segment::Param(name) => Segment::Param(Cow::Owned(name)),
        path::Segment::CatchAll(name) => Segment::CatchAll(Cow::Owned(name)),
        path::Segment::OptionalCatchAll(name) => Segment::OptionalCatchAll(Cow::Owned(name)),
    };
    parsed.segments.into_iter().map(segment).collect()
}

/// A route that answers with 200, as if it stood in the line `line` of `made.rs`.
#[must_use]
pub fn entry(methods: Methods, pattern: &str, line: u32) -> Entry {
    let info = RouteInfo::new(
        Cow::Owned(pattern.to_owned()),
        Cow::Owned(segments(pattern)),
        Cow::Borrowed(&[]),
        methods,
        Place::new("made::handler", "made.rs", line),
    );
    Entry::at_run_time::<()>(info, |incoming| {
        call0::<(), _, _>(incoming, || async { "made" }, respond::<&str>)
    })
}
