//! This binary names one of its two crates of routes, and the other is absent.

use blog as _;
use route_runtime::{RouteInfo, Routes};

#[test]
fn a_crate_is_linked_once_it_is_named() {
    let routes = Routes::collect();
    let crates: Vec<&str> = routes.iter().map(RouteInfo::crate_name).collect();
    assert_eq!(crates, ["blog"; 6]);
}

/// Some routes are there, so nothing is missed, until an app says which crates it expects.
#[test]
fn an_expected_crate_that_is_absent_is_an_error() {
    let error = Routes::collect().only_crates(["blog", "shop"]).into_router().unwrap_err();
    assert!(error.to_string().contains("`use shop as _;`"), "{error}");
}
