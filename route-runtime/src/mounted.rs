//! A route as it stands in its router: what the attribute, the app and the other routes make of it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{Extensions, Method, StatusCode, Version, header};
use axum::response::Response;

use crate::admit::{TrailingSlash, admit};
use crate::arguments::Refusal;
use crate::entry::Entry;
use crate::error::{Renderer, bare};
use crate::group::Uncut;
use crate::info::RouteInfo;
use crate::limits::Limits;
use crate::log;
use crate::needs::Needs;
use crate::tree::Tree;
use crate::work::Work;

/// A route with everything it needs at request time.
pub struct Mounted {
    pub(crate) entry: &'static Entry,
    /// Of the type that the entry's key names.
    pub(crate) state: Arc<dyn Any + Send + Sync>,
    /// How many segments a base path puts before those of the pattern.
    pub(crate) offset: usize,
    pub(crate) max_duration: Option<Duration>,
    pub(crate) status: Option<StatusCode>,
    /// All patterns of the router, and the one of this route among them.
    pub(crate) tree: Arc<Tree<Vec<usize>>>,
    pub(crate) pattern: usize,
    pub(crate) trailing_slash: TrailingSlash,
    pub(crate) has_parameters: bool,
    /// The index of the catch-all among the segments.
    pub(crate) catch_all: Option<usize>,
    pub(crate) dot_segments: bool,
    /// Whether a group has cut the URI.
    pub(crate) in_group: bool,
    pub(crate) limits: Limits,
    pub(crate) etag: bool,
    pub(crate) external_resolver: bool,
    pub(crate) renderer: Option<Renderer>,
    pub(crate) needs: Needs,
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mounted").field("info", self.info()).finish_non_exhaustive()
    }
}

impl Mounted {
    pub(crate) fn info(&self) -> &'static RouteInfo {
        &self.entry.info
    }

    pub(crate) fn state<S: 'static>(&self) -> Result<&S, Refusal> {
        self.state.downcast_ref().ok_or_else(|| {
            // `into_router` has compared the types.
            log::report(format_args!("was mounted with a state of another type"));
            Box::new(bare(StatusCode::INTERNAL_SERVER_ERROR))
        })
    }

    /// What an answer has to know of the request. `by_any`: whether others than the handler may make it.
    pub(crate) fn work(self: &Arc<Self>, request: &Request, by_any: bool) -> Work {
        let (method, headers) = (request.method(), request.headers());
        let may_have = self.etag && (by_any || self.needs.may_have_tag);
        let tags = may_have && (method == Method::GET || method == Method::HEAD);
        Work {
            route: Arc::clone(self),
            hop: None,
            is_aside: false,
            tags,
            if_none_match: tags && headers.contains_key(header::IF_NONE_MATCH),
            body_overran: false,
            body_is_late: false,
            by_http_1: request.version() < Version::HTTP_2,
        }
    }

    /// Makes of an error what the app renders.
    pub(crate) fn render(&self, response: &mut Response) {
        if let Some(renderer) = &self.renderer {
            renderer.finish(response);
        }
    }

    /// See [`render`](Self::render).
    pub(crate) fn rendered(&self, mut response: Response) -> Response {
        self.render(&mut response);
        response
    }

    /// Limits the body of a request; see [`Limits::admit`]. `streamed`: whether the handler may read it.
    pub(crate) fn limit(&self, request: &mut Request, streamed: bool) -> Result<(), Refusal> {
        self.limits.admit(request, streamed && self.max_duration.is_some())
    }

    /// Undoes what a group did to the request, and says whether its path may reach the route.
    pub(crate) fn receive(&self, request: &mut Request) -> Result<(), Refusal> {
        if self.in_group
            && let Some(Uncut(uri)) = request.extensions_mut().remove()
        {
            *request.uri_mut() = uri;
        }
        admit(self, request)
    }

    /// Lets extractors and layers see which route they work for.
    pub(crate) fn announce(&self, extensions: &mut Extensions) {
        extensions.insert(self.info());
    }
}
