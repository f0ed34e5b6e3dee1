//! What the tests share: routes made at run time, and a raw HTTP client.

use std::collections::BTreeMap;
use std::sync::Mutex;

use route_runtime::__private::{Entry, RouteInfo, Segment, call0, respond};
use route_runtime::Methods;

/// The grammar of the macro, which can't be linked.
#[allow(dead_code, reason = "a file of another crate")]
#[path = "../route-macros/src/path.rs"]
mod path_of_the_macro;

/// What the grammar makes of a path.
pub mod path {
    pub use crate::path_of_the_macro::{Pattern, Segment, parse};
}

pub mod folder;
pub mod http;
pub mod http2;
#[cfg(unix)]
pub mod process;
pub mod random;
pub mod reference;
#[cfg(unix)]
pub mod webdriver;

/// The segments of a pattern, as an expansion would print them. Texts are kept for good, once for each pattern.
///
/// # Panics
///
/// When the macro would refuse the pattern.
#[must_use]
pub fn segments(pattern: &str) -> &'static [Segment] {
    static KEPT: Mutex<BTreeMap<String, &'static [Segment]>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().expect("no panic meanwhile");
    if let Some(segments) = kept.get(pattern) {
        return segments;
    }
    let parsed = path::parse(pattern).unwrap_or_else(|mistakes| panic!("{pattern}: {mistakes:?}"));
    let segment = |segment| match segment {
        path::Segment::Static(text) => Segment::Static(text.leak()),
        path::Segment::Param(name) => Segment::Param(name.leak()),
        path::Segment::CatchAll(name) => Segment::CatchAll(name.leak()),
        path::Segment::OptionalCatchAll(name) => Segment::OptionalCatchAll(name.leak()),
    };
    let segments: &'static [Segment] = parsed.segments.into_iter().map(segment).collect::<Vec<_>>().leak();
    kept.insert(pattern.to_owned(), segments);
    segments
}

/// A route that answers with 200, as if it stood in the line `line` of `made.rs`.
#[must_use]
pub fn entry(methods: Methods, pattern: &'static str, line: u32) -> &'static Entry {
    let info = RouteInfo::new(pattern, segments(pattern), &[], methods, "made::handler", "made.rs", line);
    Box::leak(Box::new(Entry::new::<()>(info, |incoming| {
        call0::<(), _, _>(incoming, || async { "made" }, respond::<&str>)
    })))
}
