//! What odd types and odd names make of a document.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use route_runtime::openapi::{Describe, Description, Info, OpenApi, SecurityScheme};
use route_runtime::{ApiError, ApiRequest, ApiResponse, ApiResult, Routes, api_route, get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A type of the user's that is called as one of the library's.
#[derive(Serialize, JsonSchema)]
struct Problem {
    puzzle: String,
}

#[get("/problem")]
async fn problem() -> Json<Problem> {
    Json(Problem { puzzle: "?".to_owned() })
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Integers {
    int: i32,
    uint: u32,
    long: i64,
    ulong: u64,
    size: usize,
    byte: u8,
    positive: std::num::NonZeroU32,
    #[schemars(range(min = 1, max = 5))]
    stars: i64,
    #[schemars(extend("exclusiveMinimum" = 0))]
    more: i64,
    maybe: Option<i32>,
    list: Vec<i32>,
    /// Digits as text, and a value that looks like a schema.
    #[schemars(extend("format" = "int64", "example" = { "type": "integer", "format": "int32" }))]
    digits: String,
}

#[post("/integers?number")]
async fn integers(number: i64, Json(integers): Json<Integers>) -> Json<Integers> {
    let _ = number;
    Json(integers)
}

#[api_route("/twice", method = [GET, PUT])]
async fn twice() {}

#[get("/twice-put")]
async fn twice_put() {}

/// How the posts are sorted.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    /// By their names.
    Name,
    /// By their age.
    Age,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only its shape is asked for")]
struct Sorted {
    order: Option<Order>,
    then: Order,
    limit: Option<u8>,
}

#[post("/sorted")]
async fn sorted(Form(sorted): Form<Sorted>) {
    let _ = sorted;
}

#[get("/sorted")]
async fn sorted_by_query(Form(sorted): Form<Sorted>) {
    let _ = sorted;
}

#[post("/sorted-request")]
async fn sorted_request(req: ApiRequest<Sorted>) {
    let _ = req;
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only its shape is asked for")]
struct ById {
    id: u8,
}

#[get("/both/[id]")]
async fn both(id: String, Query(query): Query<ById>) {
    let _ = (id, query);
}

#[get("/names/[id]")]
async fn one(id: u8) {
    let _ = id;
}

#[get("/names/[...id]")]
async fn several(id: Vec<u8>) {
    let _ = id;
}

#[post("/names/[...id]")]
async fn several_by_post(id: Vec<u8>) {
    let _ = id;
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only its shape is asked for")]
struct Filtered {
    page: u8,
    #[serde(flatten)]
    by: By,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its shape is asked for")]
enum By {
    Name { name: String },
    Age { age: u8, name: Option<u8> },
}

#[get("/filtered")]
async fn filtered(Query(query): Query<Filtered>) {
    let _ = query;
}

#[get("/untold")]
async fn untold(Query(query): Query<HashMap<String, String>>) {
    let _ = query;
}

#[post("/null")]
async fn null(Json(author): Json<Option<u8>>) {
    let _ = author;
}

/// One id in another.
#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only its shape is asked for")]
struct Inner(u16);

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "only its shape is asked for")]
struct Outer(Inner);

#[get("/result/[id]")]
async fn result(path: Result<Path<u8>, PathRejection>) {
    let _ = path;
}

#[get("/map/[a]/[b]")]
async fn map(Path(all): Path<BTreeMap<String, u8>>) {
    let _ = all;
}

#[get("/inner/[id]")]
async fn inner(Path(id): Path<Outer>) {
    let _ = id;
}

#[get("/text")]
async fn text() -> ApiResponse<String> {
    ApiResponse::new().send("text")
}

#[get("/bare", etag = false)]
async fn bare() -> ApiResponse<u8> {
    ApiResponse::ok(1)
}

struct OwnError;

impl IntoResponse for OwnError {
    fn into_response(self) -> Response {
        StatusCode::IM_A_TEAPOT.into_response()
    }
}

#[get("/own-error")]
async fn own_error() -> Result<Json<u8>, OwnError> {
    Err(OwnError)
}

#[get("/api-error")]
async fn api_error() -> ApiResult<u8> {
    Err(ApiError::not_found("none"))
}

/// An extractor that the document knows nothing of.
struct Whoever;

impl<S: Sync> axum::extract::FromRequestParts<S> for Whoever {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(Whoever)
    }
}

#[get("/whoever")]
async fn whoever(_who: Whoever, _headers: HeaderMap) {}

/// An extractor that says what it reads.
struct User;

impl<S: Sync> axum::extract::FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(User)
    }
}

impl Describe for User {
    fn describe(description: &mut Description<'_>) {
        description
            .header::<u32>("x-tenant", true)
            .cookie::<Option<String>>("theme", false)
            .security("token", SecurityScheme::bearer())
            .error(401);
    }
}

/// An answer and an error that say what they are.
struct Csv;

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        ([("content-type", "text/csv")], "a,b").into_response()
    }
}

impl Describe for Csv {
    fn describe(description: &mut Description<'_>) {
        description.answer::<String>(200, "text/csv").empty(204);
    }
}

struct Teapot;

impl IntoResponse for Teapot {
    fn into_response(self) -> Response {
        StatusCode::IM_A_TEAPOT.into_response()
    }
}

impl Describe for Teapot {
    fn describe(description: &mut Description<'_>) {
        description.error(418);
    }
}

#[get("/described")]
async fn described(_user: User) -> Result<Csv, Teapot> {
    Ok(Csv)
}

#[get("/perhaps")]
async fn perhaps(_user: Result<User, StatusCode>) -> Csv {
    Csv
}

/// What this app makes of errors.
#[derive(Serialize, JsonSchema)]
struct Failure {
    message: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its shape is asked for")]
enum Deep {
    End { x: u8 },
    Deeper(Box<Deep>),
}

#[post("/deep")]
async fn deep(req: ApiRequest<Deep>) {
    let _ = req;
}

/// Constants that are called as those of the library's probes were, of every type.
trait Everywhere {
    const SCHEMA: u8 = 0;
    const INNER: u8 = 0;
    const READS: u8 = 0;
    const TELLS: u8 = 0;
}

impl<T: ?Sized> Everywhere for T {}

fn openapi() -> OpenApi {
    Routes::collect().openapi(Info::new("Tests", "1.0.0"))
}

#[track_caller]
fn operation(method: &str, path: &str) -> Value {
    let document = openapi().to_json();
    let operation = document["paths"][path][method].clone();
    assert!(operation.is_object(), "no {method} {path}: {:#}", document["paths"]);
    operation
}

/// `in name required` of the parameters, in order.
fn parameters(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let shown = |it: &Value| format!("{} {} {}", text(&it["in"]), text(&it["name"]), it["required"]);
    parameters.iter().map(shown).collect()
}

fn statuses(operation: &Value) -> Vec<String> {
    operation["responses"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_type_called_as_one_of_the_library_is_another() {
    assert_eq!([u8::SCHEMA, u8::INNER, u8::READS, u8::TELLS], [0; 4]);
    let problem = operation("get", "/problem");
    let schema = |status: &str, media: &str| {
        let reference = &problem["responses"][status]["content"][media]["schema"]["$ref"];
        reference.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    };
    let (own, library) = (schema("200", "application/json"), schema("500", "application/problem+json"));
    let schemas = &openapi().to_json()["components"]["schemas"];
    assert!(schemas[&own]["properties"].get("puzzle").is_some(), "{schemas:#}");
    assert!(schemas[&library]["properties"].get("title").is_some(), "{schemas:#}");
}

#[test]
fn no_two_operations_have_one_id() {
    let document = openapi().to_json();
    let of = |paths: &Value| -> Vec<String> {
        let items = paths.as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
    };
    let mut ids = of(&document["paths"]);
    ids.extend(of(&document["x-unexpressed"]));
    let different: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "{ids:?}");
    // A function keeps its name, whatever the methods of another are called.
    assert_eq!(operation("get", "/twice-put")["operationId"], "twice_put");
}

#[test]
fn forms_may_hold_enums() {
    const FORM: &str = "application/x-www-form-urlencoded";
    assert!(operation("post", "/sorted")["requestBody"]["content"].get(FORM).is_some());
    let content = operation("post", "/sorted-request")["requestBody"]["content"].clone();
    assert!(content.get(FORM).is_some() && content.get("application/json").is_some(), "{content}");
    // Asked by GET, the form is in the query.
    let by_query = operation("get", "/sorted");
    assert!(by_query.get("requestBody").is_none());
    assert_eq!(parameters(&by_query), ["query limit false", "query order false", "query then true"]);
    assert!(operation("post", "/deep")["requestBody"]["content"].get("application/json").is_some());
}

#[test]
fn a_query_field_may_be_called_as_a_segment() {
    assert_eq!(parameters(&operation("get", "/both/{id}")), ["path id true", "query id true"]);
}

#[test]
fn two_patterns_of_one_path_and_name() {
    let document = openapi().to_json();
    assert_eq!(document["paths"]["/names/{id}"]["get"]["operationId"], "one");
    // What takes one segment answers no POST, so this is not the path's.
    assert!(document["paths"]["/names/{id}"].get("post").is_none());
    let unexpressed = &document["x-unexpressed"]["/names/{id}"];
    assert_eq!(unexpressed["get"]["operationId"], "several");
    assert_eq!(unexpressed["post"]["operationId"], "several_by_post");
}

#[test]
fn queries_of_several_shapes() {
    let filtered = operation("get", "/filtered");
    assert_eq!(parameters(&filtered), ["query age false", "query name false", "query page true"]);
    let name = &filtered["parameters"][1]["schema"]["anyOf"];
    assert_eq!(name.as_array().map(Vec::len), Some(2), "{filtered:#}");
    let untold = operation("get", "/untold");
    assert!(parameters(&untold).is_empty());
    assert!(statuses(&untold).contains(&"400".to_owned()));
}

#[test]
fn bodies_may_be_null() {
    let schema = operation("post", "/null")["requestBody"]["content"]["application/json"]["schema"].clone();
    assert_eq!(schema["type"], json!(["integer", "null"]));
}

#[test]
fn paths_by_every_kind_of_type() {
    for (path, format) in [("/result/{id}", "uint8"), ("/map/{a}/{b}", "uint8"), ("/inner/{id}", "uint16")] {
        for parameter in operation("get", path)["parameters"].as_array().unwrap() {
            let document = openapi().to_json();
            let mut schema = parameter["schema"].clone();
            while let Some(name) = schema["$ref"].as_str() {
                schema = document["components"]["schemas"][name.rsplit('/').next().unwrap()].clone();
            }
            assert_eq!(schema["format"], format, "{path} {schema}");
        }
    }
}

#[test]
fn what_a_handler_may_answer_beside() {
    let text = operation("get", "/text");
    let media: Vec<_> = text["responses"]["2XX"]["content"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(media, ["application/json", "text/plain"]);
    assert_eq!(statuses(&text), ["2XX", "304", "500", "503", "default"]);
    assert!(text["responses"]["default"].get("content").is_none());
    assert_eq!(statuses(&operation("get", "/bare")), ["2XX", "500", "503", "default"]);
    let own_error = operation("get", "/own-error");
    assert!(own_error["responses"]["default"].get("content").is_none(), "{own_error:#}");
    let api_error = operation("get", "/api-error");
    assert!(api_error["responses"]["default"]["content"].get("application/problem+json").is_some());
}

#[test]
fn unknown_extractors_are_listed() {
    let openapi = openapi();
    let lines: Vec<&str> =
        openapi.undocumented().iter().map(|line| line.split(" of `").next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "query by `axum::extract::query::Query<std::collections::hash::map::HashMap<alloc::string::String, alloc::string::String>>`",
            "argument `schemas::Whoever`",
        ]
    );
}

#[test]
fn types_say_what_they_are() {
    let described = operation("get", "/described");
    assert_eq!(parameters(&described), ["header x-tenant true", "cookie theme false"]);
    assert_eq!(described["security"], json!([{ "token": [] }]));
    assert_eq!(statuses(&described), ["200", "204", "401", "418", "500", "503"]);
    assert_eq!(described["responses"]["200"]["content"]["text/csv"]["schema"], json!({ "type": "string" }));
    assert!(described["responses"]["418"]["content"].get("application/problem+json").is_some());
    // Of a `Result` nothing is required.
    let perhaps = operation("get", "/perhaps");
    assert_eq!(parameters(&perhaps), ["header x-tenant false", "cookie theme false"]);
    assert_eq!(perhaps["security"], json!([{ "token": [] }, {}]));
    assert_eq!(statuses(&perhaps), ["200", "204", "401", "500", "503"]);
    let schemes = openapi().to_json()["components"]["securitySchemes"].clone();
    assert_eq!(schemes, json!({ "token": { "type": "http", "scheme": "bearer" } }));
}

#[test]
fn errors_of_an_app() {
    let routes = || Routes::collect().render_errors(|error| error.to_string());
    let info = || Info::new("Tests", "1.0.0");
    let document = routes().openapi(info().errors::<Failure>()).to_json();
    let responses = &document["paths"]["/api-error"]["get"]["responses"];
    for status in ["500", "default"] {
        let schema = &responses[status]["content"]["application/json"]["schema"];
        assert_eq!(schema["$ref"], "#/components/schemas/Failure", "{responses:#}");
    }
    assert!(document["components"]["schemas"]["Failure"]["properties"].get("message").is_some());
    // Where nothing renders them, they are problems.
    let problems = Routes::collect().openapi(info().errors::<Failure>()).to_json();
    assert_eq!(problems, openapi().to_json());
}

#[test]
fn integers_have_the_bounds_of_their_types() {
    let document = openapi().to_json();
    let fields = &document["components"]["schemas"]["IntegersInput"]["properties"];
    let bounds = |schema: &Value| [schema["minimum"].clone(), schema["maximum"].clone()];
    let of = |name: &str| bounds(&fields[name]);
    assert_eq!(of("int"), [json!(i32::MIN), json!(i32::MAX)]);
    assert_eq!(of("uint"), [json!(0), json!(u32::MAX)]);
    assert_eq!(of("long"), [json!(i64::MIN), json!(i64::MAX)]);
    assert_eq!(of("ulong"), [json!(0), json!(u64::MAX)]);
    assert_eq!(of("size"), [json!(0), json!(usize::MAX)]);
    assert_eq!(of("byte"), [json!(0), json!(255)]);
    assert_eq!(of("positive"), [json!(1), json!(u32::MAX)]);
    assert_eq!(of("stars"), [json!(1), json!(5)], "what is written counts");
    assert_eq!(of("more"), [Value::Null, json!(i64::MAX)], "an exclusive bound is one");
    assert_eq!(of("maybe"), of("int"));
    assert_eq!(bounds(&fields["list"]["items"]), of("int"));
    assert_eq!(of("digits"), [Value::Null, Value::Null]);
    assert_eq!(fields["digits"]["example"], json!({ "type": "integer", "format": "int32" }));
    assert_eq!(bounds(&operation("post", "/integers")["parameters"][0]["schema"]), of("long"));
}
