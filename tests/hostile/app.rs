//! The routes that are attacked.
//!
//! Most answer with what they understood, so that a case can tell whether a value came through unchanged.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Json, Multipart, Request};
use axum::response::Response;
use futures_util::StreamExt as _;
use route_runtime::{
    ApiError, ApiRequest, ApiResponse, Cookie, RawBody, Routes, ServerOptions, get, post, put,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::http;

/// What every server is asked for after each case.
pub(crate) const GOOD: (&str, &str) = ("/good", "good");

pub(crate) fn routes() -> Routes {
    Routes::collect().trace().with_docs("/docs")
}

/// A server of this library. Its times are short where a case waits for their end.
pub(crate) fn serve() -> SocketAddr {
    let options = ServerOptions::new().head(Duration::from_secs(3)).body(Duration::from_secs(3));
    http::serve(routes().into_server().expect("the routes fit").options(options))
}

/// The same routes in a plain axum server.
pub(crate) fn serve_axum() -> SocketAddr {
    let router = routes().into_router().expect("the routes fit");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("the test waits");
            axum::serve(listener, router).await.expect("it serves");
        });
    });
    told.recv_timeout(Duration::from_secs(10)).expect("it listens")
}

#[get("/good")]
async fn good() -> &'static str {
    GOOD.1
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
struct Post {
    title: String,
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

// Faults.

/// How often handlers began and were dropped before their end, by the name in the path.
static HANGING: Mutex<BTreeMap<String, (u32, u32)>> = Mutex::new(BTreeMap::new());

pub(crate) fn hanging(name: &str) -> (u32, u32) {
    HANGING.lock().unwrap().get(name).copied().unwrap_or_default()
}

struct Hangs(String);

impl Hangs {
    fn begin(name: String) -> Self {
        HANGING.lock().unwrap().entry(name.clone()).or_default().0 += 1;
        Hangs(name)
    }
}

impl Drop for Hangs {
    fn drop(&mut self) {
        HANGING.lock().unwrap().entry(std::mem::take(&mut self.0)).or_default().1 += 1;
    }
}

#[get("/fault/panic")]
async fn panics() {
    panic!("SECRET of a panic");
}

#[get("/fault/panic-late")]
async fn panics_late() {
    tokio::task::yield_now().await;
    panic!("SECRET of a panic");
}

#[post("/fault/panic-body")]
async fn panics_with_body(req: ApiRequest<Post>) {
    panic!("{}", req.body().title);
}

#[get("/fault/fails")]
async fn fails() -> Result<(), ApiError> {
    Err(std::io::Error::other("SECRET of an error"))?
}

#[get("/fault/hangs/[name]", max_duration = "1s")]
async fn hangs(name: String) {
    let _hangs = Hangs::begin(name);
    std::future::pending::<()>().await;
}

#[get("/fault/waits/[name]", max_duration = false)]
async fn waits(name: String) {
    let _hangs = Hangs::begin(name);
    std::future::pending::<()>().await;
}

#[post("/fault/reads/[name]", body_parser = false)]
async fn reads(name: String, req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    let _hangs = Hangs::begin(name);
    Ok(req.into_body().bytes().await?.len().to_string())
}

#[get("/fault/stream")]
async fn stream_panics() -> ApiResponse<()> {
    let numbers = futures_util::stream::iter([1, 0]);
    ApiResponse::new().stream(numbers.map(|n| Ok::<_, std::io::Error>((1 / n).to_string())))
}

// Trust.

#[derive(Serialize)]
struct Seen {
    route: &'static str,
    method: String,
    id: Option<String>,
    query: Option<String>,
}

fn seen(req: &ApiRequest, route: &'static str) -> Json<Seen> {
    Json(Seen {
        route,
        method: req.method().to_string(),
        id: req.param("id").map(Into::into),
        query: req.query("id").map(Into::into),
    })
}

#[get("/trust/[id]")]
async fn trust(req: ApiRequest) -> Json<Seen> {
    seen(&req, "id")
}

#[post("/trust/[id]")]
async fn trust_post(req: ApiRequest) -> Json<Seen> {
    seen(&req, "post")
}

async fn guard(_request: Request) -> Result<Request, ApiError> {
    Err(ApiError::unauthorized("who are you?"))
}

#[get("/trust/admin", layer = axum::middleware::map_request(guard))]
async fn trust_admin(req: ApiRequest) -> Json<Seen> {
    seen(&req, "admin")
}

/// The path as `req.uri()` has it, for links.
#[get("/trust/uri/[id]")]
async fn trust_uri(req: ApiRequest) -> Json<Value> {
    Json(json!({ "path": req.uri().path(), "id": req.param("id") }))
}

// The log.

#[get("/log/error/[text]")]
async fn log_error(req: ApiRequest) -> Result<(), ApiError> {
    let text = req.query("text").or(req.param("text")).unwrap_or_default();
    Err(std::io::Error::other(text.into_owned()))?
}

#[get("/log/panic/[text]")]
async fn log_panic(text: String) {
    panic!("{text}");
}

#[get("/log/header")]
async fn log_header(req: ApiRequest) -> ApiError {
    let agent = req.headers().get("user-agent").map(|agent| agent.as_bytes().to_vec()).unwrap_or_default();
    let agent = String::from_utf8_lossy(&agent).into_owned();
    ApiError::internal("no more is told").caused_by(std::io::Error::other(agent))
}

#[post("/log/json")]
async fn log_json(req: ApiRequest<Post>) -> Result<(), ApiError> {
    Err(std::io::Error::other(req.into_body().title))?
}

#[get("/log/cookie")]
async fn log_cookie(req: ApiRequest) -> Result<(), ApiError> {
    let value = req.cookie("a").map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    Err(std::io::Error::other(value))?
}

/// A name of a header that the client chose is in what the log says.
#[get("/log/name?name")]
async fn log_name(name: String) -> ApiResponse<()> {
    ApiResponse::new().header(name, "a\nb").end()
}

// Documents.

/// Says <script>alert(1)</script> & more.
///
/// "><img src=x onerror=alert(1)> </script><script>alert(2)</script>
#[get("/docs-of/[id]", tag = "<b>tag</b>")]
async fn documented(id: String) -> Response {
    Response::new(id.into())
}
