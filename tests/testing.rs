//! `TestClient`: what it sends, what it keeps, and how a test fails.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::Body;
use futures_util::stream;
use route_runtime::testing::{TestClient, TestResponse};
use route_runtime::{ApiError, ApiRequest, ApiResponse, Cookie, RawBody, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize, Deserialize)]
struct Post {
    title: String,
    #[serde(default)]
    tag: Vec<String>,
}

#[post("/posts?draft")]
async fn create(draft: Option<bool>, req: ApiRequest<Post>) -> ApiResponse<Value> {
    let Post { title, tag } = req.into_body();
    ApiResponse::created(json!({ "title": title, "tag": tag, "draft": draft }))
}

#[get("/echo?q")]
async fn echo(q: Vec<String>, req: ApiRequest) -> ApiResponse<Value> {
    let header = |name: &str| req.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let cookies: Vec<String> = req.cookies().map(ToString::to_string).collect();
    ApiResponse::ok(
        json!({ "q": q, "auth": header("authorization"), "cookies": cookies, "mine": header("x-mine") }),
    )
}

#[get("/set/[name]/[value]?path&age")]
async fn set(name: String, value: String, path: Option<String>, age: Option<i64>) -> ApiResponse<()> {
    let mut cookie = Cookie::new(name, value);
    if let Some(path) = path {
        cookie.set_path(path);
    }
    if let Some(age) = age {
        cookie.set_max_age(route_runtime::cookie::time::Duration::seconds(age));
    }
    ApiResponse::no_content().cookie(cookie)
}

/// The upper-case letters of a body, as they come.
#[post("/upper", body_parser = false)]
async fn upper(req: ApiRequest<RawBody>) -> ApiResponse {
    let body = req.into_body();
    ApiResponse::new().stream(stream::unfold(body, async |mut body| {
        let chunk = body.chunk().await.transpose()?;
        Some((chunk.map(|chunk| chunk.to_ascii_uppercase()), body))
    }))
}

#[get("/breaks")]
async fn breaks() -> ApiResponse {
    ApiResponse::new().stream(stream::iter([Ok("part"), Err(std::io::Error::other("gone"))]))
}

#[get("/missing")]
async fn missing() -> Result<(), ApiError> {
    Err(ApiError::not_found("there is no such thing"))
}

fn client() -> TestClient {
    TestClient::new(route_runtime::router().unwrap())
}

/// What a failing test says.
fn message<T>(check: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(check)).err().expect("it fails");
    payload.downcast_ref::<String>().expect("a text").clone()
}

#[tokio::test]
async fn bodies_and_queries() {
    let client = client();
    let json = client.post("/posts").json(&Post { title: "A & B".into(), tag: vec![] }).await;
    assert_eq!(json.assert_status(201).json::<Value>()["title"], "A & B");
    let form =
        client.post("/posts?draft=true").form(&[("title", "A & B"), ("tag", "x"), ("tag", "ü=")]).await;
    assert_eq!(form.json::<Value>(), json!({ "title": "A & B", "tag": ["x", "ü="], "draft": true }));
    #[derive(Serialize)]
    struct Draft {
        draft: bool,
    }
    let both = client.post("/posts").query(&Draft { draft: false }).form(&[("title", "t")]).await;
    assert_eq!(both.json::<Value>()["draft"], false);
    assert_eq!(client.get("/echo").query(&[("", ""); 0]).await.json::<Value>()["q"], json!([]));
    let queries = client.get("/echo").query(&[("q", "a b")]).query(&[("q", "c&d")]).await;
    assert_eq!(queries.json::<Value>()["q"], json!(["a b", "c&d"]));
}

#[tokio::test]
async fn headers_and_cookies_of_a_request() {
    let client = client().header("x-mine", "1");
    let answer =
        client.get("/echo").bearer("s3cret").cookie("a", "1 2").cookie("b", "x").await.json::<Value>();
    assert_eq!((&answer["auth"], &answer["mine"]), (&json!("Bearer s3cret"), &json!("1")));
    assert_eq!(answer["cookies"], json!(["a=1 2", "b=x"]));
}

#[tokio::test]
async fn cookies_are_kept_where_that_is_wanted() {
    let cookies =
        async |client: &TestClient, path: &str| client.get(path).await.json::<Value>()["cookies"].clone();
    let forgetful = client();
    forgetful.get("/set/a/1?path=/").await;
    assert_eq!(cookies(&forgetful, "/echo").await, json!([]));

    let client = client().keep_cookies();
    let answer = client.get("/set/a/1?path=/").await;
    assert_eq!(answer.cookie("a").map(|cookie| cookie.path().map(str::to_owned)), Some(Some("/".to_owned())));
    assert!(answer.cookie("b").is_none());
    assert_eq!(cookies(&client, "/echo").await, json!(["a=1"]));
    client.get("/set/a/2?path=/").await;
    client.get("/set/b/3?path=/ec").await;
    client.get("/set/c/4?path=/echo").await;
    // Without a path: that of the request, up to its last slash.
    client.clone().get("/set/d/5").await;
    // The most special first, as a browser does.
    assert_eq!(cookies(&client, "/echo").await, json!(["c=4", "a=2"]));
    let names: Vec<String> = client.cookies().iter().map(|cookie| cookie.name().to_owned()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    // Removed, and expired.
    client.get("/set/a/x?path=/&age=0").await;
    assert_eq!(cookies(&client, "/echo").await, json!(["c=4"]));
    client.get("/set/c/x?path=/echo&age=-5").await;
    client.get("/set/e/6?path=/&age=3600").await;
    assert_eq!(cookies(&client, "/echo").await, json!(["e=6"]));
}

#[tokio::test]
async fn bodies_as_streams() {
    let pieces = ["one", "two", "three"].map(Ok::<_, std::io::Error>);
    let mut answer = client().post("/upper").body(Body::from_stream(stream::iter(pieces))).streamed().await;
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("content-length")), (200, false));
    assert_eq!(answer.chunk().await.as_deref(), Some(&b"ONE"[..]));
    assert_eq!(answer.chunk().await.as_deref(), Some(&b"TWO"[..]));
    assert_eq!(answer.rest().await.text(), "THREE");
    let broken = client().get("/breaks").await;
    assert!(message(|| broken.text().to_owned()).contains("the body broke off"));
    assert!(broken.to_string().contains("the body broke off"));
}

#[tokio::test]
async fn a_test_fails_with_the_answer() {
    let missing = client().get("/missing").await;
    missing.assert_status(404).assert_problem(404, "no such thing").assert_problem(404, "");
    let all = |message: String, parts: &[&str]| {
        for part in parts {
            assert!(message.contains(part), "{part} in: {message}");
        }
    };
    let sent = ["404 Not Found", "content-type: application/problem+json", "there is no such thing"];
    all(message(|| missing.assert_status(200).status()), &["should be 200", sent[0], sent[1], sent[2]]);
    all(message(|| missing.assert_problem(400, "").status()), &["should be 400", sent[2]]);
    all(message(|| missing.assert_problem(404, "odd").status()), &["should have \"odd\" in it", sent[2]]);
    all(message(|| missing.assert_invalid("/title", "").status()), &["should have \"/title\"", sent[2]]);
    let no_problem = client().get("/echo").await;
    all(message(|| no_problem.assert_problem(200, "").status()), &["should be `application/problem+json`"]);

    let wrong = client().post("/posts").json(&json!({ "title": 7 })).await;
    wrong.assert_problem(422, "").assert_invalid("/title", "string");
    all(
        message(|| wrong.assert_invalid("/title", "number").status()),
        &["should have \"/title\" with \"number\""],
    );
}

/// A handler is still a function.
#[tokio::test]
async fn a_handler_is_called_directly() {
    let error = missing().await.unwrap_err();
    assert_eq!(error.get_detail(), Some("there is no such thing"));
    let answer: TestResponse = client().get("/missing").await;
    assert_eq!(answer.status(), 404);
}
