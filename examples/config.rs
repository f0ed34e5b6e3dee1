//! Every key of the attribute that changes what a route lets in, sends out, or how long it takes.
//!
//! `cargo run --example config`, then `curl -i http://127.0.0.1:3000/api/slow`, and others of the paths below.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::response::Response;
use route_runtime::{
    ApiError, ApiRequest, ApiResponse, RawBody, ResponseLimit, RouteConfig, Routes, get, post,
};
use tower::util::MapResponseLayer;

/// `method` and `status`: `#[post(…)]` is `#[api_route(…, method = POST)]`; the status is that of a success which says
/// nothing else. `tag` and `operation_id` are for documents.
#[post("/api/job", status = 202, tag = "jobs", operation_id = "startJob")]
async fn job() -> &'static str {
    "started"
}

/// `body_limit`: the largest body, inclusive; 1mb where nothing is said. It holds for axum's extractors too.
#[post("/api/note", body_limit = "1.5kb")]
async fn note(note: Bytes) -> String {
    note.len().to_string()
}

/// `body_parser = false`: no limit. The body comes as a stream.
#[post("/api/count", body_parser = false)]
async fn count(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    let mut body = req.into_body();
    let mut bytes = 0;
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len();
    }
    Ok(bytes.to_string())
}

/// `response_limit`: the largest answer; 4mb where nothing is said, `false` for none. One that is larger is a 500, and the
/// log says what to do.
#[get("/api/zeros/[n]", response_limit = "1kb")]
async fn zeros(n: usize) -> String {
    "0".repeat(n)
}

/// `max_duration`: a function that takes longer is dropped and answered for with 503; 60 seconds under `serve` where
/// nothing is said, `false` for none.
#[get("/api/slow", max_duration = "100ms")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(5)).await;
    "late"
}

/// `etag = false`: no `ETag`, and no 304 for who has the answer already.
#[get("/api/now", etag = false)]
async fn now() -> ApiResponse<u64> {
    ApiResponse::ok(4)
}

/// The same with what is the default.
#[get("/api/constant")]
async fn constant() -> ApiResponse<u64> {
    ApiResponse::ok(4)
}

/// `dot_segments = true`: lets `..` reach a catch-all, for those who know what to do with it. Without, it is 400.
#[get("/api/link/[...target]", dot_segments = true)]
async fn link(target: Vec<String>) -> String {
    target.join(" -> ")
}

/// `external_resolver = true`: the answer is meant to be empty, so the log does not warn that it is unfinished.
#[post("/api/hook", external_resolver = true)]
async fn hook(_req: ApiRequest, res: ApiResponse<()>) -> ApiResponse<()> {
    res
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
    response
}

/// `layer`: any tower layer, around this route alone. `hidden = true` leaves it out of documents.
#[get("/api/secret", layer = MapResponseLayer::new(no_store), hidden = true)]
async fn secret() -> &'static str {
    "tell nobody"
}

/// What holds for routes that say nothing. An attribute wins over it.
fn app() -> Routes {
    let defaults = RouteConfig::new()
        .body_limit(64 * 1024)
        .response_limit(ResponseLimit::Bytes(1024 * 1024))
        .max_duration(Duration::from_secs(10));
    Routes::collect().defaults(defaults)
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    app().serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;

    #[tokio::test]
    async fn each_key_does_what_it_says() {
        let client = TestClient::new(app().into_router().unwrap());
        assert_eq!(client.post("/api/job").await.status(), 202);
        assert_eq!(client.post("/api/note").body(vec![0; 1536]).await.text(), "1536");
        assert_eq!(client.post("/api/note").body(vec![0; 1537]).await.status(), 413);
        assert_eq!(client.post("/api/count").body(vec![0; 100_000]).await.text(), "100000");
        assert_eq!(client.get("/api/zeros/1024").await.status(), 200);
        assert_eq!(client.get("/api/zeros/1025").await.status(), 500);
        assert_eq!(client.get("/api/slow").await.status(), 503);
        assert_eq!(client.get("/api/now").header("if-none-match", "*").await.status(), 200);
        assert_eq!(client.get("/api/constant").header("if-none-match", "*").await.status(), 304);
        assert_eq!(client.get("/api/link/a/../b").await.text(), "a -> .. -> b");
        assert_eq!(client.post("/api/hook").await.status(), 200);
        assert_eq!(client.get("/api/secret").await.header("cache-control"), Some("no-store"));
    }
}
