//! `Server` under clients that are silent, slow, many, do not read, or speak no sound HTTP; and its end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use route_runtime::{ApiRequest, RawBody, Routes, Server, ServerOptions, get, post};
use tests::http::{self, Ending, closed, until};

#[get("/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[post("/body")]
async fn body(bytes: Bytes) -> String {
    bytes.len().to_string()
}

#[post("/stream", body_parser = false)]
async fn stream(req: ApiRequest<RawBody>) -> Result<String, route_runtime::ApiError> {
    let mut body = req.into_body();
    let mut length = 0;
    while let Some(chunk) = body.chunk().await? {
        length += chunk.len();
    }
    Ok(length.to_string())
}

/// Reads its body only after a while.
#[post("/late")]
async fn reads_late(request: axum::extract::Request) -> String {
    tokio::time::sleep(2 * SHORT).await;
    axum::body::to_bytes(request.into_body(), 1 << 20).await.map_or(0, |bytes| bytes.len()).to_string()
}

#[get("/slow/[millis]")]
async fn slow(millis: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    "slow"
}

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct CountsDrop;

impl Drop for CountsDrop {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

#[get("/hangs", max_duration = false)]
async fn hangs() -> &'static str {
    let _counts = CountsDrop;
    std::future::pending().await
}

const SHORT: Duration = Duration::from_millis(300);

/// Small times for one thing, so that what ends a connection is that.
fn options() -> ServerOptions {
    let long = Duration::from_secs(60);
    ServerOptions::new()
        .head(long)
        .idle(long)
        .body(long)
        .write_stall(long)
        .lame_duck(Duration::from_millis(100))
        .settle(Duration::from_millis(100))
        .drain(Duration::from_millis(700))
}

fn server() -> Server {
    Routes::collect().into_server().expect("the routes fit")
}

fn serve(options: ServerOptions) -> SocketAddr {
    http::serve(server().options(options))
}

#[test]
fn silent_clients_are_closed() {
    let address = serve(options().head(SHORT));
    let mut silent: Vec<TcpStream> = (0..50).map(|_| http::connect(address)).collect();
    for stream in &mut silent {
        let (took, said) = closed(stream);
        assert!(took < Duration::from_secs(5) && said.is_empty(), "{took:?} {said}");
    }
    assert_eq!(http::ask(address, "GET", "/hello").body, "hello");
}

#[test]
fn a_head_that_drips_is_closed() {
    let address = serve(options().head(SHORT));
    let mut stream = http::connect(address);
    stream.write_all(b"GET /hello HTTP/1.1\r\nhost: a\r\n").unwrap();
    let start = Instant::now();
    // One byte of a header after the other, each in time.
    while start.elapsed() < Duration::from_secs(5) {
        if stream.write_all(b"x").is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "it may drip for ever");
    // The head of a second request too.
    let mut stream = http::connect(address);
    http::send(&mut stream, "GET", "/hello", "");
    assert_eq!(http::receive(&mut stream).status, 200);
    stream.write_all(b"GET /hello HTTP/1.1\r\n").unwrap();
    assert!(closed(&mut stream).0 < Duration::from_secs(5));
}

#[test]
fn an_idle_connection_has_its_own_time() {
    let address = serve(options().head(SHORT).idle(Duration::from_secs(2)));
    let mut stream = http::connect(address);
    for _ in 0..3 {
        http::send(&mut stream, "GET", "/hello", "");
        assert_eq!(http::receive(&mut stream).status, 200);
        // Longer than a head may take.
        std::thread::sleep(Duration::from_millis(600));
    }
    let (took, said) = closed(&mut stream);
    assert!(took < Duration::from_secs(5) && said.is_empty(), "{took:?} {said}");
    // A request that is answered late is none.
    let address = serve(options().idle(SHORT));
    assert_eq!(http::ask(address, "GET", "/slow/1000").body, "slow");
}

#[test]
fn a_body_that_drips_is_refused() {
    for path in ["/body", "/stream"] {
        let address = serve(options().body(SHORT));
        let mut stream = http::connect(address);
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut drips = stream.try_clone().unwrap();
        std::thread::spawn(move || {
            while drips.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let (took, said) = closed(&mut stream);
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("did not arrive in time"), "{said}");
    }
}

#[test]
fn a_large_body_may_take_its_time() {
    // 20 kB in a second are allowed 20 seconds more.
    let address = serve(options().body(SHORT).body_rate(1000));
    let mut stream = http::connect(address);
    stream.write_all(b"POST /stream HTTP/1.1\r\nhost: a\r\ncontent-length: 20000\r\n\r\n").unwrap();
    // The first deadline is that of a body of which nothing has come.
    for _ in 0..10 {
        std::thread::sleep(SHORT / 3);
        stream.write_all(&[b'x'; 2000]).unwrap();
    }
    assert_eq!(http::receive(&mut stream).body, "20000");
}

/// In a process of its own, which may have few files open: this test again, told to be the server.
#[cfg(unix)]
#[test]
fn a_server_without_files_waits_for_some() {
    if std::env::var_os("FEW_FILES").is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            println!("\nlistens on {}", listener.local_addr().unwrap());
            server().serve(listener).await.unwrap();
        });
    }
    let mut process = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 32 && exec \"$0\" --exact a_server_without_files_waits_for_some --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env("FEW_FILES", "")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    let mut lines = output.lines().map_while(Result::ok);
    let address: SocketAddr =
        lines.find_map(|line| line.strip_prefix("listens on ")?.parse().ok()).expect("an address");
    let mut held: Vec<TcpStream> = (0..60).map(|_| http::connect(address)).collect();
    std::thread::sleep(2 * SHORT);
    // It does not ask again and again, and has not forgotten whom it has.
    #[cfg(target_os = "linux")]
    {
        let used = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).unwrap();
        let ticks: u64 = used.split(' ').skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        assert!(ticks < 20, "{ticks} hundredths of a second");
    }
    http::send(&mut held[0], "GET", "/hello", "");
    assert_eq!(http::receive(&mut held[0]).status, 200);
    // Those who wait are served when others go.
    let mut last = held.pop().unwrap();
    drop(held);
    http::send(&mut last, "GET", "/hello", "");
    assert_eq!(http::receive(&mut last).status, 200);
    assert_eq!(http::ask(address, "GET", "/hello").status, 200);
    process.kill().unwrap();
    process.wait().unwrap();
}

/// The client is not late when it is not asked for more: until then it has sent what fits, or waits for `100 Continue`.
#[test]
fn a_body_that_is_read_late_is_not_late() {
    let address = serve(options().body(SHORT));
    for (headers, length) in [("", 500_000), ("expect: 100-continue\r\n", 5)] {
        let mut stream = http::connect(address);
        let mut writes = stream.try_clone().unwrap();
        let writing = std::thread::spawn(move || {
            let head = format!("POST /late HTTP/1.1\r\nhost: a\r\n{headers}content-length: {length}\r\n\r\n");
            writes.write_all(head.as_bytes()).unwrap();
            if !headers.is_empty() {
                std::thread::sleep(2 * SHORT + SHORT / 3);
            }
            writes.write_all(&vec![b'x'; length]).unwrap();
        });
        if !headers.is_empty() {
            assert_eq!(http::receive(&mut stream).status, 100);
        }
        assert_eq!(http::receive(&mut stream).body, length.to_string());
        writing.join().unwrap();
    }
}

#[test]
fn connections_over_the_most_wait() {
    let address = serve(options().max_connections(2));
    let held: Vec<TcpStream> = (0..2).map(|_| http::connect(address)).collect();
    let mut third = http::connect(address);
    http::send(&mut third, "GET", "/hello", "connection: close\r\n");
    third.set_read_timeout(Some(SHORT)).unwrap();
    assert!(third.read(&mut [0]).is_err(), "it was served beside two others");
    drop(held);
    third.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(closed(&mut third).1.ends_with("hello"));
}

#[test]
fn what_two_readers_could_read_apart_is_refused() {
    let address = serve(options());
    let ask = |head: &str| {
        let mut stream = http::connect(address);
        stream.write_all(format!("{head}\r\n\r\n").as_bytes()).unwrap();
        closed(&mut stream).1
    };
    for head in [
        "GET /hello HTTP/1.1",
        "GET /hello HTTP/1.1\r\nhost: a\r\nhost: a",
        "GET /hello HTTP/1.1\r\nhost: a, b",
        "GET /hello HTTP/1.1\r\nhost: user@a",
        "GET /hello HTTP/1.1\r\nhost: a/b",
        "GET /hello HTTP/1.1\r\nhost: a b",
        "GET /hello HTTP/1.1\r\nhost: a:evil",
        "GET /hello HTTP/1.1\r\nhost: [::1]:evil",
        "GET /hello HTTP/1.1\r\nhost: [::1]evil",
        "GET /hello HTTP/1.1\r\nhost: [evil]",
        "GET http://user@a/hello HTTP/1.0",
        "GET http://b/hello HTTP/1.1\r\nhost: a",
    ] {
        let said = ask(head);
        assert!(said.contains(" 400 Bad Request") && said.contains("one `Host`"), "{head}: {said}");
        assert!(said.contains("connection: close") && said.contains("application/problem+json"), "{said}");
    }
    let said = ask("HEAD /hello HTTP/1.1");
    assert!(
        said.starts_with("HTTP/1.1 400 ") && said.contains("content-length: ") && said.ends_with("\r\n\r\n"),
        "{said}"
    );
    for coding in ["gzip, chunked", "chunked, chunked", "identity, chunked"] {
        let said = ask(&format!("POST /body HTTP/1.1\r\nhost: a\r\ntransfer-encoding: {coding}"));
        assert!(said.starts_with("HTTP/1.1 501 ") || said.starts_with("HTTP/1.1 400 "), "{coding}: {said}");
    }
    for host in ["a", "a:80", "[::1]:3000", "127.0.0.1", ""] {
        let said = ask(&format!("GET /hello HTTP/1.1\r\nhost: {host}\r\nconnection: close"));
        assert!(said.ends_with("hello"), "{host}: {said}");
    }
    assert!(ask("GET /hello HTTP/1.0").ends_with("hello"));
    let many = "x: y\r\n".repeat(101);
    assert!(
        ask(&format!("GET /hello HTTP/1.1\r\nhost: a\r\n{}", many.trim_end())).starts_with("HTTP/1.1 431 ")
    );
    let large = format!("GET /hello HTTP/1.1\r\nhost: a\r\nx: {}", "y".repeat(70 * 1024));
    assert!(ask(&large).starts_with("HTTP/1.1 431 "));
}

#[test]
fn each_protocol_can_be_off() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let speaks_2 = |options: ServerOptions| {
        let mut stream = http::connect(serve(options));
        stream.write_all(PREFACE).unwrap();
        let mut start = [0; 5];
        // A frame of settings.
        stream.read_exact(&mut start).is_ok_and(|()| start[3] == 4)
    };
    assert!(speaks_2(options()));
    assert!(!speaks_2(options().http2(false).head(SHORT)));
    assert!(speaks_2(options().http1(false)));
    let mut stream = http::connect(serve(options().http1(false)));
    stream.write_all(b"GET /hello HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    assert!(!closed(&mut stream).1.starts_with("HTTP/1.1 200"));
}

#[test]
fn a_handler_is_dropped_when_its_client_is_gone() {
    let address = serve(options());
    let before = DROPPED.load(Ordering::SeqCst);
    let mut stream = http::connect(address);
    http::send(&mut stream, "GET", "/hangs", "");
    std::thread::sleep(SHORT);
    drop(stream);
    until(|| DROPPED.load(Ordering::SeqCst) > before, "it runs on");
}

/// Must be asked whether it is ready before each call, as tower says, and clones are not.
#[derive(Default)]
struct Unready {
    asked: usize,
    is_ready: bool,
}

impl Clone for Unready {
    fn clone(&self) -> Self {
        Unready::default()
    }
}

impl tower::Service<axum::extract::Request> for Unready {
    type Response = &'static str;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<&'static str, Self::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.asked += 1;
        self.is_ready = self.asked > 2;
        if self.is_ready {
            return Poll::Ready(Ok(()));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, _: axum::extract::Request) -> Self::Future {
        let is_ready = std::mem::take(&mut self.is_ready);
        std::future::ready(Ok(if is_ready { "was ready" } else { "was not asked" }))
    }
}

#[test]
fn a_service_is_called_when_it_is_ready() {
    let address = http::serve(Server::new(Unready::default()));
    for _ in 0..2 {
        assert_eq!(http::ask(address, "GET", "/").body, "was ready");
    }
}

/// 100 ms of readiness, at most 50 of the queue, 100 of settling, 700 of drain, and half a second for a slow machine.
const LATEST: Duration = Duration::from_millis(1450);

#[test]
fn running_requests_are_answered_at_the_end() {
    let ending = Ending::new(server().options(options()));
    let mut streams: Vec<TcpStream> = (0..20).map(|_| http::connect(ending.address)).collect();
    for stream in &mut streams {
        http::send(stream, "GET", "/slow/400", "");
    }
    std::thread::sleep(Duration::from_millis(200));
    let took = ending.end();
    for stream in &mut streams {
        let answer = http::receive(stream);
        assert_eq!((answer.status, &*answer.body), (200, "slow"));
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
    }
    assert!(took < LATEST, "{took:?}");
}

#[test]
fn nothing_keeps_it_from_ending() {
    type Start = fn(&mut TcpStream);
    let cases: [(&str, Start); 6] = [
        ("silent", |_| {}),
        ("idle", |stream| {
            http::send(stream, "GET", "/hello", "");
            assert_eq!(http::receive(stream).status, 200);
        }),
        ("half a head", |stream| stream.write_all(b"GET /hello HTTP/1.1\r\nhost: a\r\n").unwrap()),
        ("half a body", |stream| {
            stream.write_all(b"POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n123").unwrap();
        }),
        ("a handler that hangs", |stream| http::send(stream, "GET", "/hangs", "")),
        ("an idle HTTP/2", |stream| {
            stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap()
        }),
    ];
    for (name, start) in cases {
        let ending = Ending::new(server().options(options()));
        let mut stream = http::connect(ending.address);
        start(&mut stream);
        std::thread::sleep(Duration::from_millis(100));
        let took = ending.end();
        assert!(took < LATEST, "{name}: {took:?}");
    }
    // With nobody there, in no more than the steps take.
    let took = Ending::new(server().options(options())).end();
    assert!(took < Duration::from_millis(750), "{took:?}");
}

#[test]
fn readiness_tells_of_the_end_first() {
    let ending =
        Ending::new(server().options(options().readiness("/ready").lame_duck(Duration::from_secs(1))));
    let address = ending.address;
    assert_eq!(http::ask(address, "GET", "/ready").status, 200);
    let ends = std::thread::spawn(move || ending.end());
    std::thread::sleep(SHORT);
    // New connections are still served, and told to go elsewhere.
    assert_eq!(http::ask(address, "GET", "/ready").status, 503);
    let mut stream = http::connect(address);
    http::send(&mut stream, "GET", "/hello", "");
    let answer = http::receive(&mut stream);
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("connection: close"), "{}", answer.head);
    ends.join().unwrap();
    assert!(TcpStream::connect(address).is_err());
}
