//! The routes that are attacked.
//!
//! Most answer with what they understood, so that a case can tell whether a value came through unchanged.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Json, Multipart};
use route_runtime::{ApiError, ApiRequest, ApiResponse, Cookie, RawBody, get, post, put};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[get("/good")]
async fn good() -> &'static str {
    "good"
}

// Values of a path.

#[get("/int/[n]")]
async fn int(n: i64) -> Json<Value> {
    Json(json!({ "n": n }))
}

#[get("/int/small/[n]")]
async fn small(n: u8) -> Json<Value> {
    Json(json!({ "n": n }))
}

#[get("/int/large/[n]")]
async fn large(n: u128) -> Json<Value> {
    Json(json!({ "n": n.to_string() }))
}

#[get("/int/float/[n]")]
async fn float(n: f64) -> Json<Value> {
    Json(json!({ "n": n.to_string() }))
}

#[get("/int/bool/[n]")]
async fn boolean(n: bool) -> Json<Value> {
    Json(json!({ "n": n }))
}

#[get("/int/char/[n]")]
async fn character(n: char) -> Json<Value> {
    Json(json!({ "n": n }))
}

#[get("/seg/[id]")]
async fn seg(id: String) -> Json<Value> {
    Json(json!({ "id": id }))
}

#[get("/seg/me")]
async fn seg_me() -> &'static str {
    "me"
}

#[get("/seg/[id]/[b]")]
async fn seg_two(id: String, b: String) -> Json<Value> {
    Json(json!({ "a": id, "b": b }))
}

#[get("/catch/[...path]")]
async fn catch(path: Vec<String>) -> Json<Value> {
    Json(json!({ "path": path }))
}

#[get("/catch-opt/[[...path]]")]
async fn catch_optional(path: Vec<String>) -> Json<Value> {
    Json(json!({ "path": path }))
}

#[get("/catch-dots/[...path]", dot_segments = true)]
async fn catch_dots(path: Vec<String>) -> Json<Value> {
    Json(json!({ "path": path }))
}

/// The whole text, as a handler that opens a file would take it.
#[get("/catch-text/[...path]")]
async fn catch_text(req: ApiRequest) -> Json<Value> {
    Json(json!({ "path": req.param("path") }))
}

// Queries.

#[get("/query?q&n&tag")]
async fn query(q: Option<String>, n: Option<i64>, tag: Vec<String>) -> Json<Value> {
    Json(json!({ "q": q, "n": n, "tag": tag }))
}

#[get("/query/map")]
async fn query_map(req: ApiRequest) -> Result<Json<Value>, ApiError> {
    let map: BTreeMap<String, String> = req.query_as()?;
    Ok(Json(json!(map)))
}

#[get("/query/pairs")]
async fn query_pairs(req: ApiRequest) -> Result<Json<Value>, ApiError> {
    let pairs: Vec<(String, String)> = req.query_as()?;
    Ok(Json(json!(pairs)))
}

#[get("/query/struct")]
async fn query_struct(req: ApiRequest) -> Result<Json<Post>, ApiError> {
    Ok(Json(req.query_as()?))
}

// Bodies.

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Post {
    pub(crate) title: String,
    #[serde(default)]
    count: u32,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    by: Option<Author>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Author {
    name: String,
    #[serde(default)]
    role: Role,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    #[default]
    Reader,
    Writer,
}

#[post("/json")]
async fn json_post(req: ApiRequest<Post>) -> Json<Post> {
    Json(req.into_body())
}

#[post("/json/any")]
async fn json_any(req: ApiRequest<Value>) -> Json<Value> {
    Json(req.into_body())
}

#[post("/json/int")]
async fn json_int(req: ApiRequest<i64>) -> Json<i64> {
    Json(req.into_body())
}

#[post("/json/float")]
async fn json_float(req: ApiRequest<f64>) -> String {
    req.body().to_string()
}

#[post("/json/map")]
async fn json_map(req: ApiRequest<BTreeMap<String, u8>>) -> Json<BTreeMap<String, u8>> {
    Json(req.into_body())
}

#[post("/json/text")]
async fn json_text(req: ApiRequest<String>) -> Json<String> {
    Json(req.into_body())
}

#[post("/json/optional")]
async fn json_optional(req: ApiRequest<Option<Post>>) -> Json<Option<Post>> {
    Json(req.into_body())
}

/// axum's own extractor, whose refusals must not pass as they are.
#[post("/json/axum")]
async fn json_axum(Json(post): Json<Post>) -> Json<Post> {
    Json(post)
}

#[post("/json/small", body_limit = 1000)]
async fn json_small(req: ApiRequest<Value>) -> Json<Value> {
    Json(req.into_body())
}

#[post("/json/bytes", body_limit = 1000)]
async fn json_bytes(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/json/multipart")]
async fn json_multipart(mut parts: Multipart) -> Result<Json<Value>, ApiError> {
    let mut seen = Vec::new();
    while let Some(part) = parts.next_field().await? {
        let names = json!([part.name(), part.file_name()]);
        seen.push(json!([names, part.bytes().await?.len()]));
    }
    Ok(Json(json!(seen)))
}

#[post("/json/raw", body_limit = 1000)]
async fn json_raw(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    Ok(req.into_body().bytes().await?.len().to_string())
}

/// The body is the next message's where a server does not read it to its end.
#[post("/json/unread")]
async fn json_unread() -> &'static str {
    "unread"
}

// Cookies and headers.

#[get("/cookie")]
async fn cookies(req: ApiRequest) -> Json<Value> {
    Json(req.cookies().map(|cookie| json!([cookie.name(), cookie.value()])).collect())
}

#[get("/cookie/[name]")]
async fn cookie(name: String, req: ApiRequest) -> Json<Value> {
    Json(json!(req.cookie(&name).map(|cookie| cookie.value().to_owned())))
}

#[get("/setcookie?name&value&path&domain")]
async fn set_cookie(
    name: String,
    value: String,
    path: Option<String>,
    domain: Option<String>,
) -> ApiResponse<()> {
    let mut cookie = Cookie::new(name, value);
    if let Some(path) = path {
        cookie.set_path(path);
    }
    if let Some(domain) = domain {
        cookie.set_domain(domain);
    }
    ApiResponse::new().cookie(cookie).end()
}

#[get("/redir?to")]
async fn redirect(to: String) -> ApiResponse<()> {
    ApiResponse::new().status(303).redirect(to)
}

#[get("/redir/external?to")]
async fn redirect_external(to: String) -> ApiResponse<()> {
    ApiResponse::new().redirect_external(to)
}

#[get("/slash/[id]")]
async fn slash(id: String) -> Json<Value> {
    Json(json!({ "id": id }))
}

#[get("/slash/me")]
async fn slash_me() -> &'static str {
    "me"
}

#[get("/hdr?name&value")]
async fn header(name: Option<String>, value: String) -> ApiResponse<()> {
    ApiResponse::new().header(name.unwrap_or("x-value".to_owned()), value).send("sent")
}

// Methods.

#[get("/meth")]
async fn meth_get() -> &'static str {
    "get"
}

#[put("/meth")]
async fn meth_put() -> &'static str {
    "put"
}

#[post("/meth/post")]
async fn meth_post() -> &'static str {
    "post"
}

#[get("/meth/[id]")]
async fn meth_id(id: String) -> String {
    id
}
