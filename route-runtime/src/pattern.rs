//! Segments, and the tree that orders, checks and matches sets of patterns.
//!
//! One truth about precedence: level by level a static segment wins over `[x]`, that over `[...x]`, that over
//! `[[...x]]`; what does not match whole is left for the next (NEXTJS routing, "patterns are whole-path").

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

/// Patterns by segment. `T` is what stands at a pattern's end.
#[derive(Debug)]
pub(crate) struct Tree<T> {
    end: Option<T>,
    /// By text, in order.
    fixed: Vec<(&'static str, Tree<T>)>,
    param: Option<Named<Box<Tree<T>>>>,
    catch_all: Option<Named<T>>,
    optional: Option<Named<T>>,
}

#[derive(Debug)]
struct Named<V> {
    name: &'static str,
    /// The first pattern that used the name here.
    first: usize,
    value: V,
}

/// Why a pattern can't join the others. `first` is the number of the pattern that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clash {
    /// Two names at one dynamic position.
    Names { first: usize, theirs: &'static str, mine: &'static str },
    /// `/a` beside `/a/[[...x]]`: both answer `/a`.
    SameSpecificity { first: usize },
    /// `[...x]` beside `[[...x]]` at one level.
    TwoCatchAlls { first: usize },
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Tree { end: None, fixed: Vec::new(), param: None, catch_all: None, optional: None }
    }
}

impl<T: Default> Tree<T> {
    /// The slot of a pattern, made when it is new. `number` names the pattern in later clashes; `first` tells the
    /// number of a slot that is in the way. Other names than those that are there go to `clashes`.
    pub(crate) fn slot(
        &mut self,
        mut segments: impl Iterator<Item = Segment>,
        number: usize,
        first: &dyn Fn(&T) -> usize,
        clashes: &mut Vec<Clash>,
    ) -> Result<&mut T, Clash> {
        match segments.next() {
            None => {
                if let Some(optional) = &self.optional {
                    return Err(Clash::SameSpecificity { first: optional.first });
                }
                Ok(self.end.get_or_insert_default())
            }
            Some(Segment::Static(text)) => self.child(text).slot(segments, number, first, clashes),
            Some(Segment::Param(name)) => {
                let child = named(&mut self.param, name, number, Box::default, clashes);
                child.slot(segments, number, first, clashes)
            }
            Some(Segment::CatchAll(name)) => {
                if let Some(optional) = &self.optional {
                    return Err(Clash::TwoCatchAlls { first: optional.first });
                }
                Ok(named(&mut self.catch_all, name, number, T::default, clashes))
            }
            Some(Segment::OptionalCatchAll(name)) => {
                if let Some(catch_all) = &self.catch_all {
                    return Err(Clash::TwoCatchAlls { first: catch_all.first });
                }
                if let Some(end) = &self.end {
                    return Err(Clash::SameSpecificity { first: first(end) });
                }
                Ok(named(&mut self.optional, name, number, T::default, clashes))
            }
        }
    }
}

impl<T> Tree<T> {
    /// The tree below a static segment, made when it is new.
    fn child(&mut self, text: &'static str) -> &mut Tree<T> {
        let at = match self.fixed.last() {
            // Patterns come sorted, so that a new one mostly is the last.
            Some((last, _)) if *last == text => Ok(self.fixed.len() - 1),
            Some((last, _)) if *last > text => self.fixed.binary_search_by(|(other, _)| (*other).cmp(text)),
            _ => Err(self.fixed.len()),
        };
        let at = at.unwrap_or_else(|at| {
            self.fixed.insert(at, (text, Tree::default()));
            at
        });
        &mut self.fixed[at].1
    }
}

fn named<'v, V>(
    slot: &'v mut Option<Named<V>>,
    name: &'static str,
    number: usize,
    new: impl FnOnce() -> V,
    clashes: &mut Vec<Clash>,
) -> &'v mut V {
    let named = slot.get_or_insert_with(|| Named { name, first: number, value: new() });
    if named.name != name {
        clashes.push(Clash::Names { first: named.first, theirs: named.name, mine: name });
    }
    &mut named.value
}

impl<T> Tree<T> {
    /// The pattern that answers a path, given as its raw segments: `/` has none. An empty segment is none of a pattern's.
    pub(crate) fn find(&self, path: &[&str]) -> Option<&T> {
        let Some((segment, rest)) = path.split_first() else {
            return self.end.as_ref().or(self.optional.as_ref().map(|optional| &optional.value));
        };
        if segment.is_empty() {
            return None;
        }
        let fixed = || {
            let at = self.fixed.binary_search_by(|(text, _)| (*text).cmp(segment)).ok()?;
            self.fixed[at].1.find(rest)
        };
        let param = || self.param.as_ref().and_then(|param| param.value.find(rest));
        let catch_all = || {
            let catch_all = self.catch_all.as_ref().or(self.optional.as_ref());
            let whole = rest.iter().all(|segment| !segment.is_empty());
            catch_all.filter(|_| whole).map(|catch_all| &catch_all.value)
        };
        fixed().or_else(param).or_else(catch_all)
    }

    /// As [`find`](Self::find).
    pub(crate) fn find_in<'p>(&self, mut path: impl Iterator<Item = &'p str>) -> Option<&T> {
        // A client says how many there are; few are the rule, and take no memory of their own.
        let mut few = [""; 16];
        let mut count = 0;
        for (place, segment) in few.iter_mut().zip(path.by_ref()) {
            *place = segment;
            count += 1;
        }
        match few.get(..count) {
            Some(all) if count < few.len() => self.find(all),
            _ => self.find(&few.into_iter().chain(path).collect::<Vec<_>>()),
        }
    }

    /// Shows every pattern.
    pub(crate) fn each(&self, show: &mut dyn FnMut(&T)) {
        self.groups(&mut |pattern, _| show(pattern));
    }

    /// Tells of every pattern whether it belongs to a [`Group`], and to which.
    pub(crate) fn groups<'t>(&'t self, tell: &mut dyn FnMut(&'t T, Option<Group>)) {
        self.walk(0, None, &mut 0, tell);
    }

    fn walk<'t>(
        &'t self,
        depth: usize,
        around: Option<Group>,
        made: &mut usize,
        tell: &mut dyn FnMut(&'t T, Option<Group>),
    ) {
        if let Some(end) = &self.end {
            tell(end, around);
        }
        for (_, child) in &self.fixed {
            child.walk(depth + 1, around, made, tell);
        }
        let catch_all = self.catch_all.as_ref().or(self.optional.as_ref());
        let meet = self.param.is_some() && catch_all.is_some();
        let group = around.or_else(|| {
            meet.then(|| {
                *made += 1;
                Group { number: *made - 1, depth }
            })
        });
        if let Some(param) = &self.param {
            param.value.walk(depth + 1, group, made, tell);
        }
        if let Some(catch_all) = catch_all {
            tell(&catch_all.value, group);
        }
    }
}

/// Patterns that axum can't tell apart, because a parameter and a catch-all meet at one level: everything from that
/// level on that is not static there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) number: usize,
    /// How many segments stand before the level.
    pub(crate) depth: usize,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn parse(pattern: &'static str) -> Vec<Segment> {
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

    fn tree(patterns: &[&'static str]) -> Result<Tree<Option<&'static str>>, Clash> {
        let mut tree = Tree::<Option<&'static str>>::default();
        let mut clashes = Vec::new();
        for (number, pattern) in patterns.iter().enumerate() {
            let position =
                |slot: &Option<&str>| patterns.iter().position(|p| Some(*p) == *slot).unwrap_or(usize::MAX);
            *tree.slot(parse(pattern).into_iter(), number, &position, &mut clashes)? = Some(pattern);
        }
        clashes.pop().map_or(Ok(tree), Err)
    }

    #[track_caller]
    fn check(patterns: &[&'static str], cases: &[(&str, Option<&str>)]) {
        let mut backwards = patterns.to_vec();
        backwards.reverse();
        for patterns in [patterns, &backwards] {
            let tree = tree(patterns).expect("no clash");
            for (path, wanted) in cases {
                let segments: Vec<&str> = path.split('/').skip(1).collect();
                let segments = if *path == "/" { &[][..] } else { &segments };
                assert_eq!(tree.find(segments).copied().flatten(), *wanted, "{path} of {patterns:?}");
            }
        }
    }

    #[test]
    fn the_first_difference_in_kind_decides() {
        check(
            &["/a/me", "/a/[id]", "/a/[...rest]", "/b/[[...all]]"],
            &[
                ("/a/me", Some("/a/me")),
                ("/a/7", Some("/a/[id]")),
                ("/a/7/8", Some("/a/[...rest]")),
                ("/a", None),
                ("/b", Some("/b/[[...all]]")),
                ("/b/1/2", Some("/b/[[...all]]")),
                ("/c", None),
            ],
        );
    }

    #[test]
    fn what_does_not_match_whole_is_left_for_the_next() {
        check(
            &["/a/static/c", "/a/[x]/b", "/[...rest]"],
            &[
                ("/a/static/c", Some("/a/static/c")),
                ("/a/static/b", Some("/a/[x]/b")),
                ("/a/static/z", Some("/[...rest]")),
                ("/", None),
            ],
        );
    }

    #[test]
    fn an_empty_segment_is_no_parameter() {
        check(
            &["/a/[id]/[...rest]"],
            &[
                ("/a//x", None),
                ("/a/1//x", None),
                ("/a/1/", None),
                ("/a/1/x/", None),
                ("/a/1/x", Some("/a/[id]/[...rest]")),
            ],
        );
    }

    #[test]
    fn clashes_are_found_in_either_order() {
        let clash = |patterns: &[&'static str]| tree(patterns).expect_err("a clash");
        for (a, b) in [
            ("/a/[x]", "/a/[y]/b"),
            ("/a", "/a/[[...x]]"),
            ("/a/[...x]", "/a/[[...y]]"),
            ("/[...x]", "/[...y]"),
            ("/[[...x]]", "/[[...y]]"),
        ] {
            for patterns in [[a, b], [b, a]] {
                let first = match clash(&patterns) {
                    Clash::Names { first, .. }
                    | Clash::SameSpecificity { first }
                    | Clash::TwoCatchAlls { first } => first,
                };
                assert_eq!(first, 0, "{patterns:?}");
            }
        }
    }

    #[test]
    fn groups_begin_where_a_parameter_meets_a_catch_all() {
        let tree =
            tree(&["/a/[x]", "/b", "/a/[...y]", "/a/s", "/a/s/[p]", "/a/s/[[...q]]", "/a/[x]/[z]", "/c/[x]"]);
        let mut found = BTreeMap::new();
        tree.expect_err("`/a/s` beside `/a/s/[[...q]]`");
        let tree =
            self::tree(&["/a/[x]", "/b", "/a/[...y]", "/a/s/[p]", "/a/s/[[...q]]", "/a/[x]/[z]", "/c/[x]"]);
        tree.expect("no clash").groups(&mut |pattern, group| {
            found.insert(pattern.unwrap_or_default(), group.map(|group| group.depth));
        });
        for (pattern, depth) in [
            ("/a/[x]", Some(1)),
            ("/a/[x]/[z]", Some(1)),
            ("/a/[...y]", Some(1)),
            ("/a/s/[p]", Some(2)),
            ("/a/s/[[...q]]", Some(2)),
            ("/b", None),
            ("/c/[x]", None),
        ] {
            assert_eq!(found[pattern], depth, "{pattern}");
        }
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
