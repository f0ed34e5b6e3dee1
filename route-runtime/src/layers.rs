//! The layers that an app puts around its routes: around a whole router, or around some routes.

use std::convert::Infallible;
use std::panic::Location;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Extensions;
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use tower::util::{MapRequestLayer, MapResponseLayer};
use tower::{Layer, Service};

use crate::endpoint::{self, BoxedService};
use crate::entry::Entry;
use crate::error::Renderer;
use crate::index::{IndexedRoute, RouteIndex};
use crate::info::RouteInfo;
use crate::log;
use crate::routes::Routes;
use crate::trace::TraceLayer;

/// What [`Routes`] is given, from the inside out.
#[derive(Clone, Default)]
pub(crate) struct Layers {
    outside: Vec<Arc<dyn Fn(Router, Around) -> Router + Send + Sync>>,
    traced: bool,
    of_routes: Vec<RouteLayer>,
}

/// What of a router is wrapped.
#[derive(Clone, Copy)]
pub(crate) enum Around {
    /// Its routes. `Router::layer` would wrap axum's own 404 too, which `merge` then makes that of the outer app.
    Routes,
    /// Its routes and its fallback.
    All,
}

/// A layer around each of some routes.
#[derive(Clone)]
pub(crate) struct RouteLayer {
    applies: Arc<dyn Fn(&RouteInfo) -> bool + Send + Sync>,
    wrap: Arc<dyn Fn(BoxedService) -> BoxedService + Send + Sync>,
    given_at: &'static Location<'static>,
}

impl RouteLayer {
    pub(crate) fn applies(&self, info: &RouteInfo) -> bool {
        (self.applies)(info)
    }

    pub(crate) fn wrap(&self) -> &(dyn Fn(BoxedService) -> BoxedService + 'static) {
        &*self.wrap
    }
}

impl Layers {
    fn add<L>(&mut self, layer: L)
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.outside.push(Arc::new(move |router, around| match around {
            // axum panics where there is none.
            Around::Routes if router.has_routes() => router.route_layer(layer.clone()),
            Around::Routes => router,
            Around::All => router.layer(layer.clone()),
        }));
    }

    /// Those around single routes.
    pub(crate) fn of_routes(&self) -> &[RouteLayer] {
        &self.of_routes
    }

    /// Says in the log which of them are around no route: the name of a tag may be misspelt.
    pub(crate) fn tell_idle(&self, entries: &[&'static Entry]) {
        for RouteLayer { applies, given_at, .. } in &self.of_routes {
            if !entries.is_empty() && !entries.iter().any(|entry| applies(&entry.info)) {
                log::warn(format_args!(
                    "`.layer_where(…)` at {given_at} is around no route: see that it spells tags, modules and paths as \
                     their routes do"
                ));
            }
        }
    }

    /// Those around a whole router, for who adds to the router first.
    pub(crate) fn take_outside(&mut self) -> Layers {
        Layers {
            outside: std::mem::take(&mut self.outside),
            traced: std::mem::take(&mut self.traced),
            of_routes: Vec::new(),
        }
    }

    /// What those around a whole router have to know of it; nothing where there is none.
    pub(crate) fn index_of(&self, routes: &Routes) -> Option<RouteIndex> {
        (!self.outside.is_empty() || self.traced).then(|| routes.index())
    }

    /// The router in its layers, whose own errors look as the app says and which know the route.
    pub(crate) fn wrap(
        &self,
        router: Router,
        around: Around,
        renderer: Option<&Renderer>,
        index: Option<RouteIndex>,
    ) -> Router {
        let Some(index) = index else { return router };
        let mut layers = self.clone();
        if let Some(renderer) = renderer.cloned() {
            layers.add(MapResponseLayer::new(move |mut response: Response| {
                renderer.finish(&mut response);
                response
            }));
        }
        if self.traced {
            layers.add(TraceLayer::new(index));
        } else {
            layers.add(MapRequestLayer::new(move |mut request: Request| {
                let route = index.find(request.method(), request.uri().path()).map(IndexedRoute::info);
                announce(route, request.extensions_mut());
                request
            }));
        }
        layers.outside.iter().fold(router, |router, layer| layer(router, around))
    }
}

/// Lets layers see the route, and none that an outer router has told of.
pub(crate) fn announce(route: Option<&'static RouteInfo>, extensions: &mut Extensions) {
    match route {
        Some(info) => drop(extensions.insert(info)),
        None => drop(extensions.remove::<&'static RouteInfo>()),
    }
}

impl Routes {
    /// Puts a tower layer around all that these routes answer, 405 and the refusals of extractors included; under
    /// [`serve`](Self::serve), also around the 404 of paths that are no route's. For CORS, compression, tracing. As of
    /// `axum::Router::layer`, the last layer is the outermost.
    ///
    /// An [`ApiError`](crate::ApiError) that it answers looks as [`render_errors`](Self::render_errors) says. It stands outside of the guards of
    /// a route: its time and what it reads of the body are under no limit of the route, and a panic in it ends the connection.
    /// It is made for each path, as axum does: what all of them share, as a limit of concurrency, is kept in the layer, not in
    /// its service. It comes behind the routing, so it can't change the path, and finds `&'static RouteInfo` in the extensions of a request to a
    /// route. One around some functions is [`layer_where`](Self::layer_where), one around a single function the key `layer` of
    /// [`api_route`](macro@crate::api_route).
    ///
    /// ```standalone_crate
    /// use axum::http::HeaderValue;
    /// use axum::response::Response;
    /// use route_runtime::{get, testing::TestClient, Routes};
    /// use tower::util::MapResponseLayer;
    ///
    /// #[get("/hello")]
    /// async fn hello() -> &'static str {
    ///     "hello"
    /// }
    ///
    /// let routes = Routes::collect().layer(MapResponseLayer::new(|mut response: Response| {
    ///     response.headers_mut().insert("x-frame-options", HeaderValue::from_static("DENY"));
    ///     response
    /// }));
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(routes.into_router().unwrap());
    /// assert_eq!(client.get("/hello").await.header("x-frame-options"), Some("DENY"));
    /// assert_eq!(client.post("/hello").await.header("x-frame-options"), Some("DENY"));
    /// # });
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.layers.add(layer);
        self
    }

    /// Puts a tower layer around each route that `which` says yes to: by tag, module, method, path. It stands where the key
    /// `layer` of the attribute does, and outside of it: inside of the guard against panics and of the limit of bodies, outside
    /// of extractors and handler. The last one is the outermost.
    ///
    /// A guard by path or module, `|route| route.is_under("/admin")`, is also around what is added there later; one by tag is
    /// not where the tag was forgotten. A pattern that begins with a parameter, `/[section]/list`, is under no path, and answers
    /// `/admin/list`.
    ///
    /// A preflight of CORS, `OPTIONS` with `Access-Control-Request-Method`, passes the layers of the route that it asks for,
    /// though it is no request to it: so a CORS layer may be around one of several functions of a path. It has no credentials:
    /// give CORS after a layer that asks who is there, so that it stands outside of it. Another `OPTIONS` and a 405 pass none, and
    /// where a function of the path is for OPTIONS or for every method, that one answers. The page of `with_docs` is no route.
    /// Where `which` says yes to no route, the log says so.
    ///
    /// ```standalone_crate
    /// use axum::{extract::Request, middleware::{from_fn, Next}, response::Response};
    /// use route_runtime::{get, testing::TestClient, ApiError, Routes};
    ///
    /// #[get("/users", tag = "admin")]
    /// async fn users() -> &'static str {
    ///     "ann"
    /// }
    ///
    /// #[get("/hello")]
    /// async fn hello() -> &'static str {
    ///     "hello"
    /// }
    ///
    /// async fn admins_only(request: Request, next: Next) -> Result<Response, ApiError> {
    ///     match request.headers().get("authorization") {
    ///         Some(token) if token == "Bearer s3cret" => Ok(next.run(request).await),
    ///         _ => Err(ApiError::unauthorized("sign in").header("www-authenticate", "Bearer")),
    ///     }
    /// }
    ///
    /// let routes = Routes::collect().layer_where(|route| route.tag() == Some("admin"), from_fn(admins_only));
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(routes.into_router().unwrap());
    /// assert_eq!(client.get("/users").await.status(), 401);
    /// assert_eq!(client.get("/hello").await.status(), 200);
    /// # });
    /// ```
    #[track_caller]
    pub fn layer_where<L>(
        mut self,
        which: impl Fn(&RouteInfo) -> bool + Send + Sync + 'static,
        layer: L,
    ) -> Self
    where
        L: Layer<BoxedService> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error: Into<Infallible>, Response: IntoResponse, Future: Send + 'static>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.layers.of_routes.push(RouteLayer {
            applies: Arc::new(which),
            wrap: Arc::new(move |service| endpoint::layer(layer.clone(), service)),
            given_at: Location::caller(),
        });
        self
    }

    /// Opens a `tracing` span for each request, as the outermost layer. Its name is `request`, its level `INFO`, its fields are
    /// those of OpenTelemetry: `http.request.method`, `http.route` (the pattern with the base path), `http.response.status_code`,
    /// `otel.name`, `otel.kind`, `otel.status_code`; and `handler`, `code.file.path`, `code.line.number`, `duration_ms`. When the
    /// head of the answer is there, an event `answered` tells status and duration. Nothing that a client wrote is in it: no
    /// path, no query, no header, and a method that HTTP does not have is `_OTHER`.
    ///
    /// Under [`serve`](Self::serve) unknown paths have a span too, without a route. `tracing-opentelemetry` adds the place of the
    /// span itself under the same names, unless it is told `.with_location(false)`.
    ///
    /// ```
    /// # use route_runtime::Routes;
    /// let routes = Routes::collect().trace();
    /// ```
    pub fn trace(mut self) -> Self {
        self.layers.traced = true;
        self
    }
}
