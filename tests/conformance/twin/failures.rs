//! Handlers that fail, answer late, or do not answer.

use std::time::Duration;

use route_runtime::{ApiError, ApiResponse, api_route};
use serde::Serialize;
use serde_json::json;
use tokio::time::sleep;

use super::no_such_kind;

/// What JavaScript throws is returned here, with `?` where there is an error already.
#[api_route("/api/res/throw/[kind]")]
async fn throw(kind: String, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    match kind.as_str() {
        "error" => Err("secret detail")?,
        "async" => {
            tokio::task::yield_now().await;
            Err("secret async")?;
        }
        "reject" => Err("rejected")?,
        "string" => Err("a string")?,
        "null" | "undefined" => return Err(ApiError::new(500)),
        "number" => return Err(ApiError::new(404)),
        "object-status" | "error-status" | "error-status2" => {
            return Err(ApiError::new(418).detail("teapot"));
        }
        "type-error" => type_error(),
        _ => return Err(no_such_kind()),
    }
    Ok(res)
}

/// The mistakes that the compiler does not see panic.
#[allow(clippy::panic, reason = "it is what the case is about")]
fn type_error() {
    panic!("undefined.x");
}

#[api_route("/api/res/throw-after-status")]
async fn throw_after_status(res: ApiResponse) -> Result<ApiResponse, ApiError> {
    let _answer = res.header("X-Before", "1").header("Content-Type", "application/json").status(201);
    Err("boom")?
}

#[derive(Serialize)]
struct Done {
    ok: bool,
}

/// An error that nobody waits for.
#[api_route("/api/res/throw-not-awaited")]
async fn throw_not_awaited(res: ApiResponse<Done>) -> ApiResponse<Done> {
    tokio::spawn(async { Err::<(), _>("floating") });
    res.status(200).json(Done { ok: true })
}

/// A panic that nobody waits for.
#[api_route("/api/res/throw-timer")]
async fn throw_timer(res: ApiResponse<Done>) -> ApiResponse<Done> {
    #[allow(clippy::panic, reason = "it is what the case is about")]
    tokio::spawn(async {
        sleep(Duration::from_millis(20)).await;
        panic!("timer");
    });
    res.status(200).json(Done { ok: true })
}

#[api_route("/api/res/async")]
async fn awaits(res: ApiResponse<Done>) -> ApiResponse<Done> {
    sleep(Duration::from_millis(20)).await;
    res.status(200).json(Done { ok: true })
}

#[derive(Serialize)]
struct Late {
    late: bool,
}

#[api_route("/api/res/late")]
async fn late(res: ApiResponse<Late>) -> ApiResponse<Late> {
    sleep(Duration::from_millis(150)).await;
    res.status(200).json(Late { late: true })
}

#[api_route("/api/res/late-external", external_resolver = true)]
async fn late_external(res: ApiResponse<Late>) -> ApiResponse<Late> {
    sleep(Duration::from_millis(150)).await;
    res.status(200).json(Late { late: true })
}

/// Returns without an answer.
#[api_route("/api/res/none")]
async fn none(res: ApiResponse<()>) -> ApiResponse<()> {
    res
}

#[api_route("/api/res/none-external", external_resolver = true)]
async fn none_external(res: ApiResponse<()>) -> ApiResponse<()> {
    res
}

/// What is returned is the answer.
#[api_route("/api/res/return/[kind]?send")]
async fn returned(kind: String, send: Option<String>, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    if send.is_some_and(|send| !send.is_empty()) {
        return Ok(res.status(200).json(json!({ "sent": true })));
    }
    match kind.as_str() {
        "object" => Ok(ApiResponse::ok(json!({ "a": 1 }))),
        "string" => Ok(res.send("text")),
        "response" => Ok(res.status(201).send("web")),
        _ => Err(no_such_kind()),
    }
}
