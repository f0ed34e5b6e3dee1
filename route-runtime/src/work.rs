//! What this thread works for while it polls a route.
//!
//! An answer is made of a value that knows neither its route nor the request: `ApiResponse::ok(…)`, `?` on an error. What
//! such code has to know of them stands here, in a variable of the thread, for as long as the route is polled.

use std::cell::Cell;

use axum::http::StatusCode;

use crate::entry::Entry;
use crate::hop::Hop;
use crate::info::RouteInfo;

/// The route that is polled, and what its request asks of the answer.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    pub(crate) entry: &'static Entry,
    /// How many segments a base path puts before those of the pattern.
    pub(crate) offset: usize,
    /// GET or HEAD, of a route with `ETag`s.
    pub(crate) tags: bool,
    /// The request has an `If-None-Match`.
    pub(crate) if_none_match: bool,
    /// The success status of the attribute.
    pub(crate) status: Option<StatusCode>,
    /// An unfinished answer is no mistake.
    pub(crate) external_resolver: bool,
    /// The app renders errors itself.
    pub(crate) renders_errors: bool,
    /// The body of the request was larger than its limit.
    pub(crate) body_overran: bool,
    /// The body of the request did not come in time.
    pub(crate) body_is_late: bool,
    /// The answer goes over HTTP/1, of which hyper knows which answers have no content.
    pub(crate) by_http_1: bool,
    /// By which way the request came, where it does not know that itself.
    pub(crate) hop: Option<Hop>,
}

impl Work {
    pub(crate) fn info(self) -> &'static RouteInfo {
        &self.entry.info
    }
}

thread_local! {
    static WORK: Cell<Option<Work>> = const { Cell::new(None) };
    static WAITS_FOR_BODY: Cell<bool> = const { Cell::new(false) };
}

/// What the thread works for now.
pub(crate) fn current() -> Option<Work> {
    WORK.get()
}

/// Runs `f` for a route, and keeps what it learns about the request.
pub(crate) fn during<T>(work: &mut Work, f: impl FnOnce() -> T) -> T {
    struct Restore<'w>(Option<Work>, &'w mut Work);
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            if let Some(work) = WORK.replace(self.0) {
                *self.1 = work;
            }
        }
    }
    let _restore = Restore(WORK.replace(Some(*work)), work);
    f()
}

/// Runs `f` as if it stood outside of the route, but for the lines of the log.
pub(crate) fn aside<T>(f: impl FnOnce() -> T) -> T {
    let Some(work) = WORK.get() else { return f() };
    let mut aside = Work {
        tags: false,
        if_none_match: false,
        status: None,
        external_resolver: true,
        renders_errors: false,
        ..work
    };
    during(&mut aside, f)
}

/// Notes that the body of the request is larger than its limit.
pub(crate) fn body_overran() {
    if let Some(work) = WORK.get() {
        WORK.set(Some(Work { body_overran: true, ..work }));
    }
}

/// Notes that the body of the request did not come in time.
#[cfg(feature = "server")]
pub(crate) fn body_is_late() {
    if let Some(work) = WORK.get() {
        WORK.set(Some(Work { body_is_late: true, ..work }));
    }
}

/// A request's body has nothing yet: while its handler waits for the client, the clock of `max_duration` stands.
pub(crate) fn wait_for_body() {
    WAITS_FOR_BODY.set(true);
}

/// Whether [`wait_for_body`] is called while `f` runs. What runs around it hears of it too.
pub(crate) fn waits_for_body<T>(f: impl FnOnce() -> T) -> (T, bool) {
    let before = WAITS_FOR_BODY.replace(false);
    let value = f();
    let waits = WAITS_FOR_BODY.get();
    WAITS_FOR_BODY.set(before || waits);
    (value, waits)
}
