//! What clients must not see goes to `tracing`, and to standard error where nobody listens to `tracing`.

use std::any::Any;
use std::fmt;
use std::io::Write as _;

use axum::http::StatusCode;

use crate::info::RouteInfo;
use crate::work;

/// The cause of an error answer, with everything behind it.
pub(crate) fn cause(status: StatusCode, error: &(dyn std::error::Error + 'static)) {
    report(format_args!("answered {status}: {}", Chain(error)));
}

/// A panic of a handler. The panic hook has printed it already where nobody listens.
pub(crate) fn panic(info: Option<&'static RouteInfo>, payload: &(dyn Any + Send)) {
    let message = payload.downcast_ref::<&str>().copied();
    let message =
        message.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let line = line(format_args!("panicked: {message}"), info);
    tracing::error!("{line}");
}

/// Something that the developer has to know. The line names the route that the thread works for.
pub(crate) fn report(message: fmt::Arguments<'_>) {
    report_of(work::info(), message);
}

/// Something that the developer may want to know.
pub(crate) fn warn(message: fmt::Arguments<'_>) {
    let line = line(message, work::info());
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{line}");
    } else {
        let _ = writeln!(std::io::stderr(), "WARN {line}");
    }
}

/// Something that only who looks for a mistake wants to know.
#[cfg(feature = "server")]
pub(crate) fn debug(message: fmt::Arguments<'_>) {
    if tracing::enabled!(tracing::Level::DEBUG) {
        tracing::debug!("{}", line(message, work::info()));
    }
}

/// [`report`], of a route that is not polled any more.
pub(crate) fn report_of(info: Option<&'static RouteInfo>, message: fmt::Arguments<'_>) {
    let line = line(message, info);
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{line}");
    } else {
        // Where standard error is closed, there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "ERROR {line}");
    }
}

/// One line: control characters are escaped, so that a client's text can't forge another.
fn line(message: fmt::Arguments<'_>, info: Option<&'static RouteInfo>) -> String {
    let mut line = String::new();
    for c in message.to_string().chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    if let Some(info) = info {
        let place = format!(" [{} {}, {}:{}]", info.methods(), info.pattern(), info.file(), info.line());
        line.push_str(&place);
    }
    line
}

/// An error and its sources, from the outside in; once where a wrapper says the same as what it wraps.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.0.to_string();
        f.write_str(&last)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            let text = error.to_string();
            if text != last {
                write!(f, ": {text}")?;
            }
            last = text;
            source = error.source();
        }
        Ok(())
    }
}
