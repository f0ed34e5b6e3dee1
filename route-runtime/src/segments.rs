//! The path of a request, taken apart.

use crate::decode::split;

/// The raw segments of a path, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segments<'p>(Option<&'p str>);

impl<'p> Segments<'p> {
    /// None for `/`. A `/` at the end is not one; whether it may stand there, [`crate::admit`] has said.
    pub(crate) fn of(path: &'p str) -> Self {
        let rest = path.strip_prefix('/').unwrap_or(path);
        Segments::joined(rest.strip_suffix('/').unwrap_or(rest))
    }

    /// Those of a text with a `/` between each two.
    pub(crate) fn joined(text: &'p str) -> Self {
        Segments(Some(text).filter(|text| !text.is_empty()))
    }
}

impl<'p> Iterator for Segments<'p> {
    type Item = &'p str;

    fn next(&mut self) -> Option<&'p str> {
        let (segment, after) = split(self.0?, b'/');
        self.0 = after;
        Some(segment)
    }
}
