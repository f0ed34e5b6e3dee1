//! The endpoints of this application and their twins by hand answer alike, and what the README says of both is true.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "a test panics where it fails, and has parts of a program that it does not use"
)]

#[path = "../src/app.rs"]
mod app;
#[path = "../src/articles/mod.rs"]
mod articles;
#[path = "../src/auth.rs"]
mod auth;
#[path = "../plain/client.rs"]
mod client;
#[path = "../src/comments.rs"]
mod comments;
#[path = "../src/db.rs"]
mod db;
#[path = "../src/errors.rs"]
mod errors;
#[path = "../src/input.rs"]
mod input;
#[path = "../src/password.rs"]
mod password;
#[path = "../plain/mod.rs"]
mod plain;
#[path = "../src/profiles.rs"]
mod profiles;
#[path = "../src/tags.rs"]
mod tags;
#[path = "../src/users.rs"]
mod users;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use app::App;
use auth::Tokens;
use axum::routing::get;
use client::Connection;
use db::Db;
use password::Passwords;
use serde_json::json;
use tokio::net::TcpListener;

/// Two users; an article of each, with tags and a favourite; a comment of each on the first.
const SEED: &str = "
    INSERT INTO user (id, username, email, password) VALUES (1, 'ann', 'a@b', ''), (2, 'bob', 'b@b', '');
    INSERT INTO article (id, slug, title, description, body, author)
        VALUES (1, 'one', 'One', 'D', 'B', 1), (2, 'two', 'Two', 'D', 'B', 2);
    INSERT INTO tag (article, name) VALUES (1, 'a'), (1, 'b'), (2, 'b');
    INSERT INTO favorite (user, article) VALUES (1, 2);
    INSERT INTO comment (id, article, author, body) VALUES (1, 1, 1, 'Ann.'), (2, 1, 2, 'Bob.'), (3, 1, 1, 'Ann.');";

const KEY: &[u8] = b"the key of this test";

#[route_runtime::get("/panics")]
async fn panics() {
    panics_by_hand().await;
}

async fn panics_by_hand() {
    // As `panic!` does, without a word in the output.
    std::panic::resume_unwind(Box::new("on purpose"));
}

/// A server of each kind, each with a database of its own that has the same in it.
struct Twins {
    ours: SocketAddr,
    plain: SocketAddr,
    folder: PathBuf,
}

impl Twins {
    async fn start(name: &str) -> Twins {
        let folder = std::env::temp_dir().join(format!("conduit-plain-{name}-{}", std::process::id()));
        // What a killed process with this id left.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let listener = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (ours, plain) = (listener().await.unwrap(), listener().await.unwrap());
        let [ours_at, plain_at] = [&ours, &plain].map(|listener| listener.local_addr().unwrap());
        let routes = app::routes(seeded(&folder.join("ours.db")).await);
        tokio::spawn(routes.into_server().unwrap().serve(ours));
        let api = plain::api().route("/panics", get(panics_by_hand));
        let router = plain::guarded(api, seeded(&folder.join("plain.db")).await);
        tokio::spawn(axum::serve(plain, router).into_future());
        Twins { ours: ours_at, plain: plain_at, folder }
    }
}

impl Drop for Twins {
    fn drop(&mut self) {
        // What can't be removed is the system's to remove.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn seeded(file: &Path) -> App {
    let db = Db::open(file).await.unwrap();
    db.write(|db| Ok(db.execute_batch(SEED)?)).await.unwrap();
    App { db, passwords: Passwords::new().unwrap(), tokens: Tokens::new(KEY).unwrap() }
}

/// What is told of an answer: the status, the headers that mean something, the body without times.
fn told(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = Connection::open(address).unwrap();
    let mut told = connection.ask(request).unwrap().to_string();
    assert_eq!(connection.header("access-control-allow-origin"), Some("*"));
    for name in ["allow", "www-authenticate", "accept", "accept-encoding", "access-control-allow-methods"] {
        if let Some(value) = connection.header(name) {
            told.push_str(&format!(" {name}: {value},"));
        }
    }
    match connection.header("content-type") {
        Some("application/json; charset=utf-8") => told.push_str(" JSON"),
        Some(kind) => told.push_str(&format!(" {kind}")),
        None => {}
    }
    let body = String::from_utf8(connection.body).unwrap();
    format!("{told} {}", without_chance(&body)).trim_end().to_owned()
}

/// Without the times of the database, and the end of a slug whose title others have too.
fn without_chance(body: &str) -> String {
    let cut = |text: &str, after: &str, what: fn(char) -> bool| {
        let mut parts = text.split(after);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + after + part.trim_start_matches(what))
    };
    let in_slug: fn(char) -> bool = |c| c.is_ascii_hexdigit();
    let body = cut(body, "At\":\"", |c| "0123456789-:.TZ".contains(c));
    cut(&cut(&body, "\"slug\":\"t-", in_slug), "\"slug\":\"one-", in_slug)
}

/// A request, line by line.
#[derive(Clone)]
struct Request {
    head: String,
    body: Vec<u8>,
}

fn ask(method: &str, target: &str) -> Request {
    let head = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\norigin: http://x\r\n");
    Request { head, body: Vec::new() }
}

impl Request {
    fn header(mut self, name: &str, value: &str) -> Request {
        self.head.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    fn by(self, user: i64) -> Request {
        let token = Tokens::new(KEY).unwrap().issue(user).unwrap();
        self.header("authorization", &format!("Token {token}"))
    }

    fn send(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("content-length", &length)
    }

    fn json(self, body: impl Display) -> Request {
        self.header("content-type", "application/json").send(body.to_string())
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

/// An article with one field changed.
fn article(field: &str, value: serde_json::Value) -> serde_json::Value {
    let mut body = json!({"article": {"title": "T", "description": "D", "body": "B", "tagList": ["b", "a"]}});
    body["article"][field] = value;
    body
}

/// What is asked of both, in this order.
fn requests() -> Vec<(&'static str, Request)> {
    let list = |query: &str| ask("GET", &format!("/api/articles{query}"));
    let post = || ask("POST", "/api/articles").by(1);
    let publish = |body: &str| post().json(body);
    let remove = |slug: &str, id: &str| ask("DELETE", &format!("/api/articles/{slug}/comments/{id}"));
    let whole = article("title", json!("T")).to_string();
    let large = vec![b' '; (1 << 20) + 1];
    vec![
        ("list", list("")),
        ("list by tag", list("?tag=a")),
        ("list by author", list("?author=bob")),
        ("list of favourites", list("?favorited=ann")),
        ("list of nothing", list("?tag=nothing")),
        ("list a page", list("?limit=1&offset=1")),
        ("list as somebody", list("").by(1)),
        ("list with another parameter", list("?page=1")),
        ("list by an empty tag", list("?tag=")),
        ("list by an encoded tag", list("?tag=%61+b")),
        ("list with a bad token", list("").header("authorization", "Token x.y.z")),
        ("list with another scheme", list("").header("authorization", "Bearer x")),
        ("list, bad token and bad limit", list("?limit=0").header("authorization", "Token x")),
        ("limit=0", list("?limit=0")),
        ("limit=1", list("?limit=1")),
        ("limit=1000", list("?limit=1000")),
        ("limit=1001", list("?limit=1001")),
        ("limit=abc", list("?limit=abc")),
        ("limit=", list("?limit=")),
        ("limit=1.5", list("?limit=1.5")),
        ("limit=%2B5", list("?limit=%2B5")),
        ("a limit of 20 digits", list("?limit=99999999999999999999")),
        ("limit twice", list("?limit=1&limit=2")),
        ("offset=-1", list("?offset=-1")),
        ("limit and offset out of range", list("?limit=0&offset=-1")),
        ("tag twice", list("?tag=a&tag=b")),
        ("a tag that is no UTF-8", list("?tag=%FF")),
        ("a broken escape in the query", list("?tag=%zz")),
        ("HEAD", ask("HEAD", "/api/articles")),
        ("a list with a body", list("").json(r#"{"limit": 1}"#)),
        ("tags", ask("GET", "/api/tags")),
        ("another method for tags", ask("POST", "/api/tags")),
        ("another method for articles", ask("PATCH", "/api/articles").by(1)),
        ("a method that nobody knows", ask("BREW", "/api/articles")),
        ("preflight", ask("OPTIONS", "/api/articles").header("access-control-request-method", "POST")),
        ("an unknown path", ask("GET", "/api/nowhere")),
        ("a path outside of the base", ask("GET", "/articles")),
        ("a slash at the end", ask("GET", "/api/articles/")),
        ("publish", publish(&whole)),
        ("publish with the same title", post().json(article("title", json!("One")))),
        ("publish without tags", publish(r#"{"article": {"title": "U", "description": "D", "body": "B"}}"#)),
        ("publish with a tag twice", post().json(article("tagList", json!(["b", "b"])))),
        ("publish with an unknown field", post().json(article("more", json!(1)))),
        ("publish as another JSON", post().header("content-type", "application/x+json").send(whole.clone())),
        (
            "publish with a charset",
            post().header("content-type", "application/json; charset=utf-8").send(whole.clone()),
        ),
        ("publish without a token", ask("POST", "/api/articles").json(&whole)),
        (
            "publish with a bad token",
            ask("POST", "/api/articles").header("authorization", "Token x").json(&whole),
        ),
        ("publish without token and title", ask("POST", "/api/articles").json("{}")),
        ("publish no JSON", publish("{")),
        ("publish JSON and more", publish(&format!("{whole} x"))),
        ("publish nothing", post().json("")),
        ("publish nothing of no type", post().send("")),
        ("publish of no type", post().send(whole.clone())),
        ("publish as text", post().header("content-type", "text/plain").send(whole.clone())),
        (
            "publish as a form",
            post().header("content-type", "application/x-www-form-urlencoded").send("title=T"),
        ),
        (
            "publish no UTF-8",
            post().header("content-type", "application/json").send(*b"{\"article\": \"\xff\"}"),
        ),
        ("publish an empty object", publish("{}")),
        ("publish null", publish("null")),
        ("publish a field twice", publish(r#"{"article": {"title": "T", "title": "T"}}"#)),
        ("publish without a title", publish(r#"{"article": {"description": "D", "body": "B"}}"#)),
        ("publish with an empty title", post().json(article("title", json!("")))),
        ("publish with a blank title", post().json(article("title", json!(" \n")))),
        ("publish with a long title", post().json(article("title", json!("x".repeat(201))))),
        ("publish with the title null", post().json(article("title", json!(null)))),
        ("publish with the title 5", post().json(article("title", json!(5)))),
        ("publish with an empty tag", post().json(article("tagList", json!(["a", ""])))),
        ("publish with 51 tags", post().json(article("tagList", json!(vec!["a"; 51])))),
        ("publish with text for tags", post().json(article("tagList", json!("<script>")))),
        ("publish a large body", post().header("content-type", "application/json").send(large.clone())),
        ("publish a large body in pieces", in_pieces(post(), &large)),
        (
            "publish a large body without a token",
            ask("POST", "/api/articles").header("content-type", "application/json").send(large),
        ),
        ("remove without a token", remove("one", "1")),
        ("remove with a bad token", remove("one", "1").header("authorization", "Token x")),
        ("remove of an unknown article", remove("nowhere", "1").by(1)),
        ("remove of another article", remove("two", "1").by(2)),
        ("remove an unknown comment", remove("one", "9").by(1)),
        ("remove somebody else's comment", remove("one", "1").by(2)),
        ("remove the comment abc", remove("one", "abc").by(1)),
        ("remove the comment of 20 digits", remove("one", "99999999999999999999").by(1)),
        ("remove with another method", ask("GET", "/api/articles/one/comments/1").by(1)),
        ("remove with a slash at the end", remove("one", "1/").by(1)),
        ("remove of an article without a name", remove("", "1").by(1)),
        ("remove of a broken escape", remove("%zz", "1").by(1)),
        ("remove of no UTF-8", remove("%FF", "1").by(1)),
        ("remove of a NUL", remove("%00", "1").by(1)),
        ("remove", remove("one", "1").by(1)),
        ("remove it again", remove("one", "1").by(1)),
        ("remove by another spelling", remove("%6Fne", "%32").by(2)),
        ("a panic", ask("GET", "/api/panics")),
        ("list after all of it", list("")),
        // What only one of them takes.
        (
            "publish in Latin-1",
            post().header("content-type", "application/json; charset=latin1").send(whole.clone()),
        ),
        ("publish as gzip", post().header("content-encoding", "gzip").json(&whole)),
        ("publish with a byte order mark", publish(&format!("\u{feff}{whole}"))),
        ("publish an array", publish(r#"[{"title": "T", "description": "D", "body": "B"}]"#)),
        ("publish an article that is an array", publish(r#"{"article": ["T", "D", "B", []]}"#)),
    ]
}

/// A body whose length is not told.
fn in_pieces(request: Request, body: &[u8]) -> Request {
    let mut request =
        request.header("content-type", "application/json").header("transfer-encoding", "chunked");
    for piece in body.chunks(50_000) {
        request.body.extend(format!("{:x}\r\n", piece.len()).bytes());
        request.body.extend([piece, b"\r\n"].concat());
    }
    request.body.extend(b"0\r\n\r\n");
    request
}

/// Where they differ, and why: the request, what the routes say, and what the twin says.
const DIFFERENCES: &[(&str, &[[&str; 3]])] = &[
    (
        "axum's own words, which do not name the field; for queries that would take an extractor more, as `Json` is",
        &[
            [
                "limit=abc",
                "400 limit must be an integer of 64 bits",
                "400 Failed to deserialize query string: limit: invalid digit found in string",
            ],
            [
                "limit=",
                "400 limit must be an integer of 64 bits",
                "400 Failed to deserialize query string: limit: cannot parse integer from empty string",
            ],
            [
                "limit=1.5",
                "400 limit must be an integer of 64 bits",
                "400 Failed to deserialize query string: limit: invalid digit found in string",
            ],
            [
                "a limit of 20 digits",
                "400 limit must be an integer of 64 bits",
                "400 Failed to deserialize query string: limit: number too large to fit in target type",
            ],
            [
                "limit twice",
                "400 limit must be given once",
                "400 Failed to deserialize query string: duplicate field `limit`",
            ],
            [
                "tag twice",
                "400 tag must be given once",
                "400 Failed to deserialize query string: duplicate field `tag`",
            ],
            [
                "publish no JSON",
                "400 the body is no JSON that can be read",
                "400 Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1",
            ],
            [
                "publish JSON and more",
                "400 the body is no JSON that can be read",
                "400 Failed to parse the request body as JSON: trailing characters at line 1 column 76",
            ],
            [
                "publish no UTF-8",
                "400 the body is no JSON that can be read",
                "400 Failed to parse the request body as JSON: article: invalid unicode code point at line 1 column 14",
            ],
            [
                "publish nothing",
                "400 the body is missing",
                "400 Failed to parse the request body as JSON: EOF while parsing a value at line 1 column 0",
            ],
            ["publish a field twice", "422 title must be given once", "422 article duplicate field `title`"],
            [
                "publish a large body",
                "413 the body must not be larger than 1048576 bytes",
                "413 Failed to buffer the request body: length limit exceeded",
            ],
            [
                "publish a large body in pieces",
                "413 the body is too large",
                "413 Failed to buffer the request body: length limit exceeded",
            ],
            ["a panic", "500 Internal Server Error", "500 Service panicked"],
        ],
    ),
    (
        "the words of serde and axum hold what was sent, or the name of a Rust type",
        &[
            ["publish null", "422 must be an object", "422 invalid type: null, expected struct Body"],
            [
                "publish with the title null",
                "422 title must be a string",
                "422 title invalid type: null, expected a string",
            ],
            [
                "publish with the title 5",
                "422 title must be a string",
                "422 title invalid type: integer `5`, expected a string",
            ],
            [
                "publish with text for tags",
                "422 tagList must be an array",
                "422 tagList invalid type: string \"<script>\", expected a sequence",
            ],
            [
                "remove the comment abc",
                "400 id must be an integer of 64 bits",
                "400 Invalid URL: Cannot parse value at index 1 with value `abc` to a `i64`",
            ],
            [
                "remove the comment of 20 digits",
                "400 id must be an integer of 64 bits",
                "400 Invalid URL: Cannot parse value at index 1 with value `99999999999999999999` to a `i64`",
            ],
            ["remove of no UTF-8", "400 slug must be UTF-8", "400 Invalid URL: Invalid UTF-8 in `slug`"],
        ],
    ),
    (
        "axum decodes queries and paths leniently, and takes an empty segment for a parameter",
        &[
            ["a tag that is no UTF-8", "400 tag must be UTF-8", "200"],
            [
                "a broken escape in the query",
                "400 tag has a `%` that no two hexadecimal digits follow",
                "200",
            ],
            [
                "remove of a broken escape",
                "400 slug has a `%` that no two hexadecimal digits follow",
                "404 article not found",
            ],
            ["remove of a NUL", "400 slug must not hold a NUL", "404 article not found"],
            ["remove of an article without a name", "404 Not Found", "404 article not found"],
        ],
    ),
    (
        "axum's `Json` takes JSON and nothing else, an `ApiRequest` forms as well; a 415 of the twin has no `Accept`",
        &[
            [
                "publish of no type",
                "415 the body must be JSON or a URL-encoded form, in UTF-8, and its `content-type` must say so",
                "415 Expected request with `Content-Type: application/json`",
            ],
            [
                "publish as text",
                "415 the body must be JSON or a URL-encoded form, in UTF-8, and its `content-type` must say so",
                "415 Expected request with `Content-Type: application/json`",
            ],
            [
                "publish as a form",
                "422 article is missing",
                "415 Expected request with `Content-Type: application/json`",
            ],
            [
                "publish nothing of no type",
                "400 the body is missing",
                "415 Expected request with `Content-Type: application/json`",
            ],
        ],
    ),
    (
        "axum's `Json` looks at neither charset nor content coding",
        &[
            [
                "publish in Latin-1",
                "415 the body must be JSON or a URL-encoded form, in UTF-8, and its `content-type` must say so",
                "201",
            ],
            ["publish as gzip", "415 the body must come without a content coding", "201"],
        ],
    ),
    (
        "serde takes an array for a struct",
        &[
            ["publish an array", "422 must be an object", "201"],
            ["publish an article that is an array", "422 article must be an object", "201"],
        ],
    ),
    (
        "RFC 8259 lets a parser ignore the mark; `serde_json` does not",
        &[[
            "publish with a byte order mark",
            "201",
            "400 Failed to parse the request body as JSON: expected value at line 1 column 1",
        ]],
    ),
    (
        "the routes look at the size before they run an extractor; axum's limit is in `Json`, the last of them",
        &[[
            "publish a large body without a token",
            "413 the body must not be larger than 1048576 bytes",
            "401 token is missing",
        ]],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn both_answer_alike() {
    let twins = Twins::start("alike").await;
    let mut expected: BTreeMap<&str, &[&str; 3]> = BTreeMap::new();
    for differs in DIFFERENCES.iter().flat_map(|(_, all)| *all) {
        assert!(expected.insert(differs[0], differs).is_none(), "{} stands there twice", differs[0]);
    }
    let (requests, different) = (requests(), expected.len());
    let (asked, mut same) = (requests.len(), 0);
    for (name, request) in requests {
        let [ours, plain] = [twins.ours, twins.plain].map(|address| told(address, &request.bytes()));
        match expected.remove(name) {
            Some([_, of_ours, of_plain]) => {
                assert_eq!([&*in_short(&ours), &*in_short(&plain)], [*of_ours, *of_plain], "{name}");
            }
            None => {
                assert_eq!(ours, plain, "{name}");
                same += 1;
            }
        }
    }
    assert!(expected.is_empty(), "nobody asks this: {:?}", expected.keys());
    let sentence = format!("Of {asked} requests, good and bad, {same} have the same answer");
    let rest = format!("The other {different} stand");
    assert!(
        README.contains(&sentence) && README.contains(&rest),
        "the README should say: {sentence}. {rest}"
    );
}

/// The status, and what an error says in a sentence.
fn in_short(told: &str) -> String {
    let (status, rest) = told.split_once(' ').unwrap_or((told, ""));
    let body = rest.split_once("JSON ").map_or("null", |(_, body)| body);
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    match body["errors"]["body"][0].as_str() {
        Some(sentence) => format!("{status} {sentence}"),
        None => status.to_owned(),
    }
}

/// All code that the README may show.
const SOURCES: [(&str, &str); 9] = [
    ("app", include_str!("../src/app.rs")),
    ("users", include_str!("../src/users.rs")),
    ("profiles", include_str!("../src/profiles.rs")),
    ("articles", include_str!("../src/articles/mod.rs")),
    ("comments", include_str!("../src/comments.rs")),
    ("tags", include_str!("../src/tags.rs")),
    ("main", include_str!("../src/main.rs")),
    ("plain", include_str!("../plain/mod.rs")),
    ("http", include_str!("../plain/http.rs")),
];

const README: &str = include_str!("../README.md");

fn source(name: &str) -> &'static str {
    SOURCES.iter().find(|(found, _)| *found == name).unwrap().1
}

/// What both do with the database is in both: otherwise the comparison would be one of something else.
#[test]
fn both_ask_the_database_the_same() {
    for (name, function) in
        [("articles", "list"), ("articles", "publish"), ("comments", "remove"), ("tags", "tags")]
    {
        let function = source(name).split_once(&format!("async fn {function}(")).unwrap().1;
        let asks = &function[function.find("= app.db.").unwrap()..];
        // One line, or a closure of some.
        let first = asks.lines().next().unwrap();
        let asks = if first.ends_with(';') { first } else { asks.split("\n    });").next().unwrap() };
        assert!(source("plain").contains(asks), "`plain` does not have this:\n{asks}");
    }
}

#[test]
fn the_readme_shows_code_that_is_there() {
    let blocks: Vec<&str> =
        README.split("```rust\n").skip(1).filter_map(|block| block.split("```").next()).collect();
    assert!(blocks.len() >= 6, "{blocks:?}");
    for block in blocks {
        assert!(SOURCES.iter().any(|(_, source)| source.contains(block)), "no file has this:\n{block}");
    }
}

/// The lines of code from the one that starts with `first` to the next `}` at the margin: no blank lines, no comments.
fn lines(source: &str, first: &str) -> usize {
    let item = source.lines().skip_while(|line| !line.starts_with(first));
    let end = item.clone().position(|line| line == "}").unwrap_or_else(|| panic!("no `{first}`"));
    item.take(end + 1).filter(|line| is_code(line)).count()
}

fn is_code(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim().starts_with("//")
}

#[test]
fn the_readme_counts_the_lines_of_every_endpoint() {
    let (mut rows, mut all) = (Vec::new(), 0);
    for name in ["users", "profiles", "articles", "comments", "tags"] {
        let source = source(name);
        for line in source.lines().filter(|line| line.starts_with("#[") && line.contains("(\"/")) {
            let (method, path) = line.trim_start_matches("#[").split_once("(\"").unwrap();
            let path = path.split(['"', '?']).next().unwrap();
            let function = source[source.find(line).unwrap()..].split_once("fn ").unwrap().1;
            let function = function.split('(').next().unwrap();
            let lines = lines(source, line);
            rows.push(format!("| {} `{path}` | `{name}::{function}` | {lines} |\n", method.to_uppercase()));
            all += lines;
        }
    }
    assert_eq!(rows.len(), 19);
    let average = all as f64 / rows.len() as f64;
    rows.push(format!("| average | | {average:.1} |\n"));
    let table = rows.concat();
    assert!(README.contains(&table), "the README should have this table:\n{table}");
}

#[test]
fn the_readme_counts_the_lines_of_both() {
    let (articles, comments, plain) = (source("articles"), source("comments"), source("plain"));
    let http = source("http").lines().filter(|line| is_code(line) && !line.starts_with("use ")).count();
    let rows = [
        ("GET `/articles`", lines(articles, "#[get(\"/articles?"), lines(plain, "async fn list("), {
            // With its derive.
            lines(plain, "struct Page {") + 1
        }),
        ("POST `/articles`", lines(articles, "#[post(\"/articles\""), lines(plain, "async fn publish("), 0),
        (
            "DELETE `/articles/[slug]/comments/[id]`",
            lines(comments, "#[delete(\"/articles/[slug]/comments/[id]\""),
            lines(plain, "async fn remove("),
            0,
        ),
        ("the list of routes", 0, lines(plain, "pub(crate) fn api("), 0),
        (
            "once for all endpoints",
            lines(source("app"), "pub(crate) fn routes(") + lines(source("app"), "fn described("),
            http + lines(plain, "pub(crate) fn router("),
            0,
        ),
    ];
    let mut table = String::new();
    for (what, ours, function, types) in rows {
        let types = if types > 0 { format!(" + {types}") } else { String::new() };
        table.push_str(&format!("| {what} | {ours} | {function}{types} |\n"));
    }
    let (ours, plain) = rows.iter().fold((0, 0), |(ours, plain), row| (ours + row.1, plain + row.2 + row.3));
    table.push_str(&format!("| together | {ours} | {plain} |\n"));
    assert!(README.contains(&table), "the README should have this table:\n{table}");
}
