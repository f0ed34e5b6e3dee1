//! What was tried, and what was not met.

use std::collections::BTreeMap;
use std::fmt;

use crate::answer::Answer;
use crate::cases::{Case, WAYS, Way, classes};

#[derive(Default)]
pub(crate) struct Report {
    /// Tried and met, of a class through a way.
    counts: BTreeMap<(String, &'static str), (usize, usize)>,
    failures: Vec<String>,
}

impl Report {
    pub(crate) fn add(&mut self, way: Way, case: &Case, answer: &Answer, faults: &[String]) {
        let (tried, met) = self.counts.entry((case.class().to_owned(), way.name())).or_default();
        *tried += 1;
        if faults.is_empty() {
            *met += 1;
        } else {
            let sent = case.sent();
            self.fail(format!(
                "{} through {}\n  sent {sent}\n  got  {}\n  but  {}",
                case.name,
                way.name(),
                answer.told(),
                faults.join("; ")
            ));
        }
    }

    pub(crate) fn fail(&mut self, failure: String) {
        self.failures.push(failure);
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, of: impl Fn(&str) -> bool) -> fmt::Result {
        for way in WAYS {
            let of_way = self.counts.iter().filter(|((class, name), _)| of(class) && *name == way.name());
            let (tried, met) = of_way.fold((0, 0), |sum, (_, counts)| (sum.0 + counts.0, sum.1 + counts.1));
            write!(f, "; {} {met}/{tried}", way.name())?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for class in classes() {
            write!(f, "{class}")?;
            self.line(f, |other| other == class)?;
        }
        let all: usize =
            self.counts.iter().filter(|((_, way), _)| *way == "serve").map(|(_, (tried, _))| tried).sum();
        write!(f, "hostile: {all} cases")?;
        self.line(f, |_| true)
    }
}
