//! The layers around a whole router.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::Route;
use tower::util::MapResponseLayer;
use tower::{Layer, Service};

use crate::error::Renderer;

/// What [`Routes::layer`](crate::Routes::layer) is given, from the inside out.
#[derive(Clone, Default)]
pub(crate) struct Layers(Vec<Arc<dyn Fn(Router, Around) -> Router + Send + Sync>>);

/// What of a router is wrapped.
#[derive(Clone, Copy)]
pub(crate) enum Around {
    /// Its routes. `Router::layer` would wrap axum's own 404 too, which `merge` then makes that of the outer app.
    Routes,
    /// Its routes and its fallback.
    #[cfg(feature = "server")]
    All,
}

impl Layers {
    pub(crate) fn add<L>(&mut self, layer: L)
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.0.push(Arc::new(move |router, around| match around {
            // axum panics where there is none.
            Around::Routes if router.has_routes() => router.route_layer(layer.clone()),
            Around::Routes => router,
            #[cfg(feature = "server")]
            Around::All => router.layer(layer.clone()),
        }));
    }

    /// The router in its layers, whose own errors look as the app says.
    pub(crate) fn wrap(&self, router: Router, around: Around, renderer: Option<&Renderer>) -> Router {
        if self.0.is_empty() {
            return router;
        }
        let mut layers = self.clone();
        if let Some(renderer) = renderer.cloned() {
            layers.add(MapResponseLayer::new(move |response: Response| renderer.finish(response)));
        }
        layers.0.iter().fold(router, |router, layer| layer(router, around))
    }
}
