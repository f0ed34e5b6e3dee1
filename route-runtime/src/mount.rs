//! Where checked patterns stand in an axum router: its paths, and what is behind each.

use std::collections::BTreeMap;

use crate::admit::TrailingSlash;
use crate::group::TAIL;
use crate::pattern::{Segment, axum_paths};
use crate::tree::{Group, Tree};

/// Some paths of an axum router that share what is behind them.
#[derive(Debug)]
pub(crate) struct Mount<'t> {
    pub(crate) paths: Vec<String>,
    pub(crate) what: What<'t>,
}

#[derive(Debug)]
pub(crate) enum What<'t> {
    /// The functions of one pattern, by their numbers.
    Pattern(&'t [usize]),
    /// Patterns that axum can't tell apart, below a level.
    Group { depth: usize, patterns: Vec<&'t [usize]> },
}

/// All mounts of a tree. `segments` tells the pattern of an entry by its number.
pub(crate) fn mounts<'t>(
    tree: &'t Tree<Vec<usize>>,
    segments: &dyn Fn(usize) -> &'static [Segment],
    base: &[String],
    trailing_slash: TrailingSlash,
) -> Vec<Mount<'t>> {
    let mut mounts = Vec::new();
    let mut groups: BTreeMap<usize, (Group, Vec<&'t [usize]>)> = BTreeMap::new();
    let paths = |segments: &[Segment]| with_slash(axum_paths(base, segments), trailing_slash);
    tree.groups(&mut |numbers, group| {
        let Some(first) = numbers.first() else { return };
        let pattern = segments(*first);
        let Some(group) = group else {
            mounts.push(Mount { paths: paths(pattern), what: What::Pattern(numbers) });
            return;
        };
        groups.entry(group.number).or_insert_with(|| (group, Vec::new())).1.push(numbers);
        if let (above, [Segment::OptionalCatchAll(_)]) = pattern.split_at(group.depth) {
            // The path without a segment is above the level.
            mounts.push(Mount { paths: paths(above), what: What::Pattern(numbers) });
        }
    });
    for (group, patterns) in groups.into_values() {
        let above = patterns.first().and_then(|numbers| numbers.first()).map(|first| segments(*first));
        let above = above.and_then(|pattern| pattern.get(..group.depth)).unwrap_or_default();
        let level = axum_paths(base, above).concat();
        let path = format!("{}{TAIL}", level.trim_end_matches('/'));
        mounts.push(Mount { paths: vec![path], what: What::Group { depth: group.depth, patterns } });
    }
    mounts
}

/// The paths, and those with a `/` at the end where that has a meaning. A catch-all takes it by itself.
pub(crate) fn with_slash(paths: Vec<String>, trailing_slash: TrailingSlash) -> Vec<String> {
    if trailing_slash == TrailingSlash::Strict {
        return paths;
    }
    let mut all = Vec::with_capacity(2 * paths.len());
    for path in paths {
        let slashed = path != "/" && !path.contains("{*");
        all.extend(slashed.then(|| format!("{path}/")));
        all.push(path);
    }
    all
}
