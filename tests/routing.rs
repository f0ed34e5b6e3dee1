//! Which function answers which request.

use axum::extract::{MatchedPath, NestedPath, OriginalUri, Path, State};
use axum::routing;
use route_runtime::testing::TestClient;
use route_runtime::{ApiRequest, Routes, TrailingSlash, api_route, delete, get, post};
use serde_json::Value;

#[get("/")]
async fn root() -> &'static str {
    "root"
}

#[get("/blog/new")]
async fn new_post() -> &'static str {
    "static"
}

#[get("/blog/[id]")]
async fn post_of(id: String) -> String {
    format!("[id] {id}")
}

#[get("/blog/[id]/comments/[...rest]")]
async fn comments(id: String, rest: Vec<String>) -> String {
    format!("[id] {id} [...rest] {}", rest.join("|"))
}

#[get("/docs/[[...path]]")]
async fn docs(path: Option<Vec<String>>) -> String {
    format!("{path:?}")
}

/// The every-method function of a path that also has functions for single methods.
#[api_route("/mixed")]
async fn mixed_any(req: ApiRequest) -> String {
    format!("any {}", req.method())
}

#[post("/mixed")]
async fn mixed_post() -> &'static str {
    "post"
}

#[delete("/only")]
async fn only() {}

#[get("/grün/v1:batch/@me")]
async fn unusual_static_text() -> &'static str {
    "unusual"
}

#[get("/seen/[a]/[b]")]
async fn seen(
    Path((first, second)): Path<(String, u8)>,
    a: String,
    matched: MatchedPath,
    OriginalUri(original): OriginalUri,
    req: ApiRequest,
) -> String {
    let param = req.param("b").unwrap_or_default();
    format!("{first} {second} {a} {param} {} {original} {}", matched.as_str(), req.uri())
}

fn routes() -> Routes {
    Routes::collect().with_state("state")
}

fn client() -> TestClient {
    TestClient::new(routes().into_router().unwrap())
}

#[tokio::test]
async fn segments() {
    let client = client();
    for (path, wanted) in [
        ("/", "root"),
        ("/blog/new", "static"),
        ("/blog/7", "[id] 7"),
        ("/blog/a%20b%2Fc", "[id] a b/c"),
        ("/blog/+", "[id] +"),
        ("/blog/7/comments/a/b%2Fc/d", "[id] 7 [...rest] a|b/c|d"),
        ("/docs", "None"),
        ("/docs/a/b", "Some([\"a\", \"b\"])"),
        ("/gr%C3%BCn/v1:batch/@me", "unusual"),
    ] {
        let response = client.get(path).await;
        assert_eq!((response.status().as_u16(), response.text()), (200, wanted), "{path}");
    }
    for path in [
        "/blog",
        "/blog/",
        "/blog/7/comments",
        "/blog//comments/x",
        "/docs/",
        "/docs/%zz/",
        "/BLOG/new",
        "/nowhere",
    ] {
        assert_eq!(client.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_text_is_a_400() {
    let client = client();
    for path in [
        "/blog/%FF",
        "/blog/%",
        "/blog/%zz",
        "/blog/%C0%AF",
        "/blog/a%00b",
        "/docs/a/%2e%2e/b",
        "/docs/a%5Cb",
    ] {
        let response = client.get(path).await;
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(response.header("content-type"), Some("application/problem+json"), "{path}");
        let sent = path.rsplit('/').next().unwrap();
        assert!(sent.len() < 2 || !response.text().contains(sent), "echo: {}", response.text());
    }
}

#[tokio::test]
async fn one_path_several_functions() {
    let client = client();
    assert_eq!(client.get("/mixed").await.text(), "any GET");
    assert_eq!(client.post("/mixed").await.text(), "post");
    let response = client.put("/mixed").await;
    assert_eq!((response.text(), response.header("allow")), ("any PUT", None));
    assert_eq!(client.options("/mixed").await.text(), "any OPTIONS");
}

#[tokio::test]
async fn a_method_that_no_function_has() {
    let client = client();
    let response = client.get("/only").await;
    assert_eq!((response.status().as_u16(), response.header("allow")), (405, Some("DELETE")));
    let problem = response.json::<Value>();
    assert_eq!((&problem["title"], &problem["status"]), (&"Method Not Allowed".into(), &405.into()));
    let response = client.options("/only").await;
    assert_eq!(
        (response.status().as_u16(), response.header("allow"), response.text()),
        (204, Some("DELETE"), "")
    );
    let response = client.head("/only").await;
    assert_eq!((response.status().as_u16(), response.text()), (405, ""));
}

#[tokio::test]
async fn nested_below_a_parameter_everything_keeps_its_meaning() {
    let inner = || routes().into_router().unwrap();
    let client = TestClient::new(axum::Router::new().nest("/static", inner()));
    assert_eq!(
        client.get("/static/seen/x/7?q").await.text(),
        "x 7 x 7 /static/seen/{a}/{b} /static/seen/x/7?q /seen/x/7?q"
    );
    assert_eq!(client.get("/static/blog/7/comments/a").await.text(), "[id] 7 [...rest] a");

    // An outer parameter joins `Path`, so that a tuple of two is one short; arguments bound by name don't mind.
    let client = TestClient::new(axum::Router::new().nest("/of/{tenant}", inner()));
    assert_eq!(client.get("/of/t/blog/7").await.text(), "[id] 7");
    assert_eq!(client.get("/of/t/docs/a/b").await.text(), "Some([\"a\", \"b\"])");

    let client = TestClient::new(axum::Router::new().nest_service("/service", inner()));
    assert_eq!(client.get("/service/blog/7").await.text(), "[id] 7");
}

#[tokio::test]
async fn merged_with_functions_by_hand() {
    let outer = axum::Router::new()
        .route("/only", routing::get(|| async { "by hand" }))
        .fallback(|| async { "fallback" });
    let client = TestClient::new(outer.merge(routes().into_router().unwrap()));
    assert_eq!(client.get("/only").await.text(), "by hand");
    assert_eq!(client.delete("/only").await.status(), 200);
    assert_eq!(client.get("/nowhere").await.text(), "fallback");
    let response = client.put("/only").await;
    assert_eq!((response.status().as_u16(), response.header("allow")), (405, Some("GET,HEAD,DELETE")));
}

#[tokio::test]
async fn a_filter_keeps_what_it_says() {
    let routes = routes().filter(|route| route.pattern().starts_with("/blog"));
    assert_eq!(routes.len(), 3);
    let client = TestClient::new(routes.into_router().unwrap());
    assert_eq!(client.get("/blog/new").await.status(), 200);
    assert_eq!(client.get("/").await.status(), 404);
}

/// A parameter beside both kinds of catch-all, below a parameter, and static siblings.
mod group {
    use super::{ApiRequest, MatchedPath, NestedPath, OriginalUri, Path, State, get, post};

    #[get("/g/[id]")]
    async fn one(id: String, path: Path<String>, matched: MatchedPath, uri: axum::http::Uri) -> String {
        format!("one {id} {} {} {uri}", path.0, matched.as_str())
    }

    #[post("/g/[id]")]
    async fn one_post(id: u8) -> String {
        format!("post {id}")
    }

    #[get("/g/[id]/deep")]
    async fn deep(id: String, OriginalUri(uri): OriginalUri) -> String {
        format!("deep {id} {uri}")
    }

    #[get("/g/[...rest]")]
    async fn rest(
        rest: Vec<String>,
        Path(path): Path<String>,
        matched: MatchedPath,
        req: ApiRequest,
    ) -> String {
        format!(
            "rest {} {path} {} {}",
            rest.join("|"),
            matched.as_str(),
            req.param("rest").unwrap_or_default()
        )
    }

    #[get("/g/mü")]
    async fn umlaut() -> &'static str {
        "umlaut"
    }

    #[get("/g/me")]
    async fn me() -> &'static str {
        "me"
    }

    #[get("/np/[id]")]
    async fn nested_path(id: u8, nested: NestedPath, State(state): State<&'static str>) -> String {
        format!("{id} {} {state}", nested.as_str())
    }

    #[get("/np/[...rest]")]
    async fn nested_rest(nested: NestedPath, Path(path): Path<Vec<(String, String)>>) -> String {
        format!("{} {path:?}", nested.as_str())
    }

    #[get("/in/[a]/[b]")]
    async fn two(a: String, b: u8, Path((first, second)): Path<(String, u8)>) -> String {
        format!("two {a} {b} {first} {second}")
    }

    #[get("/in/[a]/[[...all]]")]
    async fn all(a: String, all: Option<Vec<String>>, matched: MatchedPath) -> String {
        format!("all {a} {all:?} {}", matched.as_str())
    }
}

#[tokio::test]
async fn a_parameter_beside_a_catch_all() {
    let outer = axum::Router::new().nest("/of/{tenant}", routes().into_router().unwrap());
    let nested = TestClient::new(outer.fallback(|| async { "outer" }));
    let client = client();
    for (path, wanted) in [
        ("/g/7", "one 7 7 /g/{id} /g/7"),
        ("/g/a%20b?q", "one a b a b /g/{id} /g/a%20b?q"),
        ("/g/7/deep", "deep 7 /g/7/deep"),
        ("/g/7/other", "rest 7|other 7/other /g/{*rest} 7/other"),
        ("/g/me", "me"),
        ("/g/m%C3%BC", "umlaut"),
        ("/g/me/too", "rest me|too me/too /g/{*rest} me/too"),
        ("/in/x/7", "two x 7 x 7"),
        ("/in/x", "all x None /in/{a}"),
        ("/in/x/7/8", "all x Some([\"7\", \"8\"]) /in/{a}/{*all}"),
    ] {
        assert_eq!(client.get(path).await.text(), wanted, "{path}");
    }
    assert_eq!(client.post("/g/7").await.text(), "post 7");
    assert_eq!(client.post("/g/x").await.status(), 400);
    let response = client.put("/g/7").await;
    assert_eq!((response.status().as_u16(), response.header("allow")), (405, Some("GET,HEAD,POST")));
    for path in ["/g", "/g/", "/g//", "/g/7/", "/g//x", "/g/7//x", "/in/x/", "/in//x", "/in"] {
        assert_eq!(client.get(path).await.status(), 404, "{path}");
    }
    // An outer parameter joins `Path` in a group too.
    assert_eq!(nested.get("/of/t/g/7/deep").await.text(), "deep 7 /of/t/g/7/deep");
    assert_eq!(
        nested.get("/of/t/in/x/7/8").await.text(),
        "all x Some([\"7\", \"8\"]) /of/{tenant}/in/{a}/{*all}"
    );
    assert_eq!(nested.get("/nowhere").await.text(), "outer");
}

#[tokio::test]
async fn a_group_keeps_its_meaning_wherever_it_is_mounted() {
    let ours = || routes().into_router().unwrap();
    let outer =
        || axum::Router::new().route("/own", routing::get(|| async { "own" })).fallback(|| async { "outer" });
    let nested = TestClient::new(outer().nest("/of/{tenant}", ours()));
    assert_eq!(nested.get("/of/t/np/7").await.text(), "7 /of/{tenant} state");
    assert_eq!(nested.get("/of/t/np/7/8").await.text(), r#"/of/{tenant} [("tenant", "t"), ("rest", "7/8")]"#);
    let service = TestClient::new(outer().nest_service("/service", ours()));
    assert_eq!(service.get("/service/np/7").await.text(), "7 /service state");
    assert_eq!(service.get("/service/g/7/deep").await.text(), "deep 7 /service/g/7/deep");
    let merged = TestClient::new(outer().merge(ours()));
    let deep = TestClient::new(axum::Router::new().nest("/a", axum::Router::new().nest("/of/{b}", ours())));
    assert_eq!(deep.get("/a/of/x/np/7/8").await.text(), r#"/a/of/{b} [("b", "x"), ("rest", "7/8")]"#);
    assert_eq!(deep.get("/a/of/x/g/7/8").await.status(), 500, "axum's `Path<String>` has two values there");
    for client in [merged, nested, service] {
        assert_eq!(client.get("/own").await.text(), "own");
        assert_eq!(client.get("/nowhere").await.text(), "outer");
    }
}

#[tokio::test]
async fn long_values_and_refusals_do_not_come_back() {
    let bare = client();
    let nested = TestClient::new(axum::Router::new().nest("/v1", routes().into_router().unwrap()));
    let long = "x".repeat(10_000);
    for (client, prefix) in [(bare, ""), (nested, "/v1")] {
        assert_eq!(
            client.get(&format!("{prefix}/blog/{long}")).await.text().len(),
            "[id] ".len() + long.len()
        );
        let refused = client.get(&format!("{prefix}/np/{long}")).await;
        // Bare, there is no `NestedPath`: the value is judged first.
        assert_eq!(refused.status(), 400);
        assert!(refused.text().len() < 200, "{}", refused.text());
        for bad in ["%", "%zz", "%FF", "%ED%A0%80", "a%00b"] {
            for path in ["blog/", "g/", "docs/a/", "g/7/"] {
                let response = client.get(&format!("{prefix}/{path}{bad}")).await;
                assert_eq!(response.status(), 400, "{prefix}/{path}{bad}");
                assert!(
                    response
                        .text()
                        .starts_with(r#"{"title":"Bad Request","status":400,"detail":"path parameter"#)
                );
            }
        }
        for value in ["%F0%9F%98%80", "%E2%80%AEa", "a%0Ab", "%E6%97%A5"] {
            assert_eq!(client.get(&format!("{prefix}/blog/{value}")).await.status(), 200, "{value}");
        }
    }
}

#[tokio::test]
async fn empty_segments_and_other_spellings_reach_no_route() {
    let client = client();
    for path in [
        "/blog//comments/x",
        "/blog/7/comments//x",
        "/blog/7/comments/x//y",
        "/blog/7/comments/x/",
        "/docs//a",
        "/docs/a/",
        "//blog/7",
        "/blog/%6Eew",
        "/g/%6De",
        "/%67/me",
        "/gr%c3%bcn/v1:batch/@me",
        "/g/m\u{fc}",
    ] {
        assert_eq!(client.get(path).await.status(), 404, "{path}");
    }
    for path in [
        "/docs/..%2Fa",
        "/docs/a%2F..%2Fb",
        "/docs/%2Fa",
        "/docs/../a",
        "/docs/./a",
        "/g/7/%2e%2e",
        "/g/7/..",
    ] {
        assert_eq!(client.get(path).await.status(), 400, "{path}");
    }
    assert_eq!(client.get("/docs/a%2Fb").await.text(), "Some([\"a/b\"])");
    assert_eq!(client.get("/docs/..a/b..").await.text(), "Some([\"..a\", \"b..\"])");
    assert_eq!(client.get("/blog/%2e%2e").await.text(), "[id] ..", "one segment is text");
    assert_eq!(client.get("/blog/..").await.text(), "[id] ..");
}

#[tokio::test]
async fn a_slash_at_the_end() {
    let with = |policy| TestClient::new(routes().trailing_slash(policy).into_router().unwrap());
    let paths = [
        ("/blog/new/", "static"),
        ("/blog/7/", "[id] 7"),
        ("/blog/7/comments/a/", "[id] 7 [...rest] a"),
        ("/docs/", "None"),
        ("/docs/a/", "Some([\"a\"])"),
        ("/g/7/deep/", "deep 7 /g/7/deep/"),
        ("/g/me/", "me"),
        ("/in/x/", "all x None /in/{a}/"),
    ];
    let (redirect, ignore) = (with(TrailingSlash::Redirect), with(TrailingSlash::Ignore));
    for (path, wanted) in paths {
        assert_eq!(client().get(path).await.status(), 404, "{path}");
        let response = redirect.get(&format!("{path}?a=%20b&c/")).await;
        let target = format!("{}?a=%20b&c/", path.trim_end_matches('/'));
        assert_eq!(
            (response.status().as_u16(), response.header("location")),
            (308, Some(&*target)),
            "{path}"
        );
        assert_eq!(
            (response.text(), response.header("content-type"), response.header("refresh")),
            ("", None, None)
        );
        assert_eq!(ignore.get(path).await.text(), wanted, "{path}");
    }
    for client in [redirect, ignore] {
        for path in ["/nowhere/", "/blog/new//", "/blog//", "//blog/new/", "/blog/7/comments/", "/g/"] {
            assert_eq!(client.get(path).await.status(), 404, "{path}");
        }
        assert_eq!(client.get("/blog/7").await.status(), 200);
        assert_eq!(client.get("/").await.text(), "root");
    }
    let nested = routes().trailing_slash(TrailingSlash::Redirect).into_router().unwrap();
    let nested = TestClient::new(axum::Router::new().nest("/v1", nested));
    assert_eq!(nested.get("/v1/blog/7/").await.header("location"), Some("/v1/blog/7"));
}

#[tokio::test]
async fn a_redirect_stays_on_its_host() {
    let client = TestClient::new(routes().trailing_slash(TrailingSlash::Redirect).into_router().unwrap());
    for path in [
        r"/evil/..\\host/",
        r"/\evil.com/",
        "//evil.com/",
        r"/blog/\evil.com/",
        r"/g/\evil.com/x/",
        r"/docs/\evil.com/",
    ] {
        let response = client.get(path).await;
        assert!(response.status() == 404 || response.status() == 400, "{path}: {}", response.status());
        assert_eq!(response.header("location"), None, "{path}");
    }
    // Where the slash is not the client's, there is nothing to redirect to.
    let inner = routes().trailing_slash(TrailingSlash::Redirect).into_router().unwrap();
    let adds_a_slash = tower::service_fn(move |mut request: axum::extract::Request| {
        *request.uri_mut() = format!("{}/", request.uri().path()).parse().unwrap();
        tower::ServiceExt::oneshot(inner.clone(), request)
    });
    let client = TestClient::new(axum::Router::new().fallback_service(adds_a_slash));
    assert_eq!(client.get("/blog/7").await.status(), 404);
}

#[tokio::test]
async fn a_path_that_is_nobodys_has_no_other_methods_either() {
    let client = client();
    for (path, status) in [
        ("/blog/7", 405),
        ("/g/7", 405),
        ("/blog/7/comments/x/", 404),
        ("/blog/7/comments//x", 404),
        ("/blog/%6Eew", 404),
        ("/g/%6De", 404),
        ("/blog/%zz", 400),
        ("/docs/../a", 400),
        ("/docs/../a/", 404),
        ("/g/7/%00", 400),
    ] {
        assert_eq!(client.delete(path).await.status(), status, "{path}");
    }
    assert_eq!(client.options("/blog/%6Eew").await.status(), 404);
    let redirect = TestClient::new(routes().trailing_slash(TrailingSlash::Redirect).into_router().unwrap());
    assert_eq!(redirect.delete("/blog/7/").await.header("location"), Some("/blog/7"));
}

#[tokio::test]
async fn empty_segments_are_refused_where_axum_loses_them() {
    let ours = || routes().into_router().unwrap();
    let service = TestClient::new(axum::Router::new().nest_service("/v1", ours()));
    let nested = TestClient::new(axum::Router::new().nest("/of/{tenant}", ours()));
    assert_eq!(service.get("/v1/blog/new").await.status(), 200);
    for path in ["/v1//blog/new", "/v1//blog/7", "/v1//", "/v1//g/7"] {
        assert_eq!(service.get(path).await.status(), 404, "{path}");
    }
    for path in ["/of//blog/new", "/of//blog/7", "/of/t//blog/new", "/of//g/7"] {
        assert_eq!(nested.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_base_path() {
    let client = TestClient::new(routes().base("/v1").base("/äpi").into_router().unwrap());
    for (path, wanted) in [
        ("/%C3%A4pi/v1/blog/7", "[id] 7"),
        ("/%C3%A4pi/v1/docs/a", "Some([\"a\"])"),
        ("/%C3%A4pi/v1/g/7/deep", "deep 7 /%C3%A4pi/v1/g/7/deep"),
        (
            "/%C3%A4pi/v1/seen/x/7",
            "x 7 x 7 /%C3%A4pi/v1/seen/{a}/{b} /%C3%A4pi/v1/seen/x/7 /%C3%A4pi/v1/seen/x/7",
        ),
    ] {
        assert_eq!(client.get(path).await.text(), wanted, "{path}");
    }
    assert_eq!(client.get("/%C3%A4pi/v1/blog/%6Eew").await.status(), 404);
    assert_eq!(client.get("/blog/7").await.status(), 404);

    // `/` below a base is the base itself, in the table too.
    let routes = routes().base("/v1");
    assert!(routes.to_string().split_whitespace().any(|word| word == "/v1"), "{routes}");
    assert_eq!(TestClient::new(routes.into_router().unwrap()).get("/v1").await.text(), "root");
}
