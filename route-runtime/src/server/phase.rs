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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    /// The head of a request is on its way, or nothing has come yet.
    Head,
    Busy,
    Idle,
}

/// Why a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    Head,
    Idle,
}

impl Phase {
    pub(super) fn new() -> Self {
        Phase(Mutex::new(State { is: Is::Head, since: Instant::now(), in_flight: 0, is_multiplexed: false }))
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

    /// A request is there, until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>, is_multiplexed: bool) -> InFlight {
        let mut state = self.state();
        state.is = Is::Busy;
        state.in_flight += 1;
        state.is_multiplexed |= is_multiplexed;
        drop(state);
        InFlight(Arc::clone(self))
    }

    pub(super) fn is_busy(&self) -> bool {
        self.state().is == Is::Busy
    }

    /// Ready when the connection has waited too long for its client.
    pub(super) async fn late(&self, options: &ServerOptions) -> Late {
        // A phase that begins after it was asked for can't be over sooner.
        let least = options.head.min(options.idle);
        loop {
            let (is, since) = {
                let state = self.state();
                (state.is, state.since)
            };
            let (limit, late) = match is {
                Is::Busy => (None, Late::Idle),
                Is::Head => (Some(options.head), Late::Head),
                Is::Idle => (Some(options.idle), Late::Idle),
            };
            let waited = since.elapsed();
            let left = match limit {
                Some(limit) if waited >= limit => return late,
                Some(limit) => least.min(limit.saturating_sub(waited)),
                None => least,
            };
            // A limit of nothing would spin.
            tokio::time::sleep(left.max(Duration::from_millis(1))).await;
        }
    }
}

/// A request that is not answered yet.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Phase>);

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        if state.in_flight == 0 {
            state.is = Is::Idle;
            state.since = Instant::now();
        }
    }
}
