//! A router of ours under `axum-test`, which knows nothing of it, and a handler that is called as what it is: a function.
#![deny(warnings)]

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum_test::TestServer;
use route_runtime::{ApiError, ApiRequest, ApiResponse, Cookie, Routes, State, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Post {
    title: String,
}

/// What is written is seen by every clone.
#[derive(Clone, Default)]
struct Posts(Arc<Mutex<Vec<Post>>>);

#[post("/posts")]
async fn publish(State(posts): State<Posts>, req: ApiRequest<Post>) -> ApiResponse<Post> {
    let post = req.into_body();
    posts.0.lock().unwrap().push(post.clone());
    ApiResponse::created(post)
}

#[get("/posts/[id]?shout")]
async fn show(id: usize, shout: Option<bool>, State(posts): State<Posts>) -> Result<Json<Post>, ApiError> {
    let post = posts.0.lock().unwrap().get(id).cloned();
    let mut post = post.ok_or(ApiError::not_found("there is no such post"))?;
    if shout == Some(true) {
        post.title = post.title.to_uppercase();
    }
    Ok(Json(post))
}

#[post("/session")]
async fn sign_in() -> ApiResponse<()> {
    ApiResponse::no_content().cookie(Cookie::build(("session", "1")).path("/"))
}

#[get("/session")]
async fn session(req: ApiRequest) -> String {
    req.cookie("session").map_or_else(|| "none".to_owned(), |cookie| cookie.value().to_owned())
}

fn server() -> TestServer {
    TestServer::new(Routes::collect().with_state(Posts::default()).into_router().unwrap())
}

#[tokio::test]
async fn json_goes_in_and_comes_out() {
    let server = server();
    let created = server.post("/posts").json(&json!({ "title": "Rust" })).await;
    created.assert_status(201.try_into().unwrap());
    created.assert_json(&json!({ "title": "Rust" }));
    server.get("/posts/0").add_query_param("shout", true).await.assert_json(&json!({ "title": "RUST" }));
    let by_form = server.post("/posts").form(&[("title", "Form")]).await;
    by_form.assert_json(&json!({ "title": "Form" }));
}

#[tokio::test]
async fn errors_are_problems() {
    let server = server();
    let missing = server.get("/posts/7").await;
    missing.assert_status_not_found();
    missing.assert_header(CONTENT_TYPE, "application/problem+json");
    missing.assert_json(&json!({ "title": "Not Found", "status": 404, "detail": "there is no such post" }));
    let wrong = server.post("/posts").json(&json!({ "title": 7 })).await;
    wrong.assert_status_unprocessable_entity();
    assert_eq!(wrong.json::<Value>()["errors"][0]["pointer"], "/title");
    let refused = server.delete("/posts").await;
    refused.assert_status(405.try_into().unwrap());
    assert!(refused.header(ALLOW).to_str().unwrap().contains("POST"));
}

#[tokio::test]
async fn cookies_are_kept() {
    let server = TestServer::builder()
        .save_cookies()
        .build(Routes::collect().with_state(Posts::default()).into_router().unwrap());
    server.get("/session").await.assert_text("none");
    server.post("/session").await.assert_status_no_content();
    server.get("/session").await.assert_text("1");
}

/// Over a socket too.
#[tokio::test]
async fn over_http() {
    let app = Routes::collect().with_state(Posts::default()).into_router().unwrap();
    let server = TestServer::builder().http_transport().build(app);
    server.post("/posts").json(&json!({ "title": "Rust" })).await.assert_status_success();
    server.get("/posts/0").await.assert_json(&json!({ "title": "Rust" }));
}

/// No router, no request, no macro in between.
#[tokio::test]
async fn a_handler_is_a_function() {
    let posts = Posts(Arc::new(Mutex::new(vec![Post { title: "Rust".to_owned() }])));
    let Json(post) = show(0, Some(true), State(posts.clone())).await.unwrap();
    assert_eq!(post, Post { title: "RUST".to_owned() });
    let error = show(1, None, State(posts)).await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.get_detail()), (404, Some("there is no such post")));
}
