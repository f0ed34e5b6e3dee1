//! What a path answers to a method that none of its functions has.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tower::Service;

use crate::endpoint::{Endpoint, Guarded};
use crate::error::bare;
use crate::methods::Methods;
use crate::mounted::Mounted;
use crate::work::{self, Resting};

/// OPTIONS and 405; nothing else for a path that is nobody's. axum adds `Allow`, over hand-written methods of the same path
/// too.
#[derive(Clone)]
pub(crate) struct OtherMethod {
    /// Of the first function of the path.
    route: Arc<Mounted>,
    /// The functions of the path by method, where one has layers.
    functions: Option<Arc<[(Methods, Endpoint)]>>,
}

impl OtherMethod {
    pub(crate) fn new(first: &Endpoint, all: &[(Methods, Endpoint)]) -> Self {
        let is_layered = all.iter().any(|(_, endpoint)| endpoint.is_layered());
        OtherMethod { route: first.route(), functions: is_layered.then(|| all.into()) }
    }

    /// The function whose layers answer a preflight of CORS (<https://fetch.spec.whatwg.org/#cors-preflight-request>).
    fn asked_for(&self, request: &Request) -> Option<&Endpoint> {
        let functions = self.functions.as_ref().filter(|_| request.method() == Method::OPTIONS)?;
        let wanted = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
        let wanted = Method::from_bytes(wanted.as_bytes()).ok()?;
        let by = |method: &Method| functions.iter().find(|(methods, _)| methods.contains(method));
        let found = by(&wanted).or_else(|| if wanted == Method::HEAD { by(&Method::GET) } else { None });
        found.map(|(_, endpoint)| endpoint).filter(|endpoint| endpoint.is_layered())
    }

    fn answer(&self, request: &mut Request) -> Response {
        let route = &self.route;
        match route.receive(request) {
            Err(refusal) => route.rendered(*refusal),
            Ok(()) if request.method() == Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
            Ok(()) => route.rendered(bare(StatusCode::METHOD_NOT_ALLOWED)),
        }
    }
}

impl Service<Request> for OtherMethod {
    type Response = Response;
    type Error = Infallible;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Reply {
        if let Some(endpoint) = self.asked_for(&request) {
            request.extensions_mut().insert(Preflight);
            return Reply::Layered(endpoint.clone().call(request));
        }
        let route = &self.route;
        let mut work = Resting::new(route.work(&request, true));
        Reply::Now(Some(work::during(&mut work, || self.answer(&mut request))))
    }
}

/// Marks a request that is about a function and not to it.
#[derive(Clone, Copy)]
pub(crate) struct Preflight;

/// The answer, or what layers make of the question.
pub(crate) enum Reply {
    Now(Option<Response>),
    Layered(Guarded),
}

impl Future for Reply {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Reply::Now(response) => {
                response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
            }
            Reply::Layered(reply) => Pin::new(reply).poll(cx),
        }
    }
}
