//! Every name that an expansion may use, and nothing else. Not public: it changes with every version.

pub use std::borrow::Cow;
pub use std::future::ready;

pub use inventory;

pub use crate::call::{
    Extractor, NoShape, PathArg, Probe, QueryArg, ReadsBody, call0, call1, call2, call3, call4, call5, call6,
    call7, call8, call9, call10, call11, call12, call13, call14, call15, call16, one_body, respond,
};
pub use crate::config::{ResponseLimit, RouteConfig};
pub use crate::endpoint::layer;
pub use crate::entry::Entry;
pub use crate::info::{Place, RouteInfo};
pub use crate::methods::Methods;
pub use crate::pattern::Segment;

/// The constants of a route, borrowed from the expansion.
#[must_use]
pub const fn route(
    pattern: &'static str,
    segments: &'static [Segment],
    query: &'static [Cow<'static, str>],
    methods: Methods,
    handler: &'static str,
    file: &'static str,
    line: u32,
) -> RouteInfo {
    let place = Place::new(handler, file, line);
    RouteInfo::new(Cow::Borrowed(pattern), Cow::Borrowed(segments), Cow::Borrowed(query), methods, place)
}

/// Static text of a pattern.
#[must_use]
pub const fn fixed(text: &'static str) -> Segment {
    Segment::Static(Cow::Borrowed(text))
}

/// `[name]`
#[must_use]
pub const fn param(name: &'static str) -> Segment {
    Segment::Param(Cow::Borrowed(name))
}

/// `[...name]`
#[must_use]
pub const fn catch_all(name: &'static str) -> Segment {
    Segment::CatchAll(Cow::Borrowed(name))
}

/// `[[...name]]`
#[must_use]
pub const fn optional_catch_all(name: &'static str) -> Segment {
    Segment::OptionalCatchAll(Cow::Borrowed(name))
}

/// A query name.
#[must_use]
pub const fn name(name: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(name)
}
