//! Whether a set of routes can be served: every reason why not, at once.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::fmt;

use crate::entry::Entry;
use crate::info::RouteInfo;
use crate::pattern::Segment;
use crate::tree::{Clash, Tree};

/// Everything that keeps a set of routes from being served, each with the handlers and their `file:line`.
///
/// It prints as a report, in `Debug` too, so that `fn main() -> Result<(), route_runtime::Error>` shows it.
///
/// ```standalone_crate
/// use route_runtime::{get, Routes, State};
///
/// #[derive(Clone)]
/// struct Db;
///
/// #[get("/posts")]
/// async fn posts(State(_db): State<Db>) -> &'static str {
///     "[]"
/// }
///
/// let error = Routes::collect().into_router().unwrap_err();
/// assert_eq!(error.problems().len(), 1);
/// assert!(error.to_string().contains("missing state"));
/// ```
#[derive(Clone)]
pub struct RoutesError {
    what: &'static str,
    problems: Vec<String>,
}

impl RoutesError {
    pub(crate) fn new(what: &'static str, problems: Vec<String>) -> Self {
        RoutesError { what, problems }
    }

    /// One text for each problem, in the order of the routes.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => write!(f, "{}:", self.what)?,
            count => write!(f, "{}, for {count} reasons:", self.what)?,
        }
        for problem in &self.problems {
            write!(f, "\n\n- {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RoutesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for RoutesError {}

const CANT_BE_SERVED: &str = "the routes can't be served";

/// What the check needs to know beside the entries.
pub(crate) struct Provided<'a> {
    /// The types given to `with_state`.
    pub(crate) states: &'a [(TypeId, &'static str)],
    /// The parameters that an outer router adds.
    pub(crate) outer: &'a [String],
    /// What is wrong with the base path.
    pub(crate) bad_base: Option<&'a str>,
    /// Set when nothing was collected at all.
    pub(crate) nothing_linked: bool,
    /// The crates that were to have routes and have none.
    pub(crate) silent_crates: &'a [String],
}

/// Checks sorted entries; every problem if there is one.
pub(crate) fn check(
    entries: &[&'static Entry],
    provided: &Provided<'_>,
) -> Result<Tree<Vec<usize>>, RoutesError> {
    let mut problems = Vec::new();
    if provided.nothing_linked {
        problems.push(
            "no annotated function was found. Rust links a crate only when code names it: \
             write `use my_routes as _;` in the binary for every crate whose routes it serves"
                .to_owned(),
        );
    }
    silent_crates(provided, &mut problems);
    problems.extend(provided.bad_base.map(str::to_owned));
    for entry in entries {
        missing_state(entry, provided, &mut problems);
        path_shapes(entry, provided, &mut problems);
    }
    operation_ids(entries, &mut problems);
    check_patterns(entries, problems)
}

/// An id that was written for two functions, which a document can't have (OpenAPI 3.1, 4.8.10.1).
fn operation_ids(entries: &[&'static Entry], problems: &mut Vec<String>) {
    let mut known = BTreeMap::<&str, &RouteInfo>::new();
    for info in entries.iter().map(|entry| &entry.info) {
        let Some(id) = info.operation_id() else { continue };
        match known.get(id) {
            Some(first) => problems.push(format!(
                "two functions have `operation_id = {id:?}`\n    {}\n    {}\n  give one of them another",
                Line(first),
                Line(info),
            )),
            None => drop(known.insert(id, info)),
        }
    }
}

/// The patterns alone: whether they can stand side by side. A pattern stands for the numbers of its entries, the first of
/// which names it. `problems` are those found before.
pub(crate) fn check_patterns(
    entries: &[&'static Entry],
    mut problems: Vec<String>,
) -> Result<Tree<Vec<usize>>, RoutesError> {
    let tree = patterns(entries, &mut problems);
    if problems.is_empty() { Ok(tree) } else { Err(RoutesError::new(CANT_BE_SERVED, problems)) }
}

/// The patterns of a set that may not be one.
pub(crate) fn tree(entries: &[&'static Entry]) -> Tree<Vec<usize>> {
    patterns(entries, &mut Vec::new())
}

/// A crate of which routes are expected and none came.
fn silent_crates(provided: &Provided<'_>, problems: &mut Vec<String>) {
    for name in provided.silent_crates {
        problems.push(format!(
            "the crate `{name}`, which `.only_crates(…)` names, has no route here. Rust links a crate only when code names \
             it: write `use {name} as _;` in the binary, and see that the name is right and no `.filter(…)` before it \
             leaves none"
        ));
    }
}

fn missing_state(entry: &Entry, provided: &Provided<'_>, problems: &mut Vec<String>) {
    let wanted = (entry.state.id)();
    if wanted == TypeId::of::<()>() || provided.states.iter().any(|(id, _)| *id == wanted) {
        return;
    }
    let given: Vec<String> = provided.states.iter().map(|(_, name)| format!("`{name}`")).collect();
    let given = if given.is_empty() {
        "none was provided".to_owned()
    } else {
        format!("provided: {}", given.join(", "))
    };
    problems.push(format!(
        "missing state `{}`, {given}\n    {}\n  add `.with_state(…)` with a value of that type; when it is a part of \
         your state, `.with_state(app.db.clone())`",
        (entry.state.name)(),
        Line(&entry.info),
    ));
}

fn path_shapes(entry: &Entry, provided: &Provided<'_>, problems: &mut Vec<String>) {
    let own = entry.info.segments().iter().filter_map(|segment| segment.name());
    let names: Vec<&str> = provided.outer.iter().map(String::as_str).chain(own).collect();
    // Without a segment, an optional catch-all is no parameter.
    let least = match entry.info.segments().last() {
        Some(Segment::OptionalCatchAll(_)) => names.split_last().map(|(_, names)| names),
        _ => None,
    };
    for shape in entry.shapes.iter().flatten() {
        if let Some(mismatch) = shape(&names).or_else(|| shape(least?)) {
            problems.push(format!(
                "`Path<…>` does not fit the route: {mismatch}\n    {}\n  make the type fit, or take each parameter as an \
                 argument of its own; parameters of an outer `nest` are told by `.nested_in(\"/of/{{tenant}}\")`",
                Line(&entry.info),
            ));
        }
    }
}

/// Puts the entries together by pattern, and reports those that can't stand side by side.
fn patterns(entries: &[&'static Entry], problems: &mut Vec<String>) -> Tree<Vec<usize>> {
    let mut tree: Tree<Vec<usize>> = Tree::default();
    let first = |numbers: &Vec<usize>| numbers.first().copied().unwrap_or_default();
    for (number, entry) in entries.iter().enumerate() {
        let info = &entry.info;
        let mut clashes = Vec::new();
        let slot = tree.slot(info.segments().iter().copied(), number, &first, &mut clashes);
        problems.extend(clashes.iter().map(|clash| clash_text(clash, entries, number)));
        let slot = match slot {
            Ok(slot) => slot,
            Err(clash) => {
                problems.push(clash_text(&clash, entries, number));
                continue;
            }
        };
        for other in slot.iter() {
            let both = info.methods().overlap(entries[*other].info.methods());
            if both != crate::Methods::NONE {
                let what = if both.is_all() { "every method of".to_owned() } else { both.to_string() };
                problems.push(format!(
                    "two functions answer {what} {}\n    {}\n    {}\n  give one of them another path or method",
                    info.pattern(),
                    Line(&entries[*other].info),
                    Line(info),
                ));
            }
        }
        slot.push(number);
    }
    tree
}

fn clash_text(clash: &Clash, entries: &[&'static Entry], number: usize) -> String {
    let (first, what, mend) = match clash {
        Clash::Names { first, theirs, mine } => (
            *first,
            format!("two names for one dynamic segment: `{theirs}` and `{mine}`"),
            format!("write `{theirs}` in both"),
        ),
        Clash::SameSpecificity { first } => (
            *first,
            "an optional catch-all takes the path without it too, which another function answers".to_owned(),
            "write `[...x]`, or leave the other function out".to_owned(),
        ),
        Clash::TwoCatchAlls { first } => (
            *first,
            "a required and an optional catch-all at one level".to_owned(),
            "keep one of the two".to_owned(),
        ),
    };
    format!("{what}\n    {}\n    {}\n  {mend}", Line(&entries[first].info), Line(&entries[number].info))
}

/// `GET /posts  my_app::posts at src/main.rs:10`
pub(crate) struct Line<'a>(pub(crate) &'a RouteInfo);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line(info) = self;
        let (methods, pattern, handler) = (info.methods(), info.pattern(), info.handler());
        write!(f, "{methods} {pattern}  {handler} at {}:{}", info.file(), info.line())
    }
}
