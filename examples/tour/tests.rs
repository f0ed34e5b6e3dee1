use std::future::IntoFuture as _;
use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Router, routing};
use futures_util::{Stream, StreamExt as _, stream};
use route_runtime::testing::{TestClient, TestRequest, assert_unchanged};
use serde_json::{Value, json};

use super::*;

/// A folder of the test's own, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = env::temp_dir().join(format!("tour-{}-{test}", std::process::id()));
        // What a killed process with this id left.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    fn client(&self, facts: Facts) -> TestClient {
        let store = Store::open(&self.0.join("tour.db")).unwrap();
        TestClient::new(routes(facts, store, Uploads::open(&self.uploads()).unwrap()).into_router().unwrap())
    }

    fn uploads(&self) -> PathBuf {
        self.0.join("uploads")
    }

    /// The names of what was uploaded, parts too.
    fn uploaded(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.uploads()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An API of the shape of numbersapi.com, on a port of its own.
async fn upstream() -> String {
    async fn fact(axum::extract::Path(number): axum::extract::Path<i64>) -> axum::response::Response {
        match number {
            500 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            504 => {
                tokio::time::sleep(Duration::from_secs(30)).await;
                "late".into_response()
            }
            9999 => "long ".repeat(1000).into_response(),
            number => format!("{number} comes from upstream.").into_response(),
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, Router::new().route("/{number}", routing::get(fact))).into_future());
    format!("http://{address}/")
}

#[tokio::test]
async fn hello_and_the_method_switch() {
    let folder = Folder::new("hello");
    let client = folder.client(Facts::embedded());
    let response = client.get("/api/hello").await;
    assert_eq!(response.json::<Value>(), json!({ "name": "John Doe" }));
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(client.post("/api/switch").await.status(), 201);
    assert_eq!(
        client.delete("/api/switch").await.json::<Value>(),
        json!({ "did": "handled any other method" })
    );
    assert_eq!(client.delete("/api/hello").await.status(), 405);
}

#[tokio::test]
async fn embedded_facts() {
    let folder = Folder::new("embedded");
    let client = folder.client(Facts::embedded());
    for number in 0..=100 {
        let response = client.get(&format!("/api/trivia/{number}")).await;
        assert_eq!(response.status(), 200, "{number}");
        assert!(response.text().starts_with(&number.to_string()), "{}", response.text());
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    assert_eq!(client.get("/api/trivia/123456789").await.status(), 404);
}

#[tokio::test]
async fn what_is_no_number_is_a_400_that_does_not_echo_it() {
    let folder = Folder::new("what");
    let client = folder.client(Facts::embedded());
    for bad in ["forty-two", "1.5", "99999999999999999999", "%3Cscript%3E"] {
        let response = client.get(&format!("/api/trivia/{bad}")).await;
        assert_eq!(response.status(), 400, "{bad}");
        let problem = response.json::<Value>();
        assert_eq!(problem["detail"], "path parameter `number` must be an integer of 64 bits");
    }
}

#[tokio::test]
async fn facts_of_an_api() {
    let facts = Facts::from_api(&upstream().await, Duration::from_millis(300)).unwrap();
    let folder = Folder::new("api");
    let client = folder.client(facts);
    assert_eq!(client.get("/api/trivia/7").await.text(), "7 comes from upstream.");
    assert_eq!(client.get("/api/trivia/500").await.status(), 502);
    assert_eq!(client.get("/api/trivia/504").await.status(), 504);
    assert_eq!(client.get("/api/trivia/9999").await.status(), 502);
    assert_eq!(client.get("/api/trivia/x").await.status(), 400);
}

#[tokio::test]
async fn an_api_that_is_not_there() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let folder = Folder::new("absent");
    let client = folder.client(Facts::from_api(&format!("http://{unused}"), Duration::from_secs(2)).unwrap());
    assert_eq!(client.get("/api/trivia/7").await.status(), 502);
}

#[test]
fn a_url_that_can_not_work_is_refused_at_start() {
    for url in ["https://numbersapi.com", "numbersapi.com", "http://"] {
        assert!(Facts::from_api(url, Duration::from_secs(1)).is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_post_is_kept_and_read_again() {
    let folder = Folder::new("post");
    let client = folder.client(Facts::embedded());
    let json = client.post("/api/post").json(&json!({ "title": " T ", "post": "P\n" })).await;
    let form = client
        .post("/api/post")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("title=%3Cb%3E&post=a+%F0%9F%8E%89")
        .await;
    for (response, id, title, post) in [(json, 1, "T", "P"), (form, 2, "<b>", "a 🎉")] {
        assert_eq!(response.status(), 201);
        let message = format!("The post titled {title} says: {post}");
        assert_eq!(response.json::<Value>(), json!({ "id": id, "message": message }));
        let location = response.header("location").unwrap();
        assert_eq!(location, format!("/api/post/{id}"));
        let kept = json!({ "id": id, "title": title, "post": post });
        assert_eq!(client.get(location).await.json::<Value>(), kept);
        // Another tour reads it from the same file.
        assert_eq!(folder.client(Facts::embedded()).get(location).await.json::<Value>(), kept);
    }
    assert_eq!(client.get("/api/post/3").await.status(), 404);
    assert_eq!(client.get("/api/post/three").await.status(), 400);
}

#[tokio::test]
async fn posts_are_listed_newest_first() {
    let folder = Folder::new("list");
    let client = folder.client(Facts::embedded());
    for number in 1..=25 {
        client.post("/api/post").json(&json!({ "title": number.to_string(), "post": "P" })).await;
    }
    let ids = async |query| -> Vec<i64> {
        let posts = client.get(&format!("/api/post{query}")).await.json::<Vec<Value>>();
        posts.iter().map(|post| post["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids("").await, (6..=25).rev().collect::<Vec<_>>());
    assert_eq!(ids("?before=6").await, [5, 4, 3, 2, 1]);
    assert_eq!(ids("?before=6&limit=2").await, [5, 4]);
    assert_eq!(ids("?limit=100").await.len(), 25);
    assert!(ids("?before=1").await.is_empty());
    for bad in ["limit=0", "limit=101", "limit=-1", "limit=x", "before=x"] {
        assert_eq!(client.get(&format!("/api/post?{bad}")).await.status(), 400, "{bad}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_told_field_by_field() {
    let folder = Folder::new("fit");
    let client = folder.client(Facts::embedded());
    for (title, post, wrong) in [
        ("ä".repeat(200), "🎉".repeat(10_000), &[][..]),
        ("ä".repeat(201), "P".to_owned(), &["/title"]),
        ("T".to_owned(), "P".repeat(10_001), &["/post"]),
        (" \n".to_owned(), String::new(), &["/title", "/post"]),
    ] {
        let response = client.post("/api/post").json(&json!({ "title": title, "post": post })).await;
        assert_eq!(response.status(), if wrong.is_empty() { 201 } else { 422 });
        let errors = response.json::<Value>()["errors"].as_array().cloned().unwrap_or_default();
        let pointers: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, wrong);
    }
    let encoded = "%F0%9F%8E%89".repeat(10_000);
    let form = client.post("/api/post").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body(format!("title=T&post={encoded}")).await.status(), 201);
    let large = client.post("/api/post").json(&json!({ "title": "T", "post": "P".repeat(200_000) })).await;
    assert_eq!(large.status(), 413);
    assert_eq!(client.post("/api/post").json(&json!({ "title": "T" })).await.status(), 422);
    assert_eq!(client.post("/api/post").body("title=T").await.status(), 415);
}

#[tokio::test]
async fn a_hundred_of_the_longest_posts_are_one_answer() {
    let folder = Folder::new("longest");
    let client = folder.client(Facts::embedded());
    let post = json!({ "title": "T", "post": format!("P{}P", "\u{1}".repeat(9_998)) });
    for _ in 0..100 {
        assert_eq!(client.post("/api/post").json(&post).await.status(), 201);
    }
    assert!(client.get("/api/post?limit=100").await.bytes().len() > 5_000_000);
}

#[tokio::test]
async fn the_page_runs_nothing_but_its_own_files() {
    let folder = Folder::new("page");
    let client = folder.client(Facts::embedded());
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/tour.css", "text/css; charset=utf-8"),
        ("/tour.js", "text/javascript; charset=utf-8"),
    ] {
        let response = client.get(path).await;
        assert_eq!(response.header("content-type"), Some(content_type));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"));
        let again = client.get(path).header("if-none-match", response.header("etag").unwrap()).await;
        assert_eq!((again.status().as_u16(), again.bytes().len()), (304, 0));
    }
}

#[test]
fn files_that_can_not_be_kept_are_refused_at_start() {
    let folder = Folder::new("refused");
    let garbage = folder.0.join("garbage");
    std::fs::write(&garbage, "no database ".repeat(100)).unwrap();
    let later = folder.0.join("later.db");
    rusqlite::Connection::open(&later).unwrap().pragma_update(None, "user_version", 2).unwrap();
    for (file, reason) in [
        (Path::new(""), "empty path"),
        (&folder.0, "unable to open"),
        (&folder.0.join("absent/tour.db"), "unable to open"),
        (&garbage, "not a database"),
        (&later, "its version is 2"),
    ] {
        let sentence = Store::open(file).err().unwrap();
        assert!(sentence.contains(reason) && sentence.contains("TOUR_DB"), "{sentence}");
    }
    assert!(Uploads::open(&garbage).err().unwrap().contains("TOUR_UPLOADS"));
}

/// Pieces that come one by one, so that other uploads run in between.
fn pieces(byte: u8, count: usize) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    stream::iter(0..count).then(move |_| async move {
        tokio::task::yield_now().await;
        Ok(Bytes::from(vec![byte; 10_000]))
    })
}

fn upload(client: &TestClient, name: &str, body: impl Into<Body>) -> TestRequest {
    client.post(&format!("/api/upload/{name}")).body(body)
}

#[tokio::test]
async fn a_file_goes_in_and_out() {
    let folder = Folder::new("file");
    let client = folder.client(Facts::embedded());
    let response = upload(&client, "a_B-1.txt", Body::from_stream(pieces(b'a', 300))).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.json::<Value>(), json!({ "name": "a_B-1.txt", "bytes": 3_000_000 }));
    let file = client.get(response.header("location").unwrap()).await;
    assert_eq!(file.header("content-length"), Some("3000000"));
    assert!(file.bytes().len() == 3_000_000 && file.bytes().iter().all(|byte| *byte == b'a'));

    assert_eq!(upload(&client, "a_B-1.txt", "").await.json::<Value>()["bytes"], 0);
    assert_eq!(client.get("/api/upload/a_B-1.txt").await.bytes(), b"");
    assert_eq!(client.get("/api/upload/other").await.status(), 404);
    assert_eq!(folder.uploaded(), ["a_B-1.txt"]);
}

#[tokio::test]
async fn names_that_are_no_plain_file_names() {
    let folder = Folder::new("names");
    let client = folder.client(Facts::embedded());
    let long = "x".repeat(101);
    for name in ["..", ".hidden", "%2e%2e", "a%2Fb", "a%5Cb", "..%2Ftour.db", "a%20b", "%C3%A4", "a:b", &long]
    {
        assert_eq!(upload(&client, name, "x").await.status(), 400, "{name}");
        assert_eq!(client.get(&format!("/api/upload/{name}")).await.status(), 400, "{name}");
    }
    assert!(folder.uploaded().is_empty());
}

#[tokio::test]
async fn uploads_to_one_name_do_not_mix() {
    let folder = Folder::new("mix");
    let client = folder.client(Facts::embedded());
    let [a, b] = [b'a', b'b'].map(|byte| upload(&client, "one", Body::from_stream(pieces(byte, 300))));
    let (a, b) = tokio::join!(a.into_future(), b.into_future());
    assert!(a.status() == 201 && b.status() == 201);
    let file = std::fs::read(folder.uploads().join("one")).unwrap();
    assert!(file.len() == 3_000_000 && file.iter().all(|byte| *byte == file[0]));
    assert_eq!(folder.uploaded(), ["one"]);
}

#[tokio::test]
async fn of_a_broken_upload_nothing_stays() {
    let folder = Folder::new("broken");
    let client = folder.client(Facts::embedded());
    let broken = pieces(b'x', 50).chain(stream::iter([Err(std::io::Error::other("gone"))]));
    assert_eq!(upload(&client, "one", Body::from_stream(broken)).await.status(), 400);
    assert!(folder.uploaded().is_empty());

    // The client goes away, and the handler is dropped where it waits.
    let stalled = Body::from_stream(pieces(b'x', 50).chain(stream::pending()));
    let stalled = tokio::spawn(upload(&client, "two", stalled).into_future());
    while folder.uploaded().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stalled.abort();
    assert!(stalled.await.unwrap_err().is_cancelled());
    assert!(folder.uploaded().is_empty());
}

#[test]
fn parts_that_a_killed_tour_left_are_removed_when_they_are_old() {
    let folder = Folder::new("parts");
    std::fs::create_dir(folder.uploads()).unwrap();
    for (name, age) in [(".a.0.part", 0), (".b.0.part", 4000), ("c.part", 4000)] {
        let file = std::fs::File::create(folder.uploads().join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(age)).unwrap();
    }
    Uploads::open(&folder.uploads()).unwrap();
    assert_eq!(folder.uploaded(), [".a.0.part", "c.part"]);
}

/// A change of the API is a change of this file, which is reviewed with it: `UPDATE=1 cargo test --example tour`.
#[test]
fn the_api_is_as_reviewed() {
    assert_unchanged("tour/openapi.json", &openapi().to_string());
    // A file is any bytes, so the signature of its download tells nothing.
    let undocumented = openapi().undocumented().to_vec();
    assert!(matches!(&*undocumented, [line] if line.contains("download")), "{undocumented:#?}");
}
