//! `ApiRequest<T>`: bodies by their media type, what is refused and how; query, parameters and cookies beside it.

use std::collections::BTreeMap;

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use route_runtime::testing::{TestClient, TestResponse};
use route_runtime::{ApiError, ApiRequest, ApiResponse, RawBody, RouteInfo, Routes, api_route, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Deserialize, Serialize)]
struct NewPost {
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    stars: Option<u8>,
    author: Option<Author>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Author {
    name: String,
    #[serde(default)]
    links: Vec<Link>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Link {
    url: String,
    kind: Kind,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Home,
    Work { company: String },
}

#[post("/post")]
async fn create(req: ApiRequest<NewPost>) -> Json<NewPost> {
    Json(req.into_body())
}

#[post("/optional")]
async fn optional(req: ApiRequest<Option<NewPost>>) -> Json<Option<NewPost>> {
    Json(req.into_body())
}

#[post("/any")]
async fn any(req: ApiRequest<Value>) -> Json<Value> {
    Json(req.into_body())
}

#[post("/text")]
async fn text(req: ApiRequest<String>) -> String {
    req.into_body()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Up,
    Down,
}

#[post("/order")]
async fn order(req: ApiRequest<Option<Order>>) -> String {
    format!("{:?}", req.body())
}

#[post("/numbers")]
async fn numbers(req: ApiRequest<BTreeMap<String, i32>>) -> Json<BTreeMap<String, i32>> {
    Json(req.into_body())
}

#[post("/ints")]
async fn ints(req: ApiRequest<(u8, i64, bool)>) -> Json<(u8, i64, bool)> {
    Json(req.into_body())
}

/// A type with rules of its own, which speak of what was sent.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Email(#[expect(dead_code, reason = "only read")] String);

impl TryFrom<String> for Email {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('@') { Ok(Email(text)) } else { Err(format!("{text} is no address")) }
    }
}

#[derive(Deserialize)]
struct Member {
    #[expect(dead_code, reason = "only read")]
    email: Email,
}

#[post("/member")]
async fn member(_req: ApiRequest<Member>) {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nil {}

#[post("/nil")]
async fn nil(_req: ApiRequest<Nil>) {}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Point {
    x: i128,
    y: u8,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Flat {
    a: u8,
    #[serde(flatten)]
    corner: Corner,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Corner {
    x: i32,
    y: u8,
}

#[post("/flat")]
async fn flat(_req: ApiRequest<Flat>) {}

#[post("/point")]
async fn point(_req: ApiRequest<Point>) {}

#[post("/by-number")]
async fn by_number(req: ApiRequest<BTreeMap<u32, u8>>) -> String {
    format!("{:?}", req.body())
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Tagged {
    Circle { r: u8 },
    Square { side: u8 },
}

#[post("/tagged")]
async fn tagged(_req: ApiRequest<Tagged>) {}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Untagged {
    Number(u8),
    Point(Point),
}

#[post("/untagged")]
async fn untagged(_req: ApiRequest<Untagged>) {}

#[derive(Deserialize)]
#[serde(tag = "t", content = "c", rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Adjacent {
    Number(u8),
    Point(Point),
}

#[post("/adjacent")]
async fn adjacent(_req: ApiRequest<Adjacent>) {}

/// Tries one thing after another.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Lenient {
    #[serde(deserialize_with = "or_nothing")]
    a: Option<String>,
    b: u8,
}

fn or_nothing<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let texts: Result<Vec<String>, D::Error> = Vec::deserialize(deserializer);
    Ok(texts.ok().and_then(|mut texts| texts.pop()))
}

#[post("/lenient")]
async fn lenient(_req: ApiRequest<Lenient>) {}

#[post("/corners")]
async fn corners(_req: ApiRequest<BTreeMap<String, Corner>>) {}

#[post("/address")]
async fn address(_req: ApiRequest<std::net::IpAddr>) {}

/// Skips a value that does not fit, but not the last.
struct Skipping;

impl<'de> Deserialize<'de> for Skipping {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> serde::de::Visitor<'de> for Values {
            type Value = Skipping;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("values")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut access: A) -> Result<Skipping, A::Error> {
                let _: Option<i32> = access.next_element()?;
                let _: Result<Option<i32>, A::Error> = access.next_element();
                let _: Option<i32> = access.next_element()?;
                Ok(Skipping)
            }
        }
        deserializer.deserialize_seq(Values)
    }
}

#[post("/skipping")]
async fn skipping(_req: ApiRequest<Skipping>) {}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Swallowed {
    #[serde(deserialize_with = "or_no_corner")]
    a: Option<Corner>,
    b: u8,
}

fn or_no_corner<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Corner>, D::Error> {
    Ok(Corner::deserialize(deserializer).ok())
}

#[post("/swallowed")]
async fn swallowed(_req: ApiRequest<Swallowed>) {}

#[derive(Deserialize)]
struct Odd {
    #[serde(rename = "a/b~c")]
    #[expect(dead_code, reason = "only read")]
    odd: u8,
}

#[post("/odd")]
async fn odd(_req: ApiRequest<Odd>) {}

#[post("/raw")]
async fn raw(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    let mut body = req.into_body();
    let mut bytes = 0;
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len();
    }
    Ok(bytes.to_string())
}

#[post("/forward")]
async fn forward(req: ApiRequest<RawBody>) -> ApiResponse<()> {
    ApiResponse::new().stream(req.into_body())
}

/// As a body of axum's, and as one of `http-body`'s.
#[post("/raw/[as_axum]")]
async fn raw_as_a_body(as_axum: bool, req: ApiRequest<RawBody>) -> Response {
    let raw = req.into_body();
    let (is_end, size) = (raw.is_end_stream(), raw.size_hint().exact());
    let body = if as_axum { Body::from(raw) } else { Body::new(raw) };
    ([("x-size", format!("{is_end} {size:?}"))], body).into_response()
}

/// What an error of a body says of itself.
#[post("/raw/error")]
async fn raw_error(req: ApiRequest<RawBody>) -> String {
    match req.into_body().bytes().await {
        Ok(_) => "whole".to_owned(),
        Err(error) => format!("{error} {}", std::error::Error::source(&error).is_some()),
    }
}

#[get("/perhaps/[[...rest]]")]
async fn perhaps(req: ApiRequest) -> String {
    format!("{:?} {}", req.param("rest"), req.params().count())
}

#[get("/joined/[...rest]")]
async fn joined(req: ApiRequest) -> String {
    req.param("rest").unwrap_or_default().into_owned()
}

/// Borrows the request while it waits, and reads its body beside it.
#[post("/borrowed/[id]")]
async fn borrowed(mut req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    async fn user(req: &ApiRequest<RawBody>) -> Option<String> {
        tokio::task::yield_now().await;
        req.param("id").map(std::borrow::Cow::into_owned)
    }
    let user = user(&req).await;
    let chunk = req.body_mut().chunk().await?;
    Ok(format!("{user:?} {chunk:?} {:?}", req.param("id")))
}

#[post("/passed-on")]
async fn passed_on(body: Body) -> ApiResponse<()> {
    ApiResponse::new().stream(body.into_data_stream())
}

/// A body that nobody asks for.
#[api_route("/unread/[id]")]
async fn unread(req: ApiRequest) -> String {
    format!("{} {}", req.method(), req.param("id").unwrap_or_default())
}

/// Everything at once: the whole request beside other extractors, before and behind them.
#[api_route("/all/[id]/[...rest]?q")]
async fn all(
    id: u8,
    req: ApiRequest,
    q: Option<String>,
    method: Method,
    rest: Vec<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Json<Value> {
    let params: Vec<_> = req.params().map(|(name, value)| json!([name, value])).collect();
    let same = (req.method(), req.headers()) == (&method, &headers);
    Json(json!({ "id": id, "q": q, "rest": rest, "params": params, "same": same, "body": body }))
}

/// Twice, which is of no use, and does no harm.
#[get("/twice")]
async fn twice(a: ApiRequest, b: ApiRequest) -> String {
    format!("{} {}", a.uri(), b.uri())
}

#[get("/extension", layer = Extension(7_u8))]
async fn extension(req: ApiRequest) -> String {
    format!("{:?} {}", req.extensions().get::<u8>(), req.route().pattern())
}

#[derive(Debug, Deserialize)]
struct Search {
    q: String,
    #[serde(default)]
    tag: Vec<String>,
    limit: Option<u8>,
}

#[get("/search")]
async fn search(req: ApiRequest) -> Result<String, ApiError> {
    let Search { q, tag, limit } = req.query_as()?;
    Ok(format!("{q} {tag:?} {limit:?}"))
}

#[get("/query")]
async fn query(req: ApiRequest) -> Result<Json<Value>, ApiError> {
    let pairs: Vec<(String, String)> = req.query_as()?;
    let map: BTreeMap<String, Vec<String>> = req.query_as()?;
    let any: Value = req.query_as()?;
    Ok(Json(
        json!({ "pairs": pairs, "map": map, "any": any, "a": req.query("a"), "all": req.query_all("a") }),
    ))
}

#[get("/unfit-query")]
async fn unfit_query(req: ApiRequest) -> Result<String, ApiError> {
    let _: BTreeMap<String, BTreeMap<String, String>> = req.query_as()?;
    Ok(String::new())
}

#[get("/cookies")]
async fn cookies(req: ApiRequest) -> Json<Value> {
    let all: Vec<_> = req.cookies().map(|cookie| json!([cookie.name(), cookie.value()])).collect();
    Json(json!({ "all": all, "a": req.cookie("a").map(|cookie| cookie.value().to_owned()) }))
}

fn client() -> TestClient {
    TestClient::new(Routes::collect().into_router().unwrap())
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

async fn post_as(path: &str, content_type: &str, body: impl Into<Body>) -> TestResponse {
    client().post(path).header("content-type", content_type).body(body).await
}

/// A problem of this status, and its `errors`.
#[track_caller]
fn errors(response: &TestResponse, status: u16) -> Value {
    assert_eq!(response.status(), status, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/problem+json"));
    let problem: Value = response.json();
    assert_eq!(problem["status"], status);
    problem["errors"].clone()
}

#[tokio::test]
async fn json() {
    let whole = json!({
        "title": "T", "tags": ["a", "b"], "stars": 5,
        "author": { "name": "A", "links": [{ "url": "u", "kind": "home" }, { "url": "v", "kind": { "work": { "company": "C" } } }] },
    });
    for content_type in [JSON, "application/JSON; charset=utf8", "application/vnd.x+json"] {
        let response = post_as("/post", content_type, whole.to_string()).await;
        assert_eq!(response.json::<Value>(), whole);
    }
    assert_eq!(post_as("/post", JSON, "\u{FEFF} {\"title\":\"T\"}\n").await.status(), 200);
    for value in ["null", "5", "\"s\"", "[1,{\"a\":null}]", "{}"] {
        assert_eq!(post_as("/any", JSON, value).await.text(), value);
    }
}

#[tokio::test]
async fn what_is_no_json_is_400() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    for body in
        ["{", "{\"title\":\"T\",}", "{\"title\":\"T\"} x", "  ", "NaN", "{'title':1}", "\"\u{7}\"", &deep]
    {
        assert_eq!(errors(&post_as("/any", JSON, body.to_owned()).await, 400), Value::Null, "{body}");
    }
    // What does not fit may stand before what is no JSON.
    errors(&post_as("/post", JSON, "{\"title\":5").await, 400);
    errors(&post_as("/post", JSON, &b"{\"title\":5,\"x\":\"\xFF\"}"[..]).await, 400);
    for body in [&b"\"\xFF\""[..], b"\"\\ud800\"", b"{\"n\":1e400}"] {
        errors(&post_as("/any", JSON, body).await, 400);
    }
    let shallow = "[".repeat(100) + &"]".repeat(100);
    assert_eq!(post_as("/any", JSON, shallow).await.status(), 200);
}

#[tokio::test]
async fn another_shape_is_422_with_a_pointer_and_without_an_echo() {
    for (path, body, pointer, detail) in [
        ("/post", json!({}), "/title", "is missing"),
        ("/post", json!({ "title": 5 }), "/title", "must be a string"),
        ("/post", json!({ "title": "T", "stars": 300 }), "/stars", "must be an integer from 0 to 255"),
        ("/post", json!({ "title": "T", "stars": "SECRET" }), "/stars", "must be an integer from 0 to 255"),
        ("/post", json!({ "title": "T", "tags": "SECRET" }), "/tags", "must be an array"),
        ("/post", json!({ "title": "T", "tags": ["a", null] }), "/tags/1", "must be a string"),
        ("/post", json!(["T", ["SECRET"]]), "", "must be an object"),
        ("/post", json!("SECRET"), "", "must be an object"),
        ("/post", json!({ "title": "T", "author": ["SECRET"] }), "/author", "must be an object"),
        ("/post", json!({ "title": "T", "author": {} }), "/author/name", "is missing"),
        (
            "/post",
            json!({ "title": "T", "author": { "name": "A", "SECRET": 1 } }),
            "/author",
            "must have no other fields than `name`, `links`",
        ),
        (
            "/post",
            json!({ "title": "T", "author": { "name": "A", "links": [{ "url": "u", "kind": "SECRET" }] } }),
            "/author/links/0/kind",
            "must be one of `home`, `work`",
        ),
        (
            "/post",
            json!({ "title": "T", "author": { "name": "A", "links": [{ "url": "u", "kind": { "work": ["SECRET"] } }] } }),
            "/author/links/0/kind/work",
            "must be an object",
        ),
        (
            "/post",
            json!({ "title": "T", "author": { "name": "A", "links": [{ "url": "u", "kind": { "work": {} } }] } }),
            "/author/links/0/kind/work/company",
            "is missing",
        ),
        // The way down is the client's text here.
        ("/numbers", json!({ "SECRET": "SECRET" }), "", "holds a value that must be an integer of 32 bits"),
        ("/member", json!({ "email": "SECRET" }), "/email", "must be a valid value"),
        ("/member", json!({ "email": "missing field `SECRET" }), "/email", "must be a valid value"),
        (
            "/member",
            json!({ "email": "unknown field `x`, expected SECRET" }),
            "/email",
            "must be a valid value",
        ),
        ("/member", json!({ "email": "duplicate field `email` SECRET" }), "/email", "must be a valid value"),
        ("/nil", json!({ "a`, expected SECRET": 1 }), "", "must have no fields"),
        ("/flat", json!({ "a": 1, "x": "SECRET", "y": 2 }), "", "must be a valid value"),
        ("/flat", json!({ "a": 1, "x": 1 }), "", "field `y` is missing"),
        ("/tagged", json!({ "kind": "circle" }), "", "field `r` is missing"),
        ("/tagged", json!({ "r": "SECRET" }), "", "field `kind` is missing"),
        ("/tagged", json!({ "kind": "SECRET" }), "", "holds a value that must be one of `circle`, `square`"),
        ("/tagged", json!({ "kind": "circle", "r": "SECRET" }), "", "must be a valid value"),
        ("/untagged", json!({ "SECRET": 1 }), "", "must be a valid value"),
        ("/flat", json!([1, 2, 3]), "", "must be an object"),
        ("/point", json!({ "x": "SECRET", "y": 1 }), "/x", "must be an integer of 128 bits"),
        (
            "/by-number",
            json!({ "SECRET": 1 }),
            "",
            "has a key that must be an integer of 32 bits, not below 0",
        ),
        ("/by-number", json!({ "7": 300 }), "", "holds a value that must be an integer from 0 to 255"),
        ("/lenient", json!({ "a": ["x"], "b": "SECRET" }), "/b", "must be an integer from 0 to 255"),
        ("/odd", json!({ "a/b~c": "SECRET" }), "/a~1b~0c", "must be an integer from 0 to 255"),
        ("/odd", json!({}), "/a~1b~0c", "is missing"),
        ("/order", json!(5), "", "must be one of `up`, `down`"),
        ("/order", json!({}), "", "must be one of `up`, `down`"),
        ("/order", json!(["up"]), "", "must be one of `up`, `down`"),
        ("/order", json!({ "up": "SECRET" }), "", "must be a valid value"),
        ("/ints", json!([1, 2, true, 4]), "", "must be an array of 3"),
        ("/point", json!({ "x": 1.5, "y": 1 }), "", "must be a valid value"),
        ("/by-number", json!({ "1x": 1 }), "", "has a key that must be an integer of 32 bits, not below 0"),
        ("/corners", json!({ "SECRET": { "x": 1 } }), "", "holds a value whose `/y` is missing"),
        ("/skipping", json!([1, "x", "SECRET"]), "/2", "must be an integer of 32 bits"),
        ("/swallowed", json!({ "a": [1, 2], "b": "SECRET" }), "/b", "must be an integer from 0 to 255"),
        ("/address", json!("SECRET"), "", "must be a valid value"),
        ("/ints", json!([1, 2]), "", "must be an array of 3"),
        ("/ints", json!([1, 2.5, true]), "/1", "must be an integer of 64 bits"),
        ("/ints", json!([1, 2, "SECRET"]), "/2", "must be `true` or `false`"),
        ("/order", json!("SECRET, expected `x`"), "", "must be one of `up`, `down`"),
    ] {
        let response = post_as(path, JSON, body.to_string()).await;
        assert_eq!(response.status(), 422, "{path} {body}");
        assert_eq!(errors(&response, 422), json!([{ "pointer": pointer, "detail": detail }]), "{body}");
        assert!(!response.text().contains("SECRET"), "{}", response.text());
        assert!(
            !response.text().contains("NewPost") && !response.text().contains("struct"),
            "{}",
            response.text()
        );
    }
    assert_eq!(post_as("/swallowed", JSON, r#"{"a":[1,2],"b":1}"#).await.status(), 200);
    let adjacent = post_as("/adjacent", JSON, r#"{"t":"point","c":{"x":1,"y":300}}"#).await;
    assert_eq!(
        errors(&adjacent, 422),
        json!([{ "pointer": "/c/y", "detail": "must be an integer from 0 to 255" }])
    );
    let twice = post_as("/post", JSON, r#"{"title":"a","title":"b"}"#).await;
    assert_eq!(errors(&twice, 422), json!([{ "pointer": "/title", "detail": "must be given once" }]));
}

#[tokio::test]
async fn forms() {
    let response = post_as("/post", FORM, "title=T+1&tags=a&stars=5&tags=b%26").await;
    assert_eq!(
        response.json::<Value>(),
        json!({ "title": "T 1", "tags": ["a", "b&"], "stars": 5, "author": null })
    );
    assert_eq!(
        post_as("/any", FORM, "a[b]=1&c&c=2&=3&&d=e=f").await.json::<Value>(),
        json!({ "a[b]": "1", "c": ["", "2"], "": "3", "d": "e=f" })
    );
    let too_many: String = (0..10_001).map(|i| format!("k{i}&")).collect();
    errors(&post_as("/any", FORM, too_many).await, 400);
    let many: String = (0..5000).map(|i| format!("k{i}=1&")).collect();
    assert_eq!(post_as("/any", FORM, many).await.json::<BTreeMap<String, Value>>().len(), 5000);
    for (body, pointer, detail) in [
        ("stars=5", "/title", "is missing"),
        ("title=a&title=SECRET", "/title", "must be given once"),
        ("title=T&stars=SECRET", "/stars", "must be an integer from 0 to 255"),
        ("title=T&author=SECRET", "/author", "can't be sent in a form"),
    ] {
        let response = post_as("/post", FORM, body).await;
        assert_eq!(errors(&response, 422), json!([{ "pointer": pointer, "detail": detail }]), "{body}");
        assert!(!response.text().contains("SECRET"), "{}", response.text());
    }
    for body in ["title=%ZZ", "title=%E9", "%"] {
        errors(&post_as("/post", FORM, body).await, 400);
    }
    errors(&post_as("/post", FORM, &b"title=\xFF"[..]).await, 400);
}

#[tokio::test]
async fn plain_text_is_for_what_one_text_fills() {
    assert_eq!(post_as("/text", "text/plain", "hello").await.text(), "hello");
    assert_eq!(post_as("/text", JSON, "\"hello\"").await.text(), "hello");
    assert_eq!(post_as("/any", "text/plain", "{}").await.text(), "\"{}\"");
    assert_eq!(post_as("/order", "text/plain", "up").await.text(), "Some(Up)");
    errors(&post_as("/order", "text/plain", "sideways").await, 422);
    errors(&post_as("/text", "text/plain", &b"\xFF"[..]).await, 400);
    // A page of another site can send text without being asked, so it is no JSON.
    let refused = post_as("/post", "text/plain", "{\"title\":\"T\"}").await;
    errors(&refused, 415);
    assert_eq!(refused.header("accept"), Some("application/json, application/x-www-form-urlencoded"));
    errors(&post_as("/numbers", "text/plain", "5").await, 415);
}

#[tokio::test]
async fn other_media_types_charsets_and_codings_are_415() {
    for content_type in [
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/json; charset=utf-16",
        "application/json; charset=",
        "application/json, text/plain",
        "json",
    ] {
        errors(&post_as("/post", content_type, "{\"title\":\"T\"}").await, 415);
    }
    errors(&client().post("/post").body("{\"title\":\"T\"}").await, 415);
    // Another reader may take the other.
    let twice = client().post("/post").header("content-type", JSON).header("content-type", "text/plain");
    errors(&twice.body("{\"title\":\"T\"}").await, 415);
    let coded = |coding: &'static str| {
        let request = client().post("/post").header("content-type", JSON).header("content-encoding", coding);
        request.body("{\"title\":\"T\"}")
    };
    assert_eq!(coded("identity").await.status(), 200);
    let refused = coded("gzip").await;
    errors(&refused, 415);
    assert_eq!(refused.header("accept-encoding"), Some("identity"));
}

#[post("/numbered/[number]")]
async fn numbered(number: u8, req: ApiRequest<Value>) -> String {
    let route = req.extensions().get::<&'static RouteInfo>().map(|info| info.pattern());
    format!("{number} {} of {route:?}", req.body())
}

/// What nobody can read is refused before anything is made of the rest.
#[tokio::test]
async fn a_coded_body_is_refused_before_the_arguments() {
    let coded = |path: &'static str| {
        client().post(path).header("content-type", JSON).header("content-encoding", "gzip").body("{}")
    };
    errors(&coded("/numbered/1").await, 415);
    errors(&coded("/numbered/many").await, 415);
}

/// An extractor of a user's, which reads what it likes.
struct Inside(Value);

impl<S: Sync> FromRequest<S> for Inside {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        ApiRequest::<Value>::from_request(request, state).await.map(|req| Inside(req.into_body()))
    }
}

#[post("/inside")]
async fn inside(Inside(value): Inside) -> Json<Value> {
    Json(value)
}

/// A request of the handler's own, beside the one whose body is known to become a value.
#[post("/of-its-own")]
async fn of_its_own(_req: ApiRequest<Value>) -> Response {
    let request = Request::post("/").header("content-type", JSON).header("content-encoding", "gzip");
    let Ok(request) = request.body(Body::from("{}")) else { return ().into_response() };
    match ApiRequest::<Value>::from_request(request, &()).await {
        Ok(req) => Json(req.into_body()).into_response(),
        Err(refusal) => refusal,
    }
}

#[tokio::test]
async fn a_coded_body_is_refused_inside_of_an_extractor_too() {
    let coded = |coding: &'static str| {
        let request = client().post("/inside").header("content-type", JSON);
        request.header("content-encoding", coding).body("{}")
    };
    assert_eq!(coded("identity").await.text(), "{}");
    errors(&coded("gzip").await, 415);
    errors(&post_as("/of-its-own", JSON, "{}").await, 415);
}

#[tokio::test]
async fn a_request_with_a_body_shows_its_route_in_its_extensions() {
    let answer = post_as("/numbered/1", JSON, "{}").await;
    assert_eq!(answer.text(), "1 {} of Some(\"/numbered/[number]\")");
}

#[post("/of-axum/json")]
async fn json_of_axum(Json(value): Json<Value>) -> Json<Value> {
    Json(value)
}

#[post("/of-axum/text")]
async fn text_of_axum(text: String) -> String {
    text
}

#[post("/of-axum/bytes")]
async fn bytes_of_axum(bytes: axum::body::Bytes) -> String {
    bytes.len().to_string()
}

#[tokio::test]
async fn a_coded_body_is_415_for_extractors_of_axum_too() {
    let coded = |path: &'static str, coding: &'static str| {
        client().post(path).header("content-type", JSON).header("content-encoding", coding).body("{}")
    };
    for path in ["/of-axum/json", "/of-axum/text"] {
        assert_eq!(coded(path, "identity").await.text(), "{}");
        let refused = coded(path, "gzip").await;
        errors(&refused, 415);
        assert_eq!(refused.header("accept-encoding"), Some("identity"));
    }
    // As it came.
    assert_eq!(coded("/of-axum/bytes", "gzip").await.text(), "2");
}

#[tokio::test]
async fn no_body_is_400_unless_it_may_be_absent() {
    for content_type in [JSON, FORM, "text/plain", "application/xml"] {
        errors(&post_as("/post", content_type, "").await, 400);
        assert_eq!(post_as("/optional", content_type, "").await.text(), "null");
    }
    errors(&client().post("/any").await, 400);
    assert_eq!(client().post("/optional").await.text(), "null");
    assert_eq!(post_as("/optional", JSON, "null").await.text(), "null");
    assert_eq!(post_as("/optional", FORM, "title=T").await.json::<Value>()["title"], "T");
    errors(&post_as("/optional", JSON, "{").await, 400);
    // Known to be empty only when it has been read.
    let nothing = || Body::from_stream(futures_util::stream::empty::<Result<Vec<u8>, std::io::Error>>());
    assert_eq!(post_as("/optional", JSON, nothing()).await.text(), "null");
    assert_eq!(client().post("/optional").body(nothing()).await.text(), "null");
    errors(&client().post("/post").body(nothing()).await, 400);
    let something = Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("{}")]));
    errors(&client().post("/optional").body(something).await, 415);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let broken = || {
        let chunks = [Ok(b"{\"title\"".to_vec()), Err(std::io::Error::other("gone"))];
        Body::from_stream(futures_util::stream::iter(chunks))
    };
    errors(&post_as("/post", JSON, broken()).await, 400);
    errors(&post_as("/raw", JSON, broken()).await, 400);
}

#[tokio::test]
async fn a_raw_body_is_not_looked_at() {
    let request = client().post("/raw").header("content-type", "x").header("content-encoding", "bogus");
    assert_eq!(request.body(vec![b'x'; 70_000]).await.text(), "70000");
    assert_eq!(client().post("/raw").await.text(), "0");
    let echoed = client().post("/forward").body("as it came").await;
    assert_eq!(echoed.text(), "as it came");
    assert_eq!(client().post("/passed-on").body("as it came").await.text(), "as it came");
    let borrowed = client().post("/borrowed/7").body("x").await;
    assert_eq!(borrowed.text(), r#"Some("7") Some(b"x") Some("7")"#);
}

/// Panics when it is read.
struct Untouchable;

impl http_body::Body for Untouchable {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        panic!("nobody asked for this body");
    }
}

#[tokio::test]
async fn a_body_that_nobody_asks_for_is_never_read() {
    let response = client().post("/unread/7").header("content-type", JSON).body(Body::new(Untouchable)).await;
    assert_eq!(response.text(), "POST 7");
    // Refused before it is read.
    errors(
        &client().post("/post").header("content-type", "text/xml").body(Body::new(Untouchable)).await,
        415,
    );
    errors(&client().post("/all/x/y").header("content-type", JSON).body(Body::new(Untouchable)).await, 400);
}

#[tokio::test]
async fn the_request_stands_beside_other_arguments() {
    let request = client().post("/all/7/a/b%2Fc?q=x&id=9").json(&json!([1]));
    let wanted = json!({
        "id": 7, "q": "x", "rest": ["a", "b/c"], "params": [["id", "7"], ["rest", "a/b/c"]], "same": true, "body": [1],
    });
    assert_eq!(request.await.json::<Value>(), wanted);
    assert_eq!(client().get("/twice?a").await.text(), "/twice?a /twice?a");
    assert_eq!(client().get("/extension").await.text(), "Some(7) /extension");
}

#[tokio::test]
async fn query_strings() {
    let client = client();
    assert_eq!(client.get("/search?tag=a&q=x&tag=b&limit=3").await.text(), "x [\"a\", \"b\"] Some(3)");
    for (query, detail) in [
        ("limit=3", "query parameter `q` is missing"),
        ("q=a&q=b", "query parameter `q` must be given once"),
        ("q=a&limit=SECRET", "query parameter `limit` must be an integer from 0 to 255"),
        ("q=%ZZ", "the query string has a `%` that no two hexadecimal digits follow"),
    ] {
        let response = client.get(&format!("/search?{query}")).await;
        errors(&response, 400);
        assert_eq!(response.json::<Value>()["detail"], detail);
    }
    assert_eq!(
        client.get("/query?b=2&a=1+%2B&a&&a=3").await.json::<Value>(),
        json!({
            "pairs": [["b", "2"], ["a", "1 +"], ["a", ""], ["a", "3"]],
            "map": { "a": ["1 +", "", "3"], "b": ["2"] },
            "any": { "a": ["1 +", "", "3"], "b": "2" },
            "a": "1 +", "all": ["1 +", "", "3"],
        })
    );
    assert_eq!(client.get("/query").await.json::<Value>()["a"], Value::Null);
    // Whoever takes the request gets none with a query that can't be read, whatever it does with it.
    errors(&client.get("/unread/7?a=%ZZ").await, 400);
    errors(&client.get("/twice?a=%FF").await, 400);
    errors(&client.post("/post?%").json(&json!({ "title": "T" })).await, 400);
    // No query could ever fit the type: the author's mistake.
    errors(&client.get("/unfit-query?a=1").await, 500);
}

#[tokio::test]
async fn cookies_of_a_request() {
    let request =
        client().get("/cookies").header("cookie", "a=1; b=%20x").header("cookie", "a=2; c=\"q\"; d");
    assert_eq!(
        request.await.json::<Value>(),
        json!({ "all": [["a", "1"], ["b", " x"], ["a", "2"], ["c", "q"]], "a": "1" })
    );
    assert_eq!(client().get("/cookies").await.json::<Value>(), json!({ "all": [], "a": null }));
}

#[derive(Debug, Deserialize, Serialize)]
struct Options {
    #[serde(default)]
    tags: Vec<String>,
    sorted: Option<bool>,
}

#[post("/options")]
async fn options(req: ApiRequest<Options>) -> Json<Options> {
    Json(req.into_body())
}

/// A form of which nothing is filled has no bytes.
#[tokio::test]
async fn an_empty_form_is_a_form() {
    let none = json!({ "tags": [], "sorted": null });
    assert_eq!(post_as("/options", FORM, "").await.json::<Value>(), none);
    assert_eq!(post_as("/options", &format!("{FORM}; charset=utf-8"), "").await.json::<Value>(), none);
    // Of unknown length.
    let chunked = Body::from_stream(futures_util::stream::empty::<Result<Vec<u8>, std::io::Error>>());
    assert_eq!(post_as("/options", FORM, chunked).await.json::<Value>(), none);
    // Nothing is still no JSON, and where there may be no body there is none.
    assert_eq!(post_as("/options", JSON, "").await.status(), 400);
    assert_eq!(client().post("/options").await.status(), 400);
    assert_eq!(post_as("/optional", FORM, "").await.json::<Value>(), Value::Null);
}

#[tokio::test]
async fn a_raw_body_is_a_body() {
    let client = client();
    for path in ["/raw/true", "/raw/false"] {
        for (text, said) in [("some text", "false Some(9)"), ("", "true Some(0)")] {
            let response = client.post(path).body(text).await;
            assert_eq!((response.text(), response.header("x-size")), (text, Some(said)), "{path}");
        }
    }
    let pieces = futures_util::stream::iter([Ok("part"), Err(std::io::Error::other("gone"))]);
    let response = client.post("/raw/error").body(Body::from_stream(pieces)).await;
    assert_eq!(response.text(), "the body broke off or is malformed true");
}

#[tokio::test]
async fn a_catch_all_is_one_text_of_all_its_segments() {
    let client = client();
    for (path, text) in [("/joined/a", "a"), ("/joined/a/b", "a/b"), ("/joined/a/b/c%2Fd/e", "a/b/c/d/e")] {
        assert_eq!(client.get(path).await.text(), text);
    }
    for (path, text) in
        [("/perhaps", "None 0"), ("/perhaps/a", "Some(\"a\") 1"), ("/perhaps/a/b", "Some(\"a/b\") 1")]
    {
        assert_eq!(client.get(path).await.text(), text);
    }
}

/// A `Field` that nothing of a query fits.
#[derive(Debug, Deserialize)]
struct Nested {
    #[allow(dead_code, reason = "only read into")]
    inner: Inner,
}

#[derive(Debug, Deserialize)]
struct Inner {
    #[allow(dead_code, reason = "only read into")]
    a: u8,
}

#[get("/nested")]
async fn nested(req: ApiRequest) -> Result<String, ApiError> {
    Ok(format!("{:?}", req.query_as::<Nested>()?))
}

#[tokio::test]
async fn a_type_that_no_query_fits_is_a_mistake_of_the_program() {
    assert_eq!(client().get("/nested?inner=1").await.status(), 500);
}
