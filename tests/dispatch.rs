//! `into_service` answers as `into_router` does: random sets of routes, random requests, and the functions that a user writes.
//!
//! `ROUTE_SEED=<number>` repeats a run; the number is printed by `--nocapture` and by every failure.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, OriginalUri, Path, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json, Router};
use route_runtime::__private::{self as private, Entry, RouteInfo};
use route_runtime::{
    ApiError, ApiRequest, ApiResponse, Methods, RouteService, Routes, State, TrailingSlash, api_route, get,
};
use tests::random::{self, pattern, seed};
use tests::segments;
use tower::{Service, ServiceExt as _};

/// Of several kinds: what may ask axum's router, and what need not; answers with and without a length.
fn entry(kind: u8, methods: Methods, pattern: &str, line: u32) -> &'static Entry {
    if kind == 0 {
        return random::entry(methods, pattern, line);
    }
    let has_parameter = pattern.starts_with("/[p");
    let pattern: &'static str = pattern.to_owned().leak();
    let info = RouteInfo::new(pattern, segments(pattern), &[], methods, "made::handler", "made.rs", line);
    let entry = match kind {
        1 => Entry::new::<()>(info, |incoming| {
            private::call2::<
                (),
                private::Extractor<MatchedPath, false>,
                _,
                private::Extractor<RawPathParams, false>,
                _,
                _,
                _,
            >(
                incoming,
                |matched: MatchedPath, params: RawPathParams| async move {
                    let params: Vec<String> = params
                        .iter()
                        .map(|(name, text)| format!("{name}={}", text.trim_end_matches('/')))
                        .collect();
                    format!("{} {params:?}", matched.as_str().trim_end_matches('/'))
                },
                private::respond::<String>,
            )
        }),
        2 if has_parameter => Entry::new::<()>(info, |incoming| {
            private::call1::<(), private::PathArg<String, 0>, _, _, _>(
                incoming,
                |text| async { text },
                private::respond::<String>,
            )
        }),
        3 => Entry::new::<()>(info, |incoming| {
            private::call2::<
                (),
                private::Extractor<Method, false>,
                _,
                private::Extractor<OriginalUri, false>,
                _,
                _,
                _,
            >(
                incoming,
                |method: Method, OriginalUri(uri): OriginalUri| async move {
                    ApiResponse::<()>::new().status(StatusCode::CREATED).send(format!("{method} {uri}"))
                },
                private::respond::<ApiResponse<()>>,
            )
        }),
        4 => Entry::new::<()>(info, |incoming| {
            private::call1::<(), private::Extractor<Uri, false>, _, _, _>(
                incoming,
                |uri: Uri| async move {
                    let body = Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(
                        uri.to_string(),
                    )]));
                    ([("allow", "NOTHING")], body)
                },
                private::respond::<([(&'static str, &'static str); 1], Body)>,
            )
        }),
        _ => Entry::new::<()>(info, |incoming| {
            private::call0::<(), _, _>(
                incoming,
                || async { StatusCode::NO_CONTENT },
                private::respond::<StatusCode>,
            )
        }),
    };
    Box::leak(Box::new(entry))
}

fn path(rng: &mut fastrand::Rng) -> String {
    let depth = rng.usize(0..=5);
    let texts = [
        "a", "b", "f%C3%BCr", "f%c3%bcr", "%61", "%62", "x", "y%20z", "c%2Fd", "ab", "a-b", "", "..",
        "%2e%2e", "%00", "%zz", "+", "*", ":", "{", "v1",
    ];
    let parts: Vec<&str> = (0..depth).map(|_| *rng.choice(&texts).expect("a text")).collect();
    let query = *rng.choice(&["", "", "?q=1", "?"]).expect("a query");
    format!("/{}{query}", parts.join("/"))
}

#[derive(Debug, PartialEq, Eq)]
struct Told {
    status: StatusCode,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    length: Option<u64>,
}

async fn told(response: Response) -> Told {
    let (parts, body) = response.into_parts();
    let length = axum::body::HttpBody::size_hint(&body).exact();
    let mut headers: Vec<_> =
        parts.headers.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    // Where axum does not say it, hyper does: for a method without a name of axum's in a group.
    if let Some(length @ 1..) = length
        && !parts.headers.contains_key("content-length")
    {
        headers.push(("content-length".to_owned(), length.to_string().into()));
    }
    headers.sort();
    Told { status: parts.status, headers, body: to_bytes(body, 1 << 20).await.unwrap().to_vec(), length }
}

/// Asks both, and says whether a function or what stands in for one was found.
async fn ask_both(
    router: &Router,
    service: &RouteService,
    request: impl Fn() -> Request,
    context: &dyn std::fmt::Display,
) -> bool {
    let mut by_router = told(router.clone().oneshot(request()).await.unwrap()).await;
    let mut by_service = told(service.clone().oneshot(request()).await.unwrap()).await;
    // What is nobody's is its app's.
    if by_router.status == StatusCode::NOT_FOUND && by_router.headers.is_empty() {
        let has_type = by_service.headers.iter().any(|(name, _)| name == "content-type");
        assert!(by_service.status == StatusCode::NOT_FOUND && has_type, "{context} {by_service:?}");
        return false;
    }
    // axum adds an `Allow` to all that comes of a path without a function for the method, a 404 too.
    if by_router.status == StatusCode::NOT_FOUND {
        by_router.headers.retain(|(name, _)| name != "allow");
        by_service.headers.retain(|(name, _)| name != "allow");
    }
    assert_eq!(by_service, by_router, "{context}");
    true
}

#[tokio::test]
async fn random_sets_answer_alike() {
    let seed = seed();
    println!("ROUTE_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let methods = [
        Methods::GET,
        Methods::GET,
        Methods::POST,
        Methods::ALL,
        Methods::HEAD,
        Methods::OPTIONS,
        Methods::CONNECT,
        Methods::GET.or(Methods::PUT),
        Methods::DELETE.or(Methods::TRACE).or(Methods::PATCH),
    ];
    let asked =
        ["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"];
    let (mut pairs, mut found) = (0, 0);
    while pairs < 60_000 {
        let count = rng.usize(1..=8);
        let made: Vec<(u8, Methods, String)> = (0..count)
            .map(|_| (rng.u8(0..6), *rng.choice(&methods).expect("some"), pattern(&mut rng, &["p"])))
            .collect();
        let entries = made
            .iter()
            .zip(1..)
            .map(|((kind, methods, pattern), line)| entry(*kind, *methods, pattern, line));
        let slash = *rng
            .choice(&[TrailingSlash::Strict, TrailingSlash::Redirect, TrailingSlash::Ignore])
            .expect("one of three");
        let mut routes = Routes::from_entries(entries).trailing_slash(slash);
        let base = if rng.u8(0..3) == 0 { "/v1" } else { "" };
        if !base.is_empty() {
            routes = routes.base(base);
        }
        if rng.u8(0..3) == 0 {
            routes = routes.render_errors(|_| "rendered");
        }
        if rng.u8(0..4) == 0 {
            routes = routes.layer_where(
                |route| route.pattern().len() % 2 == 0,
                axum::middleware::from_fn(|matched: Option<MatchedPath>, request: Request, next: axum::middleware::Next| async move {
                    let matched = matched.map(|matched| matched.as_str().trim_end_matches('/').to_owned()).unwrap_or_default();
                    ([("x-matched", matched)], next.run(request).await)
                }),
            );
        }
        let Ok(router) = routes.clone().into_router() else { continue };
        let service = routes.into_service().expect("as the router");
        for _ in 0..40 {
            let path = format!("{}{}", if rng.u8(0..8) == 0 { "" } else { base }, path(&mut rng));
            let method = Method::from_bytes(rng.choice(asked).expect("a method").as_bytes()).unwrap();
            let preflight = rng.bool();
            let request = || {
                let mut request = Request::builder().method(method.clone()).uri(&path);
                if preflight {
                    request = request.header("access-control-request-method", "GET");
                }
                request.body(Body::empty())
            };
            if request().is_err() {
                continue;
            }
            let context = format!("ROUTE_SEED={seed} {method} {path} of {made:?} at {base} {slash:?}");
            found += usize::from(ask_both(&router, &service, || request().unwrap(), &context).await);
            pairs += 1;
        }
    }
    println!("{pairs} pairs, {found} of them found");
    assert!(found > pairs / 20);
}

#[get("/params/[a]/[...b]")]
async fn params(Path(params): Path<BTreeMap<String, String>>, matched: MatchedPath) -> String {
    format!("{} {params:?}", matched.as_str())
}

#[get("/state")]
async fn state(State(state): State<u32>, headers: HeaderMap) -> String {
    format!("{state} {}", headers.len())
}

#[api_route("/post", method = [POST, PUT], status = 201)]
async fn post(Json(text): Json<String>) -> Result<ApiResponse<String>, ApiError> {
    if text.is_empty() { Err(ApiError::bad_request("empty")) } else { Ok(ApiResponse::new().json(text)) }
}

/// Asks for what axum's router knows where no name of its type says so.
struct Own(String);

impl<S: Sync> FromRequestParts<S> for Own {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let matched = parts.extensions.get::<MatchedPath>();
        Ok(Own(matched.map(|matched| matched.as_str().to_owned()).unwrap_or_default()))
    }
}

#[get("/own/[id]")]
async fn own(Own(matched): Own) -> String {
    matched
}

#[get("/extension/[id]")]
async fn extension(_id: String, Extension(matched): Extension<MatchedPath>) -> String {
    matched.as_str().to_owned()
}

#[get("/shown/[id]")]
async fn shown(req: ApiRequest) -> String {
    let extensions = req.extensions();
    let uri = extensions.get::<OriginalUri>().map(|OriginalUri(uri)| uri.to_string());
    format!("{uri:?} {:?}", extensions.get::<&'static RouteInfo>().map(|info| info.pattern()))
}

/// What a layer outside would see of it.
#[get("/panics")]
async fn panics() -> String {
    panic!("on purpose")
}

#[tokio::test]
async fn functions_answer_alike() {
    let routes = || Routes::collect().with_state(7_u32);
    let plain = (routes().into_router().unwrap(), routes().into_service().unwrap());
    let layered = routes().layer(tower::util::MapResponseLayer::new(|mut response: Response| {
        response.headers_mut().insert("x-layer", "around".parse().unwrap());
        response
    }));
    // Under `serve`, layers are around the 404 too, which a router leaves to its app.
    let service = layered.clone().into_service().unwrap();
    let unknown =
        service.clone().oneshot(Request::get("/nobody").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((unknown.status().as_u16(), unknown.headers()["x-layer"].as_bytes()), (404, &b"around"[..]));
    let layered = (layered.into_router().unwrap(), service);
    for (router, service) in [plain, layered] {
        for (method, path, body) in [
            ("GET", "/params/1/2/3", ""),
            ("GET", "/state", ""),
            ("HEAD", "/state", ""),
            ("OPTIONS", "/state", ""),
            ("POST", "/post", "\"x\""),
            ("PUT", "/post", "\"\""),
            ("POST", "/post", "{"),
            ("GET", "/post", ""),
            ("GET", "/panics", ""),
            ("GET", "/own/7", ""),
            ("GET", "/extension/7", ""),
            ("GET", "/shown/7?x=1", ""),
        ] {
            let request = || {
                let request =
                    Request::builder().method(method).uri(path).header("content-type", "application/json");
                request.body(Body::from(body)).unwrap()
            };
            assert!(ask_both(&router, &service, request, &path).await, "{path}");
        }
    }
}

#[tokio::test]
async fn it_is_told_what_axum_matched() {
    let service = Routes::collect().with_state(7_u32).into_service().unwrap();
    for path in ["/own/7", "/extension/7"] {
        let response =
            service.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let wanted = path.replace('7', "{id}");
        assert_eq!(told(response).await.body, wanted.as_bytes());
    }
}

#[tokio::test]
async fn it_has_the_page_and_the_document() {
    let routes = || Routes::collect().with_state(7_u32).with_docs("/docs");
    let (router, service) = (routes().into_router().unwrap(), routes().into_service().unwrap());
    for (method, path) in [
        ("GET", "/docs"),
        ("GET", "/docs/openapi.json"),
        ("HEAD", "/docs"),
        ("POST", "/docs"),
        ("GET", "/state"),
    ] {
        let request = || Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        assert!(ask_both(&router, &service, request, &path).await, "{method} {path}");
    }
}

/// In an app of another's, and with another type of body.
#[tokio::test]
async fn it_is_a_fallback() {
    let service = Routes::collect().with_state(7_u32).into_service().unwrap();
    let app: Router = Router::new()
        .route("/by-hand", axum::routing::get(|| async { "theirs" }))
        .nest_service("/below/{tenant}", service.clone())
        .fallback_service(service.clone());
    for (path, wanted) in [
        ("/by-hand", "theirs"),
        ("/state", "7 0"),
        ("/below/t/state", "7 0"),
        ("/params/1/2/3", r#"/params/{a}/{*b} {"a": "1", "b": "2/3"}"#),
        ("/below/t/params/1/2", r#"/below/{tenant}/params/{a}/{*b} {"a": "1", "b": "2", "tenant": "t"}"#),
    ] {
        let response = app.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(told(response).await.body, wanted.as_bytes(), "{path}");
    }
    let request = Request::get("/state").body("text".to_owned()).unwrap();
    let mut service = service;
    assert_eq!(service.call(request).await.into_response().status(), 200);
}
