//! Errors: what a client is told ([`ApiError`]), and why a server can't start ([`Error`]).

mod invalid;
mod problem;
mod start;

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use invalid::Invalid;
pub(crate) use invalid::reason;
#[cfg(feature = "server")]
pub(crate) use problem::outside;
pub(crate) use problem::{Renderer, bare, not_found, problem};
pub use start::Error;

use crate::request::fault_of_body;
use crate::response::ApiResponse;

pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An error answer: an `application/problem+json` body (RFC 9457) with a status.
///
/// `?` turns any error into one: a 500 whose cause goes to the log and never to the client. An [`Invalid`] is the client's,
/// 422, as what it is about should be: of the server's own data, make another error. An error about the request's
/// body is the client's: that of [`RawBody`](crate::RawBody), of axum's `Multipart`, and the rejections of its `Json`,
/// `Form`, `Bytes` and `String` are 413, 400, 408, 415 or 422. It does not implement [`std::error::Error`] itself, which is
/// what makes that conversion possible.
///
/// An app may answer with another body than a problem: [`Routes::render_errors`](crate::Routes::render_errors).
///
/// ```
/// use route_runtime::{get, ApiError};
///
/// #[get("/double/[number]")]
/// async fn double(number: String) -> Result<String, ApiError> {
///     if number.is_empty() {
///         return Err(ApiError::bad_request("a number, please").with("example", 21));
///     }
///     let number: i64 = number.parse()?; // any other error: 500
///     Ok((number * 2).to_string())
/// }
/// ```
pub struct ApiError(Box<Inner>);

struct Inner {
    status: StatusCode,
    detail: Option<String>,
    members: Map<String, Value>,
    headers: HeaderMap,
    source: Option<BoxError>,
}

/// What most handlers return: an [`ApiResponse`](crate::ApiResponse) whose JSON is a `T`, or an [`ApiError`].
///
/// ```
/// use route_runtime::{get, ApiError, ApiResponse, ApiResult};
///
/// #[get("/double/[number]")]
/// async fn double(number: i64) -> ApiResult<i64> {
///     let double = number.checked_mul(2).ok_or(ApiError::unprocessable("too large"))?;
///     Ok(ApiResponse::ok(double))
/// }
/// ```
pub type ApiResult<T = Value> = Result<ApiResponse<T>, ApiError>;

/// A step of a JSON pointer (RFC 6901), escaped.
pub(crate) fn step(name: &str) -> String {
    if name.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    ["/", name].concat()
}

/// What only who makes the body and sends it knows.
const OF_THE_MESSAGE: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];

macro_rules! constructors {
    ($($name:ident $status:ident $code:literal;)*) => {$(
        #[doc = concat!($code, ", with a sentence for the client. Nothing is logged: what only the log may have is a cause, \
                        by `?` or [`caused_by`](Self::caused_by).")]
        pub fn $name(detail: impl Into<String>) -> Self {
            Self::build(StatusCode::$status, Some(detail.into()), None)
        }
    )*};
}

impl ApiError {
    /// An error with this status and no detail. Anything but 400 to 599 is a mistake of the caller and becomes 500.
    pub fn new<S: TryInto<StatusCode>>(status: S) -> Self {
        let status =
            status.try_into().ok().filter(|status| status.is_client_error() || status.is_server_error());
        Self::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), None, None)
    }

    constructors! {
        bad_request BAD_REQUEST "400 Bad Request";
        unauthorized UNAUTHORIZED "401 Unauthorized";
        forbidden FORBIDDEN "403 Forbidden";
        not_found NOT_FOUND "404 Not Found";
        conflict CONFLICT "409 Conflict";
        unprocessable UNPROCESSABLE_ENTITY "422 Unprocessable Entity";
        too_many_requests TOO_MANY_REQUESTS "429 Too Many Requests";
        internal INTERNAL_SERVER_ERROR "500 Internal Server Error";
        bad_gateway BAD_GATEWAY "502 Bad Gateway";
        unavailable SERVICE_UNAVAILABLE "503 Service Unavailable";
        gateway_timeout GATEWAY_TIMEOUT "504 Gateway Timeout";
    }

    /// 422 Unprocessable Entity for a value that has the right type and is still not valid: an entry of `errors` with a JSON
    /// pointer (RFC 6901), as a body of another shape has by itself. [`and_invalid`](Self::and_invalid) adds more.
    ///
    /// ```
    /// use route_runtime::ApiError;
    ///
    /// fn check(title: &str, stars: u8) -> Result<(), ApiError> {
    ///     let title = title.is_empty().then(|| ("/title", "must not be empty"));
    ///     let stars = (stars > 5).then(|| ("/stars", "must be at most 5"));
    ///     ApiError::all_valid([title, stars].into_iter().flatten())
    /// }
    ///
    /// let error = check("", 9).unwrap_err();
    /// assert_eq!(error.members()["errors"][1]["pointer"], "/stars");
    /// assert!(check("T", 5).is_ok());
    /// ```
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::build(StatusCode::UNPROCESSABLE_ENTITY, None, None).and_invalid(pointer, detail)
    }

    /// Adds an entry to the `errors` of [`invalid`](Self::invalid).
    #[must_use]
    pub fn and_invalid(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let entry = json!({ "pointer": pointer.into(), "detail": detail.into() });
        match self.0.members.entry("errors").or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(entries) => entries.push(entry),
            other => *other = json!([entry]),
        }
        self
    }

    /// What is wrong with which value: the JSON pointers and sentences of [`invalid`](Self::invalid), and of a body, path or
    /// query of another shape. For [`Routes::render_errors`](crate::Routes::render_errors).
    ///
    /// ```
    /// use route_runtime::ApiError;
    ///
    /// let error = ApiError::invalid("/title", "must not be empty").and_invalid("/stars", "must be at most 5");
    /// let mistakes: Vec<_> = error.mistakes().collect();
    /// assert_eq!(mistakes, [("/title", "must not be empty"), ("/stars", "must be at most 5")]);
    /// ```
    pub fn mistakes(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.0.members.get("errors").and_then(Value::as_array);
        entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some((entry.get("pointer")?.as_str()?, entry.get("detail")?.as_str()?)))
    }

    /// Nothing, or all that is not valid in one error: pairs of a JSON pointer and what is wrong there.
    ///
    /// # Errors
    ///
    /// As [`invalid`](Self::invalid), when there is a pair.
    pub fn all_valid<P: Into<String>, D: Into<String>>(
        mistakes: impl IntoIterator<Item = (P, D)>,
    ) -> Result<(), Self> {
        let mut mistakes = mistakes.into_iter();
        let Some((pointer, detail)) = mistakes.next() else { return Ok(()) };
        let first = Self::invalid(pointer, detail);
        Err(mistakes.fold(first, |error, (pointer, detail)| error.and_invalid(pointer, detail)))
    }

    fn build(status: StatusCode, detail: Option<String>, source: Option<BoxError>) -> Self {
        ApiError(Box::new(Inner { status, detail, members: Map::new(), headers: HeaderMap::new(), source }))
    }

    /// Sets the sentence that the client reads.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds an extension member to the problem body (RFC 9457, 3.2). `title`, `status` and `detail` are not replaced:
    /// those have their own methods. A value that is no JSON becomes `null`.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Serialize) -> Self {
        let key = key.into();
        if !problem::OWN_MEMBERS.contains(&key.as_str()) {
            self.0.members.insert(key, serde_json::to_value(value).unwrap_or(Value::Null));
        }
        self
    }

    /// Adds a header to the answer, `Retry-After` or `WWW-Authenticate`. What is no header, or is about the body, which is
    /// the problem's own, is left out and logged.
    #[must_use]
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        match (name.try_into(), value.try_into()) {
            (Ok(name), Ok(value)) if !OF_THE_MESSAGE.contains(&name) => {
                self.0.headers.append(name, value);
            }
            _ => crate::log::report(format_args!("an error was given a header that it can't have")),
        }
        self
    }

    /// Keeps `source` for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The status that is answered.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The sentence that the client reads, if there is one.
    #[must_use]
    pub fn get_detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The headers that [`header`](Self::header) added.
    ///
    /// ```
    /// use route_runtime::ApiError;
    ///
    /// let error = ApiError::too_many_requests("slowly").header("retry-after", 30);
    /// assert_eq!(error.headers()["retry-after"], "30");
    /// ```
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The members that [`with`](Self::with) added; `errors` of a body that has the wrong shape.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0.members
    }

    /// What went wrong behind it. The client never sees it.
    #[must_use]
    pub fn source(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// A standard error, for code that wants one.
    #[must_use]
    pub fn into_error(self) -> Box<dyn std::error::Error + Send + Sync> {
        Box::new(Standard(self))
    }
}

impl<E: Into<BoxError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        let error = error.into();
        match error.downcast::<Standard>() {
            // It was an `ApiError` before `into_error`: nothing of it is lost.
            Ok(standard) => standard.0,
            // The client's doing, so nothing for the log.
            // Not one in a box, which may come from anywhere: from a row of a database, say.
            Err(error) if invalid::is::<E>() => Self::invalid("", error.to_string()),
            Err(error) => match fault_of_body(&*error, std::any::type_name::<E>()) {
                Some((status, detail)) => Self::build(status, Some(detail.to_owned()), None),
                None => Self::build(StatusCode::INTERNAL_SERVER_ERROR, None, Some(error)),
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Some(source) = self.source() {
            crate::log::cause(self.status(), source);
        }
        problem::of_error(self)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.status)?;
        match &self.0.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.0.status)
            .field("detail", &self.0.detail)
            .field("members", &self.0.members)
            .field("source", &self.0.source)
            .finish()
    }
}

/// An [`ApiError`] as a standard error.
#[derive(Debug)]
struct Standard(ApiError);

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Standard {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_error_becomes_a_500_that_keeps_its_cause() {
        fn fails() -> Result<(), ApiError> {
            "x".parse::<i32>()?;
            Ok(())
        }
        let error = fails().expect_err("not a number");
        assert_eq!(error.status(), 500);
        let source = error.source().expect("a cause");
        assert!(source.is::<std::num::ParseIntError>());
        assert_eq!(error.to_string(), "500 Internal Server Error");
    }

    #[test]
    fn a_standard_error_made_of_an_api_error_turns_back() {
        let error = ApiError::not_found("no such post").with("id", 7).into_error();
        assert_eq!(error.to_string(), "404 Not Found: no such post");
        let error = ApiError::from(error);
        assert_eq!((error.status().as_u16(), error.0.members["id"].clone()), (404, 7.into()));
    }

    #[tokio::test]
    async fn the_problem_holds_what_the_client_may_know() {
        let error = ApiError::from(std::io::Error::other("secret"))
            .detail("sorry")
            .with("retry", true)
            .with("status", 200);
        let body = axum::body::to_bytes(error.into_response().into_body(), 1000).await.expect("a body");
        assert_eq!(
            &*body,
            br#"{"title":"Internal Server Error","status":500,"detail":"sorry","retry":true}"#
        );
    }

    #[test]
    fn a_status_that_is_no_error_is_a_500() {
        assert_eq!(ApiError::new(200).status(), 500);
        assert_eq!(ApiError::new(99).status(), 500);
        assert_eq!(ApiError::new(StatusCode::IM_A_TEAPOT).status(), 418);
    }
}
