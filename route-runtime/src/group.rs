//! Patterns that axum can't hold in one router: `[id]` beside `[...rest]` at one level.
//!
//! A group is one axum route, a catch-all at that level. It finds the pattern by the tree and hands the request to a
//! router with that pattern alone, which sets what axum's extractors look for: `Path`, `MatchedPath`. The handler then
//! sees the URI as it came.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::Response;
use tower::Service;

use crate::dispatch::{Asked, finish};
use crate::error::{Renderer, not_found};
use crate::segments::Segments;
use crate::tree::Tree;

/// The catch-all under which axum nests services. `Path` and `MatchedPath` of an inner router leave a parameter of this
/// name out; a test fails when axum calls it otherwise.
pub(crate) const TAIL: &str = "/{*__private__axum_nest_tail_param}";

/// A group as axum mounts it.
#[derive(Clone)]
pub(crate) struct GroupService(Arc<Inner>);

struct Inner {
    tree: Arc<Tree<Vec<usize>>>,
    /// How many segments a base path puts before those of the patterns.
    offset: usize,
    /// How many segments stand before the level, with those of the base.
    depth: usize,
    renderer: Option<Renderer>,
    /// For each pattern of the group, by the number of its first entry, a router with it alone.
    routers: BTreeMap<usize, Router>,
}

impl GroupService {
    pub(crate) fn new(
        tree: Arc<Tree<Vec<usize>>>,
        offset: usize,
        depth: usize,
        renderer: Option<Renderer>,
        routers: BTreeMap<usize, Router>,
    ) -> Self {
        GroupService(Arc::new(Inner { tree, offset, depth, renderer, routers }))
    }
}

/// The URI before a group cut it, on its way to the handler.
#[derive(Clone)]
pub(crate) struct Uncut(pub(crate) Uri);

impl Inner {
    fn router(&self, uri: &Uri) -> Option<&Router> {
        let mut segments = Segments::of(uri.path());
        segments.by_ref().take(self.offset).for_each(drop);
        let pattern = self.tree.find(segments)?.first()?;
        self.routers.get(pattern)
    }

    /// The URI as a router of the group matches it: without the segments before the level, and without a `/` at the
    /// end, which the endpoint judges by the whole URI.
    fn cut(&self, uri: &Uri) -> Option<Uri> {
        let path = uri.path();
        let (start, _) = path.match_indices('/').nth(self.depth)?;
        let path = path.get(start..)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(match uri.query() {
            Some(query) => PathAndQuery::try_from(format!("{path}?{query}")).ok()?,
            None => PathAndQuery::try_from(path).ok()?,
        });
        Uri::from_parts(parts).ok()
    }
}

impl Service<Request> for GroupService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match (self.0.router(request.uri()), self.0.cut(request.uri())) {
            (Some(router), Some(cut)) => {
                let whole = std::mem::replace(request.uri_mut(), cut);
                request.extensions_mut().insert(Uncut(whole));
                Box::pin(router.clone().call(request))
            }
            _ => {
                let mut response = not_found(self.0.renderer.as_ref());
                // axum leaves the answers of a service as they are.
                finish(&mut response, Asked::by(request.method()));
                Box::pin(std::future::ready(Ok(response)))
            }
        }
    }
}
