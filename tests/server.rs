//! `serve` over a real socket.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::{Extensions, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use route_runtime::{ApiError, ApiRequest, Routes, Server, get};
use serde_json::Value;
use tests::http;

#[get("/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[get("/nothing")]
async fn nothing() {}

#[get("/no-content", status = 204)]
async fn no_content() -> &'static str {
    "this is not sent"
}

#[get("/who")]
async fn who(ConnectInfo(address): ConnectInfo<SocketAddr>) -> String {
    address.ip().to_string()
}

/// Who may find the client in the request's extensions: as an extension, by `ApiRequest`, by an own extractor, in a layer.
#[get("/who/extension")]
async fn who_by_extension(Extension(ConnectInfo(address)): Extension<ConnectInfo<SocketAddr>>) -> String {
    address.ip().to_string()
}

#[get("/who/request")]
async fn who_by_request(req: ApiRequest) -> String {
    client_in(req.extensions())
}

struct Client(String);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Client(client_in(&parts.extensions)))
    }
}

#[get("/who/own")]
async fn who_by_an_own_extractor(Client(address): Client) -> String {
    address
}

async fn client_in_a_header(request: Request, next: Next) -> Response {
    let client = client_in(request.extensions());
    ([("x-client", client)], next.run(request).await).into_response()
}

#[get("/who/layer", layer = axum::middleware::from_fn(client_in_a_header))]
async fn who_by_a_layer() {}

fn client_in(extensions: &Extensions) -> String {
    extensions.get::<ConnectInfo<SocketAddr>>().map_or("nobody".to_owned(), |info| info.0.ip().to_string())
}

#[get("/panic")]
async fn panics() {
    panic!("secret");
}

#[get("/fails")]
async fn fails() -> Result<(), ApiError> {
    "x".parse::<u8>()?;
    Ok(())
}

fn address() -> SocketAddr {
    http::serve(Routes::collect().into_server().expect("the routes fit"))
}

#[test]
fn answers_and_problems() {
    let address = address();
    let answer = http::ask(address, "GET", "/hello");
    assert_eq!((answer.status, &*answer.body), (200, "hello"));
    let answer = http::ask(address, "GET", "/no-content");
    assert_eq!((answer.status, &*answer.body), (204, ""));
    assert!(!answer.head.contains("content-"), "{}", answer.head);
    assert_eq!(http::ask(address, "GET", "/who").body, "127.0.0.1");
    for (path, status) in [("/nowhere", 404), ("/fails", 500), ("/panic", 500)] {
        let answer = http::ask(address, "GET", path);
        assert_eq!(answer.status, status);
        assert!(answer.head.contains("application/problem+json"), "{}", answer.head);
        let problem: Value = serde_json::from_str(&answer.body).expect("a problem");
        assert_eq!(problem["status"], status);
        assert!(!answer.body.contains("secret") && !answer.body.contains("digit"), "{}", answer.body);
    }
    let answer = http::ask(address, "PUT", "/hello");
    assert_eq!(answer.status, 405);
    assert!(answer.head.contains("allow: GET,HEAD"), "{}", answer.head);
}

#[test]
fn who_asks_for_the_client_is_told() {
    let address = address();
    for path in ["/who", "/who/extension", "/who/request", "/who/own"] {
        assert_eq!(http::ask(address, "GET", path).body, "127.0.0.1", "{path}");
    }
    assert!(http::ask(address, "GET", "/who/layer").head.contains("x-client: 127.0.0.1"));
    // Of all routes, around the router and around the service.
    let routes = || Routes::collect().layer(axum::middleware::from_fn(client_in_a_header));
    let around = tower::ServiceBuilder::new()
        .layer(axum::middleware::from_fn(client_in_a_header))
        .service(Routes::collect().into_service().expect("the routes fit"));
    for address in [
        http::serve(routes().into_server().expect("the routes fit")),
        http::serve(Server::new(routes().into_router().expect("the routes fit"))),
        http::serve(Server::new(routes().into_service().expect("the routes fit"))),
        http::serve(Server::new(around)),
    ] {
        assert!(http::ask(address, "GET", "/hello").head.contains("x-client: 127.0.0.1"));
    }
}

#[test]
fn the_length_of_an_answer_is_written_once() {
    let address = address();
    let lengths = |answer: http::Answer| {
        let head = answer.head.to_ascii_lowercase();
        head.lines()
            .filter_map(|line| line.strip_prefix("content-length: ").map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(lengths(http::ask(address, "GET", "/hello")), ["5"]);
    assert_eq!(lengths(http::ask(address, "GET", "/nothing")), ["0"]);
    assert_eq!(lengths(http::ask(address, "GET", "/nowhere")).len(), 1);
    assert_eq!(lengths(http::ask(address, "HEAD", "/hello")), ["5"]);
}

#[test]
fn the_connection_outlives_a_panic() {
    let mut stream = http::connect(address());
    for (path, status) in
        [("/hello", 200), ("/panic", 500), ("/hello", 200), ("/panic", 500), ("/hello", 200)]
    {
        http::send(&mut stream, "GET", path, "");
        assert_eq!(http::receive(&mut stream).status, status);
    }
}

#[test]
fn any_router_can_be_served() {
    let app = axum::Router::new()
        .route("/by-hand", axum::routing::get(|| async { "by hand" }))
        .merge(Routes::collect().into_router().expect("the routes fit"));
    let address = http::serve(Server::new(app));
    assert_eq!(http::ask(address, "GET", "/by-hand").body, "by hand");
    assert_eq!(http::ask(address, "GET", "/hello").body, "hello");
}

#[tokio::test]
async fn addresses_that_can_not_be_listened_on() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = taken.local_addr().expect("an address");
    let error = Routes::collect().serve(address).await.expect_err("in use");
    assert!(error.is_address_in_use());
    assert_eq!(
        error.to_string(),
        format!("can't listen on {address}: the port is in use; stop the other program or take another port")
    );
    let error = Routes::collect().serve(("127.0.0.1", address.port())).await.expect_err("in use");
    assert!(error.to_string().starts_with(&format!("can't listen on {address}: ")), "{error}");
    let error = Routes::collect().serve("no address").await.expect_err("no address");
    assert!(error.to_string().contains("write `host:port`"), "{error}");
    assert!(!error.is_address_in_use());
    let error = Routes::collect().serve("192.0.2.1:3000").await.expect_err("another machine's");
    assert!(error.to_string().contains("this machine has no such address"), "{error}");
}

#[test]
fn a_silent_connection_does_not_stop_others() {
    let address = address();
    let mut silent = http::connect(address);
    let start = Instant::now();
    assert_eq!(http::ask(address, "GET", "/hello").status, 200);
    assert!(start.elapsed() < Duration::from_secs(5));
    silent.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
    assert!(silent.read(&mut [0]).is_err(), "still open");
}

#[test]
fn the_404_of_serve_looks_as_the_app_says() {
    let routes = Routes::collect().render_errors(|error| format!("rendered: {error}"));
    let address = http::serve(routes.into_server().expect("the routes fit"));
    let answer = http::ask(address, "GET", "/nowhere");
    assert_eq!((answer.status, &*answer.body), (404, "rendered: 404 Not Found"));
    // What is refused before any route too.
    let mut stream = http::connect(address);
    stream.write_all(b"GET /hello HTTP/1.1\r\n\r\n").expect("a request sent");
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("an answer");
    assert!(
        said.starts_with("HTTP/1.1 400 ") && said.contains("\r\n\r\nrendered: 400 Bad Request"),
        "{said}"
    );
}
