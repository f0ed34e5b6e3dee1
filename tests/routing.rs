//! Which function answers which request.

use axum::extract::{MatchedPath, OriginalUri, Path};
use axum::routing;
use route_runtime::testing::TestClient;
use route_runtime::{ApiRequest, Routes, api_route, delete, get, post};
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

fn client() -> TestClient {
    TestClient::new(Routes::collect().into_router().unwrap())
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
    for path in
        ["/blog", "/blog/", "/blog/7/comments", "/blog//comments/x", "/docs/", "/BLOG/new", "/nowhere"]
    {
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
    let inner = || Routes::collect().into_router().unwrap();
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
    let client = TestClient::new(outer.merge(Routes::collect().into_router().unwrap()));
    assert_eq!(client.get("/only").await.text(), "by hand");
    assert_eq!(client.delete("/only").await.status(), 200);
    assert_eq!(client.get("/nowhere").await.text(), "fallback");
    let response = client.put("/only").await;
    assert_eq!((response.status().as_u16(), response.header("allow")), (405, Some("GET,HEAD,DELETE")));
}

#[tokio::test]
async fn a_filter_keeps_what_it_says() {
    let routes = Routes::collect().filter(|route| route.pattern().starts_with("/blog"));
    assert_eq!(routes.len(), 3);
    let client = TestClient::new(routes.into_router().unwrap());
    assert_eq!(client.get("/blog/new").await.status(), 200);
    assert_eq!(client.get("/").await.status(), 404);
}
