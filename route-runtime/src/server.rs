//! A server for the routes: listens, stops on a signal, lets running requests end.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use crate::config::RouteConfig;
use crate::conflict::RoutesError;
use crate::error::{Error, problem};
use crate::routes::Routes;

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

    /// How long running requests may take to end after a signal, before they are dropped. Default: 10 seconds.
    #[must_use]
    pub fn drain(mut self, drain: Duration) -> Self {
        self.drain = drain;
        self
    }
}

/// How long a handler may take under [`Routes::serve`] where nothing else is said.
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
    /// SIGTERM. Then no connection is accepted any more, and running requests have [`ServerOptions::drain`] to end.
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
        let stop = stop_signal()?;
        if let (Some(tell), Ok(address)) = (on_listening, listener.local_addr()) {
            tell(address);
        }
        let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving =
            axum::serve(listener, tower::make::Shared::new(service)).with_graceful_shutdown(async move {
                stop.await;
                let _ = stopping.send(());
            });
        let deadline = async {
            // A closed channel means that serving has ended by itself.
            let _ = stopped.await;
            tokio::time::sleep(options.drain).await;
        };
        tokio::select! {
            // axum's accept loop never ends by itself and never fails.
            _ = serving.into_future() => {}
            () = deadline => {}
        }
        Ok(())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Resolves at Ctrl-C, or at SIGTERM where there is one. Fails when the process can't listen to signals.
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Error> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| Error::listen("signals", error));
        let (mut interrupt, mut terminate) =
            (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Without a console there is nothing to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Where a [`Server`] listens: an address as text or as a `SocketAddr`, or a bound `TcpListener`.
pub trait Listen: sealed::Listen {}

impl<L: sealed::Listen> Listen for L {}

mod sealed {
    use std::future::Future;
    use std::net::SocketAddr;

    use tokio::net::TcpListener;

    use crate::error::Error;

    pub trait Listen: Send {
        fn listen(self) -> impl Future<Output = Result<TcpListener, Error>> + Send;
    }

    macro_rules! addresses {
        ($($ty:ty),*) => {$(
            impl Listen for $ty {
                async fn listen(self) -> Result<TcpListener, Error> {
                    TcpListener::bind(&self).await.map_err(|error| Error::listen(format!("{self:?}").replace('"', ""), error))
                }
            }
        )*};
    }

    addresses!(&str, String, SocketAddr, (&str, u16), (std::net::IpAddr, u16));

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
    pub fn into_server(self) -> Result<Server, RoutesError> {
        let router = self.or_defaults(RouteConfig::new().max_duration(MAX_DURATION)).into_router()?;
        Ok(Server::new(router.fallback(not_found)))
    }
}

async fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, None, None)
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
