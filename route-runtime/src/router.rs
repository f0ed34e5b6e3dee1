//! Checked routes -> an axum router.

use std::any::Any;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, any_service};
use tower::service_fn;

use crate::config::RouteConfig;
use crate::endpoint::{Endpoint, Mounted};
use crate::entry::Entry;
use crate::error::problem;
use crate::pattern::{Segment, axum_paths};

/// What all routes of one router share.
pub(crate) struct Setting<'a> {
    pub(crate) base: &'a [Segment],
    pub(crate) defaults: RouteConfig,
    pub(crate) state: &'a dyn Fn(&Entry) -> Arc<dyn Any + Send + Sync>,
}

/// One `MethodRouter` per pattern. `groups` are the numbers of the entries that share one.
pub(crate) fn build(entries: &[&'static Entry], groups: &[Vec<usize>], setting: &Setting<'_>) -> Router {
    let mut router = Router::new();
    for group in groups {
        let routes: Vec<&'static Entry> =
            group.iter().filter_map(|number| entries.get(*number).copied()).collect();
        let Some(first) = routes.first() else { continue };
        let methods = method_router(&routes, setting);
        for path in axum_paths(setting.base.iter().chain(first.info.segments()).copied()) {
            router = router.route(&path, methods.clone());
        }
    }
    router
}

/// The functions of one pattern: by method, behind them the one that takes every method, or OPTIONS and 405.
fn method_router(routes: &[&'static Entry], setting: &Setting<'_>) -> MethodRouter {
    let every = routes.iter().find(|entry| entry.info.methods().is_all());
    // `any_service` rather than a fallback: its answers must not get an `Allow`.
    let mut methods = match every {
        Some(entry) => any_service(endpoint(entry, setting)),
        None => MethodRouter::new().fallback_service(service_fn(other_method)),
    };
    for entry in routes {
        let filter = entry.info.methods().iter().filter_map(|method| MethodFilter::try_from(method).ok());
        if let Some(filter) = filter.reduce(MethodFilter::or) {
            methods = methods.on_service(filter, endpoint(entry, setting));
        }
    }
    methods
}

fn endpoint(entry: &'static Entry, setting: &Setting<'_>) -> Endpoint {
    let config = entry.info.config().or(setting.defaults);
    let route = Mounted {
        entry,
        state: (setting.state)(entry),
        offset: setting.base.len(),
        max_duration: config.get_max_duration().flatten(),
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
