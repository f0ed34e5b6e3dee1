//! What keeps a set of routes from being served, reported all at once.

use axum::extract::Path;
use route_runtime::__private::{Entry, RouteInfo, call0, respond};
use route_runtime::{Methods, Routes, RoutesError, State, get};
use serde::Deserialize;
use tests::{entry, segments};

fn check(routes: &[(Methods, &'static str)]) -> Result<(), RoutesError> {
    let numbered = routes.iter().zip(1..);
    Routes::from_entries(numbered.map(|((methods, pattern), line)| entry(*methods, pattern, line)))
        .into_router()
        .map(drop)
}

#[track_caller]
fn conflict(a: (Methods, &'static str), b: (Methods, &'static str), wanted: &str) {
    for routes in [[a, b], [b, a]] {
        let error = check(&routes).expect_err("a conflict");
        assert_eq!(error.problems().len(), 1, "{error}");
        let text = error.to_string();
        assert!(text.contains(wanted), "{text}");
        for place in ["made.rs:1", "made.rs:2", a.1, b.1] {
            assert!(text.contains(place), "{text}");
        }
    }
}

const GET: Methods = Methods::GET;
const POST: Methods = Methods::POST;
const ALL: Methods = Methods::ALL;

#[test]
fn what_can_not_stand_side_by_side() {
    conflict((GET, "/a"), (GET, "/a"), "two functions answer GET /a");
    conflict((GET.or(POST), "/a"), (POST, "/a"), "two functions answer POST /a");
    conflict((ALL, "/a"), (ALL, "/a"), "two functions answer every method of /a");
    conflict((GET, "/a/[x]"), (POST, "/a/[y]"), "two names for one dynamic segment");
    conflict((GET, "/a/[x]/b"), (GET, "/a/[y]/c"), "two names for one dynamic segment");
    conflict((GET, "/a/[...x]"), (POST, "/a/[...y]"), "two names for one dynamic segment");
    conflict((GET, "/a"), (POST, "/a/[[...x]]"), "an optional catch-all takes the path without it too");
    conflict((GET, "/a/[...x]"), (GET, "/a/[[...x]]"), "a required and an optional catch-all at one level");
}

#[test]
fn one_operation_id_for_two_functions() {
    let named = |pattern: &'static str, line| {
        let info = RouteInfo::new(pattern, segments(pattern), &[], GET, "made::handler", "made.rs", line);
        &*Box::leak(Box::new(Entry::new::<()>(info.set_operation_id("same"), |incoming| {
            call0::<(), _, _>(incoming, || async { "made" }, respond::<&str>)
        })))
    };
    let error = Routes::from_entries([named("/a", 1), named("/b", 2)]).into_router().unwrap_err();
    assert_eq!(error.problems().len(), 1);
    for wanted in
        ["two functions have `operation_id = \"same\"`", "made.rs:1", "made.rs:2", "give one of them another"]
    {
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn what_can() {
    for routes in [
        [(GET, "/a"), (POST, "/a")],
        [(GET, "/a"), (ALL, "/a")],
        [(GET, "/a/[x]"), (POST, "/a/[x]")],
        [(GET, "/a/[x]"), (GET, "/a/me")],
        [(GET, "/a"), (GET, "/a/[...x]")],
        [(GET, "/a/me"), (GET, "/a/[[...x]]")],
        [(GET, "/a/[x]/b"), (GET, "/a/[x]/[y]")],
        [(GET, "/[x]"), (GET, "/a/[...x]")],
        [(GET, "/"), (GET, "/[x]")],
        [(GET, "/a/[x]"), (GET, "/a/[...y]")],
        [(GET, "/a/[x]/b"), (GET, "/a/[[...y]]")],
    ] {
        check(&routes).unwrap_or_else(|error| panic!("{routes:?}: {error}"));
    }
}

#[test]
fn all_problems_come_at_once() {
    let routes =
        [(GET, "/a"), (GET, "/a"), (GET, "/b/[x]"), (POST, "/b/[y]"), (GET, "/c"), (GET, "/c/[[...z]]")];
    let error = check(&routes).unwrap_err();
    assert_eq!(error.problems().len(), 3, "{error}");
    assert!(error.to_string().starts_with("the routes can't be served, for 3 reasons:"), "{error}");
    assert_eq!(format!("{error:?}"), error.to_string(), "what `main` prints");
}

#[test]
fn every_other_name_of_a_pattern_is_reported() {
    let error = check(&[(GET, "/[a]/[b]"), (GET, "/[x]/[y]"), (GET, "/[x]/[y]")]).unwrap_err();
    // Two names each for the second and the third, and three pairs that answer the same.
    assert_eq!(error.problems().len(), 4 + 3, "{error}");
}

#[derive(Clone)]
struct Db;

#[get("/state")]
async fn needs_state(State(_db): State<Db>) {}

#[derive(Deserialize)]
struct Params {
    _user: String,
}

#[get("/path/[user]/[post]")]
async fn fits(Path((_user, _post)): Path<(String, u64)>) {}

#[get("/path/[user]")]
async fn wrong_tuple(Path((_user, _post)): Path<(String, u64)>) {}

type Alias<T> = Path<T>;

#[get("/path/[[...all]]")]
async fn sometimes_absent(_all: Path<String>) {}

#[get("/path/[user]/x")]
async fn wrong_field(_params: Alias<Params>) {}

/// A type of the application that is called like axum's.
mod other {
    use axum::extract::FromRequestParts;
    use axum::http::request::Parts;
    use route_runtime::get;

    pub(super) struct Path<T>(#[allow(dead_code)] T);

    impl<S: Sync> FromRequestParts<S> for Path<u8> {
        type Rejection = ();

        async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, ()> {
            Ok(Path(7))
        }
    }

    #[get("/path/[user]/other/[post]")]
    async fn not_of_axum(_path: Path<u8>) {}
}

#[test]
fn declared_routes_are_checked_for_state_and_path_types() {
    let without = Routes::collect().into_router().unwrap_err().to_string();
    assert!(without.contains("missing state `conflicts::Db`, none was provided"), "{without}");
    let error = Routes::collect().with_state(7_u8).into_router().unwrap_err();
    let text = error.to_string();
    for wanted in [
        "missing state `conflicts::Db`, provided: `u8`",
        "GET /state  conflicts::needs_state at ",
        ".with_state(app.db.clone())",
        "`Path<…>` does not fit the route: it holds 2 values, the path has 1 parameter",
        "GET /path/[user]  conflicts::wrong_tuple at ",
        "its field `_user` is no parameter of the path",
        "conflicts::wrong_field at ",
        "it holds 1 value, the path has 0 parameters",
        "conflicts::sometimes_absent at ",
    ] {
        assert!(text.contains(wanted), "`{wanted}` is not in:\n{text}");
    }
    assert_eq!(error.problems().len(), 4, "{text}");
    assert!(text.contains("conflicts.rs:"), "{text}");
}

#[test]
fn parameters_of_an_outer_router_count_where_they_are_told() {
    let problems = |routes: Routes| {
        let routes = routes.filter(|info| info.name() == "fits" || info.name() == "wrong_tuple");
        routes.into_router().map_or_else(|error| error.problems().to_vec(), |_| Vec::new())
    };
    let alone = problems(Routes::collect());
    assert!(alone.len() == 1 && alone[0].contains("wrong_tuple"), "{alone:?}");
    assert!(alone[0].contains(".nested_in(\"/of/{tenant}\")"), "{alone:?}");
    let nested = problems(Routes::collect().nested_in("/of/{tenant}"));
    assert!(nested.len() == 1 && nested[0].contains("::fits"), "{nested:?}");
}

#[test]
fn what_is_no_path_for_axum_is_said_before_axum_panics() {
    let routes = Routes::from_entries([entry(GET, "/a/[id]", 1)]);
    assert!(routes.conflicts_with(["/b", "/a"]).is_ok());
    let error =
        routes.conflicts_with(["/x/{a}{b}", "/a/{other}", "/a/{id}", "x", "", "/:id", "/*x"]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the routes can't be merged with the hand-written ones, for 7 reasons:")
    );
    assert_eq!(error.problems().len(), 7, "{error}");
    let bad = routes.clone().base("v1").conflicts_with(["/v1/a"]).unwrap_err();
    assert!(bad.to_string().contains("is no base path"), "{bad}");
    for wanted in [
        "the hand-written `/x/{a}{b}` is no path for axum",
        "axum can't hold the hand-written `/a/{other}` beside `/a/{id}`",
        "the hand-written `/a/{id}` answers what an annotated function answers too",
        "made.rs:1",
    ] {
        assert!(error.to_string().contains(wanted), "{error}");
    }
}

#[test]
fn base_paths_are_static_text() {
    for good in ["/v1", "/api/v1", "/für"] {
        assert!(Routes::from_entries([entry(GET, "/a", 1)]).base(good).into_router().is_ok(), "{good}");
    }
    for bad in ["", "/", "v1", "/v1/", "//", "/[id]", "/{id}", "/:id", "/*x", "/..", "/a b", "/a%20b"] {
        let error = Routes::from_entries([entry(GET, "/a", 1)]).base(bad).into_router().unwrap_err();
        assert!(error.to_string().contains("is no base path: write static text"), "{bad}: {error}");
    }
}
