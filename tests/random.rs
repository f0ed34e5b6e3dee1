//! Routes made by chance, from a seed that is printed.

use axum::extract::Extension;
use route_runtime::__private::{Entry, Extractor, RouteInfo, call1, respond};
use route_runtime::Methods;

use crate::segments;

/// `ROUTE_SEED=<number>` repeats a run.
#[must_use]
pub fn seed() -> u64 {
    let seed = std::env::var("ROUTE_SEED").ok().and_then(|seed| seed.parse().ok());
    seed.unwrap_or_else(|| fastrand::u64(..))
}

/// A route that answers with its pattern.
#[must_use]
pub fn entry(methods: Methods, pattern: &str, line: u32) -> &'static Entry {
    type Info = Extension<&'static RouteInfo>;
    let pattern: &'static str = pattern.to_owned().leak();
    let info = RouteInfo::new(pattern, segments(pattern), &[], methods, "made::handler", "made.rs", line);
    Box::leak(Box::new(Entry::new::<()>(info, |incoming| {
        call1::<(), Extractor<Info, false>, _, _, _>(
            incoming,
            |Extension(info): Info| async move { info.pattern() },
            respond::<&str>,
        )
    })))
}

const TEXTS: [&str; 5] = ["a", "b", "für", "ab", "a-b"];

/// A pattern whose names are given by their position, so that few sets conflict; `names` makes more of them do.
///
/// # Panics
///
/// When there are no names.
pub fn pattern(rng: &mut fastrand::Rng, names: &[&str]) -> String {
    let depth = rng.usize(0..=4);
    let mut pattern = String::new();
    for position in 0..depth {
        let name = format!("{}{position}", rng.choice(names).expect("a name"));
        match rng.u8(0..10) {
            0..5 => pattern.extend(["/", rng.choice(TEXTS).expect("a text")]),
            5..8 => pattern.extend(["/[", &name, "]"]),
            8 => {
                pattern.extend(["/[...r", &name, "]"]);
                break;
            }
            _ => {
                pattern.extend(["/[[...r", &name, "]]"]);
                break;
            }
        }
    }
    if pattern.is_empty() { "/".to_owned() } else { pattern }
}
