//! Whether the comparison finds what is wrong: documents that are broken on purpose.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::compare::{Difference, compare};
use crate::{facts, ours, published};

/// What differs in the document after `change`.
fn found(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let document = ours();
    let mut broken = document.clone();
    change(&mut broken);
    assert!(broken != document, "nothing is broken");
    let (_, differences) = compare(&facts::of(&document), &facts::of(&broken));
    differences.iter().map(Difference::to_string).collect()
}

#[test]
fn the_same_is_the_same() {
    let document = ours();
    let (compared, differences) = compare(&facts::of(&document), &facts::of(&document));
    assert!(compared > 500 && differences.is_empty(), "{compared} {differences:?}");
}

/// What is broken by a JSON Patch of one step: where, what stands there then, and what is found.
#[test]
fn what_is_broken_is_found() {
    const REGISTER: &str = "/paths/~1api~1users/post";
    let user = format!("{REGISTER}/requestBody/content/application~1json/schema");
    for (pointer, value, expected) in [
        ("/paths/~1api~1tags", None, "GET /api/tags: is there | -"),
        ("/paths/~1api~1user/put", None, "PUT /api/user: is there | -"),
        ("/paths/~1api~1user/patch", Some(json!({})), "PATCH /api/user: - | is there"),
        (
            "/paths/~1api~1articles~1feed/get/parameters/0",
            None,
            "GET /api/articles/feed query limit: optional | -",
        ),
        (
            "/paths/~1api~1articles~1feed/get/parameters/0/required",
            Some(json!(true)),
            "GET /api/articles/feed query limit: optional | required",
        ),
        (
            "/paths/~1api~1articles~1{slug}/get/parameters/0/schema/type",
            Some(json!("integer")),
            "GET /api/articles/{slug} path slug type: string | integer",
        ),
        (&format!("{REGISTER}/requestBody"), None, "POST /api/users body: required | -"),
        (
            &format!("{REGISTER}/requestBody/required"),
            Some(json!(false)),
            "POST /api/users body: required | optional",
        ),
        (
            &format!("{user}/required"),
            Some(json!([])),
            "POST /api/users body application/json .user: required | optional",
        ),
        (
            "/components/schemas/NewUser/properties/email",
            None,
            "POST /api/users body application/json .user .email: required | required, and nothing else",
        ),
        (
            "/components/schemas/Account/properties/bio/type",
            Some(json!(["string", "null"])),
            "PUT /api/user 200 application/json .user .bio type: string | null or string",
        ),
        (
            "/components/schemas/Profile/properties/age",
            Some(json!({"type": "integer"})),
            "GET /api/profiles/{username} 200 application/json .profile .age: - | optional",
        ),
        (
            "/components/schemas/Preview/properties/tagList/items/type",
            Some(json!("integer")),
            "GET /api/articles 200 application/json .articles items .tagList items type: string | integer",
        ),
        (&format!("{REGISTER}/responses/201"), None, "POST /api/users 201: is there | -"),
        (
            &format!("{REGISTER}/responses/409"),
            Some(json!({"description": "Taken"})),
            "POST /api/users 409: - | is there",
        ),
        (
            "/paths/~1api~1tags/get/responses/default/content",
            Some(json!({"text/plain": {}})),
            "GET /api/tags default text/plain: - | is there",
        ),
        (
            "/paths/~1api~1tags/get/security",
            Some(json!([{"Unknown": []}])),
            "GET /api/tags security: anybody | {scopes=[]}",
        ),
        ("/servers/0/url", Some(json!("https://conduit.test/v2")), "GET /v2/api/tags: - | is there"),
    ] {
        let found = found(|document| set(document, pointer, value));
        assert!(found.iter().any(|line| line == expected), "{pointer}: {found:#?}");
    }
}

#[test]
fn who_may_ask_is_found_by_what_the_scheme_is() {
    let with_scheme = |name: &str, scheme: Value, of_all: bool| {
        let mut document = ours();
        let ways = json!([{ name: [] }]);
        set(&mut document, "/components/securitySchemes", Some(json!({ name: scheme })));
        set(&mut document, if of_all { "/security" } else { "/paths/~1api~1tags/get/security" }, Some(ways));
        facts::of(&document)["GET /api/tags"].clone()
    };
    let key = |header: &str| json!({"type": "apiKey", "in": "header", "name": header});
    let token = with_scheme("Token", key("Authorization"), false);
    assert_ne!(token, facts::of(&ours())["GET /api/tags"]);
    // However it is called, and whether one operation says it or all of them.
    assert_eq!(token, with_scheme("Key", key("Authorization"), true));
    assert_ne!(token, with_scheme("Token", key("Cookie"), false));
    assert_ne!(token, with_scheme("Token", json!({"type": "http", "scheme": "bearer"}), false));
}

/// Puts a value at a place, or takes away what is there.
fn set(document: &mut Value, pointer: &str, value: Option<Value>) {
    let (outer, last) = pointer.rsplit_once('/').unwrap();
    let key = last.replace("~1", "/").replace("~0", "~");
    match (document.pointer_mut(outer).unwrap_or_else(|| panic!("no {pointer}")), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(key, value)),
        (Value::Object(members), None) => drop(members.remove(&key)),
        (Value::Array(elements), Some(value)) => elements[key.parse::<usize>().unwrap()] = value,
        (Value::Array(elements), None) => drop(elements.remove(key.parse().unwrap())),
        (other, _) => panic!("{pointer}: {other}"),
    }
}

/// What makes no difference: words, and what is the same when it is not said.
const WORDS: [&str; 8] =
    ["description", "summary", "title", "operationId", "tags", "openapi", "info", "servers"];

#[test]
fn nothing_of_the_document_is_overlooked() {
    nothing_is_overlooked(&ours());
}

#[test]
fn nothing_of_the_public_description_is_overlooked() {
    match published::document() {
        Some(document) => nothing_is_overlooked(&document),
        None => published::skipped("what is overlooked of it"),
    }
}

/// Everything in a document that is no word: without it, or with another value, it is another document.
fn nothing_is_overlooked(document: &Value) {
    let facts = facts::of(document);
    let mut pointers = BTreeSet::new();
    collect(document, "", &mut pointers);
    let mut overlooked = Vec::new();
    let mut broken = 0;
    for pointer in &pointers {
        let old = document.pointer(pointer).unwrap();
        let is_empty = pointer.ends_with("/content") && *old == json!({});
        let is_default = is_empty || *old == json!(false) || *old == json!([]);
        let other = match old {
            Value::String(text) => Some(json!(format!("{text}x"))),
            Value::Number(_) => Some(json!(-1)),
            Value::Bool(truth) => Some(json!(!truth)),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        for value in [(!is_default).then_some(None), other.map(Some)].into_iter().flatten() {
            let mut changed = document.clone();
            set(&mut changed, pointer, value.clone());
            broken += 1;
            if compare(&facts, &facts::of(&changed)).1.is_empty() {
                overlooked.push(format!("{pointer}: {value:?}"));
            }
        }
    }
    println!("{broken} changes of {} places", pointers.len());
    assert!(broken > 900, "{broken}");
    assert!(overlooked.is_empty(), "{overlooked:#?}");
}

/// The pointers of all that is in a value, but for the words.
fn collect(value: &Value, at: &str, pointers: &mut BTreeSet<String>) {
    let is_list_of_names = at.ends_with("/properties") || at.ends_with("/schemas");
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| is_list_of_names || (!WORDS.contains(&&***key) && !key.starts_with("x-")))
            .map(|(key, child)| (key.replace('~', "~0").replace('/', "~1"), child))
            .collect(),
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect()
        }
        _ => Vec::new(),
    };
    for (key, child) in children {
        let pointer = format!("{at}/{key}");
        collect(child, &pointer, pointers);
        pointers.insert(pointer);
    }
}
