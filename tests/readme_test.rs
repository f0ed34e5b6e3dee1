//! The README's test of a whole API, in a binary of its own: it collects every route there is.

use route_runtime::{Routes, get, testing::TestClient};

#[get("/api/hello/[name]")]
async fn hello(name: String) -> String {
    format!("Hello, {name}!")
}

#[tokio::test]
async fn says_hello() {
    let client = TestClient::new(Routes::collect().into_router().unwrap());
    assert_eq!(client.get("/api/hello/World").await.text(), "Hello, World!");
}
