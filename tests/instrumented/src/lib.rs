//! `#[tracing::instrument]` above and below an attribute of ours.
#![deny(warnings)]

use route_runtime::get;

/// The instrumented function is what is registered.
#[tracing::instrument]
#[get("/above/[id]")]
async fn above(id: u8) -> String {
    id.to_string()
}

/// The function is registered, and then instrumented.
#[get("/below/[id]")]
#[tracing::instrument(skip_all)]
async fn below(id: u8) -> String {
    id.to_string()
}

#[cfg(test)]
mod tests {
    use route_runtime::Routes;
    use route_runtime::testing::TestClient;

    #[tokio::test]
    async fn both_are_served() {
        let client = TestClient::new(Routes::collect().into_router().unwrap());
        assert_eq!(client.get("/above/7").await.text(), "7");
        assert_eq!(client.get("/below/7").await.text(), "7");
    }
}
