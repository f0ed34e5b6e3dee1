//! One connection: its protocol, its deadlines, its end.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderValue, Method, Request, StatusCode, Version, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tower::ServiceExt as _;
use tower::util::{BoxCloneSyncService, Oneshot};

use super::body::{Last, PIECE, Timely};
use super::edge;
use super::options::ServerOptions;
use super::phase::{InFlight, Late, Phase};
use super::seldom::seldom;
use super::stream::{Carrier, Stream, Transport};
use crate::dispatch::{RouteService, ServiceFuture};
use crate::error::{Renderer, outside};
use crate::hop::{Hop, told};
use crate::log;

type Other = BoxCloneSyncService<axum::extract::Request, Response, Infallible>;

/// What is served. The routes of this library are not boxed, and can be told what the server does.
pub(super) enum Served {
    Routes(RouteService),
    Any(Other),
}

/// What all connections share.
pub(super) struct Shared {
    pub(super) service: Served,
    pub(super) options: ServerOptions,
    /// What the app makes of errors.
    pub(super) renderer: Option<Renderer>,
    pub(super) handshake: Option<Handshake>,
    /// A signal came.
    pub(super) is_closing: AtomicBool,
}

/// What comes before HTTP on a connection.
pub(super) type Handshake = Box<
    dyn Fn(TcpStream) -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Transport>>> + Send>> + Send + Sync,
>;

/// How long a client has to take notice of the end of a connection.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves one connection until it ends, its client is late, or `goodbye` comes.
pub(super) async fn serve(
    tcp: TcpStream,
    client: SocketAddr,
    shared: Arc<Shared>,
    permit: OwnedSemaphorePermit,
    mut goodbye: watch::Receiver<bool>,
) {
    // An answer is written whole; waiting for more of it would only delay it.
    let _ = tcp.set_nodelay(true);
    keep_little_unsent(&tcp);
    let options = &shared.options;
    let phase = Arc::new(Phase::new());
    // What ends a connection from outside.
    let mut end = pin!(async {
        tokio::select! {
            why = phase.late(options) => why == Late::Slow,
            // A sender that is gone means the same.
            _ = goodbye.wait_for(|is_over| *is_over) => false,
        }
    });
    let mut end = pin!(seldom(end.as_mut()));
    let carrier = match &shared.handshake {
        None => Carrier::Tcp(tcp),
        Some(handshake) => tokio::select! {
            carrier = handshake(tcp) => match carrier {
                Ok(carrier) => Carrier::Other(carrier),
                Err(error) => return log::debug(format_args!("a handshake with {client} failed: {error}")),
            },
            _ = end.as_mut() => return,
        },
    };
    let stream = Stream::new(carrier, Arc::clone(&phase), options.write_stall, permit);
    let client = Arc::new(client);
    let service = Edge { shared: Arc::clone(&shared), phase: Arc::clone(&phase), client };
    let mut connection = connect(options, stream, service);
    tokio::select! {
        biased;
        () = ended(&mut connection) => return,
        is_slow = end.as_mut() => if is_slow { return },
    }
    // What was asked before the client knew is still answered.
    connection.as_mut().end();
    tokio::select! {
        () = ended(&mut connection) => {}
        () = phase.finished(options, FAREWELL) => {}
    }
}

/// Lets the system take bytes only when nearly all that it has are on the line. By default it takes some megabytes, and then
/// none until a third of them is read: a client that reads slowly but steadily could not be told from one that reads nothing.
fn keep_little_unsent(tcp: &TcpStream) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket2::SockRef::from(tcp).set_tcp_notsent_lowat(128 * 1024);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = tcp;
}

async fn ended(connection: &mut Pin<Box<dyn Connection>>) {
    poll_fn(|cx| connection.as_mut().poll_end(cx)).await;
}

/// A connection of hyper's, whichever protocol it speaks.
trait Connection: Send {
    /// Ready at its end, however it came.
    fn poll_end(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Lets it end after what runs.
    fn end(self: Pin<&mut Self>);
}

macro_rules! connections {
    ($($ty:ty;)*) => {$(
        impl Connection for $ty {
            fn poll_end(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
                // Errors of a connection are its client's: it went away, or spoke no HTTP.
                Future::poll(self, cx).map(drop)
            }

            fn end(self: Pin<&mut Self>) {
                self.graceful_shutdown();
            }
        }
    )*};
}

connections! {
    auto::UpgradeableConnection<'static, TokioIo<Stream>, Edge, TokioExecutor>;
    http1::UpgradeableConnection<TokioIo<Stream>, Edge>;
    http2::Connection<TokioIo<Stream>, Edge, TokioExecutor>;
}

/// The connection in the protocols that are on; both where none is.
fn connect(options: &ServerOptions, stream: Stream, service: Edge) -> Pin<Box<dyn Connection>> {
    let io = TokioIo::new(stream);
    let head = options.max_head_bytes.max(8192);
    let list = u32::try_from(head).unwrap_or(u32::MAX);
    // The deadline of a head is the phase's, which knows an idle connection from a slow one.
    match (options.http1, options.http2) {
        (true, false) => {
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(None);
            builder.max_buf_size(head).max_headers(options.max_headers);
            Box::pin(builder.serve_connection(io, service).with_upgrades())
        }
        (false, true) => {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder.timer(TokioTimer::new());
            builder
                .max_concurrent_streams(options.max_streams)
                .max_header_list_size(list)
                .max_send_buf_size(PIECE);
            Box::pin(builder.serve_connection(io, service))
        }
        _ => {
            let mut builder = auto::Builder::new(TokioExecutor::new());
            let mut http1 = builder.http1();
            http1.timer(TokioTimer::new()).header_read_timeout(None);
            http1.max_buf_size(head).max_headers(options.max_headers);
            let mut http2 = builder.http2();
            http2.timer(TokioTimer::new());
            http2
                .max_concurrent_streams(options.max_streams)
                .max_header_list_size(list)
                .max_send_buf_size(PIECE);
            Box::pin(builder.serve_connection_with_upgrades(io, service).into_owned())
        }
    }
}

/// The service of a connection, before the router.
#[derive(Clone)]
struct Edge {
    shared: Arc<Shared>,
    phase: Arc<Phase>,
    client: Arc<SocketAddr>,
}

impl hyper::service::Service<Request<Incoming>> for Edge {
    type Response = Response<Last>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        let by_http_1 = request.version() < Version::HTTP_2;
        let in_flight = Some(self.phase.begin(!by_http_1));
        let answer = match self.answer(&request) {
            Some(response) if request.method() == Method::HEAD => Answer::Now(Some(without_body(response))),
            Some(response) => Answer::Now(Some(response)),
            None => {
                let request = request.map(|body| timely(body, &self.shared.options));
                let hop = Hop { client: Arc::clone(&self.client), writes_length: by_http_1 };
                match &self.shared.service {
                    Served::Routes(routes) => Answer::Routes(routes.answer(request, Some(hop))),
                    Served::Any(other) => Answer::Other(other.clone().oneshot(told(request, Some(hop)))),
                }
            }
        };
        Answering { answer, in_flight, shared: Arc::clone(&self.shared), by_http_1 }
    }
}

impl Edge {
    /// What the server answers itself.
    fn answer(&self, request: &Request<Incoming>) -> Option<Response> {
        let options = &self.shared.options;
        if let Some(refusal) = edge::refusal(request, options.max_headers, self.shared.renderer.as_ref()) {
            return Some(refusal);
        }
        let readiness = options.readiness.as_deref();
        readiness.filter(|path| *path == request.uri().path()).map(|_| {
            if self.shared.is_closing.load(Ordering::Relaxed) {
                outside(StatusCode::SERVICE_UNAVAILABLE, None, self.shared.renderer.as_ref())
            } else {
                "ready".into_response()
            }
        })
    }
}

/// The answer of GET as one of HEAD, after which HTTP/2 would send the body.
fn without_body(response: Response) -> Response {
    let length = response.body().size_hint().exact();
    let mut response = response.map(|_| Body::empty());
    if let Some(length) = length {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    response
}

/// A body that must come in time, where one is to come.
fn timely(body: Incoming, options: &ServerOptions) -> Body {
    if body.is_end_stream() { Body::empty() } else { Body::new(Timely::new(body, options)) }
}

enum Answer {
    Now(Option<Response>),
    Routes(ServiceFuture),
    Other(Oneshot<Other, axum::extract::Request>),
}

/// An answer on its way.
struct Answering {
    answer: Answer,
    in_flight: Option<InFlight>,
    shared: Arc<Shared>,
    by_http_1: bool,
}

impl Future for Answering {
    type Output = Result<Response<Last>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let response = match &mut this.answer {
            Answer::Now(response) => Poll::Ready(Ok(response.take().unwrap_or_default())),
            Answer::Routes(reply) => Pin::new(reply).poll(cx),
            Answer::Other(reply) => Pin::new(reply).poll(cx),
        };
        response.map_ok(|mut response| {
            let is_upgrade = response.status() == StatusCode::SWITCHING_PROTOCOLS;
            if this.by_http_1 && !is_upgrade && this.shared.is_closing.load(Ordering::Relaxed) {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            response.map(|body| Last::new(body, this.in_flight.take(), !this.by_http_1))
        })
    }
}
