//! The same routes under AWS Lambda and as a server: `cargo run` here, then
//! `curl 'http://127.0.0.1:3000/api/greet/World?title=Dr.'`
//!
//! | variable | |
//! |---|---|
//! | `AWS_LAMBDA_RUNTIME_API` | set by Lambda: where events come from. Without it, the program serves |
//! | `PORT` | the port that it serves; without it 3000 |

mod event;
mod routes;

use std::env;
use std::error::Error;
use std::time::Duration;

use lambda_http::tower::ServiceExt as _;
use route_runtime::axum::Router;
use route_runtime::{ApiError, RouteConfig, Routes, RoutesError, Server};

/// An HTTP API gives up after 30 seconds. Whoever waits in front is to be the last to give up, so that the client gets the
/// 503 of a route and not the gateway's.
const MAX_DURATION: Duration = Duration::from_secs(25);

fn app() -> Result<Router, RoutesError> {
    let routes = Routes::collect().defaults(RouteConfig::new().max_duration(MAX_DURATION));
    // `Routes::serve` has this 404 by itself; a router leaves unknown paths to the app.
    Ok(routes.into_router()?.fallback(async || ApiError::not_found("no route has this path")))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let app = app()?;
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return lambda_http::run(app.map_request(event::as_sent).map_response(event::joined)).await;
    }
    let port = match env::var("PORT") {
        Ok(port) => port.parse().map_err(|error| format!("PORT={port}: {error}"))?,
        Err(_) => 3000,
    };
    let server = Server::new(app).on_listening(|address| println!("http://{address}"));
    // A container is asked from outside.
    Ok(server.serve(("0.0.0.0", port)).await?)
}
