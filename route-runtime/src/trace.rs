//! One span for each request.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use tower::{Layer, Service};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::index::{IndexedRoute, RouteIndex};
use crate::layers::announce;

/// What [`Routes::trace`](crate::Routes::trace) puts around a router.
#[derive(Clone)]
pub(crate) struct TraceLayer(RouteIndex);

impl TraceLayer {
    pub(crate) fn new(index: RouteIndex) -> Self {
        TraceLayer(index)
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Traced<S>;

    fn layer(&self, service: S) -> Traced<S> {
        Traced { index: self.0.clone(), service }
    }
}

/// A service under spans.
#[derive(Clone)]
pub(crate) struct Traced<S> {
    index: RouteIndex,
    service: S,
}

impl<S> Service<Request> for Traced<S>
where
    S: Service<Request, Error = Infallible, Response: IntoResponse, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let start = Instant::now();
        let route = self.index.find(request.method(), request.uri().path());
        let span = span(request.method(), route, || self.index.at(request.uri().path()).next());
        let info = route.map(IndexedRoute::info);
        announce(info, request.extensions_mut());
        let reply = span.in_scope(|| self.service.call(request));
        let whole = span.clone();
        let answered = async move {
            let response = reply.await?.into_response();
            let status = response.status();
            let duration_ms = start.elapsed().as_secs_f64() * 1000.0;
            whole.record("http.response.status_code", status.as_u16());
            whole.record("duration_ms", duration_ms);
            if status.is_server_error() {
                whole.record("otel.status_code", "ERROR");
            }
            tracing::info!(status = status.as_u16(), duration_ms, "answered");
            Ok(response)
        };
        Box::pin(answered.instrument(span))
    }
}

/// The method, which a client may write as it likes.
fn name(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

fn span<'r>(
    method: &Method,
    route: Option<&IndexedRoute>,
    of_path: impl FnOnce() -> Option<&'r IndexedRoute>,
) -> Span {
    let method = name(method);
    let span = tracing::info_span!(
        "request",
        otel.name = Empty,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = Empty,
        http.response.status_code = Empty,
        handler = Empty,
        code.file.path = Empty,
        code.line.number = Empty,
        duration_ms = Empty,
    );
    if span.is_disabled() {
        return span;
    }
    match route {
        Some(route) => {
            let info = route.info();
            span.record("otel.name", tracing::field::display(format_args!("{method} {}", route.path())));
            span.record("http.route", route.path());
            span.record("handler", info.handler());
            span.record("code.file.path", info.file());
            span.record("code.line.number", info.line());
        }
        // A 405, an OPTIONS, or nothing at all.
        None => match of_path() {
            Some(route) => {
                span.record("otel.name", tracing::field::display(format_args!("{method} {}", route.path())));
                span.record("http.route", route.path());
            }
            None => drop(span.record("otel.name", method)),
        },
    }
    span
}
