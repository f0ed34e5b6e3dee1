//! A binary that depends on a crate of routes and never names it: rustc does not link it.

use route_runtime::Routes;

#[test]
fn an_empty_collect_says_how_to_link_a_crate() {
    let error = Routes::collect().into_router().unwrap_err();
    assert_eq!(error.problems().len(), 1);
    assert!(error.to_string().contains("use my_routes as _;"), "{error}");
}

#[test]
fn an_empty_filter_is_a_wish() {
    assert!(Routes::from_entries([]).filter(|_| false).into_router().is_ok());
}
