//! Events of load balancers, with and without headers of many values, through the runtime API and back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't be run should fail")]

mod common;

use common::{Lambda, problem};
use serde_json::{Value, json};

fn plain() -> Value {
    serde_json::from_str(include_str!("events/alb.json")).unwrap()
}

fn multi_value() -> Value {
    serde_json::from_str(include_str!("events/alb_multi_value.json")).unwrap()
}

fn with(mut event: Value, method: &str, path: &str) -> Value {
    event["httpMethod"] = method.into();
    event["path"] = path.into();
    event
}

#[tokio::test]
async fn the_whole_answer() {
    let lambda = Lambda::start().await;
    let wanted = json!({
        "statusCode": 200,
        "statusDescription": "200 OK",
        "headers": { "content-type": "text/plain; charset=utf-8", "content-length": "25" },
        "multiValueHeaders": { "content-type": ["text/plain; charset=utf-8"], "content-length": ["25"] },
        "body": "Hello, Dr. & Prof. Ann B!",
        "isBase64Encoded": false,
    });
    assert_eq!(lambda.answer(plain()).await, wanted);
    assert_eq!(lambda.answer(multi_value()).await, wanted);
}

#[tokio::test]
async fn the_health_check_has_no_host() {
    let lambda = Lambda::start().await;
    let event = serde_json::from_str(include_str!("events/alb_health_check.json")).unwrap();
    let answer = lambda.answer(event).await;
    assert_eq!((&answer["statusCode"], &answer["body"]), (&200.into(), &"ready".into()));
}

/// The load balancer reads one of the two, as its target group says. Without many values, it is the first cookie only.
#[tokio::test]
async fn cookies() {
    let lambda = Lambda::start().await;
    for event in [plain(), multi_value()] {
        let answer = lambda.answer(with(event.clone(), "POST", "/api/login")).await;
        assert_eq!(answer["statusDescription"], "204 No Content");
        assert_eq!(answer["headers"]["set-cookie"], "session=7; HttpOnly; Secure; Path=/");
        assert_eq!(
            answer["multiValueHeaders"]["set-cookie"],
            json!(["session=7; HttpOnly; Secure; Path=/", "theme=dark%2C%20of%20course"])
        );
        let me = lambda.answer(with(event, "GET", "/api/me")).await;
        assert_eq!(me["body"], "session 7, dark, of course");
    }
}

#[tokio::test]
async fn bodies() {
    let lambda = Lambda::start().await;
    for (body, base64) in [(r#"{"title":"a"}"#, false), ("eyJ0aXRsZSI6ImEifQ==", true)] {
        let mut event = with(plain(), "POST", "/api/notes");
        event["headers"]["content-type"] = "application/json".into();
        event["body"] = body.into();
        event["isBase64Encoded"] = base64.into();
        let answer = lambda.answer(event).await;
        assert_eq!(
            (&answer["statusCode"], &answer["body"]),
            (&201.into(), &r#"{"title":"a","tags":[]}"#.into())
        );
        assert_eq!(answer["headers"]["link"], "</api/notes>; rel=collection, </ready>; rel=status");
    }
    let pixel = lambda.answer(with(multi_value(), "GET", "/api/pixel.gif")).await;
    assert_eq!(
        (&pixel["isBase64Encoded"], &pixel["multiValueHeaders"]["content-type"][0]),
        (&true.into(), &"image/gif".into())
    );
}

#[tokio::test]
async fn refusals_are_problems() {
    let lambda = Lambda::start().await;
    for event in [plain(), multi_value()] {
        for (method, path, status, description) in [
            ("GET", "/nowhere", 404, "404 Not Found"),
            ("GET", "/api/square/x", 400, "400 Bad Request"),
            ("GET", "/api/greet/%E4", 400, "400 Bad Request"),
            ("GET", "/api/files/../../ready", 400, "400 Bad Request"),
            ("DELETE", "/ready", 405, "405 Method Not Allowed"),
        ] {
            let answer = lambda.answer(with(event.clone(), method, path)).await;
            assert_eq!(problem(&answer).0, status, "{path}");
            assert_eq!(answer["statusDescription"], description);
        }
    }
}
