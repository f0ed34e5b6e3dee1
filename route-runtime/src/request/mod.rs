//! [`ApiRequest`]: the request as a handler sees it.

mod body;
mod cookies;
mod form;
mod json;
mod media;
mod mismatch;
mod raw;
mod strict;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::OnceLock;

use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use cookie::Cookie;
use serde::de::DeserializeOwned;

#[cfg(feature = "openapi")]
pub(crate) use self::body::BodyKind;
pub use self::body::RequestBody;
use self::cookies::Cookies;
pub(crate) use self::media::uncoded;
pub use self::raw::{BodyError, RawBody};
pub(crate) use self::raw::{detail as body_detail, fault_of_body};
use crate::arguments::{Refusal, segment_texts};
use crate::decode;
use crate::error::{ApiError, problem};
use crate::hop::Hop;
use crate::info::RouteInfo;
use crate::work::{self, Work};

/// The request: method, URI, headers, path parameters, query, cookies, and a body of the type `T`.
///
/// Without `T` the body is not read. With a `T` that implements `serde::Deserialize` it is read by its `Content-Type`:
/// JSON (`application/json` and `+json`), a URL-encoded form, flat and with repeated names for a `Vec`, and `text/plain` for
/// a `String` and what is like one. An empty value of a form is a value: `age=` is no `Option<u8>`. The refusals are problems that echo nothing:
///
/// - 415 for another media type, a charset other than UTF-8, a content coding;
/// - 413 over the `body_limit` of the route (1 MiB), at once where `Content-Length` tells;
/// - 400 for no body at all, unless `T` is an `Option`; for what is no JSON, is nested deeper than 128 levels where it is read, or no UTF-8;
/// - 422 for a value of another shape, with a JSON pointer to the place in `errors`. An array for a struct is one, but where
///   serde keeps a part of the document to look at it twice: below `untagged`, `tag` and `flatten` it passes, and the
///   pointer ends there.
///
/// A page of another origin can send a form, and a text, without asking (CSRF): where a cookie alone says who the client is, have
/// it `SameSite`, or take `axum::Json`, which reads JSON only.
///
/// [`ApiRequest<RawBody>`](RawBody) hands the body over unread.
///
/// ```
/// use route_runtime::{post, ApiRequest, ApiResponse};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct NewPost {
///     title: String,
///     tags: Vec<String>,
/// }
///
/// #[derive(Serialize)]
/// struct Created {
///     message: String,
/// }
///
/// #[post("/api/post", body_limit = "64kb")]
/// async fn create(req: ApiRequest<NewPost>) -> ApiResponse<Created> {
///     let NewPost { title, tags } = req.into_body();
///     ApiResponse::created(Created { message: format!("{title} has {} tags", tags.len()) })
/// }
/// ```
///
/// The Next.js shape of a handler takes one and an [`ApiResponse`](crate::ApiResponse):
///
/// ```
/// use route_runtime::{api_route, ApiRequest, ApiResponse};
///
/// #[api_route("/api/user/[id]")]
/// async fn user(req: ApiRequest, res: ApiResponse<String>) -> ApiResponse<String> {
///     match (req.method().as_str(), req.param("id")) {
///         ("GET", Some(id)) => res.status(200).json(id.into_owned()),
///         _ => res.status(405).end(),
///     }
/// }
/// ```
pub struct ApiRequest<T = Unread> {
    /// Boxed, because a handler moves its request through its future, and that through others.
    parts: Box<Parts>,
    of: Of,
    cookies: Cookies,
    /// Those of the request, and what a layer would find among them.
    extensions: OnceLock<Extensions>,
    body: T,
}

/// The body of an [`ApiRequest`] that does not read it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Unread;

impl<T> ApiRequest<T> {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The URI; below a `nest` without the outer prefix, as everywhere in axum.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// What middleware left for the handler, the `&'static RouteInfo` of the route, axum's `OriginalUri`, and, under `serve`, the
    /// `ConnectInfo` of the client. axum's `MatchedPath` need not be there: [`route`](Self::route) says more.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        self.extensions.get_or_init(|| {
            let mut extensions = self.parts.extensions.clone();
            extensions.insert(self.of.info);
            if extensions.get::<OriginalUri>().is_none() {
                extensions.insert(OriginalUri(self.parts.uri.clone()));
            }
            if let Some(hop) = &self.of.hop {
                hop.tell(&mut extensions);
            }
            extensions
        })
    }

    /// What the author of the route wrote.
    #[must_use]
    pub fn route(&self) -> &'static RouteInfo {
        self.of.info
    }

    /// The decoded path parameter `[name]`; that of a catch-all holds its segments with `/` between. `None` when the
    /// route has no such parameter. The query string never fills a path parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// The path parameters in order, decoded, as of [`param`](Self::param). An optional catch-all without a segment is left
    /// out.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let segments = self.of.info.segments();
        segments.iter().enumerate().filter_map(move |(index, segment)| {
            let name = segment.name()?;
            // What can't be decoded never gets here.
            let texts = segment_texts(self.parts.uri.path(), self.of.offset, segments, index).ok()?;
            Some((name, texts.joined()?))
        })
    }

    /// The first value of the query parameter `name`, decoded; `?name` and `?name=` are empty texts.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        self.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// All values of the query parameter `name` in order, decoded.
    #[must_use]
    pub fn query_all(&self, name: &str) -> Vec<Cow<'_, str>> {
        self.query_pairs().filter(|(own, _)| own == name).map(|(_, value)| value).collect()
    }

    fn query_pairs(&self) -> impl Iterator<Item = decode::Pair<'_>> {
        // The extraction has refused what can't be decoded.
        decode::pairs(self.parts.uri.query().unwrap_or_default()).flatten()
    }

    /// The whole query string as a struct, a map, or a `Vec` of pairs. A repeated name fills a `Vec`.
    ///
    /// ```
    /// use route_runtime::{get, ApiError, ApiRequest};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Search {
    ///     q: String,
    ///     #[serde(default)]
    ///     tag: Vec<String>,
    /// }
    ///
    /// #[get("/api/search")]
    /// async fn search(req: ApiRequest) -> Result<String, ApiError> {
    ///     let Search { q, tag } = req.query_as()?;
    ///     Ok(format!("{q} in {tag:?}"))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// 400 when it does not fit the type; 422 when the type says so by [`Invalid`](crate::Invalid).
    pub fn query_as<Q: DeserializeOwned>(&self) -> Result<Q, ApiError> {
        body::query(self.parts.uri.query().unwrap_or_default())
    }

    /// The first cookie of this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&Cookie<'static>> {
        self.cookies.named(&self.parts.headers, name)
    }

    /// The cookies in order, each parsed when it is first asked for. As in Next.js, values are percent-decoded where that gives UTF-8
    /// and stand without the quotes around them; a pair that is no UTF-8 or has no `=` is skipped.
    pub fn cookies(&self) -> impl Iterator<Item = &Cookie<'static>> {
        self.cookies.all(&self.parts.headers)
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The body, to be read on: `req.body_mut().chunk()` of a [`RawBody`].
    pub fn body_mut(&mut self) -> &mut T {
        &mut self.body
    }

    /// The body by value, without the rest of the request.
    #[must_use]
    pub fn into_body(self) -> T {
        self.body
    }

    fn new(parts: Box<Parts>, of: Of, body: T) -> Self {
        ApiRequest { parts, of, cookies: Cookies::default(), extensions: OnceLock::new(), body }
    }
}

impl ApiRequest {
    /// The request of a handler that has nothing else to read it with.
    pub(crate) fn whole(parts: Box<Parts>) -> Result<Self, Refusal> {
        let of = Of::work()?;
        check_query(&parts)?;
        Ok(ApiRequest::new(parts, of, Unread))
    }
}

/// What a request does not know itself.
struct Of {
    info: &'static RouteInfo,
    /// How many segments a base path puts before those of the pattern.
    offset: usize,
    hop: Option<Hop>,
}

impl Of {
    /// Of what the thread works for.
    fn work() -> Result<Self, Refusal> {
        let of =
            |work: &Work| Of { info: work.route.info(), offset: work.route.offset, hop: work.hop.clone() };
        work::with(|work| work.map(of)).ok_or_else(body::no_route)
    }
}

/// Once for each request, so that no accessor has to fail.
fn check_query(parts: &Parts) -> Result<(), Refusal> {
    decode::check_query(parts.uri.query()).map_err(|error| {
        Box::new(problem(StatusCode::BAD_REQUEST, Some(&format!("the query string {error}"))))
    })
}

impl<T> fmt::Debug for ApiRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRequest")
            .field("method", self.method())
            .field("uri", self.uri())
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for ApiRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        ApiRequest::whole(Box::new(parts.clone())).map_err(|refusal| *refusal)
    }
}

impl<S: Sync, T: RequestBody> FromRequest<S> for ApiRequest<T> {
    type Rejection = Response;

    fn from_request(request: Request, _: &S) -> impl Future<Output = Result<Self, Response>> + Send {
        // Here, so that no future holds what is moved.
        let (parts, body) = request.into_parts();
        let parts = Box::new(parts);
        async move {
            let read = async {
                let of = Of::work()?;
                check_query(&parts)?;
                Ok((of, T::read(&parts, body).await?))
            };
            let (of, body) = read.await.map_err(|refusal: Refusal| *refusal)?;
            Ok(ApiRequest::new(parts, of, body))
        }
    }
}
