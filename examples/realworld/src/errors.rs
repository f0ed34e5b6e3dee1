//! How errors look: `{"errors": {"title": ["can't be empty"], "body": ["title can't be empty"]}}`.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use route_runtime::ApiError;
use schemars::JsonSchema;
use serde::Serialize;

/// What is wrong.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Errors {
    errors: Sentences,
}

#[derive(Default, Serialize, JsonSchema)]
#[schemars(inline)]
struct Sentences {
    /// All of it, in sentences.
    body: Vec<String>,
    /// What is wrong with each field.
    #[serde(flatten)]
    fields: BTreeMap<String, Vec<String>>,
}

/// The one place that says it, for errors of handlers and of the library alike: what is wrong with each field, and all
/// of it as sentences in `body`, which the specification asks for and clients show.
pub(crate) fn render(error: &ApiError) -> impl IntoResponse + use<> {
    let Sentences { mut body, mut fields } = Sentences::default();
    for (pointer, detail) in error.mistakes() {
        // `/article/tagList/0` is about the `tagList`.
        let field = pointer.split('/').skip(1).take(2).last().unwrap_or("body");
        if field == "body" {
            body.push(detail.to_owned());
        } else {
            body.push(format!("{field} {detail}"));
            fields.entry(field.to_owned()).or_default().push(detail.to_owned());
        }
    }
    if body.is_empty() {
        let reason = error.status().canonical_reason().unwrap_or("error");
        body.push(error.get_detail().unwrap_or(reason).to_owned());
    }
    let errors = Sentences { body, fields };
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], Json(Errors { errors }))
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
