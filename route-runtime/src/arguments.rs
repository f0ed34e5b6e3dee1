//! The parts of extraction that need no more than one type: path and query values, refusals.

use std::borrow::Cow;

use axum::body::HttpBody as _;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::call::TextValue;
use crate::endpoint::Mounted;
use crate::error::problem;
use crate::log;
use crate::pattern::Segment;
use crate::text::{self, TextError, decode};

/// The answer to a request that does not reach its handler. Boxed: extraction nests, and each level would hold it.
pub(crate) type Refusal = Box<Response>;

/// The value of the segment with this index of the pattern.
pub(crate) fn segment<T: TextValue>(parts: &Parts, route: &Mounted, index: usize) -> Result<T, Refusal> {
    let texts = segment_texts(parts, route, index)?;
    text::from_values(&texts).map_err(|error| bad_segment(route, index, &error))
}

/// The value of the query parameter with this index.
pub(crate) fn query<T: TextValue>(parts: &Parts, route: &Mounted, index: usize) -> Result<T, Refusal> {
    let name = route.info().query_names().get(index).copied().unwrap_or_default();
    let value = text::query_values(parts.uri.query(), name).and_then(|texts| text::from_values(&texts));
    value.map_err(|error| bad_text(route, "query parameter", name, &error))
}

fn segment_texts<'p>(parts: &'p Parts, route: &Mounted, index: usize) -> Result<Vec<Cow<'p, str>>, Refusal> {
    let raw = raw_segments(parts.uri.path()).skip(route.offset + index);
    let kind = route.info().segments().get(index);
    let texts: Result<Vec<_>, TextError> = match kind {
        Some(Segment::CatchAll(_) | Segment::OptionalCatchAll(_)) => {
            raw.map(|raw| path_text(raw).and_then(|text| dots(text, route.dot_segments))).collect()
        }
        // axum lets an empty segment be a parameter; a path like `//x` is none of this route's.
        _ => match raw.take(1).next() {
            Some("") | None => return Err(Box::new(problem(StatusCode::NOT_FOUND, None, None))),
            Some(raw) => path_text(raw).map(|text| vec![text]),
        },
    };
    texts.map_err(|error| bad_segment(route, index, &error))
}

/// The raw segments of a path: none for `/`.
pub(crate) fn raw_segments(path: &str) -> impl Iterator<Item = &str> {
    let rest = path.strip_prefix('/').unwrap_or(path);
    rest.split('/').filter(move |_| !rest.is_empty())
}

fn path_text(raw: &str) -> Result<Cow<'_, str>, TextError> {
    let text = decode(raw, false)?;
    if text.contains('\0') { Err(TextError::Nul) } else { Ok(text) }
}

fn dots(text: Cow<'_, str>, allowed: bool) -> Result<Cow<'_, str>, TextError> {
    let climbs = text == "." || text == ".." || text.contains('\\');
    if climbs && !allowed { Err(TextError::Dots) } else { Ok(text) }
}

fn bad_segment(route: &Mounted, index: usize, error: &TextError) -> Refusal {
    let name = route.info().segments().get(index).and_then(|segment| segment.name()).unwrap_or_default();
    bad_text(route, "path parameter", name, error)
}

/// 400 with what is wanted; 500 where no text could ever do.
fn bad_text(route: &Mounted, kind: &str, name: &str, error: &TextError) -> Refusal {
    if let TextError::Unsupported(_) = error {
        log::route(
            route.info(),
            format_args!("the {kind} `{name}` {error}; write a type of one value, or `Vec<…>`"),
        );
        return Box::new(problem(StatusCode::INTERNAL_SERVER_ERROR, None, None));
    }
    Box::new(problem(StatusCode::BAD_REQUEST, Some(&format!("{kind} `{name}` {error}")), None))
}

/// The answer where two arguments read the body, which the macro rules out.
pub(crate) fn body_is_gone() -> Refusal {
    Box::new(problem(StatusCode::INTERNAL_SERVER_ERROR, None, None))
}

/// The answer of an extractor that refuses. Plain text of axum's own extractors echoes input and names Rust types,
/// so it becomes a problem with the same status and headers; what a user's extractor answers passes as it is.
pub(crate) fn refusal<R: IntoResponse>(rejection: R) -> Refusal {
    let response = rejection.into_response();
    let own = std::any::type_name::<R>();
    let of_axum = ["axum::", "axum_core::", "axum_extra::"].iter().any(|krate| own.starts_with(krate));
    Box::new(if of_axum { without_echo(response) } else { response })
}

fn without_echo(response: Response) -> Response {
    let is_text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    if !is_text && !response.body().is_end_stream() {
        return response;
    }
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, _) = response.into_parts();
    let mut answer = problem(status, None, None);
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}
