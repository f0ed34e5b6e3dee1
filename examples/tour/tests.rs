use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Router, routing};
use route_runtime::testing::TestClient;
use serde_json::{Value, json};

use super::*;

fn client(facts: Facts) -> TestClient {
    TestClient::new(routes(facts).into_router().unwrap())
}

/// An API of the shape of numbersapi.com, on a port of its own.
async fn upstream() -> String {
    async fn fact(axum::extract::Path(number): axum::extract::Path<i64>) -> axum::response::Response {
        match number {
            500 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            504 => {
                tokio::time::sleep(Duration::from_secs(30)).await;
                "late".into_response()
            }
            9999 => "long ".repeat(1000).into_response(),
            number => format!("{number} comes from upstream.").into_response(),
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, Router::new().route("/{number}", routing::get(fact))).into_future());
    format!("http://{address}/")
}

#[tokio::test]
async fn hello_and_the_method_switch() {
    let client = client(Facts::embedded());
    let response = client.get("/api/hello").await;
    assert_eq!(response.json::<Value>(), json!({ "name": "John Doe" }));
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(client.post("/api/switch").await.status(), 201);
    assert_eq!(
        client.delete("/api/switch").await.json::<Value>(),
        json!({ "did": "handled any other method" })
    );
    assert_eq!(client.delete("/api/hello").await.status(), 405);
}

#[tokio::test]
async fn embedded_facts() {
    let client = client(Facts::embedded());
    for number in 0..=100 {
        let response = client.get(&format!("/api/trivia/{number}")).await;
        assert_eq!(response.status(), 200, "{number}");
        assert!(response.text().starts_with(&number.to_string()), "{}", response.text());
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    assert_eq!(client.get("/api/trivia/123456789").await.status(), 404);
}

#[tokio::test]
async fn what_is_no_number_is_a_400_that_does_not_echo_it() {
    let client = client(Facts::embedded());
    for bad in ["forty-two", "1.5", "99999999999999999999", "%3Cscript%3E"] {
        let response = client.get(&format!("/api/trivia/{bad}")).await;
        assert_eq!(response.status(), 400, "{bad}");
        let problem = response.json::<Value>();
        assert_eq!(problem["detail"], "path parameter `number` must be an integer of 64 bits");
    }
}

#[tokio::test]
async fn facts_of_an_api() {
    let facts = Facts::from_api(&upstream().await, Duration::from_millis(300)).unwrap();
    let client = client(facts);
    assert_eq!(client.get("/api/trivia/7").await.text(), "7 comes from upstream.");
    assert_eq!(client.get("/api/trivia/500").await.status(), 502);
    assert_eq!(client.get("/api/trivia/504").await.status(), 504);
    assert_eq!(client.get("/api/trivia/9999").await.status(), 502);
    assert_eq!(client.get("/api/trivia/x").await.status(), 400);
}

#[tokio::test]
async fn an_api_that_is_not_there() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = client(Facts::from_api(&format!("http://{unused}"), Duration::from_secs(2)).unwrap());
    assert_eq!(client.get("/api/trivia/7").await.status(), 502);
}

#[test]
fn a_url_that_can_not_work_is_refused_at_start() {
    for url in ["https://numbersapi.com", "numbersapi.com", "http://"] {
        assert!(Facts::from_api(url, Duration::from_secs(1)).is_err(), "{url}");
    }
}
