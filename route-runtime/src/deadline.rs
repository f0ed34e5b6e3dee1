//! How long a handler may run: `max_duration`.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::work;

/// Runs a future for at most `limit`; `None` when that was too short. Behind a pointer, so that it is compiled once
/// for a type of answer and not for every handler.
pub(crate) async fn within<T>(
    limit: Option<Duration>,
    mut future: Pin<&mut (dyn Future<Output = T> + Send)>,
) -> Option<T> {
    let mut timer = Timer { left: limit, running_since: None, sleep: None };
    poll_fn(|cx| {
        work::waited_for_body();
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if work::waited_for_body() => {
                timer.stop();
                Poll::Pending
            }
            Poll::Pending => timer.poll(cx).map(|()| None),
        }
    })
    .await
}

/// A timer that is made when it is first asked: a handler that answers at once pays nothing for its limit. It stands while
/// the handler waits for the client.
struct Timer {
    left: Option<Duration>,
    running_since: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(left) = self.left else { return Poll::Pending };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(left)));
        if self.running_since.is_none() {
            let now = Instant::now();
            self.running_since = Some(now);
            // Where that is too far away for the clock, it never ends.
            let Some(deadline) = now.checked_add(left) else { return Poll::Pending };
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(cx)
    }

    fn stop(&mut self) {
        if let (Some(since), Some(left)) = (self.running_since.take(), &mut self.left) {
            *left = left.saturating_sub(since.elapsed());
        }
    }
}
