//! What a route lets in and out: the limits of bodies and answers.

use std::convert::Infallible;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::{LengthLimitError, Limited};

use crate::arguments::Refusal;
use crate::config::{ResponseLimit, RouteConfig};
use crate::error::{BoxError, bare, problem};
use crate::info::RouteInfo;
use crate::log;
use crate::work;

/// 1 MiB, as in Next.js.
pub(crate) const BODY_LIMIT: u64 = 1 << 20;

/// 4 MiB, as in Next.js.
pub(crate) const RESPONSE_LIMIT: u64 = 4 << 20;

/// What axum's own extractors take at most, unless told otherwise.
const LIMIT_OF_AXUM: u64 = 2 << 20;

/// The limits of a route, the attribute's before the defaults.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// `None`: none.
    body: Option<u64>,
    /// `None`: none.
    response: Option<u64>,
    /// Whether the limit of answers counts for those whose size is not known.
    streams: Streams,
    /// Only tell.
    warns: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Streams {
    Unlimited,
    /// All but events, which go on for as long as they like.
    NoEvents,
    Limited,
}

impl Limits {
    pub(crate) fn new(attribute: RouteConfig, defaults: RouteConfig) -> Self {
        let body = |config: RouteConfig| match (config.get_body_parser(), config.get_body_limit()) {
            (_, Some(limit)) => Some(Some(limit)),
            (Some(false), None) => Some(None),
            (Some(true) | None, None) => None,
        };
        // `body_parser = true` takes back a default of `false`.
        let defaults_of_body = match attribute.get_body_parser() {
            Some(true) => defaults.body_parser(true),
            _ => defaults,
        };
        let (limit, streams) = match (attribute.get_response_limit(), defaults.get_response_limit()) {
            (Some(limit), _) => (limit, Streams::Limited),
            (None, Some(limit)) => (limit, Streams::NoEvents),
            (None, None) => (ResponseLimit::Bytes(RESPONSE_LIMIT), Streams::Unlimited),
        };
        Limits {
            body: body(attribute).or_else(|| body(defaults_of_body)).unwrap_or(Some(BODY_LIMIT)),
            response: match limit {
                ResponseLimit::Bytes(bytes) => Some(bytes),
                ResponseLimit::Warn => Some(RESPONSE_LIMIT),
                ResponseLimit::Off => None,
            },
            streams: if limit == ResponseLimit::Warn { Streams::Unlimited } else { streams },
            warns: limit == ResponseLimit::Warn,
        }
    }

    /// Sees to it that a request's body keeps to the limit; 413 where it says at once that it won't. `timed`: whether the
    /// clock of a `max_duration` has to stand while the handler waits for the body.
    pub(crate) fn admit(&self, request: &mut Request, timed: bool) -> Result<(), Refusal> {
        let size = request.body().size_hint();
        let limit = self.body.unwrap_or(u64::MAX);
        if told(&size, request.headers()) > limit {
            return Err(Box::new(problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                Some(&format!("the body must not be larger than {limit} bytes")),
            )));
        }
        let fits = size.upper().is_some_and(|size| size <= limit);
        if size.upper().is_none_or(|size| size > LIMIT_OF_AXUM) && limit > LIMIT_OF_AXUM {
            DefaultBodyLimit::disable().apply(request);
        }
        if fits && (!timed || request.body().is_end_stream()) {
            return Ok(());
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Received(Limited::new(body, limit)));
        Ok(())
    }

    /// Sees to it that an answer keeps to the limit.
    pub(crate) fn answer(&self, response: &mut Response) {
        let Some(limit) = self.response else { return };
        let size = response.body().size_hint();
        let known = told(&size, response.headers());
        if known > limit {
            return self.too_large(response, known, limit);
        }
        let limited = size.exact().is_none()
            && match self.streams {
                Streams::Unlimited => false,
                Streams::Limited => true,
                Streams::NoEvents => !is_event_stream(response),
            };
        if limited {
            let info = work::info();
            let body = std::mem::take(response.body_mut());
            *response.body_mut() = Body::new(Cut { body, left: limit, limit, info, state: State::Sending });
        }
    }

    fn too_large(&self, response: &mut Response, size: u64, limit: u64) {
        if self.warns {
            log::warn(format_args!(
                "the answer has {size} bytes, more than {limit}: routes are meant to answer quickly; `response_limit` sets \
                 the limit"
            ));
            return;
        }
        log::report(format_args!(
            "an answer of {size} bytes was not sent, because it is larger than {limit}: raise the limit with \
             `response_limit = \"…\"`, or lift it with `response_limit = false`"
        ));
        *response = bare(StatusCode::INTERNAL_SERVER_ERROR);
    }
}

/// How large a body is at least: by itself, or by its `Content-Length` where something has wrapped it.
fn told(size: &SizeHint, headers: &HeaderMap) -> u64 {
    size.exact().unwrap_or_else(|| {
        let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        size.lower().max(length.and_then(|length| length.parse().ok()).unwrap_or(0))
    })
}

fn is_event_stream(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let events = b"text/event-stream";
    content_type
        .and_then(|value| value.get(..events.len()))
        .is_some_and(|start| start.eq_ignore_ascii_case(events))
}

/// Whether an answer of this status has no content (RFC 9110, 15.3.5, 15.3.6 and 15.4.5).
pub(crate) fn has_no_content(status: StatusCode) -> bool {
    matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}

/// Takes content away, and its length. RFC 9110, 8.6: a 204 has none, and that of a 304 would be the content's.
///
/// Over HTTP/2 the size of nothing is told, though a 204 then gets a length of 0 from axum, as any of axum's does: to a layer
/// that compresses, nothing of an unknown size is worth it, and what it makes of nothing would be content, which ends the
/// stream in an error. Over HTTP/1 hyper leaves such content out.
pub(crate) fn without_content(response: &mut Response) {
    let by_http_1 = work::with(|work| work.is_none_or(|work| work.by_http_1));
    let status = response.status();
    let length_is_told = status == StatusCode::RESET_CONTENT || !by_http_1;
    let content = HttpBody::size_hint(response.body()).exact();
    *response.body_mut() = if length_is_told { Body::empty() } else { Body::new(Nothing) };
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if status == StatusCode::NOT_MODIFIED
        && !by_http_1
        && let Some(length) = content
    {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
}

/// No content, without a size that axum would tell in a header.
struct Nothing;

impl HttpBody for Nothing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

/// A body on its way to a handler: limited, and known to be waited for.
struct Received(Limited<Body>);

impl HttpBody for Received {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.0).poll_frame(cx);
        match &polled {
            Poll::Pending => work::wait_for_body(),
            Poll::Ready(Some(Err(error))) if error.is::<LengthLimitError>() => work::body_overran(),
            Poll::Ready(_) => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// An answer that is cut off where it grows over its limit.
struct Cut {
    body: Body,
    left: u64,
    limit: u64,
    info: Option<&'static RouteInfo>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Sending,
    /// Over the limit: what is written goes out first, or a client of HTTP/1 would see nothing at all.
    Flushing,
    Over,
}

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.state {
            State::Sending => {}
            State::Flushing => {
                self.state = State::Over;
                return Poll::Ready(Some(Err(OverLimit.into())));
            }
            State::Over => return Poll::Ready(None),
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            match self.left.checked_sub(data.len() as u64) {
                Some(left) => self.left = left,
                None => {
                    log::report_of(
                        self.info,
                        format_args!(
                            "a streamed answer was cut off at {} bytes: raise the limit with `response_limit = \"…\"`, or \
                             lift it with `response_limit = false`",
                            self.limit
                        ),
                    );
                    self.state = State::Flushing;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer was larger than its route allows.
#[derive(Debug)]
struct OverLimit;

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is larger than the `response_limit` of its route")
    }
}

impl std::error::Error for OverLimit {}

/// A streamed answer panicked.
#[derive(Debug)]
struct Panicked;

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stream of an answer panicked")
    }
}

impl std::error::Error for Panicked {}

/// A streamed answer whose error the log hears of: the client only sees that it breaks off.
pub(crate) struct Reported {
    body: Body,
    info: Option<&'static RouteInfo>,
    /// An error that waits until what is written before it has gone out, as in [`State::Flushing`].
    error: Option<axum::Error>,
}

impl Reported {
    pub(crate) fn new(body: Body, info: Option<&'static RouteInfo>) -> Self {
        Reported { body, info, error: None }
    }
}

impl HttpBody for Reported {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let error = match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.body).poll_frame(cx))) {
            Ok(polled) => match ready!(polled) {
                Some(Err(error)) => {
                    let cause = log::Chain(&error);
                    log::report_of(self.info, format_args!("a streamed answer broke off: {cause}"));
                    error
                }
                frame => return Poll::Ready(frame),
            },
            Err(payload) => {
                log::panic(self.info, &*payload);
                self.body = Body::empty();
                axum::Error::new(Panicked)
            }
        };
        self.error = Some(error);
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
