//! What a declaration leaves in `RouteInfo`, key by key.

use std::time::Duration;

use route_runtime::{Methods, ResponseLimit, RouteInfo, Routes, Segment, api_route, get};

/// Everything at once.
///
/// A second paragraph,
/// of two lines.
#[deprecated = "for a test"]
#[api_route(
    "/all/[id]/[[...rest]]?q&page",
    method = [PUT, DELETE],
    status = 202,
    body_limit = "1.5 MB",
    response_limit = 1000,
    external_resolver = true,
    max_duration = "1500ms",
    dot_segments = true,
    etag = false,
    tag = "posts",
    operation_id = "doAll",
    hidden = true,
)]
async fn all(id: u8, rest: Vec<String>, q: Option<String>, page: Option<u8>) -> String {
    format!("{id} {rest:?} {q:?} {page:?}")
}

#[api_route("/nothing")]
async fn nothing() {}

#[api_route("/off", body_parser = false, response_limit = false, max_duration = false, body_limit = 7)]
#[cfg(not(test))]
async fn off() {}

#[get("/off", body_parser = false, response_limit = false, max_duration = false)]
async fn off() {}

#[get("/sizes/1", body_limit = "500kb")]
async fn size_1() {}

#[get("/sizes/2", body_limit = "1000")]
async fn size_2() {}

#[get("/sizes/3", body_limit = "0.5 Gb")]
async fn size_3() {}

#[get("/sizes/4", body_limit = "0b")]
async fn size_4() {}

fn info(routes: &Routes, pattern: &str) -> RouteInfo {
    routes.iter().find(|info| info.pattern() == pattern).unwrap().clone()
}

#[test]
fn every_key_is_kept() {
    let routes = Routes::collect();
    let all = info(&routes, "/all/[id]/[[...rest]]");
    let segments = [Segment::Static("all"), Segment::Param("id"), Segment::OptionalCatchAll("rest")];
    assert_eq!(all.segments(), segments);
    assert_eq!(all.query_names(), ["q", "page"]);
    assert_eq!(all.methods(), Methods::PUT.or(Methods::DELETE));
    assert_eq!(all.methods().to_string(), "PUT, DELETE");
    assert_eq!(all.handler(), "info::all");
    assert_eq!((all.name(), all.module(), all.crate_name()), ("all", "info", "info"));
    assert!(all.file().ends_with("info.rs"));
    let line = include_str!("info.rs").lines().position(|line| line.starts_with("async fn all("));
    assert_eq!(all.line() as usize, line.unwrap() + 1, "the line of the function's name");
    assert_eq!(all.summary(), Some("Everything at once."));
    assert_eq!(all.description(), Some("A second paragraph,\nof two lines."));
    assert!(all.is_deprecated() && all.is_hidden());
    assert_eq!((all.status(), all.tag(), all.operation_id()), (Some(202), Some("posts"), Some("doAll")));
    let config = all.config();
    assert_eq!(config.get_body_limit(), Some(3 << 19));
    assert_eq!(config.get_response_limit(), Some(ResponseLimit::Bytes(1000)));
    assert_eq!(config.get_external_resolver(), Some(true));
    assert_eq!(config.get_max_duration(), Some(Some(Duration::from_millis(1500))));
    assert_eq!(config.get_dot_segments(), Some(true));
    assert_eq!(config.get_etag(), Some(false));
}

#[test]
fn what_was_not_written_is_absent() {
    let nothing = info(&Routes::collect(), "/nothing");
    assert!(nothing.methods().is_all());
    assert_eq!((nothing.summary(), nothing.description()), (None, None));
    assert_eq!((nothing.status(), nothing.tag(), nothing.operation_id()), (None, None, None));
    assert!(!nothing.is_deprecated() && !nothing.is_hidden());
    assert_eq!(nothing.config(), route_runtime::RouteConfig::new());
}

#[test]
fn what_was_switched_off() {
    let config = info(&Routes::collect(), "/off").config();
    assert_eq!(config.get_body_parser(), Some(false));
    assert_eq!(config.get_response_limit(), Some(ResponseLimit::Off));
    assert_eq!(config.get_max_duration(), Some(None));
}

#[test]
fn sizes_are_1024_based() {
    let routes = Routes::collect();
    let limit = |pattern| info(&routes, pattern).config().get_body_limit();
    assert_eq!(limit("/sizes/1"), Some(500 * 1024));
    assert_eq!(limit("/sizes/2"), Some(1000));
    assert_eq!(limit("/sizes/3"), Some(1 << 29));
    assert_eq!(limit("/sizes/4"), Some(0));
}

#[test]
fn the_table_has_the_paths_that_are_served() {
    let rows = |routes: &Routes| -> Vec<Vec<String>> {
        routes.to_string().lines().map(|row| row.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let routes =
        Routes::collect().filter(|info| info.pattern().starts_with("/all") || info.pattern() == "/nothing");
    let [all, nothing] = rows(&routes).try_into().unwrap();
    assert_eq!(all[..4], ["PUT,", "DELETE", "/all/[id]/[[...rest]]?q&page", "info::all"]);
    assert!(all[4].starts_with("tests/info.rs:"), "{all:?}");
    assert_eq!(nothing[1..3], ["/nothing", "info::nothing"]);

    let [all, nothing] = rows(&routes.base("/v1").base("/äpi")).try_into().unwrap();
    assert_eq!(
        (&*all[2], &*nothing[1]),
        ("/%C3%A4pi/v1/all/[id]/[[...rest]]?q&page", "/%C3%A4pi/v1/nothing")
    );
}
