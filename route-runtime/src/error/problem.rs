//! The one function that makes a problem body (RFC 9457), and what replaces it where an app renders errors itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

use super::ApiError;
use crate::log;
use crate::work::{self, Work};

struct Body<'a> {
    title: &'a str,
    status: u16,
    detail: Option<&'a str>,
    members: Option<&'a Map<String, Value>>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("title", self.title)?;
        map.serialize_entry("status", &self.status)?;
        if let Some(detail) = self.detail {
            map.serialize_entry("detail", detail)?;
        }
        for (name, value) in self.members.into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The members that every problem has, or may have, by itself.
pub(crate) const OWN_MEMBERS: [&str; 3] = ["title", "status", "detail"];

/// The response of an error that only has a status.
pub(crate) fn bare(status: StatusCode) -> Response {
    problem(status, None)
}

/// 404 of a path that is no route's, as the app renders it.
pub(crate) fn not_found(renderer: Option<&Renderer>) -> Response {
    outside(StatusCode::NOT_FOUND, None, renderer)
}

/// The response of an error that is no route's, as the app renders it.
pub(crate) fn outside(status: StatusCode, detail: Option<&str>, renderer: Option<&Renderer>) -> Response {
    let problem = body(status, detail, None);
    match renderer {
        Some(renderer) => renderer.render(&ApiError::build(status, detail.map(str::to_owned), None), problem),
        None => problem,
    }
}

/// The response of an error with a sentence for the client.
pub(crate) fn problem(status: StatusCode, detail: Option<&str>) -> Response {
    if work::is(Work::renders_errors) {
        return ApiError::build(status, detail.map(str::to_owned), None).into_response();
    }
    body(status, detail, None)
}

/// The response of an error. Where the app renders errors itself, the error goes with it to [`Renderer::finish`].
pub(super) fn of_error(error: ApiError) -> Response {
    let inner = &error.0;
    let mut response = body(inner.status, inner.detail.as_deref(), Some(&inner.members));
    response.headers_mut().extend(inner.headers.clone());
    // Outside of a route nobody knows; a layer around the routes may have made it.
    if work::with(|work| work.is_none_or(Work::renders_errors)) {
        response.extensions_mut().insert(Unrendered(Arc::new(error)));
    }
    response
}

/// A static, so that no answer pays for looking at its characters.
static PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

const NOT_FOUND: &str = r#"{"title":"Not Found","status":404}"#;
const METHOD_NOT_ALLOWED: &str = r#"{"title":"Method Not Allowed","status":405}"#;

/// `application/problem+json` with `title`, `status`, and `detail` where there is one; `members` are extensions
/// (RFC 9457, 3.2) and none of [`OWN_MEMBERS`]. `type` is left out, which means `about:blank`: the title is that of
/// the status (4.2.1).
fn body(status: StatusCode, detail: Option<&str>, members: Option<&Map<String, Value>>) -> Response {
    let body = match (status, detail, members) {
        // What a client can ask for by the thousand is written already.
        (StatusCode::NOT_FOUND, None, None) => NOT_FOUND.into(),
        (StatusCode::METHOD_NOT_ALLOWED, None, None) => METHOD_NOT_ALLOWED.into(),
        _ => {
            let title = status.canonical_reason().unwrap_or("Error");
            let body = Body { title, status: status.as_u16(), detail, members };
            // As much as most have.
            let mut json = Vec::with_capacity(256);
            // Text and JSON values can always be written.
            serde_json::to_writer(&mut json, &body).map(|()| json).unwrap_or_default().into()
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM.clone());
    response
}

/// An error that [`Renderer::finish`] is to render, with the response that it has by default.
#[derive(Clone)]
struct Unrendered(Arc<ApiError>);

/// What [`Routes::render_errors`](crate::Routes::render_errors) sets.
#[derive(Clone)]
pub(crate) struct Renderer(Arc<dyn Fn(&ApiError) -> Response + Send + Sync>);

impl Renderer {
    pub(crate) fn new<R: IntoResponse>(render: impl Fn(&ApiError) -> R + Send + Sync + 'static) -> Self {
        Renderer(Arc::new(move |error| render(error).into_response()))
    }

    /// `error` as the app renders it; `default`, with the headers of the error, where the renderer panics.
    pub(crate) fn render(&self, error: &ApiError, default: Response) -> Response {
        let rendered = catch_unwind(AssertUnwindSafe(|| work::aside(|| (self.0)(error))));
        let mut response = match rendered {
            Ok(response) => response,
            Err(payload) => {
                log::panic(work::info(), &*payload);
                return default;
            }
        };
        if response.status().is_success() {
            *response.status_mut() = default.status();
        }
        // `Allow`, `Accept`, `WWW-Authenticate`: what the error says in its headers, however it looks.
        let mut headers = default.into_parts().0.headers;
        headers.remove(header::CONTENT_TYPE);
        headers.remove(header::CONTENT_LENGTH);
        // Those of the renderer win.
        headers.extend(std::mem::take(response.headers_mut()));
        *response.headers_mut() = headers;
        response
    }

    /// The response as the app renders it, when it is an error of this library.
    pub(crate) fn finish(&self, response: &mut Response) {
        if let Some(Unrendered(error)) = response.extensions_mut().remove() {
            *response = self.render(&error, std::mem::take(response));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_already_is_what_would_be_written() {
        for (status, written) in
            [(StatusCode::NOT_FOUND, NOT_FOUND), (StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED)]
        {
            let title = status.canonical_reason().expect("a reason");
            let body = Body { title, status: status.as_u16(), detail: None, members: None };
            assert_eq!(serde_json::to_string(&body).expect("JSON"), written);
        }
    }
}
