//! The routes that are asked: a value of every kind, wherever one can stand.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::{Form, Json};
use futures_util::stream;
use route_runtime::{ApiError, ApiRequest, ApiResponse, RawBody, api_route, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[get("/ping")]
async fn ping() -> &'static str {
    "pong"
}

#[get("/number/[number]")]
async fn number(number: i64) -> Json<i64> {
    Json(number)
}

#[get("/text/[text]/[flag]")]
async fn text(text: String, flag: bool) -> Json<(String, bool)> {
    Json((text, flag))
}

#[get("/files/[...rest]")]
async fn files(rest: Vec<String>) -> Json<Vec<String>> {
    Json(rest)
}

#[get("/all/[[...rest]]")]
async fn all(rest: Option<Vec<u8>>) -> Json<Option<Vec<u8>>> {
    Json(rest)
}

#[get("/typed?count&flag&name&tags&limit&letter&ratio")]
async fn typed(
    count: i64,
    flag: Option<bool>,
    name: Option<String>,
    tags: Vec<String>,
    limit: Option<u8>,
    letter: Option<char>,
    ratio: Option<f64>,
) -> Json<Value> {
    Json(json!([count, flag, name, tags, limit, letter, ratio]))
}

/// A query or a form.
#[derive(Debug, Deserialize, Serialize)]
struct Filter {
    q: String,
    page: Option<u32>,
    #[serde(default)]
    tag: Vec<String>,
    flag: Option<bool>,
}

#[get("/filter")]
async fn filter(req: ApiRequest) -> Result<Json<Value>, ApiError> {
    let filter: Filter = req.query_as()?;
    Ok(Json(json!([filter, req.query("q"), req.query_all("tag")])))
}

type Pairs = Vec<(String, String)>;

#[get("/pairs")]
async fn pairs(req: ApiRequest) -> Result<Json<Pairs>, ApiError> {
    req.query_as().map(Json)
}

#[get("/cookies")]
async fn cookies(req: ApiRequest) -> Json<Pairs> {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Json(req.cookies().map(|cookie| pair(cookie.name_value())).collect())
}

#[post("/form")]
async fn form(req: ApiRequest<Filter>) -> Json<Filter> {
    Json(req.into_body())
}

#[post("/form-of-axum")]
async fn form_of_axum(Form(filter): Form<Filter>) -> Json<Filter> {
    Json(filter)
}

#[post("/form-pairs")]
async fn form_pairs(req: ApiRequest<Pairs>) -> Json<Pairs> {
    Json(req.into_body())
}

/// A body of many kinds of values.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Order {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) price: Option<f64>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    pub(super) address: Option<Address>,
    #[serde(default)]
    pub(super) lines: Vec<Line>,
    #[serde(default)]
    pub(super) counts: BTreeMap<String, i16>,
    pub(super) mark: Option<char>,
    #[serde(rename = "a/b~c")]
    pub(super) odd: Option<(i8, bool)>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    pub(super) street: String,
    pub(super) zip: Option<u32>,
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) amount: u32,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Unit,
    Some(i32),
    Pair(i32, String),
    Fields { deep: Option<Box<Order>> },
}

/// Enums that serde reads twice.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "type")]
pub(super) enum Tagged {
    A { a: u8, order: Option<Box<Order>> },
    B(BTreeMap<String, bool>),
    C,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Untagged {
    Number(u16),
    Texts(Vec<String>),
    Line(Line),
    Tagged(Box<Tagged>),
}

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Flat {
    pub(super) own: bool,
    #[serde(flatten)]
    pub(super) line: Line,
    #[serde(flatten)]
    pub(super) more: BTreeMap<String, Value>,
}

macro_rules! bodies {
    ($($path:literal $name:ident $ty:ty;)*) => {$(
        #[post($path)]
        async fn $name(req: ApiRequest<$ty>) -> Json<$ty> {
            Json(req.into_body())
        }
    )*};
}

bodies! {
    "/order" order Order;
    "/orders" orders Vec<Order>;
    "/optional" optional Option<Order>;
    "/tagged" tagged Tagged;
    "/untagged" untagged Untagged;
    "/flat" flat Flat;
    "/value" value Value;
    "/string" string String;
    "/numbers" numbers (i8, u64, i128, f32);
}

#[post("/json-of-axum")]
async fn json_of_axum(Json(order): Json<Order>) -> Json<Order> {
    Json(order)
}

#[post("/small", body_limit = "64b")]
async fn small(req: ApiRequest<Value>) -> Json<Value> {
    Json(req.into_body())
}

#[post("/raw", body_limit = "2kb")]
async fn raw(mut req: ApiRequest<RawBody>) -> Result<Json<usize>, ApiError> {
    let mut size = 0;
    while let Some(chunk) = req.body_mut().chunk().await? {
        size += chunk.len();
    }
    Ok(Json(size))
}

#[api_route("/bytes", body_limit = "2kb")]
async fn bytes(bytes: Bytes) -> Bytes {
    bytes
}

#[get("/stream")]
async fn streamed() -> ApiResponse {
    ApiResponse::new().stream(stream::iter(["one", "two"].map(Ok::<_, std::io::Error>)))
}
