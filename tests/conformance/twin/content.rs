//! What `res` sends: JSON, text, bytes, streams, and how much of it.

use std::collections::BTreeMap;
use std::convert::Infallible;

use futures_util::stream;
use route_runtime::{ApiError, ApiResponse, Invalid, api_route};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer, ser};
use serde_json::{Value, json};

use super::no_such_kind;

/// `res.write(…)` and `res.end(…)`: pieces of an unknown length, without an `ETag`.
pub(super) fn written(res: ApiResponse, pieces: &'static [&'static str]) -> ApiResponse {
    res.header("Content-Type", "text/plain; charset=utf-8").stream(pieces_of(pieces))
}

fn pieces_of(
    pieces: &'static [&'static str],
) -> impl stream::Stream<Item = Result<&'static str, Infallible>> {
    stream::iter(pieces.iter().copied().map(Ok))
}

/// What a JavaScript `undefined` leaves out, an `Option` does.
#[derive(Serialize)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<i32>,
    b: i32,
}

/// A function is no value here, and neither is half a surrogate pair.
#[api_route("/api/res/json/[kind]")]
async fn json(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    let value = match kind.as_str() {
        "object" => json!({ "a": 1 }),
        "array" => json!([1, 2]),
        "string" => json!("hi"),
        "empty-string" => json!(""),
        "number" => json!(5),
        "zero" => json!(0),
        "float" => json!(1.5),
        "big-float" => json!(1e21),
        "minus-zero" => json!(-0.0),
        "true" => json!(true),
        "false" => json!(false),
        "null" => json!(null),
        // An answer without a value says so.
        "undefined" => return Ok(ApiResponse::no_content()),
        "nan" => json!(f64::NAN),
        "infinity" => json!(f64::INFINITY),
        "undef-field" => json!(Fields { a: None, b: 1 }),
        "undef-item" => json!([None::<i32>]),
        "date" => json!("1970-01-01T00:00:00.000Z"),
        "bigint" => json!(1_u64),
        "unicode" => json!({ "s": "hé 日本 😀" }),
        "html" => json!({ "s": "</script><b>&" }),
        "line-sep" => json!({ "s": "\u{2028}" }),
        "buffer" => json!(b"hi"),
        "map" => json!(BTreeMap::from([("a", 1)])),
        "proto" => json!({ "__proto__": { "x": 1 } }),
        _ => return Err(no_such_kind()),
    };
    Ok(res.status(200).json(value))
}

/// No Rust value holds itself; one may fail to be written.
struct Circular;

impl Serialize for Circular {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("it holds itself"))
    }
}

#[api_route("/api/res/json/circular")]
async fn circular(res: ApiResponse<Circular>) -> ApiResponse<Circular> {
    res.status(200).json(Circular)
}

/// `send` takes text and bytes; the rest of what Next.js' does is `json` and `stream` here.
fn sent(kind: &str, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    Ok(match kind {
        "string" => res.send("hi"),
        "empty-string" => res.send(""),
        "html" => res.send("<p>hi</p>"),
        "unicode" => res.send("hé 日"),
        "buffer" => res.send(vec![0, 1, 255]),
        "empty-buffer" => res.send(Vec::new()),
        "uint8" => res.send(vec![1, 2]),
        "object" => res.json(json!({ "a": 1 })),
        "array" => res.json(json!([1, 2])),
        "number" => res.json(json!(5)),
        "zero" => res.json(json!(0)),
        "true" => res.json(json!(true)),
        "false" => res.json(json!(false)),
        "null" => res.json(Value::Null),
        "undefined" => ApiResponse::no_content(),
        "nan" => res.json(json!(f64::NAN)),
        "bigint" => res.json(json!(1_u64)),
        "date" => res.json(json!("1970-01-01T00:00:00.000Z")),
        "stream" => res.stream(pieces_of(&["a", "b"])),
        _ => return Err(no_such_kind()),
    })
}

#[api_route("/api/res/send/[kind]")]
async fn send(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    sent(&kind, res.status(200))
}

#[api_route("/api/res/send-typed/[kind]")]
async fn send_typed(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    sent(&kind, res.header("Content-Type", "text/x-custom").status(200))
}

/// One answer is returned, so the last call counts. An object or a number can't be written as it is.
#[api_route("/api/res/raw/[kind]")]
async fn raw(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    Ok(match kind.as_str() {
        "end" => res.end(),
        "end-text" => written(res, &["text"]),
        "end-buffer" => res.stream(pieces_of(&["\u{1}\u{2}"])),
        "write-end" => written(res, &["a", "b", "c"]),
        "write-typed" => res.header("Content-Type", "text/plain").stream(pieces_of(&["a"])),
        "content-length-short" => res.header("Content-Length", 2).send("abcdef"),
        "json-double" => res.json(json!({ "n": 1 })).json(json!({ "n": 2 })),
        "send-double" => res.send("one").send("two"),
        "end-double" => written(written(res, &["one"]), &["two"]),
        "end-then-json" => res.send("one").json(json!({ "n": 2 })),
        "json-then-end" => res.json(json!({ "n": 1 })).send("two"),
        "header-after" => res.json(json!({ "n": 1 })).header("X-Late", "1"),
        "status-after" => res.json(json!({ "n": 1 })).status(500),
        "redirect-after" => res.json(json!({ "n": 1 })).redirect("/x"),
        "throw-after" => {
            let _answer = res.json(json!({ "n": 1 }));
            return Err(ApiError::new(500).caused_by("late"));
        }
        "throw-mid" => res.stream(stream::iter([Ok("part"), Err("mid")])),
        "write-then-json" => res.send("part").json(json!({ "n": 1 })),
        _ => return Err(no_such_kind()),
    })
}

/// How many bytes, or pieces of 1024 bytes: no client makes this test fill the memory.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "usize")]
#[schemars(inline, extend("maximum" = MOST))]
struct Size<const MOST: usize = { 16 << 20 }>(usize);

impl<const MOST: usize> TryFrom<usize> for Size<MOST> {
    type Error = Invalid;

    fn try_from(size: usize) -> Result<Self, Invalid> {
        (size <= MOST).then_some(Size(size)).ok_or(Invalid::new("is too large"))
    }
}

fn many(Size(n): Size) -> String {
    "x".repeat(n)
}

#[api_route("/api/res/big/default?n")]
async fn big_default(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

#[api_route("/api/res/big/false?n", response_limit = false)]
async fn big_false(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

#[api_route("/api/res/big/kb1?n", response_limit = "1kb")]
async fn big_kb1(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

#[api_route("/api/res/big/mb8?n", response_limit = "8mb")]
async fn big_mb8(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

#[api_route("/api/res/big/num1000?n", response_limit = 1000)]
async fn big_num1000(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

/// `responseLimit: true`
#[api_route("/api/res/big/true?n")]
async fn big_true(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

/// Zero is zero here.
#[api_route("/api/res/big/zero?n", response_limit = 0)]
async fn big_zero(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

/// `responseLimit: 'lots'`: no attribute says so and compiles.
#[api_route("/api/res/big/bogus?n")]
async fn big_bogus(n: Size, res: ApiResponse) -> ApiResponse {
    res.status(200).send(many(n))
}

/// `n` pieces of 1024 bytes.
#[api_route("/api/res/big/stream?n")]
async fn big_stream(n: Size<{ 16 << 10 }>, res: ApiResponse) -> ApiResponse {
    static PIECE: [u8; 1024] = [b'y'; 1024];
    res.stream(stream::iter((0..n.0).map(|_| Ok::<_, Infallible>(PIECE.as_slice()))))
}
