//! The smallest program: one annotated function, and a server that finds it.
//!
//! `cargo run --example hello`, then `curl http://127.0.0.1:3000/api/hello/World`

use route_runtime::{Routes, get};

/// Says hello.
#[get("/api/hello/[name]")]
async fn hello(name: String) -> String {
    format!("Hello, {name}!")
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
    async fn says_hello() {
        let client = TestClient::new(app().into_router().unwrap());
        let response = client.get("/api/hello/World").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.text(), "Hello, World!");
    }
}
