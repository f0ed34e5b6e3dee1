//! The server under test, in a process of its own: what its memory, files and time are is then read from outside.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use futures_util::stream;
use route_runtime::{ApiResponse, Routes, ServerOptions, get, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};

/// Short times, so that a run is short. Each limit is what a row of the tables is about.
pub(crate) const HEAD: Duration = Duration::from_secs(2);
pub(crate) const IDLE: Duration = Duration::from_secs(2);
pub(crate) const BODY: Duration = Duration::from_secs(2);
pub(crate) const WRITE_STALL: Duration = Duration::from_secs(2);
/// What `/hangs` may take; the same number stands in its attribute.
pub(crate) const MAX_DURATION: Duration = Duration::from_secs(2);
pub(crate) const LAME_DUCK: Duration = Duration::from_millis(300);
pub(crate) const SETTLE: Duration = Duration::from_millis(300);
/// How long the library empties the system's queue before it closes the listener.
pub(crate) const BACKLOG: Duration = Duration::from_millis(50);
pub(crate) const DRAIN: Duration = Duration::from_secs(5);

/// What a server in a child process is asked to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    /// `axum::serve` in place of the library's.
    pub(crate) is_plain: bool,
    pub(crate) max_connections: usize,
    pub(crate) head: Duration,
}

/// What `/stats` tells.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Stats {
    /// Tasks of tokio that have not ended.
    pub(crate) tasks: usize,
    /// Handlers that began to wait for ever.
    pub(crate) started: usize,
    /// Those of them that were dropped.
    pub(crate) dropped: usize,
}

impl Setup {
    /// The library's server, or the anchor, with room for every client of the tables.
    pub(crate) fn new(is_plain: bool) -> Self {
        Setup { is_plain, max_connections: 12_000, head: HEAD }
    }

    /// As arguments of this program.
    pub(crate) fn arguments(self) -> [String; 4] {
        let kind = if self.is_plain { "plain" } else { "ours" };
        let head = self.head.as_secs().to_string();
        ["server".to_owned(), kind.to_owned(), self.max_connections.to_string(), head]
    }

    /// The arguments after `server`, read back.
    pub(crate) fn parse(arguments: &[String]) -> Option<Self> {
        let [kind, max_connections, head] = arguments else { return None };
        Some(Setup {
            is_plain: kind == "plain",
            max_connections: max_connections.parse().ok()?,
            head: Duration::from_secs(head.parse().ok()?),
        })
    }
}

/// The numbers of the server, for the top of a report.
pub(crate) fn numbers(is_plain: bool) -> String {
    if is_plain {
        return "`axum::serve(..).with_graceful_shutdown(..)`, which has no numbers; handlers of its own, without limits".to_owned();
    }
    let numbers = [
        ("head", HEAD),
        ("idle", IDLE),
        ("body", BODY),
        ("write_stall", WRITE_STALL),
        ("max_duration", MAX_DURATION),
        ("lame_duck", LAME_DUCK),
        ("settle", SETTLE),
        ("drain", DRAIN),
    ];
    let numbers: Vec<String> = numbers.iter().map(|(name, number)| format!("{name} {number:?}")).collect();
    format!("`Server` with {}", numbers.join(", "))
}

static STARTED: AtomicUsize = AtomicUsize::new(0);
static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl Counted {
    fn new() -> Self {
        STARTED.fetch_add(1, Ordering::Relaxed);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

#[get("/stats")]
async fn stats() -> Json<Stats> {
    Json(Stats {
        tasks: Handle::current().metrics().num_alive_tasks(),
        started: STARTED.load(Ordering::Relaxed),
        dropped: DROPPED.load(Ordering::Relaxed),
    })
}

#[get("/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[get("/slow/[millis]")]
async fn slow(millis: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    "slow"
}

async fn for_ever() -> &'static str {
    let _counted = Counted::new();
    std::future::pending().await
}

/// Never returns, and has a limit.
#[get("/hangs", max_duration = "2s")]
async fn hangs() -> &'static str {
    for_ever().await
}

/// Never returns, and has none.
#[get("/stuck", max_duration = false)]
async fn stuck() -> &'static str {
    for_ever().await
}

#[get("/panics")]
async fn panics() -> &'static str {
    std::panic::panic_any("a handler that panics")
}

/// More than sockets hold.
#[get("/large/[megabytes]", response_limit = false)]
async fn large(megabytes: usize) -> ApiResponse {
    ApiResponse::new().send(vec![b'x'; megabytes.min(64) << 20])
}

/// The length of what [`chunks`] sends.
pub(crate) const CHUNKS: usize = 128 * 64 * 1024;

#[get("/chunks", response_limit = false)]
async fn chunks() -> ApiResponse {
    let chunk = Bytes::from(vec![b'x'; 64 * 1024]);
    ApiResponse::new().stream(stream::iter((0..128).map(move |_| Ok::<_, std::io::Error>(chunk.clone()))))
}

#[post("/body")]
async fn body(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/json")]
async fn json(Json(value): Json<Value>) -> Json<Value> {
    Json(value)
}

/// The same functions on a router of axum's own.
fn by_hand() -> axum::Router {
    use axum::routing::{get, post};
    axum::Router::new()
        .route("/ready", get(async || "ready"))
        .route("/stats", get(stats))
        .route("/hello", get(hello))
        .route("/slow/{millis}", get(async |Path(millis): Path<u64>| slow(millis).await))
        .route("/hangs", get(hangs))
        .route("/stuck", get(stuck))
        .route("/panics", get(panics))
        .route("/large/{megabytes}", get(async |Path(megabytes): Path<usize>| large(megabytes).await))
        .route("/chunks", get(chunks))
        .route("/body", post(body))
        .route("/json", post(json))
}

fn options(setup: Setup) -> ServerOptions {
    ServerOptions::new()
        .head(setup.head)
        .idle(IDLE)
        .body(BODY)
        .write_stall(WRITE_STALL)
        .lame_duck(LAME_DUCK)
        .settle(SETTLE)
        .drain(DRAIN)
        .max_connections(setup.max_connections)
        .readiness("/ready")
}

/// Serves until a signal. Prints the address as its first line.
pub(crate) fn serve(setup: Setup) -> std::io::Result<()> {
    // Whoever started it holds the other end: no server is left behind by a run that was killed.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(3);
    });
    // A panic is a row of the tables, and no news.
    std::panic::set_hook(Box::new(|_| {}));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if setup.is_plain {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let mut terminate = signal(SignalKind::terminate())?;
            tell(listener.local_addr()?);
            let stop = async move {
                let _ = terminate.recv().await;
            };
            axum::serve(listener, by_hand()).with_graceful_shutdown(stop).await
        } else {
            let server = Routes::collect().into_server().map_err(std::io::Error::other)?;
            let server = server.options(options(setup)).on_listening(tell);
            server.serve("127.0.0.1:0").await.map_err(std::io::Error::other)
        }
    })
}

fn tell(address: SocketAddr) {
    println!("{address}");
}
