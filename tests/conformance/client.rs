//! A client that sends what a case says, byte by byte, and reads what comes.
//!
//! No HTTP library would send half of the cases.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cases::{Case, Framing, Request};

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// `response`, or how it failed: `timeout`, `closed`, `reset`, `truncated`.
    pub(crate) outcome: &'static str,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The 1xx answers before it.
    pub(crate) interim: Vec<u16>,
    /// Bytes behind it.
    pub(crate) surplus: Vec<u8>,
    pub(crate) then: Option<Box<Answer>>,
}

impl Answer {
    /// A whole answer.
    pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { outcome: "response", status, headers, body: body.into(), ..Answer::default() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.lines(name).first().copied()
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The outcome in a word: `200`, `timeout`, `truncated 200`.
    pub(crate) fn outcome(&self) -> String {
        match (self.outcome, self.status) {
            ("response", status) => status.to_string(),
            (outcome, 0) => outcome.to_owned(),
            (outcome, status) => format!("{outcome} {status}"),
        }
    }
}

/// Our server, and what the cases want to know of it.
pub(crate) struct Client {
    address: SocketAddr,
    /// The ETag of `/api/hello`, without `W/` and quotes.
    tag: String,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let mut client = Client { address, tag: String::new() };
        let hello = Request {
            method: "GET".to_owned(),
            path: crate::cases::Text::Plain("/api/hello".to_owned()),
            headers: Vec::new(),
            body: None,
            framing: Framing::Right,
            chunks: Vec::new(),
        };
        let answer = client.converse(&hello, None, Duration::from_secs(10));
        let tag = answer.header("etag").expect("an ETag of /api/hello");
        client.tag = tag.trim_start_matches("W/").trim_matches('"').to_owned();
        client
    }

    /// What the `host` header says.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn ask(&self, case: &Case) -> Answer {
        let timeout = if case.recorded.outcome == "timeout" { 3 } else { 20 };
        self.converse(&case.request, case.then.as_ref(), Duration::from_secs(timeout))
    }

    fn converse(&self, first: &Request, then: Option<&Request>, timeout: Duration) -> Answer {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_nodelay(true).expect("an open connection");
        stream.set_write_timeout(Some(timeout)).expect("an open connection");
        let mut wire = Wire { stream, read: Vec::new(), deadline: Instant::now() + timeout };
        let mut answer = self.exchange(&mut wire, first, then.is_some());
        answer.then = then.map(|then| Box::new(self.exchange(&mut wire, then, false)));
        answer
    }

    fn exchange(&self, wire: &mut Wire, request: &Request, keep: bool) -> Answer {
        let head = self.head(request, keep);
        let half_close = matches!(request.framing, Framing::Lie { half_close: true, .. });
        let waits = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("expect"));
        let mut pieces = pieces(request);
        let mut interim = Vec::new();
        // An error while writing is no outcome: the server may have answered and closed.
        if waits {
            let _ = wire.stream.write_all(&head);
            interim = wire.interim();
            if interim.is_empty() && wire.has_head() {
                pieces.clear();
            }
        } else {
            // The head and what fits beside it arrive at once, as those of any client.
            let first = pieces.first().map(Vec::as_slice).unwrap_or_default();
            pieces.splice(..pieces.len().min(1), [[&head, first].concat()]);
        }
        let mut writer = wire.stream.try_clone().expect("an open connection");
        thread::scope(|scope| {
            let writing = scope.spawn(move || {
                let written = pieces.iter().try_for_each(|piece| writer.write_all(piece));
                if half_close && written.is_ok() {
                    let _ = writer.shutdown(Shutdown::Write);
                }
            });
            let mut answer = wire.answer(&request.method);
            answer.interim.splice(0..0, interim);
            if !keep {
                if answer.outcome == "response" {
                    wire.read_to_end();
                    answer.surplus = std::mem::take(&mut wire.read);
                }
                // Wakes a writer whose bytes nobody takes.
                let _ = wire.stream.shutdown(Shutdown::Both);
            }
            // What is sent next must not stand between the pieces of this one.
            writing.join().expect("a writer that does not panic");
            answer
        })
    }

    fn head(&self, request: &Request, keep: bool) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.path.text());
        let mut line = |name: &str, value: &str| head.extend([name, ": ", value, "\r\n"]);
        line("Host", &self.host());
        for (name, value) in &request.headers {
            line(name, &self.fill(&value.text()));
        }
        match &request.framing {
            Framing::Right => {
                if let Some(body) = &request.body {
                    line("Content-Length", &body.bytes().len().to_string());
                }
            }
            Framing::Named(name) if name == "chunked" => line("Transfer-Encoding", "chunked"),
            Framing::Named(_) => {}
            Framing::Lie { content_length: Value::String(text), .. } => line("Content-Length", text),
            Framing::Lie { content_length, .. } => line("Content-Length", &content_length.to_string()),
        }
        line("Connection", if keep { "keep-alive" } else { "close" });
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Our tag is weak, theirs was strong: `W/` before it must not make two.
    fn fill(&self, value: &str) -> String {
        value
            .replace("W/${ETAG_HELLO}", &format!("W/\"{}\"", self.tag))
            .replace("${ETAG_HELLO}", &format!("W/\"{}\"", self.tag))
            .replace("${ETAG_HELLO_BARE}", &self.tag)
    }
}

/// What follows the head, in the pieces in which it is written.
fn pieces(request: &Request) -> Vec<Vec<u8>> {
    match &request.framing {
        Framing::Named(name) if name == "chunked" => {
            let chunk =
                |bytes: Vec<u8>| [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat();
            let chunks = request.chunks.iter().map(|bytes| chunk(bytes.bytes()));
            chunks.chain([b"0\r\n\r\n".to_vec()]).collect()
        }
        _ => request.body.iter().map(|body| body.bytes()).collect(),
    }
}

/// One connection: what was read of it and not used yet.
struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
    deadline: Instant,
}

impl Wire {
    /// Reads some more; `Ok(false)` at the end.
    fn more(&mut self, deadline: Instant) -> io::Result<bool> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut buffer = [0; 64 * 1024];
        let count = self.stream.read(&mut buffer)?;
        self.read.extend_from_slice(&buffer[..count]);
        Ok(count > 0)
    }

    fn read_to_end(&mut self) {
        while let Ok(true) = self.more(self.deadline) {}
    }

    fn head_end(&self) -> Option<usize> {
        self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4)
    }

    fn has_head(&self) -> bool {
        self.head_end().is_some()
    }

    /// The 1xx answers that come before the body is sent. Nobody has to send one.
    fn interim(&mut self) -> Vec<u16> {
        let deadline = Instant::now() + Duration::from_secs(2);
        while !self.has_head() {
            if !matches!(self.more(deadline), Ok(true)) {
                return Vec::new();
            }
        }
        self.interims()
    }

    /// Takes the 1xx heads off what was read.
    fn interims(&mut self) -> Vec<u16> {
        let mut interim = Vec::new();
        while let Some(end) = self.head_end() {
            match status(&self.read) {
                // 101 is the last answer in HTTP.
                code @ (100 | 102..200) => interim.push(code),
                _ => break,
            }
            self.read.drain(..end);
        }
        interim
    }

    fn answer(&mut self, method: &str) -> Answer {
        let mut answer = Answer::default();
        answer.outcome = match self.receive(&mut answer, method) {
            Ok(true) => "response",
            Ok(false) if answer.status == 0 && self.read.is_empty() => "closed",
            Ok(false) => "truncated",
            Err(error) => match error.kind() {
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "timeout",
                _ if answer.status != 0 => "truncated",
                _ => "reset",
            },
        };
        answer
    }

    /// Reads one answer; `Ok(false)` where it breaks off.
    fn receive(&mut self, answer: &mut Answer, method: &str) -> io::Result<bool> {
        let end = loop {
            answer.interim.extend(self.interims());
            if let Some(end) = self.head_end() {
                break end;
            }
            if !self.more(self.deadline)? {
                return Ok(false);
            }
        };
        let head: Vec<u8> = self.read.drain(..end).collect();
        answer.status = status(&head);
        answer.headers = headers(&head);
        if method == "HEAD" || matches!(answer.status, 204 | 304) {
            return Ok(true);
        }
        if answer.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            return self.chunks(&mut answer.body);
        }
        match answer.header("content-length").map(str::parse) {
            Some(Ok(length)) => self.take(length, &mut answer.body),
            Some(Err(_)) => Ok(false),
            None => {
                while self.more(self.deadline)? {}
                answer.body = std::mem::take(&mut self.read);
                Ok(true)
            }
        }
    }

    fn take(&mut self, length: usize, body: &mut Vec<u8>) -> io::Result<bool> {
        while self.read.len() < length {
            if !self.more(self.deadline)? {
                body.append(&mut self.read);
                return Ok(false);
            }
        }
        body.extend(self.read.drain(..length));
        Ok(true)
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let Some(end) = self.read.windows(2).position(|bytes| bytes == b"\r\n") else {
                if self.more(self.deadline)? {
                    continue;
                }
                return Ok(false);
            };
            let line: Vec<u8> = self.read.drain(..end + 2).collect();
            let Ok(length) = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16) else {
                return Ok(false);
            };
            if !self.take(length, body)? || !self.take(2, &mut Vec::new())? {
                return Ok(false);
            }
            if length == 0 {
                return Ok(true);
            }
        }
    }
}

fn status(head: &[u8]) -> u16 {
    let line = String::from_utf8_lossy(&head[..head.len().min(16)]).into_owned();
    line.split(' ').nth(1).and_then(|code| code.trim().parse().ok()).unwrap_or(0)
}

/// The lines of a head as names in lower case and values, a character for each byte.
fn headers(head: &[u8]) -> Vec<(String, String)> {
    let text: String = head.iter().copied().map(char::from).collect();
    let lines = text.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect()
}
