//! What the keys of the attribute do at run time: `status`, `layer`, `max_duration`, and the panic guard.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use route_runtime::testing::TestClient;
use route_runtime::{ApiRequest, ApiResponse, RouteConfig, RouteInfo, Routes, State, get, post};
use serde_json::Value;
use tower::util::MapResponseLayer;

#[post("/status/default", status = 201)]
async fn status_default() -> &'static str {
    "created"
}

#[post("/status/own", status = 201)]
async fn status_own() -> StatusCode {
    StatusCode::ACCEPTED
}

/// A 200 that the function chose is no default.
#[post("/status/chosen", status = 201)]
async fn status_chosen(res: ApiResponse<()>) -> ApiResponse<()> {
    res.status(200).end()
}

#[post("/status/no-content", status = 204)]
async fn status_no_content() -> &'static str {
    "this is not sent"
}

fn mark(name: &'static str) -> MapResponseLayer<impl Fn(Response) -> Response + Clone + Send + Sync> {
    MapResponseLayer::new(move |mut response: Response| {
        response.headers_mut().append("x-layer", name.parse().unwrap());
        response
    })
}

#[get("/layers", layer = mark("outer"), layer = mark("inner"))]
async fn layers() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("x-layer", "handler")], "layers")
}

/// Layers stand around extraction, and find the route.
#[get("/layers/[id]", layer = axum::middleware::from_fn(middleware))]
async fn layered(id: u8) -> String {
    id.to_string()
}

async fn middleware(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let pattern = request.extensions().get::<&'static RouteInfo>().map_or("?", |info| info.pattern());
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-pattern", pattern.parse().unwrap());
    response
}

#[derive(Clone, Default)]
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Flag(Arc<AtomicBool>);

#[get("/slow", max_duration = "5s")]
async fn slow(State(Flag(flag)): State<Flag>) {
    let _dropped = Dropped(flag);
    std::future::pending::<()>().await;
}

#[get("/in-time", max_duration = "5s")]
async fn in_time() -> &'static str {
    tokio::time::sleep(Duration::from_secs(4)).await;
    "in time"
}

#[get("/by-default")]
async fn by_default() -> &'static str {
    tokio::time::sleep(Duration::from_secs(50)).await;
    "done"
}

#[get("/unlimited", max_duration = false)]
async fn unlimited() -> &'static str {
    tokio::time::sleep(Duration::from_secs(5000)).await;
    "done"
}

#[get("/panics/[when]")]
async fn panics(when: String) {
    struct Loud;
    impl Drop for Loud {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("secret of a destructor");
            }
        }
    }
    match when.as_str() {
        "at-once" => panic!("secret"),
        "later" => {
            tokio::task::yield_now().await;
            panic!("secret {}", 7);
        }
        _ => drop(Loud),
    }
}

#[get("/panics-in-layer", layer = MapResponseLayer::new(|_: Response| -> Response { panic!("secret") }))]
async fn panics_in_layer() {}

fn routes() -> Routes {
    Routes::collect().with_state(Flag(Arc::default()))
}

fn client() -> TestClient {
    TestClient::new(routes().into_router().unwrap())
}

#[tokio::test]
async fn status_is_what_an_answer_gets_that_says_nothing() {
    let client = client();
    assert_eq!(client.post("/status/default").await.status(), 201);
    assert_eq!(client.post("/status/own").await.status(), 202);
    assert_eq!(client.post("/status/chosen").await.status(), 200);
}

#[tokio::test]
async fn a_204_has_no_content() {
    let response = client().post("/status/no-content").await;
    assert_eq!((response.status().as_u16(), response.text()), (204, ""));
    assert_eq!(response.header("content-type"), None);
}

/// A layer that changes the type of the body, as limits and decompression do.
#[post("/layers/body", layer = tower::layer::layer_fn(Wrap))]
async fn wrapped(body: String) -> String {
    body
}

#[derive(Clone)]
struct Wrap<S>(S);

impl<S> tower::Service<axum::extract::Request> for Wrap<S>
where
    S: tower::Service<axum::http::Request<body::Wrapped>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: axum::extract::Request) -> S::Future {
        self.0.call(request.map(body::Wrapped))
    }
}

mod body {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::{Body, Bytes, HttpBody};

    pub(super) struct Wrapped(pub(super) Body);

    impl HttpBody for Wrapped {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<::http_body::Frame<Bytes>, axum::Error>>> {
            Pin::new(&mut self.0).poll_frame(cx)
        }
    }
}

/// A layer that runs what it wraps on a task of its own, as buffers do.
#[derive(Clone)]
struct Elsewhere<S>(S);

impl<S> tower::Service<axum::extract::Request> for Elsewhere<S>
where
    S: tower::Service<
            axum::extract::Request,
            Response = Response,
            Error = Infallible,
            Future: Send + 'static,
        >,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: axum::extract::Request) -> Self::Future {
        let reply = self.0.call(request);
        Box::pin(async move { tokio::spawn(reply).await.expect("no panic") })
    }
}

#[get("/layers/elsewhere/[id]", layer = tower::layer::layer_fn(Elsewhere))]
async fn elsewhere(req: ApiRequest, again: ApiRequest) -> ApiResponse<String> {
    tokio::task::yield_now().await;
    let id = again.param("id").unwrap_or_default();
    ApiResponse::ok(format!("{} {id}", req.route().pattern()))
}

#[tokio::test]
async fn a_layer_may_run_the_function_on_another_task() {
    let response = client().get("/layers/elsewhere/7").await;
    assert_eq!(response.text(), "\"/layers/elsewhere/[id] 7\"");
    let tag = response.header("etag").expect("a tag").to_owned();
    assert_eq!(client().get("/layers/elsewhere/7").header("if-none-match", tag.as_str()).await.status(), 304);
}

#[tokio::test]
async fn a_layer_may_change_the_type_of_the_body() {
    assert_eq!(client().post("/layers/body").body("text").await.text(), "text");
}

#[tokio::test]
async fn the_first_layer_is_the_outermost() {
    let response = client().get("/layers").await;
    let order: Vec<_> = response.headers().get_all("x-layer").iter().collect();
    assert_eq!(order, ["handler", "inner", "outer"]);
    assert_eq!(response.text(), "layers");
}

#[tokio::test]
async fn a_layer_sees_refused_requests_too_and_finds_the_route() {
    let client = client();
    for (path, status) in [("/layers/7", 200), ("/layers/x", 400)] {
        let response = client.get(path).await;
        assert_eq!(
            (response.status().as_u16(), response.header("x-pattern")),
            (status, Some("/layers/[id]"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_too_long_is_dropped() {
    let flag = Flag(Arc::default());
    let client = TestClient::new(Routes::collect().with_state(flag.clone()).into_router().unwrap());
    let start = tokio::time::Instant::now();
    let response = client.get("/slow").await;
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    assert_eq!(response.status(), 503);
    assert_eq!(response.json::<Value>()["title"], "Service Unavailable");
    assert!(flag.0.load(Ordering::SeqCst), "its future lives on");
    assert_eq!(client.get("/in-time").await.text(), "in time");
}

/// Never waits, and leaves tokio no room for a timer.
#[get("/busy", max_duration = "100ms")]
async fn busy() {
    let start = std::time::Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        tokio::task::consume_budget().await;
    }
}

#[tokio::test]
async fn a_handler_that_is_always_ready_is_dropped_too() {
    assert_eq!(client().get("/busy").await.status(), 503);
}

#[tokio::test(start_paused = true)]
async fn the_attribute_wins_over_the_defaults() {
    let defaults = RouteConfig::new().max_duration(Duration::from_secs(10));
    let client = TestClient::new(routes().defaults(defaults).into_router().unwrap());
    assert_eq!(client.get("/by-default").await.status(), 503);
    assert_eq!(client.get("/unlimited").await.text(), "done");
    assert_eq!(self::client().get("/by-default").await.text(), "done");
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    let client = client();
    for path in ["/panics/at-once", "/panics/later", "/panics/in-a-destructor", "/panics-in-layer"] {
        let response = client.get(path).await;
        assert_eq!(response.status(), 500, "{path}");
        assert_eq!(response.text(), r#"{"title":"Internal Server Error","status":500}"#);
    }
    assert_eq!(StatusCode::OK.into_response().status(), client.get("/layers").await.status());
}

/// Panics when it is dropped.
struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("in a drop");
    }
}

#[get("/late-and-panics-in-drop", max_duration = "20ms")]
async fn late_and_panics_in_drop() {
    let _panics = PanicsInDrop;
    std::future::pending::<()>().await;
}

/// What is left of a handler whose time is over is dropped under the guards: the connection would end otherwise.
#[tokio::test]
async fn a_late_handler_is_dropped_under_the_guards() {
    assert_eq!(client().get("/late-and-panics-in-drop").await.status(), 500);
}
