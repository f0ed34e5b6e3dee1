//! Checked routes -> an axum router.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, any_service};

use crate::admit::TrailingSlash;
use crate::config::RouteConfig;
use crate::endpoint::Endpoint;
use crate::entry::Entry;
use crate::error::Renderer;
use crate::group::GroupService;
use crate::incoming::Incoming;
use crate::layers::RouteLayer;
use crate::limits::Limits;
use crate::methods::Methods;
use crate::mount::{Mount, What, mounts};
use crate::mounted::Mounted;
use crate::other_method::OtherMethod;
use crate::pattern::{Segment, axum_paths};
use crate::tree::Tree;

/// What all routes of one router share.
pub(crate) struct Setting<'a> {
    /// The segments of the base path, encoded.
    pub(crate) base: &'a [String],
    pub(crate) defaults: RouteConfig,
    pub(crate) trailing_slash: TrailingSlash,
    pub(crate) state: &'a dyn Fn(&Entry) -> Arc<dyn Any + Send + Sync>,
    pub(crate) tree: Arc<Tree<Vec<usize>>>,
    pub(crate) renderer: Option<&'a Renderer>,
    /// Around single routes, from the inside out.
    pub(crate) layers: &'a [RouteLayer],
}

/// One `MethodRouter` for each pattern.
pub(crate) fn build(entries: &[&'static Entry], setting: &Setting<'_>) -> Router {
    let tree = Arc::clone(&setting.tree);
    let segments = segments_of(entries);
    let offset = setting.base.len();
    let mut router = Router::new();
    for Mount { paths, what } in mounts(&tree, &segments, setting.base, setting.trailing_slash) {
        match what {
            What::Pattern(numbers) => {
                let methods = Functions::new(entries, numbers, false, setting).into_method_router();
                router = route_all(router, &paths, methods);
            }
            What::Group { depth, patterns } => {
                let mut alone = BTreeMap::new();
                for numbers in patterns {
                    let Some(pattern) = numbers.first().copied() else { continue };
                    let methods = Functions::new(entries, numbers, true, setting).into_method_router();
                    let below = segments(pattern).get(depth..).unwrap_or_default();
                    alone.insert(pattern, route_all(Router::new(), &axum_paths(&[], below), methods));
                }
                let service = GroupService::new(
                    Arc::clone(&tree),
                    offset,
                    offset + depth,
                    setting.renderer.cloned(),
                    alone,
                );
                for path in paths {
                    router = router.route_service(&path, service.clone());
                }
            }
        }
    }
    router
}

/// The same functions at several paths. A clone boxes every function anew, so the last path takes the original.
pub(crate) fn route_all(mut router: Router, paths: &[String], methods: MethodRouter) -> Router {
    let Some((last, others)) = paths.split_last() else { return router };
    for path in others {
        router = router.route(path, methods.clone());
    }
    router.route(last, methods)
}

/// The pattern of an entry by its number.
pub(crate) fn segments_of(entries: &[&'static Entry]) -> impl Fn(usize) -> &'static [Segment] {
    |number| entries.get(number).map_or(&[], |entry| entry.info.segments())
}

/// The functions of one pattern: by method, behind them the one that takes every method.
pub(crate) struct Functions {
    pub(crate) by_method: Vec<(Methods, Endpoint)>,
    pub(crate) every: Option<Endpoint>,
}

impl Functions {
    /// `in_group`: whether a group hands the requests to them.
    pub(crate) fn new(
        entries: &[&'static Entry],
        numbers: &[usize],
        in_group: bool,
        setting: &Setting<'_>,
    ) -> Self {
        let position = Position { pattern: numbers.first().copied().unwrap_or_default(), in_group };
        let mut functions = Functions { by_method: Vec::with_capacity(numbers.len()), every: None };
        for entry in numbers.iter().filter_map(|number| entries.get(*number).copied()) {
            let endpoint = endpoint(entry, &position, setting);
            match entry.info.methods() {
                methods if methods.is_all() => functions.every = Some(endpoint),
                methods => functions.by_method.push((methods, endpoint)),
            }
        }
        functions
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Endpoint> {
        self.by_method.iter().map(|(_, endpoint)| endpoint).chain(&self.every)
    }

    /// The function for a method: HEAD is that for GET, where none is its own.
    pub(crate) fn find(&self, method: &Method) -> Option<&Endpoint> {
        let by = |method: &Method| self.by_method.iter().find(|(methods, _)| methods.names(method));
        let head = || if method == Method::HEAD { by(&Method::GET) } else { None };
        by(method).or_else(head).map(|(_, endpoint)| endpoint).or(self.every.as_ref())
    }

    /// What answers where no function is for the method: OPTIONS and 405.
    pub(crate) fn other(&self) -> Option<OtherMethod> {
        let (_, first) = self.by_method.first()?;
        self.every.is_none().then(|| OtherMethod::new(first, &self.by_method))
    }

    pub(crate) fn into_method_router(self) -> MethodRouter {
        let other = self.other();
        // `any_service` rather than a fallback: its answers must not get an `Allow`.
        let others = self.every.map_or_else(MethodRouter::new, any_service);
        let others = match other {
            Some(other) => others.fallback_service(other),
            None => others,
        };
        self.by_method.into_iter().fold(others, |router, (methods, endpoint)| {
            let filter = methods.iter().filter_map(|method| MethodFilter::try_from(method).ok());
            match filter.reduce(MethodFilter::or) {
                Some(filter) => router.on_service(filter, endpoint),
                None => router,
            }
        })
    }
}

/// Where among the patterns a route stands.
struct Position {
    pattern: usize,
    in_group: bool,
}

fn endpoint(entry: &'static Entry, position: &Position, setting: &Setting<'_>) -> Endpoint {
    let config = entry.info.config().or(setting.defaults);
    let segments = entry.info.segments();
    let route = Arc::new(Mounted {
        entry,
        state: (setting.state)(entry),
        offset: setting.base.len(),
        max_duration: config.get_max_duration().flatten(),
        tree: Arc::clone(&setting.tree),
        pattern: position.pattern,
        trailing_slash: setting.trailing_slash,
        has_parameters: segments.iter().any(|segment| segment.name().is_some()),
        catch_all: segments
            .iter()
            .position(|segment| matches!(segment, Segment::CatchAll(_) | Segment::OptionalCatchAll(_))),
        in_group: position.in_group,
        dot_segments: config.get_dot_segments().unwrap_or(false),
        limits: Limits::new(entry.info.config(), setting.defaults),
        etag: config.get_etag().unwrap_or(true),
        external_resolver: config.get_external_resolver().unwrap_or(false),
        renderer: setting.renderer.cloned(),
        needs: (entry.call)(&mut Incoming::question()).needs(),
        status: entry.info.status().and_then(|status| StatusCode::from_u16(status).ok()),
    });
    Endpoint::new(route, setting.layers)
}
