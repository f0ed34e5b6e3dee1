//! A Lambda: the program as Lambda starts it, and the runtime API that it asks for events.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc, oneshot};

/// What an event came to: the answer, or what failed.
pub(crate) type Outcome = Result<Value, Value>;

/// The status of a problem, and what it says.
#[track_caller]
pub(crate) fn problem(answer: &Value) -> (u64, String) {
    assert_eq!(answer["headers"]["content-type"], "application/problem+json");
    assert_eq!(answer["isBase64Encoded"], false);
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["status"], answer["statusCode"]);
    (body["status"].as_u64().unwrap(), body["detail"].as_str().unwrap_or_default().to_owned())
}

pub(crate) struct Lambda {
    events: mpsc::UnboundedSender<(Value, oneshot::Sender<Outcome>)>,
    // Ends with the test.
    _program: Child,
}

struct Api {
    events: Mutex<mpsc::UnboundedReceiver<(Value, oneshot::Sender<Outcome>)>>,
    open: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
}

impl Lambda {
    pub(crate) async fn start() -> Self {
        let (events, receiver) = mpsc::unbounded_channel();
        let api = Arc::new(Api { events: Mutex::new(receiver), open: Mutex::default() });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(api);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let program = Command::new(env!("CARGO_BIN_EXE_lambda"))
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "api")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            // What a test provokes is not the output of the tests.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Lambda { events, _program: program }
    }

    /// Sends an event, and waits for what comes of it.
    pub(crate) async fn invoke(&self, event: Value) -> Outcome {
        let (sender, outcome) = oneshot::channel();
        self.events.send((event, sender)).unwrap();
        let outcome = tokio::time::timeout(Duration::from_secs(20), outcome).await;
        outcome.expect("an answer in time").unwrap()
    }

    /// The answer to an event.
    pub(crate) async fn answer(&self, event: Value) -> Value {
        self.invoke(event).await.expect("an answer")
    }
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some((event, outcome)) = api.events.lock().await.recv().await else {
        // The test is over.
        return std::future::pending().await;
    };
    let mut open = api.open.lock().await;
    let id = format!("8476a536-e9f4-11e8-9739-{:012}", open.len());
    open.insert(id.clone(), outcome);
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:api".to_owned(),
        ),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (axum::response::AppendHeaders(headers), event.to_string())
}

async fn response(state: State<Arc<Api>>, id: Path<String>, body: Bytes) -> StatusCode {
    finish(state, id, Ok(json(&body))).await
}

async fn error(state: State<Arc<Api>>, id: Path<String>, body: Bytes) -> StatusCode {
    finish(state, id, Err(json(&body))).await
}

/// The program names no content type, so `axum::Json` would refuse it.
fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

async fn finish(State(api): State<Arc<Api>>, Path(id): Path<String>, outcome: Outcome) -> StatusCode {
    let open = api.open.lock().await.remove(&id).expect("an event that was handed out");
    open.send(outcome).unwrap();
    StatusCode::ACCEPTED
}
