//! Per-route configuration: what the keys of the attribute and [`Routes::defaults`](crate::Routes::defaults) set.

use std::time::Duration;

/// The largest answer that a route may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseLimit {
    /// At most this many bytes, inclusive. A larger answer of known size becomes a 500 problem before a byte is sent; a
    /// stream is cut off there, so that the client sees that it is not whole.
    Bytes(u64),
    /// 4 MiB, of which only the log hears: what Next.js does.
    Warn,
    /// No limit.
    Off,
}

/// The configuration of a route. What is not set is `None` and falls back: attribute, then
/// [`Routes::defaults`](crate::Routes::defaults), then the default of the library.
///
/// ```
/// use route_runtime::RouteConfig;
/// use std::time::Duration;
///
/// let config = RouteConfig::new().max_duration(Duration::from_secs(10));
/// assert_eq!(config.get_max_duration(), Some(Some(Duration::from_secs(10))));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RouteConfig {
    body_parser: Option<bool>,
    body_limit: Option<u64>,
    response_limit: Option<ResponseLimit>,
    external_resolver: Option<bool>,
    max_duration: Option<Option<Duration>>,
    dot_segments: Option<bool>,
    etag: Option<bool>,
}

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident, $get:ident: $ty:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(mut self, value: $ty) -> Self {
            self.$name = Some(value);
            self
        }

        #[doc = concat!("What was set by [`", stringify!($name), "`](Self::", stringify!($name), "), if anything.")]
        #[must_use]
        pub const fn $get(&self) -> Option<$ty> {
            self.$name
        }
    )*};
}

impl RouteConfig {
    /// Nothing set.
    #[must_use]
    pub const fn new() -> Self {
        RouteConfig {
            body_parser: None,
            body_limit: None,
            response_limit: None,
            external_resolver: None,
            max_duration: None,
            dot_segments: None,
            etag: None,
        }
    }

    settings! {
        /// `body_parser = false`: the body reaches the handler without a limit, whatever argument reads it. Default: true.
        body_parser, get_body_parser: bool;
        /// `body_limit`: the largest request body in bytes as they are received, inclusive, for every argument that reads it,
        /// axum's too, and for layers of the route: for what a layer reads, and for what it makes of a body. A larger `Content-Length` is 413 before a byte is read. Default: 1 MiB.
        body_limit, get_body_limit: u64;
        /// `response_limit`: the largest answer of the handler, before layers. Default: 4 MiB for answers whose size is
        /// known, and none for streams. One that [`Routes::defaults`](crate::Routes::defaults) sets spares
        /// `text/event-stream`.
        response_limit, get_response_limit: ResponseLimit;
        /// `external_resolver = true`: an [`ApiResponse`](crate::ApiResponse) that is returned unfinished is no mistake, so the
        /// log does not warn of it. Default: false.
        external_resolver, get_external_resolver: bool;
        /// `dot_segments = true`: lets `.`, `..` and `\` reach a catch-all. Without it they are answered 400.
        dot_segments, get_dot_segments: bool;
        /// `etag = false`: an [`ApiResponse`](crate::ApiResponse) gets no `ETag` and becomes no 304. Default: true.
        etag, get_etag: bool;
    }

    /// `max_duration = "10s"`: how long the handler's future may run before it is dropped and 503 is answered. What it
    /// waits for the client's body is not counted; that is for the server in front to limit. A handler that does other things
    /// while it waits is not limited by this. Default: none in a router, 60
    /// seconds under `serve`.
    #[must_use]
    pub const fn max_duration(mut self, limit: Duration) -> Self {
        self.max_duration = Some(Some(limit));
        self
    }

    /// What an expansion prints for `max_duration`.
    #[doc(hidden)]
    #[must_use]
    pub const fn max_millis(self, millis: u64) -> Self {
        self.max_duration(Duration::from_millis(millis))
    }

    /// `max_duration = false`: the handler may take as long as it likes.
    #[must_use]
    pub const fn no_max_duration(mut self) -> Self {
        self.max_duration = Some(None);
        self
    }

    /// What was set by [`max_duration`](Self::max_duration); `Some(None)` by
    /// [`no_max_duration`](Self::no_max_duration).
    #[must_use]
    pub const fn get_max_duration(&self) -> Option<Option<Duration>> {
        self.max_duration
    }

    /// These settings, with those of `fallback` where nothing is set.
    #[must_use]
    pub fn or(self, fallback: RouteConfig) -> Self {
        RouteConfig {
            body_parser: self.body_parser.or(fallback.body_parser),
            body_limit: self.body_limit.or(fallback.body_limit),
            response_limit: self.response_limit.or(fallback.response_limit),
            external_resolver: self.external_resolver.or(fallback.external_resolver),
            max_duration: self.max_duration.or(fallback.max_duration),
            dot_segments: self.dot_segments.or(fallback.dot_segments),
            etag: self.etag.or(fallback.etag),
        }
    }
}
