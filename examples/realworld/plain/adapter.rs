//! The application's errors outside of its routes. Its modules return an `ApiError`, which the routes render; a service
//! by hand would have an error type of its own, and need none of this.

use axum::extract::FromRequestParts;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use route_runtime::{ApiError, Invalid};

use crate::app::App;
use crate::errors;

/// An error of the application.
pub(crate) struct Error(ApiError);

impl Error {
    /// What makes an error about a field of the reason why it is not valid.
    pub(super) fn invalid(field: &str) -> impl Fn(Invalid) -> Self {
        move |why| Error(ApiError::invalid(format!("/{field}"), why.to_string()))
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Error(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let body = errors::render(&self.0);
        // Its headers, and its cause for the log.
        let (mut parts, _) = self.0.into_response().into_parts();
        parts.headers.remove(CONTENT_TYPE);
        (parts.status, parts.headers, body).into_response()
    }
}

/// Who asks, refused by an [`Error`].
pub(super) struct Auth<T>(pub(super) T);

impl<T: FromRequestParts<App, Rejection = ApiError>> FromRequestParts<App> for Auth<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Auth(T::from_request_parts(parts, app).await?))
    }
}
