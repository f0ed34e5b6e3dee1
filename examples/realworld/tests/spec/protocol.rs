//! HTTP itself: methods, paths, connections.

use std::io::{BufReader, Read as _, Write as _};

use serde_json::json;

use crate::client::{JSON, connect};
use crate::operations::{BASE, OPERATIONS, Token, paths};
use crate::server::Server;

#[test]
fn head_is_get_without_the_body() {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("There");
    let mut heads = 0;
    for operation in OPERATIONS.iter().filter(|operation| operation.method == "GET") {
        for target in [operation.target("ann", &slug, "1"), operation.target("nobody", "nowhere", "1")] {
            let get = ann.ask("GET", &target, "", b"");
            let head = ann.ask("HEAD", &target, "", b"").is(get.status);
            assert_eq!(head.header("content-type"), get.header("content-type"), "{head:#?}");
            if let Some(length) = head.header("content-length") {
                assert_eq!(length, get.body.len().to_string(), "{head:#?}");
            }
            heads += 1;
        }
        if operation.token == Token::Required {
            server.anonymous().ask("HEAD", &operation.target("ann", &slug, "1"), "", b"").is(401);
        }
    }
    assert_eq!(heads, 14);
}

#[test]
fn what_has_not_changed_need_not_be_sent_again() {
    let server = Server::start();
    let (ann, bob) = (server.register("ann"), server.register("bob"));
    let slug = ann.slug("There");
    for target in [format!("/api/articles/{slug}"), "/api/articles".to_owned(), "/api/tags".to_owned()] {
        let first = bob.ask("GET", &target, "", b"").is(200);
        // Nobody asks for entity tags. Where there are some, they are right.
        let Some(tag) = first.header("etag") else { continue };
        let known = format!("if-none-match: {tag}\r\n");
        let again = bob.ask("GET", &target, &known, b"").one_of(&[200, 304]);
        assert!(again.status == 304 || again.body == first.body, "{again:#?}");
        bob.with("Token nonsense").ask("GET", &target, &known, b"").one_of(if target == "/api/tags" {
            &[200, 304]
        } else {
            &[401]
        });
        bob.touch(&format!("/articles/{slug}/favorite")).is(200);
        ann.put(&format!("/articles/{slug}"), &json!({"article": {"tagList": [target]}})).is(200);
        let changed = bob.ask("GET", &target, &known, b"").is(200);
        assert_ne!(changed.body, first.body);
        // What one reader has is not what another one sees.
        if let Some(tag) = changed.header("etag").filter(|_| target != "/api/tags") {
            let other = ann.ask("GET", &target, &format!("if-none-match: {tag}\r\n"), b"").is(200);
            assert_ne!(other.body, changed.body);
        }
        bob.delete(&format!("/articles/{slug}/favorite")).is(200);
    }
}

#[test]
fn another_method_is_not_allowed() {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("There");
    for path in paths() {
        let target = format!("{BASE}{path}")
            .replace("{username}", "ann")
            .replace("{slug}", &slug)
            .replace("{id}", "1");
        let known = |method: &str| {
            OPERATIONS.iter().any(|operation| operation.method == method && operation.path == path)
                // The path of the feed could be an article's.
                || path == "/articles/feed" && ["PUT", "DELETE"].contains(&method)
        };
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            if known(method) {
                continue;
            }
            for client in [&ann, &server.anonymous()] {
                let answer = client.ask(method, &target, JSON, b"{}").is(405);
                let allow = answer.header("allow").expect("checked").to_owned();
                let allowed: Vec<&str> = allow.split(',').map(str::trim).collect();
                for operation in OPERATIONS.iter().filter(|operation| operation.path == path) {
                    assert!(allowed.contains(&operation.method), "{target}: {allow}");
                }
                assert!(!allowed.contains(&method), "{target}: {allow}");
            }
        }
    }
    assert_eq!(ann.titles("/articles").0, 1);
}

#[test]
fn the_feed_is_no_article() {
    let server = Server::start();
    let ann = server.register("ann");
    for (method, body) in [("PUT", r#"{"article": {"body": "x"}}"#), ("DELETE", "")] {
        ann.ask(method, "/api/articles/feed", JSON, body.as_bytes()).one_of(&[404, 405]);
    }
    ann.get("/articles/feed/comments").says(404, "article", "not found");
    ann.touch("/articles/feed/favorite").says(404, "article", "not found");
}

#[test]
fn a_path_of_nothing_is_not_found() {
    let server = Server::start();
    let ann = server.register("ann");
    for target in [
        "/",
        "/api",
        "/api/",
        "/nowhere",
        "/api/nowhere",
        "/articles",
        "/users",
        "/tags",
        "/api/users/ann",
        "/api/profiles",
        "/api/profiles/",
        "/api/profiles/ann/follow/x",
        "/api/articles/a/b",
        "/api/articles/a/comments/1/x",
        "/API/tags",
        "/api/Tags",
        "/api//tags",
        "//api/tags",
        "/api/tags.json",
        "/api/../api/tags",
        "/api/%2e%2e/tags",
        "/..%2f..%2fetc/passwd",
        "/api/articles/../../etc/passwd",
        "/.env",
        "/api/%74ags%00",
        "/favicon.ico",
        "/robots.txt",
        "/index.html",
        "/api/\\..\\",
        "/api/tags;x=1",
        "*",
    ] {
        let answer = ann.ask("GET", target, "", b"");
        // A server may be generous about how a path is written. An answer it is.
        assert!([200, 301, 308, 404, 400].contains(&answer.status), "{answer:#?}");
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            assert!(
                [400, 404, 405].contains(&ann.ask(method, target, JSON, b"{}").status),
                "{method} {target}"
            );
        }
    }
    for target in ["/", "/nowhere", "/api/nowhere", "/api/articles/a/b", "/tags"] {
        for client in [&ann, &server.anonymous(), &ann.with("Token nonsense")] {
            client.ask("GET", target, "", b"").is(404);
        }
    }
}

#[test]
fn a_connection_serves_many_requests() {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("There");
    let mut stream = BufReader::new(connect(server.address).expect("a connection"));
    // Refusals leave the connection in order: what they did not read is not taken for the next request.
    for _ in 0..20 {
        for (method, target, headers, body, status) in [
            ("GET", "/api/tags", "", "", 200),
            ("POST", "/api/articles", JSON, "{", 400),
            ("POST", "/api/articles", "content-type: text/plain\r\n", "GET / HTTP/1.1\r\n\r\n", 415),
            ("GET", "/api/nowhere", "", "", 404),
            ("POST", "/api/nowhere", JSON, "GET /api/tags HTTP/1.1\r\nhost: x\r\n\r\n", 404),
            ("PATCH", "/api/user", JSON, "{}", 405),
            ("POST", "/api/articles", JSON, r#"{"article": {}}"#, 422),
            ("HEAD", "/api/tags", "", "", 200),
            ("GET", "/api/user", "", "", 200),
        ] {
            let answer = ann.ask_on(&mut stream, method, target, headers, body.as_bytes());
            answer.unwrap_or_else(|error| panic!("{method} {target}: {error}")).is(status);
        }
        let comment = json!({"comment": {"body": "x"}}).to_string();
        let path = format!("/api/articles/{slug}/comments");
        let answer =
            ann.ask_on(&mut stream, "POST", &path, JSON, comment.as_bytes()).expect("an answer").is(200);
        let path = format!("{path}/{}", answer.json["comment"]["id"]);
        ann.ask_on(&mut stream, "DELETE", &path, "", b"").expect("an answer").is(204);
    }
}

#[test]
fn what_is_no_http_harms_nobody() {
    let server = Server::start();
    let ann = server.register("ann");
    let token = ann.token();
    let long = "x".repeat(200_000);
    for bytes in [
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET /api/tags\r\n\r\n".to_vec(),
        b"GET /api/articles/\xff\xfe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(),
        b"GET /api/tags\0 HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"GET /api/ta gs HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"GET /api/user HTTP/1.1\r\nhost: x\r\nauthorization: Token \0\r\n\r\n".to_vec(),
        b"POST /api/users HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_vec(),
        b"POST /api/users HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}{}{}"
            .to_vec(),
        b"POST /api/users HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        format!("GET /api/{long} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes(),
        format!("GET /api/tags HTTP/1.1\r\nhost: x\r\nx: {long}\r\nconnection: close\r\n\r\n").into_bytes(),
        format!("GET /api/user HTTP/1.1\r\nauthorization: Token {token}\r\nconnection: close\r\n\r\n")
            .into_bytes(),
    ] {
        let mut stream = connect(server.address).expect("a connection");
        // It may be gone before it has all of it.
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.0 5"), "{answer}");
        ann.get("/user").is(200);
    }
}

#[test]
fn a_request_in_pieces_is_one_request() {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("There");
    let head = format!(
        "POST /api/articles/{slug}/comments HTTP/1.1\r\nhost: x\r\nauthorization: Token {}\r\n{JSON}\
         transfer-encoding: chunked\r\n\r\n",
        ann.token()
    );
    let mut stream = connect(server.address).expect("a connection");
    stream.write_all(head.as_bytes()).expect("it takes more");
    for byte in r#"{"comment": {"body": "piece by piece"}}"#.bytes() {
        stream.write_all(&[b"1\r\n", [byte].as_slice(), b"\r\n"].concat()).expect("it takes more");
    }
    stream.write_all(b"0\r\n\r\n").expect("it takes more");
    let answer = crate::client::receive(&mut BufReader::new(stream), "POST", "chunked").expect("an answer");
    assert_eq!(answer.is(200).json["comment"]["body"], "piece by piece");

    // One that breaks off is none.
    let mut stream = connect(server.address).expect("a connection");
    stream.write_all(head.as_bytes()).expect("it takes more");
    stream.write_all(b"26\r\n{\"comment\": {\"body\": \"never\"}}").expect("it takes more");
    drop(stream);
    let comments = ann.get(&format!("/articles/{slug}/comments")).is(200).take("comments");
    assert_eq!(comments.as_array().expect("a list").len(), 1);
}
