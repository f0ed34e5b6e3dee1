//! Requests over a real socket, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

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

/// Reads one answer with a `content-length` and leaves the connection open.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn receive(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("a head");
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).expect("a head in ASCII").to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse::<usize>().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a body");
    parse(&format!("{head}{}", String::from_utf8_lossy(&body)))
}

fn parse(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
