//! Which methods a function answers: one verb, a list, or every method.
//!
//! `cargo run --example methods`, then `curl -i -X DELETE http://127.0.0.1:3000/api/posts`

use route_runtime::{ApiRequest, ApiResponse, Routes, api_route, get, post};
use serde_json::{Value, json};

/// GET answers HEAD too, as everywhere in axum.
#[get("/api/posts")]
async fn list() -> ApiResponse<Vec<&'static str>> {
    ApiResponse::ok(vec!["first", "second"])
}

/// A second function on the same path. `status` is what it answers where it says nothing else.
#[post("/api/posts", status = 201)]
async fn create(title: String) -> String {
    format!("created {title}")
}

#[api_route("/api/posts/[id]", method = [PUT, PATCH])]
async fn update(id: u32, req: ApiRequest) -> String {
    format!("{} {id}", req.method())
}

/// Without `method` a function answers every method, as an API route of Next.js does.
#[api_route("/api/switch")]
async fn switch(req: ApiRequest, res: ApiResponse<Value>) -> ApiResponse<Value> {
    match req.method().as_str() {
        "POST" => res.status(202).json(json!({ "did": "process" })),
        method => res.json(json!({ "did": "read", "method": method })),
    }
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

    #[tokio::test]
    async fn every_method_finds_its_function() {
        let client = TestClient::new(app().into_router().unwrap());
        assert_eq!(client.get("/api/posts").await.json::<Value>(), json!(["first", "second"]));
        let created = client.post("/api/posts").body("hello").await;
        assert_eq!((created.status().as_u16(), created.text()), (201, "created hello"));
        assert_eq!(client.put("/api/posts/7").await.text(), "PUT 7");
        assert_eq!(client.patch("/api/posts/7").await.text(), "PATCH 7");
        assert_eq!(client.post("/api/switch").await.status(), 202);
        assert_eq!(client.request("PURGE", "/api/switch").await.json::<Value>()["method"], "PURGE");
    }

    #[tokio::test]
    async fn head_is_get_without_its_body() {
        let client = TestClient::new(app().into_router().unwrap());
        let response = client.head("/api/posts").await;
        assert_eq!((response.status().as_u16(), response.text()), (200, ""));
        assert_eq!(response.header("content-length"), Some("18"));
    }

    #[tokio::test]
    async fn other_methods_are_405_with_allow_and_options_is_answered() {
        let client = TestClient::new(app().into_router().unwrap());
        let response = client.delete("/api/posts").await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.header("allow"), Some("GET,HEAD,POST"));
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        let response = client.options("/api/posts").await;
        assert_eq!((response.status().as_u16(), response.text()), (204, ""));
        assert_eq!(response.header("allow"), Some("GET,HEAD,POST"));
    }
}
