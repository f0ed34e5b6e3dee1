//! The program as it runs: two ports, one process.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that listens. A failed test leaves none behind.
struct App {
    process: Child,
    output: BufReader<ChildStdout>,
    /// What it printed until both ports listened.
    printed: String,
    addresses: BTreeMap<String, SocketAddr>,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workspace-app"));
    command.env("PORT", "0").env("ADMIN_PORT", "0").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl App {
    fn start() -> App {
        let mut process = command().spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut app = App { process, output, printed: String::new(), addresses: BTreeMap::new() };
        while app.addresses.len() < 2 {
            let mut line = String::new();
            assert!(app.output.read_line(&mut line).unwrap() > 0, "it ended: {}", app.printed);
            if let Some((name, address)) = line.trim_end().split_once(": http://") {
                app.addresses.insert(name.to_owned(), address.parse().unwrap());
            }
            app.printed.push_str(&line);
        }
        app
    }

    /// The status and the body of an answer.
    fn ask(&self, port: &str, method: &str, path: &str, json: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.addresses[port]).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let length = json.len();
        let headers = format!(
            "host: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}"
        );
        stream.write_all(format!("{method} {path} HTTP/1.1\r\n{headers}\r\n\r\n{json}").as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Ends it by a signal; what it printed meanwhile.
    fn end(mut self, signal: &str) -> String {
        let killed = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(killed.unwrap().success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < Duration::from_secs(9), "{signal}: not by its drain deadline");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(status.success(), "{signal}: {status}");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // It has ended already where the test ended it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn two_ports_share_their_states_and_not_their_routes() {
    let app = App::start();
    assert!(app.printed.contains("blog::posts::publish") && app.printed.contains("blog::admin::remove"));
    for port in ["public", "admin"] {
        assert_eq!(app.ask(port, "GET", "/health", ""), (200, "well".to_owned()));
        assert_eq!(app.ask(port, "GET", "/nowhere", "").0, 404);
    }
    let post = r#"{"title":"T","text":"P"}"#;
    let kept = r#"{"id":1,"title":"T","text":"P"}"#.to_owned();
    assert_eq!(app.ask("public", "POST", "/tenants/a/posts", post), (201, kept.clone()));
    assert_eq!(app.ask("public", "GET", "/tenants/a/posts/1", ""), (200, kept.clone()));
    assert_eq!(app.ask("public", "GET", "/tenants/b/posts/1", "").0, 404);
    assert_eq!(app.ask("public", "DELETE", "/tenants/a/posts/1", "").0, 405);
    assert_eq!(app.ask("public", "GET", "/tenants/a/stats", "").0, 404);
    assert_eq!(app.ask("admin", "GET", "/tenants/a/stats", ""), (200, r#"{"posts":1}"#.to_owned()));
    assert_eq!(app.ask("admin", "DELETE", "/tenants/a/posts/1", ""), (200, kept));
    assert_eq!(app.ask("public", "GET", "/tenants/a/posts", ""), (200, "[]".to_owned()));
}

#[test]
fn one_signal_ends_both() {
    for signal in ["-TERM", "-INT"] {
        let app = App::start();
        // Connections that stay open and ask nothing.
        let idle: Vec<TcpStream> =
            app.addresses.values().map(|address| TcpStream::connect(address).unwrap()).collect();
        assert_eq!(app.ask("public", "GET", "/health", "").0, 200);
        assert_eq!(app.end(signal), "bye\n", "{signal}");
        drop(idle);
    }
}

/// No port is told before both hear signals.
#[test]
fn a_signal_at_the_first_address_ends_both() {
    for _ in 0..20 {
        let mut process = command().spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("public: ") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "it ended");
        }
        let app = App { process, output, printed: String::new(), addresses: BTreeMap::new() };
        assert!(app.end("-TERM").ends_with("bye\n"));
    }
}

#[test]
fn a_port_that_is_taken_ends_both() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (variable, value, sentence) in [
        ("PORT", &*port, "the port is in use"),
        ("ADMIN_PORT", &*port, "the port is in use"),
        ("ADMIN_PORT", "many", "ADMIN_PORT is no port"),
    ] {
        let output = command().env(variable, value).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(sentence) && error.lines().count() == 1, "{error}");
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains("http://"),
            "nobody is told of the other port"
        );
    }
}
