//! HTTP/2 by hand: the frames that its attacks are made of.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::http;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
const WINDOW_UPDATE: u8 = 8;

/// What comes from the server.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Frame {
    /// Bytes of an answer.
    pub(crate) fn data(&self) -> Option<&[u8]> {
        (self.kind == DATA).then_some(&*self.payload)
    }

    pub(crate) fn ends_stream(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }
}

/// A connection that has sent its preface and empty settings. Frames are read with [`read`].
pub(crate) async fn connect(address: SocketAddr) -> Result<(BufReader<OwnedReadHalf>, OwnedWriteHalf)> {
    let stream = http::in_time(TcpStream::connect(address)).await?;
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    write.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await?;
    write.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    Ok((BufReader::new(read), write))
}

pub(crate) async fn read(stream: &mut BufReader<OwnedReadHalf>) -> Result<Frame> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await?;
    let [a, b, c, kind, flags, stream_id @ ..] = head;
    let mut payload = vec![0; usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c)];
    stream.read_exact(&mut payload).await?;
    Ok(Frame { kind, flags, stream: u32::from_be_bytes(stream_id), payload })
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or_default().to_be_bytes();
    let [stream_0, stream_1, stream_2, stream_3] = stream.to_be_bytes();
    let head = [length[1], length[2], length[3], kind, flags, stream_0, stream_1, stream_2, stream_3];
    [&head, payload].concat()
}

pub(crate) fn ping() -> Vec<u8> {
    frame(PING, 0, 0, b"endurant")
}

/// A request: method and scheme from the static table, path and authority as literals that are not kept.
pub(crate) fn get(stream: u32, path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap_or_default()];
    block.extend_from_slice(path.as_bytes());
    block.extend_from_slice(b"\x01\x09localhost");
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &block)
}

/// CANCEL.
pub(crate) fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())
}

/// What a frame of settings is answered.
fn acknowledgement(settings: &Frame) -> Option<Vec<u8>> {
    (settings.kind == SETTINGS && settings.flags & ACK == 0).then(|| frame(SETTINGS, ACK, 0, &[]))
}

/// One request whose answer is read, and given window, so that it takes so long; counts what has come.
pub(crate) async fn read_slowly(
    address: SocketAddr,
    path: &str,
    length: usize,
    span: Duration,
    come: &mut usize,
) -> Result<()> {
    let (mut reader, mut writer) = connect(address).await?;
    writer.write_all(&get(1, path)).await?;
    let start = Instant::now();
    while *come < length {
        let next = http::in_time(read(&mut reader)).await?;
        let Some(bytes) = next.data().map(<[u8]>::len).filter(|bytes| *bytes > 0) else { continue };
        *come += bytes;
        http::pace(start, *come, length, span).await;
        let more = u32::try_from(bytes).unwrap_or_default().to_be_bytes();
        writer
            .write_all(&[frame(WINDOW_UPDATE, 0, 0, &more), frame(WINDOW_UPDATE, 0, 1, &more)].concat())
            .await?;
    }
    Ok(())
}

/// Some requests on one connection, one after the other: how many were answered whole, each with `hello`.
pub(crate) async fn hellos(address: SocketAddr, count: u32) -> Result<u32> {
    let (mut reader, mut writer) = connect(address).await?;
    for n in 0..count {
        let id = 2 * n + 1;
        writer.write_all(&get(id, "/hello")).await?;
        let mut body = Vec::new();
        loop {
            let frame = http::in_time(read(&mut reader)).await?;
            if let Some(answer) = acknowledgement(&frame) {
                writer.write_all(&answer).await?;
            }
            if frame.kind == GOAWAY {
                return Ok(n);
            }
            if frame.stream == id && frame.kind == DATA {
                body.extend_from_slice(&frame.payload);
            }
            if frame.stream == id && frame.ends_stream() {
                break;
            }
        }
        if body != b"hello" {
            return Err(Error::other("another answer over HTTP/2"));
        }
    }
    Ok(count)
}
