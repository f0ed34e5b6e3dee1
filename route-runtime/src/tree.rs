//! The tree that orders, checks and matches sets of patterns.
//!
//! One truth about precedence: level by level a static segment wins over `[x]`, that over `[...x]`, that over
//! `[[...x]]`; what does not match whole is left for the next (NEXTJS routing, "patterns are whole-path").

use std::cmp::Ordering;

use crate::pattern::Segment;
use crate::segments::Segments;

/// Patterns by segment. `T` is what stands at a pattern's end.
#[derive(Debug)]
pub(crate) struct Tree<T> {
    end: Option<T>,
    /// By text, in order.
    fixed: Vec<Fixed<T>>,
    param: Option<Named<Box<Tree<T>>>>,
    catch_all: Option<Named<T>>,
    optional: Option<Named<T>>,
}

/// A static segment, and what is below it.
#[derive(Debug)]
struct Fixed<T> {
    /// Its first bytes, by which nearly all are told apart: a comparison of numbers, not of texts.
    start: u64,
    text: &'static str,
    below: Tree<T>,
}

impl<T> Fixed<T> {
    fn cmp(&self, start: u64, text: &str) -> Ordering {
        self.start.cmp(&start).then_with(|| self.text.cmp(text))
    }

    fn is(&self, start: u64, text: &str) -> bool {
        let is_alike = self.start == start && self.text.len() == text.len();
        is_alike && (text.len() <= 8 || self.text == text)
    }
}

/// The first eight bytes of a text as a number, of which the order is that of the texts.
fn start(text: &str) -> u64 {
    let bytes = text.as_bytes();
    if let Some(first) = bytes.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    // Of no byte at all there is nothing to shift.
    number.checked_shl(64 - 8 * bytes.len() as u32).unwrap_or(0)
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
        let start = start(text);
        let at = match self.fixed.last().map(|last| last.cmp(start, text)) {
            // Patterns come sorted, so that a new one mostly is the last.
            Some(Ordering::Equal) => Ok(self.fixed.len() - 1),
            Some(Ordering::Greater) => self.fixed.binary_search_by(|fixed| fixed.cmp(start, text)),
            _ => Err(self.fixed.len()),
        };
        let at = at.unwrap_or_else(|at| {
            self.fixed.insert(at, Fixed { start, text, below: Tree::default() });
            at
        });
        &mut self.fixed[at].below
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
    /// The pattern that answers a path. An empty segment is none of a pattern's.
    pub(crate) fn find(&self, path: Segments<'_>) -> Option<&T> {
        let mut rest = path;
        let Some(segment) = rest.next() else {
            return self.end.as_ref().or(self.optional.as_ref().map(|optional| &optional.value));
        };
        if segment.is_empty() {
            return None;
        }
        if let Some(below) = self.below(segment)
            && let Some(found) = below.find(rest)
        {
            return Some(found);
        }
        if let Some(param) = &self.param
            && let Some(found) = param.value.find(rest)
        {
            return Some(found);
        }
        let catch_all = self.catch_all.as_ref().or(self.optional.as_ref())?;
        rest.all(|segment| !segment.is_empty()).then_some(&catch_all.value)
    }

    /// What is below a static segment.
    fn below(&self, segment: &str) -> Option<&Tree<T>> {
        if self.fixed.is_empty() {
            return None;
        }
        let start = start(segment);
        let alike = self.fixed.get(self.fixed.partition_point(|fixed| fixed.start < start)..)?;
        let first = alike.first().filter(|first| first.start == start)?;
        if first.is(start, segment) {
            return Some(&first.below);
        }
        let at = alike.binary_search_by(|fixed| fixed.cmp(start, segment)).ok()?;
        alike.get(at).map(|fixed| &fixed.below)
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
        for fixed in &self.fixed {
            fixed.below.walk(depth + 1, around, made, tell);
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
    use crate::pattern::tests::parse;

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
                let segments = Segments::joined(path.strip_prefix('/').unwrap_or_default());
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
    fn segments_with_the_same_start_are_told_apart() {
        let texts = ["", "a", "a\u{1}", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghj", "é"];
        for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
            assert_eq!(start(a).cmp(&start(b)).then_with(|| a.cmp(b)), a.cmp(b), "{a:?} {b:?}");
        }
        check(
            &["/abcdefgh1", "/abcdefgh2", "/abcdefgh", "/a"],
            &[("/abcdefgh2", Some("/abcdefgh2")), ("/abcdefgh3", None), ("/abcdefgh", Some("/abcdefgh"))],
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
}
