//! What is made of the routes: a router, a service.

use std::any::Any;
use std::future::ready;
use std::sync::Arc;

use axum::Router;

use super::Routes;
use crate::config::RouteConfig;
use crate::conflict::RoutesError;
use crate::dispatch::{Pages, RouteService};
use crate::entry::Entry;
use crate::error::not_found;
use crate::layers::Around;
use crate::router::{self, Setting};

impl Routes {
    /// The routes as an axum router, without a fallback: unknown paths are the outer app's.
    ///
    /// Paths are judged strictly: an empty segment, a broken escape or another spelling of a static path of these routes
    /// (`/users/%6De` beside `/users/me`) reach no handler. Static paths that the outer app has by hand are not known here.
    ///
    /// ```standalone_crate
    /// use axum::{Router, routing};
    /// use route_runtime::{get, Routes};
    ///
    /// #[get("/annotated")]
    /// async fn annotated() -> &'static str {
    ///     "ours"
    /// }
    ///
    /// let app: Router = Router::new()
    ///     .route("/by-hand", routing::get(|| async { "theirs" }))
    ///     .merge(Routes::collect().into_router()?);
    /// # Ok::<(), route_runtime::RoutesError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every problem of the set at once: two functions for one method and path, two names at one dynamic segment, a
    /// state that was not provided, a `Path<T>` that does not fit its route, no route at all where some were expected.
    ///
    /// # Panics of axum
    ///
    /// `Router::merge` panics where two routers can't be one: where both have a function for one method and path, and
    /// where both have a fallback for one path, which two routers made by this function from functions of one path
    /// have. Make one router of all functions of a path; [`Mounts`](crate::Mounts) tells of such before axum does. A
    /// `method_not_allowed_fallback` is such a fallback: call it after `merge`.
    pub fn into_router(self) -> Result<Router, RoutesError> {
        self.into_router_or(RouteConfig::new())
    }

    /// The routes as a tower service that finds their functions by itself, at a fraction of what a router of axum asks for each
    /// request. It answers as [`into_router`](Self::into_router) does, and unknown paths with a 404 problem: it is for an app
    /// that consists of these routes, or that has no other fallback. [`serve`](Self::serve) uses it.
    ///
    /// A path of which an argument or a layer may ask for what only axum's router knows (`Path`, `MatchedPath`, an extractor
    /// that is not known here) is in a router of its own; with [`layer`](Self::layer) or [`trace`](Self::trace) all are.
    ///
    /// ```standalone_crate
    /// use axum::{routing, Router};
    /// use route_runtime::{get, Routes};
    ///
    /// #[get("/annotated")]
    /// async fn annotated() -> &'static str {
    ///     "ours"
    /// }
    ///
    /// let app: Router = Router::new()
    ///     .route("/by-hand", routing::get(|| async { "theirs" }))
    ///     .fallback_service(Routes::collect().into_service()?);
    /// # Ok::<(), route_runtime::RoutesError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`into_router`](Self::into_router).
    pub fn into_service(self) -> Result<RouteService, RoutesError> {
        self.into_service_or(RouteConfig::new())
    }

    pub(crate) fn into_service_or(mut self, otherwise: RouteConfig) -> Result<RouteService, RoutesError> {
        let layers = self.layers.take_outside();
        let Some(index) = layers.index_of(&self) else {
            let service = self.with_setting(otherwise, |setting| {
                let pages = self.pages()?.map(|router| Pages { paths: self.page_paths(), router });
                Ok(RouteService::direct(&self.entries, setting, pages))
            })?;
            self.layers.tell_idle(&self.entries);
            return Ok(service);
        };
        let renderer = self.renderer.clone();
        let router = self.into_router_or(otherwise)?;
        let of_fallback = renderer.clone();
        let router = router.fallback(move || ready(not_found(of_fallback.as_ref())));
        Ok(RouteService::of_router(layers.wrap(router, Around::All, renderer.as_ref(), Some(index))))
    }

    /// With what counts where neither an attribute nor [`defaults`](Self::defaults) says: it is of who serves the routes, so
    /// no document tells it.
    pub(crate) fn into_router_or(self, otherwise: RouteConfig) -> Result<Router, RoutesError> {
        let router = self.with_setting(otherwise, |setting| {
            let router = router::build(&self.entries, setting);
            Ok(match self.pages()? {
                Some(pages) => router.merge(pages),
                None => router,
            })
        })?;
        self.layers.tell_idle(&self.entries);
        let index = self.layers.index_of(&self);
        Ok(self.layers.wrap(router, Around::Routes, self.renderer.as_ref(), index))
    }

    /// Makes something of the routes, once they are checked.
    fn with_setting<T>(
        &self,
        otherwise: RouteConfig,
        make: impl FnOnce(&Setting<'_>) -> Result<T, RoutesError>,
    ) -> Result<T, RoutesError> {
        let none: Arc<dyn Any + Send + Sync> = Arc::new(());
        let state = |entry: &Entry| {
            let wanted = (entry.state.id)();
            let found = self.states.iter().find(|provision| provision.id == wanted);
            Arc::clone(found.map_or(&none, |provision| &provision.value))
        };
        make(&Setting {
            base: &self.base,
            defaults: self.defaults.or(otherwise),
            trailing_slash: self.trailing_slash,
            state: &state,
            tree: Arc::new(self.check()?),
            renderer: self.renderer.as_ref(),
            layers: self.layers.of_routes(),
        })
    }

    /// The page of the document.
    fn pages(&self) -> Result<Option<Router>, RoutesError> {
        #[cfg(feature = "openapi")]
        return self.docs.as_ref().map(|docs| docs.router(self)).transpose();
        #[cfg(not(feature = "openapi"))]
        Ok(None)
    }
}

/// `Routes::collect().into_router()`, for routes without state.
///
/// ```standalone_crate
/// # use route_runtime::get;
/// # #[get("/hello")]
/// # async fn hello() -> &'static str { "hello" }
/// let app: axum::Router = route_runtime::router()?;
/// # Ok::<(), route_runtime::RoutesError>(())
/// ```
///
/// # Errors
///
/// As [`Routes::into_router`].
pub fn router() -> Result<Router, RoutesError> {
    Routes::collect().into_router()
}
