//! The tour as a user starts it, asked over a real socket.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::folder::Folder;
use tests::http::{self, Answer};
use tests::process::{Tour, command};

#[test]
fn every_endpoint_answers_as_in_the_article() {
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
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

    let rows: Vec<Vec<&str>> = tour.table.lines().map(|row| row.split_whitespace().collect()).collect();
    for row in [
        ["GET", "/", "tour::page::page"],
        ["GET", "/api/hello", "tour::hello"],
        ["*", "/api/switch", "tour::switch"],
        ["GET", "/api/trivia/[number]", "tour::trivia"],
        ["POST", "/api/post", "tour::posts::create"],
        ["POST", "/api/upload/[name]", "tour::upload::upload"],
    ] {
        assert!(rows.iter().any(|found| found.starts_with(&row)), "{}", tour.table);
    }
    assert!(tour.table.contains("examples/tour/main.rs:"), "{}", tour.table);
    assert!(tour.table.contains(&*folder.path().join("tour.db").to_string_lossy()), "{}", tour.table);
    let rest = tour.end("-TERM");
    assert!(rest.contains("  curl http://127.0.0.1:") && rest.ends_with("bye\n"), "{rest}");
}

/// What the tour prints with these arguments.
fn told(arguments: &[&str]) -> String {
    let folder = Folder::new();
    let output = command(folder.path()).arg("--").args(arguments).output().expect("cargo runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn it_tells_its_routes() {
    let table = told(&["routes"]);
    assert!(table.contains("POST  /api/post               tour::posts::create"), "{table}");
    assert!(table.ends_with("\n\n11 routes: 11 of tour\n"), "{table}");
    let json: Value = serde_json::from_str(&told(&["routes", "--json"])).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(11));
    assert_eq!(json[1]["path"], "/api/hello");
    assert_eq!(json[1]["summary"], "The first API route of every Next.js project.");
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
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
    let folder = Folder::new();
    let tour = Tour::with(folder.path(), "TRIVIA_URL", url);
    assert_eq!(http::ask(tour.address, "GET", "/api/trivia/7").body, "7 is from far away.");
}

#[test]
fn what_keeps_it_from_starting_is_a_sentence_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = Folder::new();
    let garbage = folder.path().join("garbage");
    std::fs::write(&garbage, "no database ".repeat(100)).expect("a file");
    let garbage = garbage.to_str().expect("text");
    for (variable, value, sentence) in [
        ("PORT", &*port, "the port is in use"),
        ("PORT", "many", "PORT is no port"),
        ("TRIVIA_URL", "https://numbersapi.com", "without TLS"),
        ("TOUR_DB", "/nowhere/tour.db", "can't keep posts in /nowhere/tour.db: "),
        ("TOUR_DB", garbage, "not a database"),
        ("TOUR_UPLOADS", garbage, "can't keep uploads in "),
    ] {
        let output = command(folder.path()).env(variable, value).output().expect("cargo runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(sentence) && error.lines().count() == 1, "{error}");
    }
}

const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

/// Posts on an open connection; `None` when the tour is gone.
fn post(stream: &mut TcpStream, body: &str) -> Option<Answer> {
    http::send_body(stream, "POST /api/post", FORM, body.as_bytes()).ok()?;
    http::try_receive(stream).ok()
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).expect("JSON")
}

/// The titles of all posts, page by page.
fn titles(address: SocketAddr) -> Vec<String> {
    let mut titles = Vec::new();
    let mut path = "/api/post?limit=100".to_owned();
    loop {
        let posts = json(&http::ask(address, "GET", &path));
        let posts = posts.as_array().expect("posts");
        let Some(last) = posts.last() else { return titles };
        titles.extend(posts.iter().map(|post| post["title"].as_str().expect("a title").to_owned()));
        path = format!("/api/post?limit=100&before={}", last["id"]);
    }
}

#[test]
fn posts_survive_a_restart() {
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    let answer = post(&mut http::connect(tour.address), "title=T&post=P").expect("an answer");
    assert_eq!((answer.status, &*answer.body), (201, r#"{"id":1,"message":"The post titled T says: P"}"#));
    assert!(answer.head.contains("location: /api/post/1"), "{}", answer.head);
    let _ = tour.end("-TERM");

    let tour = Tour::start(folder.path());
    assert_eq!(http::ask(tour.address, "GET", "/api/post/1").body, r#"{"id":1,"title":"T","post":"P"}"#);
    assert_eq!(titles(tour.address), ["T"]);
}

#[test]
fn every_acknowledged_post_survives_kill_9() {
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    let address = tour.address;
    let writers = ["a", "b", "c", "d"].map(|writer| {
        std::thread::spawn(move || {
            let mut stream = http::connect(address);
            let mut acknowledged = Vec::new();
            for number in 0.. {
                let title = format!("{writer}{number}");
                match post(&mut stream, &format!("title={title}&post=P")) {
                    Some(answer) => assert_eq!(answer.status, 201, "{answer:?}"),
                    None => break,
                }
                acknowledged.push(title);
            }
            acknowledged
        })
    });
    std::thread::sleep(Duration::from_secs(1));
    drop(tour);
    let acknowledged: BTreeSet<String> =
        writers.into_iter().flat_map(|writer| writer.join().expect("no panic")).collect();
    assert!(acknowledged.len() > 40, "only {} posts in a second", acknowledged.len());

    let tour = Tour::start(folder.path());
    let kept = titles(tour.address);
    let unique: BTreeSet<String> = kept.iter().cloned().collect();
    assert_eq!(kept.len(), unique.len());
    let lost: Vec<_> = acknowledged.difference(&unique).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // Each writer may have one on its way.
    assert!(unique.len() <= acknowledged.len() + 4, "{} of {}", unique.len(), acknowledged.len());
    println!("{} posts acknowledged, {} kept", acknowledged.len(), unique.len());
}

static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// How many pieces a large file has: 64 MiB.
const PIECES: usize = 1024;

/// The most memory that a process has had, in KiB.
fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "reads /proc")]
fn large_files_pass_in_constant_memory() {
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    let small = http::ask(tour.address, "POST", "/api/upload/small");
    assert_eq!(small.status, 201, "{small:?}");
    let before = peak(tour.id());

    let mut stream = http::connect(tour.address);
    let length = format!("content-length: {}\r\n", PIECES * PIECE.len());
    http::send(&mut stream, "POST", "/api/upload/large", &length);
    for _ in 0..PIECES {
        stream.write_all(&PIECE).expect("it takes more");
    }
    assert_eq!(http::receive(&mut stream).status, 201);

    http::send(&mut stream, "POST", "/api/upload/chunked", "transfer-encoding: chunked\r\n");
    for _ in 0..PIECES {
        write!(stream, "{:x}\r\n", PIECE.len()).expect("it takes more");
        stream.write_all(&PIECE).expect("it takes more");
        stream.write_all(b"\r\n").expect("it takes more");
    }
    stream.write_all(b"0\r\n\r\n").expect("it takes more");
    assert_eq!(http::receive(&mut stream).status, 201);

    for name in ["large", "chunked"] {
        let mut stream = http::connect(tour.address);
        http::send(&mut stream, "GET", &format!("/api/upload/{name}"), "connection: close\r\n");
        let received = std::io::copy(&mut stream, &mut std::io::sink()).expect("the file");
        assert!(received > (PIECES * PIECE.len()) as u64, "{received}");
    }
    let grown = peak(tour.id()) - before;
    println!("{grown} KiB more for files of 64 MiB");
    assert!(grown < 16 * 1024, "{grown} KiB more");
}

/// The names in the folder of the uploads.
fn uploaded(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("tour-uploads")).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[track_caller]
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_broken_upload_leaves_no_file() {
    let folder = Folder::new();
    let tour = Tour::start(folder.path());
    for framing in ["content-length: 1000000\r\n", "transfer-encoding: chunked\r\n"] {
        let mut stream = http::connect(tour.address);
        http::send(&mut stream, "POST", "/api/upload/broken", framing);
        stream.write_all(b"5\r\nhello\r\n").expect("it takes some");
        wait_until("it has begun", || !uploaded(folder.path()).is_empty());
        drop(stream);
        wait_until("nothing stays", || uploaded(folder.path()).is_empty());
    }
    assert_eq!(http::ask(tour.address, "GET", "/api/upload/broken").status, 404);
}
