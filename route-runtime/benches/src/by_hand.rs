//! As a user of axum writes it.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use axum_extra::extract::CookieJar;
use futures_util::stream;
use http_body_util::Limited;
use serde::Deserialize;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::{Draft, Hello, Item, Post, items};

async fn hello() -> Json<Hello> {
    Json(Hello { name: "John Doe" })
}

async fn trivia(Path(number): Path<i64>) -> String {
    format!("{number} is a number")
}

async fn create(Json(draft): Json<Draft>) -> Json<Post> {
    Json(draft.into())
}

#[derive(Deserialize)]
struct Search {
    q: String,
    limit: Option<u32>,
}

async fn search(Query(Search { q, limit }): Query<Search>) -> String {
    format!("{q} {}", limit.unwrap_or(20))
}

async fn files(Path(rest): Path<String>) -> String {
    rest
}

async fn upload(body: Bytes) -> String {
    body.len().to_string()
}

async fn cookies(jar: CookieJar) -> String {
    jar.get("session").map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

async fn plain() -> &'static str {
    "hello"
}

/// Who could ask for them has asked for them, with axum.
async fn unread(_jar: CookieJar, _query: Query<Search>) -> &'static str {
    "hello"
}

async fn read(jar: CookieJar, Query(Search { q, .. }): Query<Search>) -> String {
    format!("{q} {}", jar.get("session").map_or("", |cookie| cookie.value()))
}

async fn pieces() -> Body {
    Body::from_stream(stream::iter(["one", "two", "three"].map(Ok::<_, Infallible>)))
}

async fn json(Path(tens): Path<usize>) -> Json<Vec<Item>> {
    Json(items(tens))
}

/// Each route through `wrap`.
fn routes(wrap: impl Fn(MethodRouter) -> MethodRouter) -> Router {
    Router::new()
        .route("/api/hello", wrap(get(hello)))
        .route("/api/hello-tagged", wrap(get(hello)))
        .route("/api/trivia/{number}", wrap(get(trivia)))
        .route("/api/post", wrap(post(create)))
        .route("/api/post-json", wrap(post(create)))
        .route("/api/search", wrap(get(search)))
        .route("/api/files/{*rest}", wrap(get(files)))
        .route("/api/upload", wrap(post(upload)))
        .route("/api/cookies", wrap(get(cookies)))
        .route("/api/plain", wrap(get(plain)))
        .route("/api/unread", wrap(get(unread)))
        .route("/api/read", wrap(get(read)))
        .route("/api/stream", wrap(get(pieces)))
        .route("/api/json/{tens}", wrap(get(json)))
}

pub fn app() -> Router {
    routes(|route| route)
}

/// As whoever knows axum well protects each route: one `ServiceBuilder`, not layers of the router.
pub fn guarded() -> Router {
    routes(|route| {
        route.layer(
            ServiceBuilder::new()
                .layer(CatchPanicLayer::new())
                .layer(TimeoutLayer::with_status_code(
                    StatusCode::SERVICE_UNAVAILABLE,
                    Duration::from_secs(30),
                ))
                .layer(DefaultBodyLimit::max(1 << 20))
                .map_response(|response: Response| {
                    response.map(|body| Body::new(Limited::new(body, 4 << 20)))
                }),
        )
    })
}
