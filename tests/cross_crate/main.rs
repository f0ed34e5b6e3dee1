//! A binary serves the routes of a crate that it names once, and of itself.

use my_routes as _;
use route_runtime::testing::TestClient;
use route_runtime::{Routes, get};

#[get("/own")]
async fn own() -> &'static str {
    "own"
}

#[tokio::test]
async fn both_crates_are_served() {
    let client = TestClient::new(Routes::collect().into_router().unwrap());
    assert_eq!(client.get("/library/hello").await.text(), "hello from the library");
    assert_eq!(client.post("/library/private").await.text(), "found all the same");
    assert_eq!(client.get("/own").await.text(), "own");
}

#[test]
fn the_crate_of_each_route_is_known() {
    let routes = Routes::collect();
    let crates: Vec<&str> = routes.iter().map(route_runtime::RouteInfo::crate_name).collect();
    assert_eq!(crates, ["my_routes", "my_routes", "cross_crate"]);
}

#[test]
fn the_table_is_sorted_and_aligned() {
    let table = Routes::collect().to_string();
    let line = |route: &str| table.lines().position(|line| line.starts_with(route));
    assert_eq!(line("GET   /library/hello    my_routes::hello            "), Some(0), "\n{table}");
    assert_eq!(line("POST  /library/private  my_routes::private::hidden  "), Some(1), "\n{table}");
    assert_eq!(line("GET   /own              cross_crate::own            "), Some(2), "\n{table}");
    assert!(table.lines().all(|line| line.rsplit_once(".rs:").is_some()), "\n{table}");
}

#[tokio::test]
async fn only_listed_crates_are_served() {
    let client = TestClient::new(Routes::collect().only_crates(["my-routes"]).into_router().unwrap());
    assert_eq!(client.get("/library/hello").await.status(), 200);
    assert_eq!(client.get("/own").await.status(), 404);
    let both = Routes::collect().only_crates(["cross_crate", "my_routes"]);
    assert_eq!((both.len(), &*both.summary()), (3, "3 routes: 2 of my_routes, 1 of cross_crate"));
}

#[test]
fn a_listed_crate_without_a_route_is_an_error() {
    let routes = Routes::collect().only_crates(["cross_crate", "blog-api", "shop"]);
    let error = routes.into_router().unwrap_err();
    let [blog, shop] = error.problems() else { panic!("{error}") };
    assert!(blog.contains("the crate `blog_api`") && blog.contains("`use blog_api as _;`"), "{blog}");
    assert!(shop.contains("`use shop as _;`"), "{shop}");
    // A filter behind it is the user's wish.
    let filtered = Routes::collect().only_crates(["my_routes"]).filter(|_| false);
    assert!(filtered.into_router().is_ok());
}

#[test]
fn routes_are_json_too() {
    let json = Routes::collect().to_json();
    let routes = json.as_array().unwrap();
    assert_eq!(routes.len(), 3);
    assert_eq!(routes[0]["path"], "/library/hello");
    assert_eq!(routes[0]["methods"], serde_json::json!(["GET"]));
    assert_eq!(routes[0]["crate"], "my_routes");
    assert_eq!(routes[0]["summary"], "Nothing calls this function.");
    assert_eq!(routes[1]["module"], "my_routes::private");
    assert!(routes[1]["line"].as_u64().is_some_and(|line| line > 1));
    assert!(routes[1].get("tag").is_none());
}
