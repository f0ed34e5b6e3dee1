//! What holds for any input, each property once: `cargo fuzz` and `tests/fuzzed.rs` ask the same functions.
//!
//! Each `check` takes bytes and panics where the property is broken. The crate in `fuzz/` has this file as its library.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "the root of a library, and a module of a test")]

pub mod connection;
pub mod decoding;
pub mod json;
mod routes;
pub mod routing;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use route_runtime::{RouteService, Routes};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

/// An answer with its whole body.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// The routes of [`routes`].
fn router() -> Router {
    static ROUTER: OnceLock<Router> = OnceLock::new();
    let made = || Routes::collect().into_router().expect("the routes fit");
    ROUTER.get_or_init(made).clone()
}

/// The same routes without axum's router.
fn service() -> RouteService {
    static SERVICE: OnceLock<RouteService> = OnceLock::new();
    let made = || Routes::collect().into_service().expect("the routes fit");
    SERVICE.get_or_init(made).clone()
}

/// Runs a future. The clock stands while there is work and jumps ahead where there is none, so that what hangs fails at once.
fn run<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: RefCell<Runtime> = RefCell::new(
            Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime"),
        );
    }
    let bounded = async { tokio::time::timeout(Duration::from_secs(600), future).await.expect("it ends") };
    RUNTIME.with_borrow(|runtime| runtime.block_on(bounded))
}

/// What the router answers in process.
async fn ask(router: Router, request: Request<Body>) -> Answer {
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole body");
    Answer { status: parts.status, headers: parts.headers, body }
}

impl Answer {
    /// The value of a success; else the problem is checked. `sent`: the input, of which no problem may hold anything.
    #[track_caller]
    fn value(&self, allowed: &[u16], sent: &[u8]) -> Option<Value> {
        if self.status == 200 {
            return Some(serde_json::from_slice(&self.body).expect("JSON"));
        }
        self.assert_problem(sent);
        assert!(allowed.contains(&self.status.as_u16()), "{self:?}");
        None
    }

    #[track_caller]
    fn assert_problem(&self, sent: &[u8]) -> Value {
        assert!(self.status.is_client_error(), "{self:?}");
        let kind = self.headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
        assert_eq!(kind, Some(&b"application/problem+json"[..]), "{self:?}");
        let problem: Value = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem["status"], self.status.as_u16());
        let text = problem.to_string();
        assert!(!text.contains('\u{fffd}'), "{self:?}");
        let headers = format!("{:?}", self.headers);
        for token in tokens(sent) {
            assert!(!text.contains(&token) && !headers.contains(&token), "{token:?} comes back: {self:?}");
        }
        for pointer in pointers(&problem) {
            assert!(is_pointer(&pointer), "{pointer:?} is no JSON pointer: {self:?}");
        }
        problem
    }
}

/// The words of an input that no message has by itself: six letters and digits at the least, and some of both.
fn tokens(sent: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(sent);
    let plain = tests::reference::decoded(&text, true).unwrap_or_default();
    let words = [text.as_ref(), &plain].map(|text| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let is_unusual = |word: &&str| {
            let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
            word.len() >= 6 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
        };
        words.filter(is_unusual).map(str::to_owned).collect::<Vec<_>>()
    });
    words.into_iter().flatten().collect()
}

/// The places that a problem names.
fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer").to_owned()).collect()
}

/// RFC 6901, 3.
fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    (text.is_empty() || text.starts_with('/')) && escapes
}
