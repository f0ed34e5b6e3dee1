//! Bodies under the eyes of the server: of requests, which must come in time; of answers, which are a request's end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep_until};

use super::options::ServerOptions;
use super::phase::InFlight;
use crate::work;

/// The body of a request, which must come in time.
pub(super) struct Timely {
    inner: Incoming,
    time: Duration,
    rate: u64,
    received: u64,
    /// How long the client was waited for. The time in which nobody reads is not its own.
    waited: Duration,
    /// Since when it is.
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Timely {
    pub(super) fn new(inner: Incoming, options: &ServerOptions) -> Self {
        Timely {
            inner,
            time: options.body,
            rate: options.body_rate,
            received: 0,
            waited: Duration::ZERO,
            since: None,
            timer: None,
        }
    }

    fn deadline(&mut self) -> Instant {
        let for_bytes = self.received.checked_div(self.rate).map(Duration::from_secs).unwrap_or_default();
        let far = Duration::from_secs(24 * 60 * 60);
        let since = *self.since.get_or_insert_with(Instant::now);
        since + self.time.saturating_add(for_bytes).min(far).saturating_sub(self.waited)
    }
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.waited += this.since.take().map(|since| since.elapsed()).unwrap_or_default();
                let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                this.received += data.map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending => {
                let deadline = this.deadline();
                let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
                if timer.deadline() != deadline {
                    timer.as_mut().reset(deadline);
                }
                match timer.as_mut().poll(cx) {
                    Poll::Ready(()) => {
                        work::body_is_late();
                        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
                    }
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.inner)
    }
}

/// How much of an answer is given to HTTP/2 at once. That the next piece is not asked for then means that its client has taken
/// less than that since, and not that a large piece is on a slow line.
pub(super) const PIECE: usize = 64 * 1024;

/// The body of an answer. When it is gone, so is the request.
///
/// A client of HTTP/1 that does not read is seen by the stream. One of HTTP/2 may read all that comes and still take no
/// answer, by leaving no window for it: its body is then not polled.
pub(super) struct Last {
    inner: Body,
    request: Option<InFlight>,
    is_multiplexed: bool,
    /// What is left of a large piece.
    rest: Bytes,
}

impl Last {
    pub(super) fn new(inner: Body, mut request: Option<InFlight>, is_multiplexed: bool) -> Self {
        if let (Some(request), true) = (&mut request, is_multiplexed) {
            request.waits(true);
        }
        Last { inner, request, is_multiplexed, rest: Bytes::new() }
    }
}

impl HttpBody for Last {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if !this.is_multiplexed {
            return Pin::new(&mut this.inner).poll_frame(cx);
        }
        let mut polled = match std::mem::take(&mut this.rest) {
            none if none.is_empty() => Pin::new(&mut this.inner).poll_frame(cx),
            rest => Poll::Ready(Some(Ok(Frame::data(rest)))),
        };
        if let Poll::Ready(Some(Ok(frame))) = &mut polled
            && let Some(data) = frame.data_mut()
            && data.len() > PIECE
        {
            this.rest = data.split_off(PIECE);
        }
        if let Some(request) = &mut this.request {
            request.waits(matches!(polled, Poll::Ready(Some(Ok(_)))));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let inner = HttpBody::size_hint(&self.inner);
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(rest));
        if let Some(upper) = inner.upper().and_then(|upper| upper.checked_add(rest)) {
            hint.set_upper(upper);
        }
        hint
    }
}
