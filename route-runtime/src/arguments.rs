//! The parts of extraction that need no more than one type: path and query values, refusals.

use std::any::Any;
use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::call::TextValue;
use crate::decode::{Texts, decode, is_broken, query_values};
use crate::entry::{Place, Validator};
use crate::error::{ApiError, bare, problem, step};
use crate::incoming::Taken;
use crate::info::RouteInfo;
use crate::log;
use crate::mounted::Mounted;
use crate::pattern::Segment;
use crate::request::{ApiRequest, body_detail};
use crate::segments::Segments;
use crate::text::{self, TextError};
use crate::work;

/// The answer to a request that does not reach its handler. Boxed: extraction nests, and each level would hold it.
pub(crate) type Refusal = Box<Response>;

/// The value of the segment with this index of the pattern.
pub(crate) fn segment<T: TextValue>(parts: &Parts, route: &Mounted, index: usize) -> Result<T, Refusal> {
    let texts = segment_texts(parts.uri.path(), route.offset, route.info().segments(), index);
    texts
        .and_then(|texts| text::from_values(texts.as_slice()))
        .map_err(|error| bad_segment(route, index, &error))
}

/// The value of the query parameter with this index.
pub(crate) fn query<T: TextValue>(parts: &Parts, route: &Mounted, index: usize) -> Result<T, Refusal> {
    let name = route.info().query_names().get(index).copied().unwrap_or_default();
    let value = query_values(parts.uri.query(), name).and_then(|texts| text::from_values(texts.as_slice()));
    value.map_err(|error| match error {
        // Of another parameter: the query is judged as a whole.
        TextError::Escape | TextError::Utf8 if !is_broken(parts.uri.query(), name) => {
            let answer = ApiError::bad_request(format!("the query string {error}"));
            Box::new(answer.into_response())
        }
        error => bad_text("query parameter", name, &error),
    })
}

/// The decoded texts of the segment with this index of a pattern that begins behind `offset` segments.
pub(crate) fn segment_texts<'p>(
    path: &'p str,
    offset: usize,
    pattern: &[Segment],
    index: usize,
) -> Result<Texts<'p>, TextError> {
    let mut texts = Segments::of(path).skip(offset + index).map(|raw| decode(raw, false));
    let Some(Segment::CatchAll(_) | Segment::OptionalCatchAll(_)) = pattern.get(index) else {
        return Ok(texts.next().transpose()?.into());
    };
    let mut all = Texts::default();
    texts.try_for_each(|text| text.map(|text| all.push(text)))?;
    Ok(all)
}

/// The answer to a path parameter that is no value of its type.
pub(crate) fn bad_segment(route: &Mounted, index: usize, error: &TextError) -> Refusal {
    let name = route.info().segments().get(index).and_then(|segment| segment.name()).unwrap_or_default();
    bad_text("path parameter", name, error)
}

/// The answer to a value of a path or a query that is none of its type; 500 where no text could ever do.
fn bad_text(kind: &str, name: &str, error: &TextError) -> Refusal {
    if let TextError::Unsupported(_) = error {
        log::report(format_args!("the {kind} `{name}` {error}; write a type of one value, or `Vec<…>`"));
        return Box::new(bare(StatusCode::INTERNAL_SERVER_ERROR));
    }
    Box::new(bad_value(kind, name, error).into_response())
}

/// 400 with what is wanted, 422 with what the type itself says.
pub(crate) fn bad_value(kind: &str, name: &str, error: &TextError) -> ApiError {
    let reason = error.to_string();
    let detail = [kind, " `", name, "` ", &reason].concat();
    let answer = match error {
        TextError::Invalid(_) => ApiError::unprocessable(detail),
        _ => ApiError::bad_request(detail),
    };
    answer.and_invalid(step(name), reason)
}

/// 422 where the value of an argument is not valid, with all that is wrong with it.
pub(crate) fn valid(info: &RouteInfo, validator: &Validator, value: &dyn Any) -> Result<(), Refusal> {
    let name = match validator.place {
        Place::Segment(index) => info.segments().get(index).and_then(|segment| segment.name()),
        Place::Query(index) => info.query_names().get(index).copied(),
        Place::Extractor => None,
    };
    let prefix = name.map(step).unwrap_or_default();
    let mistakes = (validator.check)(value).into_iter();
    let all_valid =
        ApiError::all_valid(mistakes.map(|(pointer, detail)| (format!("{prefix}{pointer}"), detail)));
    all_valid.map_err(|error| Box::new(error.into_response()))
}

/// The answer where an argument has taken what another one needs, which the macro rules out.
pub(crate) fn request_is_gone() -> Refusal {
    Box::new(bare(StatusCode::INTERNAL_SERVER_ERROR))
}

/// An [`ApiRequest`], which `T` is, of all that is left of a request.
pub(crate) fn whole_request<T: 'static>(request: &mut Taken) -> Result<T, Refusal> {
    let Some((parts, _)) = request.take() else { return Err(request_is_gone()) };
    let mut value = Some(ApiRequest::whole(parts)?);
    // One type under two names, which only `Any` can tell.
    let same = (&mut value as &mut dyn Any).downcast_mut::<Option<T>>();
    same.and_then(Option::take).ok_or_else(request_is_gone)
}

/// The answer of an extractor that refuses. Plain text of axum's own extractors echoes input and names Rust types,
/// so it becomes a problem with the same status and headers; what a user's extractor answers passes as it is.
pub(crate) fn refusal<T, R: IntoResponse>(rejection: R) -> Refusal {
    let response = rejection.into_response();
    let own = std::any::type_name::<R>();
    let of_axum = ["axum::", "axum_core::", "axum_extra::"].iter().any(|krate| own.starts_with(krate));
    // A tuple of extractors is one of axum's, and has made a response of what one of them says.
    let tuple = std::any::type_name::<T>().starts_with('(');
    Box::new(if of_axum || tuple { without_echo(response, own) } else { response })
}

fn without_echo(response: Response, rejection: &str) -> Response {
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
    let (parts, body) = response.into_parts();
    if status.is_server_error() {
        log::report(format_args!("answered {status}: {rejection}: {}", text_of(body)));
    }
    // axum takes a body that broke off for a mistake of the client's, whyever it did.
    let mut answer = if status == StatusCode::BAD_REQUEST && work::is(|work| work.body_is_late) {
        let late = StatusCode::REQUEST_TIMEOUT;
        problem(late, Some(body_detail(late)))
    } else {
        bare(status)
    };
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}

/// The text of a body that is there already, as that of a rejection is.
fn text_of(body: Body) -> String {
    let read = pin!(to_bytes(body, 4096));
    match read.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}
