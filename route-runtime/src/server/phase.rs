//! What a connection is about, and until when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::options::ServerOptions;

/// What a connection is about. The stream, the service and the task of a connection share one.
#[derive(Debug)]
pub(super) struct Phase(Mutex<State>);

#[derive(Debug)]
struct State {
    is: Is,
    since: Instant,
    in_flight: usize,
    /// HTTP/2, of which a byte is not the start of a request.
    is_multiplexed: bool,
    /// How many answers wait for the client to take more of them.
    waiting: usize,
    /// When it last did.
    taken: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    /// The head of a request is on its way, or nothing has come yet.
    Head,
    Busy,
    /// No request is there, but of the last answer not all is sent.
    Writing,
    Idle,
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    Idle,
    /// Its client does not go on with what it has begun.
    Slow,
}

impl Phase {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Phase(Mutex::new(State {
            is: Is::Head,
            since: now,
            in_flight: 0,
            is_multiplexed: false,
            waiting: 0,
            taken: now,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came.
    pub(super) fn received(&self) {
        let mut state = self.state();
        if state.is == Is::Idle && !state.is_multiplexed {
            state.is = Is::Head;
            state.since = Instant::now();
        }
    }

    /// All that was to be sent is.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        if state.is == Is::Writing {
            state.is = Is::Idle;
            state.since = Instant::now();
        }
    }

    /// A request is there, until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>, is_multiplexed: bool) -> InFlight {
        let mut state = self.state();
        state.is = Is::Busy;
        state.in_flight += 1;
        state.is_multiplexed |= is_multiplexed;
        drop(state);
        InFlight { phase: Arc::clone(self), waits: false }
    }

    pub(super) fn is_busy(&self) -> bool {
        matches!(self.state().is, Is::Busy | Is::Writing)
    }

    /// Ready when the connection has waited too long for its client.
    pub(super) async fn late(&self, options: &ServerOptions) -> Late {
        // A phase that begins after it was asked for can't be over sooner.
        let least = options.head.min(options.idle).min(options.write_stall);
        loop {
            let limit = {
                let state = self.state();
                match state.is {
                    // One that pauses a part of what it asked for must not lose the others.
                    Is::Busy if state.waiting > 0 => Some((options.write_stall, state.taken, Late::Slow)),
                    // The stream knows whether its client reads.
                    Is::Busy | Is::Writing => None,
                    Is::Head => Some((options.head, state.since, Late::Slow)),
                    Is::Idle => Some((options.idle, state.since, Late::Idle)),
                }
            };
            let left = match limit {
                Some((limit, since, late)) => match limit.checked_sub(since.elapsed()) {
                    None | Some(Duration::ZERO) => return late,
                    Some(left) => least.min(left),
                },
                None => least,
            };
            // A limit of nothing would spin.
            tokio::time::sleep(left.max(Duration::from_millis(1))).await;
        }
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
pub(super) struct InFlight {
    phase: Arc<Phase>,
    waits: bool,
}

impl InFlight {
    /// The client has taken what there was of the answer. `waits`: there is more, for which it has to make room.
    pub(super) fn waits(&mut self, waits: bool) {
        let mut state = self.phase.state();
        state.taken = Instant::now();
        state.waiting = state.waiting.saturating_sub(usize::from(self.waits)) + usize::from(waits);
        drop(state);
        self.waits = waits;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.phase.state();
        state.waiting = state.waiting.saturating_sub(usize::from(self.waits));
        state.in_flight = state.in_flight.saturating_sub(1);
        if state.in_flight == 0 {
            // HTTP/2 has at most a piece left, and flushes while it waits for a window.
            state.is = if state.is_multiplexed { Is::Idle } else { Is::Writing };
            state.since = Instant::now();
        }
    }
}
