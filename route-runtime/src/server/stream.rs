//! The bytes of a connection: who comes, and who does not read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

use super::phase::Phase;

/// What carries a connection when it is no plain TCP: TLS.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// What carries a connection. Plain TCP is not boxed.
pub(super) enum Carrier {
    Tcp(TcpStream),
    Other(Box<dyn Transport>),
}

/// Calls a method of either.
macro_rules! either {
    ($carrier:expr, $method:ident($($argument:expr),*)) => {
        match $carrier {
            Carrier::Tcp(tcp) => Pin::new(tcp).$method($($argument),*),
            Carrier::Other(other) => Pin::new(other).$method($($argument),*),
        }
    };
}

/// A stream that tells when bytes come, and gives up on a client that reads nothing. An upgraded connection keeps it.
pub(super) struct Stream {
    inner: Carrier,
    phase: Arc<Phase>,
    write_stall: Duration,
    /// Runs while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
    _permit: OwnedSemaphorePermit,
}

impl Stream {
    pub(super) fn new(
        inner: Carrier,
        phase: Arc<Phase>,
        write_stall: Duration,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        Stream { inner, phase, write_stall, stalled: None, _permit: permit }
    }

    fn sent(&self, polled: &Poll<io::Result<usize>>) {
        if matches!(polled, Poll::Ready(Ok(_))) {
            self.phase.sent();
        }
    }

    fn written<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            if self.stalled.take().is_some() {
                self.phase.blocked(false);
            }
            return polled;
        }
        if self.stalled.is_none() {
            self.phase.blocked(true);
        }
        let write_stall = self.write_stall;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(write_stall)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = either!(&mut self.inner, poll_read(cx, buffer));
        if buffer.filled().len() > before {
            self.phase.received();
        }
        polled
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = either!(&mut self.inner, poll_write(cx, bytes));
        self.sent(&polled);
        self.written(polled, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = either!(&mut self.inner, poll_write_vectored(cx, slices));
        self.sent(&polled);
        self.written(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.inner {
            Carrier::Tcp(tcp) => tcp.is_write_vectored(),
            Carrier::Other(other) => other.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS has bytes of its own that wait here.
        let polled = either!(&mut self.inner, poll_flush(cx));
        self.written(polled, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = either!(&mut self.inner, poll_shutdown(cx));
        self.written(polled, cx)
    }
}
