//! Numbers for Prometheus: how many requests there were and how long they took, by method, pattern and status.
//!
//! `cargo run -p middleware --example metrics`, then `curl http://127.0.0.1:3000/posts/7 http://127.0.0.1:3000/metrics`

use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use metrics::{counter, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use route_runtime::{ApiError, RouteIndex, Routes, RoutesError, get};

#[get("/posts/[id]")]
async fn post(id: u32) -> Result<String, ApiError> {
    if id == 0 { Err(ApiError::not_found("there is no such post")) } else { Ok(format!("post {id}")) }
}

/// `etag = false`: it is never the same.
#[get("/metrics", tag = "internal", etag = false, state = PrometheusHandle)]
async fn numbers(State(handle): State<PrometheusHandle>) -> String {
    handle.run_upkeep();
    handle.render()
}

/// A client may write any method; each would be a label.
fn label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// A label is a pattern or `none`, never a path: there are no more of them than routes.
async fn measured(State(index): State<RouteIndex>, request: Request, next: Next) -> Response {
    let route = index.find(request.method(), request.uri().path());
    let route = route.map_or_else(|| "none".to_owned(), |route| route.path().to_owned());
    let method = label(request.method());
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("method", method.to_owned()), ("route", route), ("status", status)];
    counter!("http_requests_total", &labels).increment(1);
    histogram!("http_request_duration_seconds", &labels).record(start.elapsed().as_secs_f64());
    response
}

/// The layer is around the whole app, so that paths of no route are counted too: there it asks the index.
fn app(handle: PrometheusHandle) -> Result<Router, RoutesError> {
    let routes = Routes::collect().with_state(handle).base("/api");
    let index = routes.index();
    Ok(Router::new()
        .merge(routes.into_router()?)
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND).into_response())
        .layer(from_fn_with_state(index, measured)))
}

/// Buckets, which can be added up over servers, in the place of quantiles.
fn recorder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new().set_buckets(&[0.005, 0.02, 0.1, 0.5, 2.0, 10.0])
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let handle = recorder()?.install_recorder()?;
    Ok(route_runtime::Server::new(app(handle)?).serve("127.0.0.1:3000").await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;

    fn series(text: &str) -> usize {
        text.lines().filter(|line| line.starts_with("http_requests_total{")).count()
    }

    #[tokio::test]
    async fn requests_are_counted_by_pattern() {
        let recorder = recorder().unwrap().build_recorder();
        let _guard = metrics::set_default_local_recorder(&recorder);
        let client = TestClient::new(app(recorder.handle()).unwrap());
        for id in [1, 2, 3, 0] {
            client.get(&format!("/api/posts/{id}")).await;
        }
        let text = client.get("/api/metrics").await.text().to_owned();
        for line in [
            r#"http_requests_total{method="GET",route="/api/posts/[id]",status="200"} 3"#,
            r#"http_requests_total{method="GET",route="/api/posts/[id]",status="404"} 1"#,
            r#"http_request_duration_seconds_bucket{method="GET",route="/api/posts/[id]",status="200",le="10"} 3"#,
        ] {
            assert!(text.lines().any(|one| one == line), "{line} in {text}");
        }
    }

    #[tokio::test]
    async fn a_client_makes_no_label() {
        let recorder = recorder().unwrap().build_recorder();
        let _guard = metrics::set_default_local_recorder(&recorder);
        let client = TestClient::new(app(recorder.handle()).unwrap());
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..1000 {
            let mut word = || (0..random.usize(1..9)).map(|_| random.alphabetic()).collect::<String>();
            let (method, path) = (word().to_uppercase(), [word(), word()].join("/"));
            assert_eq!(client.request(&*method, &format!("/{path}")).await.status(), 404);
            assert_eq!(client.get(&format!("/api/{path}")).await.status(), 404);
            assert_eq!(client.request(&*method, &format!("/api/posts/{path}")).await.status(), 404);
            assert_eq!(client.request(&*method, "/api/posts/7").await.status(), 405);
            let too_large = u64::from(u32::MAX) + random.u64(1..9999);
            assert_eq!(client.get(&format!("/api/posts/{too_large}")).await.status(), 400);
        }
        // Of no route by GET, of none by any other method, of a path by any other (405), and what is no number.
        assert_eq!(series(&recorder.handle().render()), 4, "{}", recorder.handle().render());
    }
}
