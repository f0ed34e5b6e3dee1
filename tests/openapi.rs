//! The document of a set of routes: what their signatures tell, and what they don't.

use std::collections::BTreeMap;

use axum::extract::{Multipart, Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use route_runtime::openapi::{Info, OpenApi};
use route_runtime::testing::TestClient;
use route_runtime::{
    ApiError, ApiRequest, ApiResponse, ApiResult, RawBody, Routes, api_route, delete, get, post, put,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A post as it is sent.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only its shape is asked for")]
struct NewPost {
    /// What it is called.
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    author: Option<Author>,
}

/// Who writes.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Author {
    name: String,
    /// A name that is read otherwise than it is written.
    #[serde(rename(deserialize = "born_in"))]
    born: Option<u16>,
}

#[derive(Serialize, JsonSchema)]
struct Post {
    id: u64,
    author: Author,
    kind: Kind,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Short,
    Long,
}

/// Tells nothing of itself.
#[derive(Serialize, Deserialize)]
struct Secret {
    word: String,
}

/// The posts.
///
/// Newest first.
#[get("/posts?kind&limit&tag&all", tag = "posts", max_duration = "5s")]
async fn list(kind: Option<Kind>, limit: u8, tag: Vec<String>, all: Option<bool>) -> ApiResult<Vec<Post>> {
    let _ = (kind, limit, tag, all);
    Err(ApiError::not_found("none"))
}

#[post("/posts", status = 201, body_limit = "64kb", response_limit = false)]
async fn create(req: ApiRequest<NewPost>) -> ApiResult<Post> {
    let _ = req;
    Err(ApiError::not_found("none"))
}

#[get("/posts/[id]")]
async fn read(id: u64) -> Json<Post> {
    Json(Post { id, author: Author { name: "ann".into(), born: None }, kind: Kind::Short })
}

#[put("/posts/[id]")]
#[deprecated]
async fn replace(id: u64, Json(post): Json<NewPost>) -> Result<(StatusCode, Json<Post>), ApiError> {
    let _ = (id, post);
    Err(ApiError::not_found("none"))
}

#[delete("/posts/[id]", status = 204)]
async fn remove(id: u64) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}

#[get("/files/[...path]")]
async fn file(path: Vec<String>) -> String {
    path.join("/")
}

#[get("/docs/[[...page]]", max_duration = false)]
async fn docs(page: Option<Vec<String>>) -> &'static str {
    let _ = page;
    ""
}

#[get("/mixed/[id]")]
async fn one(id: u8) -> String {
    id.to_string()
}

#[get("/mixed/[...rest]")]
async fn rest(rest: Vec<String>) -> String {
    rest.join("/")
}

#[api_route("/any")]
async fn any(body: String) -> String {
    body
}

#[get("/other")]
async fn other_get() {}

#[api_route("/other")]
async fn other_methods() {}

#[api_route("/several", method = [PUT, PATCH], operation_id = "change")]
async fn several() -> Redirect {
    Redirect::to("/")
}

#[post("/upload", body_parser = false)]
async fn upload(req: ApiRequest<RawBody>, headers: HeaderMap) -> ApiResponse<Vec<u8>> {
    let _ = (req, headers);
    ApiResponse::new()
}

#[post("/multipart")]
async fn multipart(_parts: Multipart) -> Response {
    ().into_response()
}

#[derive(Deserialize, JsonSchema)]
struct Search {
    q: String,
    page: Option<u32>,
}

#[get("/search/[place]/[year]")]
async fn search(Path((place, year)): Path<(String, u16)>, Query(search): Query<Search>) -> impl IntoResponse {
    format!("{place} {year} {} {:?}", search.q, search.page)
}

#[post("/secret")]
async fn secret(Form(secret): Form<Secret>) -> ApiResult<Secret> {
    Ok(ApiResponse::ok(secret))
}

#[get("/hidden", hidden = true)]
async fn hidden() {}

#[post("/maybe")]
async fn maybe(req: ApiRequest<Option<BTreeMap<String, i32>>>) -> String {
    format!("{:?}", req.body())
}

#[get("/free/[...path]", dot_segments = true)]
async fn free(path: Vec<String>) -> String {
    path.join("/")
}

fn openapi() -> OpenApi {
    Routes::collect().base("/api").openapi(Info::new("Tests", "1.0.0"))
}

/// The operation, and its parts.
struct Operation(Value);

fn operation(method: &str, path: &str) -> Operation {
    let document = openapi().to_json();
    let operation = document["paths"][path][method].clone();
    assert!(operation.is_object(), "no {method} {path}: {:#}", document["paths"]);
    Operation(operation)
}

impl Operation {
    /// `name in required schema`, in order.
    fn parameters(&self) -> Vec<(String, String, bool, Value)> {
        let parameters = self.0["parameters"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        parameters
            .iter()
            .map(|it| {
                (text(&it["name"]), text(&it["in"]), it["required"].as_bool().unwrap(), it["schema"].clone())
            })
            .collect()
    }

    fn statuses(&self) -> Vec<&str> {
        self.0["responses"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    /// The content type of an answer and its schema.
    fn answer(&self, status: &str) -> (String, Value) {
        let content = self.0["responses"][status]["content"].as_object().unwrap();
        let [(media, it)] = content.iter().collect::<Vec<_>>().try_into().unwrap();
        (media.clone(), it["schema"].clone())
    }

    fn body(&self) -> Vec<(&str, &Value)> {
        let content = self.0["requestBody"]["content"].as_object().unwrap();
        content.iter().map(|(media, it)| (media.as_str(), &it["schema"])).collect()
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn u(bits: u32) -> Value {
    let most = u64::MAX >> (64 - bits);
    json!({ "type": "integer", "format": format!("uint{bits}"), "minimum": 0, "maximum": most })
}

#[test]
fn parameters_have_the_schemas_of_their_types() {
    let list = operation("get", "/api/posts");
    let tags = json!({ "type": "array", "items": { "type": "string" } });
    let wanted = [
        ("kind", false, reference("Kind")),
        ("limit", true, u(8)),
        ("tag", false, tags),
        ("all", false, json!({ "type": "boolean" })),
    ];
    let wanted: Vec<_> = wanted
        .into_iter()
        .map(|(name, required, schema)| (name.into(), "query".into(), required, schema))
        .collect();
    assert_eq!(list.parameters(), wanted);
    assert_eq!(operation("get", "/api/posts/{id}").parameters(), [("id".into(), "path".into(), true, u(64))]);

    // Of a tuple in order, of a struct by name.
    let search = operation("get", "/api/search/{place}/{year}");
    assert_eq!(
        search.parameters(),
        [
            ("place".into(), "path".into(), true, json!({ "type": "string" })),
            ("year".into(), "path".into(), true, u(16)),
            ("page".into(), "query".into(), false, u(32)),
            ("q".into(), "query".into(), true, json!({ "type": "string" })),
        ]
    );
}

#[test]
fn bodies_by_content_type() {
    // A post holds an author, which no form can hold.
    let create = operation("post", "/api/posts");
    assert_eq!(create.body(), [("application/json", &reference("NewPost"))]);
    assert_eq!(create.0["requestBody"]["required"], true);
    assert_eq!(operation("put", "/api/posts/{id}").body(), [("application/json", &reference("NewPost"))]);
    let numbers = json!({ "type": "object", "additionalProperties": { "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX } });
    let maybe = operation("post", "/api/maybe");
    assert_eq!(
        maybe.body(),
        [("application/json", &numbers), ("application/x-www-form-urlencoded", &numbers)]
    );
    assert_eq!(maybe.0["requestBody"]["required"], false);
    assert_eq!(operation("post", "/api/any").body(), [("text/plain", &json!({ "type": "string" }))]);
    assert_eq!(operation("post", "/api/upload").body(), [("*/*", &json!({}))]);
    // An empty text is a text, and no bytes are bytes.
    for path in ["/api/any", "/api/upload"] {
        assert_eq!(operation("post", path).0["requestBody"]["required"], false, "{path}");
    }
    assert_eq!(
        operation("post", "/api/multipart").body(),
        [("multipart/form-data", &json!({ "type": "object" }))]
    );
    assert_eq!(operation("post", "/api/secret").body(), [("application/x-www-form-urlencoded", &json!({}))]);
    assert!(operation("get", "/api/posts").0.get("requestBody").is_none());
}

#[test]
fn answers_as_far_as_signatures_tell() {
    let posts = json!({ "type": "array", "items": reference("Post") });
    let json_of = |schema: Value| ("application/json".to_owned(), schema);
    assert_eq!(operation("get", "/api/posts").answer("2XX"), json_of(posts));
    assert_eq!(operation("post", "/api/posts").answer("201"), json_of(reference("Post")));
    assert_eq!(operation("get", "/api/posts/{id}").answer("200"), json_of(reference("Post")));
    // The function says the status.
    assert_eq!(operation("put", "/api/posts/{id}").answer("2XX"), json_of(reference("Post")));
    assert_eq!(
        operation("get", "/api/files/{path}").answer("200"),
        ("text/plain".to_owned(), json!({ "type": "string" }))
    );
    let remove = operation("delete", "/api/posts/{id}");
    assert_eq!(remove.0["responses"]["204"], json!({ "description": "No Content" }));
    assert_eq!(operation("put", "/api/several").statuses()[0], "3XX");
    assert_eq!(operation("post", "/api/multipart").answer("2XX"), ("*/*".to_owned(), json!({})));
}

#[test]
fn the_errors_that_the_library_gives() {
    for (method, path, wanted) in [
        ("get", "/api/posts", &["2XX", "304", "400", "422", "500", "503", "default"][..]),
        ("post", "/api/posts", &["201", "400", "413", "415", "422", "500", "503", "default"]),
        // A number has no rules of its own, as a `Kind` may have.
        ("get", "/api/posts/{id}", &["200", "400", "500", "503"]),
        ("post", "/api/any", &["200", "400", "413", "500", "503"]),
        // No limit, and nothing is read into a type.
        ("post", "/api/upload", &["2XX", "500", "503", "default"]),
        // It may take as long as it likes.
        ("get", "/api/docs/{page}", &["200", "400", "500"]),
        // There is nothing to be wrong.
        ("get", "/api/docs", &["200", "500"]),
        ("put", "/api/several", &["3XX", "500", "503", "default"]),
    ] {
        assert_eq!(operation(method, path).statuses(), wanted, "{method} {path}");
    }
    let problem = ("application/problem+json".to_owned(), reference("Problem"));
    assert_eq!(operation("get", "/api/posts").answer("400"), problem);
    assert_eq!(operation("get", "/api/posts").answer("default"), problem);
    assert_eq!(
        openapi().to_json()["components"]["schemas"]["Problem"]["required"],
        json!(["title", "status"])
    );

    // What an app makes of errors itself, nobody knows here.
    let rendered = Routes::collect()
        .render_errors(|error| error.to_string())
        .openapi(Info::new("Tests", "1.0.0"))
        .to_json();
    assert_eq!(
        rendered["paths"]["/posts"]["get"]["responses"]["400"],
        json!({ "description": "Bad Request" })
    );
    assert!(rendered["components"]["schemas"].get("Problem").is_none());
}

#[test]
fn what_is_read_and_what_is_written_are_two_schemas_where_they_differ() {
    let schemas = &openapi().to_json()["components"]["schemas"];
    let names: Vec<&String> = schemas.as_object().unwrap().keys().collect();
    // `Search` is two parameters and no component.
    assert_eq!(names, ["AuthorInput", "AuthorOutput", "Kind", "NewPost", "Post", "Problem"]);
    assert!(schemas["AuthorInput"]["properties"].get("born_in").is_some());
    assert!(schemas["AuthorOutput"]["properties"].get("born").is_some());
    assert_eq!(schemas["NewPost"]["properties"]["author"]["anyOf"][0], reference("AuthorInput"));
    assert_eq!(schemas["Post"]["properties"]["author"], reference("AuthorOutput"));
    assert_eq!(schemas["NewPost"]["description"], "A post as it is sent.");
}

#[test]
fn names_of_operations_and_their_words() {
    let list = operation("get", "/api/posts").0;
    assert_eq!(list["operationId"], "list");
    assert_eq!((&list["summary"], &list["description"]), (&json!("The posts."), &json!("Newest first.")));
    assert_eq!(list["tags"], json!(["posts"]));
    assert_eq!(operation("put", "/api/posts/{id}").0["deprecated"], true);
    assert_eq!(operation("put", "/api/several").0["operationId"], "change");
    assert_eq!(operation("patch", "/api/several").0["operationId"], "change_patch");
    let document = openapi().to_json();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let mut ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn limits_are_told() {
    let list = operation("get", "/api/posts").0;
    assert_eq!((&list["x-max-duration"], &list["x-response-limit"]), (&json!(5000), &json!(4 << 20)));
    assert!(list.get("x-body-limit").is_none());
    let create = operation("post", "/api/posts").0;
    assert_eq!(create["x-body-limit"], 64 << 10);
    assert!(create.get("x-response-limit").is_none());
    assert!(operation("post", "/api/upload").0.get("x-body-limit").is_none());
}

#[test]
fn a_function_for_every_method_is_documented_once() {
    let document = openapi().to_json();
    let any = document["paths"]["/api/any"].as_object().unwrap();
    assert_eq!(any.keys().collect::<Vec<_>>(), ["post"]);
    assert_eq!(any["post"]["x-every-method"], true);
    // GET is taken by a function of its own.
    let other = document["paths"]["/api/other"].as_object().unwrap();
    assert_eq!(other.keys().collect::<Vec<_>>(), ["get", "post"]);
    assert_eq!(other["post"]["operationId"], "other_methods");
}

#[test]
fn catch_alls_are_flagged() {
    let file = operation("get", "/api/files/{path}").0;
    assert_eq!(file["parameters"][0]["x-catch-all"], true);
    let schema = &file["parameters"][0]["schema"];
    assert_eq!(
        (&schema["type"], schema["pattern"].as_str().map(|it| &it[..3])),
        (&json!("string"), Some("^(?"))
    );
    let free = operation("get", "/api/free/{path}").0;
    assert_eq!(free["parameters"][0]["schema"], json!({ "type": "string" }), "dots may come");
    // With it and without.
    assert_eq!(operation("get", "/api/docs").parameters(), []);
    assert_eq!(operation("get", "/api/docs/{page}").parameters().len(), 1);
    // One path for OpenAPI.
    let document = openapi().to_json();
    assert!(document["paths"].get("/api/mixed/{id}").is_some());
    assert!(document["paths"].get("/api/mixed/{rest}").is_none());
    assert_eq!(document["x-unexpressed"]["/api/mixed/{rest}"]["get"]["operationId"], "rest");
}

#[test]
fn what_the_types_do_not_tell_is_listed() {
    let openapi = openapi();
    let lines: Vec<&str> =
        openapi.undocumented().iter().map(|line| line.split(" of `").next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "answer `http::response::Response<axum_core::body::Body>`",
            "answer `impl Trait`",
            "body `axum::form::Form<openapi::Secret>`",
            "answer `core::result::Result<route_runtime::response::ApiResponse<openapi::Secret>, route_runtime::error::ApiError>`",
        ],
        "{:#?}",
        openapi.undocumented()
    );
    assert!(
        openapi.undocumented()[1].contains("`openapi::search` at tests/openapi.rs:"),
        "{:?}",
        openapi.undocumented()
    );
    assert!(!openapi.to_string().contains("/hidden"));
}

#[test]
fn the_same_routes_give_the_same_text() {
    let text = openapi().to_string();
    assert_eq!(text, openapi().to_string());
    assert!(
        text.starts_with("{\n  \"openapi\": \"3.1.1\",\n  \"info\": {\n    \"title\": \"Tests\""),
        "{text}"
    );
    assert!(text.ends_with("}\n"));
    let info = Info::new("Tests", "1.0.0").description("All of them.").server("https://example.com");
    let told = Routes::collect().openapi(info).to_json();
    assert_eq!(told["info"], json!({ "title": "Tests", "version": "1.0.0", "description": "All of them." }));
    assert_eq!(told["servers"], json!([{ "url": "https://example.com" }]));
}

#[tokio::test]
async fn the_page_loads_only_what_is_beside_it() {
    let routes = Routes::collect().with_info(Info::new("<Tests>", "1.0.0")).with_docs("/meta/docs");
    let client = TestClient::new(routes.into_router().unwrap());
    let page = client.get("/meta/docs").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("http"),
        "{policy}"
    );
    assert!(
        page.text().contains("<title>&lt;Tests></title>") && !page.text().contains("://"),
        "{}",
        page.text()
    );
    for link in page.text().split("docs/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let file = client.get(&format!("/meta/docs/{link}")).await;
        assert_eq!(
            (file.status().as_u16(), file.header("x-content-type-options")),
            (200, Some("nosniff")),
            "{link}"
        );
    }
    let document: Value = client.get("/meta/docs/openapi.json").await.json();
    assert_eq!(document["info"]["title"], "<Tests>");
    // From there to the routes, also below an outer path.
    assert_eq!(document["servers"], json!([{ "url": "../.." }]));
    assert_eq!(client.get("/meta/docs/nothing").await.status(), 404);
    let refused = client.post("/meta/docs").await;
    refused.assert_problem(405, "");
    assert_eq!(refused.header("allow"), Some("GET,HEAD"));
    assert_eq!(client.request("OPTIONS", "/meta/docs").await.status(), 204);
}

#[tokio::test]
async fn the_page_has_a_title_without_being_told() {
    let client = TestClient::new(Routes::collect().with_docs("/docs-of-all").into_router().unwrap());
    let document: Value = client.get("/docs-of-all/openapi.json").await.json();
    assert_eq!(document["info"], json!({ "title": "openapi", "version": "0.0.0" }));
    assert_eq!(client.get("/hidden").await.status(), 200);
}

#[test]
fn a_page_without_a_place_is_an_error_at_the_start() {
    for (path, wanted) in [
        ("docs", "write static text with a `/` before each segment"),
        ("/{docs}", "write static text with a `/` before each segment"),
        // They would have to be escaped in the links of the page.
        ("/a:b", "of ASCII letters, digits"),
        ("/x&lt", "of ASCII letters, digits"),
        ("/über", "of ASCII letters, digits"),
        ("/posts", "the page's `/posts` answers what an annotated function answers too"),
    ] {
        let error = Routes::collect().with_docs(path).into_router().unwrap_err().to_string();
        assert!(error.contains(wanted), "{path}: {error}");
    }
}

/// What the table says below its rows.
fn below(routes: &Routes) -> Vec<String> {
    let table = routes.to_string();
    table.lines().skip(routes.iter().count()).map(str::to_owned).collect()
}

#[test]
fn a_table_lists_what_is_undocumented_where_a_document_is_wanted() {
    assert_eq!(below(&Routes::collect()), [""; 0]);
    let routes = Routes::collect().base("/api").with_info(Info::new("Tests", "1.0.0"));
    let listed: Vec<String> =
        openapi().undocumented().iter().map(|line| format!("undocumented: {line}")).collect();
    assert_eq!(below(&routes), [&[String::new()], &*listed].concat());
    assert_eq!(below(&Routes::collect().with_docs("/docs")).len(), listed.len() + 1);
    assert_eq!(below(&routes.filter(|info| info.handler().ends_with("::read"))), [""; 0]);
}
