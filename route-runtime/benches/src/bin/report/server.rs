//! Instructions of a whole server for each request, without the kernel's.
//!
//! The server runs under Callgrind once with N and once with 2 N requests on one connection; what it does once is in both.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

const REQUESTS: usize = 500;

/// What is asked, and the instructions of axum's server and of this one.
pub type Measured = Vec<(&'static str, f64, f64)>;

pub const CASES: [(&str, &str); 3] = [
    ("hello", "GET /api/hello HTTP/1.1\r\nhost: localhost\r\nuser-agent: benches/0\r\naccept: */*\r\n\r\n"),
    (
        "trivia",
        "GET /api/trivia/42 HTTP/1.1\r\nhost: localhost\r\nuser-agent: benches/0\r\naccept: */*\r\n\r\n",
    ),
    (
        "post",
        "POST /api/post HTTP/1.1\r\nhost: localhost\r\nuser-agent: benches/0\r\naccept: */*\r\n\
         content-type: application/json\r\ncontent-length: 48\r\n\r\n\
         {\"title\":\"A title\",\"body\":\"Some text of a post\"}",
    ),
];

pub fn measure() -> Result<Measured> {
    let program = built("server")?;
    let each = |way, request| slope(&program, &[way], request, Times::OnOneConnection(REQUESTS), 1);
    CASES
        .iter()
        .map(|(name, request)| Ok((*name, each("axum", request)?, each("routes", request)?)))
        .collect()
}

/// Instructions for a connection with one request, of a server with many routes.
pub fn connection(program: &Path, way: &str, count: usize) -> Result<f64> {
    let request = "GET /api/s0 HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // At its end one of ours drops its routes or does not, as its last connection is just about.
    let runs = if way == "axum" { 1 } else { 5 };
    slope(program, &[way, &count.to_string()], request, Times::EachOnItsOwn(REQUESTS / 5), runs)
}

/// Another program of this package.
pub fn built(name: &str) -> Result<PathBuf> {
    let build = Command::new("cargo")
        .args(["build", "--release", "--bin", name])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if !build.success() {
        return Err(format!("`{name}` can't be built").into());
    }
    // Beside this one.
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// How often something is asked.
#[derive(Debug, Clone, Copy)]
enum Times {
    OnOneConnection(usize),
    EachOnItsOwn(usize),
}

/// The instructions of one more, by the fewest of some runs.
fn slope(program: &Path, arguments: &[&str], request: &str, times: Times, runs: usize) -> Result<f64> {
    let (twice, count) = match times {
        Times::OnOneConnection(count) => (Times::OnOneConnection(2 * count), count),
        Times::EachOnItsOwn(count) => (Times::EachOnItsOwn(2 * count), count),
    };
    let mut fewest = [f64::INFINITY; 2];
    for _ in 0..runs {
        for (fewest, times) in fewest.iter_mut().zip([times, twice]) {
            *fewest = fewest.min(instructions(program, arguments, request, times)?);
        }
    }
    Ok((fewest[1] - fewest[0]) / count as f64)
}

fn instructions(program: &Path, arguments: &[&str], request: &str, times: Times) -> Result<f64> {
    let mut server = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut port = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut port)?;
    let port = port.trim().parse()?;
    let asked = match times {
        Times::OnOneConnection(count) => ask(port, request, count),
        Times::EachOnItsOwn(count) => (0..count).try_for_each(|_| ask(port, request, 1)),
    };
    // Callgrind counts to the end, whatever that is.
    Command::new("kill").arg(server.id().to_string()).status()?;
    let mut told = String::new();
    server.stderr.take().ok_or("no output")?.read_to_string(&mut told)?;
    server.wait()?;
    asked?;
    let collected = told.lines().find_map(|line| line.split_once("Collected : ")?.1.parse().ok());
    collected.ok_or_else(|| format!("Callgrind told no number: {told}").into())
}

/// Sends the same request again and again on one connection.
fn ask(port: u16, request: &str, count: usize) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut buffer = [0; 4096];
    for _ in 0..count {
        stream.write_all(request.as_bytes())?;
        // Answers this small come in one piece.
        let length = stream.read(&mut buffer)?;
        if !buffer.get(..length).unwrap_or_default().starts_with(b"HTTP/1.1 200") {
            return Err(format!("not 200: {}", String::from_utf8_lossy(&buffer[..length])).into());
        }
    }
    Ok(())
}
