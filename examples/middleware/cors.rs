//! CORS: for all routes, for some, and for one, where each method of a path is a function of its own.
//!
//! `cargo run -p middleware --example cors`, then
//! `curl -i -X OPTIONS http://127.0.0.1:3000/posts -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: POST'`

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use route_runtime::{ApiError, Routes, RoutesError, delete, get, post};
use tower_http::cors::{Any, CorsLayer};

#[get("/posts")]
async fn list() -> &'static str {
    "[]"
}

#[post("/posts", tag = "of the app", status = 201)]
async fn create() -> &'static str {
    "created"
}

/// For no other origin, whatever other functions of the path say.
#[delete("/posts")]
async fn clear() -> &'static str {
    "cleared"
}

/// One function alone: anybody's page may read it.
#[get("/fonts/[name]", layer = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET]))]
async fn font(name: String) -> String {
    name
}

/// What the pages of one origin may do, with a token.
fn of_the_app() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(HeaderValue::from_static("https://app.example"))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
}

async fn signed_in(request: Request, next: Next) -> Result<Response, ApiError> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(next.run(request).await);
    }
    Err(ApiError::unauthorized("sign in").header("www-authenticate", "Bearer"))
}

/// By function. The last layer is the outermost: CORS answers the preflight, which never has a token, and the 401 has its
/// headers, so that a page can read it.
fn app() -> Result<Router, RoutesError> {
    Routes::collect()
        .layer_where(|route| route.tag() == Some("of the app"), from_fn(signed_in))
        .layer_where(|route| route.pattern() == "/posts" && route.name() != "clear", of_the_app())
        .into_router()
}

/// For every route: one line.
#[cfg(test)]
fn all_of_it() -> Result<Router, RoutesError> {
    Routes::collect().layer(of_the_app()).into_router()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::{TestClient, TestResponse};

    fn origin(response: &TestResponse) -> Option<&str> {
        response.header("access-control-allow-origin")
    }

    /// What a browser asks before it sends a request of this method.
    async fn preflight(app: &TestClient, path: &str, method: &str) -> TestResponse {
        let request = app.options(path).header("origin", "https://app.example");
        request.header("access-control-request-method", method).await
    }

    #[tokio::test]
    async fn a_preflight_is_answered_for_the_function_it_asks_for() {
        let app = TestClient::new(app().unwrap());
        for (path, method, wanted) in [
            ("/posts", "GET", Some("https://app.example")),
            ("/posts", "POST", Some("https://app.example")),
            ("/posts", "DELETE", None),
            ("/fonts/serif", "GET", Some("*")),
            ("/fonts/serif", "POST", None),
            ("/nowhere", "GET", None),
        ] {
            let answer = preflight(&app, path, method).await;
            assert_eq!(origin(&answer), wanted, "{method} {path}");
            assert_eq!(answer.header("access-control-allow-methods").is_some(), wanted.is_some());
        }
    }

    #[tokio::test]
    async fn the_request_that_follows_has_the_header_too() {
        let app = TestClient::new(app().unwrap());
        let post = || app.post("/posts").header("origin", "https://app.example");
        let created = post().bearer("s3cret").await;
        assert_eq!((created.status().as_u16(), origin(&created)), (201, Some("https://app.example")));
        let refused = post().await;
        assert_eq!((refused.status().as_u16(), origin(&refused)), (401, Some("https://app.example")));
        let cleared = app.delete("/posts").header("origin", "https://app.example").await;
        assert_eq!((cleared.text(), origin(&cleared)), ("cleared", None));
        assert_eq!(origin(&app.get("/fonts/serif").await), Some("*"));
    }

    #[tokio::test]
    async fn one_layer_for_all() {
        let app = TestClient::new(all_of_it().unwrap());
        for (path, method) in [("/posts", "GET"), ("/posts", "DELETE"), ("/fonts/serif", "GET")] {
            assert_eq!(
                preflight(&app, path, method).await.header("access-control-allow-methods"),
                Some("GET,POST")
            );
        }
        // What is asked of the path, and by no page, passes too.
        assert_eq!(app.options("/posts").await.status(), 200);
        let refused = app.put("/posts").header("origin", "https://app.example").await;
        assert_eq!((refused.status().as_u16(), origin(&refused)), (405, Some("https://app.example")));
    }
}
