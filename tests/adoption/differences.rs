//! What the suite does not ask: requests that are answered otherwise since the functions say their own path, and why.
//! `before` has no routes of the library, so both fit into one binary.
// The shop stands in both.
#![allow(clippy::duplicate_mod)]

#[path = "before.rs"]
mod before;
#[path = "third.rs"]
mod third;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Request};
use tower::ServiceExt;

const ANN: (&str, &str) = ("authorization", "Bearer ann-token");
const ROOT: (&str, &str) = ("authorization", "Bearer root-token");
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const BOOK: &str = r#"{"title": "Ulysses", "author": "Joyce", "cents": 1200}"#;

struct Asked<'a> {
    line: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

impl Asked<'_> {
    async fn of(&self, app: Router) -> (u16, HeaderMap, String) {
        let (method, path) = self.line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        let response = app.oneshot(request.body(Body::from(self.body.to_owned())).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        (parts.status.as_u16(), parts.headers, text)
    }
}

/// The statuses before and after, and what the library says of the second.
async fn differs(line: &str, headers: &[(&str, &str)], body: &str, statuses: (u16, u16), says: &str) {
    let asked = Asked { line, headers, body };
    let (before, _, _) = asked.of(before::app()).await;
    let (after, _, text) = asked.of(third::app()).await;
    assert_eq!((before, after), statuses, "{line}: {text}");
    assert!(text.contains(says), "{line}: {text}");
}

/// A value is decoded strictly; axum's `Query` puts U+FFFD for what is no UTF-8 and keeps a broken escape.
#[tokio::test]
async fn broken_escapes_in_queries() {
    differs("GET /api/v1/books?q=%FF", &[], "", (200, 400), "query parameter `q` must be UTF-8").await;
    differs("GET /api/v1/books?q=%ZZ", &[], "", (200, 400), "has a `%` that no two").await;
}

/// No segment is empty, and none of a catch-all leaves its folder: `dot_segments = true` lets those pass.
#[tokio::test]
async fn unusual_paths() {
    differs("GET /api/v1/books//reviews", &[], "", (400, 404), "no_route").await;
    differs("GET /files/../app.js", &[], "", (404, 400), "must not hold `.` or `..`").await;
    differs("POST /files/..", &[], "", (405, 400), "must not hold `.` or `..`").await;
}

/// `ApiRequest` reads forms too, which a page of another origin can send without a preflight: a function whose caller is
/// a cookie keeps axum's `Json`, as `add_item` does.
#[tokio::test]
async fn a_form_where_json_was() {
    let form = "title=a&author=b&cents=1";
    differs("POST /api/v1/books", &[ANN, FORM], form, (415, 201), "").await;
    differs("POST /api/v1/cart/items", &[FORM], "book=1&count=1", (415, 415), "").await;
}

/// What `ApiRequest` is stricter in than axum's `Json`.
#[tokio::test]
async fn bodies() {
    let latin = ("content-type", "application/json; charset=latin1");
    differs("POST /api/v1/books", &[ANN, latin], BOOK, (201, 415), "in UTF-8").await;
    differs("POST /api/v1/books", &[ANN, JSON, ("content-encoding", "gzip")], BOOK, (201, 415), "coding")
        .await;
    differs("POST /api/v1/books", &[ANN, JSON], r#"["a", "b", 1, 2]"#, (201, 422), "must be an object").await;
    differs("POST /api/v1/books", &[ANN], "", (415, 400), "the body is missing").await;
}

/// 1 MiB where axum has 2 MB: `Routes::defaults` or `body_limit` keeps the old one.
#[tokio::test]
async fn a_body_above_one_mebibyte() {
    let book = BOOK.replace("Ulysses", &"x".repeat(3 << 19));
    differs("POST /api/v1/books", &[ANN, JSON], &book, (201, 413), "larger than 1048576 bytes").await;
}

/// Nor does a limit that the app lays around all of its routes raise it.
#[tokio::test]
async fn the_limit_of_the_app_is_not_theirs() {
    let book = BOOK.replace("Ulysses", &"x".repeat(3 << 20));
    for (app, status) in [(before::app(), 201), (third::app(), 413)] {
        let app = app.layer(DefaultBodyLimit::max(10 << 20));
        let asked = Asked { line: "POST /api/v1/books", headers: &[ANN, JSON], body: &book };
        assert_eq!(asked.of(app).await.0, status);
    }
}

/// 4 MiB where axum has no limit: a list that grows is a 500 one day. `Routes::defaults` or `response_limit` says more.
#[tokio::test]
async fn an_answer_above_four_mebibytes() {
    let book = BOOK.replace("Ulysses", &"x".repeat(1 << 19));
    for (app, status) in [(before::app(), 200), (third::app(), 500)] {
        for _ in 0..9 {
            let asked = Asked { line: "POST /api/v1/books", headers: &[ANN, JSON], body: &book };
            assert_eq!(asked.of(app.clone()).await.0, 201);
        }
        let asked = Asked { line: "GET /api/v1/books?per_page=99", headers: &[], body: "" };
        assert_eq!(asked.of(app).await.0, status);
    }
}

/// The limit comes before the caller, where the length is told ahead: a stranger is answered 413.
#[tokio::test]
async fn the_limit_comes_before_the_token() {
    differs("PUT /api/v1/books/1/cover", &[], &"x".repeat(1025), (401, 413), "1024 bytes").await;
}

/// A renderer is not told the request, so its sentence can't name the method; and axum's own extractors lose theirs.
#[tokio::test]
async fn sentences_that_are_lost() {
    differs("PATCH /api/v1/books/1", &[], "", (405, 405), "Method Not Allowed").await;
    differs("POST /api/v1/admin/restock", &[ROOT, FORM], "book=1", (422, 422), "Unprocessable Entity").await;
}

/// What is refused before the function passes no `layer_where`; one around the app, as that of CORS, is passed.
#[tokio::test]
async fn refusals_pass_no_layer_of_a_route() {
    let asked = Asked { line: "GET /api/v1/books/%FF", headers: &[], body: "" };
    let (before, after) = (asked.of(before::app()).await, asked.of(third::app()).await);
    assert_eq!((before.0, before.1.get("cache-control").is_some()), (400, true));
    assert_eq!((after.0, after.1.get("cache-control").is_some()), (400, false));
    assert!(after.1.contains_key("x-request-id") && after.1.contains_key("access-control-allow-origin"));
}

/// What could be thought to differ and does not, to the byte.
#[tokio::test]
async fn the_same_answers() {
    let book = r#"{"book": 1, "count": 2}"#;
    for (line, headers, body) in [
        ("HEAD /health", &[][..], ""),
        ("GET //health", &[], ""),
        ("GET /%68ealth", &[], ""),
        ("GET /api/v1//books", &[], ""),
        ("GET /api/v1/books/%31", &[], ""),
        ("GET /api/v1/books/+1", &[], ""),
        ("GET /api/v1/books?q=", &[], ""),
        ("GET /api/v1/books?q", &[], ""),
        ("GET /api/v1/books?page=1&per_page=0", &[], ""),
        ("GET /api/v1/admin", &[ROOT], ""),
        ("HEAD /api/v1/admin/stats", &[], ""),
        ("GET /api/v1/admin/stats/", &[ROOT], ""),
        ("POST /api/v1/admin/restock", &[ROOT, FORM], "book=1&count=1&more=2"),
        ("PUT /api/v1/books/x", &[JSON], "{"),
        ("POST /api/v1/cart/items", &[JSON], book),
        ("HEAD /api/v1/export.csv", &[], ""),
        ("GET /files/css%2Fmain%20file.css", &[], ""),
        ("GET /files/.hidden", &[], ""),
    ] {
        let asked = Asked { line, headers, body };
        assert_eq!(asked.of(before::app()).await, asked.of(third::app()).await, "{line}");
    }
}
