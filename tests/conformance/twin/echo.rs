//! Handlers that answer with a part of the request.

use std::collections::BTreeMap;

use route_runtime::axum::http::HeaderMap;
use route_runtime::axum::http::uri::PathAndQuery;
use route_runtime::{ApiError, ApiRequest, ApiResponse, RawBody, api_route};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::routing;

/// A body of any type, and which it is.
#[derive(Serialize)]
pub(super) struct Typed {
    r#type: &'static str,
    body: Value,
}

impl Typed {
    /// No body is `null`, as an absent value is anywhere in JSON.
    pub(super) fn of(body: Option<Value>) -> Self {
        let body = body.unwrap_or_default();
        let r#type = match &body {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        Typed { r#type, body }
    }
}

#[api_route("/api/echo/body")]
async fn body(req: ApiRequest<Option<Value>>, res: ApiResponse<Typed>) -> ApiResponse<Typed> {
    res.status(200).json(Typed::of(req.into_body()))
}

#[api_route("/api/echo/body/[id]")]
async fn body_and_query(
    id: String,
    req: ApiRequest<Option<Value>>,
    res: ApiResponse,
) -> Result<ApiResponse, ApiError> {
    let query = routing::query(&req, [("id", id.into())])?;
    Ok(res.status(200).json(json!({ "query": query, "body": req.into_body() })))
}

#[api_route("/api/echo/body-keys")]
async fn body_keys(req: ApiRequest<Map<String, Value>>, res: ApiResponse) -> ApiResponse {
    res.status(200).json(json!({ "keys": req.body().len() }))
}

/// What `typeof` says, to which an array and `null` are objects.
#[api_route("/api/echo/body-type")]
async fn body_type(req: ApiRequest<Option<Value>>, res: ApiResponse) -> ApiResponse {
    let r#type = match Typed::of(req.into_body()).r#type {
        "array" | "null" => "object",
        other => other,
    };
    res.status(200).json(json!({ "type": r#type }))
}

#[derive(Serialize)]
struct Raw {
    parsed: &'static str,
    bytes: usize,
    text: String,
}

#[api_route("/api/echo/raw", body_parser = false)]
async fn raw(req: ApiRequest<RawBody>, res: ApiResponse<Raw>) -> Result<ApiResponse<Raw>, ApiError> {
    let mut body = req.into_body();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    let text = String::from_utf8_lossy(&bytes).chars().take(100).collect();
    Ok(res.status(200).json(Raw { parsed: "undefined", bytes: bytes.len(), text }))
}

/// The first cookie of a name counts, as in `req.cookie(name)`.
fn cookies_of(req: &ApiRequest) -> BTreeMap<String, String> {
    let mut cookies = BTreeMap::new();
    for cookie in req.cookies() {
        cookies.entry(cookie.name().to_owned()).or_insert_with(|| cookie.value().to_owned());
    }
    cookies
}

#[api_route("/api/echo/cookies")]
async fn cookies(req: ApiRequest, res: ApiResponse) -> ApiResponse {
    res.status(200).json(json!({ "cookies": cookies_of(&req) }))
}

/// Copies of cookies and query are the handler's own.
#[api_route("/api/echo/cookie-assign")]
async fn cookie_assign(req: ApiRequest, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    let mut cookies = cookies_of(&req);
    cookies.insert("extra".to_owned(), "1".to_owned());
    let mut query: Map<String, Value> = req.query_as()?;
    query.insert("extra".to_owned(), "2".into());
    Ok(res.status(200).json(json!({ "cookies": cookies, "query": query })))
}

#[api_route("/api/echo/query")]
async fn query(req: ApiRequest, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    let query: Map<String, Value> = req.query_as()?;
    Ok(res.status(200).json(json!({ "query": query })))
}

#[api_route("/api/echo/query-keys")]
async fn query_keys(req: ApiRequest, res: ApiResponse) -> Result<ApiResponse, ApiError> {
    let query: Map<String, Value> = req.query_as()?;
    Ok(res.status(200).json(json!({ "keys": query.len() })))
}

#[derive(Serialize)]
struct Headers {
    #[serde(skip_serializing_if = "Option::is_none")]
    dup: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mixed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ct: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
}

/// All lines of a header as one list, as RFC 9110 joins them.
fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines: Vec<_> =
        headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

#[api_route("/api/echo/headers")]
async fn headers(req: ApiRequest, res: ApiResponse<Headers>) -> ApiResponse<Headers> {
    let headers = req.headers();
    res.status(200).json(Headers {
        dup: header(headers, "x-dup"),
        mixed: header(headers, "x-mixed-case"),
        ct: header(headers, "content-type"),
        host: header(headers, "host"),
    })
}

#[api_route("/api/echo/method")]
async fn method(req: ApiRequest, res: ApiResponse) -> ApiResponse {
    res.status(200).json(json!({ "method": req.method().as_str() }))
}

/// Path and query, as they were sent.
#[api_route("/api/echo/url")]
async fn url(req: ApiRequest, res: ApiResponse) -> ApiResponse {
    let url = req.uri().path_and_query().map(PathAndQuery::as_str);
    res.status(200).json(json!({ "url": url }))
}

#[api_route("/api/echo/param-length/[id]")]
async fn param_length(id: String, res: ApiResponse) -> ApiResponse {
    res.status(200).json(json!({ "length": id.encode_utf16().count() }))
}
