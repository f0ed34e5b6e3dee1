//! The one function that makes a problem body (RFC 9457).

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};

/// `application/problem+json` with `title`, `status`, and `detail` where there is one; `members` are extensions
/// (RFC 9457, 3.2). `type` is left out, which means `about:blank`: the title is that of the status (4.2.1).
pub(crate) fn problem(
    status: StatusCode,
    detail: Option<&str>,
    members: Option<&Map<String, Value>>,
) -> Response {
    let mut body = Map::new();
    body.insert("title".to_owned(), status.canonical_reason().unwrap_or("Error").into());
    body.insert("status".to_owned(), status.as_u16().into());
    if let Some(detail) = detail {
        body.insert("detail".to_owned(), detail.into());
    }
    for (key, value) in members.into_iter().flatten() {
        body.entry(key.as_str()).or_insert_with(|| value.clone());
    }
    let mut response = Response::new(Body::from(Value::Object(body).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
