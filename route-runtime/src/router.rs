//! Checked routes -> an axum router.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{MethodFilter, MethodRouter, any_service};

use crate::admit::TrailingSlash;
use crate::config::RouteConfig;
use crate::endpoint::{Endpoint, Mounted};
use crate::entry::Entry;
use crate::error::Renderer;
use crate::group::GroupService;
use crate::layers::RouteLayer;
use crate::limits::Limits;
use crate::mount::{Mount, What, mounts};
use crate::other_method::OtherMethod;
use crate::pattern::{Segment, Tree, axum_paths};

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
                let methods = method_router(entries, numbers, false, setting);
                router = route_all(router, &paths, methods);
            }
            What::Group { depth, patterns } => {
                let mut alone = BTreeMap::new();
                for numbers in patterns {
                    let Some(pattern) = numbers.first().copied() else { continue };
                    let methods = method_router(entries, numbers, true, setting);
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
fn route_all(mut router: Router, paths: &[String], methods: MethodRouter) -> Router {
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

/// The functions of one pattern: by method, behind them the one that takes every method, or OPTIONS and 405.
fn method_router(
    entries: &[&'static Entry],
    numbers: &[usize],
    in_group: bool,
    setting: &Setting<'_>,
) -> MethodRouter {
    let position = Position { pattern: numbers.first().copied().unwrap_or_default(), in_group };
    let routes = || numbers.iter().filter_map(|number| entries.get(*number).copied());
    let mut others = MethodRouter::new();
    let mut by_method = Vec::with_capacity(numbers.len());
    for entry in routes() {
        let endpoint = endpoint(entry, &position, setting);
        match entry.info.methods() {
            methods if !methods.is_all() => by_method.push((methods, endpoint)),
            // `any_service` rather than a fallback: its answers must not get an `Allow`.
            _ => others = any_service(endpoint),
        }
    }
    let every = routes().any(|entry| entry.info.methods().is_all());
    if let (false, Some((_, endpoint))) = (every, by_method.first()) {
        others = others.fallback_service(OtherMethod::new(endpoint, &by_method));
    }
    by_method.into_iter().fold(others, |router, (methods, endpoint)| {
        let filter = methods.iter().filter_map(|method| MethodFilter::try_from(method).ok());
        match filter.reduce(MethodFilter::or) {
            Some(filter) => router.on_service(filter, endpoint),
            None => router,
        }
    })
}

/// Where among the patterns a route stands.
struct Position {
    pattern: usize,
    in_group: bool,
}

fn endpoint(entry: &'static Entry, position: &Position, setting: &Setting<'_>) -> Endpoint {
    let config = entry.info.config().or(setting.defaults);
    let segments = entry.info.segments();
    let route = Mounted {
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
        status: entry.info.status().and_then(|status| StatusCode::from_u16(status).ok()),
    };
    Endpoint::new(route, setting.layers)
}
