//! Where the values of arguments come from, in any order.

use std::num::NonZeroU8;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form, Json};
use route_runtime::testing::TestClient;
use route_runtime::{ApiRequest, RouteInfo, Routes, State, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Clone)]
struct Db(&'static str);

#[derive(Deserialize)]
struct New {
    title: String,
}

/// The body reader stands first and is run last.
#[post("/any-order/[id]?tag")]
async fn any_order(
    Json(new): Json<New>,
    State(db): State<Db>,
    tag: Vec<String>,
    headers: HeaderMap,
    id: u32,
    req: ApiRequest,
) -> String {
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
    format!("{} {} {tag:?} {agent} {id} {}", new.title, db.0, req.route().pattern())
}

#[post("/bodies/string")]
async fn string(body: String) -> String {
    body
}

#[post("/bodies/bytes")]
async fn bytes(body: Bytes) -> String {
    body.len().to_string()
}

#[post("/bodies/form")]
async fn form(Form(new): Form<New>) -> String {
    new.title
}

#[post("/bodies/option")]
async fn option(body: Option<Json<New>>) -> String {
    body.map_or("none".to_owned(), |Json(new)| new.title)
}

#[post("/bodies/request")]
async fn whole(request: Request) -> String {
    request.uri().to_string()
}

/// An alias hides from a macro what the type is; the compiler knows.
type Body<T> = Json<T>;

#[post("/bodies/alias")]
async fn alias(body: Body<New>, _headers: HeaderMap) -> String {
    body.0.title
}

/// A body reader of the application's own.
struct Shouted(String);

impl<S: Send + Sync> FromRequest<S> for Shouted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = String::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Shouted(body.to_uppercase()))
    }
}

#[post("/bodies/own")]
async fn own(Shouted(body): Shouted) -> String {
    body
}

#[get("/query?q&limit&flag&tag&nonzero")]
async fn query(
    q: String,
    limit: Option<u8>,
    flag: Option<bool>,
    tag: Vec<i32>,
    nonzero: Option<NonZeroU8>,
) -> String {
    let _ = nonzero;
    format!("{q} {limit:?} {flag:?} {tag:?}")
}

#[get("/axum-query")]
async fn axum_query(Query(new): Query<New>) -> String {
    new.title
}

/// Names that are keywords.
#[get("/keywords/[type]/[_unused]?match")]
async fn keywords(r#type: String, r#match: String, _unused: u8) -> String {
    format!("{} {}", r#type, r#match)
}

/// `_name` binds `[name]`, and still has to fit.
#[get("/ignored/[number]")]
async fn ignored(_number: u8) {}

/// An extractor whose binding happens to have the name of a segment.
#[get("/shadow/[query]")]
async fn shadow(query: Query<New>, req: ApiRequest) -> String {
    format!("{} {}", query.title, req.param("query").unwrap_or_default())
}

/// Types that have no name.
#[get("/opaque")]
async fn opaque() -> impl IntoResponse {
    (StatusCode::ACCEPTED, "opaque")
}

#[get("/opaque-result")]
async fn opaque_result() -> Result<impl IntoResponse, StatusCode> {
    Ok("opaque")
}

/// A type of the application that is called like an extractor.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Method {
    Card,
    Cash,
}

#[get("/pay/[method]")]
async fn pay(method: Method) -> String {
    format!("{method:?}")
}

#[get("/missing-extension")]
async fn missing_extension(Extension(_db): Extension<Db>) {}

#[get("/not-async/[id]")]
fn not_async(id: u32) -> Result<String, StatusCode> {
    if id == 0 { Err(StatusCode::IM_A_TEAPOT) } else { Ok(id.to_string()) }
}

#[get("/info")]
async fn info(Extension(info): Extension<&'static RouteInfo>) -> &'static str {
    info.handler()
}

/// A refusal of the application's own passes as it is.
struct Login;

impl<S: Sync> FromRequestParts<S> for Login {
    type Rejection = Redirect;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Redirect> {
        Err(Redirect::to("/login"))
    }
}

#[get("/login-first")]
async fn login_first(_login: Login) {}

#[post("/cheap-first")]
async fn cheap_first(_body: Json<New>, _login: Login) {}

#[get("/many/[a]/[b]/[c]/[d]/[e]/[f]/[g]/[h]/[i]/[j]/[k]/[l]/[m]/[n]/[o]/[p]")]
#[allow(clippy::too_many_arguments, clippy::many_single_char_names)]
async fn many(
    a: u8,
    b: u8,
    c: u8,
    d: u8,
    e: u8,
    f: u8,
    g: u8,
    h: u8,
    i: u8,
    j: u8,
    k: u8,
    l: u8,
    m: u8,
    n: u8,
    o: u8,
    p: u8,
) -> String {
    format!("{:?}", [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}

/// Lets nobody in.
struct Nobody;

impl<S: Sync> FromRequestParts<S> for Nobody {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Err(StatusCode::UNAUTHORIZED)
    }
}

#[post("/order/user-first/[id]")]
async fn user_first(_new: Json<New>, _user: Nobody, id: u32) -> String {
    id.to_string()
}

#[post("/order/id-first/[id]")]
async fn id_first(id: u32, _user: Nobody) -> String {
    id.to_string()
}

fn client() -> TestClient {
    TestClient::new(Routes::collect().with_state(Db("db")).into_router().unwrap())
}

#[tokio::test]
async fn arguments_come_in_any_order() {
    let request =
        client().post("/any-order/7?tag=a&tag=b").header("user-agent", "me").json(&json!({ "title": "T" }));
    assert_eq!(request.await.text(), r#"T db ["a", "b"] me 7 /any-order/[id]"#);
}

#[tokio::test]
async fn the_first_that_does_not_fit_answers_and_the_body_comes_last() {
    let client = client();
    assert_eq!(client.post("/order/user-first/x").await.status(), 401);
    assert_eq!(client.post("/order/id-first/x").await.status(), 400);
    assert_eq!(client.post("/order/id-first/7").await.status(), 401);
}

#[tokio::test]
async fn bodies() {
    let client = client();
    let new = json!({ "title": "T" });
    assert_eq!(client.post("/bodies/string").body("text").await.text(), "text");
    assert_eq!(client.post("/bodies/bytes").body("text").await.text(), "4");
    let form = client.post("/bodies/form").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body("title=a+b").await.text(), "a b");
    assert_eq!(client.post("/bodies/option").json(&new).await.text(), "T");
    assert_eq!(client.post("/bodies/option").await.text(), "none");
    assert_eq!(client.post("/bodies/request?x").await.text(), "/bodies/request?x");
    assert_eq!(client.post("/bodies/alias").json(&new).await.text(), "T");
    assert_eq!(client.post("/bodies/own").body("text").await.text(), "TEXT");
}

#[tokio::test]
async fn query_parameters() {
    let client = client();
    assert_eq!(client.get("/query?q=a+b").await.text(), "a b None None []");
    assert_eq!(
        client.get("/query?tag=1&q=%C3%BC&limit=5&flag=true&tag=-2").await.text(),
        "ü Some(5) Some(true) [1, -2]"
    );
    assert_eq!(client.get("/query?q&other=1").await.text(), " None None []");
    assert_eq!(client.get("/query?q&other=%zz").await.status(), 400, "the whole query is strict");
    for (query, detail) in [
        ("", "query parameter `q` is missing"),
        ("q=1&q=2", "query parameter `q` must be given once"),
        ("q=%zz", "query parameter `q` has a `%` that no two hexadecimal digits follow"),
        // Of another parameter, or of a name.
        ("q=1&other=%zz", "the query string has a `%` that no two hexadecimal digits follow"),
        ("%zz=1&q=1", "the query string has a `%` that no two hexadecimal digits follow"),
        ("q=%FF", "query parameter `q` must be UTF-8"),
        ("q=1&limit=256", "query parameter `limit` must be an integer from 0 to 255"),
        ("q=1&limit=", "query parameter `limit` must be an integer from 0 to 255"),
        ("q=1&nonzero=0", "query parameter `nonzero` must be a valid value"),
        ("q=1&tag=x", "query parameter `tag` must be an integer of 32 bits"),
    ] {
        let response = client.get(&format!("/query?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        assert_eq!(response.json::<Value>()["detail"], detail);
    }
}

#[tokio::test]
async fn names() {
    let client = client();
    assert_eq!(client.get("/keywords/a/1?match=b").await.text(), "a b");
    assert_eq!(client.get("/ignored/7").await.status(), 200);
    assert_eq!(client.get("/ignored/x").await.status(), 400);
    assert_eq!(client.get("/shadow/s?title=t").await.text(), "t s");
    assert_eq!(
        client.get("/many/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16").await.text().matches(',').count(),
        15
    );
}

#[tokio::test]
async fn functions_that_are_not_async() {
    let client = client();
    assert_eq!(client.get("/not-async/7").await.text(), "7");
    assert_eq!(client.get("/not-async/0").await.status(), 418);
    assert_eq!(not_async(7), Ok("7".to_owned()));
}

#[tokio::test]
async fn types_without_a_name_and_with_a_misleading_one() {
    let client = client();
    assert_eq!(client.get("/opaque").await.status(), 202);
    assert_eq!(client.get("/opaque-result").await.text(), "opaque");
    assert_eq!(client.get("/pay/cash").await.text(), "Cash");
    let problem = client.get("/pay/gold").await.json::<Value>();
    assert_eq!(problem["detail"], "path parameter `method` must be one of `card`, `cash`");
}

#[tokio::test]
async fn a_mistake_of_the_developer_is_a_500_that_tells_the_client_nothing() {
    let response = client().get("/missing-extension").await;
    assert_eq!(
        (response.status().as_u16(), response.text()),
        (500, r#"{"title":"Internal Server Error","status":500}"#)
    );
}

#[tokio::test]
async fn extractors_find_the_route() {
    assert_eq!(client().get("/info").await.text(), "arguments::info");
}

#[tokio::test]
async fn refusals_of_axum_become_problems_without_an_echo() {
    let client = client();
    for (response, status) in [
        (client.post("/any-order/7").header("content-type", "application/json").body("{secret"), 400),
        (client.post("/any-order/7").json(&json!({ "title": 17_171_717 })), 422),
        (client.post("/any-order/7").body("secret"), 415),
        (client.get("/axum-query?tilt=secret"), 400),
    ] {
        let response = response.await;
        assert_eq!(response.status(), status);
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        assert_eq!(response.json::<Value>()["status"], status);
        for echo in ["secret", "17171717", "New", "tilt"] {
            assert!(!response.text().contains(echo), "{}", response.text());
        }
    }
}

#[tokio::test]
async fn refusals_of_the_application_pass_as_they_are() {
    let client = client();
    for response in [client.get("/login-first").await, client.post("/cheap-first").body("no json").await] {
        assert_eq!((response.status().as_u16(), response.header("location")), (303, Some("/login")));
    }
}
