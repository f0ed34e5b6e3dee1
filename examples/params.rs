//! Path segments and query parameters as typed arguments.
//!
//! `cargo run --example params`, then `curl 'http://127.0.0.1:3000/api/blog/7/comments?order=asc&tag=a&tag=b'`

use route_runtime::{ApiError, ApiResponse, Routes, get};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Asc,
    #[default]
    Desc,
}

#[derive(Serialize)]
struct Comments {
    post: u64,
    order: Order,
    tags: Vec<String>,
    page: u32,
}

/// `[post]` is one segment, of the argument's type; behind `?` stand query parameters: one that may be absent, one
/// that may be repeated.
#[get("/api/blog/[post]/comments?order&tag&page")]
async fn comments(
    post: u64,
    order: Option<Order>,
    tag: Vec<String>,
    page: Option<u32>,
) -> ApiResponse<Comments> {
    ApiResponse::ok(Comments { post, order: order.unwrap_or_default(), tags: tag, page: page.unwrap_or(1) })
}

/// `[...path]` is one segment or more.
#[get("/api/files/[...path]")]
async fn file(path: Vec<String>) -> String {
    path.join(" > ")
}

/// `[[...words]]` may also be absent.
#[get("/api/count/[[...words]]")]
async fn count(words: Vec<String>) -> Result<String, ApiError> {
    if words.len() > 3 {
        return Err(ApiError::bad_request("at most 3 words"));
    }
    Ok(words.len().to_string())
}

fn app() -> Routes {
    Routes::collect()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    app().serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn arguments_are_typed() {
        let client = TestClient::new(app().into_router().unwrap());
        let response = client.get("/api/blog/7/comments?order=asc&tag=a&tag=b%20c").await;
        let wanted = json!({ "post": 7, "order": "asc", "tags": ["a", "b c"], "page": 1 });
        assert_eq!(response.json::<Value>(), wanted);
    }

    #[tokio::test]
    async fn what_does_not_fit_is_a_400_that_says_what_would() {
        let client = TestClient::new(app().into_router().unwrap());
        for (uri, detail) in [
            ("/api/blog/x/comments", "path parameter `post` must be an integer of 64 bits, not below 0"),
            ("/api/blog/7/comments?order=up", "query parameter `order` must be one of `asc`, `desc`"),
            ("/api/blog/7/comments?page=1&page=2", "query parameter `page` must be given once"),
            ("/api/count/a/b/c/d", "at most 3 words"),
        ] {
            let response = client.get(uri).await;
            assert_eq!(response.status(), 400, "{uri}");
            assert_eq!(response.header("content-type"), Some("application/problem+json"));
            assert_eq!(response.json::<Value>()["detail"], detail);
        }
    }

    #[tokio::test]
    async fn catch_alls() {
        let client = TestClient::new(app().into_router().unwrap());
        assert_eq!(client.get("/api/files/a/b%2Fc").await.text(), "a > b/c");
        assert_eq!(client.get("/api/files").await.status(), 404);
        assert_eq!(client.get("/api/count").await.text(), "0");
        assert_eq!(client.get("/api/count/a/b").await.text(), "2");
    }
}
