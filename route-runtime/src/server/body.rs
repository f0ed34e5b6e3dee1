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
    start: Instant,
    time: Duration,
    rate: u64,
    received: u64,
    /// Runs from the first time that the client is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Timely {
    pub(super) fn new(inner: Incoming, options: &ServerOptions) -> Self {
        Timely {
            inner,
            start: Instant::now(),
            time: options.body,
            rate: options.body_rate,
            received: 0,
            timer: None,
        }
    }

    fn deadline(&self) -> Instant {
        let for_bytes = self.received.checked_div(self.rate).map(Duration::from_secs).unwrap_or_default();
        let far = Duration::from_secs(24 * 60 * 60);
        self.start + self.time.saturating_add(for_bytes).min(far)
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

/// The body of an answer. When it is gone, so is the request.
pub(super) struct Last {
    inner: Body,
    _request: Option<InFlight>,
}

impl Last {
    pub(super) fn new(inner: Body, request: Option<InFlight>) -> Self {
        Last { inner, _request: request }
    }
}

impl HttpBody for Last {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.inner)
    }
}
