//! A connection that stays open and does no more than it must: what is measured is the server.

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection with the last answer on it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Connection {
            stream: BufReader::with_capacity(1 << 16, stream),
            head: String::new(),
            body: Vec::new(),
        })
    }

    /// Sends a request, and reads the answer to it. The status.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<u16> {
        // Who refuses a large body need not take all of it, and answers all the same.
        let sent = self.stream.get_mut().write_all(request);
        self.head.clear();
        while !self.head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut self.head)? == 0 {
                sent?;
                return Err(Error::new(ErrorKind::UnexpectedEof, "no answer"));
            }
        }
        let length = self.header("content-length").filter(|_| !request.starts_with(b"HEAD "));
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        let status = self.head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "no status"))
    }

    /// A header of the last answer. hyper writes names in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}
