//! Random sets of routes and random paths, held to a naive reference.
//!
//! `ROUTE_SEED=<number>` repeats a run; the number is printed by `--nocapture` and by every failure.

use std::panic::{AssertUnwindSafe, catch_unwind};

use route_runtime::testing::TestClient;
use route_runtime::{Methods, Routes};
use tests::random::{entry, pattern, seed};
use tests::reference::{self, Found};

fn path(rng: &mut fastrand::Rng) -> String {
    let depth = rng.usize(0..=5);
    let texts = [
        "a", "b", "f%C3%BCr", "f%c3%bcr", "%61", "%62", "x", "y%20z", "c%2Fd", "A", "ab", "a-b", "abc", "",
        "+",
    ];
    let parts: Vec<&str> = (0..depth).map(|_| *rng.choice(&texts).expect("a text")).collect();
    format!("/{}", parts.join("/"))
}

#[tokio::test]
async fn every_path_finds_the_route_that_the_rules_say() {
    let seed = seed();
    println!("ROUTE_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let (mut pairs, mut hits, mut grouped) = (0, 0, 0);
    while pairs < 100_000 {
        let count = rng.usize(1..=8);
        let patterns: Vec<String> = (0..count).map(|_| pattern(&mut rng, &["p"])).collect();
        let entries = patterns.iter().zip(1..).map(|(pattern, line)| entry(Methods::GET, pattern, line));
        let Ok(router) = Routes::from_entries(entries).into_router() else { continue };
        let (prefix, router) = match rng.u8(0..3) {
            0 => ("", router),
            1 => ("/of/t", axum::Router::new().nest("/of/{tenant}", router)),
            _ => ("/v1", axum::Router::new().nest_service("/v1", router)),
        };
        let client = TestClient::new(router);
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        // A parameter and a catch-all below one prefix: a group.
        let prefix_of = |kind: &str| {
            let of_kind =
                patterns.iter().filter_map(|pattern| pattern.split_once(kind).map(|(prefix, _)| prefix));
            of_kind.map(|prefix| prefix.trim_end_matches('[')).collect::<Vec<_>>()
        };
        grouped += usize::from(prefix_of("[p").iter().any(|prefix| prefix_of("[...r").contains(prefix)));
        for _ in 0..40 {
            let path = path(&mut rng);
            let wanted = match reference::find(&patterns, &path) {
                Found::Pattern(pattern) => Some(pattern),
                Found::Nobody => None,
                Found::Refused => panic!("{path} is no path of this test"),
            };
            if !prefix.is_empty() && path == "/" {
                // axum has its own view of what a nested `/` is.
                continue;
            }
            let response = client.get(&format!("{prefix}{path}")).await;
            let got = (response.status() == 200).then(|| response.text());
            assert_eq!(got, wanted, "ROUTE_SEED={seed} {path} of {patterns:?}");
            assert!(got.is_some() || response.status() == 404, "{}", response.status());
            pairs += 1;
            hits += usize::from(got.is_some());
        }
    }
    println!("{pairs} pairs, {hits} of them answered, {grouped} sets with a group");
    assert!(hits > pairs / 20 && grouped > 100);
}

#[test]
fn no_set_of_routes_panics_and_conflicts_are_symmetric() {
    let seed = seed();
    println!("ROUTE_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..10_000 {
        let count = rng.usize(1..=6);
        let methods = [Methods::GET, Methods::POST, Methods::ALL, Methods::GET.or(Methods::PUT)];
        let made: Vec<(Methods, String)> = (0..count)
            .map(|_| (*rng.choice(&methods).expect("some"), pattern(&mut rng, &["p", "q"])))
            .collect();
        let build = |reversed: bool| {
            let mut entries: Vec<_> = made
                .iter()
                .zip(1..)
                .map(|((methods, pattern), line)| entry(*methods, pattern, line))
                .collect();
            if reversed {
                entries.reverse();
            }
            let router = || Routes::from_entries(entries).into_router().map(drop);
            match catch_unwind(AssertUnwindSafe(router)) {
                Ok(result) => result.map_err(|error| error.to_string()),
                Err(_) => panic!("ROUTE_SEED={seed} panicked for {made:?}"),
            }
        };
        let forwards = build(false);
        assert_eq!(forwards, build(true), "ROUTE_SEED={seed} {made:?}");
        if forwards.is_ok() { good += 1 } else { bad += 1 }
    }
    println!("{good} sets served, {bad} refused");
    assert!(good > 1000 && bad > 1000);
}
