//! What an answer must say where Next.js' is no measure and a status is not enough.

use serde_json::Value;

use crate::client::Answer;
use Check::{Holds, Json, Text};

pub(crate) enum Check {
    /// The body is this JSON.
    Json(&'static str),
    /// The body is this text.
    Text(&'static str),
    /// That, in words.
    Holds(fn(&Answer) -> bool, &'static str),
}

impl Check {
    /// What was wanted of an answer that has it not.
    pub(crate) fn missing_in(&self, answer: &Answer) -> Option<&'static str> {
        let (holds, wanted) = match self {
            Json(text) => {
                let wanted: Value = serde_json::from_str(text).expect("JSON");
                (serde_json::from_slice::<Value>(&answer.body).is_ok_and(|json| json == wanted), *text)
            }
            Text(text) => (answer.body == text.as_bytes(), *text),
            Holds(holds, wanted) => (holds(answer), *wanted),
        };
        (!holds).then_some(wanted)
    }
}

const NO_CONTENT: Check =
    Holds(|a| a.body.is_empty() && a.lines("content-type").is_empty(), "neither content nor a type");
const BARE_REDIRECT: Check =
    Holds(|a| a.body.is_empty() && a.lines("refresh").is_empty(), "a Location, and nothing beside it");
const SAYS_NOTHING: Check = Holds(|a| !a.text().contains("secret"), "nothing of the error");

/// The case, and what must hold of our answer.
#[rustfmt::skip]
pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("routing/unicode-file-name", Json(r#"{"route":"uni/日本","query":{}}"#)),
    ("routing/pattern-literal-opt", Json(r#"{"route":"opt/[[...slug]]","query":{"slug":["[[...slug]]"]}}"#)),
    ("slash/trailing", BARE_REDIRECT),
    ("slash/trailing-post", BARE_REDIRECT),
    ("slash/dotdot-param", Json(r#"{"route":"users/[id]","query":{"id":".."}}"#)),
    ("slash/dotdot-param-encoded", Json(r#"{"route":"users/[id]","query":{"id":".."}}"#)),
    ("slash/dot-param-encoded", Json(r#"{"route":"users/[id]","query":{"id":"."}}"#)),
    ("encoding/utf8-raw", Json(r#"{"route":"users/[id]","query":{"id":"日"}}"#)),
    ("encoding/long-url-20k", Json(r#"{"length":20000}"#)),
    ("encoding/invalid-hex", Holds(|a| !a.text().contains("ZZ"), "nothing of what was sent")),

    ("query/utf8-raw", Json(r#"{"query":{"a":"日"}}"#)),
    ("query/constructor", Json(r#"{"query":{"constructor":"1","toString":"2","hasOwnProperty":"3"}}"#)),
    ("query/collide-opt-zero-two", Json(r#"{"route":"opt/[[...slug]]","query":{}}"#)),
    ("query/collide-internal-param", Json(r#"{"route":"users/[id]","query":{"id":"5","nxtPid":"9"}}"#)),
    ("edge/dynamic", Text("?x=1")),
    ("method/foo", Json(r#"{"method":"FOO"}"#)),
    ("reqhead/big-header", Json(r#"{"name":"John Doe"}"#)),
    ("reqhead/accept-encoding-big-json", Holds(
        |a| a.lines("content-encoding").is_empty() && a.json()["query"]["slug"].as_array().is_some_and(|s| s.len() == 600),
        "all 600 segments, as they are",
    )),
    ("reqhead/mime-sniff", Holds(|a| a.header("x-content-type-options") == Some("nosniff"), "a browser does not sniff")),
    ("cookie/quoted-semicolon", Json(r#"{"cookies":{"a":"\"x","b":"1"}}"#)),
    ("cookie/constructor", Json(r#"{"cookies":{"constructor":"1","toString":"2"}}"#)),

    ("json/empty", Json(r#"{"type":"null","body":null}"#)),
    ("json/ld-json-empty", Json(r#"{"type":"null","body":null}"#)),
    ("json/problem-json", Json(r#"{"type":"object","body":{"a":1}}"#)),
    ("json/vnd-api-json", Json(r#"{"type":"object","body":{"a":1}}"#)),
    ("body/get-none", Json(r#"{"type":"null","body":null}"#)),
    ("body/get-json-type-no-body", Json(r#"{"type":"null","body":null}"#)),
    ("body/delete-none", Json(r#"{"type":"null","body":null}"#)),
    ("body/chunked-empty", Json(r#"{"type":"null","body":null}"#)),
    ("body/invalid-json-path-param", Json(r#"{"route":"users/[id]","query":{"id":"5"}}"#)),
    ("body/cl-dup-same", Json(r#"{"type":"object","body":{}}"#)),
    ("body/cl-too-short-text", Json(r#"{"type":"string","body":"abc"}"#)),
    ("limit/way-over-keepalive", Holds(
        |a| a.then.as_ref().is_some_and(|then| matches!(then.outcome, "closed" | "reset")),
        "the connection ends at once",
    )),

    ("res-json/undefined", NO_CONTENT),
    ("res-json/bigint", Json("1")),
    ("res-json/map", Json(r#"{"a":1}"#)),
    ("res-json/typed", Holds(
        |a| a.header("content-type") == Some("application/problem+json") && a.text() == r#"{"title":"bad"}"#,
        "the handler's own problem",
    )),
    ("res-send/uint8", Text("\u{1}\u{2}")),
    ("res-send/null", Json("null")),
    ("res-send/undefined", NO_CONTENT),
    ("res-send/bigint", Json("1")),
    ("res-send/typed-object", Holds(
        |a| a.header("content-type") == Some("text/x-custom") && a.text() == r#"{"a":1}"#,
        "the JSON, with the type that was set",
    )),
    ("res-send/typed-number", Holds(
        |a| a.header("content-type") == Some("text/x-custom") && a.text() == "5",
        "the JSON, with the type that was set",
    )),
    // A character for each byte.
    ("res-header/unicode", Holds(|a| a.header("x-one") == Some("\u{e6}\u{97}\u{a5}"), "the text in UTF-8")),
    ("status/json-205", NO_CONTENT),
    ("status/end-body-205", NO_CONTENT),
    ("res-raw/send-double", Text("two")),
    ("res-raw/throw-mid", Text("part")),
    ("redirect/string-code", Holds(|a| a.header("location") == Some("/api/hello"), "the target")),
    ("redirect/unicode", Holds(|a| a.header("location") == Some("/caf%C3%A9"), "the target, encoded")),

    ("etag/get", Holds(|a| a.header("etag").is_some_and(|tag| tag.starts_with("W/\"")), "a weak tag")),
    ("etag/own", Holds(|a| a.header("etag") == Some("\"mine\""), "the handler's own tag")),
    ("etag/match-delete-star", Json(r#"{"name":"John Doe"}"#)),
    ("etag/error-body-star", Json(r#"{"error":"missing"}"#)),
    ("etag/status-500-star", Json(r#"{"code":"500"}"#)),
    ("etag/status-201-star", Json(r#"{"code":"201"}"#)),

    ("throw/error", SAYS_NOTHING),
    ("throw/accept-json", SAYS_NOTHING),
    ("throw/type-error", Holds(|a| !a.text().contains("undefined"), "nothing of the panic")),
    ("noresp/none-external", NO_CONTENT),
    ("noresp/return-string", Text("text")),
];
