//! `ApiResponse`: what each method sends, what is checked, `ETag`s and 304.

use axum::body::Body;
use axum::http::{Request, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use route_runtime::testing::{TestClient, TestResponse};
use route_runtime::{ApiResponse, Cookie, RouteConfig, Routes, api_route, get, post};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tower::ServiceExt as _;

type Res = ApiResponse<Value>;

/// One route for each answer of a table.
macro_rules! answers {
    ($($name:ident $path:literal |$res:ident| $answer:expr;)*) => {$(
        #[api_route($path)]
        async fn $name($res: Res) -> Res {
            $answer
        }
    )*};
}

answers! {
    json_value "/json" |res| res.json(json!({ "a": 1 }));
    json_typed "/json/typed" |res| res.header("content-type", "application/vnd.x+json").json(json!(1));
    json_404 "/json/404" |res| res.status(404).json(json!(1));
    text "/text" |res| res.send("text");
    text_owned "/text/owned" |res| res.send("te".to_owned() + "xt");
    html "/html" |res| res.header("content-type", "text/html; charset=utf-8").send("<p>");
    bytes "/bytes" |res| res.send(vec![0, 255]);
    last_wins "/last" |res| res.status(500).status(201).header("x-a", "1").header("X-A", "2").send("a").json(json!(1));
    appended "/appended" |res| res.append_header("vary", "accept").append_header("vary", "origin").end();
    end "/end" |res| res.status(202).send("dropped").end();
    no_content "/no-content" |_res| Res::no_content();
    created "/created" |_res| Res::created(json!(1));
    json_204 "/json/204" |res| res.status(204).json(json!(1));
    send_205 "/send/205" |res| res.status(205).header("content-type", "text/html").send("x");
    send_304 "/send/304" |res| res.status(304).send("x");
    stream_204 "/stream/204" |res| res.status(204).stream(chunks(["a"]));
    stream "/stream" |res| res.stream(chunks(["a", "b"]));
    stream_typed "/stream/typed" |res| res.header("content-type", "text/csv").stream(chunks(["a,b"]));
    redirect "/redirect" |res| res.redirect("/a b?c=d");
    redirect_308 "/redirect/308" |res| res.redirect("/a").status(308);
    redirect_out "/redirect/out" |res| res.status(303).redirect_external("https://example.com/");
    cookies "/cookies" |res| res.cookie(("a", "x y;")).cookie(Cookie::build(("b", "1")).path("/").http_only(true)).end();
    own_tag "/tag/own" |res| res.header("etag", "\"mine\"").send("text");
    cached "/tag/cached" |res| res.header("cache-control", "max-age=60").json(json!(1));
    bad_status "/bad/status" |res| res.header("x-a", "1").status(1000).send("x");
    bad_100 "/bad/100" |res| res.status(100).send("x");
    bad_600 "/bad/600" |res| res.status(600).send("x");
    bad_name "/bad/name" |res| res.header("bad name", "x").send("x");
    bad_value "/bad/value" |res| res.header("x-a", "a\r\nx-evil: 1").send("x");
    bad_length "/bad/length" |res| res.header("content-length", "2").send("abcdef");
    bad_framing "/bad/framing" |res| res.header("transfer-encoding", "chunked").send("abcdef");
    bad_cookie "/bad/cookie" |res| res.cookie(Cookie::build(("a", "b")).path("/\r\nx-evil: 1")).send("x");
    bad_cookie_name "/bad/cookie-name" |res| res.cookie(("a b;c", "x")).send("x");
    bad_cookie_no_name "/bad/cookie-no-name" |res| res.cookie(("", "x")).send("x");
    bad_cookie_path "/bad/cookie-path" |res| res.cookie(Cookie::build(("a", "b")).path("/; Domain=evil.example")).send("x");
    bad_cookie_domain "/bad/cookie-domain" |res| res.cookie(Cookie::build(("a", "b")).domain("x; Path=/")).send("x");
    byte_string "/byte-string" |res| res.send(b"abc");
    text_reference "/text-reference" |res| {
        let text = "text".to_owned();
        let res = res.send(&text);
        assert_eq!(text, "text");
        res
    };
    bad_redirect_status "/bad/redirect-status" |res| res.status(200).redirect("/a");
    bad_redirect_crlf "/bad/redirect-crlf" |res| res.redirect("/a\r\nx-evil: 1");
    bad_redirect_out "/bad/redirect-out" |res| res.redirect_external("javascript:alert(1)");
    open_redirect "/open-redirect" |res| res.redirect("//evil.example");
}

fn chunks<const N: usize>(
    chunks: [&'static str; N],
) -> impl futures_util::Stream<Item = Result<&'static str, std::io::Error>> {
    futures_util::stream::iter(chunks.map(Ok))
}

#[get("/right-length")]
async fn right_length() -> Res {
    Res::new().header("content-length", "4").send("text")
}

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("secret"))
    }
}

#[get("/bad/json")]
async fn bad_json() -> ApiResponse<Unwritable> {
    ApiResponse::ok(Unwritable)
}

#[post("/status", status = 201)]
async fn status() -> Res {
    Res::ok(json!(1))
}

#[post("/status/chosen", status = 201)]
async fn status_chosen() -> Res {
    Res::new().status(200).json(json!(1))
}

#[get("/status/204", status = 204)]
async fn status_204() -> Res {
    Res::ok(json!(1))
}

#[get("/status/redirect", status = 201)]
async fn status_redirect() -> Res {
    Res::new().redirect("/")
}

#[get("/tag/off", etag = false)]
async fn tag_off() -> Res {
    Res::ok(json!(1))
}

#[get("/tag/on", etag = true)]
async fn tag_on() -> Res {
    Res::ok(json!(1))
}

/// An answer of axum's, with and without an own tag.
#[get("/axum")]
async fn by_axum() -> Response {
    ([("etag", "\"mine\"")], axum::Json(json!(1))).into_response()
}

#[get("/overruled")]
async fn overruled() -> (StatusCode, Res) {
    (StatusCode::NOT_FOUND, Res::ok(json!(1)))
}

#[get("/result")]
async fn result() -> Result<Res, StatusCode> {
    Ok(Res::ok(json!(1)))
}

fn routes() -> Routes {
    Routes::collect()
}

fn client() -> TestClient {
    TestClient::new(routes().into_router().unwrap())
}

async fn get(path: &str) -> TestResponse {
    client().get(path).await
}

#[tokio::test]
async fn content_and_its_type() {
    let octets = Some("application/octet-stream");
    for (path, status, content_type, body) in [
        ("/json", 200, Some("application/json; charset=utf-8"), &b"{\"a\":1}"[..]),
        ("/json/typed", 200, Some("application/vnd.x+json"), b"1"),
        ("/json/404", 404, Some("application/json; charset=utf-8"), b"1"),
        ("/text", 200, Some("text/plain; charset=utf-8"), b"text"),
        ("/text/owned", 200, Some("text/plain; charset=utf-8"), b"text"),
        ("/html", 200, Some("text/html; charset=utf-8"), b"<p>"),
        ("/bytes", 200, octets, &[0, 255]),
        ("/last", 201, Some("application/json; charset=utf-8"), b"1"),
        ("/end", 202, None, b""),
        ("/no-content", 204, None, b""),
        ("/created", 201, Some("application/json; charset=utf-8"), b"1"),
        ("/stream", 200, octets, b"ab"),
        ("/stream/typed", 200, Some("text/csv"), b"a,b"),
        ("/byte-string", 200, octets, b"abc"),
        ("/text-reference", 200, Some("text/plain; charset=utf-8"), b"text"),
        ("/right-length", 200, Some("text/plain; charset=utf-8"), b"text"),
    ] {
        let response = get(path).await;
        assert_eq!(
            (response.status().as_u16(), response.header("content-type"), response.bytes()),
            (status, content_type, body),
            "{path}"
        );
    }
    assert_eq!(get("/last").await.header("x-a"), Some("2"));
    assert_eq!(get("/appended").await.headers().get_all("vary").iter().count(), 2);
    assert_eq!(get("/text").await.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(get("/html").await.header("x-content-type-options"), None);
}

#[tokio::test]
async fn no_content_where_the_status_has_none() {
    for (path, status) in [
        ("/json/204", 204),
        ("/send/205", 205),
        ("/send/304", 304),
        ("/stream/204", 204),
        ("/status/204", 204),
    ] {
        let response = get(path).await;
        assert_eq!((response.status().as_u16(), response.bytes()), (status, &b""[..]), "{path}");
        for name in ["content-type", "etag"] {
            assert_eq!(response.header(name), None, "{path}");
        }
        // RFC 9110, 15.3.6: of these only a 205 says that there is nothing.
        assert_eq!(response.header("content-length"), (status == 205).then_some("0"), "{path}");
    }
}

#[tokio::test]
async fn the_attribute_sets_the_status_that_the_handler_leaves_open() {
    assert_eq!(client().post("/status").await.status(), 201);
    assert_eq!(client().post("/status/chosen").await.status(), 200);
    assert_eq!(get("/status/redirect").await.status(), 307);
}

#[tokio::test]
async fn redirects() {
    for (path, status, location) in [
        ("/redirect", 307, "/a%20b?c=d"),
        ("/redirect/308", 308, "/a"),
        ("/redirect/out", 303, "https://example.com/"),
    ] {
        let response = get(path).await;
        assert_eq!((response.status().as_u16(), response.header("location")), (status, Some(location)));
        assert_eq!((response.text(), response.header("etag")), ("", None));
    }
    for path in ["/open-redirect", "/bad/redirect-crlf"] {
        let open = get(path).await;
        assert_eq!((open.status().as_u16(), open.header("location")), (400, None), "{path}");
        assert!(!open.text().contains("evil"), "{}", open.text());
    }
}

#[tokio::test]
async fn cookies_are_encoded() {
    let response = get("/cookies").await;
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=x%20y%3B", "b=1; HttpOnly; Path=/"]);
}

#[tokio::test]
async fn a_mistake_is_a_500_with_nothing_of_the_answer() {
    for path in [
        "/bad/status",
        "/bad/100",
        "/bad/600",
        "/bad/name",
        "/bad/value",
        "/bad/length",
        "/bad/framing",
        "/bad/cookie",
        "/bad/cookie-name",
        "/bad/cookie-no-name",
        "/bad/cookie-path",
        "/bad/cookie-domain",
        "/bad/redirect-status",
        "/bad/redirect-out",
        "/bad/json",
    ] {
        let response = get(path).await;
        assert_eq!(
            (response.status().as_u16(), response.text()),
            (500, r#"{"title":"Internal Server Error","status":500}"#),
            "{path}"
        );
        let names: Vec<_> = response.headers().keys().map(|name| name.as_str()).collect();
        assert!(
            names.iter().all(|name| ["content-type", "content-length"].contains(name)),
            "{path}: {names:?}"
        );
    }
}

async fn tag(path: &str) -> Option<String> {
    get(path).await.header("etag").map(str::to_owned)
}

#[tokio::test]
async fn successful_content_has_a_weak_tag() {
    let json = tag("/json").await.expect("a tag");
    assert!(json.starts_with("W/\"") && json.len() == 20, "{json}");
    assert_eq!(tag("/json").await, Some(json.clone()));
    assert_ne!(tag("/text").await, Some(json));
    assert!(
        tag("/bytes").await.is_some() && tag("/result").await.is_some() && tag("/tag/on").await.is_some()
    );
    assert_eq!(tag("/tag/own").await.as_deref(), Some("\"mine\""));
    for path in ["/json/404", "/end", "/stream", "/redirect", "/tag/off", "/bad/value"] {
        assert_eq!(tag(path).await, None, "{path}");
    }
    assert_eq!(client().post("/json").await.header("etag"), None);
    assert!(client().head("/json").await.header("etag").is_some());
    let off = routes().defaults(RouteConfig::new().etag(false)).into_router().unwrap();
    let client = TestClient::new(off);
    assert_eq!(client.get("/json").await.header("etag"), None);
    assert!(client.get("/tag/on").await.header("etag").is_some());
}

#[tokio::test]
async fn what_the_client_has_is_304() {
    let json = tag("/json").await.expect("a tag");
    let strong = json.trim_start_matches("W/").to_owned();
    for (path, if_none_match, status) in [
        ("/json", json.clone(), 304),
        ("/json", strong.clone(), 304),
        ("/json", format!("\"x\", {json}"), 304),
        ("/json", "*".to_owned(), 304),
        ("/json", "\"x\"".to_owned(), 200),
        ("/json", strong.trim_matches('"').to_owned(), 200),
        ("/tag/own", "\"mine\"".to_owned(), 304),
        ("/tag/off", "*".to_owned(), 200),
        ("/json/404", "*".to_owned(), 404),
        ("/redirect", "*".to_owned(), 307),
        ("/stream", "*".to_owned(), 200),
        ("/overruled", "*".to_owned(), 404),
        // As axum makes it.
        ("/axum", "\"mine\"".to_owned(), 200),
        ("/status/redirect", "*".to_owned(), 307),
    ] {
        let response = client().get(path).header("if-none-match", if_none_match.as_str()).await;
        assert_eq!(response.status().as_u16(), status, "{path} {if_none_match}");
        if status == 304 {
            assert_eq!((response.bytes(), response.header("content-length")), (&b""[..], None));
            assert!(response.header("etag").is_some());
        }
    }
    let cached = client().get("/tag/cached").header("if-none-match", "*").await;
    assert_eq!((cached.status().as_u16(), cached.header("cache-control")), (304, Some("max-age=60")));
    let two_lines =
        client().get("/json").header("if-none-match", "\"x\"").header("if-none-match", json.as_str());
    assert_eq!(two_lines.await.status(), 304);
    let reload =
        client().get("/json").header("if-none-match", json.as_str()).header("cache-control", "no-cache");
    assert_eq!(reload.await.status(), 200);
    assert_eq!(client().head("/json").header("if-none-match", json.as_str()).await.status(), 304);
    // RFC 9110, 13.1.2: a write is not hidden behind a 304.
    assert_eq!(client().post("/json").header("if-none-match", "*").await.status(), 200);
}

#[tokio::test]
async fn a_handler_and_its_answer_work_without_a_route() {
    let response = right_length().await.into_response();
    assert_eq!((response.status().as_u16(), response.headers().get("etag")), (200, None));
}

/// Over HTTP/2 a body of an unknown size would be worth compressing to a layer, whose end of nothing is content.
#[tokio::test]
async fn without_content_a_size_is_told_over_http_2_only() {
    use http_body::Body as _;
    for (version, size) in [(Version::HTTP_11, None), (Version::HTTP_2, Some(0))] {
        let request = Request::get("/no-content-of-this-test").version(version).body(Body::empty());
        let response = route_runtime::router().unwrap().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.body().size_hint().exact()),
            (204, size),
            "{version:?}"
        );
    }
}

#[get("/tagged-of-this-test")]
async fn tagged_text() -> ApiResponse {
    ApiResponse::new().send("hello")
}

#[get("/no-content-of-this-test")]
async fn nothing_to_say() -> ApiResponse<()> {
    ApiResponse::no_content()
}

/// RFC 9110, 8.6: a 304 may say how long the content would be. A 204 may not.
#[tokio::test]
async fn only_a_304_says_how_long_its_content_would_be() {
    let router = Routes::collect().into_router().unwrap();
    for (version, path, status, wanted) in [
        (Version::HTTP_2, "/tagged-of-this-test", 304, Some("5")),
        (Version::HTTP_11, "/tagged-of-this-test", 304, None),
        (Version::HTTP_2, "/status-of-this-test", 204, None),
        (Version::HTTP_11, "/status-of-this-test", 204, None),
    ] {
        let request = Request::get(path).version(version).header("if-none-match", "*");
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let length = response.headers().get("content-length").map(|value| value.to_str().unwrap());
        assert_eq!(response.status(), status, "{version:?} {path}");
        // axum adds the length of nothing.
        assert_eq!(length.filter(|length| *length != "0"), wanted, "{version:?} {path}");
    }
}

#[get("/status-of-this-test", status = 204)]
async fn text_for_nothing() -> &'static str {
    "hello"
}

/// A type of the user's, which is an `ApiResponse` in the end.
struct Own;

impl IntoResponse for Own {
    fn into_response(self) -> Response {
        ApiResponse::<()>::new().send("own").into_response()
    }
}

#[get("/own-of-this-test")]
async fn own() -> Own {
    Own
}

#[get("/failing-of-this-test")]
async fn failing() -> Result<&'static str, Own> {
    Err(Own)
}

/// What a layer answers with is one too.
#[get("/layered-of-this-test", layer = tower::util::MapResponseLayer::new(|_: Response| Own))]
async fn layered() -> &'static str {
    "not sent"
}

#[tokio::test]
async fn what_is_made_of_an_api_response_has_its_tag() {
    assert_eq!(
        get("/layered-of-this-test").await.header("etag"),
        get("/own-of-this-test").await.header("etag")
    );
    for path in ["/own-of-this-test", "/failing-of-this-test", "/tagged-of-this-test"] {
        let tag = get(path).await.header("etag").expect("a tag").to_owned();
        let response = client().get(path).header("if-none-match", &tag).await;
        assert_eq!(response.status(), 304, "{path}");
    }
}
