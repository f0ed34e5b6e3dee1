//! Checked routes -> an axum router.

use std::any::Any;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any_service};
use tower::service_fn;

use crate::admit::TrailingSlash;
use crate::config::RouteConfig;
use crate::endpoint::{Endpoint, Mounted};
use crate::entry::Entry;
use crate::error::problem;
use crate::group::{GroupService, TAIL};
use crate::pattern::{Group, Segment, Tree, axum_paths};

/// What all routes of one router share.
pub(crate) struct Setting<'a> {
    /// The segments of the base path, encoded.
    pub(crate) base: &'a [String],
    pub(crate) defaults: RouteConfig,
    pub(crate) trailing_slash: TrailingSlash,
    pub(crate) state: &'a dyn Fn(&Entry) -> Arc<dyn Any + Send + Sync>,
    pub(crate) tree: Arc<Tree<Vec<usize>>>,
}

/// One `MethodRouter` for each pattern.
pub(crate) fn build(entries: &[&'static Entry], setting: &Setting<'_>) -> Router {
    let mut router = Router::new();
    let mut groups: BTreeMap<usize, (usize, BTreeMap<usize, Router>)> = BTreeMap::new();
    let mut add = |numbers: &Vec<usize>, group: Option<Group>| {
        let routes: Vec<&'static Entry> =
            numbers.iter().filter_map(|number| entries.get(*number).copied()).collect();
        let (Some(first), Some(pattern)) = (routes.first(), numbers.first().copied()) else { return };
        let segments = first.info.segments();
        let methods = |in_group| method_router(&routes, &Position { pattern, in_group }, setting);
        let Some(group) = group else {
            let paths = axum_paths(setting.base, segments);
            router = mount(std::mem::take(&mut router), paths, &methods(false), setting);
            return;
        };
        let below = segments.get(group.depth..).unwrap_or_default();
        let mut alone = Router::new();
        for path in axum_paths(&[], below) {
            alone = alone.route(&path, methods(true));
        }
        let (_, routers) = groups.entry(group.number).or_insert_with(|| (group.depth, BTreeMap::new()));
        routers.insert(pattern, alone);
        if let [Segment::OptionalCatchAll(_)] = below {
            // The path without a segment is above the level.
            let above = axum_paths(setting.base, segments.get(..group.depth).unwrap_or_default());
            router = mount(std::mem::take(&mut router), above, &methods(false), setting);
        }
    };
    setting.tree.groups(&mut add);
    for (depth, routers) in groups.into_values() {
        let above = routers
            .keys()
            .next()
            .and_then(|pattern| entries.get(*pattern))
            .map(|entry| entry.info.segments());
        let above = above.and_then(|segments| segments.get(..depth)).unwrap_or_default();
        let offset = setting.base.len();
        let path = axum_paths(setting.base, above).concat();
        let path = format!("{}{TAIL}", path.trim_end_matches('/'));
        let service = GroupService::new(Arc::clone(&setting.tree), offset, offset + depth, routers);
        router = router.route_service(&path, service);
    }
    router
}

/// Adds the routes of one pattern, with a `/` at the end too where that has a meaning.
fn mount(mut router: Router, paths: Vec<String>, methods: &MethodRouter, setting: &Setting<'_>) -> Router {
    for path in paths {
        router = router.route(&path, methods.clone());
        // A catch-all takes it by itself.
        if setting.trailing_slash != TrailingSlash::Strict && path != "/" && !path.contains("{*") {
            router = router.route(&format!("{path}/"), methods.clone());
        }
    }
    router
}

/// Where among the patterns a route stands.
struct Position {
    pattern: usize,
    in_group: bool,
}

/// The functions of one pattern: by method, behind them the one that takes every method, or OPTIONS and 405.
fn method_router(routes: &[&'static Entry], position: &Position, setting: &Setting<'_>) -> MethodRouter {
    let every = routes.iter().find(|entry| entry.info.methods().is_all());
    // `any_service` rather than a fallback: its answers must not get an `Allow`.
    let mut methods = match every {
        Some(entry) => any_service(endpoint(entry, position, setting)),
        None => MethodRouter::new().fallback_service(service_fn(other_method)),
    };
    for entry in routes {
        let filter = entry.info.methods().iter().filter_map(|method| MethodFilter::try_from(method).ok());
        if let Some(filter) = filter.reduce(MethodFilter::or) {
            methods = methods.on_service(filter, endpoint(entry, position, setting));
        }
    }
    methods
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
        status: entry.info.status().and_then(|status| StatusCode::from_u16(status).ok()),
    };
    Endpoint::new(route)
}

/// What a path answers to a method that no function has: axum adds `Allow`, over hand-written methods of the same
/// path too.
async fn other_method(request: Request) -> Result<Response, Infallible> {
    Ok(match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => problem(StatusCode::METHOD_NOT_ALLOWED, None, None),
    })
}
