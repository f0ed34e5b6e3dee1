//! How errors look: `{"errors": {"title": ["can't be empty"], "body": ["title can't be empty"]}}`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use route_runtime::ApiError;
use serde_json::json;

/// The one place that says it, for errors of handlers and of the library alike: what is wrong with each field, and all
/// of it as sentences in `body`, which the specification asks for and clients show.
pub(crate) fn render(error: &ApiError) -> impl IntoResponse + use<> {
    let mut fields = std::collections::BTreeMap::<&str, Vec<String>>::new();
    for (pointer, detail) in error.mistakes() {
        // `/article/tagList/0` is about the `tagList`.
        let field = pointer.split('/').skip(1).take(2).last().unwrap_or("body");
        if field == "body" {
            fields.entry("body").or_default().push(detail.to_owned());
        } else {
            fields.entry("body").or_default().push(format!("{field} {detail}"));
            fields.entry(field).or_default().push(detail.to_owned());
        }
    }
    if fields.is_empty() {
        let reason = error.status().canonical_reason().unwrap_or("error");
        fields.insert("body", vec![error.get_detail().unwrap_or(reason).to_owned()]);
    }
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], json!({ "errors": fields }).to_string())
}

/// 404: there is no `what`.
pub(crate) fn not_found(what: &str) -> ApiError {
    about(StatusCode::NOT_FOUND, what, "not found")
}

/// 403: the `what` is somebody else's.
pub(crate) fn forbidden(what: &str) -> ApiError {
    about(StatusCode::FORBIDDEN, what, "forbidden")
}

/// 401. RFC 9110, 11.6.1, wants a challenge in it.
pub(crate) fn unauthorized(what: &str, is: &str) -> ApiError {
    about(StatusCode::UNAUTHORIZED, what, is).header(header::WWW_AUTHENTICATE, "Token")
}

fn about(status: StatusCode, what: &str, is: &str) -> ApiError {
    ApiError::new(status).and_invalid(format!("/{what}"), is)
}
