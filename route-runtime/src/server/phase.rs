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
    /// Bytes are left that the system does not take now. The stream knows for how long.
    is_blocked: bool,
    /// When the system last took some.
    sent: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    /// The head of a request is on its way, or nothing has come yet.
    Head,
    Busy,
    /// No request is there. Of the last answers some may still be on its way.
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
            is_blocked: false,
            sent: now,
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

    /// The system took bytes.
    pub(super) fn sent(&self) {
        let mut state = self.state();
        // What HTTP/1 has left of an answer waits for nothing but the system.
        if state.is_multiplexed {
            state.sent = Instant::now();
        }
    }

    /// The system takes no more bytes for now, or takes some again.
    pub(super) fn blocked(&self, is_blocked: bool) {
        let mut state = self.state();
        state.is_blocked = is_blocked;
        if state.is != Is::Busy {
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

    /// Ready when a connection that is to end has nothing left to send, or a client that does not take it. `time`: how long one
    /// of HTTP/2 may send nothing, while its client makes no room.
    pub(super) async fn finished(&self, options: &ServerOptions, time: Duration) {
        loop {
            tokio::time::sleep(time).await;
            let is_slow =
                self.limit(options).is_some_and(|(left, late)| left.is_zero() && late == Late::Slow);
            let state = self.state();
            let is_sending = state.is_blocked || state.is == Is::Busy || state.sent.elapsed() < time;
            if is_slow || !is_sending {
                return;
            }
        }
    }

    /// Ready when the connection has waited too long for its client.
    pub(super) async fn late(&self, options: &ServerOptions) -> Late {
        // A phase that begins after it was asked for can't be over sooner.
        let least = options.head.min(options.idle).min(options.write_stall);
        loop {
            let left = match self.limit(options) {
                Some((Duration::ZERO, late)) => return late,
                Some((left, _)) => least.min(left),
                None => least,
            };
            // A limit of nothing would spin.
            tokio::time::sleep(left.max(Duration::from_millis(1))).await;
        }
    }

    /// How much time the client has left, and what it is when it is over.
    fn limit(&self, options: &ServerOptions) -> Option<(Duration, Late)> {
        let state = self.state();
        let (limit, since, late) = match state.is {
            // One that pauses a part of what it asked for must not lose the others.
            Is::Busy if state.waiting > 0 => (options.write_stall, state.taken, Late::Slow),
            Is::Busy => return None,
            _ if state.is_blocked => return None,
            Is::Head => (options.head, state.since, Late::Slow),
            Is::Idle => (options.idle, state.since.max(state.sent), Late::Idle),
        };
        Some((limit.saturating_sub(since.elapsed()), late))
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
            state.is = Is::Idle;
            state.since = Instant::now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// 10 s for a head, 20 s without a request, 5 s for a client that takes nothing.
    fn options() -> ServerOptions {
        ServerOptions::new().head(10 * SECOND).idle(20 * SECOND).write_stall(5 * SECOND)
    }

    /// The seconds that are left, and what it is when they are over.
    fn left(phase: &Phase) -> Option<(u64, Late)> {
        phase.limit(&options()).map(|(left, late)| (left.as_secs(), late))
    }

    async fn pass(seconds: u32) {
        tokio::time::advance(seconds * SECOND).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_busy_until_its_last_request_is_answered() {
        let phase = Arc::new(Phase::new());
        assert_eq!(left(&phase), Some((10, Late::Slow)));
        pass(4).await;
        assert_eq!(left(&phase), Some((6, Late::Slow)));
        let (first, second) = (phase.begin(true), phase.begin(true));
        pass(60).await;
        assert_eq!(left(&phase), None);
        drop(first);
        assert_eq!(left(&phase), None);
        drop(second);
        assert_eq!(left(&phase), Some((20, Late::Idle)));
        pass(30).await;
        assert_eq!(left(&phase), Some((0, Late::Idle)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_begins_a_request_of_http_1_only() {
        for (is_multiplexed, wanted) in [(false, (10, Late::Slow)), (true, (13, Late::Idle))] {
            let phase = Arc::new(Phase::new());
            drop(phase.begin(is_multiplexed));
            pass(7).await;
            phase.received();
            assert_eq!(left(&phase), Some(wanted));
            // A request more does not change the protocol.
            drop(phase.begin(is_multiplexed));
            pass(7).await;
            phase.received();
            assert_eq!(left(&phase), Some(wanted));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_to_make_room_has_its_time_for_it() {
        let phase = Arc::new(Phase::new());
        let (mut first, mut second) = (phase.begin(true), phase.begin(true));
        pass(60).await;
        first.waits(true);
        assert_eq!(left(&phase), Some((5, Late::Slow)));
        pass(3).await;
        assert_eq!(left(&phase), Some((2, Late::Slow)));
        // Whichever answer it takes of.
        second.waits(true);
        assert_eq!(left(&phase), Some((5, Late::Slow)));
        second.waits(false);
        first.waits(true);
        pass(5).await;
        assert_eq!(left(&phase), Some((0, Late::Slow)));
        drop(first);
        assert_eq!(left(&phase), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_with_bytes_left_is_not_idle() {
        let phase = Arc::new(Phase::new());
        drop(phase.begin(false));
        phase.blocked(true);
        pass(60).await;
        assert_eq!(left(&phase), None);
        phase.blocked(false);
        assert_eq!(left(&phase), Some((20, Late::Idle)));
        // What the system takes at once counts where answers are in pieces.
        for (is_multiplexed, wanted) in [(false, 13), (true, 20)] {
            let phase = Arc::new(Phase::new());
            drop(phase.begin(is_multiplexed));
            pass(7).await;
            phase.sent();
            assert_eq!(left(&phase), Some((wanted, Late::Idle)));
        }
    }

    /// How many seconds it takes until a connection that is to end may be cut.
    async fn finished(phase: &Phase) -> Option<u64> {
        let start = Instant::now();
        let time = tokio::time::timeout(100 * SECOND, phase.finished(&options(), 2 * SECOND)).await;
        time.ok().map(|()| start.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_is_to_end_sends_what_it_has() {
        let phase = Arc::new(Phase::new());
        pass(60).await;
        assert_eq!(finished(&phase).await, Some(2));
        phase.blocked(true);
        assert_eq!(finished(&phase).await, None);
        phase.blocked(false);
        let mut request = phase.begin(true);
        assert_eq!(finished(&phase).await, None);
        // 5 s for the client, which is asked about every 2 s.
        request.waits(true);
        assert_eq!(finished(&phase).await, Some(6));
        drop(request);
        phase.sent();
        pass(1).await;
        assert_eq!(finished(&phase).await, Some(2));
        phase.sent();
        let (ended, ()) = tokio::join!(finished(&phase), async {
            tokio::time::sleep(SECOND).await;
            phase.sent();
        });
        assert_eq!(ended, Some(4));
    }
}
