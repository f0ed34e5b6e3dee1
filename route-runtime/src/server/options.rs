//! The numbers of a server.

use std::time::Duration;

/// Numbers of a [`Server`](crate::Server). Each has a default that suits a server on the open internet.
///
/// ```
/// use route_runtime::ServerOptions;
/// use std::time::Duration;
///
/// let options = ServerOptions::new().drain(Duration::from_secs(30)).max_connections(50_000);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerOptions {
    pub(super) head: Duration,
    pub(super) idle: Duration,
    pub(super) body: Duration,
    pub(super) body_rate: u64,
    pub(super) write_stall: Duration,
    pub(super) max_connections: usize,
    pub(super) max_head_bytes: usize,
    pub(super) max_headers: usize,
    pub(super) http1: bool,
    pub(super) http2: bool,
    pub(super) max_streams: u32,
    pub(super) readiness: Option<String>,
    pub(super) lame_duck: Duration,
    pub(super) settle: Duration,
    pub(super) drain: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! options {
    ($($(#[doc = $doc:literal])* $name:ident: $ty:ty;)*) => {$(
        $(#[doc = $doc])*
        #[must_use]
        pub fn $name(mut self, $name: $ty) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

impl ServerOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        ServerOptions {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body: Duration::from_secs(30),
            body_rate: 1024,
            write_stall: Duration::from_secs(30),
            max_connections: 10_000,
            max_head_bytes: 64 * 1024,
            max_headers: 100,
            http1: true,
            http2: true,
            max_streams: 200,
            readiness: None,
            lame_duck: Duration::from_millis(300),
            settle: Duration::from_millis(300),
            drain: Duration::from_secs(10),
        }
    }

    options! {
        /// How long a client may take from the start of a connection, or from the first byte of a later request, to the end of
        /// the request's head. Then the connection is closed. Default: 10 seconds.
        head: Duration;

        /// How long a connection may be without a request. Default: 75 seconds, which is more than the 60 after which load
        /// balancers stop to use one: were it less, they would send requests into connections that are being closed.
        idle: Duration;

        /// How long a handler waits for the body of a request beside what [`body_rate`](Self::body_rate) allows for its bytes.
        /// Time in which it does not read is not the client's. Then reading fails, which the library answers 408, and the
        /// connection is closed. Default: 30 seconds.
        body: Duration;

        /// How many bytes of a body must come in a second, once [`body`](Self::body) is over: a large upload over a slow line may
        /// take its time, a client that drips bytes may not. Default: 1024; 0 leaves the time of `body` alone.
        body_rate: u64;

        /// How long a client may read nothing while an answer waits for it. Then the connection is closed. Default: 30 seconds.
        write_stall: Duration;

        /// How many connections are open at once; more wait in the queue of the system. Default: 10 000. A process must be
        /// allowed that many files (`ulimit -n`): where it is not, accepting pauses until some are free.
        max_connections: usize;

        /// How many bytes the head of a request may have, at least 8192. A larger one is 431. Default: 64 KiB.
        max_head_bytes: usize;

        /// How many headers a request may have. More are 431. Default: 100.
        max_headers: usize;

        /// Whether HTTP/1 is spoken. Default: yes.
        http1: bool;

        /// Whether HTTP/2 is spoken, to clients that begin with it (prior knowledge). Default: yes.
        http2: bool;

        /// How many requests a client may have open at once on one connection of HTTP/2. Default: 200.
        max_streams: u32;

        /// After a signal, how long requests are answered as before, but with `Connection: close` and a
        /// [`readiness`](Self::readiness) of 503, so that clients and load balancers go elsewhere by themselves. Default: 300 ms.
        lame_duck: Duration;

        /// Once nothing is accepted any more, how long requests on open connections are still answered, before connections
        /// without one are closed: a connection that was accepted last has its request still on the way. Default: 300 ms.
        settle: Duration;

        /// How long [`Server::serve`](crate::Server::serve) waits for running requests to end, before it drops them and returns.
        /// Default: 10 seconds.
        drain: Duration;
    }

    /// A path that the server answers itself, before any route: 200 while it serves, 503 from a signal on. For the readiness
    /// probe of a load balancer or of Kubernetes. Default: none.
    #[must_use]
    pub fn readiness(mut self, path: impl Into<String>) -> Self {
        self.readiness = Some(path.into());
        self
    }
}
