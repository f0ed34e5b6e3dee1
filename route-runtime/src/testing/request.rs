//! A request to be sent.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::response::Response;
use cookie::Cookie;
use serde::Serialize;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

use super::jar::Jar;
use super::response::{StreamedResponse, TestResponse};
use super::sound;

/// A request to be sent by `.await`.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let client = route_runtime::testing::TestClient::new(axum::Router::new());
/// let answer = client.post("/posts").query(&[("draft", true)]).header("x-mine", "1").body("text").await;
/// assert_eq!(answer.status(), 404);
/// # });
/// ```
#[must_use = "a request is sent by `.await`"]
pub struct TestRequest {
    pub(super) service: BoxCloneSyncService<Request, Response, Infallible>,
    pub(super) request: Request,
    pub(super) jar: Option<Jar>,
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

    /// Sends `fields` as a URL-encoded form: a struct, or pairs where a name may come twice.
    ///
    /// ```standalone_crate
    /// # use route_runtime::{post, testing::TestClient, ApiRequest};
    /// # #[derive(serde::Deserialize)] struct Tags { tag: Vec<String> }
    /// # #[post("/tags")] async fn tags(req: ApiRequest<Tags>) -> String { req.into_body().tag.join("+") }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// # let client = TestClient::new(route_runtime::router().unwrap());
    /// let response = client.post("/tags").form(&[("tag", "a"), ("tag", "b&c")]).await;
    /// assert_eq!(response.text(), "a+b&c");
    /// # });
    /// ```
    ///
    /// # Panics
    ///
    /// When it can't be written as a form.
    #[track_caller]
    pub fn form(self, fields: &(impl Serialize + ?Sized)) -> Self {
        let form = sound(serde_urlencoded::to_string(fields).ok(), "form");
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
    }

    /// Adds parameters to the query: a struct, or pairs where a name may come twice.
    ///
    /// # Panics
    ///
    /// When they can't be written as a query.
    #[track_caller]
    pub fn query(mut self, parameters: &(impl Serialize + ?Sized)) -> Self {
        let more = sound(serde_urlencoded::to_string(parameters).ok(), "query");
        if more.is_empty() {
            return self;
        }
        let uri = self.request.uri();
        let separator = if uri.query().is_some() { '&' } else { '?' };
        let uri = format!("{uri}{separator}{more}");
        *self.request.uri_mut() = sound(uri.parse::<Uri>().ok(), &uri);
        self
    }

    /// Sends a cookie, percent-encoded where it must be.
    ///
    /// # Panics
    ///
    /// When it can't be one.
    #[track_caller]
    pub fn cookie(self, name: &str, value: &str) -> Self {
        let cookie = Cookie::new(name.to_owned(), value.to_owned()).encoded().stripped().to_string();
        self.header(header::COOKIE, cookie)
    }

    /// Sends `Authorization: Bearer …` (RFC 6750).
    ///
    /// # Panics
    ///
    /// When it can't be a header.
    #[track_caller]
    pub fn bearer(self, token: &str) -> Self {
        self.header(header::AUTHORIZATION, format!("Bearer {token}"))
    }

    /// Adds to the extensions of the request what a server or an outer layer would, as the client's address:
    /// `.extension(axum::extract::ConnectInfo(address))`.
    ///
    /// ```standalone_crate
    /// use std::net::SocketAddr;
    ///
    /// use axum::{extract::ConnectInfo, Extension};
    /// use route_runtime::{get, testing::TestClient};
    ///
    /// #[get("/who")]
    /// async fn who(Extension(ConnectInfo(address)): Extension<ConnectInfo<SocketAddr>>) -> String {
    ///     address.ip().to_string()
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(route_runtime::router().unwrap());
    /// let address = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4711)));
    /// assert_eq!(client.get("/who").extension(address).await.text(), "192.0.2.1");
    /// # });
    /// ```
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.request.extensions_mut().insert(value);
        self
    }

    /// Sends the request; the answer is there with its head, and its body comes piece by piece.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, testing::TestClient, ApiResponse};
    ///
    /// #[get("/count")]
    /// async fn count() -> ApiResponse {
    ///     ApiResponse::new().stream(futures_util::stream::iter(["1", "2"].map(Ok::<_, std::io::Error>)))
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(route_runtime::router().unwrap());
    /// let mut answer = client.get("/count").streamed().await;
    /// assert_eq!(answer.chunk().await.as_deref(), Some(&b"1"[..]));
    /// assert_eq!(answer.rest().await.text(), "2");
    /// # });
    /// ```
    pub async fn streamed(mut self) -> StreamedResponse {
        let path = self.request.uri().path().to_owned();
        if let Some(jar) = &self.jar {
            jar.send(self.request.headers_mut(), &path);
        }
        let response = self.service.oneshot(self.request).await.unwrap_or_else(|never| match never {});
        if let Some(jar) = &self.jar {
            jar.keep(response.headers(), &path);
        }
        StreamedResponse::new(response)
    }

    /// Sends `body` as it is; a stream by `Body::from_stream`.
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
        Box::pin(async move { self.streamed().await.rest().await })
    }
}
