//! An axum app that exists already takes annotated handlers one by one.
//!
//! `cargo run --example embed`, then `curl http://127.0.0.1:3000/api/posts` and `curl -X POST …/api/posts`

use axum::http::{StatusCode, Uri};
use axum::routing;
use route_runtime::{Routes, RoutesError, State, get, post};

#[derive(Clone)]
struct App {
    greeting: &'static str,
}

/// The app as it was: its own routes, its own state, its own fallback.
fn old_app(app: App) -> axum::Router {
    async fn health(State(app): State<App>) -> String {
        format!("{}, all is well", app.greeting)
    }
    async fn posts() -> &'static str {
        "by hand"
    }
    async fn fallback(uri: Uri) -> (StatusCode, String) {
        (StatusCode::NOT_FOUND, format!("the old app has no {}", uri.path()))
    }
    axum::Router::new()
        .route("/health", routing::get(health))
        .route("/api/posts", routing::get(posts))
        .fallback(fallback)
        .with_state(app)
}

/// A second method on a path that the old app serves.
#[post("/api/posts", status = 201)]
async fn create(State(app): State<App>) -> String {
    format!("{}, created", app.greeting)
}

/// A new path.
#[get("/api/posts/[id]")]
async fn show(id: u64) -> String {
    format!("post {id}")
}

fn app() -> Result<axum::Router, RoutesError> {
    let app = App { greeting: "hello" };
    let annotated = Routes::collect().with_state(app.clone()).into_router()?;
    Ok(old_app(app).merge(annotated))
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;

    #[tokio::test]
    async fn the_old_app_stays_as_it_was() {
        let client = TestClient::new(app().unwrap());
        assert_eq!(client.get("/health").await.text(), "hello, all is well");
        assert_eq!(client.get("/api/posts").await.text(), "by hand");
        assert_eq!(client.get("/nowhere").await.text(), "the old app has no /nowhere");
    }

    #[tokio::test]
    async fn annotated_handlers_join_it() {
        let client = TestClient::new(app().unwrap());
        let created = client.post("/api/posts").await;
        assert_eq!((created.status().as_u16(), created.text()), (201, "hello, created"));
        assert_eq!(client.get("/api/posts/7").await.text(), "post 7");
    }

    #[tokio::test]
    async fn allow_names_the_methods_of_both() {
        let client = TestClient::new(app().unwrap());
        let response = client.delete("/api/posts").await;
        assert_eq!(response.status(), 405);
        let mut allowed: Vec<&str> = response.header("allow").unwrap().split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    }
}
