//! One service type for every route, with the guards fused in it.
//!
//! A layer per guard would cost each request some thousand instructions; here a guard that a route does not need is
//! one comparison.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt as _};

use crate::arguments::Refusal;
use crate::error::{bare, problem};
use crate::hop::Hop;
use crate::incoming::{BoxedAnswer, Incoming, Reply};
use crate::layers::RouteLayer;
use crate::limits::{has_no_content, without_content};
use crate::log;
use crate::mounted::Mounted;
use crate::needs::Reader;
use crate::other_method::Preflight;
use crate::request::uncoded;
use crate::response::Condition;
use crate::work::{self, Resting};

/// The service that layers of a route wrap, and what they make of it. Layers may change the type of the request's body,
/// as those around an axum router may.
///
/// ```
/// use route_runtime::BoxedService;
/// use tower::layer::layer_fn;
///
/// // A layer that changes nothing, as `Routes::layer_where` and the key `layer` take it.
/// let layer = layer_fn(|service: BoxedService| service);
/// let routes = route_runtime::Routes::collect().layer_where(|_| true, layer);
/// ```
#[derive(Clone)]
pub struct BoxedService(BoxCloneSyncService<Request, Response, Infallible>);

impl fmt::Debug for BoxedService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxedService")
    }
}

impl<B> Service<axum::http::Request<B>> for BoxedService
where
    B: HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <BoxCloneSyncService<Request, Response, Infallible> as Service<Request>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: axum::http::Request<B>) -> Self::Future {
        self.0.call(request.map(Body::new))
    }
}

/// A layer of a route, whoever gave it.
type Wrap = dyn Fn(BoxedService) -> BoxedService;

/// A route as axum mounts it.
#[derive(Clone)]
pub(crate) struct Endpoint {
    route: Arc<Mounted>,
    layered: Option<BoxedService>,
}

impl Endpoint {
    /// With layers of the app, from the inside out, around those of the attribute.
    pub(crate) fn new(route: Arc<Mounted>, of_app: &[RouteLayer]) -> Self {
        let info = route.info();
        // The first layer is the outermost, as in `tower::ServiceBuilder`.
        let of_attribute = route.entry.layers.iter().rev().map(|layer| -> &Wrap { layer });
        let of_app = of_app.iter().filter(|layer| layer.applies(info)).map(RouteLayer::wrap);
        let innermost = || BoxedService(BoxCloneSyncService::new(Innermost(Arc::clone(&route))));
        let layered = of_attribute.chain(of_app).fold(None, |inner: Option<BoxedService>, layer| {
            Some(rendering(&route, layer(inner.unwrap_or_else(innermost))))
        });
        Endpoint { route, layered }
    }

    pub(crate) fn route(&self) -> Arc<Mounted> {
        Arc::clone(&self.route)
    }

    pub(crate) fn is_layered(&self) -> bool {
        self.layered.is_some()
    }

    /// Whether a layer or an argument may look for what only a router of axum puts into a request.
    pub(crate) fn asks_router(&self) -> bool {
        self.is_layered() || self.route.needs.asks_router
    }

    /// Whether a layer or an argument may look in the request for the address of the client.
    fn asks_client(&self) -> bool {
        self.is_layered() || self.route.needs.asks_client
    }

    fn reply(&self, incoming: &mut Incoming) -> Result<BoxedAnswer, Refusal> {
        let route = &self.route;
        let request = incoming.as_request()?;
        route.receive(request)?;
        if request.method() == Method::CONNECT && route.info().methods().is_all() {
            return Err(no_tunnel());
        }
        let Some(service) = &self.layered else {
            return Ok((route.entry.call)(incoming).answer());
        };
        // Here, because a layer may read the body.
        route.limit(request, true)?;
        let mut request = incoming.take_request()?;
        route.announce(request.extensions_mut());
        let reply = service.0.clone().oneshot(request);
        Ok(Box::pin(async move { reply.await.unwrap_or_else(|never| match never {}) }))
    }
}

impl Service<Request> for Endpoint {
    type Response = Response;
    type Error = Infallible;
    type Future = Guarded;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Guarded {
        self.answer(request, None)
    }
}

impl Endpoint {
    /// Answers a request that came by `hop`.
    pub(crate) fn answer(&self, mut request: Request, hop: Option<Hop>) -> Guarded {
        let mut work = self.route.work(&request, self.is_layered());
        match hop {
            Some(hop) if self.asks_client() => hop.tell(request.extensions_mut()),
            hop => work.hop = hop,
        }
        let mut work = Resting::new(work);
        let mut incoming = Incoming::request(request, Arc::clone(&self.route));
        let reply = work::during(&mut work, || {
            self.reply(&mut incoming).unwrap_or_else(|refusal| Box::pin(ready(self.route.rendered(*refusal))))
        });
        Guarded { reply: Some(reply), work }
    }
}

/// A client takes any success of CONNECT for a tunnel (RFC 9110, 9.3.6), which a function for every method does not mean.
fn no_tunnel() -> Refusal {
    let mut refusal = bare(StatusCode::METHOD_NOT_ALLOWED);
    let allowed = HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS,TRACE");
    refusal.headers_mut().insert(header::ALLOW, allowed);
    Box::new(refusal)
}

/// A layer may answer with an error too. Before the next layer sees it, which may change what it is sent as.
fn rendering(route: &Arc<Mounted>, service: BoxedService) -> BoxedService {
    if route.renderer.is_none() {
        return service;
    }
    let route = Arc::clone(route);
    BoxedService(BoxCloneSyncService::new(service.0.map_response(move |response| route.rendered(response))))
}

/// The handler below the layers of its route.
#[derive(Clone)]
struct Innermost(Arc<Mounted>);

impl Service<Request> for Innermost {
    type Response = Response;
    type Error = Infallible;
    type Future = Infallibly;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Infallibly {
        let mut work = Resting::new(self.0.work(&request, true));
        if request.extensions().get::<Preflight>().is_some() {
            let reply = Reply::now(StatusCode::NO_CONTENT.into_response()).answer();
            return Infallibly { reply, work };
        }
        let mut incoming = Incoming::request(request, Arc::clone(&self.0));
        Infallibly { reply: work::during(&mut work, || (self.0.entry.call)(&mut incoming)).answer(), work }
    }
}

/// A reply that names its route again: a layer may poll it on another task.
struct Infallibly {
    reply: BoxedAnswer,
    work: Resting,
}

impl Future for Infallibly {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        work::during(&mut this.work, || this.reply.as_mut().poll(cx)).map(Ok)
    }
}

/// A reply under the guards.
pub(crate) struct Guarded {
    /// Absent once it has panicked.
    reply: Option<BoxedAnswer>,
    work: Resting,
}

impl Future for Guarded {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let reply = &mut this.reply;
        let poll = || match reply.as_mut() {
            Some(reply) => reply.as_mut().poll(cx),
            None => Poll::Pending,
        };
        match catch_unwind(AssertUnwindSafe(|| work::during(&mut this.work, poll))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => {
                let route = this.work.route().map(Arc::clone);
                log::panic(route.as_ref().map(|route| route.info()), &*payload);
                let reply = this.reply.take();
                // What is left of a handler that panicked may panic again while it is dropped; one report is enough.
                let _ = catch_unwind(AssertUnwindSafe(|| drop((reply, payload))));
                let error = || {
                    let error = bare(StatusCode::INTERNAL_SERVER_ERROR);
                    match &route {
                        Some(route) => route.rendered(error),
                        None => error,
                    }
                };
                Poll::Ready(Ok(work::during(&mut this.work, error)))
            }
        }
    }
}

/// Marks a response whose status the handler chose, where it could be mistaken for the default.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChosenStatus;

/// Applies what the route says about its answer.
pub(crate) fn finish(route: &Mounted, condition: Option<Box<Condition>>, response: &mut Response) {
    if let Some(status) = route.status
        && response.status() == StatusCode::OK
        && response.extensions_mut().remove::<ChosenStatus>().is_none()
    {
        *response.status_mut() = status;
        if has_no_content(status) {
            without_content(response);
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
    }
    route.limits.answer(response);
    if let Some(condition) = condition {
        condition.apply(response);
    }
}

/// Limits the body of a request with an argument that reads it, leaves the route where one may look for it, and takes down
/// what the answer has to know of the request.
pub(crate) fn prepare(request: &mut Request, route: &Mounted) -> Result<Option<Box<Condition>>, Reply> {
    if let Some(reader) = route.needs.reader
        && let Err(refusal) =
            route.limit(request, reader == Reader::Handler).and_then(|()| readable(request, reader))
    {
        return Err(Reply::now(route.rendered(*refusal)));
    }
    let condition = work::is(|work| work.if_none_match).then(|| Box::new(Condition::of(request.headers())));
    if route.needs.asks_route {
        route.announce(request.extensions_mut());
    }
    Ok(condition)
}

/// Whether who reads a body can.
fn readable(request: &Request, reader: Reader) -> Result<(), Refusal> {
    if reader != Reader::Value || request.body().is_end_stream() {
        return Ok(());
    }
    uncoded(request.headers())
}

/// The answer to a request whose handler took longer than `max_duration`.
pub(crate) fn timed_out(route: &Mounted) -> Response {
    let limit = route.max_duration.unwrap_or_default();
    log::report(format_args!(
        "did not answer within {limit:?} and was dropped; `max_duration` sets the limit"
    ));
    problem(StatusCode::SERVICE_UNAVAILABLE, Some("the answer took too long"))
}

/// `layer = …`: wraps a route's service.
pub fn layer<L>(layer: L, service: BoxedService) -> BoxedService
where
    L: Layer<BoxedService>,
    L::Service: Service<Request, Error: Into<Infallible>, Response: IntoResponse, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let service = layer.layer(service);
    let service = service.map_response(IntoResponse::into_response).map_err(Into::into);
    BoxedService(BoxCloneSyncService::new(service))
}
