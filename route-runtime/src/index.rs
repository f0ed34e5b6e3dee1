//! Which route answers a request, for who stands outside of the routes.

use std::fmt;
use std::sync::Arc;

use axum::http::Method;

use crate::config::RouteConfig;
use crate::conflict;
use crate::info::RouteInfo;
use crate::routes::Routes;
use crate::segments::Segments;
use crate::tree::Tree;

/// Finds the route of a request by its method and path: for middleware of an app that these routes are a part of, which runs
/// before them. [`Routes::index`] makes it; a clone is a pointer.
///
/// ```standalone_crate
/// use axum::http::Method;
/// use route_runtime::{get, Routes};
///
/// #[get("/posts/[id]", tag = "posts")]
/// async fn post(id: u64) -> String {
///     id.to_string()
/// }
///
/// let routes = Routes::collect().base("/v1");
/// let index = routes.index();
/// let route = index.find(&Method::GET, "/v1/posts/7").unwrap();
/// assert_eq!(route.path(), "/v1/posts/[id]");
/// assert_eq!(route.info().tag(), Some("posts"));
/// assert!(index.find(&Method::PUT, "/v1/posts/7").is_none());
/// ```
#[derive(Clone)]
pub struct RouteIndex(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    tree: Arc<Tree<Vec<usize>>>,
    routes: Vec<IndexedRoute>,
    /// What stands before the patterns, `None` for a segment that may be any.
    before: Vec<Option<String>>,
    /// What takes a path away from a pattern: the page of the document. Behind what stands before the base.
    pages: Vec<String>,
    /// How many segments stand before the base.
    outer: usize,
    is_strict: bool,
}

/// A route where it is mounted.
#[derive(Debug, Clone)]
pub struct IndexedRoute {
    info: &'static RouteInfo,
    path: String,
    config: RouteConfig,
}

impl IndexedRoute {
    /// What its author wrote.
    #[must_use]
    pub fn info(&self) -> &'static RouteInfo {
        self.info
    }

    /// Its pattern with the base path before it: `/v1/posts/[id]`. The same for all requests of the route, so that it can be a
    /// label of metrics.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What its attribute sets, and behind it [`Routes::defaults`].
    #[must_use]
    pub fn config(&self) -> RouteConfig {
        self.config
    }
}

impl RouteIndex {
    /// The route that a request of this method and path reaches; `None` where there is none, and for a 405. HEAD is of the
    /// function for GET, where none is its own. The path is that of the URI, as it was sent. What the route itself refuses, as
    /// another spelling of a static path, is of the route; so is a path that the app has by hand and a pattern fits too.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Option<&IndexedRoute> {
        let numbers = self.numbers(path)?;
        let of_path = || numbers.iter().filter_map(|number| self.0.routes.get(*number));
        let by = |method: &Method| of_path().find(|route| route.info.methods().names(method));
        let head = || if method == Method::HEAD { by(&Method::GET) } else { None };
        by(method).or_else(head).or_else(|| of_path().find(|route| route.info.methods().is_all()))
    }

    /// The routes of a path, whatever their methods: of a request that is a 405, or an `OPTIONS`.
    pub fn at(&self, path: &str) -> impl Iterator<Item = &IndexedRoute> {
        let numbers = self.numbers(path).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| self.0.routes.get(*number))
    }

    fn numbers(&self, path: &str) -> Option<&Vec<usize>> {
        let Inner { tree, before, pages, outer, is_strict, .. } = &*self.0;
        if *is_strict && path.len() > 1 && path.ends_with('/') {
            return None;
        }
        let mut segments = Segments::of(path);
        if !pages.is_empty() {
            let below: String = Segments::of(path).skip(*outer).flat_map(|segment| ["/", segment]).collect();
            if pages.contains(&below) {
                return None;
            }
        }
        let fits = |wanted: &Option<String>, found: &str| match wanted {
            Some(wanted) => wanted == found,
            None => !found.is_empty(),
        };
        if !before.iter().all(|wanted| segments.next().is_some_and(|found| fits(wanted, found))) {
            return None;
        }
        tree.find(segments)
    }

    /// All routes, in the order of [`Routes::iter`].
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &IndexedRoute> {
        self.0.routes.iter()
    }

    /// The index where the router is nested: `index.under("/of/{tenant}")`, the path as it is written for axum's `nest`.
    #[must_use]
    pub fn under(&self, template: &str) -> Self {
        let mut inner = Inner::clone(&self.0);
        let is_any = |segment: &str| segment.starts_with('{');
        let outer = Segments::of(template).map(|part| (!is_any(part)).then(|| part.to_owned()));
        let before = inner.before.len();
        inner.before.splice(0..0, outer).for_each(drop);
        inner.outer += inner.before.len() - before;
        let template = template.trim_matches('/');
        for route in inner.routes.iter_mut().filter(|_| !template.is_empty()) {
            // axum has no `/` at the end of what it nests.
            let below = route.path.trim_end_matches('/');
            route.path = format!("/{template}{below}");
        }
        RouteIndex(Arc::new(inner))
    }
}

impl fmt::Debug for RouteIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(IndexedRoute::path)).finish()
    }
}

impl Routes {
    /// An index of these routes by method and path. What keeps them from being served is told by
    /// [`into_router`](Self::into_router), not here.
    #[must_use]
    pub fn index(&self) -> RouteIndex {
        let base = self.base_path();
        let routes = self.entries.iter().map(|entry| IndexedRoute {
            info: &entry.info,
            path: self.path_of(&entry.info),
            config: entry.info.config().or(self.defaults),
        });
        RouteIndex(Arc::new(Inner {
            tree: Arc::new(conflict::tree(&self.entries)),
            routes: routes.collect(),
            before: Segments::of(&base).map(|segment| Some(segment.to_owned())).collect(),
            pages: self.page_paths(),
            outer: 0,
            is_strict: self.is_strict(),
        }))
    }
}
