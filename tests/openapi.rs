//! The document of a set of routes: what their signatures tell, and what they don't.

use std::collections::BTreeMap;

use axum::extract::{Multipart, Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use route_runtime::openapi::Info;
use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, RawBody, Routes, api_route, delete, get, post, put};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A post as it is sent.
#[derive(Deserialize, JsonSchema)]
struct NewPost {
    /// What it is called.
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    author: Option<Author>,
}

/// Who writes.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Author {
    name: String,
    /// A name that is read otherwise than it is written.
    #[serde(rename(deserialize = "born_in"))]
    born: Option<u16>,
}

#[derive(Serialize, JsonSchema)]
struct Post {
    id: u64,
    author: Author,
    kind: Kind,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Short,
    Long,
}

/// Tells nothing of itself.
#[derive(Serialize, Deserialize)]
struct Secret {
    word: String,
}

/// The posts.
///
/// Newest first.
#[get("/posts?kind&limit&tag&all", tag = "posts", max_duration = "5s")]
async fn list(kind: Option<Kind>, limit: u8, tag: Vec<String>, all: Option<bool>) -> ApiResult<Vec<Post>> {
    let _ = (kind, limit, tag, all);
    Err(ApiError::not_found("none"))
}

#[post("/posts", status = 201, body_limit = "64kb", response_limit = false)]
async fn create(req: ApiRequest<NewPost>) -> ApiResult<Post> {
    let _ = req;
    Err(ApiError::not_found("none"))
}

#[get("/posts/[id]")]
async fn read(id: u64) -> Json<Post> {
    Json(Post { id, author: Author { name: "ann".into(), born: None }, kind: Kind::Short })
}

#[put("/posts/[id]")]
#[deprecated]
async fn replace(id: u64, Json(post): Json<NewPost>) -> Result<(StatusCode, Json<Post>), ApiError> {
    let _ = (id, post);
    Err(ApiError::not_found("none"))
}

#[delete("/posts/[id]", status = 204)]
async fn remove(id: u64) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}

#[get("/files/[...path]")]
async fn file(path: Vec<String>) -> String {
    path.join("/")
}

#[get("/docs/[[...page]]")]
async fn docs(page: Option<Vec<String>>) -> &'static str {
    let _ = page;
    ""
}

#[get("/mixed/[id]")]
async fn one(id: u8) -> String {
    id.to_string()
}

#[get("/mixed/[...rest]")]
async fn rest(rest: Vec<String>) -> String {
    rest.join("/")
}

#[api_route("/any")]
async fn any(body: String) -> String {
    body
}

#[api_route("/several", method = [PUT, PATCH], operation_id = "change")]
async fn several() -> Redirect {
    Redirect::to("/")
}

#[post("/upload", body_parser = false)]
async fn upload(req: ApiRequest<RawBody>, headers: HeaderMap) -> ApiResponse<Vec<u8>> {
    let _ = (req, headers);
    ApiResponse::new()
}

#[post("/multipart")]
async fn multipart(_parts: Multipart) -> Response {
    ().into_response()
}

#[derive(Deserialize, JsonSchema)]
struct Search {
    q: String,
    page: Option<u32>,
}

#[get("/search/[place]/[year]")]
async fn search(Path((place, year)): Path<(String, u16)>, Query(search): Query<Search>) -> impl IntoResponse {
    format!("{place} {year} {} {:?}", search.q, search.page)
}

#[post("/secret")]
async fn secret(Form(secret): Form<Secret>) -> ApiResult<Secret> {
    Ok(ApiResponse::ok(secret))
}

#[get("/hidden", hidden = true)]
async fn hidden() {}

#[post("/maybe")]
async fn maybe(req: ApiRequest<Option<BTreeMap<String, i32>>>) -> String {
    format!("{:?}", req.body())
}

fn document() -> Value {
    Routes::collect().base("/api").openapi(Info::new("Tests", "1.0.0")).as_json().clone()
}

#[test]
fn prints() {
    println!("{}", Routes::collect().base("/api").openapi(Info::new("Tests", "1.0.0")));
    println!("{:#?}", Routes::collect().openapi(Info::new("Tests", "1.0.0")).undocumented());
    let _ = (document(), json!(1));
}
