//! Spans of OpenTelemetry: those of `Routes::trace`, by `tracing-opentelemetry`, as a part of the caller's trace.
//!
//! `cargo run -p middleware --example otel`, then `curl http://127.0.0.1:3000/posts/7`

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{FutureExt as _, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use route_runtime::{ApiError, Routes, RoutesError, get};
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt as _;

#[get("/posts/[id]")]
async fn post(id: u32) -> Result<String, ApiError> {
    let title = tracing::info_span!("query", db.system.name = "sqlite").in_scope(|| format!("post {id}"));
    match id {
        0 => Err(ApiError::not_found("there is no such post")),
        1 => Err("the disk is full")?,
        _ => Ok(title),
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// The caller's span is the parent: `traceparent` (W3C Trace Context). Where anybody may call, leave it out.
async fn continued(request: Request, next: Next) -> Response {
    let context = TraceContextPropagator::new().extract(&Headers(request.headers()));
    next.run(request).with_context(context).await
}

/// Around the router, because the span of `trace` is the outermost of the routes.
fn app() -> Result<Router, RoutesError> {
    Ok(Routes::collect().trace().into_router()?.layer(from_fn(continued)))
}

/// Prints a line for each span. A service has that of `opentelemetry-otlp` here, which sends them to a collector.
#[derive(Debug)]
struct Print;

impl SpanExporter for Print {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        for SpanData { name, span_kind, attributes, start_time, end_time, .. } in spans {
            let took = end_time.duration_since(start_time).unwrap_or_default();
            let attributes: Vec<_> =
                attributes.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect();
            println!("{name} ({span_kind:?}, {took:?}): {}", attributes.join(" "));
        }
        Ok(())
    }
}

/// All that `tracing` is told becomes spans and events of the provider. `with_location`: `code.file.path` is that of the
/// handler, which `trace` tells, and not that of the line which makes the span.
fn subscriber(provider: &SdkTracerProvider) -> impl Subscriber + Send + Sync {
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("posts")).with_location(false);
    tracing_subscriber::registry().with(layer)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // As spans end. For a collector: `with_batch_exporter`.
    let provider = SdkTracerProvider::builder().with_simple_exporter(Print).build();
    tracing::subscriber::set_global_default(subscriber(&provider))?;
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await?;
    // What was not sent yet.
    Ok(provider.shutdown()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{SpanKind, Status};
    use opentelemetry_sdk::trace::InMemorySpanExporter;
    use route_runtime::testing::TestClient;

    /// The spans of a request, those inside first.
    async fn spans(method: &str, path: &str) -> Vec<SpanData> {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let _guard = tracing::subscriber::set_default(subscriber(&provider));
        let request = TestClient::new(app().unwrap()).request(method, path);
        request.header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").await;
        exporter.get_finished_spans().unwrap()
    }

    fn attribute(span: &SpanData, key: &str) -> Option<String> {
        span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.to_string())
    }

    async fn it_arrives_as_opentelemetry_names_it() {
        let [query, request] = &spans("GET", "/posts/7").await[..] else { panic!("two spans") };
        assert_eq!((&*request.name, &request.span_kind), ("GET /posts/[id]", &SpanKind::Server));
        for (key, value) in [
            ("http.request.method", "GET"),
            ("http.route", "/posts/[id]"),
            ("http.response.status_code", "200"),
            ("handler", "otel::post"),
            ("code.file.path", file!()),
        ] {
            assert_eq!(attribute(request, key).as_deref(), Some(value), "{key} of {request:?}");
        }
        assert_eq!(request.status, Status::Unset);
        // The caller's, and what the function does below it.
        assert_eq!(request.span_context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(request.parent_span_id.to_string(), "b7ad6b7169203331");
        assert_eq!((&*query.name, query.parent_span_id), ("query", request.span_context.span_id()));
    }

    async fn an_error_is_that_of_the_server() {
        let of = async |path| spans("GET", path).await.pop().unwrap();
        assert_eq!(of("/posts/0").await.status, Status::Unset);
        let failed = of("/posts/1").await;
        assert_eq!(failed.status, Status::error(""));
        assert_eq!(attribute(&failed, "http.response.status_code").as_deref(), Some("500"));
        // The cause is an event of the span.
        assert!(failed.events.iter().any(|event| event.name.contains("the disk is full")), "{failed:?}");
    }

    async fn a_method_that_is_refused_has_the_path() {
        let refused = spans("PUT", "/posts/7").await.pop().unwrap();
        assert_eq!(refused.name, "PUT /posts/[id]");
        assert_eq!(
            (attribute(&refused, "handler"), attribute(&refused, "http.route")),
            (None, Some("/posts/[id]".into()))
        );
    }

    /// One test: where two threads set a subscriber at once, `tracing` may pass over one of them.
    #[tokio::test]
    async fn spans_arrive() {
        it_arrives_as_opentelemetry_names_it().await;
        an_error_is_that_of_the_server().await;
        a_method_that_is_refused_has_the_path().await;
    }
}
