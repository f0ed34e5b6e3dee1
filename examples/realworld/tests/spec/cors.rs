//! Browsers of other origins.

use crate::client::Answer;
use crate::operations::{BASE, OPERATIONS, paths};
use crate::server::Server;

/// Whether a header is a list that holds this, in any case.
fn lists(answer: &Answer, header: &str, wanted: &str) -> bool {
    answer
        .header(header)
        .is_some_and(|list| list.split(',').any(|name| name.trim().eq_ignore_ascii_case(wanted)))
}

#[test]
fn every_path_answers_preflight() {
    let server = Server::start();
    let anonymous = server.anonymous();
    let mut targets: Vec<String> = paths()
        .iter()
        .map(|path| path.replace("{username}", "nobody").replace("{slug}", "nowhere").replace("{id}", "1"))
        .map(|path| format!("{BASE}{path}"))
        .collect();
    assert_eq!(targets.len(), 12);
    targets.extend(["/api/nowhere", "/nowhere", "/", "/api/articles/a/b/c/d"].map(str::to_owned));
    for target in &targets {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let headers = format!(
                "access-control-request-method: {method}\r\n\
                 access-control-request-headers: authorization, content-type\r\n"
            );
            let answer = anonymous.ask("OPTIONS", target, &headers, b"").one_of(&[200, 204]);
            assert!(answer.body.is_empty(), "{answer:#?}");
            let methods = lists(&answer, "access-control-allow-methods", method);
            assert!(methods || lists(&answer, "access-control-allow-methods", "*"), "{answer:#?}");
            // A star would not stand for `authorization`.
            for header in ["authorization", "content-type"] {
                assert!(lists(&answer, "access-control-allow-headers", header), "{header}: {answer:#?}");
            }
        }
    }
}

#[test]
fn any_origin_may_read_answers_and_refusals() {
    let server = Server::start();
    let ann = server.register("ann");
    // That each answer says so is checked wherever one is received; here without any origin as well.
    for (target, status) in
        [("/api/tags", 200), ("/api/nowhere", 404), ("/nowhere", 404), ("/api/articles?limit=0", 422)]
    {
        let mut stream =
            std::io::BufReader::new(crate::client::connect(server.address).expect("a connection"));
        let answer = ann.ask_on(&mut stream, "GET", target, "", b"").expect("an answer").is(status);
        // With a star, no browser may send cookies; nor is there any.
        assert!(answer.header("access-control-allow-credentials").is_none(), "{answer:#?}");
        assert!(answer.header("set-cookie").is_none(), "{answer:#?}");
    }
    for origin in ["null", "https://evil.test", "'; DROP TABLE users; --", "http://conduit.test:1\\"] {
        ann.ask("GET", "/api/user", &format!("origin: {origin}\r\n"), b"").is(200);
    }
}

#[test]
fn options_alone_is_answered() {
    let server = Server::start();
    let anonymous = server.anonymous();
    for operation in &OPERATIONS {
        let target = operation.target("nobody", "nowhere", "1");
        anonymous.ask("OPTIONS", &target, "", b"").one_of(&[200, 204, 404, 405]);
    }
}
