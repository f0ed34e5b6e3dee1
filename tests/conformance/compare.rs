//! Whether an answer of ours is that of Next.js.
//!
//! Compared are the outcome, the status, `Content-Type` without parameters, `Allow`, `Location`, `Set-Cookie`, whether
//! there is an ETag, and the body: JSON as JSON, anything else byte by byte.

use std::fmt;

use serde_json::{Number, Value};
use sha2::{Digest as _, Sha256};

use crate::cases::{Known, Recorded};
use crate::client::Answer;

/// What a comparison says.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    Equal,
    /// Other in the one way that a rule allows.
    ByRule(&'static str),
    Differs(Vec<Difference>),
}

#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) enum What {
    Outcome,
    Status,
    Header(&'static str),
    Body,
    Interim,
    Surplus,
    Then,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) what: What,
    text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text.chars().take(300).collect();
        write!(f, "{:?}: {text}", self.what)
    }
}

/// The ways in which any answer may differ. One that allows nothing any more fails.
pub(crate) const RULES: [&str; 3] = [TEXT, REDIRECT, TAG];
/// Without a type a browser sniffs, and may find a page.
const TEXT: &str = "W1: a text has a type";
const REDIRECT: &str = "W18, W36: a redirect has no body";
const TAG: &str = "W5: only what can become a 304 has an ETag: 2xx to GET and HEAD";

/// Compares an answer to `method` with the recorded one.
pub(crate) fn compare(recorded: &Recorded, ours: &Answer, method: &str, host: &str) -> Verdict {
    let found = differences(recorded, ours, host);
    let [only] = &*found else {
        return if found.is_empty() { Verdict::Equal } else { Verdict::Differs(found) };
    };
    let none = |lines: Vec<&str>| lines.is_empty();
    match only.what {
        What::Header("content-type")
            if none(recorded.lines("content-type"))
                && ours.header("content-type") == Some("text/plain; charset=utf-8") =>
        {
            Verdict::ByRule(TEXT)
        }
        What::Header("etag")
            if none(ours.lines("etag"))
                && (!matches!(method, "GET" | "HEAD") || !(200..300).contains(&ours.status)) =>
        {
            Verdict::ByRule(TAG)
        }
        What::Body
            if ours.body.is_empty()
                && matches!(ours.status, 301 | 302 | 303 | 307 | 308)
                && !none(ours.lines("location")) =>
        {
            Verdict::ByRule(REDIRECT)
        }
        _ => Verdict::Differs(found),
    }
}

fn differences(recorded: &Recorded, ours: &Answer, host: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differs = |what, text: String| found.push(Difference { what, text });
    if recorded.outcome != ours.outcome {
        differs(What::Outcome, format!("{} instead of {}", ours.outcome(), recorded.outcome));
    }
    if recorded.status.unwrap_or(0) != ours.status {
        differs(What::Status, format!("{} instead of {:?}: {}", ours.status, recorded.status, ours.text()));
    }
    if ours.interim != recorded.interim {
        differs(What::Interim, format!("{:?} instead of {:?}", ours.interim, recorded.interim));
    }
    if !ours.surplus.is_empty() {
        differs(What::Surplus, format!("{:?}", String::from_utf8_lossy(&ours.surplus)));
    }
    match (&recorded.then, &ours.then) {
        (Some(recorded), Some(ours)) => {
            for difference in differences(recorded, ours, host) {
                differs(What::Then, difference.to_string());
            }
        }
        (None, None) => {}
        _ => differs(What::Then, "only one of both has a second answer".to_owned()),
    }
    // An error of the library's own is a problem, where Next.js sends a text or a page.
    if ours.status >= 400 && is_problem(ours) {
        return found;
    }
    let mut header = |name, recorded: String, ours: String| {
        if recorded != ours {
            found.push(Difference {
                what: What::Header(name),
                text: format!("{ours:?} instead of {recorded:?}"),
            });
        }
    };
    let content_type = |lines: Vec<&str>| essence(lines.first().copied().unwrap_or_default());
    header(
        "content-type",
        content_type(recorded.lines("content-type")),
        content_type(ours.lines("content-type")),
    );
    for name in ["allow", "location", "set-cookie"] {
        header(name, recorded.lines(name).join("\n"), ours.lines(name).join("\n"));
    }
    let etag = |lines: Vec<&str>| if lines.is_empty() { "none" } else { "one" }.to_owned();
    header("etag", etag(recorded.lines("etag")), etag(ours.lines("etag")));
    if let Some(text) = body_differs(recorded, ours, host) {
        found.push(Difference { what: What::Body, text });
    }
    found
}

/// A problem of the library has a title and its own status; a HEAD shows its type alone.
pub(crate) fn is_problem(answer: &Answer) -> bool {
    if answer.header("content-type") != Some("application/problem+json") {
        return false;
    }
    let to_head =
        answer.body.is_empty() && answer.header("content-length").is_some_and(|length| length != "0");
    let problem = answer.json();
    to_head || (problem["title"].is_string() && problem["status"] == answer.status)
}

fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

fn body_differs(recorded: &Recorded, ours: &Answer, host: &str) -> Option<String> {
    match recorded.body() {
        Known::Whole(theirs) => {
            // The host is another for each of us.
            let text = String::from_utf8_lossy(&theirs).replace("\"<host>\"", &format!("{host:?}"));
            let as_json = (serde_json::from_str(&text), serde_json::from_slice(&ours.body));
            let same = match as_json {
                (Ok(theirs), Ok(ours)) => same(&theirs, &ours),
                _ => theirs == ours.body,
            };
            (!same).then(|| format!("{} instead of {text}", ours.text()))
        }
        Known::Digest { length, sha256 } => {
            let digest: String =
                Sha256::digest(&ours.body).iter().map(|byte| format!("{byte:02x}")).collect();
            (digest != sha256)
                .then(|| format!("{} other bytes instead of {length}: {}", ours.body.len(), ours.text()))
        }
    }
}

/// Whether two values are the same, numbers by value: `1` and `1.0` are.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let whole = |number: &Number| number.is_i64() || number.is_u64();
            if whole(a) && whole(b) { a == b } else { a.as_f64() == b.as_f64() }
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// The comparison itself: it must see what it is for.
mod tests {
    use serde_json::json;

    use super::*;

    const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
    const TAGGED: (&str, &str) = ("etag", "W/\"1\"");

    fn compared(recorded: Value, ours: &Answer) -> Verdict {
        compared_to("GET", recorded, ours)
    }

    fn compared_to(method: &str, recorded: Value, ours: &Answer) -> Verdict {
        compare(&serde_json::from_value(recorded).expect("a recording"), ours, method, "h:1")
    }

    fn recorded(status: u16, headers: Value, body: &str) -> Value {
        let body = json!({ "length": body.len(), "text": body });
        json!({ "outcome": "response", "status": status, "headers": headers, "body": body })
    }

    #[track_caller]
    fn differs(verdict: Verdict, what: &[What]) {
        match verdict {
            Verdict::Differs(found) => {
                assert_eq!(found.iter().map(|found| found.what).collect::<Vec<_>>(), what)
            }
            other => panic!("{other:?} instead of {what:?}"),
        }
    }

    #[test]
    fn json_is_compared_as_json() {
        let theirs = || {
            let headers = json!({ "content-type": "application/json", "etag": "\"x\"", "vary": "y" });
            recorded(200, headers, r#"{"a":1,"b":[1e2],"host":"<host>"}"#)
        };
        let ours = |body: &str| Answer::response(200, &[JSON, TAGGED], body);
        let same = ours(r#"{ "host": "h:1", "b": [100], "a": 1.0 }"#);
        assert_eq!(compared(theirs(), &same), Verdict::Equal);
        for other in ["", r#"{"a":1,"b":[100]}"#, r#"{"a":"1","b":[100],"host":"h:1"}"#] {
            differs(compared(theirs(), &ours(other)), &[What::Body]);
        }
        let big = recorded(200, json!({}), "12345678901234567000");
        differs(compared(big, &Answer::response(200, &[], "12345678901234567890")), &[What::Body]);
    }

    #[test]
    fn heads_are_compared() {
        let theirs = || {
            recorded(
                200,
                json!({ "content-type": "text/html", "etag": "\"x\"", "set-cookie": ["a", "b"] }),
                "",
            )
        };
        let ours = Answer::response(201, &[JSON, ("set-cookie", "a"), ("location", "/")], "");
        let header = What::Header;
        differs(
            compared(theirs(), &ours),
            &[What::Status, header("content-type"), header("location"), header("set-cookie"), header("etag")],
        );
        let ours =
            Answer { outcome: "truncated", surplus: vec![b'x'], interim: vec![100], ..Answer::default() };
        let what = [What::Outcome, What::Interim, What::Surplus];
        differs(compared(json!({ "outcome": "closed" }), &ours), &what);
    }

    #[test]
    fn large_bodies_are_compared_by_digest() {
        let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let theirs =
            || json!({ "outcome": "response", "status": 200, "body": { "length": 5, "sha256": digest } });
        assert_eq!(compared(theirs(), &Answer::response(200, &[], "hello")), Verdict::Equal);
        differs(compared(theirs(), &Answer::response(200, &[], "hallo")), &[What::Body]);
    }

    #[test]
    fn rules_allow_one_thing_each() {
        let text = ("content-type", "text/plain; charset=utf-8");
        let theirs = || recorded(200, json!({ "etag": "\"x\"" }), "hi");
        assert_eq!(compared(theirs(), &Answer::response(200, &[text, TAGGED], "hi")), Verdict::ByRule(TEXT));
        differs(
            compared(theirs(), &Answer::response(200, &[JSON, TAGGED], "hi")),
            &[What::Header("content-type")],
        );
        let both = [What::Header("content-type"), What::Body];
        differs(compared(theirs(), &Answer::response(200, &[text, TAGGED], "ho")), &both);

        let theirs = |status| recorded(status, json!({ "etag": "\"x\"" }), "");
        let ours = |status| Answer::response(status, &[], "");
        assert_eq!(compared_to("POST", theirs(200), &ours(200)), Verdict::ByRule(TAG));
        assert_eq!(compared(theirs(404), &ours(404)), Verdict::ByRule(TAG));
        differs(compared(theirs(200), &ours(200)), &[What::Header("etag")]);
        let untagged = recorded(404, json!({}), "");
        differs(compared(untagged, &Answer::response(404, &[TAGGED], "")), &[What::Header("etag")]);

        let theirs = |status| recorded(status, json!({ "location": "/x" }), "/x");
        let ours = |status| Answer::response(status, &[("location", "/x")], "");
        assert_eq!(compared(theirs(307), &ours(307)), Verdict::ByRule(REDIRECT));
        differs(compared(theirs(200), &ours(200)), &[What::Body]);
    }

    #[test]
    fn problems_stand_for_errors_of_their_status() {
        let problem = ("content-type", "application/problem+json");
        let theirs = || recorded(400, json!({ "content-type": "text/html", "etag": "x" }), "Invalid JSON");
        let ours = |status, body| Answer::response(status, &[problem], body);
        assert_eq!(compared(theirs(), &ours(400, r#"{"title":"Bad Request","status":400}"#)), Verdict::Equal);
        differs(compared(theirs(), &ours(415, r#"{"title":"x","status":415}"#)), &[What::Status]);
        for no_problem in ["", r#"{"title":"Bad Request","status":500}"#, r#"{"status":400}"#] {
            assert_ne!(compared(theirs(), &ours(400, no_problem)), Verdict::Equal);
        }
        let head = Answer::response(400, &[problem, ("content-length", "36")], "");
        assert_eq!(compared(theirs(), &head), Verdict::Equal);
    }
}
