//! Requests to an app in process: no port, no runtime of its own.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

pub use crate::unchanged::assert_unchanged;

/// Sends requests to a router, or to any other service, in process.
///
/// What can't be a request panics with the line of the test.
///
/// ```standalone_crate
/// use route_runtime::{get, testing::TestClient};
///
/// #[get("/hello/[name]")]
/// async fn hello(name: String) -> String {
///     format!("hello {name}")
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let client = TestClient::new(route_runtime::router().unwrap());
/// let response = client.get("/hello/you").await;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.text(), "hello you");
/// # });
/// ```
#[derive(Clone)]
pub struct TestClient {
    service: BoxCloneSyncService<Request, Response, Infallible>,
}

macro_rules! verbs {
    ($($name:ident $method:ident;)*) => {$(
        #[doc = concat!("A ", stringify!($method), " request to `uri`: a path, with a query where wanted.")]
        ///
        /// # Panics
        ///
        /// When `uri` is no URI.
        #[track_caller]
        pub fn $name(&self, uri: &str) -> TestRequest {
            self.request(Method::$method, uri)
        }
    )*};
}

impl TestClient {
    /// A client of `service`.
    pub fn new<S>(service: S) -> Self
    where
        S: Service<Request, Error = Infallible, Response: IntoResponse, Future: Send + 'static>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        TestClient { service: BoxCloneSyncService::new(service.map_response(IntoResponse::into_response)) }
    }

    verbs! {
        get GET;
        head HEAD;
        post POST;
        put PUT;
        patch PATCH;
        delete DELETE;
        options OPTIONS;
    }

    /// A request with any method.
    ///
    /// # Panics
    ///
    /// When `uri` is no URI, or `method` no method.
    #[track_caller]
    pub fn request<M: TryInto<Method>>(&self, method: M, uri: &str) -> TestRequest {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = sound(method.try_into().ok(), "method");
        *request.uri_mut() = sound(uri.parse::<Uri>().ok(), uri);
        TestRequest { service: self.service.clone(), request }
    }
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestClient")
    }
}

/// The value, or a panic at the line of the test.
#[track_caller]
#[expect(clippy::panic, reason = "a test that can't be run should fail")]
fn sound<T>(value: Option<T>, what: &str) -> T {
    match value {
        Some(value) => value,
        None => panic!("the test is wrong: `{what}` can't be sent"),
    }
}

/// A request to be sent by `.await`.
#[must_use = "a request is sent by `.await`"]
pub struct TestRequest {
    service: BoxCloneSyncService<Request, Response, Infallible>,
    request: Request,
}

impl TestRequest {
    /// Adds a header.
    ///
    /// # Panics
    ///
    /// When it is no header.
    #[track_caller]
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        let name = sound(name.try_into().ok(), "header name");
        let value = sound(value.try_into().ok(), name.as_str());
        self.request.headers_mut().append(name, value);
        self
    }

    /// Sends `value` as JSON.
    ///
    /// # Panics
    ///
    /// When it can't be written as JSON.
    #[track_caller]
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        let json = sound(serde_json::to_vec(value).ok(), "JSON");
        self.header(header::CONTENT_TYPE, "application/json").body(json)
    }

    /// Sends `body` as it is.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }
}

impl fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

impl IntoFuture for TestRequest {
    type Output = TestResponse;
    type IntoFuture = Pin<Box<dyn Future<Output = TestResponse> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = self.service.oneshot(self.request).await.unwrap_or_else(|never| match never {});
            let (parts, body) = response.into_parts();
            let (body, error) = match to_bytes(body, usize::MAX).await {
                Ok(body) => (body, None),
                Err(error) => (Bytes::new(), Some(error.to_string())),
            };
            TestResponse { status: parts.status, headers: parts.headers, body, error }
        })
    }
}

/// An answer with its whole body.
#[derive(Debug, Clone)]
pub struct TestResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    error: Option<String>,
}

impl TestResponse {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// A header as text; `None` when it is absent or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    ///
    /// # Panics
    ///
    /// When the body broke off.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a broken answer fails the test")]
    pub fn bytes(&self) -> &[u8] {
        if let Some(error) = &self.error {
            panic!("the body broke off: {error}");
        }
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is no UTF-8, or broke off.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong answer fails the test")]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes()) {
            Ok(text) => text,
            Err(error) => panic!("the body is no text: {error}"),
        }
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is no JSON of this type, with the body in the message.
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "a wrong answer fails the test")]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(self.bytes()) {
            Ok(value) => value,
            Err(error) => {
                panic!("{error} in the {} body: {}", self.status, String::from_utf8_lossy(&self.body))
            }
        }
    }
}
