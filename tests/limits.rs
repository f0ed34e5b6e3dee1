//! The keys that limit: `body_parser`, `body_limit`, `response_limit`, `max_duration` beside a body; each in both
//! directions, by attribute and by default, for this library's arguments and for axum's.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Multipart, Request};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use futures_util::{Stream, StreamExt as _, stream};
use route_runtime::testing::TestClient;
use route_runtime::{
    ApiError, ApiRequest, ApiResponse, RawBody, ResponseLimit, RouteConfig, Routes, get, post,
};
use serde_json::Value;
use tests::http;
use tower::util::MapRequestLayer;

// Bodies: one route for each way to read one, each under 10 bytes.

#[post("/typed", body_limit = 10)]
async fn typed(req: ApiRequest<Value>) -> String {
    req.body().to_string().len().to_string()
}

#[post("/raw", body_limit = 10)]
async fn raw(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    Ok(req.into_body().bytes().await?.len().to_string())
}

#[post("/json", body_limit = 10)]
async fn json(Json(value): Json<Value>) -> String {
    value.to_string().len().to_string()
}

#[post("/bytes", body_limit = 10)]
async fn bytes(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/form", body_limit = 10)]
async fn form(Form(pairs): Form<Vec<(String, String)>>) -> String {
    pairs.len().to_string()
}

#[post("/body", body_limit = 10)]
async fn body(body: Body) -> Result<String, ApiError> {
    Ok(to_bytes(body, usize::MAX).await?.len().to_string())
}

#[post("/request", body_limit = 10)]
async fn request(request: Request) -> Result<String, ApiError> {
    Ok(to_bytes(request.into_body(), usize::MAX).await?.len().to_string())
}

#[post("/multipart", body_limit = 100)]
async fn multipart(mut multipart: Multipart) -> Result<String, ApiError> {
    let mut bytes = 0;
    while let Some(field) = multipart.next_field().await? {
        bytes += field.bytes().await?.len();
    }
    Ok(bytes.to_string())
}

#[post("/layered", body_limit = 10, layer = MapRequestLayer::new(|request: Request| request))]
async fn layered(bytes: Bytes) -> String {
    bytes.len().to_string()
}

/// Reads no body, but its layer could.
#[post("/layer-alone", body_limit = 10, layer = MapRequestLayer::new(|request: Request| request))]
async fn layer_alone() {}

/// What a layer makes of a body, as one that decompresses, is held to the limit too.
#[post("/layer-grows", body_limit = 10, layer = MapRequestLayer::new(|_: Request| Request::new(chunked(20))))]
async fn layer_grows(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/unread", body_limit = 10)]
async fn unread(_req: ApiRequest) {}

#[post("/nothing", body_limit = 0)]
async fn nothing(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/default")]
async fn default(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/large", body_limit = "4mb")]
async fn large(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/unlimited", body_parser = false)]
async fn unlimited(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/unlimited/raw", body_parser = false)]
async fn unlimited_raw(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    Ok(req.into_body().bytes().await?.len().to_string())
}

#[post("/parsed", body_parser = true)]
async fn parsed(bytes: Bytes) -> String {
    bytes.len().to_string()
}

fn routes() -> Routes {
    Routes::collect()
}

fn client_of(routes: Routes) -> TestClient {
    TestClient::new(routes.into_router().unwrap())
}

fn client() -> TestClient {
    client_of(routes())
}

fn with(defaults: RouteConfig) -> TestClient {
    client_of(routes().defaults(defaults))
}

/// A body of unknown size, in pieces.
fn chunked(length: usize) -> Body {
    chunked_text("1".repeat(length).into_bytes())
}

fn chunked_text(text: Vec<u8>) -> Body {
    let chunks: Vec<_> = text.chunks(3).map(|chunk| Ok::<_, Infallible>(chunk.to_vec())).collect();
    Body::from_stream(stream::iter(chunks))
}

async fn status(client: &TestClient, path: &str, body: impl Into<Body>) -> u16 {
    let request = client.post(path).header("content-type", "application/json").body(body);
    request.await.status().as_u16()
}

#[tokio::test]
async fn the_limit_is_inclusive_and_holds_for_every_reader() {
    let client = client();
    for path in ["/typed", "/raw", "/json", "/bytes", "/body", "/request", "/layered"] {
        assert_eq!(status(&client, path, "1".repeat(10)).await, 200, "{path}");
        assert_eq!(status(&client, path, "1".repeat(11)).await, 413, "{path}");
        assert_eq!(status(&client, path, chunked(10)).await, 200, "{path}, chunked");
        assert_eq!(status(&client, path, chunked(11)).await, 413, "{path}, chunked");
    }
    let form = |body: Body| {
        client.post("/form").header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    assert_eq!(form("a=1234567&".into()).await.text(), "1");
    assert_eq!(form("a=12345678&".into()).await.status(), 413);
    assert_eq!(form(chunked_text(b"a=12345678&".to_vec())).await.status(), 413);
    assert_eq!(status(&client, "/nothing", "").await, 200);
    assert_eq!(status(&client, "/nothing", "1").await, 413);
    assert_eq!(status(&client, "/nothing", chunked(1)).await, 413);
}

#[tokio::test]
async fn multipart_keeps_to_it_too() {
    let client = client();
    let send = |content: usize, known: bool| {
        let text = format!(
            "--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--x--\r\n",
            "1".repeat(content)
        );
        let body = if known { Body::from(text) } else { chunked_text(text.into_bytes()) };
        client.post("/multipart").header("content-type", "multipart/form-data; boundary=x").body(body)
    };
    for known in [true, false] {
        assert_eq!(send(30, known).await.text(), "30");
        assert_eq!(send(60, known).await.status(), 413);
    }
}

#[tokio::test]
async fn what_nobody_reads_has_no_limit() {
    let client = client();
    assert_eq!(status(&client, "/unread", "1".repeat(11)).await, 200);
    assert_eq!(status(&client, "/layer-alone", "1".repeat(11)).await, 413);
    assert_eq!(status(&client, "/layer-grows", "1").await, 413);
}

#[tokio::test]
async fn bytes_are_counted_as_they_are_received() {
    let request = client().post("/typed").header("content-type", "application/json");
    assert_eq!(request.body("\"日日日\"").await.status(), 413);
}

#[tokio::test]
async fn one_mebibyte_by_default_and_more_than_axums_two_where_a_route_says_so() {
    let client = client();
    let mib = 1 << 20;
    assert_eq!(status(&client, "/default", "1".repeat(mib)).await, 200);
    assert_eq!(status(&client, "/default", "1".repeat(mib + 1)).await, 413);
    assert_eq!(status(&client, "/default", chunked(mib + 1)).await, 413);
    assert_eq!(status(&client, "/large", "1".repeat(4 * mib)).await, 200);
    assert_eq!(status(&client, "/large", chunked(4 * mib)).await, 200);
    assert_eq!(status(&client, "/large", chunked(4 * mib + 1)).await, 413);
}

#[tokio::test]
async fn no_limit_where_the_body_is_not_parsed() {
    let client = client();
    for path in ["/unlimited", "/unlimited/raw"] {
        assert_eq!(status(&client, path, "1".repeat(5 << 20)).await, 200, "{path}");
        assert_eq!(status(&client, path, chunked(3 << 20)).await, 200, "{path}, chunked");
    }
}

#[tokio::test]
async fn the_attribute_wins_over_the_defaults_of_bodies() {
    let small = with(RouteConfig::new().body_limit(5));
    assert_eq!(status(&small, "/default", "123456").await, 413);
    assert_eq!(status(&small, "/default", "12345").await, 200);
    assert_eq!(status(&small, "/bytes", "123456").await, 200);
    assert_eq!(status(&small, "/unlimited", "123456").await, 200);
    let unlimited = with(RouteConfig::new().body_parser(false));
    assert_eq!(status(&unlimited, "/default", "1".repeat(3 << 20)).await, 200);
    assert_eq!(status(&unlimited, "/bytes", "1".repeat(11)).await, 413);
    assert_eq!(status(&unlimited, "/parsed", "1".repeat(3 << 20)).await, 413);
}

// Answers.

fn text(n: usize) -> String {
    "x".repeat(n)
}

#[get("/answer/[n]")]
async fn answer(n: usize) -> String {
    text(n)
}

#[get("/answer/ten/[n]", response_limit = 10)]
async fn answer_ten(n: usize) -> ApiResponse<Value> {
    ApiResponse::new().send(text(n))
}

#[get("/answer/off/[n]", response_limit = false)]
async fn answer_off(n: usize) -> String {
    text(n)
}

/// `n` bytes, one by one where they are few.
fn pieces(n: usize) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let size = if n > 1000 { 1000 } else { 1 };
    stream::iter((0..n / size).map(move |_| Ok(Bytes::from(vec![b'x'; size]))))
}

#[get("/stream/[n]")]
async fn streamed(n: usize) -> ApiResponse<Value> {
    ApiResponse::new().stream(pieces(n))
}

#[get("/stream/ten/[n]", response_limit = 10)]
async fn streamed_ten(n: usize) -> ApiResponse<Value> {
    ApiResponse::new().stream(pieces(n))
}

/// Its length is in a header alone.
#[get("/stream/declared/[n]", response_limit = 10)]
async fn streamed_declared(n: usize) -> Response {
    ([("content-length", n.to_string())], Body::from_stream(pieces(n))).into_response()
}

#[get("/events/[n]")]
async fn events(n: usize) -> Response {
    ([("content-type", "text/event-stream")], Body::from_stream(pieces(n))).into_response()
}

#[get("/events/ten/[n]", response_limit = 10)]
async fn events_ten(n: usize) -> Response {
    ([("content-type", "Text/Event-Stream; charset=utf-8")], Body::from_stream(pieces(n))).into_response()
}

/// What a layer makes of it is not counted.
#[get("/answer/layered/[n]", response_limit = 10, layer = tower::util::MapResponseLayer::new(|_: Response| text(20)))]
async fn answer_layered(n: usize) -> String {
    text(n)
}

#[get("/breaks-off")]
async fn breaks_off() -> ApiResponse<Value> {
    let chunks = [Ok("part"), Err(std::io::Error::other("gone"))];
    ApiResponse::new().stream(stream::iter(chunks))
}

#[tokio::test]
async fn an_answer_over_its_limit_is_a_500_before_a_byte_is_sent() {
    let client = client();
    let mib4 = 4 << 20;
    for (path, status) in [
        ("/answer/ten/10", 200),
        ("/answer/ten/11", 500),
        ("/stream/declared/10", 200),
        ("/stream/declared/11", 500),
        (&*format!("/answer/{mib4}"), 200),
        (&*format!("/answer/{}", mib4 + 1), 500),
        (&*format!("/answer/off/{}", mib4 + 1), 200),
        ("/answer/layered/10", 200),
    ] {
        let response = client.get(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        if status == 500 {
            assert_eq!(response.text(), r#"{"title":"Internal Server Error","status":500}"#);
            assert_eq!(response.header("etag"), None);
        }
    }
    assert_eq!(client.head("/answer/ten/11").await.status(), 500);
}

/// What arrives of a streamed answer, and whether it broke off.
async fn arrives(routes: Routes, path: &str) -> (usize, bool) {
    use tower::ServiceExt as _;
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = routes.into_router().unwrap().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let mut frames = response.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(frame) = frames.next().await {
        match frame {
            Ok(data) => bytes += data.len(),
            Err(_) => return (bytes, true),
        }
    }
    (bytes, false)
}

#[tokio::test]
async fn a_stream_is_cut_off_where_somebody_said_so() {
    let default = || routes().defaults(RouteConfig::new().response_limit(ResponseLimit::Bytes(5)));
    let warned = || routes().defaults(RouteConfig::new().response_limit(ResponseLimit::Warn));
    for (routes, path, wanted) in [
        (routes(), "/stream/5000000", (5_000_000, false)),
        (routes(), "/stream/ten/10", (10, false)),
        (routes(), "/stream/ten/11", (10, true)),
        (routes(), "/events/5000000", (5_000_000, false)),
        (routes(), "/events/ten/11", (10, true)),
        (default(), "/stream/5", (5, false)),
        (default(), "/stream/6", (5, true)),
        (default(), "/stream/ten/10", (10, false)),
        // Events go on for as long as they like.
        (default(), "/events/6", (6, false)),
        (warned(), "/stream/5000000", (5_000_000, false)),
        (routes(), "/breaks-off", (4, true)),
    ] {
        assert_eq!(arrives(routes, path).await, wanted, "{path}");
    }
}

#[tokio::test]
async fn the_attribute_wins_over_the_defaults_of_answers() {
    let limit = |limit| with(RouteConfig::new().response_limit(limit));
    let five = limit(ResponseLimit::Bytes(5));
    assert_eq!(five.get("/answer/6").await.status(), 500);
    assert_eq!(five.get("/answer/ten/10").await.status(), 200);
    assert_eq!(five.get("/answer/off/6").await.status(), 200);
    let over = format!("/answer/{}", (4 << 20) + 1);
    assert_eq!(limit(ResponseLimit::Off).get(&over).await.status(), 200);
    // As Next.js: the log alone hears of it.
    assert_eq!(limit(ResponseLimit::Warn).get(&over).await.status(), 200);
    assert_eq!(limit(ResponseLimit::Warn).get("/answer/ten/11").await.status(), 500);
}

// Time.

#[post("/upload", max_duration = "5s", body_parser = false)]
async fn upload(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    let mut body = req.into_body();
    let mut bytes = 0;
    while let Some(chunk) = body.chunk().await? {
        bytes += chunk.len();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(bytes.to_string())
}

#[post("/upload/axum", max_duration = "5s")]
async fn upload_axum(body: Body) -> Result<String, ApiError> {
    Ok(to_bytes(body, usize::MAX).await?.len().to_string())
}

#[post("/upload/typed", max_duration = "5s")]
async fn upload_typed(req: ApiRequest<String>) -> String {
    req.into_body()
}

/// Asks for its body once, and never again.
#[post("/upload/forgotten", max_duration = "5s")]
async fn upload_forgotten(req: ApiRequest<RawBody>) {
    let mut body = req.into_body();
    let asked = body.chunk();
    tokio::select! {
        biased;
        _ = asked => {}
        () = std::future::ready(()) => {}
    }
    std::future::pending::<()>().await;
}

/// Hands its body to another router, whose route has a clock of its own.
#[post("/upload/forwarded", max_duration = "5s")]
async fn upload_forwarded(body: Body) -> Response {
    use tower::ServiceExt as _;
    let request = Request::post("/upload/axum/patient").body(body).unwrap();
    routes().into_router().unwrap().oneshot(request).await.unwrap()
}

#[post("/upload/axum/patient", max_duration = "20s")]
async fn upload_patient(body: Body) -> Result<String, ApiError> {
    Ok(to_bytes(body, usize::MAX).await?.len().to_string())
}

/// A piece each ten seconds.
fn slow(pieces: usize) -> Body {
    let slow = stream::iter(0..pieces).then(|_| async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        Ok::<_, Infallible>(Bytes::from_static(b"x"))
    });
    Body::from_stream(slow)
}

/// The same, with a length that is known: `pieces` of `size` bytes.
struct Sized {
    pieces: std::pin::Pin<Box<dyn Stream<Item = Bytes> + Send>>,
    length: u64,
}

fn slow_and_sized(pieces: usize, size: usize) -> Body {
    let slow = stream::iter(0..pieces).then(move |_| async move {
        tokio::time::sleep(Duration::from_secs(10)).await;
        Bytes::from(vec![b'x'; size])
    });
    Body::new(Sized { pieces: Box::pin(slow), length: (pieces * size) as u64 })
}

impl http_body::Body for Sized {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.pieces.as_mut().poll_next(cx).map(|piece| piece.map(|piece| Ok(http_body::Frame::data(piece))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.length)
    }
}

#[tokio::test(start_paused = true)]
async fn and_while_a_client_is_slow_that_said_how_much_will_come() {
    let client = client();
    for (path, size) in
        [("/upload", 1), ("/upload/axum", 1), ("/upload/axum", 20_000), ("/upload/forwarded", 1)]
    {
        let response = client.post(path).body(slow_and_sized(4, size)).await;
        assert_eq!((response.status().as_u16(), response.text()), (200, &*(4 * size).to_string()), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_stands_while_the_client_is_slow() {
    let client = client();
    for (path, pieces, wanted) in
        [("/upload", 4, "4"), ("/upload/axum", 4, "4"), ("/upload/typed", 4, "xxxx")]
    {
        let start = tokio::time::Instant::now();
        let response = client.post(path).header("content-type", "text/plain").body(slow(pieces)).await;
        assert_eq!((response.status().as_u16(), response.text()), (200, wanted), "{path}");
        assert!(start.elapsed() >= Duration::from_secs(40));
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_asked_for_once_does_not_stop_it_for_ever() {
    let start = tokio::time::Instant::now();
    let response = client().post("/upload/forgotten").body(slow(100)).await;
    assert_eq!(response.status(), 503);
    assert!(start.elapsed() <= Duration::from_secs(11), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn and_goes_on_while_the_handler_is() {
    let start = tokio::time::Instant::now();
    // Six seconds of its own among a minute of waiting.
    let response = client().post("/upload").body(slow(6)).await;
    assert_eq!(response.status(), 503);
    assert_eq!(start.elapsed().as_secs(), 60 + 5);
}

// Over a socket.

fn address() -> SocketAddr {
    http::serve(routes().into_server().expect("the routes fit"))
}

#[test]
fn a_declared_length_over_the_limit_is_413_at_once_and_never_100() {
    let mut stream = http::connect(address());
    http::send(&mut stream, "POST", "/bytes", "content-length: 20000000\r\nexpect: 100-continue\r\n");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer, and the end");
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
}

#[test]
fn a_body_within_the_limit_is_asked_for() {
    let mut stream = http::connect(address());
    http::send(
        &mut stream,
        "POST",
        "/bytes",
        "content-length: 3\r\nexpect: 100-continue\r\nconnection: close\r\n",
    );
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).expect("an interim answer");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abc").expect("a body sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with('3'), "{answer}");
}

#[test]
fn a_small_body_over_the_limit_leaves_the_connection_open() {
    let mut stream = http::connect(address());
    // In one write: hyper, which answers without the body, closes when that is still on its way.
    let request = b"POST /bytes HTTP/1.1\r\nhost: localhost\r\ncontent-length: 11\r\n\r\n12345678901";
    stream.write_all(request).expect("a request sent");
    assert_eq!(http::receive(&mut stream).status, 413);
    http::send(&mut stream, "GET", "/answer/3", "");
    assert_eq!(http::receive(&mut stream).body, "xxx");
}

#[test]
fn a_client_sees_that_a_cut_answer_is_not_whole() {
    let address = address();
    for (path, part) in [("/stream/ten/11", "1\r\nx\r\n"), ("/breaks-off", "4\r\npart\r\n")] {
        let mut stream = http::connect(address);
        http::send(&mut stream, "GET", path, "");
        let mut answer = Vec::new();
        // The end, or a reset.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).expect("text");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(part), "{answer}");
        assert!(!answer.ends_with("0\r\n\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_too_large() {
    let client = client();
    for path in ["/bytes", "/json", "/typed", "/raw", "/body"] {
        let pieces = stream::iter([Ok("[1,"), Err(std::io::Error::other("gone"))]);
        let request = client.post(path).header("content-type", "application/json");
        let status = request.body(Body::from_stream(pieces)).await.status().as_u16();
        // `/body` reads it by itself, with `?` on an error that axum does not name.
        assert_eq!(status, if path == "/body" { 500 } else { 400 }, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_grows_over_the_limit_is_said_to() {
    let pieces = stream::iter(["[1,2,3,4,5,", "6]"].map(Ok::<_, Infallible>));
    let response = client().post("/raw").body(Body::from_stream(pieces)).await;
    assert_eq!(response.status(), 413);
    assert!(response.text().contains("\"detail\":\"the body is too large\""), "{}", response.text());
}
