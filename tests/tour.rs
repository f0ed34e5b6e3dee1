//! The tour as a user starts it, `cargo run --example tour`, asked over a real socket.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tests::http;

struct Tour {
    process: Child,
    output: BufReader<ChildStdout>,
    /// What it printed before it listened.
    table: String,
    address: SocketAddr,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "examples", "--example", "tour"]);
    command.env_remove("TRIVIA_URL").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Tour {
    fn start(variables: &[(&str, &str)]) -> Tour {
        let mut command = command();
        command.env("PORT", "0").envs(variables.iter().copied());
        let mut process = command.spawn().expect("cargo runs");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let mut table = String::new();
        let address = loop {
            let mut line = String::new();
            if output.read_line(&mut line).expect("a line") == 0 {
                let mut error = String::new();
                process.stderr.take().expect("its errors").read_to_string(&mut error).expect("text");
                unreachable!("the tour ended: {table}{error}");
            }
            if let Some(address) = line.strip_prefix("http://").and_then(|line| line.split(' ').next()) {
                break address.parse().expect("an address");
            }
            table.push_str(&line);
        };
        Tour { process, output, table, address }
    }

    /// Ends it by a signal; what it printed meanwhile.
    fn end(mut self, signal: &str) -> String {
        let killed = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        let start = Instant::now();
        let status = self.process.wait().expect("it ends");
        assert!(status.success(), "{signal}: {status}");
        assert!(start.elapsed() < Duration::from_secs(9), "{signal}: not by its drain deadline");
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("text");
        rest
    }
}

/// A failed test leaves no server behind.
impl Drop for Tour {
    fn drop(&mut self) {
        // It has ended already where the test went well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn every_endpoint_answers_as_in_the_article() {
    let tour = Tour::start(&[]);
    for (method, path, status, body) in [
        ("GET", "/api/hello", 200, r#"{"name":"John Doe"}"#),
        ("POST", "/api/switch", 201, r#"{"did":"processed a POST request"}"#),
        ("GET", "/api/switch", 200, r#"{"did":"handled any other method"}"#),
        ("DELETE", "/api/switch", 200, r#"{"did":"handled any other method"}"#),
    ] {
        let answer = http::ask(tour.address, method, path);
        assert_eq!((answer.status, &*answer.body), (status, body), "{method} {path}");
    }
    let fact = http::ask(tour.address, "GET", "/api/trivia/42");
    assert!(fact.status == 200 && fact.body.starts_with("42 "), "{fact:?}");
    assert_eq!(http::ask(tour.address, "GET", "/api/trivia/forty-two").status, 400);
    assert_eq!(http::ask(tour.address, "GET", "/nowhere").status, 404);
    assert_eq!(http::ask(tour.address, "DELETE", "/api/hello").status, 405);

    for row in [
        "GET  /api/hello            tour::hello ",
        "*    /api/switch           tour::switch",
        "GET  /api/trivia/[number]  tour::trivia",
    ] {
        assert!(tour.table.contains(row), "{}", tour.table);
    }
    assert!(tour.table.contains("examples/tour/main.rs:"), "{}", tour.table);
    let rest = tour.end("-TERM");
    assert!(rest.contains("  curl http://127.0.0.1:") && rest.ends_with("bye\n"), "{rest}");
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    let tour = Tour::start(&[]);
    let _idle = http::connect(tour.address);
    assert_eq!(http::ask(tour.address, "GET", "/api/hello").status, 200);
    assert!(tour.end("-INT").ends_with("bye\n"));
}

#[test]
fn facts_of_an_external_api() {
    let upstream = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", upstream.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in upstream.incoming() {
            let mut stream = stream.expect("a connection");
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).expect("a request");
            let number = line.trim_start_matches("GET /").split(' ').next().unwrap_or_default().to_owned();
            let fact = format!("{number} is from far away.");
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", fact.len());
            std::io::Write::write_all(&mut stream, (head + &fact).as_bytes()).expect("an answer");
        }
    });
    let tour = Tour::start(&[("TRIVIA_URL", &url)]);
    assert_eq!(http::ask(tour.address, "GET", "/api/trivia/7").body, "7 is from far away.");
    tour.end("-TERM");
}

#[test]
fn what_keeps_it_from_starting_is_a_sentence_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (variable, value, sentence) in [
        ("PORT", &*port, "the port is in use"),
        ("PORT", "many", "PORT is no port"),
        ("TRIVIA_URL", "https://numbersapi.com", "without TLS"),
    ] {
        let output = command().env(variable, value).output().expect("cargo runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(sentence), "{error}");
    }
}
