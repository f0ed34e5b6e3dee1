//! What axum leaves to the application: JSON whose mistakes name the field, one shape of errors, and the guards.

use std::error::Error as _;
use std::iter::successors;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use route_runtime::ApiError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::adapter::Error;
use crate::app::{App, cors};
use crate::errors;

const JSON: &str = "application/json; charset=utf-8";

/// JSON: a mistake in what comes names the field, and what goes says that it is UTF-8.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        Ok(Json(axum::Json::from_request(request, state).await?.0))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, JSON)], axum::Json(self.0)).into_response()
    }
}

/// What axum's `Json` says, behind its text.
type Located = serde_path_to_error::Error<serde_json::Error>;

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        let mut sources = successors(rejection.source(), |&error| error.source());
        let located = sources.find_map(|error| error.downcast_ref::<Located>());
        let Some(error) = located.filter(|error| error.inner().is_data()) else {
            return ApiError::new(rejection.status()).detail(rejection.body_text()).into();
        };
        let path: String = error.path().iter().map(|step| format!("/{step}")).collect();
        let text = error.inner().to_string();
        let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
        match text.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            Some(field) => ApiError::invalid(format!("{path}/{field}"), "is missing").into(),
            None => ApiError::invalid(path, text).into(),
        }
    }
}

/// What axum and the layers say as plain text, or do not say, in the shape of the application.
async fn shaped(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.headers().get(CONTENT_TYPE).is_some_and(|of| of == JSON) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    let text = to_bytes(body, 4096).await.unwrap_or_default();
    let error = ApiError::new(status);
    let error = if text.is_empty() { error } else { error.detail(String::from_utf8_lossy(&text)) };
    (status, parts.headers, errors::render(&error)).into_response()
}

/// The guards around all of it. The last layer is the outermost.
pub(crate) fn guarded(api: Router<App>, app: App) -> Router {
    Router::new()
        .nest("/api", api)
        .with_state(app)
        .layer(DefaultBodyLimit::max(1 << 20))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(60)))
        .layer(CatchPanicLayer::new())
        .layer(map_response(shaped))
        .layer(cors())
}
