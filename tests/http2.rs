//! Requests over HTTP/2, frame by frame.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};

use crate::http;

/// A connection whose streams may each receive `window` bytes at first, and all of them together without end.
///
/// # Panics
///
/// When nobody listens.
#[must_use]
pub fn connect(address: SocketAddr, window: u32) -> TcpStream {
    let mut stream = http::connect(address);
    let mut start = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE.
    start.extend(b"\0\0\x06\x04\0\0\0\0\0\0\x04");
    start.extend(window.to_be_bytes());
    // WINDOW_UPDATE of the connection.
    start.extend(b"\0\0\x04\x08\0\0\0\0\0\x40\0\0\0");
    stream.write_all(&start).expect("it listens");
    stream
}

/// Asks for a path on the stream `id`.
///
/// # Panics
///
/// When the connection is gone.
pub fn send(stream: &mut TcpStream, id: u32, method: &str, path: &str) {
    let short = |length: usize| u8::try_from(length).expect("a short text");
    // The method, `:scheme: http` from the table, the path, the authority.
    let mut block = vec![0x02, short(method.len())];
    block.extend(method.as_bytes());
    block.extend([0x86, 0x04, short(path.len())]);
    block.extend(path.as_bytes());
    block.extend(b"\x01\x09localhost");
    let mut frame = vec![0, 0, short(block.len()), 1, 5];
    frame.extend(id.to_be_bytes());
    frame.extend(block);
    stream.write_all(&frame).expect("it is connected");
}

/// Frames as they came.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its type: 0 is DATA, 1 HEADERS, 7 GOAWAY.
    pub kind: u8,
    /// Its flags: 1 of DATA and HEADERS ends the stream.
    pub flags: u8,
    /// Its stream.
    pub id: u32,
    /// What it carries.
    pub payload: &'a [u8],
}

/// The whole frames in bytes that came.
pub fn frames(mut bytes: &[u8]) -> impl Iterator<Item = Frame<'_>> {
    std::iter::from_fn(move || {
        let [a, b, c, kind, flags, id @ ..] = *bytes.first_chunk::<9>()?;
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        let payload = bytes.get(9..9 + length)?;
        bytes = &bytes[9 + length..];
        Some(Frame { kind, flags, id: u32::from_be_bytes(id), payload })
    })
}
