//! What handlers share, and all of them together.

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use route_runtime::Routes;
use tower_http::cors::{Any, CorsLayer};

use crate::auth::Tokens;
use crate::db::Db;
use crate::errors;
use crate::password::Passwords;

/// The state of every handler.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) db: Db,
    pub(crate) passwords: Passwords,
    pub(crate) tokens: Tokens,
}

pub(crate) fn routes(app: App) -> Routes {
    Routes::collect().base("/api").with_state(app).render_errors(errors::render).layer(cors())
}

/// Tokens come in a header that scripts set, never by themselves as cookies do: any site may ask. `*` would not be enough
/// for the headers: it does not stand for `Authorization` (Fetch standard, 3.3.4).
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
}
