//! Requests over a real socket, byte by byte.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use route_runtime::Server;
use tokio::sync::oneshot;

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The head, lines and all.
    pub head: String,
    /// The body.
    pub body: String,
}

/// Sends one request on a connection of its own and reads to its end.
///
/// # Panics
///
/// When the server does not answer with HTTP within 10 seconds.
#[must_use]
pub fn ask(address: SocketAddr, method: &str, path: &str) -> Answer {
    let mut stream = connect(address);
    send(&mut stream, method, path, "connection: close\r\n");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    parse(&text)
}

/// A connection with a read timeout.
///
/// # Panics
///
/// When nobody listens.
#[must_use]
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    stream
}

/// Sends one request without a body.
///
/// # Panics
///
/// When the connection is gone.
pub fn send(stream: &mut TcpStream, method: &str, path: &str, headers: &str) {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).expect("a request sent");
}

/// Sends one request with a body.
///
/// # Errors
///
/// When the connection is gone.
pub fn send_body(stream: &mut TcpStream, start: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    let head = format!("{start} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body].concat())
}

/// Reads one answer with a `content-length` and leaves the connection open.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn receive(stream: &mut TcpStream) -> Answer {
    try_receive(stream).expect("an answer")
}

/// As [`receive`].
///
/// # Errors
///
/// When the connection breaks off.
///
/// # Panics
///
/// When what came is no HTTP.
pub fn try_receive(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).expect("a head in ASCII").to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse::<usize>().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(parse(&format!("{head}{}", String::from_utf8_lossy(&body))))
}

fn parse(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// How long it takes until the server closes, and what it said before.
///
/// # Panics
///
/// When it is still open after 10 seconds.
pub fn closed(stream: &mut TcpStream) -> (Duration, String) {
    let start = Instant::now();
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("still open: {error}"),
    }
    (start.elapsed(), String::from_utf8_lossy(&text).into_owned())
}

/// Waits until something holds.
///
/// # Panics
///
/// When it does not within 10 seconds.
pub fn until(holds: impl Fn() -> bool, otherwise: &str) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(10), "{otherwise}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Serves on a port of its own until the test ends; the listener is bound when it returns.
///
/// # Panics
///
/// When it can't listen.
#[must_use]
pub fn serve(server: Server) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || run(server, tell));
    told.recv_timeout(Duration::from_secs(10)).expect("it listens")
}

fn run(server: Server, tell: mpsc::Sender<SocketAddr>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let server = server.on_listening(move |address| tell.send(address).expect("the test waits"));
    runtime.block_on(server.serve("127.0.0.1:0")).expect("it serves");
}

/// A server that ends when it is told to.
#[derive(Debug)]
pub struct Ending {
    /// Where it listens.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Instant>,
}

impl Ending {
    /// As [`serve`].
    ///
    /// # Panics
    ///
    /// When it can't listen.
    #[must_use]
    pub fn new(server: Server) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            run(server.with_graceful_shutdown(async { drop(stopped.await) }), tell);
            Instant::now()
        });
        Ending { address: told.recv_timeout(Duration::from_secs(10)).expect("it listens"), stop, thread }
    }

    /// Lets it end, and tells how long that took.
    ///
    /// # Panics
    ///
    /// When it has ended before.
    #[must_use]
    pub fn end(self) -> Duration {
        let start = Instant::now();
        self.stop.send(()).expect("it runs");
        self.thread.join().expect("it ends") - start
    }
}
