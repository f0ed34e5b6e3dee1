//! `Routes::conflicts_with` says what axum's `merge` would do, for sets of routes made by chance. In a binary of its own,
//! because it silences the panics that it expects.

use std::panic::{AssertUnwindSafe, catch_unwind};

use route_runtime::__private::Segment;
use route_runtime::{Methods, Routes};
use tests::random::{entry, pattern, seed};
use tests::segments;

/// A pattern as axum writes it, without the bare path of an optional catch-all.
fn axum_path(pattern: &str) -> String {
    let parts = segments(pattern).iter().map(|segment| match segment {
        Segment::Static(text) => format!("/{text}"),
        Segment::Param(name) => format!("/{{{name}}}"),
        Segment::CatchAll(name) | Segment::OptionalCatchAll(name) => format!("/{{*{name}}}"),
        other => panic!("{other:?}"),
    });
    let path: String = parts.collect();
    if path.is_empty() { "/".to_owned() } else { path }
}

#[test]
fn conflicts_with_says_what_merge_would() {
    use axum::routing::{self, MethodRouter};

    let seed = seed();
    println!("ROUTE_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let by_hand: [(Methods, fn() -> MethodRouter); 3] = [
        (Methods::GET, || routing::get(|| async {})),
        (Methods::POST, || routing::post(|| async {})),
        (Methods::ALL, || routing::any(|| async {})),
    ];
    let policies = [route_runtime::TrailingSlash::Strict, route_runtime::TrailingSlash::Ignore];
    let (mut fit, mut collide) = (0, 0);
    // Hundreds of expected panics need not be read.
    std::panic::set_hook(Box::new(|_| {}));
    let mut failure = None;
    while fit + collide < 4_000 && failure.is_none() {
        let count = rng.usize(1..=4);
        let made: Vec<String> = (0..count).map(|_| pattern(&mut rng, &["p"])).collect();
        let methods: Vec<Methods> = (0..count)
            .map(|_| *rng.choice(&[Methods::GET, Methods::POST, Methods::ALL]).expect("some"))
            .collect();
        let entries = made
            .iter()
            .zip(&methods)
            .zip(1..)
            .map(|((pattern, methods), line)| entry(*methods, pattern, line));
        let routes = Routes::from_entries(entries).trailing_slash(*rng.choice(&policies).expect("some"));
        let Ok(router) = routes.clone().into_router() else { continue };
        let path = axum_path(&pattern(&mut rng, &["p", "q"]));
        let (methods, make) = rng.choice(&by_hand).expect("some");
        let said = routes.conflicts_with([(*methods, path.as_str())]);
        let merge = || drop(axum::Router::new().route(&path, make()).merge(router));
        let merged = catch_unwind(AssertUnwindSafe(merge));
        if merged.is_ok() != said.is_ok() {
            failure =
                Some(format!("ROUTE_SEED={seed} {methods} {path} beside {made:?}: {merged:?}, {said:?}"));
        }
        if merged.is_ok() { fit += 1 } else { collide += 1 }
    }
    drop(std::panic::take_hook());
    assert_eq!(failure, None);
    println!("{fit} hand-written routes fit, {collide} collide");
    assert!(fit > 400 && collide > 400);
}
