//! [`ApiResponse`]: the answer, put together step by step.

mod content;
mod etag;
mod redirect;

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use futures_core::TryStream;
use serde::Serialize;

pub use self::content::Content;
pub(crate) use self::etag::Condition;
use crate::endpoint::ChosenStatus;
use crate::error::{BoxError, problem};
use crate::limits::{Reported, has_no_content, without_content};
use crate::log;
use crate::work::{self, Work};

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
/// - The content of [`json`](Self::json) and [`send`](Self::send) has a weak `ETag` in answers 2xx to GET and HEAD, and
///   becomes a 304 when the client has it already (`If-None-Match`), unless the route says `etag = false`. An `ETag` and a
///   `Content-Type` that the handler sets are kept.
/// - 204, 205 and 304 have no content, whatever was sent.
/// - A header, status, value or redirect that HTTP does not allow makes it a 500 problem without any of the headers set,
///   and is logged; a redirect target that is not local is a 400 problem, logged once for each route.
/// - Returned without `json`, `send`, `redirect`, `stream` or `end`, it is sent empty, and a line of the log says so once
///   for each route, unless the route says `external_resolver = true`.
#[must_use = "an answer is sent by returning it"]
pub struct ApiResponse<T = serde_json::Value> {
    status: Option<StatusCode>,
    headers: HeaderMap,
    answer: Answer,
    /// The first mistake made while building.
    mistake: Option<Mistake>,
    answers: PhantomData<fn() -> T>,
}

enum Answer {
    Unfinished,
    Empty,
    /// With its default content type.
    Content(Bytes, &'static HeaderValue),
    Stream(Body),
    Redirect(HeaderValue),
}

/// What makes an answer an error: with the status of the error.
#[derive(Debug)]
struct Mistake {
    status: StatusCode,
    what: String,
}

impl Mistake {
    fn server(what: String) -> Self {
        Mistake { status: StatusCode::INTERNAL_SERVER_ERROR, what }
    }

    fn client(what: String) -> Self {
        Mistake { status: StatusCode::BAD_REQUEST, what }
    }

    fn status() -> Self {
        Mistake::server("a status that no answer can have".to_owned())
    }
}

impl<T> ApiResponse<T> {
    /// An empty 200.
    pub fn new() -> Self {
        ApiResponse {
            status: None,
            headers: HeaderMap::new(),
            answer: Answer::Unfinished,
            mistake: None,
            answers: PhantomData,
        }
    }

    /// An empty 204 No Content.
    pub fn no_content() -> Self {
        Self::new().status(StatusCode::NO_CONTENT).end()
    }

    /// Sets the status, 200 to 599; the last call wins.
    pub fn status<C: TryInto<StatusCode>>(mut self, code: C) -> Self {
        match code.try_into() {
            Ok(status) if (200..600).contains(&status.as_u16()) => self.status = Some(status),
            _ => self.mistake(Mistake::status()),
        }
        self
    }

    /// Sets a header; the last call for a name wins.
    pub fn header<N, V>(self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        self.set_header(name, value, |headers, name, value| drop(headers.insert(name, value)))
    }

    /// Adds a header beside those of its name.
    pub fn append_header<N, V>(self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        self.set_header(name, value, |headers, name, value| _ = headers.append(name, value))
    }

    fn set_header<N, V>(mut self, name: N, value: V, set: fn(&mut HeaderMap, HeaderName, HeaderValue)) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            // The framing is the server's (RFC 9112, 6).
            (Ok(header::TRANSFER_ENCODING), _) => {
                self.mistake(Mistake::server("a `transfer-encoding`, which is the server's".to_owned()));
            }
            (Ok(name), Ok(value)) => set(&mut self.headers, name, value),
            (Ok(name), Err(_)) => {
                self.mistake(Mistake::server(format!("a value that the header `{name}` can't have")));
            }
            (Err(_), _) => self.mistake(Mistake::server("a name that no header can have".to_owned())),
        }
        self
    }

    /// Sets a cookie: `("name", "value")`, or what [`Cookie::build`] makes. The value is percent-encoded, which
    /// [`ApiRequest::cookie`](crate::ApiRequest::cookie) undoes; a name or an attribute that would have to be is a mistake.
    ///
    /// ```
    /// use route_runtime::{post, ApiResponse, Cookie};
    ///
    /// #[post("/api/theme/[name]")]
    /// async fn theme(name: String) -> ApiResponse<()> {
    ///     ApiResponse::no_content().cookie(Cookie::build(("theme", name)).path("/").http_only(true))
    /// }
    /// ```
    pub fn cookie(mut self, cookie: impl Into<Cookie<'static>>) -> Self {
        let cookie = cookie.into();
        let line = cookie.encoded().to_string();
        let plain = |attribute: Option<&str>| attribute.is_none_or(|text| !text.contains(';'));
        let name = cookie.name();
        if name.is_empty() || line.get(name.len()..name.len() + 1) != Some("=") || !line.starts_with(name) {
            self.mistake(Mistake::server("a name that no cookie can have".to_owned()));
        } else if let (true, true, Ok(value)) =
            (plain(cookie.path()), plain(cookie.domain()), HeaderValue::try_from(line))
        {
            self.headers.append(header::SET_COOKIE, value);
        } else {
            self.mistake(Mistake::server("an attribute that no cookie can have".to_owned()));
        }
        self
    }

    /// Sends text as `text/plain; charset=utf-8`, or bytes as `application/octet-stream`, unless the header
    /// `content-type` is set; with the default type comes `x-content-type-options: nosniff`.
    pub fn send(mut self, content: impl Into<Content>) -> Self {
        let Content(bytes, content_type) = content.into();
        self.answer = Answer::Content(bytes, content_type);
        self
    }

    /// Sends a stream of bytes as it comes, as `application/octet-stream` unless the header `content-type` is set. An error
    /// of the stream cuts the answer off, so that the client does not take it for whole, and is logged. The
    /// `response_limit` of the route counts for it where the attribute or [`Routes::defaults`](crate::Routes::defaults)
    /// sets one.
    ///
    /// ```
    /// use std::io;
    ///
    /// use route_runtime::{get, ApiResponse};
    ///
    /// #[get("/count")]
    /// async fn count() -> ApiResponse<()> {
    ///     let lines = (1..=3).map(|line| Ok::<_, io::Error>(format!("{line}\n")));
    ///     ApiResponse::new().header("content-type", "text/plain").stream(futures_util::stream::iter(lines))
    /// }
    /// ```
    pub fn stream<S>(mut self, stream: S) -> Self
    where
        S: TryStream<Ok: Into<Bytes>, Error: Into<BoxError>> + Send + 'static,
    {
        self.answer = Answer::Stream(Body::new(Reported::new(Body::from_stream(stream), work::info())));
        self
    }

    /// Redirects to a path of this server, with 307, or the status set by [`status`](Self::status): 301, 302, 303, 307, 308.
    /// What can't stand in a URI is percent-encoded. A target that leads to another server is answered 400: it is likely
    /// to come from the request.
    ///
    /// ```
    /// use route_runtime::{get, ApiResponse};
    ///
    /// #[get("/old/[id]")]
    /// async fn old(id: u64) -> ApiResponse<()> {
    ///     ApiResponse::new().status(308).redirect(format!("/new/{id}"))
    /// }
    /// ```
    pub fn redirect(self, target: impl AsRef<str>) -> Self {
        self.redirect_to(redirect::local(target.as_ref()))
    }

    /// Redirects to an `http` or `https` URL, as [`redirect`](Self::redirect) does to a path. Never pass on what a client
    /// sent.
    pub fn redirect_external(self, target: impl AsRef<str>) -> Self {
        self.redirect_to(redirect::external(target.as_ref()))
    }

    fn redirect_to(mut self, target: Result<HeaderValue, Mistake>) -> Self {
        match target {
            Ok(target) => self.answer = Answer::Redirect(target),
            Err(mistake) => self.mistake(mistake),
        }
        self
    }

    /// Sends no content.
    pub fn end(mut self) -> Self {
        self.answer = Answer::Empty;
        self
    }

    fn mistake(&mut self, mistake: Mistake) {
        self.mistake.get_or_insert(mistake);
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

    /// Sends `value` as JSON: `application/json; charset=utf-8`, unless the header `content-type` is set. A value that
    /// can't be written as JSON makes the answer a 500.
    pub fn json(mut self, value: T) -> Self {
        let length = work::with(|work| work.map(|work| &work.entry().last_length));
        // As long as the last one, but a single large answer does not make all of them large.
        let capacity = length.map_or(0, |length| length.load(Ordering::Relaxed)).clamp(128, 1 << 16);
        let mut json = Vec::with_capacity(capacity);
        match serde_json::to_writer(&mut json, &value) {
            Ok(()) => {
                if let Some(length) = length {
                    length.store(json.len(), Ordering::Relaxed);
                }
                self.answer = Answer::Content(json.into(), &content::JSON);
            }
            Err(error) => self.mistake(Mistake::server(format!("a value that is no JSON: {error}"))),
        }
        self
    }
}

impl<T> Default for ApiResponse<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ApiResponse<T> {
    /// What was built, or the first mistake in it.
    fn build(self) -> Result<Response, Mistake> {
        let ApiResponse { status, headers, answer, mistake, .. } = self;
        if let Some(mistake) = mistake {
            return Err(mistake);
        }
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = headers;
        let of_route = work::with(|work| work.and_then(Work::status));
        if let Some(status) = status.or(of_route) {
            *response.status_mut() = status;
        }
        if matches!(answer, Answer::Unfinished) {
            unfinished();
        }
        match answer {
            Answer::Unfinished | Answer::Empty | Answer::Content(..) | Answer::Stream(_)
                if has_no_content(response.status()) =>
            {
                without_content(&mut response);
                response.headers_mut().remove(header::CONTENT_TYPE);
            }
            Answer::Unfinished | Answer::Empty => {}
            Answer::Content(bytes, content_type) => content(&mut response, bytes, content_type)?,
            Answer::Stream(body) => {
                *response.body_mut() = body;
                response.headers_mut().entry(header::CONTENT_TYPE).or_insert_with(|| content::BYTES.clone());
            }
            Answer::Redirect(target) => {
                *response.status_mut() = redirect::status(status)?;
                response.headers_mut().insert(header::LOCATION, target);
            }
        }
        if of_route.is_some() && status == Some(StatusCode::OK) {
            response.extensions_mut().insert(ChosenStatus);
        }
        Ok(response)
    }
}

/// Puts content and what is said about it into a response.
fn content(response: &mut Response, bytes: Bytes, content_type: &'static HeaderValue) -> Result<(), Mistake> {
    let status = response.status();
    let headers = response.headers_mut();
    let length = headers.get(header::CONTENT_LENGTH);
    if length.is_some_and(|length| length.as_bytes() != bytes.len().to_string().as_bytes()) {
        return Err(Mistake::server("a `content-length` that is not that of its content".to_owned()));
    }
    if let header::Entry::Vacant(entry) = headers.entry(header::CONTENT_TYPE) {
        entry.insert(content_type.clone());
        if content_type != content::JSON {
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
    }
    if status.is_success() && work::is(|work| work.tags) {
        if let header::Entry::Vacant(entry) = headers.entry(header::ETAG)
            && let Some(tag) = etag::tag(&bytes)
        {
            entry.insert(tag);
        }
        if work::is(|work| work.if_none_match) {
            response.extensions_mut().insert(etag::Revalidates);
        }
    }
    *response.body_mut() = Body::from(bytes);
    Ok(())
}

/// Says once for each route that it forgot to answer.
fn unfinished() {
    let is_first = |work: &Work| !work.entry().told_unfinished.swap(true, Ordering::Relaxed);
    if work::is(|work| !work.external_resolver() && is_first(work)) {
        log::warn(format_args!(
            "resolved without sending a response, so an empty one is sent: end the answer with `json`, `send`, `redirect`, \
             `stream` or `end`, or say `external_resolver = true`"
        ));
    }
}

impl<T> IntoResponse for ApiResponse<T> {
    fn into_response(self) -> Response {
        self.build().unwrap_or_else(|Mistake { status, what }| {
            // A client can do that as often as it likes.
            let told = status.is_client_error()
                && work::is(|work| work.entry().told_redirect.swap(true, Ordering::Relaxed));
            if !told {
                log::report(format_args!("an answer was given {what}"));
            }
            problem(status, None)
        })
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
