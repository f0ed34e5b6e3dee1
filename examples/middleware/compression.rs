//! gzip, and what it does to the limit of an answer and to its `ETag`.
//!
//! `cargo run -p middleware --example compression`, then `curl -i --compressed http://127.0.0.1:3000/numbers/1000`

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use route_runtime::{ApiResponse, Routes, RoutesError, get};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};

/// `response_limit` counts what the function made, not what is sent: a layer stands outside of it.
#[get("/numbers/[count]", response_limit = "8kb")]
async fn numbers(count: u32) -> ApiResponse<Vec<u32>> {
    ApiResponse::ok((0..count).collect())
}

/// Not compressed where it stands beside a secret that the client can guess at (BREACH).
#[get("/account/[name]", tag = "secret")]
async fn account(name: String) -> ApiResponse<String> {
    ApiResponse::ok(format!("{name} {}", "s3cret ".repeat(200)))
}

/// 204 and 304 have no content, and so no coding of it. `SizeAbove` alone does not know: their size is not told.
fn has_content(status: StatusCode, _: Version, _: &HeaderMap, _: &Extensions) -> bool {
    status != StatusCode::NO_CONTENT && status != StatusCode::NOT_MODIFIED
}

/// By function. Not below 512 bytes, where it is not worth it; images and event streams are left alone by default.
fn app() -> Result<Router, RoutesError> {
    let gzip = CompressionLayer::new()
        .compress_when(SizeAbove::new(512).and(has_content).and(DefaultPredicate::new()));
    Routes::collect().layer_where(|route| route.tag() != Some("secret"), gzip).into_router()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::{TestClient, TestRequest};

    /// What every gzip starts with (RFC 1952, 2.3.1).
    const MAGIC: &[u8] = &[0x1f, 0x8b];

    fn ask(path: &str) -> TestRequest {
        TestClient::new(app().unwrap()).get(path).header("accept-encoding", "gzip, br;q=0.5")
    }

    #[tokio::test]
    async fn what_is_large_is_sent_small() {
        let small = ask("/numbers/1000").await;
        let plain = TestClient::new(app().unwrap()).get("/numbers/1000").await;
        assert_eq!(
            (small.header("content-encoding"), plain.header("content-encoding")),
            (Some("gzip"), None)
        );
        assert!(small.bytes().starts_with(MAGIC) && small.bytes().len() * 2 < plain.bytes().len());
        // A cache must know, of both.
        assert_eq!([small.header("vary"), plain.header("vary")], [Some("accept-encoding"); 2]);
        assert_eq!(ask("/numbers/3").await.text(), "[0,1,2]");
    }

    /// The tag is weak, because it is that of all encodings: who has one of them has the answer.
    #[tokio::test]
    async fn a_tag_is_the_same_for_both() {
        let small = ask("/numbers/1000").await;
        let plain = TestClient::new(app().unwrap()).get("/numbers/1000").await;
        let tag = small.header("etag").unwrap();
        assert!(tag.starts_with("W/"));
        assert_eq!(plain.header("etag"), Some(tag));
        let again = ask("/numbers/1000").header("if-none-match", tag).await;
        assert_eq!(
            (again.status().as_u16(), again.header("etag"), again.bytes()),
            (304, Some(tag), &b""[..])
        );
    }

    #[tokio::test]
    async fn the_limit_is_that_of_what_was_made() {
        // 8891 bytes, of which gzip would send less than half.
        let over = ask("/numbers/2000").await;
        assert_eq!(
            (over.status().as_u16(), over.header("content-type")),
            (500, Some("application/problem+json"))
        );
    }

    #[tokio::test]
    async fn a_secret_is_sent_as_it_is() {
        assert_eq!(ask("/account/ann").await.header("content-encoding"), None);
    }
}
