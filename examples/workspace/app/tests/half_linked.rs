//! This binary names one of its two crates of routes, and the other is absent.

use blog as _;
use route_runtime::{RouteInfo, Routes};

#[test]
fn a_crate_is_linked_once_it_is_named() {
    let routes = Routes::collect();
    let crates: Vec<&str> = routes.iter().map(RouteInfo::crate_name).collect();
    assert_eq!(crates, ["blog"; 6]);
}

/// Some routes are there, so that nothing is missed: an app has to say which crates it expects.
#[test]
fn the_other_is_absent_without_a_word() {
    let shop = Routes::collect().filter(|route| route.crate_name() == "shop").base("/shop");
    assert!(shop.is_empty() && shop.into_router().is_ok());
}
