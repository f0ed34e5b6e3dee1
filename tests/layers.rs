//! `Routes::layer`: around all that the routes answer, and under `serve` around what they don't.

use axum::Router;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{extract::Request, middleware, middleware::Next};
use route_runtime::testing::TestClient;
use route_runtime::{ApiError, Routes, get};
use tests::http;
use tower::util::MapResponseLayer;

#[get("/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[get("/numbers/[number]")]
async fn number(number: u8) -> Result<String, ApiError> {
    if number == 0 { Err(ApiError::not_found("no zero")) } else { Ok(number.to_string()) }
}

/// Adds a value to a header of every answer.
fn marked(routes: Routes, value: &'static str) -> Routes {
    routes.layer(MapResponseLayer::new(move |mut response: Response| {
        response.headers_mut().append("x-mark", HeaderValue::from_static(value));
        response
    }))
}

/// As a CORS layer does.
async fn preflight(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return (StatusCode::OK, [("access-control-allow-origin", "*")]).into_response();
    }
    next.run(request).await
}

#[tokio::test]
async fn every_answer_of_the_routes_passes_it() {
    let client = TestClient::new(marked(Routes::collect(), "a").into_router().unwrap());
    for (path, status) in [("/hello", 200), ("/numbers/1", 200), ("/numbers/0", 404), ("/numbers/x", 400)] {
        let response = client.get(path).await;
        assert_eq!((response.status().as_u16(), response.header("x-mark")), (status, Some("a")), "{path}");
    }
    let refused = client.post("/hello").await;
    assert_eq!((refused.status().as_u16(), refused.header("x-mark")), (405, Some("a")));
    assert_eq!(refused.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn the_last_one_is_the_outermost() {
    let routes = marked(marked(Routes::collect(), "inner"), "outer");
    let response = TestClient::new(routes.into_router().unwrap()).get("/hello").await;
    let marks: Vec<_> = response.headers().get_all("x-mark").iter().collect();
    assert_eq!(marks, ["inner", "outer"]);
}

#[tokio::test]
async fn it_may_answer_itself() {
    let routes = Routes::collect().layer(middleware::from_fn(preflight));
    let client = TestClient::new(routes.into_router().unwrap());
    let response = client.request(Method::OPTIONS, "/hello").await;
    assert_eq!(response.header("access-control-allow-origin"), Some("*"));
    assert_eq!(client.get("/hello").await.text(), "hello");
}

#[test]
fn under_serve_it_is_around_unknown_paths_too() {
    let routes = marked(Routes::collect(), "a").render_errors(|error| error.to_string());
    let address = http::serve(routes.into_server().unwrap());
    for (path, status, body) in [("/hello", 200, "hello"), ("/nowhere", 404, "404 Not Found")] {
        let answer = http::ask(address, "GET", path);
        assert_eq!((answer.status, &*answer.body), (status, body));
        assert_eq!(answer.head.matches("x-mark: a").count(), 1, "{}", answer.head);
    }
}

/// Lets nobody in.
async fn nobody(_: Request, _: Next) -> Result<Response, ApiError> {
    Err(ApiError::unauthorized("who are you?").header("www-authenticate", "Token"))
}

#[tokio::test]
async fn its_errors_look_as_those_of_the_routes() {
    let routes = || Routes::collect().layer(middleware::from_fn(nobody));
    let problem = TestClient::new(routes().into_router().unwrap()).get("/hello").await;
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    let rendered = routes().render_errors(|error| format!("sorry: {error}"));
    let rendered = TestClient::new(rendered.into_router().unwrap()).get("/hello").await;
    assert_eq!((rendered.status().as_u16(), rendered.text()), (401, "sorry: 401 Unauthorized: who are you?"));
    assert_eq!(rendered.header("www-authenticate"), Some("Token"));
}

#[tokio::test]
async fn the_paths_of_an_outer_app_are_its_own() {
    let by_hand = Router::new().route("/by-hand", axum::routing::get(|| async { "by hand" }));
    let client = TestClient::new(by_hand.merge(marked(Routes::collect(), "a").into_router().unwrap()));
    assert_eq!(client.get("/hello").await.header("x-mark"), Some("a"));
    assert_eq!(client.get("/by-hand").await.header("x-mark"), None);
    assert_eq!(client.get("/nowhere").await.header("x-mark"), None);
}

#[tokio::test]
async fn it_needs_no_route() {
    let none = marked(Routes::collect().filter(|_| false), "a");
    assert_eq!(TestClient::new(none.into_router().unwrap()).get("/hello").await.status(), 404);
}
