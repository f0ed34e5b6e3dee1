//! An id for each request: in the answer, in every line of the log about it, and in the problem that a client reports.
//!
//! `cargo run -p middleware --example request_id`, then `curl -i http://127.0.0.1:3000/fails`

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderName;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use route_runtime::{ApiError, Routes, RoutesError, get};
use serde_json::json;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tracing::Instrument as _;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    /// The id of the request that a task works for.
    static ID: String;
}

#[get("/hello")]
async fn hello() -> String {
    ID.try_with(|id| format!("hello, request {id}")).unwrap_or_default()
}

#[get("/fails")]
async fn fails() -> Result<String, ApiError> {
    Err(std::io::Error::other("the disk is full"))?
}

/// What is done for the request knows its id. It is written by `escape_debug`: a client may have sent it.
async fn known(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let id = id.unwrap_or_default().to_owned();
    let span = tracing::info_span!("request", id = ?id);
    ID.scope(id, next.run(request)).instrument(span).await
}

/// A problem as it is by default, and the id as a member more (RFC 9457, 3.2).
fn problem(error: &ApiError) -> ([(&'static str, &'static str); 1], String) {
    let mut body = json!({ "title": error.status().canonical_reason(), "status": error.status().as_u16() });
    if let Some(members) = body.as_object_mut() {
        members.extend(error.members().clone());
        members.extend(error.get_detail().map(|detail| ("detail".to_owned(), detail.into())));
        members.extend(ID.try_with(|id| ("request_id".to_owned(), id.as_str().into())).ok());
    }
    ([("content-type", "application/problem+json")], body.to_string())
}

/// The last layer is the outermost: the id is there before anything else, and in the answer after everything else. One that
/// a client or a proxy sends is kept; a service that trusts neither takes the header off first.
fn app() -> Result<Router, RoutesError> {
    Routes::collect()
        .render_errors(problem)
        .layer(from_fn(known))
        .layer(PropagateRequestIdLayer::new(HEADER))
        .layer(SetRequestIdLayer::new(HEADER, MakeRequestUuid))
        .into_router()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    tracing_subscriber::fmt().init();
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use middleware::Captured;
    use route_runtime::testing::TestClient;
    use serde_json::Value;

    async fn every_answer_has_one() {
        let client = TestClient::new(app().unwrap());
        let [one, two] = [client.get("/hello").await, client.get("/hello").await];
        assert_ne!(one.header("x-request-id").unwrap(), two.header("x-request-id").unwrap());
        assert_eq!(one.text(), format!("hello, request {}", one.header("x-request-id").unwrap()));
        let sent = client.get("/hello").header("x-request-id", "of-a-proxy").await;
        assert_eq!(
            (sent.text(), sent.header("x-request-id")),
            ("hello, request of-a-proxy", Some("of-a-proxy"))
        );
        // The refusals of the library too.
        assert!(client.post("/hello").await.header("x-request-id").is_some());
    }

    async fn the_problem_and_the_log_have_it_too() {
        let log = Captured::default();
        let _guard = tracing::subscriber::set_default(
            tracing_subscriber::fmt().with_ansi(false).with_writer(log.writer()).finish(),
        );
        let failed = TestClient::new(app().unwrap()).get("/fails").await;
        let id = failed.header("x-request-id").unwrap();
        failed.assert_problem(500, "");
        let problem: Value = failed.json();
        assert_eq!(problem["request_id"], id);
        // The line that says what the client must not see is found by what the client has.
        let line = log.text();
        assert!(line.contains("the disk is full") && line.contains(id), "{line}");
    }

    /// One test: where two threads make a span for the first time, `tracing` may pass over the subscriber of one.
    #[tokio::test]
    async fn a_request_has_an_id() {
        every_answer_has_one().await;
        the_problem_and_the_log_have_it_too().await;
    }
}
