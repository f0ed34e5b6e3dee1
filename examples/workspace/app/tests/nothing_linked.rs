//! This binary depends on both crates and names neither, so rustc links neither. The start says so, with what to write.

use route_runtime::Routes;

#[test]
fn no_crate_is_linked_unless_it_is_named() {
    let error = Routes::collect().into_router().unwrap_err();
    assert!(error.to_string().contains("write `use my_routes as _;` in the binary"), "{error}");
}
