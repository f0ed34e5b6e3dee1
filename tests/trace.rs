//! `Routes::trace`: a span for each request.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use route_runtime::testing::TestClient;
use route_runtime::{ApiError, Routes, api_route, get};
use tests::http;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[get("/posts/[id]?secret")]
async fn post(id: u32, secret: Option<String>) -> Result<String, ApiError> {
    let _ = secret;
    tracing::info!(target: "app", "inside");
    match id {
        0 => Err(ApiError::not_found("there is no such post")),
        1 => Err("broken")?,
        id => Ok(id.to_string()),
    }
}

#[api_route("/every")]
async fn every() {}

/// Keeps the fields of spans, and of events with the span they were in.
#[derive(Clone, Default)]
struct Keep(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<BTreeMap<&'static str, String>>,
    events: Vec<(Option<u64>, BTreeMap<&'static str, String>)>,
    current: Vec<u64>,
}

struct Fields<'f>(&'f mut BTreeMap<&'static str, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("route_runtime") || metadata.target() == "app"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut kept = self.0.lock().unwrap();
        let mut fields = BTreeMap::from([("name", attributes.metadata().name().to_owned())]);
        attributes.record(&mut Fields(&mut fields));
        kept.spans.push(fields);
        Id::from_u64(kept.spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut kept = self.0.lock().unwrap();
        values.record(&mut Fields(&mut kept.spans[usize::try_from(id.into_u64()).unwrap() - 1]));
    }

    fn event(&self, event: &Event<'_>) {
        let mut kept = self.0.lock().unwrap();
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let current = kept.current.last().copied();
        kept.events.push((current, fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, id: &Id) {
        self.0.lock().unwrap().current.push(id.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().current.pop();
    }
}

/// What one request leaves behind, in a router that is under spans.
async fn traced(method: &str, path: &str) -> (u16, Kept) {
    let keep = Keep::default();
    let _guard = tracing::subscriber::set_default(keep.clone());
    let client = TestClient::new(Routes::collect().base("/v1").trace().into_router().unwrap());
    let status = client.request(method, path).header("authorization", "hunter2").await.status().as_u16();
    (status, std::mem::take(&mut *keep.0.lock().unwrap()))
}

#[tokio::test]
async fn a_request_is_one_span() {
    let (status, kept) = traced("GET", "/v1/posts/7?secret=hunter2").await;
    assert_eq!((status, kept.spans.len()), (200, 1));
    let span = &kept.spans[0];
    for (field, value) in [
        ("name", "request"),
        ("otel.name", "GET /v1/posts/[id]"),
        ("otel.kind", "\"server\""),
        ("http.request.method", "\"GET\""),
        ("http.route", "\"/v1/posts/[id]\""),
        ("http.response.status_code", "200"),
        ("handler", "\"trace::post\""),
        ("code.file.path", "\"tests/trace.rs\""),
    ] {
        assert_eq!(span.get(field).map(String::as_str), Some(value), "{field} of {span:?}");
    }
    assert!(span["code.line.number"].parse::<u32>().is_ok_and(|line| line > 1));
    assert!(span["duration_ms"].parse::<f64>().is_ok_and(|millis| millis > 0.0));
    assert!(!span.contains_key("otel.status_code"));
    // What the handler says and that it has answered, both inside of it.
    let [inside, answered] = &kept.events[..] else { panic!("{:?}", kept.events) };
    assert_eq!((inside.0, &*inside.1["message"]), (Some(1), "inside"));
    assert_eq!((answered.0, &*answered.1["message"], &*answered.1["status"]), (Some(1), "answered", "200"));
    assert!(answered.1.contains_key("duration_ms"));
    // Nothing that the client wrote.
    let all = format!("{:?} {:?}", kept.spans, kept.events);
    assert!(!all.contains("hunter2") && !all.contains("/7"), "{all}");
}

#[tokio::test]
async fn errors_are_marked_by_their_status() {
    let (_, missing) = traced("GET", "/v1/posts/0").await;
    assert_eq!(missing.spans[0]["http.response.status_code"], "404");
    assert!(!missing.spans[0].contains_key("otel.status_code"));
    let (_, broken) = traced("GET", "/v1/posts/1").await;
    assert_eq!(broken.spans[0]["otel.status_code"], "\"ERROR\"");
    // The cause is in the log, inside of the span.
    assert!(
        broken.events.iter().any(|(span, fields)| *span == Some(1) && fields["message"].contains("broken"))
    );
    let (_, refused) = traced("DELETE", "/v1/posts/1").await;
    assert_eq!(refused.spans[0]["http.response.status_code"], "405");
    assert_eq!(refused.spans[0]["otel.name"], "DELETE /v1/posts/[id]");
    assert!(!refused.spans[0].contains_key("handler"));
}

#[tokio::test]
async fn a_client_names_no_label() {
    let (status, kept) = traced("HUNTER2", "/v1/every").await;
    assert_eq!(status, 200);
    assert_eq!(kept.spans[0]["http.request.method"], "\"_OTHER\"");
    assert_eq!(kept.spans[0]["otel.name"], "_OTHER /v1/every");
}

#[tokio::test]
async fn without_it_there_is_no_span() {
    let keep = Keep::default();
    let _guard = tracing::subscriber::set_default(keep.clone());
    TestClient::new(Routes::collect().into_router().unwrap()).get("/posts/7").await;
    assert!(keep.0.lock().unwrap().spans.is_empty());
}

#[test]
fn under_serve_unknown_paths_have_spans_too() {
    let keep = Keep::default();
    // The server's threads are not this one.
    tracing::subscriber::set_global_default(keep.clone()).unwrap();
    let address = http::serve(Routes::collect().trace().into_server().unwrap());
    assert_eq!(http::ask(address, "GET", "/nowhere/hunter2").status, 404);
    assert_eq!(http::ask(address, "GET", "/posts/9").status, 200);
    let kept = keep.0.lock().unwrap();
    let of = |name: &str| kept.spans.iter().find(|span| span["otel.name"].contains(name)).expect("a span");
    assert_eq!(of("GET /posts/[id]")["http.response.status_code"], "200");
    let unknown = kept.spans.iter().find(|span| !span.contains_key("http.route")).expect("a span");
    assert_eq!((&*unknown["otel.name"], &*unknown["http.response.status_code"]), ("\"GET\"", "404"));
    assert!(!format!("{:?}", kept.spans).contains("hunter2"));
}
