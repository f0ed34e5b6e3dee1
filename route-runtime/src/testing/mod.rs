//! Requests to an app in process: no port, no runtime of its own.

mod jar;
mod request;
mod response;
mod unchanged;

use std::convert::Infallible;
use std::fmt;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

pub use self::request::TestRequest;
pub use self::response::{StreamedResponse, TestResponse};
pub use self::unchanged::assert_unchanged;

use self::jar::Jar;

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
    headers: HeaderMap,
    jar: Option<Jar>,
}

macro_rules! verbs {
    ($($name:ident $method:ident;)*) => {$(
        #[doc = concat!("A ", stringify!($method), " request to `uri`: a path, with a query where wanted.")]
        ///
        /// ```
        /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        /// let client = route_runtime::testing::TestClient::new(axum::Router::new());
        #[doc = concat!("let answer = client.", stringify!($name), "(\"/nowhere\").await;")]
        /// assert_eq!(answer.status(), 404);
        /// # });
        /// ```
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
    /// A client of `service`: a router, or any other.
    ///
    /// ```
    /// let client = route_runtime::testing::TestClient::new(axum::Router::new());
    /// ```
    pub fn new<S>(service: S) -> Self
    where
        S: Service<Request, Error = Infallible, Response: IntoResponse, Future: Send + 'static>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let service = BoxCloneSyncService::new(service.map_response(IntoResponse::into_response));
        TestClient { service, headers: HeaderMap::new(), jar: None }
    }

    /// Keeps the cookies that answers set, and sends them with later requests, as a browser does: by path, until they are
    /// removed or expire. Clones share them.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, testing::TestClient, ApiRequest, ApiResponse, Cookie};
    ///
    /// #[get("/visit")]
    /// async fn visit(req: ApiRequest) -> ApiResponse<String> {
    ///     let visits = req.cookie("visits").and_then(|visits| visits.value().parse().ok()).unwrap_or(0) + 1;
    ///     ApiResponse::new().cookie(Cookie::new("visits", visits.to_string())).send(format!("visit {visits}"))
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(route_runtime::router().unwrap()).keep_cookies();
    /// assert_eq!(client.get("/visit").await.text(), "visit 1");
    /// assert_eq!(client.get("/visit").await.text(), "visit 2");
    /// # });
    /// ```
    #[must_use]
    pub fn keep_cookies(mut self) -> Self {
        self.jar = Some(Jar::default());
        self
    }

    /// The cookies that are kept.
    ///
    /// ```
    /// let client = route_runtime::testing::TestClient::new(axum::Router::new()).keep_cookies();
    /// assert!(client.cookies().is_empty());
    /// ```
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        self.jar.as_ref().map(Jar::cookies).unwrap_or_default()
    }

    /// Sends a header with every request.
    ///
    /// ```
    /// # let client = route_runtime::testing::TestClient::new(axum::Router::new());
    /// let client = client.header("authorization", "Bearer s3cret");
    /// ```
    ///
    /// # Panics
    ///
    /// When it is no header.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        let name = sound(name.try_into().ok(), "header name");
        let value = sound(value.try_into().ok(), name.as_str());
        self.headers.append(name, value);
        self
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
    /// ```
    /// # let client = route_runtime::testing::TestClient::new(axum::Router::new());
    /// let request = client.request("PROPFIND", "/files");
    /// ```
    ///
    /// # Panics
    ///
    /// When `uri` is no URI, or `method` no method.
    #[track_caller]
    pub fn request<M: TryInto<Method>>(&self, method: M, uri: &str) -> TestRequest {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = sound(method.try_into().ok(), "method");
        *request.uri_mut() = sound(uri.parse::<Uri>().ok(), uri);
        *request.headers_mut() = self.headers.clone();
        TestRequest { service: self.service.clone(), request, jar: self.jar.clone() }
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
