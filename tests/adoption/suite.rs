//! What the shop answers. It knows `app()` and nothing of how the routes are declared.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

const ANN: (&str, &str) = ("authorization", "Bearer ann-token");
const ROOT: (&str, &str) = ("authorization", "Bearer root-token");
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The shop's own shape of errors, which its clients read.
    #[track_caller]
    fn is_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text);
        let body = self.json();
        assert_eq!(body["error"]["code"], code, "{body}");
        assert!(body["error"]["message"].is_string(), "{body}");
    }
}

async fn send(
    app: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, text }
}

async fn get(path: &str) -> Answer {
    send(&super::app(), "GET", path, &[], "").await
}

const BOOK: &str = r#"{"title": "Ulysses", "author": "Joyce", "cents": 1200}"#;

#[tokio::test]
async fn health() {
    let answer = get("/health").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "ok"));
}

#[tokio::test]
async fn books_are_listed() {
    let body = get("/api/v1/books").await.json();
    assert_eq!(body["total"], 3);
    assert_eq!(
        body["books"][0],
        json!({"id": 1, "title": "Emma", "author": "Austen", "cents": 900, "stock": 3})
    );
}

#[tokio::test]
async fn books_are_searched() {
    let body = get("/api/v1/books?q=DRAC").await.json();
    assert_eq!((&body["total"], &body["books"][0]["id"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn books_come_in_pages() {
    let body = get("/api/v1/books?page=1&per_page=2").await.json();
    assert_eq!((&body["total"], body["books"].as_array().unwrap().len()), (&json!(3), 1));
}

#[tokio::test]
async fn unknown_queries_are_ignored() {
    assert_eq!(get("/api/v1/books?utm_source=mail&q=emma").await.json()["total"], 1);
}

#[tokio::test]
async fn a_page_is_a_number() {
    get("/api/v1/books?page=two").await.is_error(400, "bad_query");
}

#[tokio::test]
async fn a_page_is_given_once() {
    get("/api/v1/books?page=1&page=2").await.is_error(400, "bad_query");
}

#[tokio::test]
async fn a_book_is_added() {
    let app = super::app();
    let answer = send(&app, "POST", "/api/v1/books", &[ANN, JSON], BOOK).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::CREATED, "/api/v1/books/4"));
    assert_eq!(answer.json()["stock"], 0);
    assert_eq!(send(&app, "GET", "/api/v1/books/4", &[], "").await.json()["title"], "Ulysses");
}

#[tokio::test]
async fn apps_do_not_share_their_books() {
    let (one, other) = (super::app(), super::app());
    send(&one, "POST", "/api/v1/books", &[ANN, JSON], BOOK).await;
    assert_eq!(send(&one, "GET", "/api/v1/books", &[], "").await.json()["total"], 4);
    assert_eq!(send(&other, "GET", "/api/v1/books", &[], "").await.json()["total"], 3);
}

#[tokio::test]
async fn who_adds_a_book_has_a_token() {
    let answer = send(&super::app(), "POST", "/api/v1/books", &[JSON], BOOK).await;
    answer.is_error(401, "no_token");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

/// The token is looked at first: nobody without one learns what a body must be.
#[tokio::test]
async fn the_token_comes_before_the_body() {
    send(&super::app(), "POST", "/api/v1/books", &[], "{").await.is_error(401, "no_token");
}

#[tokio::test]
async fn a_body_without_its_type() {
    send(&super::app(), "POST", "/api/v1/books", &[ANN], BOOK).await.is_error(415, "bad_body");
}

#[tokio::test]
async fn a_body_that_is_no_json() {
    send(&super::app(), "POST", "/api/v1/books", &[ANN, JSON], "{").await.is_error(400, "bad_body");
}

#[tokio::test]
async fn a_body_that_lacks_a_field() {
    let body = r#"{"title": "Ulysses"}"#;
    send(&super::app(), "POST", "/api/v1/books", &[ANN, JSON], body).await.is_error(422, "bad_body");
}

#[tokio::test]
async fn a_book_is_shown() {
    assert_eq!(get("/api/v1/books/2").await.json()["title"], "Persuasion");
}

#[tokio::test]
async fn a_book_that_is_not_there() {
    let answer = get("/api/v1/books/99").await;
    answer.is_error(404, "not_found");
    assert_eq!(answer.json()["error"]["message"], "no such book");
}

#[tokio::test]
async fn an_id_is_a_number() {
    get("/api/v1/books/emma").await.is_error(400, "bad_path");
    get("/api/v1/books/-1").await.is_error(400, "bad_path");
}

#[tokio::test]
async fn a_book_is_replaced_and_removed() {
    let app = super::app();
    let replaced = send(&app, "PUT", "/api/v1/books/1", &[ANN, JSON], BOOK).await;
    assert_eq!((replaced.status, &replaced.json()["title"]), (StatusCode::OK, &json!("Ulysses")));
    let removed = send(&app, "DELETE", "/api/v1/books/1", &[ANN], "").await;
    assert_eq!((removed.status, removed.text.as_str()), (StatusCode::NO_CONTENT, ""));
    send(&app, "DELETE", "/api/v1/books/1", &[ANN], "").await.is_error(404, "not_found");
    send(&app, "DELETE", "/api/v1/books/2", &[], "").await.is_error(401, "no_token");
}

#[tokio::test]
async fn reviews() {
    let (app, path) = (super::app(), "/api/v1/books/1/reviews");
    assert_eq!(send(&app, "GET", path, &[], "").await.json(), json!([]));
    let review = r#"{"stars": 5, "text": "yes"}"#;
    assert_eq!(send(&app, "POST", path, &[JSON], review).await.status, StatusCode::CREATED);
    assert_eq!(send(&app, "GET", path, &[], "").await.json(), json!([{"stars": 5, "text": "yes"}]));
    send(&app, "POST", "/api/v1/books/9/reviews", &[JSON], review).await.is_error(404, "not_found");
    send(&app, "POST", path, &[JSON], r#"{"stars": 9, "text": ""}"#).await.is_error(422, "bad_stars");
}

#[tokio::test]
async fn a_cover_is_kept() {
    let (app, path) = (super::app(), "/api/v1/books/1/cover");
    send(&app, "GET", path, &[], "").await.is_error(404, "not_found");
    assert_eq!(send(&app, "PUT", path, &[ANN], "png").await.status, StatusCode::NO_CONTENT);
    let cover = send(&app, "GET", path, &[], "").await;
    assert_eq!((cover.header("content-type"), cover.text.as_str()), ("image/png", "png"));
}

#[tokio::test]
async fn a_cover_is_small() {
    let answer = send(&super::app(), "PUT", "/api/v1/books/1/cover", &[ANN], "x".repeat(1025)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn authors() {
    assert_eq!(get("/api/v1/authors").await.json(), json!({"Austen": 2, "Stoker": 1}));
}

#[tokio::test]
async fn an_export() {
    let answer = get("/api/v1/export.csv").await;
    assert_eq!(answer.header("content-type"), "text/csv");
    assert_eq!(answer.text, "id,title,cents\n1,Emma,900\n2,Persuasion,800\n3,Dracula,700\n");
}

#[tokio::test]
async fn a_cart_is_kept_by_a_cookie() {
    let app = super::app();
    let first = send(&app, "POST", "/api/v1/cart/items", &[JSON], r#"{"book": 1, "count": 2}"#).await;
    assert_eq!((first.status, first.header("set-cookie")), (StatusCode::CREATED, "sid=s1; Path=/; HttpOnly"));
    let cookie = ("cookie", "theme=dark; sid=s1");
    assert_eq!(
        send(&app, "GET", "/api/v1/cart", &[cookie], "").await.json(),
        json!([{"book": 1, "count": 2}])
    );
    assert_eq!(send(&app, "GET", "/api/v1/cart", &[], "").await.json(), json!([]));
    let removed = send(&app, "DELETE", "/api/v1/cart/items/1", &[cookie], "").await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    send(&app, "DELETE", "/api/v1/cart/items/1", &[cookie], "").await.is_error(404, "not_found");
}

#[tokio::test]
async fn an_order() {
    let (app, cookie) = (super::app(), ("cookie", "sid=a"));
    send(&app, "POST", "/api/v1/orders", &[ANN, cookie], "").await.is_error(409, "empty_cart");
    send(&app, "POST", "/api/v1/cart/items", &[JSON, cookie], r#"{"book": 3, "count": 2}"#).await;
    let placed = send(&app, "POST", "/api/v1/orders", &[ANN, cookie], "").await;
    assert_eq!((placed.status, placed.header("location")), (StatusCode::CREATED, "/api/v1/orders/1"));
    assert_eq!(placed.json()["cents"], 1400);
    assert_eq!(send(&app, "GET", "/api/v1/orders/1", &[ANN], "").await.json()["owner"], "ann");
    send(&app, "GET", "/api/v1/orders/1", &[ROOT], "").await.is_error(404, "not_found");
    send(&app, "GET", "/api/v1/orders/1", &[], "").await.is_error(401, "no_token");
}

#[tokio::test]
async fn admins_see_numbers() {
    let answer = send(&super::app(), "GET", "/api/v1/admin/stats", &[ROOT], "").await;
    assert_eq!(answer.json(), json!({"books": 3, "orders": 0}));
}

#[tokio::test]
async fn nobody_else_is_an_admin() {
    get("/api/v1/admin/stats").await.is_error(401, "no_token");
    send(&super::app(), "GET", "/api/v1/admin/stats", &[ANN], "").await.is_error(403, "no_admin");
}

/// Before the body of its routes, and before no path that is not there.
#[tokio::test]
async fn where_the_guard_of_admins_stands() {
    get("/api/v1/admin/nothing").await.is_error(404, "no_route");
    send(&super::app(), "POST", "/api/v1/admin/restock", &[FORM], "book=x").await.is_error(401, "no_token");
}

#[tokio::test]
async fn admins_restock() {
    let (app, path) = (super::app(), "/api/v1/admin/restock");
    assert_eq!(send(&app, "POST", path, &[ROOT, FORM], "book=1&count=4").await.json()["stock"], 7);
    send(&app, "POST", path, &[ROOT, FORM], "book=1").await.is_error(422, "bad_body");
    send(&app, "POST", path, &[ROOT, JSON], "{}").await.is_error(415, "bad_body");
}

#[tokio::test]
async fn files() {
    assert_eq!(get("/files/app.js").await.text, "go()");
    assert_eq!(get("/files/css/main%20file.css").await.header("content-type"), "text/css");
    get("/files/other.js").await.is_error(404, "not_found");
}

#[tokio::test]
async fn a_folder_is_no_file() {
    get("/files").await.is_error(404, "no_route");
    get("/files/").await.is_error(404, "no_route");
}

#[tokio::test]
async fn nothing_is_there() {
    let answer = get("/nothing").await;
    answer.is_error(404, "no_route");
    assert_eq!(answer.json()["error"]["message"], "nothing at /nothing");
    get("/api/v1/nothing").await.is_error(404, "no_route");
}

#[tokio::test]
async fn a_slash_at_the_end_is_another_path() {
    get("/health/").await.is_error(404, "no_route");
    get("/api/v1/books/").await.is_error(404, "no_route");
}

#[tokio::test]
async fn a_method_that_is_not_there() {
    let answer = send(&super::app(), "POST", "/health", &[], "").await;
    answer.is_error(405, "wrong_method");
    assert_eq!(answer.header("allow"), "GET,HEAD");
    send(&super::app(), "PATCH", "/api/v1/books/1", &[ANN], "").await.is_error(405, "wrong_method");
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let answer = send(&super::app(), "HEAD", "/api/v1/books", &[], "").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_preflight() {
    let asks = [("origin", "https://shop.test"), ("access-control-request-method", "POST")];
    let answer = send(&super::app(), "OPTIONS", "/api/v1/books", &asks, "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (StatusCode::OK, "*"));
    assert_eq!(answer.header("access-control-allow-methods"), "GET,POST");
}

#[tokio::test]
async fn every_answer_is_for_any_origin() {
    for path in ["/health", "/nothing", "/api/v1/books"] {
        let answer = send(&super::app(), "GET", path, &[("origin", "https://shop.test")], "").await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    }
}

#[tokio::test]
async fn every_answer_names_its_request() {
    for (method, path) in
        [("GET", "/health"), ("GET", "/nothing"), ("POST", "/health"), ("GET", "/api/v1/cart")]
    {
        let answer = send(&super::app(), method, path, &[("x-request-id", "r7")], "").await;
        assert_eq!(answer.header("x-request-id"), "r7", "{method} {path}");
    }
}

#[tokio::test]
async fn books_may_be_cached_and_carts_not() {
    assert_eq!(get("/api/v1/books/1").await.header("cache-control"), "max-age=60");
    assert_eq!(get("/api/v1/books/99").await.header("cache-control"), "max-age=60");
    assert_eq!(get("/api/v1/cart").await.header("cache-control"), "");
    assert_eq!(get("/api/v1/nothing").await.header("cache-control"), "");
}
