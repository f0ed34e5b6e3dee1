//! `Server` and clients that read slowly, or not at all: the slow get all that they asked for.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use route_runtime::{ApiResponse, Routes, Server, ServerOptions, get};
use tests::http::{self, Ending, closed, until};
use tests::http2;

#[get("/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[get("/slow/[millis]")]
async fn slow(millis: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    "slow"
}

/// About as much as a client of HTTP/2 lets come at once.
#[get("/medium")]
async fn medium() -> Vec<u8> {
    vec![b'x'; 400_000]
}

/// More than sockets hold.
#[get("/large", response_limit = false)]
async fn large() -> ApiResponse {
    ApiResponse::new().send(vec![b'x'; 64 << 20])
}

static GIVEN_UP: AtomicUsize = AtomicUsize::new(0);

struct CountsGivenUp;

impl Drop for CountsGivenUp {
    fn drop(&mut self) {
        GIVEN_UP.fetch_add(1, Ordering::SeqCst);
    }
}

/// The same in chunks, which tells when nobody wants any more.
#[get("/chunks", response_limit = false)]
async fn chunks() -> ApiResponse {
    let counts = CountsGivenUp;
    let chunks = (0..64).map(move |_| {
        let _ = &counts;
        Ok::<_, std::io::Error>(vec![b'x'; 1 << 20])
    });
    ApiResponse::new().stream(futures_util::stream::iter(chunks))
}

const SHORT: Duration = Duration::from_millis(300);

/// The window that streams of HTTP/2 have at first.
const WINDOW: u32 = 65_535;

/// Small times for one thing, so that what ends a connection is that.
fn options() -> ServerOptions {
    let long = Duration::from_secs(60);
    ServerOptions::new()
        .idle(long)
        .write_stall(long)
        .lame_duck(Duration::from_millis(100))
        .settle(Duration::from_millis(100))
        .drain(Duration::from_secs(20))
}

fn server() -> Server {
    Routes::collect().into_server().expect("the routes fit")
}

fn serve(options: ServerOptions) -> SocketAddr {
    http::serve(server().options(options))
}

#[test]
fn who_does_not_read_is_closed() {
    let address = serve(options().write_stall(SHORT));
    let mut stream = http::connect(address);
    http::send(&mut stream, "GET", "/chunks", "");
    until(|| GIVEN_UP.load(Ordering::SeqCst) == 1, "the answer waits on");
    let (_, said) = closed(&mut stream);
    assert!(said.len() < 64 << 20, "all of it came");
    assert_eq!(http::ask(address, "GET", "/hello").body, "hello");
}

/// Reads a slow 32 MiB of it, for longer than a connection may be idle, or lives at the end without a request.
fn reads_half_of_large(stream: &mut TcpStream) {
    let mut buffer = vec![0; 256 * 1024];
    for _ in 0..128 {
        stream.read_exact(&mut buffer).expect("it is sent on");
        std::thread::sleep(Duration::from_millis(15));
    }
}

#[test]
fn who_reads_slowly_gets_all() {
    let ending = Ending::new(server().options(options().idle(SHORT).drain(Duration::from_secs(20))));
    let mut stream = http::connect(ending.address);
    http::send(&mut stream, "GET", "/large", "");
    // For longer than a connection may be idle it takes nothing at all.
    std::thread::sleep(3 * SHORT);
    reads_half_of_large(&mut stream);
    let ends = std::thread::spawn(move || ending.end());
    reads_half_of_large(&mut stream);
    let (_, rest) = closed(&mut stream);
    // All that is left is as long as the head.
    assert!(rest.len() < 1024 && rest.ends_with("xxx"), "{} bytes", rest.len());
    ends.join().unwrap();
}

#[test]
fn who_leaves_no_window_is_closed() {
    let address = serve(options().write_stall(SHORT));
    let mut stream = http2::connect(address, WINDOW);
    http2::send(&mut stream, 1, "GET", "/large");
    let (took, _) = closed(&mut stream);
    assert!(took < Duration::from_secs(9), "{took:?}");
    // One that takes a little at a time is not.
    let mut slow = http2::connect(serve(options().write_stall(Duration::from_secs(3))), WINDOW);
    http2::send(&mut slow, 1, "GET", "/large");
    let mut reads = slow.try_clone().unwrap();
    let reading = std::thread::spawn(move || {
        let (mut bytes, mut buffer) = (0, [0; 16 * 1024]);
        while let Ok(read @ 1..) = reads.read(&mut buffer) {
            bytes += read;
        }
        bytes
    });
    // 64 KiB more for the connection and the stream.
    let window =
        [&[0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0][..], &[0, 0, 4, 8, 0, 0, 0, 0, 1, 0, 1, 0, 0]].concat();
    for _ in 0..16 {
        std::thread::sleep(SHORT);
        slow.write_all(&window).unwrap();
    }
    let _ = slow.shutdown(std::net::Shutdown::Both);
    assert!(reading.join().unwrap() > 600 * 1024);
}

/// The system holds megabytes of an answer: that it takes no more of it does not mean that nobody reads.
#[test]
fn who_reads_little_but_steadily_gets_all() {
    let address = serve(options().write_stall(Duration::from_secs(3)));
    let mut stream = http::connect(address);
    http::send(&mut stream, "GET", "/large", "");
    let start = Instant::now();
    let (mut total, mut buffer) = (0, vec![0; 50_000]);
    while total < 64 << 20 {
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "cut off after {total} bytes");
        total += read;
        if start.elapsed() < Duration::from_secs(8) {
            std::thread::sleep(Duration::from_millis(125));
        }
    }
}

/// All answers of HTTP/2 are with the system or in buffers, and no request is there any more: they are still sent.
#[test]
fn what_is_buffered_is_sent() {
    for ends in [false, true] {
        let idle = if ends { Duration::from_secs(60) } else { SHORT };
        let ending = Ending::new(server().options(options().idle(idle)));
        let mut stream = http2::connect(ending.address, 0x7fff_0000);
        for n in 0..50 {
            http2::send(&mut stream, 2 * n + 1, "GET", "/medium");
        }
        std::thread::sleep(SHORT);
        let end = ends.then(|| std::thread::spawn(move || ending.end()));
        let (mut all, mut buffer) = (Vec::new(), vec![0; 300_000]);
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            all.extend_from_slice(&buffer[..read]);
            std::thread::sleep(Duration::from_millis(50));
        }
        let bodies: usize =
            http2::frames(&all).filter(|frame| frame.kind == 0).map(|frame| frame.payload.len()).sum();
        assert_eq!(bodies, 50 * 400_000, "at the end: {ends}");
        if let Some(end) = end {
            assert!(end.join().unwrap() < Duration::from_secs(20));
        }
    }
}

#[test]
fn what_is_asked_while_an_idle_connection_ends_is_answered() {
    let address = serve(options().idle(SHORT));
    let mut stream = http2::connect(address, WINDOW);
    http2::send(&mut stream, 1, "GET", "/hello");
    let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
    let mut has_asked = false;
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        all.extend_from_slice(&buffer[..read]);
        // The client sends before it has read that the connection ends.
        if !has_asked && http2::frames(&all).any(|frame| frame.kind == 7) {
            has_asked = true;
            http2::send(&mut stream, 3, "GET", "/slow/1500");
        }
    }
    let data: Vec<_> =
        http2::frames(&all).filter(|frame| frame.kind == 0).map(|frame| frame.payload).collect();
    assert_eq!(data, [&b"hello"[..], b"slow"]);
}

/// RFC 9110, section 9.3.2.
#[test]
fn nothing_is_sent_after_head_by_http_2() {
    let mut stream = http2::connect(serve(options().readiness("/ready").idle(SHORT)), WINDOW);
    for (id, path) in [(1, "/ready"), (3, "/hello"), (5, "/hello\\")] {
        http2::send(&mut stream, id, "HEAD", path);
    }
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let answers: Vec<_> = http2::frames(&all)
        .filter(|frame| frame.kind < 2)
        .map(|frame| (frame.kind, frame.flags & 1))
        .collect();
    assert_eq!(answers, [(1, 1), (1, 1), (1, 1)]);
}
