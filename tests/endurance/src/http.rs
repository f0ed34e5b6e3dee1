//! HTTP/1 on raw sockets, as little as the clients need.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// How long a client of good will waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// An answer as it came, the head in lower case.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn says_close(&self) -> bool {
        self.head.contains("\r\nconnection: close\r\n")
    }
}

/// A connection that keeps what it has read too far: answers may come in one piece.
#[derive(Debug)]
pub(crate) struct Client(pub(crate) BufReader<TcpStream>);

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = in_time(TcpStream::connect(address)).await?;
        stream.set_nodelay(true)?;
        Ok(Client(BufReader::new(stream)))
    }

    /// A connection whose system keeps no more than so many bytes that are not read.
    pub(crate) async fn connect_with_room(address: SocketAddr, room: u32) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(room)?;
        Ok(Client(BufReader::new(in_time(socket.connect(address)).await?)))
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        self.0.get_mut().write_all(bytes.as_ref()).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<()> {
        self.write(get(path)).await
    }

    pub(crate) async fn post(&mut self, path: &str, content_type: &str, body: &[u8]) -> Result<()> {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        self.write([head.as_bytes(), body].concat()).await
    }

    /// One whole answer, or an error.
    pub(crate) async fn receive(&mut self) -> Result<Answer> {
        in_time(self.receive_some_time()).await
    }

    pub(crate) async fn receive_some_time(&mut self) -> Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        head.make_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| Error::other(format!("no status in {head:?}")))?;
        let mut body = Vec::new();
        if head.contains("\r\ntransfer-encoding: chunked\r\n") {
            while self.chunk(&mut body).await? {}
        } else {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            body.resize(length, 0);
            self.0.read_exact(&mut body).await?;
        }
        Ok(Answer { status, head, body })
    }

    /// Whether a chunk came that is not the last.
    async fn chunk(&mut self, body: &mut Vec<u8>) -> Result<bool> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let length = usize::from_str_radix(line.trim_end(), 16)
            .map_err(|_| Error::other(format!("no length of a chunk: {line:?}")))?;
        let start = body.len();
        // And the end of its line.
        body.resize(start + length + 2, 0);
        self.0.read_exact(&mut body[start..]).await?;
        body.truncate(start + length);
        Ok(length > 0)
    }

    /// Reads an answer so that its body takes so long, and counts what has come.
    pub(crate) async fn read_slowly(
        &mut self,
        length: usize,
        span: Duration,
        read: &mut usize,
    ) -> Result<()> {
        let start = Instant::now();
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            in_time(self.0.read_line(&mut line)).await?;
        }
        let mut buffer = vec![0; 64 * 1024];
        while *read < length {
            match in_time(self.0.read(&mut buffer)).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                // The lengths of chunks are counted too: a few bytes in thousands.
                bytes => *read += bytes,
            }
            pace(start, *read, length, span).await;
        }
        Ok(())
    }

    /// Reads until the server closes, well or badly.
    pub(crate) async fn until_closed(&mut self, said: &mut Vec<u8>) {
        // An error is an end too.
        let _ = self.0.read_to_end(said).await;
    }

    /// Writes the same bytes again and again, until the server closes.
    pub(crate) async fn drip(&mut self, bytes: &[u8], pause: Duration, said: &mut Vec<u8>) {
        let (mut read, mut write) = self.0.get_mut().split();
        let reads = read.read_to_end(said);
        let writes = async {
            while write.write_all(bytes).await.is_ok() {
                sleep(pause).await;
            }
            // What it said is still to be read.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            _ = reads => {}
            () = writes => {}
        }
    }
}

/// Waits until so much may have been read.
#[allow(clippy::cast_precision_loss)] // A pause is no exact thing.
pub(crate) async fn pace(start: Instant, read: usize, length: usize, span: Duration) {
    let due = span.mul_f64(read as f64 / length as f64);
    let early = due.saturating_sub(start.elapsed());
    // A timer has a millisecond at the least, and thousands of them are seconds.
    if early > Duration::from_millis(5) {
        sleep(early).await;
    }
}

/// A request without a body.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

/// One request on a connection of its own.
pub(crate) async fn ask(address: SocketAddr, path: &str) -> Result<Answer> {
    let mut client = Client::connect(address).await?;
    client.get(path).await?;
    client.receive().await
}

/// Fails when it takes too long.
pub(crate) async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

/// `/hello` on a connection of its own is answered.
pub(crate) async fn is_alive(address: SocketAddr) -> bool {
    ask(address, "/hello").await.is_ok_and(|answer| answer.status == 200 && answer.body == b"hello")
}
