//! Events of HTTP APIs and function URLs, payload format 2.0, through the runtime API and back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be run should fail")]

mod common;

use common::{Lambda, problem};
use serde_json::{Value, json};

/// A request without a body. HTTP APIs decode the path, function URLs do not.
fn event(method: &str, path: &str) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("events/http_api.json")).unwrap();
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["path"] = path.into();
    event["requestContext"]["http"]["method"] = method.into();
    event
}

fn with_body(method: &str, path: &str, content_type: &str, body: &str, base64: bool) -> Value {
    let mut event = event(method, path);
    event["headers"]["content-type"] = content_type.into();
    event["headers"]["content-length"] = body.len().to_string().into();
    event["body"] = body.into();
    event["isBase64Encoded"] = base64.into();
    event
}

#[tokio::test]
async fn the_whole_answer() {
    let lambda = Lambda::start().await;
    let event = serde_json::from_str(include_str!("events/http_api.json")).unwrap();
    let wanted = json!({
        "statusCode": 200,
        "headers": { "content-type": "text/plain; charset=utf-8", "content-length": "21" },
        "multiValueHeaders": {},
        "cookies": [],
        "body": "Hello, Dr. Prof. Ann!",
        "isBase64Encoded": false,
    });
    assert_eq!(lambda.answer(event).await, wanted);
}

#[tokio::test]
async fn json_in_a_stage() {
    let lambda = Lambda::start().await;
    let mut event: Value = serde_json::from_str(include_str!("events/http_api_body.json")).unwrap();
    let answer = lambda.answer(event.clone()).await;
    assert_eq!(answer["statusCode"], 201);
    assert_eq!(answer["headers"]["content-type"], "application/json; charset=utf-8");
    assert_eq!(answer["headers"]["link"], "</api/notes>; rel=collection, </ready>; rel=status");
    assert_eq!(answer["body"], r#"{"title":"Lambda","tags":["serverless","é"]}"#);
    // A domain of one's own has no stage in its paths, and what looks like one is not taken off.
    event["requestContext"]["domainName"] = "api.example.com".into();
    event["requestContext"]["domainPrefix"] = "api".into();
    assert_eq!(problem(&lambda.answer(event.clone()).await).0, 404);
    event["rawPath"] = "/api/notes".into();
    assert_eq!(lambda.answer(event).await["statusCode"], 201);
}

#[tokio::test]
async fn path_parameters_are_decoded() {
    let lambda = Lambda::start().await;
    for (path, name) in [
        ("/api/greet/Ann B", "Ann B"),
        ("/api/greet/Ann%20B", "Ann B"),
        ("/api/greet/é", "é"),
        ("/api/greet/%C3%A9", "é"),
        ("/api/greet/a%2Fb", "a/b"),
        ("/api/greet/a%252Fb", "a%2Fb"),
        ("/api/greet/100%", "100%"),
        ("/api/greet/a?b", "a?b"),
        ("/api/greet/a#b", "a#b"),
    ] {
        assert_eq!(lambda.answer(event("GET", path)).await["body"], format!("Hello, Dr. Prof. {name}!"));
    }
}

#[tokio::test]
async fn paths_are_judged_as_they_came() {
    let lambda = Lambda::start().await;
    for path in ["/api/files/../../ready", "/api/files/%2e%2e/x", "/api/files/a\\b"] {
        let (status, detail) = problem(&lambda.answer(event("GET", path)).await);
        assert_eq!(status, 400);
        assert!(detail.contains("must not hold `.` or `..`"), "{detail}");
    }
    assert_eq!(problem(&lambda.answer(event("GET", "/api/greet/%FF")).await).0, 400);
    for path in ["/api/files/a//b", "/ready/", "/api/square/../../ready", "/prod/ready"] {
        assert_eq!(problem(&lambda.answer(event("GET", path)).await).0, 404, "{path}");
    }
}

#[tokio::test]
async fn refusals_are_problems() {
    let lambda = Lambda::start().await;
    let answer = lambda.answer(event("GET", "/nowhere")).await;
    assert_eq!(problem(&answer), (404, "no route has this path".to_owned()));
    let answer = lambda.answer(event("GET", "/api/square/x")).await;
    assert_eq!(problem(&answer), (400, "path parameter `number` must be an integer of 64 bits".to_owned()));
    let answer = lambda.answer(event("PUT", "/api/square/3")).await;
    assert_eq!(problem(&answer).0, 405);
    assert_eq!(answer["headers"]["allow"], "GET,HEAD");
    let answer =
        lambda.answer(with_body("POST", "/api/notes", "application/json", r#"{"title":1}"#, false)).await;
    assert_eq!(problem(&answer), (422, "the body has another shape than this route takes".to_owned()));
    let answer = lambda.answer(event("GET", "/api/slow")).await;
    assert_eq!(problem(&answer), (503, "the answer took too long".to_owned()));
    // The guard of the route, not that of the runtime: the event has an answer.
    assert_eq!(problem(&lambda.answer(event("GET", "/api/broken")).await).0, 500);
}

#[tokio::test]
async fn head_and_options() {
    let lambda = Lambda::start().await;
    let head = lambda.answer(event("HEAD", "/api/square/12")).await;
    assert_eq!((&head["statusCode"], &head["body"]), (&200.into(), &"".into()));
    assert_eq!(head["headers"]["content-length"], "3");
    let options = lambda.answer(event("OPTIONS", "/api/square/12")).await;
    assert_eq!((&options["statusCode"], &options["headers"]["allow"]), (&204.into(), &"GET,HEAD".into()));
}

#[tokio::test]
async fn bodies_in_base64() {
    let lambda = Lambda::start().await;
    let answer =
        lambda.answer(with_body("PUT", "/api/bytes", "application/octet-stream", "AP+AQUI=", true)).await;
    assert_eq!(answer["body"], "5 Some(66)");
    // HTTP APIs send forms so.
    let form = with_body("POST", "/api/notes", "application/x-www-form-urlencoded", "dGl0bGU9YSUyMGI=", true);
    assert_eq!(lambda.answer(form).await["body"], r#"{"title":"a b","tags":[]}"#);
    let pixel = lambda.answer(event("GET", "/api/pixel.gif")).await;
    assert_eq!(
        (&pixel["isBase64Encoded"], &pixel["headers"]["content-type"]),
        (&true.into(), &"image/gif".into())
    );
    assert_eq!(pixel["body"], "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
    let mut known = event("GET", "/api/pixel.gif");
    known["headers"]["if-none-match"] = pixel["headers"]["etag"].clone();
    assert_eq!(lambda.answer(known).await["statusCode"], 304);
}

#[tokio::test]
async fn the_limit_counts_what_is_decoded() {
    let lambda = Lambda::start().await;
    const MIB: usize = 1024 * 1024;
    // "AAAA" is three bytes of zero.
    let fits = "AAAA".repeat(MIB / 3) + "AA==";
    let answer = lambda.answer(with_body("PUT", "/api/bytes", "image/png", &fits, true)).await;
    assert_eq!(answer["body"], format!("{MIB} Some(0)"));
    let large = with_body("PUT", "/api/bytes", "text/plain", &"a".repeat(MIB + 1), false);
    assert_eq!(problem(&lambda.answer(large).await).0, 413);
}

#[tokio::test]
async fn cookies_have_a_place_of_their_own() {
    let lambda = Lambda::start().await;
    let answer = lambda.answer(event("POST", "/api/login")).await;
    assert_eq!(answer["statusCode"], 204);
    assert_eq!(
        answer["cookies"],
        json!(["session=7; HttpOnly; Secure; Path=/", "theme=dark%2C%20of%20course"])
    );
    assert_eq!(answer["headers"], json!({}));
    assert_eq!(lambda.answer(event("GET", "/api/me")).await["body"], "session 7, dark, of course");
}

/// `lambda_http::run` collects an answer before it hands it over. One that breaks off has none: the gateway makes a 5xx of
/// it, where a server would end the connection. The next event is not touched by it.
#[tokio::test]
async fn streams_are_collected() {
    let lambda = Lambda::start().await;
    let answer = lambda.answer(event("GET", "/api/lines/3")).await;
    assert_eq!(answer["body"], "line 1\nline 2\nline 3\n");
    let failed = lambda.invoke(event("GET", "/api/lines/3000")).await.unwrap_err();
    assert!(failed["errorMessage"].as_str().unwrap().contains("unable to read bytes from body"), "{failed}");
    assert_eq!(lambda.answer(event("GET", "/ready")).await["body"], "ready");
}

#[tokio::test]
async fn other_events_are_errors() {
    let lambda = Lambda::start().await;
    let failed = lambda.invoke(json!({ "Records": [] })).await.unwrap_err();
    assert!(failed["errorMessage"].as_str().unwrap().contains("failed to deserialize"), "{failed}");
    assert_eq!(lambda.answer(event("GET", "/ready")).await["body"], "ready");
}
