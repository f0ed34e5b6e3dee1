//! Whole servers under load: by `wrk`, in turns, so that what a machine does besides is in both. And what they keep in memory.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::Result;
use crate::server::{self, CASES};

const ROUNDS: usize = 7;
const SECONDS: usize = 4;
const CONNECTIONS: usize = 32;
pub const IDLE: usize = 10_000;
const WAYS: [&str; 2] = ["axum", "routes"];

/// Requests a second, and the latency of which 99 % are below, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    pub requests: f64,
    pub p99: f64,
}

/// By request: each round of axum's server and of this one.
pub type Rounds = Vec<(&'static str, Vec<[Rate; 2]>)>;

/// KiB that a server has after its first request, under load at the most, and with idle connections.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    pub idle: u64,
    pub peak: u64,
    pub connections: u64,
}

pub fn measure() -> Result<(Rounds, [Memory; 2])> {
    let program = server::built("server")?;
    let mut rounds = Rounds::new();
    for (name, request) in CASES {
        let servers = [Server::start(&program, WAYS[0])?, Server::start(&program, WAYS[1])?];
        let script = script(request, &program.with_file_name(format!("{name}.lua")))?;
        // Once before it counts.
        for server in &servers {
            wrk(server.port, &script, 1)?;
        }
        let mut measured = Vec::new();
        for round in 0..ROUNDS {
            let mut rates = [Rate { requests: 0.0, p99: 0.0 }; 2];
            // Each is the first one as often.
            for i in [round % 2, 1 - round % 2] {
                rates[i] = wrk(servers[i].port, &script, SECONDS)?;
            }
            measured.push(rates);
        }
        rounds.push((name, measured));
    }
    Ok((rounds, [memory(&program, WAYS[0])?, memory(&program, WAYS[1])?]))
}

struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(program: &Path, way: &str) -> Result<Self> {
        let mut child = Command::new(program).arg(way).stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut port)?;
        Ok(Server { child, port: port.trim().parse()? })
    }

    /// `VmRSS` or `VmHWM` in KiB.
    fn memory(&self, name: &str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        number.ok_or_else(|| format!("no `{name}` of a process").into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request for `wrk`.
fn script(request: &str, path: &Path) -> Result<String> {
    let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let mut text = format!("wrk.method = {method:?}\nwrk.path = {target:?}\n");
    if !body.is_empty() {
        text += &format!("wrk.body = [[{body}]]\n");
    }
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name != "content-length" && name != "host" {
            text += &format!("wrk.headers[{name:?}] = {value:?}\n");
        }
    }
    std::fs::write(path, text)?;
    Ok(path.display().to_string())
}

fn wrk(port: u16, script: &str, seconds: usize) -> Result<Rate> {
    let output = Command::new("wrk")
        .args(["--latency", "--threads", "1", "--connections", &CONNECTIONS.to_string()])
        .args(["--duration", &format!("{seconds}s"), "--script", script])
        .arg(format!("http://127.0.0.1:{port}"))
        .output()
        .map_err(|error| format!("`wrk`, which has to be installed: {error}"))?;
    let text = String::from_utf8(output.stdout)?;
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(text.into());
    }
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
        line.map(|value| value.trim().to_owned()).ok_or_else(|| format!("wrk told no {name:?}: {text}"))
    };
    let latency = of("99%")?;
    let p99 = [("us", 1.0), ("ms", 1e3), ("s", 1e6)]
        .into_iter()
        .find_map(|(unit, scale)| Some(latency.strip_suffix(unit)?.parse::<f64>().ok()? * scale));
    Ok(Rate { requests: of("Requests/sec:")?.parse()?, p99: p99.ok_or("no latency")? })
}

/// One request of each connection, which is kept.
fn memory(program: &Path, way: &str) -> Result<Memory> {
    let server = Server::start(program, way)?;
    let ask = |stream: &mut TcpStream| -> Result<()> {
        stream.write_all(CASES[0].1.as_bytes())?;
        let mut buffer = [0; 1024];
        let length = stream.read(&mut buffer)?;
        if buffer[..length].starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err("not 200".into()) }
    };
    let connect = || -> Result<TcpStream> {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port))?;
        ask(&mut stream)?;
        Ok(stream)
    };
    drop(connect()?);
    let idle = server.memory("VmRSS")?;
    let script = script(CASES[0].1, &program.with_file_name("memory.lua"))?;
    wrk(server.port, &script, SECONDS)?;
    let peak = server.memory("VmHWM")?;
    let mut kept = (0..IDLE).map(|_| connect()).collect::<Result<Vec<_>>>()?;
    let connections = server.memory("VmRSS")?;
    // They are all still there.
    for stream in kept.iter_mut().step_by(1000) {
        ask(stream)?;
    }
    Ok(Memory { idle, peak, connections })
}
