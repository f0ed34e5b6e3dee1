//! The API. Nothing in it knows of Lambda.

use futures_util::stream;
use route_runtime::axum::body::Bytes;
use route_runtime::{ApiError, ApiRequest, ApiResponse, Cookie, get, post, put};
use serde::{Deserialize, Serialize};

/// Whether requests may come: what a load balancer asks. A service with a database asks it here.
#[get("/ready", etag = false)]
async fn ready() -> &'static str {
    "ready"
}

/// A segment, decoded, and a query parameter that may be repeated.
#[get("/api/greet/[name]?title")]
async fn greet(name: String, title: Vec<String>) -> String {
    let titles: String = title.iter().flat_map(|title| [title, " "]).collect();
    format!("Hello, {titles}{name}!")
}

/// A segment that has to be a number.
#[get("/api/square/[number]")]
async fn square(number: i64) -> Result<String, ApiError> {
    let square = number.checked_mul(number).ok_or(ApiError::bad_request("too large"))?;
    Ok(square.to_string())
}

/// Any number of segments.
#[get("/api/files/[...path]")]
async fn file(path: Vec<String>) -> ApiResponse<Vec<String>> {
    ApiResponse::ok(path)
}

#[derive(Deserialize, Serialize)]
struct Note {
    title: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// JSON or a form.
#[post("/api/notes")]
async fn add_note(req: ApiRequest<Note>) -> ApiResponse<Note> {
    ApiResponse::created(req.into_body())
        .append_header("link", "</api/notes>; rel=collection")
        .append_header("link", "</ready>; rel=status")
}

/// Two cookies.
#[post("/api/login")]
async fn login() -> ApiResponse<()> {
    let session = Cookie::build(("session", "7")).path("/").http_only(true).secure(true);
    ApiResponse::no_content().cookie(session).cookie(Cookie::new("theme", "dark, of course"))
}

#[get("/api/me")]
async fn me(req: ApiRequest) -> Result<String, ApiError> {
    let theme = req.cookie("theme").ok_or(ApiError::unauthorized("log in first"))?;
    let session = req.cookie("session").ok_or(ApiError::unauthorized("log in first"))?;
    Ok(format!("session {}, {}", session.value(), theme.value()))
}

/// A body of bytes: how many there are, and the last.
#[put("/api/bytes")]
async fn bytes(body: Bytes) -> String {
    format!("{} {:?}", body.len(), body.last())
}

/// An answer that is no text: the smallest GIF.
#[get("/api/pixel.gif")]
async fn pixel() -> ApiResponse<()> {
    const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;";
    ApiResponse::new().send(GIF).header("content-type", "image/gif")
}

/// An answer in pieces, which may become too large while it is sent.
#[get("/api/lines/[count]", response_limit = "1kb")]
async fn lines(count: usize) -> ApiResponse<()> {
    let lines = (1..=count).map(|line| Ok::<_, std::io::Error>(format!("line {line}\n")));
    ApiResponse::new().header("content-type", "text/plain").stream(stream::iter(lines))
}

/// A function that takes longer than it may.
#[get("/api/slow", max_duration = "50ms")]
async fn slow() {
    std::future::pending::<()>().await;
}

/// A function that panics.
#[get("/api/broken")]
#[expect(clippy::panic, reason = "what a panic answers is to be seen")]
async fn broken() -> String {
    panic!("broken")
}
