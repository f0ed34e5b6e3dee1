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
