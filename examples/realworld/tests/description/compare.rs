//! The differences of two documents.

use std::collections::BTreeSet;
use std::fmt;

use crate::facts::Facts;

/// Where two documents do not say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The operation, and the place in it.
    pub(crate) place: String,
    /// Nothing where the one or the other has no such place.
    sides: [Option<String>; 2],
}

impl Difference {
    /// What differs, of the first document and of the second.
    pub(crate) fn what(&self) -> String {
        match &self.sides {
            [Some(first), None] => format!("{first} | -"),
            [None, second] => format!("- | {}", second.as_deref().unwrap_or("-")),
            [Some(first), Some(second)] => format!("{first} | {second}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what())
    }
}

/// How many facts were compared, and what differs. Of what only one of them has, the outermost place is told.
pub(crate) fn compare(first: &Facts, second: &Facts) -> (usize, Vec<Difference>) {
    let (mut compared, mut differences) = (0, Vec::new());
    let operations: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    for operation in operations {
        let facts = [first, second].map(|side| side.get(operation));
        let places: BTreeSet<_> = facts.iter().flatten().flat_map(|facts| facts.keys()).collect();
        let mut missing: Option<&Vec<String>> = None;
        for place in places {
            compared += 1;
            if missing.is_some_and(|outer| place.starts_with(outer)) {
                continue;
            }
            let sides = facts.map(|facts| facts?.get(place).cloned());
            if sides.iter().any(Option::is_none) {
                missing = Some(place);
            }
            if sides[0] != sides[1] {
                let steps = std::iter::once(&**operation).chain(place.iter().map(String::as_str));
                let place = steps.collect::<Vec<_>>().join(" ");
                differences.push(Difference { place, sides });
            }
        }
    }
    (compared, differences)
}
