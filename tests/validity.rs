//! `Invalid`: what a type says of a value reaches the client, from wherever the value comes.

use std::collections::BTreeMap;

use axum::Json;
use route_runtime::testing::{TestClient, TestResponse};
use route_runtime::{ApiError, ApiRequest, Invalid, Routes, get, post};
use serde::Deserialize;
use serde_json::{Value, json};

/// A type with a rule.
#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct Limit(u32);

impl TryFrom<u32> for Limit {
    type Error = Invalid;

    fn try_from(limit: u32) -> Result<Self, Invalid> {
        if limit <= 100 { Ok(Limit(limit)) } else { Err(Invalid::new("must be at most 100")) }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Slug(String);

impl TryFrom<String> for Slug {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        match text.chars().find(|c| !c.is_ascii_lowercase()) {
            None => Ok(Slug(text)),
            Some(_) => Err(Invalid::new(format!("must be of {} letters", "small"))),
        }
    }
}

/// The error is not `Invalid`, so it may hold anything.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Echoes;

impl TryFrom<String> for Echoes {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Err(text)
    }
}

#[get("/path/[slug]")]
async fn by_slug(slug: Slug) -> String {
    slug.0
}

#[get("/number/[number]")]
async fn by_number(number: u8) -> String {
    number.to_string()
}

#[get("/rest/[...slugs]")]
async fn by_slugs(slugs: Vec<Slug>) -> String {
    slugs.len().to_string()
}

#[get("/query?limit&slugs")]
async fn by_query(limit: Option<Limit>, slugs: Vec<Slug>) -> String {
    format!("{} {}", limit.map_or(20, |limit| limit.0), slugs.len())
}

#[derive(Deserialize)]
struct Odd {
    #[serde(rename = "a/b~c")]
    limit: Limit,
}

#[get("/odd")]
async fn odd(req: ApiRequest) -> Result<String, ApiError> {
    req.query_as().map(|Odd { limit }| limit.0.to_string())
}

#[derive(Deserialize)]
struct Page {
    limit: Limit,
    #[serde(default)]
    slugs: Vec<Slug>,
    by_name: Option<BTreeMap<String, Limit>>,
}

#[get("/query_as")]
async fn query_as(req: ApiRequest) -> Result<String, ApiError> {
    let Page { limit, slugs, .. } = req.query_as()?;
    Ok(format!("{} {}", limit.0, slugs.len()))
}

#[post("/body")]
async fn body(req: ApiRequest<Page>) -> String {
    let Page { limit, slugs, by_name } = req.into_body();
    format!(
        "{} {} {}",
        limit.0,
        slugs.len(),
        by_name.map_or(0, |map| map.values().map(|limit| limit.0).sum())
    )
}

#[post("/text")]
async fn text(req: ApiRequest<Slug>) -> String {
    req.into_body().0
}

#[post("/echoes")]
async fn echoes(_req: ApiRequest<Echoes>) {}

#[get("/in_a_handler")]
async fn in_a_handler() -> Result<String, ApiError> {
    Ok(Slug::try_from("NO".to_owned())?.0)
}

#[get("/in_a_box")]
async fn in_a_box() -> Result<String, ApiError> {
    let own =
        || -> Result<Slug, Box<dyn std::error::Error + Send + Sync>> { Ok(Slug::try_from("NO".to_owned())?) };
    Ok(own()?.0)
}

#[post("/of_axum")]
async fn of_axum(Json(Page { limit, .. }): Json<Page>) -> String {
    limit.0.to_string()
}

fn client() -> TestClient {
    TestClient::new(Routes::collect().into_router().unwrap())
}

/// The pointer and the reason of a 422.
#[track_caller]
fn mistake(response: &TestResponse) -> (String, String) {
    assert_eq!(response.status(), 422, "{}", response.text());
    let problem: Value = response.json();
    let [entry] = problem["errors"].as_array().unwrap().as_slice() else { panic!("{problem}") };
    (entry["pointer"].as_str().unwrap().to_owned(), entry["detail"].as_str().unwrap().to_owned())
}

fn says(pointer: &str, detail: &str) -> (String, String) {
    (pointer.to_owned(), detail.to_owned())
}

#[tokio::test]
async fn a_path_and_a_query() {
    let client = client();
    assert_eq!(client.get("/path/fine").await.text(), "fine");
    assert_eq!(client.get("/query?limit=100&slugs=a&slugs=b").await.text(), "100 2");

    let bad_path = client.get("/path/BAD").await;
    assert_eq!(mistake(&bad_path), says("/slug", "must be of small letters"));
    assert_eq!(bad_path.json::<Value>()["detail"], "path parameter `slug` must be of small letters");
    assert_eq!(mistake(&client.get("/rest/a/B").await), says("/slugs", "must be of small letters"));
    let bad_query = client.get("/query?limit=101").await;
    assert_eq!(mistake(&bad_query), says("/limit", "must be at most 100"));
    assert_eq!(bad_query.json::<Value>()["detail"], "query parameter `limit` must be at most 100");
    assert_eq!(mistake(&client.get("/query?slugs=B").await), says("/slugs", "must be of small letters"));
    assert_eq!(mistake(&client.get("/query_as?limit=101").await), says("/limit", "must be at most 100"));
    assert_eq!(
        mistake(&client.get("/query_as?limit=1&slugs=B").await),
        says("/slugs", "must be of small letters")
    );

    assert_eq!(mistake(&client.get("/odd?a/b~c=101").await), says("/a~1b~0c", "must be at most 100"));

    // What is not even of the type below stays a 400, and says where as well.
    for (path, pointer, detail) in [
        ("/query?limit=-1", "/limit", "must be an integer of 32 bits, not below 0"),
        ("/query?limit=1&limit=2", "/limit", "must be given once"),
        ("/query_as?limit=x", "/limit", "must be an integer of 32 bits, not below 0"),
        ("/query_as", "/limit", "is missing"),
        ("/number/x", "/number", "must be an integer from 0 to 255"),
    ] {
        let response = client.get(path).await;
        let problem: Value = response.json();
        assert_eq!(response.status(), 400, "{path}");
        assert_eq!(problem["errors"], json!([{ "pointer": pointer, "detail": detail }]), "{path}");
        assert!(problem["detail"].as_str().unwrap().ends_with(detail), "{problem}");
    }
}

#[tokio::test]
async fn a_body() {
    let client = client();
    let fine = json!({ "limit": 1, "slugs": ["a"], "by_name": { "x": 2 } });
    assert_eq!(client.post("/body").json(&fine).await.text(), "1 1 2");
    for (body, pointer, detail) in [
        (json!({ "limit": 101 }), "/limit", "must be at most 100"),
        (json!({ "limit": 1, "slugs": ["a", "B"] }), "/slugs/1", "must be of small letters"),
        // The key is the client's, so it is not told.
        (
            json!({ "limit": 1, "by_name": { "x": 101 } }),
            "/by_name",
            "holds a value that must be at most 100",
        ),
        (json!({ "limit": -1 }), "/limit", "must be an integer of 32 bits, not below 0"),
    ] {
        let response = client.post("/body").json(&body).await;
        assert_eq!(mistake(&response), says(pointer, detail));
        let shape = response.json::<Value>()["detail"] == "the body has another shape than this route takes";
        assert_eq!(shape, detail.contains("integer"), "{}", response.text());
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let [(name, value)] = form;
    let form = client.post("/body").header(name, value).body("limit=101").await;
    assert_eq!(mistake(&form), says("/limit", "must be at most 100"));
    let text = client.post("/text").header("content-type", "text/plain").body("BAD").await;
    assert_eq!(mistake(&text), says("", "must be of small letters"));
}

#[tokio::test]
async fn other_errors_of_a_type_are_not_told() {
    let response = client().post("/echoes").json(&"secret").await;
    assert_eq!(mistake(&response), says("", "must be a valid value"));
    // `axum::Json` makes a text of it, which is dropped as every text of serde.
    let response = client().post("/of_axum").json(&json!({ "limit": 101 })).await;
    assert_eq!((response.status().as_u16(), response.text().contains("limit")), (422, false));
}

#[tokio::test]
async fn in_a_handler_it_is_a_422_too() {
    assert_eq!(mistake(&client().get("/in_a_handler").await), says("", "must be of small letters"));
    // In a box it may be of the server's own data.
    assert_eq!(client().get("/in_a_box").await.status(), 500);
}
