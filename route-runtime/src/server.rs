//! A server for the routes: listens, stops on a signal, lets running requests end.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::future::{IntoFuture as _, ready};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use tokio::net::TcpListener;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use crate::config::RouteConfig;
use crate::conflict::RoutesError;
use crate::error::{Error, not_found};
use crate::layers::Around;
use crate::routes::Routes;
use crate::sets::Mounts;

/// Numbers of a [`Server`].
///
/// ```
/// use route_runtime::ServerOptions;
/// use std::time::Duration;
///
/// let options = ServerOptions::new().drain(Duration::from_secs(30));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerOptions {
    drain: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl ServerOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        ServerOptions { drain: Duration::from_secs(10) }
    }

    /// How long [`Server::serve`] waits after a signal for running requests to end, before it returns. Default: 10
    /// seconds. What still runs then ends with the tokio runtime, which is when `main` returns.
    #[must_use]
    pub fn drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }
}

/// How long a handler may take under [`Routes::serve`] where neither its attribute nor [`Routes::defaults`] says.
const MAX_DURATION: Duration = Duration::from_secs(60);

/// Serves a router, or any other service, until Ctrl-C or SIGTERM.
///
/// ```no_run
/// use route_runtime::{Routes, Server};
///
/// # async fn run() -> Result<(), route_runtime::Error> {
/// let app = axum::Router::new().merge(Routes::collect().into_router()?);
/// Server::new(app)
///     .on_listening(|address| println!("http://{address}"))
///     .serve("127.0.0.1:3000")
///     .await
/// # }
/// ```
#[must_use = "a server does nothing until `serve`"]
pub struct Server {
    service: BoxCloneSyncService<Request, Response, Infallible>,
    options: ServerOptions,
    on_listening: Option<Box<dyn FnOnce(SocketAddr) + Send>>,
}

impl Server {
    /// A server of `service`. A `Router` is finalised here, once, and not for every connection or request.
    pub fn new<S>(service: S) -> Self
    where
        S: Service<Request, Error = Infallible, Response: IntoResponse, Future: Send + 'static>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let service = match (&service as &dyn Any).downcast_ref::<Router>() {
            Some(router) => BoxCloneSyncService::new(router.clone().with_state::<()>(())),
            None => BoxCloneSyncService::new(service.map_response(IntoResponse::into_response)),
        };
        Server { service, options: ServerOptions::new(), on_listening: None }
    }

    /// Sets the numbers.
    pub fn options(mut self, options: ServerOptions) -> Self {
        self.options = options;
        self
    }

    /// Calls `tell` with the address once connections are accepted: with port 0, the one that was given.
    pub fn on_listening(mut self, tell: impl FnOnce(SocketAddr) + Send + 'static) -> Self {
        self.on_listening = Some(Box::new(tell));
        self
    }

    /// Listens at an address (`"127.0.0.1:3000"`, a `SocketAddr`) or on a bound listener, and serves until Ctrl-C or
    /// SIGTERM. Then no connection is accepted any more, and running requests have [`ServerOptions::drain`] to end; a
    /// second signal cuts that short.
    ///
    /// # Errors
    ///
    /// When the address can't be listened on: in use, not allowed, no address.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its I/O and time drivers.
    pub async fn serve(self, at: impl Listen) -> Result<(), Error> {
        let Server { service, options, on_listening } = self;
        let listener = at.listen().await?;
        let mut signals = Signals::listen()?;
        if let (Some(tell), Ok(address)) = (on_listening, listener.local_addr()) {
            tell(address);
        }
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = axum::serve(listener, Connections { service }).with_graceful_shutdown(async {
            // A sender that is gone means the same.
            let _ = stopped.await;
        });
        let mut serving = std::pin::pin!(serving.into_future());
        tokio::select! {
            // axum's accept loop never ends by itself.
            _ = &mut serving => return Ok(()),
            () = signals.next() => {}
        }
        let _ = stop.send(());
        tokio::select! {
            _ = &mut serving => {}
            () = tokio::time::sleep(options.drain) => {}
            () = signals.next() => {}
        }
        Ok(())
    }
}

/// Makes the service of each connection, which knows the client's address.
struct Connections {
    service: BoxCloneSyncService<Request, Response, Infallible>,
}

impl Service<IncomingStream<'_, TcpListener>> for Connections {
    type Response = Connection;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Connection, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, stream: IncomingStream<'_, TcpListener>) -> Self::Future {
        ready(Ok(Connection { service: self.service.clone(), client: *stream.remote_addr() }))
    }
}

/// The service of one connection.
#[derive(Clone)]
struct Connection {
    service: BoxCloneSyncService<Request, Response, Infallible>,
    client: SocketAddr,
}

impl Service<Request> for Connection {
    type Response = Response;
    type Error = Infallible;
    type Future = <BoxCloneSyncService<Request, Response, Infallible> as Service<Request>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.client));
        self.service.call(request)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Ctrl-C, and SIGTERM where there is one.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Self, Error> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let listen = |kind| signal(kind).map_err(|error| Error::listen("signals", error));
            Ok(Signals {
                interrupt: listen(SignalKind::interrupt())?,
                terminate: listen(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Signals {})
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            // Without a console there is nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}

/// Where a [`Server`] listens: an address as text (`"127.0.0.1:3000"`), as a `SocketAddr` or as a pair of host and port,
/// or a bound `TcpListener` of tokio or std.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nowhere to listen",
    label = "write `\"127.0.0.1:3000\"`, a `SocketAddr`, `(host, port)`, or a bound `TcpListener`"
)]
pub trait Listen: sealed::Listen {}

#[diagnostic::do_not_recommend]
impl<L: sealed::Listen> Listen for L {}

mod sealed {
    use std::future::Future;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

    use tokio::net::{TcpListener, ToSocketAddrs};

    use crate::error::Error;

    pub trait Listen: Send {
        fn listen(self) -> impl Future<Output = Result<TcpListener, Error>> + Send;
    }

    async fn bind(address: impl ToSocketAddrs, shown: String) -> Result<TcpListener, Error> {
        TcpListener::bind(address).await.map_err(|error| Error::listen(shown, error))
    }

    macro_rules! addresses {
        ($($ty:ty),*) => {$(
            impl Listen for $ty {
                async fn listen(self) -> Result<TcpListener, Error> {
                    let shown = self.to_string();
                    bind(self, shown).await
                }
            }
        )*};
    }

    addresses!(&str, String, SocketAddr, SocketAddrV4, SocketAddrV6);

    impl Listen for &String {
        async fn listen(self) -> Result<TcpListener, Error> {
            self.as_str().listen().await
        }
    }

    macro_rules! pairs {
        ($($ty:ty),*) => {$(
            impl Listen for ($ty, u16) {
                async fn listen(self) -> Result<TcpListener, Error> {
                    let (host, port) = self;
                    let shown = format!("{host}:{port}");
                    bind((host, port), shown).await
                }
            }
        )*};
    }

    pairs!(&str, String, IpAddr, Ipv4Addr, Ipv6Addr);

    impl Listen for TcpListener {
        async fn listen(self) -> Result<TcpListener, Error> {
            Ok(self)
        }
    }

    impl Listen for std::net::TcpListener {
        async fn listen(self) -> Result<TcpListener, Error> {
            let address =
                self.local_addr().map_or_else(|_| "a listener".to_owned(), |address| address.to_string());
            self.set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(self))
                .map_err(|error| Error::listen(address, error))
        }
    }
}

impl Routes {
    /// Serves the routes until Ctrl-C or SIGTERM; unknown paths are answered with a 404 problem. A handler may take
    /// 60 seconds, unless its `max_duration` or [`Routes::defaults`] says otherwise.
    ///
    /// ```no_run
    /// # #[derive(Clone)] struct Db;
    /// # async fn run() -> Result<(), route_runtime::Error> {
    /// route_runtime::Routes::collect().with_state(Db).serve("127.0.0.1:3000").await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Routes::into_router`] and [`Server::serve`].
    pub async fn serve(self, at: impl Listen) -> Result<(), Error> {
        self.into_server()?.serve(at).await
    }

    /// The server that [`serve`](Self::serve) runs, for those who want to set its options or hear its address.
    ///
    /// # Errors
    ///
    /// As [`Routes::into_router`].
    pub fn into_server(mut self) -> Result<Server, RoutesError> {
        let (renderer, layers) = (self.renderer().cloned(), self.layers.take_outside());
        let index = self.index();
        tracing::info!("serves {}", self.summary());
        let router = self.into_router_or(RouteConfig::new().max_duration(MAX_DURATION))?;
        let of_layers = renderer.clone();
        let router = router.fallback(move || ready(not_found(renderer.as_ref())));
        Ok(Server::new(layers.wrap(router, Around::All, of_layers.as_ref(), || index)))
    }
}

impl Mounts {
    /// A server of all sets, as [`Routes::into_server`] makes it of one: 404 problems for unknown paths, 60 seconds for a
    /// handler. The layers of a set are around its routes only, and a 404 is a problem whatever the sets make of errors.
    ///
    /// # Errors
    ///
    /// As [`Mounts::into_router`].
    pub fn into_server(self) -> Result<Server, RoutesError> {
        self.sets().for_each(|routes| tracing::info!("serves {}", routes.summary()));
        let router = self.into_router_or(RouteConfig::new().max_duration(MAX_DURATION))?;
        Ok(Server::new(router.fallback(|| ready(not_found(None)))))
    }

    /// Serves all sets until Ctrl-C or SIGTERM, as [`Routes::serve`] does one.
    ///
    /// # Errors
    ///
    /// As [`Mounts::into_router`] and [`Server::serve`].
    pub async fn serve(self, at: impl Listen) -> Result<(), Error> {
        self.into_server()?.serve(at).await
    }
}

/// `Routes::collect().serve(at)`, for routes without state.
///
/// ```no_run
/// #[tokio::main]
/// async fn main() -> Result<(), route_runtime::Error> {
///     route_runtime::serve("127.0.0.1:3000").await
/// }
/// ```
///
/// # Errors
///
/// As [`Routes::serve`].
pub async fn serve(at: impl Listen) -> Result<(), Error> {
    Routes::collect().serve(at).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::get;

    #[get("/for-ever", crate = crate)]
    async fn for_ever() {
        std::future::pending::<()>().await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_under_serve_has_60_seconds() {
        let server = Routes::collect().into_server().expect("the routes fit");
        let start = tokio::time::Instant::now();
        let request = Request::builder().uri("/for-ever").body(axum::body::Body::empty()).expect("a request");
        let response = server.service.oneshot(request).await.unwrap_or_else(|never| match never {});
        assert_eq!((response.status().as_u16(), start.elapsed()), (503, MAX_DURATION));
    }
}
