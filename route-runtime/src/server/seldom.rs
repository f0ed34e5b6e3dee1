//! A future beside a busy one on the same task.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Wake, Waker};

/// Whether its future has something new, and the task that is told.
struct Bell {
    has_rung: AtomicBool,
    task: Waker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}

/// `future`, which is polled when it was woken itself, and not whenever its task is: a deadline that is still far away costs a
/// request nothing.
pub(super) async fn seldom<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    let mut bell: Option<(Arc<Bell>, Waker)> = None;
    poll_fn(|cx| {
        let known = bell.take().filter(|(bell, _)| bell.task.will_wake(cx.waker()));
        let is_known = known.is_some();
        let (is, waker) = bell.insert(known.unwrap_or_else(|| {
            let bell = Arc::new(Bell { has_rung: AtomicBool::new(false), task: cx.waker().clone() });
            (Arc::clone(&bell), Waker::from(bell))
        }));
        // Before the poll, so that what rings in it is heard by the next one.
        if !is.has_rung.swap(false, Ordering::AcqRel) && is_known {
            return Poll::Pending;
        }
        future.as_mut().poll(&mut std::task::Context::from_waker(waker))
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::Context;

    use tokio::sync::Notify;

    use super::*;

    /// A waker that leaves a mark.
    #[derive(Default)]
    struct Mark(AtomicBool);

    impl Wake for Mark {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[test]
    fn it_is_polled_when_it_was_woken_and_by_a_task_that_is_new_to_it() {
        let (polls, notify) = (Cell::new(0), Notify::new());
        let mut notified = pin!(notify.notified());
        let counted = pin!(poll_fn(|cx| {
            polls.set(polls.get() + 1);
            notified.as_mut().poll(cx)
        }));
        let mut seldom = pin!(seldom(counted));
        let (first, second) = (Arc::new(Mark::default()), Arc::new(Mark::default()));
        for (mark, polled) in [(&first, 1), (&first, 1), (&second, 2), (&second, 2)] {
            let waker = Waker::from(Arc::clone(mark));
            assert!(seldom.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            assert_eq!(polls.get(), polled);
        }
        notify.notify_waiters();
        let told = |mark: &Mark| mark.0.load(Ordering::SeqCst);
        assert_eq!((told(&first), told(&second)), (false, true), "the task that asked last is told");
        let waker = Waker::from(second);
        assert!(seldom.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
        assert_eq!(polls.get(), 3);
    }

    #[test]
    fn what_wakes_itself_while_it_is_polled_is_polled_again() {
        let polls = Cell::new(0);
        let yielding = pin!(poll_fn(|cx| {
            polls.set(polls.get() + 1);
            cx.waker().wake_by_ref();
            if polls.get() < 3 { Poll::Pending } else { Poll::Ready(()) }
        }));
        let mut seldom = pin!(seldom(yielding));
        let waker = Waker::from(Arc::new(Mark::default()));
        let mut cx = Context::from_waker(&waker);
        assert!(seldom.as_mut().poll(&mut cx).is_pending());
        assert!(seldom.as_mut().poll(&mut cx).is_pending());
        assert!(seldom.as_mut().poll(&mut cx).is_ready());
    }
}
