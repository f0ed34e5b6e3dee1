//! Requests to their functions without a router of axum between.
//!
//! What axum's router does around a function is done here too: HEAD is of the function for GET, `Allow`, `Content-Length`.
//! What only that router can do, it does: the parameters of `Path` and `MatchedPath` have no public constructor, so a
//! pattern with an argument or a layer that may ask for them is in an axum router of its own.

use std::convert::Infallible;
use std::fmt;
use std::future::{self, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use tower::Service;

use crate::admit::TrailingSlash;
use crate::endpoint::{Endpoint, Guarded};
use crate::entry::Entry;
use crate::error::{Renderer, not_found};
use crate::hop::{Hop, told};
use crate::methods::Methods;
use crate::mount::with_slash;
use crate::other_method::{self, OtherMethod};
use crate::pattern::axum_paths;
use crate::router::{Functions, Setting, route_all, segments_of};
use crate::segments::Segments;
use crate::tree::Tree;

/// All routes as one tower service, which finds the function of a request by itself: [`Routes::into_service`]. A clone is a
/// pointer.
///
/// [`Routes::into_service`]: crate::Routes::into_service
///
/// ```standalone_crate
/// use axum::Router;
/// use route_runtime::{get, RouteService, Routes};
///
/// #[get("/hello")]
/// async fn hello() -> &'static str {
///     "hello"
/// }
///
/// let service: RouteService = Routes::collect().into_service()?;
/// let app: Router = Router::new().fallback_service(service);
/// # Ok::<(), route_runtime::RoutesError>(())
/// ```
#[derive(Clone)]
pub struct RouteService(Arc<Dispatch>);

enum Dispatch {
    Direct(Direct),
    /// Layers around the whole router are around a router.
    Router(Router),
}

/// Routes by pattern.
struct Direct {
    tree: Arc<Tree<Vec<usize>>>,
    /// What is behind each pattern, by the number of its first function.
    nodes: Vec<Option<Node>>,
    /// The segments of the base path, encoded.
    base: Vec<String>,
    is_strict: bool,
    renderer: Option<Renderer>,
    pages: Option<Pages>,
}

/// The page of the document, which takes its paths away from the patterns.
pub(crate) struct Pages {
    pub(crate) paths: Vec<String>,
    pub(crate) router: Router,
}

/// What is behind a pattern.
enum Node {
    Direct(Functions, Option<OtherMethod>, Option<HeaderValue>),
    Router(Router),
}

impl Node {
    fn new(entries: &[&'static Entry], numbers: &[usize], setting: &Setting<'_>) -> Self {
        let functions = Functions::new(entries, numbers, false, setting);
        if functions.all().any(Endpoint::asks_router) {
            let segments = numbers.first().map_or(&[][..], |first| segments_of(entries)(*first));
            let paths = with_slash(axum_paths(setting.base, segments), setting.trailing_slash);
            let router = route_all(Router::new(), &paths, functions.into_method_router());
            let renderer = setting.renderer.cloned();
            return Node::Router(router.fallback(move || future::ready(not_found(renderer.as_ref()))));
        }
        let other = functions.other();
        let allow =
            other.as_ref().and_then(|_| allow(functions.by_method.iter().map(|(methods, _)| *methods)));
        Node::Direct(functions, other, allow)
    }

    fn answer(&self, request: Request, hop: Option<Hop>) -> Answer {
        let (functions, other, allow) = match self {
            Node::Direct(functions, other, allow) => (functions, other, allow),
            Node::Router(router) => return Answer::Router(router.clone().call(told(request, hop))),
        };
        match (functions.find(request.method()), other) {
            (Some(function), _) => Answer::Function(function.answer(request, hop)),
            (None, Some(other)) => Answer::Other(other.clone().call(told(request, hop)), allow.clone()),
            (None, None) => Answer::Nobody(None),
        }
    }
}

/// The methods as axum lists them: in the order of the functions, and of each in an order of its own.
fn allow(functions: impl Iterator<Item = Methods>) -> Option<HeaderValue> {
    use Methods as M;
    let order = [M::GET, M::HEAD, M::TRACE, M::PUT, M::POST, M::PATCH, M::OPTIONS, M::DELETE, M::CONNECT];
    let mut names: Vec<String> = Vec::new();
    for methods in functions {
        for method in order.into_iter().filter(|method| methods.overlap(*method) != M::NONE) {
            let head = (method == M::GET).then_some(M::HEAD);
            for name in [Some(method), head].into_iter().flatten().map(|method| method.to_string()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    HeaderValue::try_from(names.join(",")).ok()
}

impl Direct {
    fn answer(&self, request: Request, hop: Option<Hop>) -> Answer {
        match self.node(request.uri().path()) {
            Found::Node(node) => node.answer(request, hop),
            Found::Page(router) => Answer::Router(router.clone().call(told(request, hop))),
            Found::Nothing => Answer::Nobody(Some(not_found(self.renderer.as_ref()))),
        }
    }

    fn node(&self, path: &str) -> Found<'_> {
        // Not so of CONNECT and of `OPTIONS *`.
        if !path.starts_with('/') || path == "//" {
            return Found::Nothing;
        }
        if let Some(Pages { paths, router }) = &self.pages
            && paths.iter().any(|page| page == path)
        {
            return Found::Page(router);
        }
        if self.is_strict && path.len() > 1 && path.ends_with('/') {
            return Found::Nothing;
        }
        let mut segments = Segments::of(path);
        if !self.base.iter().all(|wanted| segments.next() == Some(wanted)) {
            return Found::Nothing;
        }
        let first = self.tree.find(segments).and_then(|numbers| numbers.first().copied());
        match first.and_then(|first| self.nodes.get(first)) {
            Some(Some(node)) => Found::Node(node),
            _ => Found::Nothing,
        }
    }
}

enum Found<'d> {
    Node(&'d Node),
    Page(&'d Router),
    Nothing,
}

impl RouteService {
    /// Of checked routes.
    pub(crate) fn direct(entries: &[&'static Entry], setting: &Setting<'_>, pages: Option<Pages>) -> Self {
        let mut nodes: Vec<Option<Node>> = Vec::new();
        nodes.resize_with(entries.len(), || None);
        setting.tree.each(&mut |numbers| {
            if let Some(node) = numbers.first().and_then(|first| nodes.get_mut(*first)) {
                *node = Some(Node::new(entries, numbers, setting));
            }
        });
        RouteService(Arc::new(Dispatch::Direct(Direct {
            tree: Arc::clone(&setting.tree),
            nodes,
            base: setting.base.to_vec(),
            is_strict: setting.trailing_slash == TrailingSlash::Strict,
            renderer: setting.renderer.cloned(),
            pages,
        })))
    }

    pub(crate) fn of_router(router: Router) -> Self {
        RouteService(Arc::new(Dispatch::Router(router)))
    }

    /// Answers a request that came by `hop`.
    pub(crate) fn answer(&self, request: Request, hop: Option<Hop>) -> ServiceFuture {
        let asked = match Asked::by(request.method()) {
            Asked::Content if hop.as_ref().is_some_and(Hop::writes_length) => Asked::ContentAlone,
            asked => asked,
        };
        let answer = match &*self.0 {
            Dispatch::Direct(direct) => direct.answer(request, hop),
            Dispatch::Router(router) => Answer::Router(router.clone().call(told(request, hop))),
        };
        ServiceFuture { answer, asked }
    }
}

impl fmt::Debug for RouteService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RouteService")
    }
}

impl<B> Service<axum::http::Request<B>> for RouteService
where
    B: HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = ServiceFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::http::Request<B>) -> ServiceFuture {
        self.answer(request.map(Body::new), None)
    }
}

/// What the method of a request asks of its answer, whoever gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Content,
    /// The same, and who sends it adds its length.
    ContentAlone,
    /// HEAD: the head alone.
    Head,
    /// CONNECT: nothing after the head of a success.
    Tunnel,
}

impl Asked {
    pub(crate) fn by(method: &Method) -> Self {
        match *method {
            Method::HEAD => Asked::Head,
            Method::CONNECT => Asked::Tunnel,
            _ => Asked::Content,
        }
    }
}

/// The answer of a [`RouteService`] to come.
#[must_use = "futures do nothing unless polled"]
pub struct ServiceFuture {
    answer: Answer,
    asked: Asked,
}

enum Answer {
    Function(Guarded),
    /// With an `Allow`.
    Other(other_method::Reply, Option<HeaderValue>),
    /// Its answer is whole.
    Router(RouteFuture<Infallible>),
    Nobody(Option<Response>),
}

impl Future for ServiceFuture {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut response = match &mut this.answer {
            Answer::Function(function) => ready!(Pin::new(function).poll(cx))?,
            Answer::Other(other, allow) => {
                let mut response = ready!(Pin::new(other).poll(cx))?;
                if let Some(allow) = allow.take() {
                    response.headers_mut().entry(header::ALLOW).or_insert(allow);
                }
                response
            }
            Answer::Router(future) => return Pin::new(future).poll(cx),
            Answer::Nobody(response) => match response.take() {
                Some(response) => response,
                None => return Poll::Pending,
            },
        };
        finish(&mut response, this.asked);
        Poll::Ready(Ok(response))
    }
}

impl fmt::Debug for ServiceFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceFuture")
    }
}

/// What a router of axum does to nearly every answer.
pub(crate) fn finish(response: &mut Response, asked: Asked) {
    let size = response.body().size_hint();
    if asked == Asked::Tunnel && response.status().is_success() {
        // RFC 9110, 9.3.6. What comes now are the bytes of the tunnel.
        let says = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
        if size.lower() != 0 || says.iter().any(|name| response.headers().contains_key(name)) {
            *response.body_mut() = Body::empty();
        }
        return;
    }
    if asked == Asked::ContentAlone {
        return;
    }
    if let Some(length) = size.exact()
        && let header::Entry::Vacant(entry) = response.headers_mut().entry(header::CONTENT_LENGTH)
    {
        entry.insert(decimal(length));
    }
    if asked == Asked::Head {
        *response.body_mut() = Body::empty();
    }
}

/// All numbers of three digits, one after the other.
static DIGITS: &str = {
    const BYTES: [u8; 3000] = {
        let mut digits = [b'0'; 3000];
        let mut number = 0;
        while number < 1000 {
            digits[3 * number] += (number / 100) as u8;
            digits[3 * number + 1] += (number / 10 % 10) as u8;
            digits[3 * number + 2] += (number % 10) as u8;
            number += 1;
        }
        digits
    };
    match str::from_utf8(&BYTES) {
        Ok(digits) => digits,
        Err(_) => "",
    }
};

/// A length as a header says it. Most are short, and those take no memory of their own.
fn decimal(length: u64) -> HeaderValue {
    let zeros = match length {
        0..10 => 2,
        10..100 => 1,
        _ => 0,
    };
    let short = usize::try_from(length).ok().filter(|length| *length < 1000);
    match short.and_then(|length| DIGITS.get(3 * length + zeros..3 * length + 3)) {
        Some(digits) => HeaderValue::from_static(digits),
        None => length.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lengths_are_written_as_any() {
        for length in (0..1100).chain([u64::MAX]) {
            assert_eq!(decimal(length), length.to_string());
        }
    }
}
