//! The segments of a pattern, as its author and as axum writes them.

/// What stands between two slashes of a pattern.
///
/// ```standalone_crate
/// use route_runtime::{get, Routes, Segment};
///
/// #[get("/files/[...path]")]
/// async fn file(path: Vec<String>) -> String {
///     path.join("/")
/// }
///
/// let segments = Routes::collect().iter().next().unwrap().segments();
/// assert_eq!(segments, [Segment::Static("files"), Segment::CatchAll("path")]);
/// assert_eq!(segments[1].name(), Some("path"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// Text, percent-encoded as it stands in a URL.
    Static(&'static str),
    /// `[name]`: one segment.
    Param(&'static str),
    /// `[...name]`: one or more segments.
    CatchAll(&'static str),
    /// `[[...name]]`: any number of segments.
    OptionalCatchAll(&'static str),
}

impl Segment {
    /// The name between the brackets; `None` for static text.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Segment::Static(_) => None,
            Segment::Param(name) | Segment::CatchAll(name) | Segment::OptionalCatchAll(name) => Some(name),
        }
    }
}

/// The paths that stand for these segments below a base in an axum router: two for an optional catch-all.
pub(crate) fn axum_paths(base: &[String], segments: &[Segment]) -> Vec<String> {
    let length = |segment: &Segment| match segment {
        Segment::Static(text) => text.len() + 1,
        Segment::Param(name) | Segment::CatchAll(name) | Segment::OptionalCatchAll(name) => name.len() + 4,
    };
    let mut path = String::with_capacity(
        base.iter().map(|text| text.len() + 1).chain(segments.iter().map(length)).sum(),
    );
    path.extend(base.iter().flat_map(|segment| ["/", segment]));
    let mut paths = Vec::with_capacity(1);
    for segment in segments {
        if let Segment::OptionalCatchAll(_) = segment {
            paths.push(if path.is_empty() { "/".to_owned() } else { path.clone() });
        }
        path.push('/');
        match segment {
            Segment::Static(text) => path.push_str(text),
            Segment::Param(name) => path.extend(["{", name, "}"]),
            Segment::CatchAll(name) | Segment::OptionalCatchAll(name) => path.extend(["{*", name, "}"]),
        }
    }
    if path.is_empty() {
        path.push('/');
    }
    paths.push(path);
    paths
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The segments of a pattern as its author writes it.
    pub(crate) fn parse(pattern: &'static str) -> Vec<Segment> {
        let parts = pattern.split('/').skip(1).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let name = || part.trim_matches(['[', ']', '.']);
                match part {
                    _ if part.starts_with("[[") => Segment::OptionalCatchAll(name()),
                    _ if part.starts_with("[...") => Segment::CatchAll(name()),
                    _ if part.starts_with('[') => Segment::Param(name()),
                    _ => Segment::Static(part),
                }
            })
            .collect()
    }

    #[test]
    fn an_optional_catch_all_is_two_axum_paths() {
        let paths = |pattern| axum_paths(&[], &parse(pattern));
        assert_eq!(paths("/"), ["/"]);
        assert_eq!(paths("/a/[b]"), ["/a/{b}"]);
        assert_eq!(paths("/a/[...b]"), ["/a/{*b}"]);
        assert_eq!(paths("/a/[[...b]]"), ["/a", "/a/{*b}"]);
        assert_eq!(paths("/[[...b]]"), ["/", "/{*b}"]);
    }
}
