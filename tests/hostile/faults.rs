//! Routes that panic, fail or hang, that have guards, and whose errors are logged.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::extract::{Json, Request};
use axum::response::Response;
use futures_util::StreamExt as _;
use route_runtime::{ApiError, ApiRequest, ApiResponse, RawBody, get, post};
use serde::Serialize;
use serde_json::{Value, json};

use crate::app::Post;

/// Says nothing of the panics of these routes, which are meant: with back traces they would fill the memory that is measured.
pub(crate) fn expect_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|location| location.file() != file!()) {
            before(panic);
        }
    }));
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
