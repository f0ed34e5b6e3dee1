//! Bodies that are no JSON, or come under another name.

use serde_json::json;

use crate::client::{Answer, Client, JSON, PASSWORD};
use crate::operations::{OPERATIONS, Operation};
use crate::server::Server;

fn scene() -> (Server, Client, String) {
    let server = Server::start();
    let ann = server.register("ann");
    let slug = ann.slug("Before");
    (server, ann, slug)
}

fn bodied() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.body.is_some())
}

fn send(client: &Client, operation: &Operation, slug: &str, headers: &str, body: &[u8]) -> Answer {
    client.ask(operation.method, &operation.target("ann", slug, "1"), headers, body)
}

/// A body that each of these operations could take.
fn fitting(operation: &Operation) -> String {
    let mut body = json!({});
    body[operation.body.expect("one with a body")] = json!({
        "username": "new", "email": "new@conduit.test", "password": PASSWORD,
        "title": "T", "description": "D", "body": "B",
    });
    body.to_string()
}

/// Nothing that was refused has left anything.
#[track_caller]
fn is_untouched(ann: &Client, slug: &str) {
    assert_eq!(ann.titles("/articles"), (1, vec!["Before".to_owned()]));
    assert_eq!(ann.get(&format!("/articles/{slug}/comments")).is(200).json, json!({"comments": []}));
    assert_eq!(ann.get("/user").is(200).json["user"]["username"], "ann");
    ann.get("/profiles/new").is(404);
}

#[test]
fn what_is_no_json_is_a_bad_request() {
    let (_server, ann, slug) = scene();
    for operation in bodied() {
        let key = operation.body.expect("one with a body");
        let fitting = fitting(operation);
        let mut malformed: Vec<Vec<u8>> = [
            "",
            " ",
            "{",
            "}",
            "{\"",
            "nonsense",
            "{'user': {}}",
            "{user: {}}",
            "{\"user\"}",
            "{\"user\":}",
            "{\"user\": {},}",
            "[1,]",
            "nul",
            "NaN",
            "Infinity",
            "01",
            "+1",
            "\"",
            "\"\\x\"",
            "\"\n\"",
            "<user/>",
            "user=x",
            "{} {}",
            "{}x",
            "// c\n{}",
            "\u{feff}{}x",
            "{\"a\": 1 \"b\": 2}",
            "\0",
            "{}\0",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
        // One that would fit, cut off anywhere or with something behind it.
        malformed.extend((1..fitting.len()).step_by(7).map(|length| fitting.as_bytes()[..length].to_vec()));
        malformed.extend(["x", "}", ",", "{}"].map(|rest| format!("{fitting}{rest}").into_bytes()));
        for body in &malformed {
            let answer = send(&ann, operation, &slug, JSON, body);
            assert_eq!(answer.status, 400, "{:?}: {answer:#?}", String::from_utf8_lossy(body));
        }
        // Text that is none: bytes, and half of a pair.
        for text in
            [b"\"\xff\"".as_slice(), b"\"\xc0\xaf\"", b"\"\xed\xa0\x80\"", br#""\ud800""#, br#""\udc00x""#]
        {
            let value = [b"{\"body\": ", text, b", \"title\": \"T\"}"].concat();
            let body = [format!("{{\"{key}\": ").as_bytes(), &value, b"}"].concat();
            send(&ann, operation, &slug, JSON, &body).one_of(&[400, 422]);
        }
    }
    is_untouched(&ann, &slug);
}

#[test]
fn deep_nesting_is_refused_without_harm() {
    let (_server, ann, slug) = scene();
    for operation in bodied() {
        let key = operation.body.expect("one with a body");
        for depth in [200, 100_000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let (open, close) = (open.repeat(depth), close.repeat(depth));
                let deep = format!("{open}1{close}");
                for body in [
                    deep.clone(),
                    open.clone(),
                    format!("{{\"{key}\": {deep}}}"),
                    format!("{{\"{key}\": {{\"title\": {deep}, \"body\": {deep}}}}}"),
                ] {
                    let answer = send(&ann, operation, &slug, JSON, body.as_bytes());
                    // Where nothing is asked for, what nobody knows is passed over, however deep.
                    let passed = operation.path == "/articles/{slug}" && answer.status == 200;
                    assert!(passed || [400, 413, 422].contains(&answer.status), "{answer:#?}");
                }
            }
        }
    }
    is_untouched(&ann, &slug);
}

#[test]
fn a_key_that_comes_twice_harms_nothing() {
    let (_server, ann, _slug) = scene();
    for body in [
        r#"{"article": {"title": "A", "title": "B", "description": "D", "body": "B"}}"#,
        r#"{"article": {"title": "A", "description": "D", "body": "B"}, "article": {"title": "C"}}"#,
    ] {
        ann.ask("POST", "/api/articles", JSON, body.as_bytes()).one_of(&[201, 400, 422]);
    }
    ann.titles("/articles");
}

#[test]
fn numbers_of_any_size_are_no_text() {
    let (_server, ann, slug) = scene();
    for number in ["1e999", "-1e999", "1e-999", "123456789012345678901234567890", "-0", &"9".repeat(10_000)] {
        let body = format!(r#"{{"article": {{"title": {number}, "description": "D", "body": "B"}}}}"#);
        ann.ask("POST", "/api/articles", JSON, body.as_bytes()).one_of(&[400, 422]);
        let body = format!(
            r#"{{"article": {{"title": "T", "description": "D", "body": "B", "tagList": [{number}]}}}}"#
        );
        ann.ask("POST", "/api/articles", JSON, body.as_bytes()).one_of(&[400, 422]);
    }
    is_untouched(&ann, &slug);
}

#[test]
fn only_json_is_taken() {
    let (_server, ann, slug) = scene();
    for operation in bodied() {
        let body = fitting(operation);
        let refused = [
            "text/plain",
            "text/html",
            "application/xml",
            "application/octet-stream",
            "text/json",
            "application",
            "application/jsonx",
            "application/x-json",
            "json",
            "*/*",
            "application/*",
            "multipart/form-data; boundary=x",
            "'; DROP TABLE articles; --",
            "/",
            ";",
            "application/json application/json",
        ];
        for kind in refused {
            let answer = send(&ann, operation, &slug, &format!("content-type: {kind}\r\n"), body.as_bytes());
            assert_eq!(answer.status, 415, "{kind}: {answer:#?}");
        }
        send(&ann, operation, &slug, "", body.as_bytes()).is(415);
        send(&ann, operation, &slug, "content-type:\r\n", body.as_bytes()).is(415);
        let form = "content-type: application/x-www-form-urlencoded\r\n";
        for body in [body.as_str(), "username=new&title=T&body=B", "user[username]=new&article[title]=T"] {
            send(&ann, operation, &slug, form, body.as_bytes()).one_of(&[415, 422]);
        }
    }
    is_untouched(&ann, &slug);
}

#[test]
fn json_has_several_spellings() {
    let (_server, ann, slug) = scene();
    let path = format!("/api/articles/{slug}/comments");
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "application/json ; charset=\"utf-8\"",
    ] {
        let headers = format!("content-type: {kind}\r\n");
        ann.ask("POST", &path, &headers, br#"{"comment": {"body": "x"}}"#).is(200);
    }
    let spaced = b"\r\n\t {\n \"comment\" : { \"body\" : \"\\u0078\" } } \r\n ";
    assert_eq!(ann.ask("POST", &path, JSON, spaced).is(200).json["comment"]["body"], "x");
}

#[test]
fn a_body_over_one_mebibyte_is_too_large() {
    let (server, ann, slug) = scene();
    for operation in bodied() {
        let key = operation.body.expect("one with a body");
        for length in [1024 * 1024 + 1, 3 * 1024 * 1024] {
            let frame = format!(r#"{{"{key}":{{"body":""}}}}"#).len();
            let body = format!(r#"{{"{key}":{{"body":"{}"}}}}"#, "x".repeat(length - frame));
            assert_eq!(body.len(), length);
            send(&ann, operation, &slug, JSON, body.as_bytes()).is(413);
        }
    }
    // Who may not write at all is told so first.
    let large = vec![b'x'; 2 * 1024 * 1024];
    let anonymous = server.anonymous();
    let answer = anonymous.ask("POST", "/api/articles", JSON, &large);
    // Unless its length alone is enough to send it away.
    answer.one_of(&[401, 413]);
    is_untouched(&ann, &slug);
    // What just fits is read.
    let fits = format!(r#"{{"comment":{{"body":1}}{}}}"#, " ".repeat(1024 * 1024 - 24));
    assert!(fits.len() <= 1024 * 1024 && fits.len() > 1024 * 1024 - 10, "{}", fits.len());
    ann.ask("POST", &format!("/api/articles/{slug}/comments"), JSON, fits.as_bytes()).refuses(422, "body");
}
