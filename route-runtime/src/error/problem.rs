//! The one function that makes a problem body (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
struct Body<'a> {
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(flatten)]
    members: Option<&'a Map<String, Value>>,
}

/// The members that every problem has, or may have, by itself.
pub(crate) const OWN_MEMBERS: [&str; 3] = ["title", "status", "detail"];

/// `application/problem+json` with `title`, `status`, and `detail` where there is one; `members` are extensions
/// (RFC 9457, 3.2) and none of [`OWN_MEMBERS`]. `type` is left out, which means `about:blank`: the title is that of
/// the status (4.2.1).
pub(crate) fn problem(
    status: StatusCode,
    detail: Option<&str>,
    members: Option<&Map<String, Value>>,
) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = Body { title, status: status.as_u16(), detail, members };
    // Text and JSON values can always be written.
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}
