//! One error model: what this library answers for itself is a problem (RFC 9457), and an app may render it otherwise.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection, StringRejection};
use axum::extract::{DefaultBodyLimit, FromRequestParts, Multipart, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form, Json};
use route_runtime::testing::{TestClient, TestResponse};
use route_runtime::{ApiError, ApiRequest, ApiResponse, RawBody, RouteConfig, Routes, get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::util::{MapRequestLayer, MapResponseLayer};

#[derive(Clone, Debug, Deserialize)]
#[expect(dead_code, reason = "only read")]
struct Post {
    title: String,
}

#[post("/json")]
async fn by_json(_post: Json<Post>) {}

#[post("/form")]
async fn by_form(_post: Form<Post>) {}

#[post("/string")]
async fn by_string(_text: String) {}

#[post("/multipart")]
async fn by_multipart(mut multipart: Multipart) -> Result<String, ApiError> {
    let mut bytes = 0;
    while let Some(field) = multipart.next_field().await? {
        bytes += field.bytes().await?.len();
    }
    Ok(bytes.to_string())
}

#[post("/typed")]
async fn by_type(_req: ApiRequest<Post>) {}

#[get("/number/[n]")]
async fn number(n: u8) -> String {
    n.to_string()
}

#[get("/files/[...path]")]
async fn files(path: Vec<String>) -> String {
    path.join("/")
}

#[get("/path/[n]")]
async fn by_path(_path: Path<u8>) {}

#[get("/query")]
async fn by_query(_query: Query<Post>) {}

#[get("/extension")]
async fn by_extension(_extension: Extension<Post>) {}

#[get("/slow", max_duration = "50ms")]
async fn slow() {
    std::future::pending::<()>().await;
}

#[get("/panics")]
async fn panics() {
    panic!("secret");
}

#[get("/large", response_limit = 3)]
async fn large() -> &'static str {
    "secret"
}

#[get("/fails")]
async fn fails() -> Result<String, ApiError> {
    Ok("secret".parse::<u8>()?.to_string())
}

#[get("/chosen")]
async fn chosen() -> ApiError {
    ApiError::too_many_requests("later").with("seconds", 5).header("retry-after", 5).caused_by("the log's")
}

/// An error whose headers are another message's.
#[get("/headers")]
async fn headers() -> ApiError {
    let error = ApiError::bad_request("a long sentence")
        .header("content-length", 5)
        .header("content-type", "text/html");
    error.header("transfer-encoding", "chunked").header("connection", "close").header("x-kept", "yes")
}

/// The answer of an upstream was too long: nothing that the client could mend.
#[get("/upstream")]
async fn upstream() -> Result<String, ApiError> {
    let bytes = axum::body::to_bytes("a long answer".into(), 2).await?;
    Ok(bytes.len().to_string())
}

/// What axum's extractors refuse, seen by the handler.
#[post("/seen/json")]
async fn seen_json(body: Result<Json<Post>, JsonRejection>) -> Result<(), ApiError> {
    let _ = body?;
    Ok(())
}

#[post("/seen/string", body_limit = 10)]
async fn seen_string(body: Result<String, StringRejection>) -> Result<(), ApiError> {
    let _ = body?;
    Ok(())
}

/// Who refuses in words of its own, or in plain ones with a header.
struct Refuses<const IN_JSON: bool>;

impl<S: Sync, const IN_JSON: bool> FromRequestParts<S> for Refuses<IN_JSON> {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Response> {
        Err(if IN_JSON {
            (StatusCode::FORBIDDEN, Json(json!({ "own": true }))).into_response()
        } else {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "plain text").into_response()
        })
    }
}

#[get("/refuses/json")]
async fn refuses_in_json(_all: (HeaderMap, Refuses<true>)) {}

#[get("/refuses/plain")]
async fn refuses_plainly(_all: (HeaderMap, Refuses<false>)) {}

#[tokio::test]
async fn what_a_part_of_a_tuple_refuses_with() {
    let client = client();
    let response = client.get("/refuses/json").await;
    assert_eq!((response.status().as_u16(), response.text()), (403, r#"{"own":true}"#));
    assert_eq!(response.header("content-type"), Some("application/json"));
    // Plain words may be axum's, which echo.
    let response = client.get("/refuses/plain").await;
    assert_eq!((response.status().as_u16(), response.header("retry-after")), (429, Some("7")));
    assert_eq!(response.text(), r#"{"title":"Too Many Requests","status":429}"#);
    let types = response.headers().get_all("content-type").iter().count();
    let lengths = response.headers().get_all("content-length").iter().count();
    assert_eq!((types, response.header("content-type"), lengths), (1, Some("application/problem+json"), 1));
}

#[get("/tuple")]
async fn tuple(_all: (Query<Post>, HeaderMap)) {}

#[get("/late")]
async fn late() -> Result<(), ApiError> {
    let late = std::io::Error::from(std::io::ErrorKind::TimedOut);
    let chunks = futures_util::stream::iter([Err::<String, _>(late)]);
    let response = TestClient::new(late_inner(chunks)).post("/raw/late").await;
    Err(ApiError::new(response.status()))
}

/// A router whose request has a body that comes too late.
fn late_inner(
    chunks: impl futures_util::Stream<Item = Result<String, std::io::Error>> + Send + 'static,
) -> axum::Router {
    let body = std::sync::Arc::new(std::sync::Mutex::new(Some(axum::body::Body::from_stream(chunks))));
    Routes::collect().into_router().unwrap().layer(MapRequestLayer::new(move |request: Request| {
        let body = body.lock().unwrap().take().unwrap_or_default();
        request.map(|_| body)
    }))
}

#[post("/raw/late")]
async fn raw_late(req: ApiRequest<RawBody>) -> Result<(), ApiError> {
    req.into_body().bytes().await?;
    Ok(())
}

/// Where errors come from that no handler returns.
async fn refusing(_request: Request) -> Result<Request, ApiError> {
    Err(ApiError::unauthorized("who?"))
}

#[get("/layered", layer = axum::middleware::map_request(refusing))]
async fn layered() {}

/// The outer layer says what it makes of an answer, whoever made that.
#[get("/layered/twice", layer = MapResponseLayer::new(marked), layer = axum::middleware::map_request(refusing))]
async fn layered_twice() {}

async fn marked_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    parts.headers.remove("content-length");
    Response::from_parts(parts, format!("<{}>", String::from_utf8_lossy(&bytes)).into())
}

#[get("/layered/body", layer = axum::middleware::map_response(marked_body), layer = axum::middleware::map_request(refusing))]
async fn layered_body() {}

fn marked(mut response: Response) -> Response {
    response.headers_mut().insert("x-marked", "yes".parse().unwrap());
    response
}

/// A text of the client's in what axum says.
#[post("/seen/form")]
async fn seen_form(body: Result<Form<Post>, FormRejection>) -> Result<(), ApiError> {
    let _ = body?;
    Ok(())
}

/// A limit of the app's own.
#[post("/seen/bytes", layer = DefaultBodyLimit::max(10))]
async fn seen_bytes(body: Result<Bytes, BytesRejection>) -> Result<(), ApiError> {
    let _ = body?;
    Ok(())
}

#[get("/group/[id]")]
async fn group_id(id: String) -> String {
    id
}

#[get("/group/[...rest]")]
async fn group_rest(rest: Vec<String>) -> String {
    rest.join("/")
}

#[get("/overruled")]
async fn overruled() -> (StatusCode, ApiError) {
    (StatusCode::IM_A_TEAPOT, ApiError::not_found("no coffee"))
}

#[get("/no-content", status = 204)]
async fn no_content() -> ApiError {
    ApiError::not_found("nothing at all")
}

#[get("/bad-answer")]
async fn bad_answer() -> ApiResponse<()> {
    ApiResponse::new().header("x", "\n").end()
}

/// A guard with an answer of its own.
struct Guard;

impl<S: Sync> FromRequestParts<S> for Guard {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.uri.query() {
            Some("login") => Err(Redirect::to("/login").into_response()),
            Some("text") => {
                Err((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic")], "who?").into_response())
            }
            Some("error") => Err(ApiError::forbidden("not you").into_response()),
            _ => Ok(Guard),
        }
    }
}

#[get("/guarded")]
async fn guarded(_guard: Guard) {}

/// What the handler does with a body that broke off.
#[post("/raw", body_limit = 10)]
async fn raw(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
    let bytes = req.into_body().bytes().await?;
    Ok(bytes.len().to_string())
}

fn client() -> TestClient {
    TestClient::new(Routes::collect().into_router().unwrap())
}

/// Requests that are refused, with the status. The text `SECRET` must not come back.
fn refusals(client: &TestClient) -> Vec<(&'static str, u16, route_runtime::testing::TestRequest)> {
    let post = |path: &str, content_type: &'static str, body: &'static str| {
        client.post(path).header("content-type", content_type).body(body)
    };
    vec![
        ("json type", 415, post("/json", "text/SECRET", "{}")),
        ("json syntax", 400, post("/json", "application/json", "{SECRET")),
        ("json shape", 422, post("/json", "application/json", "{\"title\":{\"SECRET\":1}}")),
        ("form", 422, post("/form", "application/x-www-form-urlencoded", "SECRET=1")),
        ("string", 400, client.post("/string").body(&b"SECRET\xFF"[..])),
        ("no multipart", 400, post("/multipart", "text/plain", "SECRET")),
        ("broken multipart", 400, post("/multipart", "multipart/form-data; boundary=x", "SECRET")),
        ("typed", 422, post("/typed", "application/json", "{\"title\":[\"SECRET\"]}")),
        ("number", 400, client.get("/number/SECRET")),
        ("path", 400, client.get("/path/SECRET")),
        ("query", 400, client.get("/query?SECRET=1")),
        ("extension", 500, client.get("/extension")),
        ("method", 405, client.post("/number/7").body("SECRET")),
        ("slow", 503, client.get("/slow")),
        ("panic", 500, client.get("/panics")),
        ("answer", 500, client.get("/large")),
        ("error", 500, client.get("/fails")),
        ("upstream", 500, client.get("/upstream")),
        ("seen syntax", 400, post("/seen/json", "application/json", "{SECRET")),
        ("seen shape", 422, post("/seen/json", "application/json", "{\"title\":[\"SECRET\"]}")),
        (
            "seen text of a type",
            422,
            post("/seen/json", "application/json", "{\"title\":{\"Content-Type: SECRET\":1}}"),
        ),
        ("seen form", 422, post("/seen/form", "application/x-www-form-urlencoded", "SECRET=1")),
        ("seen form type", 415, post("/seen/form", "text/SECRET", "title=T")),
        ("seen bytes", 413, client.post("/seen/bytes").body("SECRET SECRET")),
        ("seen type", 415, post("/seen/json", "text/SECRET", "{}")),
        ("seen limit", 413, client.post("/seen/string").body("SECRET SECRET")),
        ("seen text", 400, client.post("/seen/string").body(&b"\xFF"[..])),
        ("tuple", 400, client.get("/tuple?SECRET=1")),
        ("layer", 401, client.get("/layered")),
        ("group", 404, client.get("/group//SECRET")),
        ("no content", 404, client.get("/no-content")),
        ("late", 408, client.get("/late")),
        ("bad answer", 500, client.get("/bad-answer")),
        ("too large", 413, client.post("/raw").body("SECRET SECRET")),
        ("escape", 400, client.get("/number/%ZZ")),
        ("empty segment", 404, client.get("/files//SECRET")),
    ]
}

#[track_caller]
fn problem(what: &str, status: u16, response: &TestResponse) -> Value {
    assert_eq!(response.status().as_u16(), status, "{what}: {}", response.text());
    assert_eq!(response.header("content-type"), Some("application/problem+json"), "{what}");
    let problem: Value = response.json();
    assert_eq!(problem["status"], status, "{what}");
    assert_eq!(problem["title"], response.status().canonical_reason().unwrap(), "{what}");
    problem
}

#[tokio::test]
async fn every_refusal_is_a_problem_without_echo() {
    for (what, status, request) in refusals(&client()) {
        let response = request.await;
        let problem = problem(what, status, &response);
        if what.starts_with("seen") && what != "seen limit" {
            let detail = match status {
                413 => "the body is too large",
                415 => "the body has another `content-type` than this route takes",
                422 => "the body has another shape than this route takes",
                _ => "the body broke off or is malformed",
            };
            assert_eq!(problem["detail"], detail, "{what}");
        }
        for told in ["SECRET", "secret", "Post", "u8", "serde", "struct", "axum"] {
            assert!(!response.text().contains(told), "{what}: {}", response.text());
        }
    }
}

#[tokio::test]
async fn an_allow_beside_405() {
    assert_eq!(client().post("/number/7").await.header("allow"), Some("GET,HEAD"));
}

#[tokio::test]
async fn a_users_own_refusal_passes_as_it_is() {
    let client = client();
    let login = client.get("/guarded?login").await;
    assert_eq!((login.status().as_u16(), login.header("location")), (303, Some("/login")));
    let text = client.get("/guarded?text").await;
    assert_eq!(
        (text.status().as_u16(), text.header("www-authenticate"), text.text()),
        (401, Some("Basic"), "who?")
    );
    assert_eq!(problem("error", 403, &client.get("/guarded?error").await)["detail"], "not you");
}

#[tokio::test]
async fn an_error_with_members_and_headers() {
    let response = client().get("/chosen").await;
    assert_eq!(
        problem("chosen", 429, &response),
        json!({ "title": "Too Many Requests", "status": 429, "detail": "later", "seconds": 5 })
    );
    assert_eq!(response.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn an_error_keeps_its_own_body() {
    let response = client().get("/headers").await;
    assert_eq!(problem("headers", 400, &response)["detail"], "a long sentence");
    assert_eq!(response.header("x-kept"), Some("yes"));
    assert_eq!(response.header("content-length"), Some(&*response.bytes().len().to_string()));
    for name in ["transfer-encoding", "connection"] {
        assert_eq!(response.header(name), None);
    }
}

#[tokio::test]
async fn multipart_works() {
    let body = "--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n12345\r\n--x--\r\n";
    let request =
        client().post("/multipart").header("content-type", "multipart/form-data; boundary=x").body(body);
    assert_eq!(request.await.text(), "5");
}

/// As the RealWorld specification wants its errors.
fn rendered() -> Routes {
    Routes::collect().render_errors(|error: &ApiError| {
        let what = error.get_detail().unwrap_or("something").to_owned();
        ([("x-rendered", "yes")], Json(json!({ "errors": { "body": [what], "more": error.members() } })))
    })
}

#[tokio::test]
async fn an_app_renders_every_error_in_one_place() {
    let client = TestClient::new(rendered().into_router().unwrap());
    for (what, status, request) in refusals(&client) {
        let response = request.await;
        assert_eq!(
            (response.status().as_u16(), response.header("x-rendered")),
            (status, Some("yes")),
            "{what}"
        );
        assert!(response.json::<Value>()["errors"]["body"][0].is_string(), "{what}");
    }
    let chosen = client.get("/chosen").await;
    assert_eq!(chosen.header("retry-after"), Some("5"));
    assert_eq!(chosen.header("content-type"), Some("application/json"));
    assert_eq!(chosen.json::<Value>(), json!({ "errors": { "body": ["later"], "more": { "seconds": 5 } } }));
    assert_eq!(client.delete("/number/7").await.header("allow"), Some("GET,HEAD"));
    assert_eq!(client.get("/guarded?error").await.header("x-rendered"), Some("yes"));
    // Not this library's.
    assert_eq!(client.get("/guarded?text").await.header("x-rendered"), None);
    assert_eq!(client.get("/number/7").await.text(), "7");
}

#[tokio::test]
async fn a_renderer_chooses_by_the_cause_and_may_choose_the_status() {
    let routes = Routes::collect().render_errors(|error| {
        match error.source().is_some_and(|source| source.is::<std::num::ParseIntError>()) {
            true => (StatusCode::IM_A_TEAPOT, "no number"),
            false => (StatusCode::OK, "else"),
        }
    });
    let client = TestClient::new(routes.into_router().unwrap());
    let fails = client.get("/fails").await;
    assert_eq!((fails.status().as_u16(), fails.text()), (418, "no number"));
    assert_eq!(client.get("/panics").await.status(), 500);
}

/// What a renderer makes is no answer of the handler: no status and no tag of the route.
#[tokio::test]
async fn a_renderer_may_answer_with_an_api_response() {
    let routes = Routes::collect().render_errors(|error| ApiResponse::ok(error.to_string()));
    let client = TestClient::new(routes.into_router().unwrap());
    for (path, status, text) in [
        ("/no-content", 404, "\"404 Not Found: nothing at all\""),
        ("/layered", 401, "\"401 Unauthorized: who?\""),
        ("/layered/twice", 401, "\"401 Unauthorized: who?\""),
        ("/layered/body", 401, "<\"401 Unauthorized: who?\">"),
        ("/group//x", 404, "\"404 Not Found\""),
        ("/overruled", 418, "\"404 Not Found: no coffee\""),
    ] {
        let response = client.get(path).header("if-none-match", "*").await;
        assert_eq!(
            (response.status().as_u16(), response.text(), response.header("etag")),
            (status, text, None)
        );
    }
}

#[tokio::test]
async fn a_renderer_that_panics_is_a_problem() {
    let routes = Routes::collect().render_errors(|_| -> StatusCode { panic!("in the renderer") });
    let client = TestClient::new(routes.into_router().unwrap());
    problem("renderer", 500, &client.get("/fails").await);
    problem("renderer of a panic", 500, &client.get("/panics").await);
}

#[tokio::test]
async fn the_limit_of_a_default_speaks_the_same() {
    let routes = Routes::collect().defaults(RouteConfig::new().body_limit(3));
    let client = TestClient::new(routes.into_router().unwrap());
    let detail = problem("413", 413, &client.post("/string").body("SECRET").await)["detail"].clone();
    assert_eq!(detail, "the body must not be larger than 3 bytes");
}

#[test]
fn mistakes_of_a_value_are_read_back() {
    let mistakes = [("/a", "must be 1"), ("/b/0", "is missing")];
    let error = ApiError::all_valid(mistakes).unwrap_err();
    assert_eq!((error.status().as_u16(), error.mistakes().collect::<Vec<_>>()), (422, mistakes.to_vec()));
    assert_eq!(ApiError::not_found("x").mistakes().count(), 0);
    assert!(ApiError::all_valid(None::<(&str, &str)>).is_ok());
    assert_eq!(ApiError::not_found("x").header("x-a", "1").headers()["x-a"], "1");
}
