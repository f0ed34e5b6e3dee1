//! Sends cases over a socket, byte by byte, and reads what comes; each read has a deadline.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::answer::{Answer, BREAKS_OFF};
use crate::cases::{Case, End, Then, Want};
use crate::faults;
use crate::h2;
use crate::servers::GOOD;

const PATIENCE: Duration = Duration::from_secs(20);

/// The answer to a case, and what is wrong with the connection after it.
pub(crate) fn ask(address: SocketAddr, case: &Case, want: &Want) -> Answer {
    let bytes = bytes(case);
    let mut wire = match Wire::connect(address) {
        Ok(wire) => wire,
        Err(error) => return Answer::fault(format!("no connection: {error}")),
    };
    if case.end == End::Aborts {
        return aborted(wire, &bytes, want);
    }
    let waits = case.headers.iter().any(|line| line.starts_with("expect:"));
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
    let (first, rest) = bytes.split_at(if waits { head } else { bytes.len() });
    let mut writer = wire.stream.try_clone().expect("an open connection");
    thread::scope(|scope| {
        // What is large would fill the sockets while nobody reads.
        let writing = scope.spawn(move || {
            let written = writer.write_all(first);
            if case.end == End::Half && written.is_ok() {
                let _ = writer.shutdown(Shutdown::Write);
            }
        });
        let mut answer = if want.h2.is_empty() {
            let mut answer = wire.answer(case.is_head());
            if answer.interim && waits {
                let _ = wire.stream.write_all(rest);
                answer = Answer { interim: true, ..wire.answer(case.is_head()) };
            }
            answer
        } else {
            Answer { h2: h2::outcome(&mut wire, want), ..Answer::default() }
        };
        if !want.h2.is_empty() {
            let _ = wire.stream.shutdown(Shutdown::Both);
            return answer;
        }
        let broken = answer.status == 0 || !answer.faults.is_empty();
        // Of another answer than is wanted the end says nothing, and may be far away.
        if broken || want.then == Then::Closed && want.allows(answer.status) {
            // Wakes a writer whose bytes nobody takes.
            wire.finish(&mut answer, want);
            let _ = wire.stream.shutdown(Shutdown::Both);
        }
        writing.join().expect("a writer that does not panic");
        if !broken && want.then != Then::Closed {
            for _ in &want.more {
                answer.more.push(wire.answer(case.is_head()).status);
            }
            if want.then == Then::Kept {
                wire.again(&mut answer);
            }
        }
        answer
    })
}

/// Goes away once the handler runs.
fn aborted(mut wire: Wire, bytes: &[u8], want: &Want) -> Answer {
    let name = want.dropped.as_deref().unwrap_or_default();
    let before = faults::hanging(name).0;
    let _ = wire.stream.write_all(bytes);
    while faults::hanging(name).0 == before && Instant::now() < wire.deadline {
        thread::sleep(Duration::from_millis(10));
    }
    Answer::default()
}

/// Asks for the good answer over a connection of its own.
pub(crate) fn is_alive(address: SocketAddr) -> Result<(), String> {
    let mut wire = Wire::connect(address).map_err(|error| format!("dead: no connection: {error}"))?;
    let mut answer = Answer { status: 200, ..Answer::default() };
    wire.again(&mut answer);
    answer.faults.pop().map_or(Ok(()), |fault| Err(format!("dead: {fault}")))
}

fn bytes(case: &Case) -> Vec<u8> {
    if !case.send.is_empty() {
        return case.send.to_vec();
    }
    let mut bytes = case.ask.to_vec();
    bytes.extend(b" HTTP/1.1\r\n");
    let has = |name: &str| case.headers.iter().any(|line| line.starts_with(name));
    if !has("host:") {
        bytes.extend(b"host: localhost\r\n");
    }
    for line in &case.headers {
        bytes.extend(line.to_vec());
        bytes.extend(b"\r\n");
    }
    if case.json.is_some() {
        bytes.extend(b"content-type: application/json\r\n");
    }
    let content = case.content.as_ref().or(case.json.as_ref()).map(crate::bytes::Bytes::to_vec);
    match content {
        None => bytes.extend(b"\r\n"),
        Some(content) if case.chunked => {
            bytes.extend(b"transfer-encoding: chunked\r\n\r\n");
            for piece in content.chunks(1000) {
                bytes.extend(format!("{:x}\r\n", piece.len()).as_bytes());
                bytes.extend(piece);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
        }
        Some(content) => {
            if !has("content-length:") {
                bytes.extend(format!("content-length: {}\r\n", content.len()).as_bytes());
            }
            bytes.extend(b"\r\n");
            bytes.extend(content);
        }
    }
    bytes
}

pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    read: Vec<u8>,
    deadline: Instant,
}

impl Wire {
    fn connect(address: SocketAddr) -> io::Result<Wire> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Wire { stream, read: Vec::new(), deadline: Instant::now() + PATIENCE })
    }

    /// More bytes; none at the end. A reset is an end.
    fn more(&mut self) -> Result<usize, String> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err("nothing came in time".to_owned());
        }
        self.stream.set_read_timeout(Some(left)).map_err(|error| error.to_string())?;
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(count) => {
                self.read.extend(&buffer[..count]);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(0),
            Err(error) => Err(format!("nothing came in time: {error}")),
        }
    }

    /// The next `count` bytes; `None` where the connection ends before.
    pub(crate) fn take(&mut self, count: usize) -> Result<Option<Vec<u8>>, String> {
        while self.read.len() < count {
            if self.more()? == 0 {
                return Ok(None);
            }
        }
        Ok(Some(self.read.drain(..count).collect()))
    }

    /// The bytes to a mark, and the mark.
    fn until(&mut self, mark: &[u8]) -> Result<Option<Vec<u8>>, String> {
        loop {
            if let Some(at) = self.read.windows(mark.len()).position(|window| window == mark) {
                return self.take(at + mark.len());
            }
            if self.more()? == 0 {
                return Ok(None);
            }
        }
    }

    /// The next answer. Without one the status is 0, and a fault says so unless the connection was closed.
    fn answer(&mut self, is_head: bool) -> Answer {
        self.try_answer(is_head).unwrap_or_else(Answer::fault)
    }

    fn try_answer(&mut self, is_head: bool) -> Result<Answer, String> {
        let Some(head) = self.until(b"\r\n\r\n")? else {
            return match self.read.is_empty() {
                true => Ok(Answer::default()),
                false => Err(format!("half an answer: {:?}", String::from_utf8_lossy(&self.read))),
            };
        };
        let head: String = head.iter().map(|byte| char::from(*byte)).collect();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok());
        let status: u16 = status.ok_or_else(|| format!("no status: {head:?}"))?;
        if status == 100 {
            return Ok(Answer { status, interim: true, ..Answer::default() });
        }
        let mut answer = Answer { status, ..Answer::default() };
        for line in lines {
            let (name, value) = line.split_once(':').ok_or_else(|| format!("no header: {line:?}"))?;
            answer.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if is_head || matches!(status, 204 | 304) {
            return Ok(answer);
        }
        let body = self.body(&answer)?;
        match body {
            Some(body) => answer.body = body,
            None => answer.faults.push(BREAKS_OFF.to_owned()),
        }
        Ok(answer)
    }

    fn body(&mut self, answer: &Answer) -> Result<Option<Vec<u8>>, String> {
        if answer.header("transfer-encoding") == Some("chunked") {
            let mut body = Vec::new();
            loop {
                let Some(line) = self.until(b"\r\n")? else { return Ok(None) };
                let size = std::str::from_utf8(&line)
                    .ok()
                    .and_then(|line| usize::from_str_radix(line.trim(), 16).ok());
                let size = size.ok_or("no size of a chunk")?;
                let Some(chunk) = self.take(size + 2)? else { return Ok(None) };
                if size == 0 {
                    return Ok(Some(body));
                }
                body.extend(&chunk[..size]);
            }
        }
        let length = answer.header("content-length").ok_or("an answer without a length")?;
        self.take(length.parse().map_err(|_| "no length")?)
    }

    /// Whether the connection ends without a further answer.
    fn finish(&mut self, answer: &mut Answer, want: &Want) {
        if want.then == Then::Kept {
            answer.faults.push("the connection is gone".to_owned());
        }
        loop {
            match self.more() {
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => {
                    answer.faults.push("the connection stays open".to_owned());
                    break;
                }
            }
        }
        if !self.read.is_empty() {
            answer.faults.push(format!("more came: {:?}", String::from_utf8_lossy(&self.read)));
        }
    }

    /// Whether a good request on this connection is answered, and nothing comes before that.
    fn again(&mut self, answer: &mut Answer) {
        let asked =
            self.stream.write_all(format!("GET {} HTTP/1.1\r\nhost: localhost\r\n\r\n", GOOD.0).as_bytes());
        let good = self.answer(false);
        if asked.is_err() || good.status != 200 || good.text() != GOOD.1 || !self.read.is_empty() {
            answer.faults.push(format!(
                "the next request is not answered: {} {:?}",
                good.told(),
                good.faults
            ));
        }
    }
}
