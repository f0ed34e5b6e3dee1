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

    /// Those before it are not cut out.
    fn nth(&mut self, n: usize) -> Option<&'p str> {
        let text = self.0.take()?;
        let (mut start, mut left) = (0, n);
        if n > 0 {
            for (place, byte) in text.bytes().enumerate() {
                if byte == b'/' {
                    left -= 1;
                    if left == 0 {
                        start = place + 1;
                        break;
                    }
                }
            }
        }
        self.0 = text.get(start..).filter(|_| left == 0);
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::Segments;

    #[test]
    fn a_segment_by_its_number_is_that_one() {
        for path in ["/", "/a", "/a/b/c", "/a//c/", "//", "a/ü/c"] {
            let all: Vec<_> = Segments::of(path).collect();
            for n in 0..5 {
                let mut segments = Segments::of(path);
                assert_eq!(segments.nth(n), all.get(n).copied(), "{path} {n}");
                assert!(segments.eq(all.iter().skip(n + 1).copied()), "{path} {n}");
            }
        }
    }
}
