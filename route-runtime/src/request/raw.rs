//! [`RawBody`]: the body unread; and what may be wrong with a body while it is read.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
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
pub struct RawBody(Body);

impl RawBody {
    pub(crate) fn new(body: Body) -> Self {
        RawBody(body)
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    ///
    /// When the body is larger than the limit or breaks off. `?` makes it the right answer in a handler that returns
    /// [`ApiError`](crate::ApiError).
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            match poll_fn(|cx| Pin::new(&mut *self).poll_frame(cx)).await {
                // Trailers are no part of the content.
                Some(frame) => {
                    if let Ok(data) = frame?.into_data() {
                        return Ok(Some(data));
                    }
                }
                None => return Ok(None),
            }
        }
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
        let polled = Pin::new(&mut self.0).poll_frame(cx);
        if polled.is_pending() {
            work::wait_for_body();
        }
        Poll::Ready(ready!(polled).map(|frame| frame.map_err(BodyError::new)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl From<RawBody> for Body {
    fn from(body: RawBody) -> Self {
        body.0
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawBody").field("size_hint", &self.size_hint()).finish_non_exhaustive()
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

fn detail(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::REQUEST_TIMEOUT => "the body did not arrive in time",
        _ => "the body broke off or is malformed",
    }
}

/// What an error says about a body, by its cause.
fn fault(error: &(dyn Error + 'static)) -> Option<StatusCode> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<BodyError>() {
            return Some(error.status);
        }
        if error.is::<LengthLimitError>() {
            return Some(StatusCode::PAYLOAD_TOO_LARGE);
        }
        next = error.source();
    }
    None
}

/// The answer to a request whose body could not be read, when that is what `error`, of the type `name`, is about.
pub(crate) fn fault_of_body(error: &(dyn Error + 'static), name: &str) -> Option<(StatusCode, String)> {
    // By its name: axum has the type only with a feature, and whoever has a value of it has the feature.
    let multipart = name == "axum::extract::multipart::MultipartError";
    let status = fault(error).or_else(|| multipart.then_some(StatusCode::BAD_REQUEST))?;
    Some((status, detail(status).to_owned()))
}
