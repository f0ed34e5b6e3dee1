//! [`ApiResponse`]: the answer, put together step by step.

use std::fmt;
use std::marker::PhantomData;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::endpoint::ChosenStatus;
use crate::error::problem;
use crate::log;

/// An answer whose JSON is a `T`.
///
/// Made by [`ok`](Self::ok), [`created`](Self::created), [`no_content`](Self::no_content), or from an empty 200 by
/// [`new`](Self::new) and the other methods, each of which takes it by value and gives it back. As an argument of a
/// handler it is `ApiResponse::new()`, which gives the shape of Next.js: `res.status(200).json(…)`.
///
/// ```
/// use route_runtime::{get, ApiResponse};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Greeting {
///     name: &'static str,
/// }
///
/// #[get("/api/hello")]
/// async fn hello() -> ApiResponse<Greeting> {
///     ApiResponse::ok(Greeting { name: "John Doe" }).header("cache-control", "no-store")
/// }
/// ```
///
/// A header or status that HTTP does not allow makes the answer a 500 problem and is logged.
#[must_use = "an answer is sent by returning it"]
pub struct ApiResponse<T = serde_json::Value> {
    status: Option<StatusCode>,
    headers: HeaderMap,
    body: Option<(Bytes, &'static str)>,
    /// The first mistake made while building.
    mistake: Option<String>,
    answers: PhantomData<fn() -> T>,
}

impl<T> ApiResponse<T> {
    /// An empty 200.
    pub fn new() -> Self {
        ApiResponse {
            status: None,
            headers: HeaderMap::new(),
            body: None,
            mistake: None,
            answers: PhantomData,
        }
    }

    /// An empty 204 No Content.
    pub fn no_content() -> Self {
        Self::new().status(StatusCode::NO_CONTENT)
    }

    /// Sets the status; the last call wins.
    pub fn status<C: TryInto<StatusCode>>(mut self, code: C) -> Self {
        match code.try_into() {
            Ok(status) if !status.is_informational() => self.status = Some(status),
            _ => self.mistake("a status that no answer can have"),
        }
        self
    }

    /// Sets a header; the last call for a name wins.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Ok(name), Err(_)) => self.mistake(format!("a value that the header `{name}` can't have")),
            (Err(_), _) => self.mistake("a name that no header can have"),
        }
        self
    }

    /// Sends text as `text/plain; charset=utf-8`, or bytes as `application/octet-stream`, unless the header
    /// `content-type` is set.
    pub fn send(mut self, content: impl Into<Content>) -> Self {
        let Content(bytes, content_type) = content.into();
        self.body = Some((bytes, content_type));
        self
    }

    /// Sends no body.
    pub fn end(mut self) -> Self {
        self.body = None;
        self
    }

    fn mistake(&mut self, mistake: impl Into<String>) {
        self.mistake.get_or_insert_with(|| mistake.into());
    }
}

impl<T: Serialize> ApiResponse<T> {
    /// `value` as JSON, with the success status of the route: 200 where the attribute says nothing.
    pub fn ok(value: T) -> Self {
        Self::new().json(value)
    }

    /// 201 Created with `value` as JSON.
    pub fn created(value: T) -> Self {
        Self::new().status(StatusCode::CREATED).json(value)
    }

    /// Sends `value` as JSON. A value that can't be written as JSON makes the answer a 500.
    pub fn json(mut self, value: T) -> Self {
        match serde_json::to_vec(&value) {
            Ok(json) => self.body = Some((json.into(), "application/json; charset=utf-8")),
            Err(error) => self.mistake(format!("a value that is no JSON: {error}")),
        }
        self
    }
}

impl<T> Default for ApiResponse<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> IntoResponse for ApiResponse<T> {
    fn into_response(self) -> Response {
        if let Some(mistake) = self.mistake {
            log::report(format_args!("an answer was given {mistake}"));
            return problem(StatusCode::INTERNAL_SERVER_ERROR, None, None);
        }
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = self.headers;
        if let Some((bytes, content_type)) = self.body {
            *response.body_mut() = Body::from(bytes);
            response
                .headers_mut()
                .entry(header::CONTENT_TYPE)
                .or_insert(HeaderValue::from_static(content_type));
        }
        if let Some(status) = self.status {
            *response.status_mut() = status;
            if status == StatusCode::OK {
                response.extensions_mut().insert(ChosenStatus);
            }
        }
        response
    }
}

impl<S: Sync, T> FromRequestParts<S> for ApiResponse<T> {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::new())
    }
}

impl<T> fmt::Debug for ApiResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Text or bytes for [`ApiResponse::send`].
#[derive(Debug)]
pub struct Content(Bytes, &'static str);

macro_rules! contents {
    ($($ty:ty: $content_type:literal;)*) => {$(
        impl From<$ty> for Content {
            fn from(content: $ty) -> Self {
                Content(content.into(), $content_type)
            }
        }
    )*};
}

contents! {
    &'static str: "text/plain; charset=utf-8";
    String: "text/plain; charset=utf-8";
    &'static [u8]: "application/octet-stream";
    Vec<u8>: "application/octet-stream";
    Bytes: "application/octet-stream";
}
