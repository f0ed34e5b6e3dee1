//! A server for the routes: listens, stops on a signal, lets running requests end.

mod accept;
mod body;
mod connection;
mod edge;
mod listen;
mod options;
mod phase;
mod seldom;
mod signals;
mod stream;

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

pub use self::listen::Listen;
pub use self::options::ServerOptions;

use self::connection::{Handshake, Served, Shared};
use self::signals::{Signals, Stop};
use self::stream::Transport;

use crate::config::RouteConfig;
use crate::conflict::RoutesError;
use crate::dispatch::RouteService;
use crate::error::{Error, Renderer, not_found};
use crate::routes::Routes;
use crate::sets::Mounts;

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
    service: Served,
    options: ServerOptions,
    renderer: Option<Renderer>,
    handshake: Option<Handshake>,
    on_listening: Option<Box<dyn FnOnce(SocketAddr) + Send>>,
    stop: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
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
        let given = &service as &dyn Any;
        let service = if let Some(routes) = given.downcast_ref::<RouteService>() {
            Served::Routes(routes.clone())
        } else if let Some(router) = given.downcast_ref::<Router>() {
            Served::Any(BoxCloneSyncService::new(router.clone().with_state::<()>(())))
        } else {
            Served::Any(BoxCloneSyncService::new(service.map_response(IntoResponse::into_response)))
        };
        Server {
            service,
            options: ServerOptions::new(),
            renderer: None,
            handshake: None,
            on_listening: None,
            stop: None,
        }
    }

    /// Sets the numbers.
    pub fn options(mut self, options: ServerOptions) -> Self {
        self.options = options;
        self
    }

    /// Speaks TLS: `accept` makes a stream for HTTP of each TCP connection, with the crate of your choice. It runs on the
    /// connection's own task, within [`ServerOptions::head`]; a connection whose handshake fails is closed, and the reason logged at
    /// the level `DEBUG`. For HTTP/2, offer `h2` before `http/1.1` by ALPN.
    ///
    /// With `tokio-rustls`, whose `TlsAcceptor::accept` is such a function (`cargo run --manifest-path examples/tls/Cargo.toml`):
    ///
    /// ```ignore
    /// let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    /// Routes::collect().into_server()?.with_tls(move |tcp| acceptor.accept(tcp)).serve("0.0.0.0:443").await
    /// ```
    ///
    /// Anything else that comes before HTTP on a connection fits too:
    ///
    /// ```no_run
    /// # use route_runtime::{Routes, Server};
    /// # async fn run() -> Result<(), route_runtime::Error> {
    /// Routes::collect()
    ///     .into_server()?
    ///     .with_tls(|tcp| async move {
    ///         tcp.readable().await?;
    ///         Ok(tcp)
    ///     })
    ///     .serve("127.0.0.1:3000")
    ///     .await
    /// # }
    /// ```
    pub fn with_tls<F, Fut, S>(mut self, accept: F) -> Self
    where
        F: Fn(TcpStream) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        self.handshake = Some(Box::new(move |tcp| {
            let accepting = accept(tcp);
            Box::pin(async { Ok(Box::new(accepting.await?) as Box<dyn Transport>) })
        }));
        self
    }

    /// Calls `tell` with the address once connections are accepted: with port 0, the one that was given.
    pub fn on_listening(mut self, tell: impl FnOnce(SocketAddr) + Send + 'static) -> Self {
        self.on_listening = Some(Box::new(tell));
        self
    }

    /// Ends when `signal` does, instead of at Ctrl-C or SIGTERM: for several servers of one process, which must hear of the end
    /// together, and for tests.
    ///
    /// ```no_run
    /// # use route_runtime::{Routes, Server};
    /// # async fn run(public: Routes, admin: Routes) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// let (stop, mut stopped) = tokio::sync::watch::channel(());
    /// let mut also = stopped.clone();
    /// let public = public.into_server()?.with_graceful_shutdown(async move { drop(stopped.changed().await) });
    /// let admin = admin.into_server()?.with_graceful_shutdown(async move { drop(also.changed().await) });
    /// tokio::spawn(async move {
    ///     let _ = tokio::signal::ctrl_c().await;
    ///     let _ = stop.send(());
    /// });
    /// tokio::try_join!(public.serve("0.0.0.0:3000"), admin.serve("127.0.0.1:3001"))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_graceful_shutdown(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.stop = Some(Box::pin(signal));
        self
    }

    /// Listens at an address (`"127.0.0.1:3000"`, a `SocketAddr`) or on a bound listener, and serves HTTP/1 and HTTP/2 until
    /// Ctrl-C or SIGTERM. Clients that are silent, slow or do not read are closed in the times of [`ServerOptions`]; a
    /// request without one sound `Host` is 400, one with a `Transfer-Encoding` other than `chunked` 501.
    ///
    /// The end takes these steps, so that no request is lost that a client could not have sent elsewhere: answers say
    /// `Connection: close` and [`readiness`](ServerOptions::readiness) 503, for [`lame_duck`](ServerOptions::lame_duck); nothing
    /// is accepted any more; open connections still answer, for [`settle`](ServerOptions::settle); those without a request
    /// are closed, and running requests have [`drain`](ServerOptions::drain) to end, after which they are dropped. A second
    /// signal cuts that short.
    ///
    /// A handler is dropped when its client goes away; a client that closes its half of the connection counts as gone. What
    /// must go on all the same is a task: `tokio::spawn`.
    ///
    /// # Errors
    ///
    /// When the address can't be listened on: in use, not allowed, no address.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its I/O and time drivers.
    pub async fn serve(self, at: impl Listen) -> Result<(), Error> {
        let Server { service, options, renderer, handshake, on_listening, stop } = self;
        let listener = at.listen().await?;
        let stop = match stop {
            Some(signal) => Stop::Given(Some(signal)),
            None => Stop::Signals(Signals::listen()?),
        };
        if let (Some(tell), Ok(address)) = (on_listening, listener.local_addr()) {
            tell(address);
        }
        let is_closing = AtomicBool::new(false);
        let shared = Shared { service, options, renderer, handshake, is_closing };
        accept::serve(listener, shared, stop).await;
        Ok(())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("options", &self.options).finish_non_exhaustive()
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
        let renderer = self.renderer().cloned();
        tracing::info!("serves {}", self.summary());
        let service = self.into_service_or(RouteConfig::new().max_duration(MAX_DURATION))?;
        Ok(Server { renderer, ..Server::new(service) })
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
        let Served::Routes(service) = server.service else {
            unreachable!("the routes are served as they are")
        };
        let response = service.oneshot(request).await.unwrap_or_else(|never| match never {});
        assert_eq!((response.status().as_u16(), start.elapsed()), (503, MAX_DURATION));
    }
}
