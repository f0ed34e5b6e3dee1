//! Whether an answer is what a case wants.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::Value;

use crate::answer::{Answer, BREAKS_OFF};
use crate::cases::{Body, Case, Want};

/// Names of Rust that tell a client what a server is made of.
const NAMES_OF_RUST: [&str; 18] = [
    "i64",
    "u8",
    "u16",
    "u32",
    "u128",
    "f64",
    "usize",
    "serde",
    "axum",
    "hyper",
    "struct",
    "::",
    "Option",
    "Vec<",
    "expected ",
    "invalid type",
    "at line",
    "panick",
];

/// Words that the library, or a route by its names, says of itself.
const OWN_WORDS: [&str; 13] = [
    "body", "bytes", "error", "errors", "false", "form", "json", "path", "query", "small", "title", "true",
    "type",
];

/// What is wrong with an answer.
pub(crate) fn check(case: &Case, want: &Want, answer: &Answer) -> Vec<String> {
    let mut faults = answer.faults.clone();
    if want.cut {
        let before = faults.len();
        faults.retain(|fault| fault != BREAKS_OFF);
        if faults.len() == before {
            faults.push("the answer looks whole".to_owned());
        }
    }
    if !want.h2.is_empty() {
        if !want.h2.contains(&answer.h2) {
            faults.push(format!("wanted one of {:?}", want.h2));
        }
        return faults;
    }
    if !want.allows(answer.status) {
        faults.push(format!("wanted the status {:?}", want.status.all()));
        return faults;
    }
    if answer.status == 0 {
        return faults;
    }
    if answer.interim != want.interim {
        faults.push(if want.interim { "no 100 came" } else { "a 100 came" }.to_owned());
    }
    if answer.more != want.more {
        faults.push(format!("wanted {:?} behind", want.more));
    }
    headers(want, answer, &mut faults);
    content(want, answer, &mut faults);
    if is_problem(want, answer) && !case.is_head() {
        problem(case, want, answer, &mut faults);
    }
    faults
}

fn headers(want: &Want, answer: &Answer, faults: &mut Vec<String>) {
    for (name, value) in &want.has {
        let found = answer.header(name);
        if found.is_none() || value.as_deref().is_some_and(|value| found != Some(value)) {
            faults.push(format!("wanted the header {name} {value:?}"));
        }
    }
    for name in &want.no {
        if answer.header(name).is_some() {
            faults.push(format!("must not have the header {name}"));
        }
    }
    for (name, value) in &answer.headers {
        // A character for each byte.
        if value.chars().any(|c| c.is_ascii_control() && c != '\t') {
            faults.push(format!("a control character in the header {name}"));
        }
    }
}

fn content(want: &Want, answer: &Answer, faults: &mut Vec<String>) {
    let text = answer.text();
    if let Some(json) = &want.json
        && serde_json::from_slice::<Value>(&answer.body).ok().as_ref() != Some(json)
    {
        faults.push(format!("wanted the JSON {json}"));
    }
    if want.text.as_ref().is_some_and(|wanted| *wanted != text) {
        faults.push(format!("wanted the text {:?}", want.text));
    }
    for wanted in want.holds.iter().filter(|wanted| !text.contains(*wanted)) {
        faults.push(format!("wanted {wanted:?} in it"));
    }
    for wanted in want.lacks.iter().filter(|wanted| text.contains(*wanted)) {
        faults.push(format!("must not have {wanted:?} in it"));
    }
    if want.body == Some(Body::Empty) && !text.is_empty() {
        faults.push("wanted no body".to_owned());
    }
}

fn is_problem(want: &Want, answer: &Answer) -> bool {
    match want.body {
        Some(body) => body == Body::Problem,
        None => answer.status >= 400 && want.json.is_none() && want.text.is_none(),
    }
}

/// RFC 9457, and nothing of what was sent.
fn problem(case: &Case, want: &Want, answer: &Answer, faults: &mut Vec<String>) {
    if answer.header("content-type") != Some("application/problem+json") {
        return faults.push("wanted a problem".to_owned());
    }
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let title = StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
    if problem["status"] != answer.status || problem["title"].as_str() != title {
        faults.push("wanted the status and its title in the problem".to_owned());
    }
    // Left out it means `about:blank`, of which the title is that of the status.
    if !problem["type"].is_null() {
        faults.push("wanted no type".to_owned());
    }
    if let Some(pointer) = &want.pointer
        && problem["errors"][0]["pointer"].as_str() != Some(pointer)
    {
        faults.push(format!("wanted the pointer {pointer:?}"));
    }
    let text = answer.text();
    if let Some(name) = NAMES_OF_RUST.iter().find(|name| text.contains(**name)) {
        faults.push(format!("tells the name {name:?}"));
    }
    // The client's own words are names of fields at most.
    let told = words(&text);
    let known = words(&want.may_say.join(" "));
    let is_own = |word: &String| known.contains(word) || OWN_WORDS.contains(&word.as_str());
    if let Some(word) = sent(case).iter().find(|word| told.contains(*word) && !is_own(word)) {
        faults.push(format!("says {word:?}, which was sent"));
    }
    if text.len() > 600 {
        faults.push("a long problem".to_owned());
    }
}

/// The words of four characters and more, in lower case.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(str::to_lowercase).collect()
}

/// What an answer must not repeat: the words of the values in the path, the query, the body and the headers.
fn sent(case: &Case) -> BTreeSet<String> {
    let text = |bytes: &crate::bytes::Bytes| String::from_utf8_lossy(&bytes.to_vec()).into_owned();
    let mut values = vec![text(&case.ask)];
    values.extend(case.headers.iter().filter_map(|line| Some(text(line).split_once(':')?.1.to_owned())));
    values.extend([&case.content, &case.json].into_iter().flatten().map(text));
    words(&values.join(" "))
}
