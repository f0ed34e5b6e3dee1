//! As a user of this library writes it.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use futures_util::stream;
use route_runtime::{ApiRequest, ApiResponse, RouteConfig, Routes, get, post};

use crate::{Draft, Hello, Item, Post, items};

#[get("/api/hello")]
async fn hello() -> Json<Hello> {
    Json(Hello { name: "John Doe" })
}

#[get("/api/hello-tagged")]
async fn hello_tagged() -> ApiResponse<Hello> {
    ApiResponse::ok(Hello { name: "John Doe" })
}

#[get("/api/trivia/[number]")]
async fn trivia(number: i64) -> String {
    format!("{number} is a number")
}

#[post("/api/post")]
async fn create(req: ApiRequest<Draft>) -> ApiResponse<Post> {
    ApiResponse::ok(req.into_body().into())
}

#[post("/api/post-json")]
async fn create_json(Json(draft): Json<Draft>) -> Json<Post> {
    Json(draft.into())
}

#[get("/api/search?q&limit")]
async fn search(q: String, limit: Option<u32>) -> String {
    format!("{q} {}", limit.unwrap_or(20))
}

#[get("/api/files/[...rest]")]
async fn files(rest: Vec<String>) -> String {
    rest.join("/")
}

#[post("/api/upload")]
async fn upload(body: Bytes) -> String {
    body.len().to_string()
}

#[get("/api/cookies")]
async fn cookies(req: ApiRequest) -> String {
    req.cookie("session").map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

#[get("/api/plain")]
async fn plain() -> &'static str {
    "hello"
}

#[get("/api/unread")]
async fn unread(_req: ApiRequest) -> &'static str {
    "hello"
}

#[get("/api/read")]
async fn read(req: ApiRequest) -> String {
    let q = req.query("q").unwrap_or_default();
    format!("{q} {}", req.cookie("session").map_or("", |cookie| cookie.value()))
}

#[get("/api/stream")]
async fn pieces() -> ApiResponse<()> {
    ApiResponse::new().stream(stream::iter(["one", "two", "three"].map(Ok::<_, Infallible>)))
}

#[get("/api/json/[tens]")]
async fn json(tens: usize) -> ApiResponse<Vec<Item>> {
    ApiResponse::ok(items(tens))
}

/// The four protections that axum has by hand: three of them are on by default.
pub fn all() -> Routes {
    Routes::collect().defaults(RouteConfig::default().max_duration(Duration::from_secs(30)))
}
