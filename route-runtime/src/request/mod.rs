//! [`ApiRequest`]: the request as a handler sees it.

use std::borrow::Cow;
use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;

use crate::arguments::segment_texts;
use crate::endpoint::MountedAt;
use crate::error::problem;
use crate::info::RouteInfo;
use crate::log;
use crate::text;

/// The request without its body: method, URI, headers, path parameters, query.
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
pub struct ApiRequest {
    parts: Parts,
    mounted: MountedAt,
}

impl ApiRequest {
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

    /// What middleware left for the handler.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.parts.extensions
    }

    /// What the author of the route wrote.
    #[must_use]
    pub fn route(&self) -> &'static RouteInfo {
        self.mounted.info
    }

    /// The decoded path parameter `[name]`; that of a catch-all holds its segments with `/` between. `None` when the
    /// route has no such parameter. The query string never fills a path parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Cow<'_, str>> {
        let segments = self.mounted.info.segments();
        let index = segments.iter().position(|segment| segment.name() == Some(name))?;
        // What can't be decoded never gets here.
        let mut texts = segment_texts(self.parts.uri.path(), self.mounted.offset, segments, index).ok()?;
        if texts.len() < 2 { texts.pop() } else { Some(texts.join("/").into()) }
    }

    /// The first value of the query parameter `name`, decoded; `?name` and `?name=` are empty texts.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        self.query_all(name).into_iter().next()
    }

    /// All values of the query parameter `name` in order, decoded.
    #[must_use]
    pub fn query_all(&self, name: &str) -> Vec<Cow<'_, str>> {
        // The extraction has refused what can't be decoded.
        text::query_values(self.parts.uri.query(), name).unwrap_or_default()
    }
}

impl fmt::Debug for ApiRequest {
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
        let Some(mounted) = parts.extensions.get::<MountedAt>().copied() else {
            log::report(format_args!(
                "`ApiRequest` is for functions with `#[api_route]`, not for plain axum handlers"
            ));
            return Err(problem(StatusCode::INTERNAL_SERVER_ERROR, None, None));
        };
        // Once here, so that no accessor has to fail.
        if let Err(error) = text::decode(parts.uri.query().unwrap_or_default(), true) {
            return Err(problem(StatusCode::BAD_REQUEST, Some(&format!("the query string {error}")), None));
        }
        Ok(ApiRequest { parts: parts.clone(), mounted })
    }
}
