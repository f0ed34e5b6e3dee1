//! A span for each request: by `Routes::trace`, or by tower-http's `TraceLayer` with a span of one's own.
//!
//! `cargo run -p middleware --example trace`, then `curl 'http://127.0.0.1:3000/posts/7?key=s3cret'`;
//! the argument `tower-http` is for the other

use axum::extract::Request;
use route_runtime::{ApiError, RouteInfo, Routes, get};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::{Level, Span, Subscriber, info_span};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

#[get("/posts/[id]?key", tag = "posts")]
async fn post(id: u32, key: Option<String>) -> Result<String, ApiError> {
    tracing::info!(has_key = key.is_some(), "looked up");
    if id == 0 {
        return Err(ApiError::not_found("there is no such post"));
    }
    Ok(format!("post {id}"))
}

/// The library's: one line, and the names of OpenTelemetry.
fn app() -> Routes {
    Routes::collect().trace()
}

/// Which fields there are is the app's to say. What would be in the log as the client wrote it is left out: path, query,
/// headers. tower-http's own span has the whole URI.
fn span(request: &Request) -> Span {
    match request.extensions().get::<&'static RouteInfo>() {
        Some(route) => {
            info_span!("call", function = route.name(), tag = route.tag(), route = route.pattern())
        }
        None => info_span!("call"),
    }
}

/// The same by tower-http, where its other hooks are wanted: chunks of bodies, failures.
fn app_of_tower_http() -> Routes {
    let answered = DefaultOnResponse::new().level(Level::INFO);
    Routes::collect().layer(TraceLayer::new_for_http().make_span_with(span).on_response(answered))
}

/// `CLOSE`: a line when a span ends, with the fields that were added last, as the status.
fn subscriber<W>(writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt().with_ansi(false).with_span_events(FmtSpan::CLOSE).with_writer(writer).finish()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing::subscriber::set_global_default(subscriber(std::io::stderr))?;
    let routes = match std::env::args().nth(1).as_deref() {
        Some("tower-http") => app_of_tower_http(),
        _ => app(),
    };
    Ok(routes.serve("127.0.0.1:3000").await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use middleware::Captured;
    use route_runtime::testing::TestClient;

    /// What is printed about requests with secrets everywhere.
    async fn printed(routes: Routes) -> String {
        let log = Captured::default();
        let _guard = tracing::subscriber::set_default(subscriber(log.writer()));
        let client = TestClient::new(routes.into_router().unwrap());
        for path in ["/posts/4711?key=s3cret", "/posts/0?key=s3cret", "/posts/s3cret"] {
            client.get(path).bearer("s3cret").await;
        }
        client.request("S3CRET", "/posts/4711").await;
        let log = log.text();
        assert!(!log.contains("s3cret") && !log.contains("S3CRET") && !log.contains("4711"), "{log}");
        log
    }

    /// How many lines have all of it.
    fn count(log: &str, parts: &[&str]) -> usize {
        log.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count()
    }

    /// One test: where two threads set a subscriber at once, `tracing` may pass over one of them.
    #[tokio::test]
    async fn each_request_is_a_span() {
        let log = printed(app()).await;
        for status in ["200", "404", "400"] {
            let status = format!("http.response.status_code={status}");
            let close = ["close", "otel.name=GET /posts/[id]", "handler=\"trace::post\"", &status];
            assert_eq!(count(&log, &close), 1, "{log}");
        }
        assert_eq!(count(&log, &["close", "_OTHER", "http.response.status_code=405"]), 1, "{log}");
        // What a function says is inside of the span.
        assert_eq!(count(&log, &["looked up", "http.route=\"/posts/[id]\""]), 2, "{log}");

        let log = printed(app_of_tower_http()).await;
        let call = "call{function=\"post\" tag=\"posts\" route=\"/posts/[id]\"}";
        for status in ["status=200", "status=404", "status=400"] {
            assert_eq!(count(&log, &["finished processing request", call, status]), 1, "{log}");
        }
        assert_eq!(count(&log, &["looked up", call]), 2, "{log}");
    }
}
