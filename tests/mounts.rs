//! `Mounts`: several sets of routes in one router.

use route_runtime::testing::TestClient;
use route_runtime::{Mounts, Routes, State, get, post};
use tests::http;

#[derive(Clone)]
struct Name(&'static str);

#[get("/name")]
async fn name(State(name): State<Name>) -> &'static str {
    name.0
}

#[get("/posts/[id]")]
async fn read(id: u64) -> String {
    id.to_string()
}

#[post("/posts/[id]")]
async fn write(id: u64) -> String {
    id.to_string()
}

fn only(names: &'static [&'static str]) -> Routes {
    Routes::collect().filter(move |route| names.contains(&route.name()))
}

#[tokio::test]
async fn a_set_may_be_there_many_times() {
    let of = |base, name| Routes::collect().base(base).with_state(Name(name));
    let client =
        TestClient::new(Mounts::new().mount(of("/a", "A")).mount(of("/b", "B")).into_router().unwrap());
    assert_eq!(client.get("/a/name").await.text(), "A");
    assert_eq!(client.get("/b/name").await.text(), "B");
    assert_eq!(client.get("/b/posts/7").await.text(), "7");
    assert_eq!(client.get("/name").await.status(), 404);
}

#[test]
fn every_problem_of_every_set_at_once() {
    let mounts = Mounts::from_iter([
        Routes::collect().base("/a"),
        only(&["read"]).base("/a"),
        only(&["write"]).base("/b"),
        only(&["read"]).base("/b"),
        only(&["name"]).base("bad"),
    ]);
    let error = mounts.into_router().unwrap_err();
    let problems = error.problems();
    assert_eq!(problems.len(), 4, "{error}");
    assert!(
        problems[0].starts_with("two sets have one path: `/a/posts/{id}` beside `/a/posts/{id}`"),
        "{error}"
    );
    assert!(problems[0].contains("GET /posts/[id]  mounts::read at tests/mounts.rs:"), "{error}");
    // Whatever their methods are.
    assert!(problems[1].contains("mounts::write at ") && problems[1].contains("mounts::read at "), "{error}");
    // Once, though two sets lack it.
    assert!(problems[2].starts_with("missing state `mounts::Name`"), "{error}");
    assert!(problems[3].contains("`.base(\"bad\")` is no base path"), "{error}");
}

#[test]
fn pages_of_two_sets_at_one_place_are_an_error() {
    let set = |base, docs| only(&["read"]).base(base).with_docs(docs);
    assert!(Mounts::from_iter([set("/a", "/docs/a"), set("/b", "/docs/b")]).into_router().is_ok());
    let error = Mounts::from_iter([set("/a", "/docs"), set("/b", "/docs")]).into_router().unwrap_err();
    assert!(error.to_string().contains("the page of `.with_docs(…)`"), "{error}");
}

#[test]
fn what_is_in_no_set_is_known() {
    let forgotten = Mounts::new().mount(only(&["read"])).forgotten();
    let names: Vec<&str> = forgotten.iter().map(|route| route.name()).collect();
    assert_eq!(names, ["name", "write"]);
    let mounts = Mounts::new().mount(only(&["read", "name"]).base("/a")).mount(only(&["write"]).base("/b"));
    assert!(mounts.forgotten().is_empty());
    let table = mounts.to_string();
    assert!(table.contains("/a/posts/[id]") && table.contains("/b/posts/[id]"), "{table}");
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn a_server_answers_unknown_paths_as_that_of_one_set() {
    let mounts = Mounts::new().mount(only(&["read"]).base("/a"));
    let address = http::serve(mounts.into_server().unwrap());
    assert_eq!(http::ask(address, "GET", "/a/posts/1").body, "1");
    let unknown = http::ask(address, "GET", "/nowhere");
    assert_eq!((unknown.status, unknown.body.contains("\"status\":404")), (404, true));
}
