//! What this thread works for while it polls a route.
//!
//! An answer is made of a value that knows neither its route nor the request: `ApiResponse::ok(…)`, `?` on an error. What
//! such code has to know of them stands here, in a variable of the thread, for as long as the route is polled.

use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

use axum::http::StatusCode;

use crate::entry::Entry;
use crate::hop::Hop;
use crate::info::RouteInfo;
use crate::mounted::Mounted;

/// The route that is polled, and what its request asks of the answer. Small, because each poll moves it here and back.
pub(crate) struct Work {
    pub(crate) route: Arc<Mounted>,
    /// By which way the request came, where it does not know that itself.
    pub(crate) hop: Option<Hop>,
    /// See [`aside`].
    pub(crate) is_aside: bool,
    /// GET or HEAD, of a route with `ETag`s.
    pub(crate) tags: bool,
    /// The request has an `If-None-Match`.
    pub(crate) if_none_match: bool,
    /// The body of the request was larger than its limit.
    pub(crate) body_overran: bool,
    /// The body of the request did not come in time.
    pub(crate) body_is_late: bool,
    /// The answer goes over HTTP/1, of which hyper knows which answers have no content.
    pub(crate) by_http_1: bool,
}

impl Work {
    pub(crate) fn entry(&self) -> &'static Entry {
        self.route.entry
    }

    /// The success status of the attribute.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.route.status.filter(|_| !self.is_aside)
    }

    /// An unfinished answer is no mistake.
    pub(crate) fn external_resolver(&self) -> bool {
        self.is_aside || self.route.external_resolver
    }

    /// The app renders errors itself.
    pub(crate) fn renders_errors(&self) -> bool {
        !self.is_aside && self.route.renderer.is_some()
    }
}

/// Work that is not polled now; nothing while it is.
pub(crate) struct Resting(Option<ManuallyDrop<Work>>);

impl Resting {
    pub(crate) fn new(work: Work) -> Self {
        Resting(Some(ManuallyDrop::new(work)))
    }

    pub(crate) fn route(&self) -> Option<&Arc<Mounted>> {
        self.0.as_ref().map(|work| &work.route)
    }
}

impl Drop for Resting {
    fn drop(&mut self) {
        drop(self.0.take().map(ManuallyDrop::into_inner));
    }
}

thread_local! {
    // Without a destructor: the variable costs less, and is there to the end of the thread. Nothing is lost, because it is empty
    // whenever nothing is polled.
    static WORK: RefCell<Option<ManuallyDrop<Work>>> = const { RefCell::new(None) };
    static WAITS_FOR_BODY: Cell<bool> = const { Cell::new(false) };
}

/// Looks at what the thread works for now.
pub(crate) fn with<T>(look: impl FnOnce(Option<&Work>) -> T) -> T {
    WORK.with_borrow(|work| look(work.as_deref()))
}

/// Whether the thread works for a route, and that is so.
pub(crate) fn is(what: impl FnOnce(&Work) -> bool) -> bool {
    with(|work| work.is_some_and(what))
}

/// The route that the thread works for.
pub(crate) fn info() -> Option<&'static RouteInfo> {
    with(|work| work.map(|work| work.route.info()))
}

/// Runs `f` for a route, and keeps what it learns about the request.
pub(crate) fn during<T>(work: &mut Resting, f: impl FnOnce() -> T) -> T {
    struct Restore<'w>(&'w mut Resting);
    impl Restore<'_> {
        fn swap(&mut self) {
            WORK.with_borrow_mut(|work| mem::swap(work, &mut self.0.0));
        }
    }
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            self.swap();
        }
    }
    let mut restore = Restore(work);
    restore.swap();
    f()
}

/// Runs `f` as if it stood outside of the route, but for the lines of the log.
pub(crate) fn aside<T>(f: impl FnOnce() -> T) -> T {
    let aside = |work: &Work| Work {
        route: Arc::clone(&work.route),
        hop: work.hop.clone(),
        is_aside: true,
        tags: false,
        if_none_match: false,
        ..*work
    };
    match with(|work| work.map(aside)) {
        Some(work) => during(&mut Resting::new(work), f),
        None => f(),
    }
}

/// Notes that the body of the request is larger than its limit.
pub(crate) fn body_overran() {
    note(|work| work.body_overran = true);
}

/// Notes that the body of the request did not come in time.
#[cfg(feature = "server")]
pub(crate) fn body_is_late() {
    note(|work| work.body_is_late = true);
}

fn note(what: impl FnOnce(&mut Work)) {
    WORK.with_borrow_mut(|work| {
        if let Some(work) = work.as_deref_mut() {
            what(work);
        }
    });
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
