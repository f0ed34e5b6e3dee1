//! What clients must not see, and the developer has to: in the log, with the route it is about.

use std::fmt::Write as _;
use std::sync::Mutex;

use axum::Extension;
use futures_util::StreamExt as _;
use route_runtime::testing::TestClient;
use route_runtime::{ApiError, ApiResponse, Routes, get};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps the message of every event.
struct Keep;

impl Subscriber for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("route_runtime")
    }

    fn event(&self, event: &Event<'_>) {
        struct Message(String);
        impl Visit for Message {
            fn record_debug(&mut self, _: &Field, value: &dyn std::fmt::Debug) {
                write!(self.0, "{value:?}").unwrap();
            }
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        LINES.lock().unwrap().push(message.0);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[get("/panics")]
async fn panics() {
    panic!("secret\nof a panic");
}

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("outer\x1b[31m")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[get("/fails")]
async fn fails() -> Result<(), ApiError> {
    let result: Result<u8, _> = "x".parse();
    tokio::task::yield_now().await;
    result.map_err(Outer)?;
    Ok(())
}

#[get("/missing")]
async fn missing(Extension(_number): Extension<u8>) {}

#[get("/header")]
async fn header() -> ApiResponse<()> {
    ApiResponse::new().header("x", "a\r\nb: c")
}

#[get("/large", response_limit = 5)]
async fn large() -> &'static str {
    "secret"
}

#[get("/off")]
async fn off() -> ApiResponse<()> {
    ApiResponse::new().redirect("//secret.example")
}

#[get("/unfinished")]
async fn unfinished(res: ApiResponse<()>) -> ApiResponse<()> {
    res.status(202)
}

#[get("/external", external_resolver = true)]
async fn external(res: ApiResponse<()>) -> ApiResponse<()> {
    res
}

fn pieces() -> impl futures_util::Stream<Item = Result<&'static str, std::io::Error>> {
    futures_util::stream::iter([Ok("sec"), Ok("ret"), Err(std::io::Error::other("gone"))])
}

#[get("/cut", response_limit = 5)]
async fn cut() -> ApiResponse<()> {
    ApiResponse::new().stream(pieces())
}

#[get("/broken")]
async fn broken() -> ApiResponse<()> {
    ApiResponse::new().stream(pieces())
}

#[get("/stream-panics")]
async fn stream_panics() -> ApiResponse<()> {
    let chunks = futures_util::stream::iter([1, 0]).map(|n| Ok::<_, std::io::Error>((1 / n).to_string()));
    ApiResponse::new().stream(chunks)
}

#[get("/upstream")]
async fn upstream() -> Result<String, ApiError> {
    let bytes = axum::body::to_bytes("a long answer".into(), 2).await?;
    Ok(bytes.len().to_string())
}

#[get("/unfit/[map]")]
async fn unfit(map: std::collections::BTreeMap<String, String>) -> usize_text::Text {
    usize_text::Text(map.len())
}

mod usize_text {
    pub(super) struct Text(pub(super) usize);

    impl axum::response::IntoResponse for Text {
        fn into_response(self) -> axum::response::Response {
            self.0.to_string().into_response()
        }
    }
}

/// The lines about one request.
async fn lines(client: &TestClient, path: &str) -> (u16, Vec<String>) {
    LINES.lock().unwrap().clear();
    let status = client.get(path).await.status().as_u16();
    (status, std::mem::take(&mut *LINES.lock().unwrap()))
}

/// One test, because the lines of all are kept in one place.
#[tokio::test]
async fn every_500_has_one_line_that_says_why_and_where() {
    tracing::subscriber::set_global_default(Keep).unwrap();
    let client = TestClient::new(Routes::collect().into_router().unwrap());
    for (path, status, wanted) in [
        (
            "/off",
            400,
            "an answer was given a redirect target that is no local path; `redirect_external` leads to",
        ),
        (
            "/cut",
            200,
            "a streamed answer was cut off at 5 bytes: raise the limit with `response_limit = \"…\"`",
        ),
        ("/broken", 200, "a streamed answer broke off: gone [GET /broken, "),
        ("/stream-panics", 200, "panicked: attempt to divide by zero [GET /stream-panics, "),
        ("/unfinished", 202, "resolved without sending a response"),
    ] {
        let (answered, lines) = lines(&client, path).await;
        assert_eq!((answered, lines.len()), (status, 1), "{path}: {lines:?}");
        assert!(lines[0].contains(wanted) && lines[0].contains("log.rs:"), "{path}: {lines:?}");
        assert!(!lines[0].contains("secret"), "{lines:?}");
    }
    // Once for each route, and never where somebody else answers.
    for (path, status) in [("/unfinished", 202), ("/external", 200), ("/off", 400)] {
        assert_eq!(lines(&client, path).await, (status, vec![]), "{path}");
    }
    // A mistake of the program's each time.
    for _ in 0..2 {
        assert_eq!(lines(&client, "/header").await.1.len(), 1);
    }
    for (path, wanted) in [
        ("/panics", "panicked: secret\\nof a panic [GET /panics, "),
        (
            "/fails",
            "answered 500 Internal Server Error: outer\\u{1b}[31m: invalid digit found in string [GET /fails, ",
        ),
        ("/missing", "answered 500 Internal Server Error: axum::"),
        ("/missing", "Missing request extension: Extension of type `u8` was not found."),
        ("/header", "an answer was given a value that the header `x` can't have [GET /header, "),
        ("/upstream", "answered 500 Internal Server Error: length limit exceeded [GET /upstream, "),
        ("/large", "an answer of 6 bytes was not sent, because it is larger than 5: raise the limit with "),
        ("/unfit/x", "the path parameter `map` can't be read into a map; write a type of one value"),
    ] {
        LINES.lock().unwrap().clear();
        let response = client.get(path).await;
        assert_eq!(
            (response.status().as_u16(), response.text()),
            (500, r#"{"title":"Internal Server Error","status":500}"#)
        );
        let lines = LINES.lock().unwrap().clone();
        assert_eq!(lines.len(), 1, "{path}: {lines:?}");
        assert!(lines[0].contains(wanted) && lines[0].contains("log.rs:"), "{path}: {lines:?}");
    }
}
