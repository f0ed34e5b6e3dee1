//! How long a handler may run: `max_duration`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::work;

/// How often a handler is asked at the most whether it still waits for the client.
const PATIENCE: Duration = Duration::from_millis(100);

/// A timer that is made when it is first asked: a handler that answers at once pays nothing for its limit. It stands while
/// the handler waits for the client.
pub(crate) struct Timer {
    left: Option<Duration>,
    running_since: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    /// Of a handler that may run for `limit`.
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Timer { left: limit, running_since: None, sleep: None }
    }

    /// Polls a handler; `None` when its time is over. Behind a pointer, so that it is compiled once for a type of answer and not
    /// for every handler.
    pub(crate) fn within<T>(
        &mut self,
        handler: Pin<&mut (dyn Future<Output = T> + Send + '_)>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<T>> {
        let (polled, waits) = work::waits_for_body(|| handler.poll(cx));
        match polled {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if waits => {
                self.stand(cx);
                Poll::Pending
            }
            Poll::Pending => self.run(cx).map(|()| None),
        }
    }

    /// Ready when the time is over.
    fn run(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(left) = self.left else { return Poll::Pending };
        if self.running_since.is_none() {
            self.running_since = Some(Instant::now());
            return self.wake_in(left, cx);
        }
        self.sleep.as_mut().map_or(Poll::Pending, |sleep| {
            // A handler that has used up what tokio lets a task do at once leaves nothing for the timer's own poll.
            if sleep.deadline() <= Instant::now() { Poll::Ready(()) } else { sleep.as_mut().poll(cx) }
        })
    }

    /// Lets the clock stand. A handler may have asked for the body once and then wait for something else: it is asked again
    /// when its time would be over.
    fn stand(&mut self, cx: &mut Context<'_>) {
        let Some(mut left) = self.left else { return };
        if let Some(since) = self.running_since.take() {
            left = left.saturating_sub(since.elapsed());
            self.left = Some(left);
        } else if let Some(sleep) = &mut self.sleep
            && sleep.as_mut().poll(cx).is_pending()
        {
            // It stands already.
            return;
        }
        if self.wake_in(left.max(PATIENCE), cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }

    fn wake_in(&mut self, time: Duration, cx: &mut Context<'_>) -> Poll<()> {
        // Where that is too far away for the clock, it never comes.
        let Some(deadline) = Instant::now().checked_add(time) else { return Poll::Pending };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        sleep.as_mut().reset(deadline);
        sleep.as_mut().poll(cx)
    }
}
