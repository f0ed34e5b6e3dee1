//! `export const config`, as keys of the attribute. What the attribute refuses while compiling (`bodyParser: 0`,
//! `bodyParzer`, a key at the wrong place) is left out, which in Next.js has the same effect without a word.

use std::time::Duration;

use route_runtime::{ApiRequest, ApiResponse, RawBody, api_route};
use serde_json::{Value, json};

use super::echo::Typed;

#[api_route("/api/cfg/api-empty")]
async fn api_empty(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/no-api", max_duration = "5s")]
async fn no_api(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/bodyparser-null")]
async fn body_parser_null(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/bodyparser-string")]
async fn body_parser_string(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/bodyparser-zero")]
async fn body_parser_zero(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/toplevel")]
async fn top_level(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/unknown-key")]
async fn unknown_key(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/cfg/max-duration", max_duration = "1s")]
async fn max_duration(res: ApiResponse) -> ApiResponse {
    tokio::time::sleep(Duration::from_millis(1500)).await;
    res.status(200).json(json!({ "ok": true }))
}

/// Every switch at once.
#[api_route("/api", body_parser = false, response_limit = false, external_resolver = true)]
async fn index(_req: ApiRequest<RawBody>, res: ApiResponse) -> ApiResponse {
    res.status(200).json(json!({ "route": "index", "bodyType": "undefined" }))
}
