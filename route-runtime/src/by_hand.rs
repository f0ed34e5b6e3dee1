//! Whether hand-written routes of an axum app can be merged with ours. axum panics where they can't.

use std::collections::BTreeMap;

use crate::Methods;
use crate::conflict::{Line, RoutesError};
use crate::entry::Entry;
use crate::mount::{Mount, What};

/// A hand-written route, for [`Routes::conflicts_with`](crate::Routes::conflicts_with): a path as axum writes it, with
/// every method, or a pair of methods and path.
///
/// ```
/// use route_runtime::{ByHand, Methods};
///
/// let by_hand: [ByHand; 2] = ["/health".into(), (Methods::GET.or(Methods::POST), "/posts/{id}").into()];
/// ```
#[derive(Debug, Clone)]
pub struct ByHand {
    methods: Methods,
    path: String,
}

impl From<&str> for ByHand {
    fn from(path: &str) -> Self {
        (Methods::ALL, path).into()
    }
}

impl From<(Methods, &str)> for ByHand {
    fn from((methods, path): (Methods, &str)) -> Self {
        ByHand { methods, path: path.to_owned() }
    }
}

/// Asks a matcher that holds our paths about each hand-written one.
pub(crate) fn check(
    entries: &[&'static Entry],
    mounts: &[Mount<'_>],
    by_hand: impl Iterator<Item = ByHand>,
) -> Result<(), RoutesError> {
    let mut matcher = matchit::Router::new();
    let mut ours: BTreeMap<&str, &What<'_>> = BTreeMap::new();
    for mount in mounts {
        for path in &mount.paths {
            // They fit together, as a check has found before.
            let _ = matcher.insert(path, ());
            ours.insert(path, &mount.what);
        }
    }
    let mut problems = Vec::new();
    for ByHand { methods, path } in by_hand {
        if let Some(what) = ours.get(path.as_str()) {
            shared_path(entries, what, methods, &path, &mut problems);
            continue;
        }
        if let Some(rule) = axum_refuses(&path) {
            problems.push(format!("the hand-written `{path}` is no path for axum: {rule}"));
            continue;
        }
        match matcher.insert(&path, ()) {
            // Whether two hand-written paths fit together is the app's own business.
            Ok(()) => drop(matcher.remove(&path)),
            Err(matchit::InsertError::Conflict { with }) => {
                if let Some(what) = ours.get(with.as_str()) {
                    let handlers = handlers(entries, what, |_| true);
                    problems.push(format!(
                        "axum can't hold the hand-written `{path}` beside `{with}`\n{handlers}\n  give both the same names and \
                         kinds of parameters, or one of them a static segment of its own"
                    ));
                }
            }
            Err(error) => problems.push(format!("the hand-written `{path}` is no path for axum: {error}")),
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(RoutesError::new("the routes can't be merged with the hand-written ones", problems))
}

/// What axum refuses before its matcher is asked.
fn axum_refuses(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("a path starts with `/`");
    }
    path.split('/')
        .any(|segment| segment.starts_with([':', '*']))
        .then_some("parameters are written `{name}` and `{*name}`")
}

/// Two routers may share a path while their methods differ.
fn shared_path(
    entries: &[&'static Entry],
    what: &What<'_>,
    methods: Methods,
    path: &str,
    problems: &mut Vec<String>,
) {
    let overlaps = |own: Methods| methods.is_all() || methods.overlap(own) != Methods::NONE;
    let handlers = handlers(entries, what, overlaps);
    if !handlers.is_empty() {
        let or_name = if methods.is_all() {
            format!(", or name the methods of the hand-written route: `(Methods::GET, {path:?})`")
        } else {
            String::new()
        };
        problems.push(format!(
            "the hand-written `{path}` answers what an annotated function answers too\n{handlers}\n  leave one of them out\
             {or_name}"
        ));
    }
}

/// The functions behind a mount whose methods `wanted` says yes to, a line each.
pub(crate) fn handlers(
    entries: &[&'static Entry],
    what: &What<'_>,
    wanted: impl Fn(Methods) -> bool,
) -> String {
    let numbers: Vec<usize> = match what {
        What::Pattern(numbers) => numbers.to_vec(),
        What::Group { patterns, .. } => patterns.concat(),
    };
    let entries = numbers.iter().filter_map(|number| entries.get(*number));
    let lines = entries
        .filter(|entry| wanted(entry.info.methods()))
        .map(|entry| format!("    {}", Line(&entry.info)));
    lines.collect::<Vec<_>>().join("\n")
}
