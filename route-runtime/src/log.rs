//! What clients must not see goes to `tracing`, and to standard error where nobody listens to `tracing`.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::io::Write as _;

use axum::http::StatusCode;

use crate::info::RouteInfo;

thread_local! {
    /// The route that this thread works for, so that every line can say where it comes from.
    static ROUTE: Cell<Option<&'static RouteInfo>> = const { Cell::new(None) };
}

/// Runs `work` for a route: what is reported meanwhile names it.
pub(crate) fn working_for<T>(route: &'static RouteInfo, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<&'static RouteInfo>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ROUTE.set(self.0);
        }
    }
    let _restore = Restore(ROUTE.replace(Some(route)));
    work()
}

/// The cause of an error answer, with everything behind it.
pub(crate) fn cause(status: StatusCode, error: &(dyn std::error::Error + 'static)) {
    report(format_args!("answered {status}: {}", Chain(error)));
}

/// A panic of a handler. The panic hook has printed it already where nobody listens.
pub(crate) fn panic(info: &'static RouteInfo, payload: &(dyn Any + Send)) {
    let message = payload.downcast_ref::<&str>().copied();
    let message =
        message.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let line = working_for(info, || line(format_args!("panicked: {message}")));
    tracing::error!("{line}");
}

/// Something that the developer has to know.
pub(crate) fn report(message: fmt::Arguments<'_>) {
    let line = line(message);
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{line}");
    } else {
        // Where standard error is closed, there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "ERROR {line}");
    }
}

/// One line: control characters are escaped, so that a client's text can't forge another.
fn line(message: fmt::Arguments<'_>) -> String {
    let mut line = String::new();
    for c in message.to_string().chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    if let Some(info) = ROUTE.get() {
        let place = format!(" [{} {}, {}:{}]", info.methods(), info.pattern(), info.file(), info.line());
        line.push_str(&place);
    }
    line
}

/// An error and its sources, from the outside in.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
