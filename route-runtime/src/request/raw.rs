//! [`RawBody`]: the body unread; and what may be wrong with a body while it is read.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use http_body_util::LengthLimitError;

use crate::error::BoxError;
use crate::work;

/// The body of an [`ApiRequest<RawBody>`](crate::ApiRequest), unread.
///
/// It comes in chunks as the client sends them, under the `body_limit` of the route; `body_parser = false` lifts the limit.
/// While a handler waits for the client, the clock of its `max_duration` stands. It is an [`http_body::Body`] and turns
/// into an [`axum::body::Body`].
///
/// ```
/// use route_runtime::{post, ApiError, ApiRequest, RawBody};
///
/// #[post("/count", body_parser = false)]
/// async fn count(req: ApiRequest<RawBody>) -> Result<String, ApiError> {
///     let mut body = req.into_body();
///     let mut bytes = 0;
///     while let Some(chunk) = body.chunk().await? {
///         bytes += chunk.len();
///     }
///     Ok(bytes.to_string())
/// }
/// ```
pub struct RawBody(
    /// Never locked but to be asked for its size: a body is no `Sync`, and a request that is borrowed has to be.
    Mutex<Body>,
);

impl RawBody {
    pub(crate) fn new(body: Body) -> Self {
        RawBody(Mutex::new(body))
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the body is larger than the limit or breaks off. `?` makes it the right answer in a handler that returns
    /// [`ApiError`](crate::ApiError).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BodyError> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await.transpose()
    }

    /// All bytes. Without a limit on the body there is none on memory either.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk).
    pub async fn bytes(self) -> Result<Bytes, BodyError> {
        http_body_util::BodyExt::collect(self).await.map(http_body_util::Collected::to_bytes)
    }
}

impl HttpBody for RawBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let body = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        let polled = Pin::new(body).poll_frame(cx);
        if polled.is_pending() {
            work::wait_for_body();
        }
        Poll::Ready(ready!(polled).map(|frame| frame.map_err(BodyError::new)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

/// The chunks, as of [`RawBody::chunk`]: `ApiResponse::stream` takes them as they are.
impl Stream for RawBody {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.as_mut().poll_frame(cx)) {
                // Trailers are no part of the content.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl From<RawBody> for Body {
    fn from(body: RawBody) -> Self {
        body.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawBody").field("size_hint", &HttpBody::size_hint(self)).finish_non_exhaustive()
    }
}

/// Why a body could not be read to its end.
#[derive(Debug)]
pub struct BodyError {
    status: StatusCode,
    source: BoxError,
}

impl BodyError {
    pub(crate) fn new(source: axum::Error) -> Self {
        let source = source.into_inner();
        let status = fault(&*source).unwrap_or(StatusCode::BAD_REQUEST);
        BodyError { status, source }
    }

    /// 413 when it is larger than the limit, 408 when it came too late, 400 when it broke off or is no valid message.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(detail(self.status))
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// What a client is told of a body that is refused with a status.
pub(crate) fn detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::REQUEST_TIMEOUT => "the body did not arrive in time",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body has another `content-type` than this route takes",
        StatusCode::UNPROCESSABLE_ENTITY => "the body has another shape than this route takes",
        _ => "the body broke off or is malformed",
    }
}

/// What an error says about a body, by its cause.
fn fault(error: &(dyn Error + 'static)) -> Option<StatusCode> {
    causes(error).find_map(|error| {
        let late =
            || error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
        if error.is::<LengthLimitError>() {
            Some(StatusCode::PAYLOAD_TOO_LARGE)
        } else {
            late().then_some(StatusCode::REQUEST_TIMEOUT)
        }
    })
}

/// An error and what is behind it.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// The answer to a request whose body could not be read, when that is what `error`, of the type `name`, is about. An error
/// with the same cause may be about another body, of an upstream for one, and is none of the client's.
pub(crate) fn fault_of_body(error: &(dyn Error + 'static), name: &str) -> Option<(StatusCode, &'static str)> {
    let status = status_of(error, name)?;
    Some((status, detail(status)))
}

fn status_of(error: &(dyn Error + 'static), name: &str) -> Option<StatusCode> {
    if let Some(error) = causes(error).find_map(|error| error.downcast_ref::<BodyError>()) {
        return Some(error.status);
    }
    let is_limit = causes(error).any(<dyn Error>::is::<LengthLimitError>);
    if is_limit && work::is(|work| work.body_overran) {
        return Some(StatusCode::PAYLOAD_TOO_LARGE);
    }
    // By their names: axum has most of these types only with a feature, and whoever has a value of one has the feature.
    let of_axum = ["axum::", "axum_core::"].iter().any(|krate| name.starts_with(krate));
    match name.rsplit("::").next().filter(|_| of_axum)? {
        "MultipartError" if is_limit => Some(StatusCode::PAYLOAD_TOO_LARGE),
        "MultipartError" => Some(StatusCode::BAD_REQUEST),
        "BytesRejection" | "StringRejection" | "JsonRejection" | "FormRejection" | "RawFormRejection" => {
            Some(rejected(&error.to_string()))
        }
        _ => None,
    }
}

/// The status that axum gives a rejection, by how its text begins.
fn rejected(text: &str) -> StatusCode {
    let starts = |start: &[&str]| start.iter().any(|start| text.starts_with(start));
    // The limit is a cause that these keep to themselves.
    if starts(&["Failed to buffer the request body"]) && text.ends_with("length limit exceeded") {
        StatusCode::PAYLOAD_TOO_LARGE
    } else if starts(&["Expected request with `Content-Type", "Form requests must have `Content-Type"]) {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    } else if starts(&["Failed to deserialize the JSON body", "Failed to deserialize form body"]) {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::BAD_REQUEST
    }
}
