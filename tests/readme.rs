//! The README's code, compiled and run. It stands in modules here, and a test compares them with the README.
#![allow(dead_code, unused_imports)]

#[derive(Clone)]
struct Facts;

impl Facts {
    fn about(&self, number: i64) -> Option<&'static str> {
        (number == 42).then_some("the answer")
    }
}

#[rustfmt::skip]
mod example {
    use super::Facts;

use route_runtime::{ApiError, Routes, State, get};

/// A fact about a number.
#[get("/api/trivia/[number]?unit", max_duration = "5s")]
async fn trivia(number: i64, unit: Option<String>, State(facts): State<Facts>) -> Result<String, ApiError> {
    let fact = facts.about(number).ok_or(ApiError::not_found("no fact is known"))?;
    Ok(format!("{number} {}: {fact}", unit.unwrap_or_default()))
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    Routes::collect().with_state(Facts).serve("127.0.0.1:3000").await
}
}

#[rustfmt::skip]
mod greet {
use route_runtime::get;

#[get("/api/greet/[name]?times")]
async fn greet(name: String, times: Option<usize>) -> String {
    format!("Hello, {name}! ").repeat(times.unwrap_or(1).min(100))
}
}

#[rustfmt::skip]
mod bodies {
use route_runtime::{ApiRequest, ApiResponse, post};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Post {
    title: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[post("/api/post", body_limit = "64kb")]
async fn publish(req: ApiRequest<Post>) -> ApiResponse<Post> {
    ApiResponse::created(req.into_body()).header("cache-control", "no-store")
}
}

#[rustfmt::skip]
mod embedding {
use axum::{Router, routing};
use route_runtime::{Routes, RoutesError};

fn app() -> Result<Router, RoutesError> {
    let annotated = Routes::collect().into_router()?;
    Ok(Router::new().route("/health", routing::get(|| async { "well" })).merge(annotated))
}
}

mod linking {
    use my_routes as _;
}

#[test]
fn the_readme_shows_this_code() {
    let here = concat!(include_str!("readme.rs"), include_str!("readme_test.rs"));
    let readme = include_str!("../README.md");
    let blocks: Vec<&str> =
        readme.split("```rust\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        assert!(here.contains(block.trim()), "the README has other code than its test:\n{block}");
    }
}

#[tokio::test]
async fn what_the_readme_says_about_it_is_true() {
    use route_runtime::testing::TestClient;

    let routes = route_runtime::Routes::collect().with_state(Facts);
    let client = TestClient::new(routes.into_router().unwrap());
    assert_eq!(client.get("/api/trivia/42?unit=m").await.text(), "42 m: the answer");
    assert_eq!(client.get("/api/trivia/x").await.status(), 400);
    assert_eq!(client.get("/api/greet/you?times=2").await.text(), "Hello, you! Hello, you! ");
    assert_eq!(client.get("/api/greet/you?times=many").await.status(), 400);
    assert_eq!(client.get("/library/hello").await.status(), 200);
    let publish =
        |body: &'static str| client.post("/api/post").header("content-type", "application/json").body(body);
    let created = publish(r#"{"title":"T"}"#).await;
    assert_eq!((created.status().as_u16(), created.text()), (201, r#"{"title":"T","tags":[]}"#));
    let refused = publish(r#"{"title":"T","tags":"SECRET"}"#).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().contains("/tags") && !refused.text().contains("SECRET"));
}
