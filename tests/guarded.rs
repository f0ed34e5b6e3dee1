//! Random sets of routes under guards: what a layer is told of a request is what answers it, and a guard is where it was meant
//! to be. Several sets in one router are an error or fit, and never a panic of axum.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use route_runtime::__private::{Entry, Extractor, RouteInfo, call1, respond};
use route_runtime::{Methods, Mounts, Routes, TrailingSlash};
use tests::random::{self, pattern};
use tests::segments;
use tower::ServiceExt as _;

type Info = Extension<&'static RouteInfo>;

/// A function that answers with its line.
fn entry(methods: Methods, pattern: &str, line: u32) -> &'static Entry {
    let pattern: &'static str = pattern.to_owned().leak();
    let info = RouteInfo::new(pattern, segments(pattern), &[], methods, "made::handler", "made.rs", line);
    Box::leak(Box::new(Entry::new::<()>(info, |incoming| {
        call1::<(), Extractor<Info, false>, _, _, _>(
            incoming,
            async |Extension(info): Info| [("x-line", info.line().to_string())],
            respond::<[(&'static str, String); 1]>,
        )
    })))
}

/// Says of which route it was told.
async fn told(request: Request, next: Next) -> Response {
    let seen = request.extensions().get::<&'static RouteInfo>().map(|info| info.line());
    let mut response = next.run(request).await;
    if let Some(line) = seen {
        response.headers_mut().insert("x-told", HeaderValue::from(line));
    }
    response
}

async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-guard", HeaderValue::from(1));
    response
}

fn one<T: Copy>(rng: &mut fastrand::Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

fn path(rng: &mut fastrand::Rng) -> String {
    const PARTS: &[&str] = &[
        "a", "b", "f%C3%BCr", "f%c3%bcr", "ab", "a-b", "%61", "a%2Db", "x", "", "%2e", "..", "a;b", "{p0}",
        "*",
    ];
    let mut path: String = (0..rng.usize(0..5)).flat_map(|_| ["/", one(rng, PARTS)]).collect();
    if rng.u8(0..3) == 0 || path.is_empty() {
        path.push('/');
    }
    path
}

fn entries(rng: &mut fastrand::Rng, most: usize, methods: &[Methods]) -> Vec<&'static Entry> {
    let count = u32::try_from(rng.usize(1..=most)).unwrap();
    (1..=count).map(|line| entry(one(rng, methods), &pattern(rng, &["p"]), line)).collect()
}

#[tokio::test]
async fn what_a_layer_is_told_is_what_answers() {
    let seed = random::seed();
    let mut rng = fastrand::Rng::with_seed(seed);
    let methods = [
        Methods::GET,
        Methods::POST,
        Methods::ALL,
        Methods::HEAD,
        Methods::GET.or(Methods::OPTIONS),
        Methods::CONNECT,
        Methods::POST.or(Methods::DELETE),
    ];
    let (mut sets, mut answered) = (0, 0);
    while sets < 400 {
        let slash = one(&mut rng, &[TrailingSlash::Strict, TrailingSlash::Redirect, TrailingSlash::Ignore]);
        let mut routes = Routes::from_entries(entries(&mut rng, 7, &methods)).trailing_slash(slash);
        let base = one(&mut rng, &["", "/v1", "/v1/für"]);
        if !base.is_empty() {
            routes = routes.base(base);
        }
        if rng.bool() {
            routes = routes.trace();
        }
        let routes = routes.layer(from_fn(told)).layer_where(|info| info.line() % 2 == 0, from_fn(guard));
        let table = routes.to_string();
        let Ok(mut router) = routes.into_router() else { continue };
        sets += 1;
        let outer = if rng.bool() { "/of/t" } else { "" };
        if !outer.is_empty() {
            router = Router::new().nest("/of/{tenant}", router);
        }
        for _ in 0..60 {
            let path = format!("{outer}{}{}", base.replace('ü', "%C3%BC"), path(&mut rng));
            let method = one(&mut rng, &["GET", "HEAD", "POST", "OPTIONS", "CONNECT", "BREW", "DELETE"]);
            let Ok(mut request) = Request::builder().method(method).uri(&path).body(Body::empty()) else {
                continue;
            };
            if rng.bool() {
                request
                    .headers_mut()
                    .insert("access-control-request-method", HeaderValue::from_static("POST"));
            }
            let response = router.clone().oneshot(request).await.unwrap();
            let header = |name: &str| response.headers().get(name)?.to_str().ok()?.parse::<u32>().ok();
            let Some(line) = header("x-line") else { continue };
            answered += 1;
            let context = format!("SEED={seed}: {method} {path}, {slash:?}, below {outer:?}\n{table}");
            assert_eq!(header("x-told"), Some(line), "{context}");
            assert_eq!(header("x-guard").is_some(), line % 2 == 0, "{context}");
        }
    }
    println!("SEED={seed}: {answered} requests of {sets} sets reached a function");
    assert!(answered > 1000);
}

#[test]
fn several_sets_never_panic() {
    let seed = random::seed();
    let mut rng = fastrand::Rng::with_seed(seed);
    let (mut fit, mut apart) = (0, 0);
    for _ in 0..1500 {
        let mut mounts = Mounts::new();
        for _ in 0..rng.usize(2..=3) {
            let slash = one(&mut rng, &[TrailingSlash::Strict, TrailingSlash::Ignore]);
            let made = entries(&mut rng, 3, &[Methods::GET, Methods::POST, Methods::ALL]);
            let mut routes = Routes::from_entries(made).trailing_slash(slash);
            if rng.bool() {
                routes = routes.base(one(&mut rng, &["/a", "/b", "/a/b"]));
            }
            if rng.u8(0..6) == 0 {
                routes = routes.with_docs(one(&mut rng, &["/a", "/docs", "/a/b"]));
            }
            if rng.bool() {
                routes = routes.layer(from_fn(told));
            }
            if routes.clone().into_router().is_ok() {
                mounts = mounts.mount(routes);
            }
        }
        let table = mounts.to_string();
        match catch_unwind(AssertUnwindSafe(|| mounts.into_router().is_ok())) {
            Ok(true) => fit += 1,
            Ok(false) => apart += 1,
            Err(_) => panic!("SEED={seed}: axum panicked\n{table}"),
        }
    }
    println!("SEED={seed}: {fit} pairs of sets fit, {apart} are errors");
    assert!(fit > 100 && apart > 100);
}
