//! What clients must not see goes to `tracing`, and to standard error where nobody listens to `tracing`.

use std::any::Any;
use std::fmt;

use axum::http::StatusCode;

use crate::info::{Located, RouteInfo};

/// The cause of an error answer, with everything behind it.
pub(crate) fn cause(status: StatusCode, error: &(dyn std::error::Error + 'static)) {
    report(format_args!("answered {status}: {}", Chain(error)));
}

/// A mistake in a handler or its declaration that only a request showed.
pub(crate) fn route(info: &RouteInfo, message: fmt::Arguments<'_>) {
    report(format_args!("{} {}: {message} ({})", info.methods(), info.pattern(), Located(info)));
}

/// A mistake that no route is known for.
pub(crate) fn plain(message: fmt::Arguments<'_>) {
    report(message);
}

/// A panic of a handler. The panic hook has printed it already where nobody listens.
pub(crate) fn panic(info: &RouteInfo, payload: &(dyn Any + Send)) {
    let message = payload.downcast_ref::<&str>().copied();
    let message =
        message.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    tracing::error!(
        "{} {}: panicked: {} ({})",
        info.methods(),
        info.pattern(),
        Escaped(message),
        Located(info)
    );
}

fn report(message: fmt::Arguments<'_>) {
    let message = message.to_string();
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{}", Escaped(&message));
    } else {
        eprintln!("ERROR {}", Escaped(&message));
    }
}

/// Control characters as escapes: a client's text can't forge a line of the log.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.chars().try_for_each(|c| {
            if c.is_control() { write!(f, "{}", c.escape_default()) } else { f.write_char(c) }
        })
    }
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
