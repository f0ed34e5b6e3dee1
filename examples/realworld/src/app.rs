//! What handlers share, and all of them together.

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use route_runtime::Routes;
use route_runtime::openapi::{Info, OpenApi};
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
    described().with_state(app).with_docs("/docs").layer(cors())
}

/// The document of the API.
pub(crate) fn openapi() -> OpenApi {
    described().openapi(info())
}

/// All that a document needs to know.
fn described() -> Routes {
    Routes::collect().base("/api").with_info(info()).render_errors(errors::render)
}

fn info() -> Info {
    Info::new("Conduit", "1.0.0")
        .description("The backend of RealWorld: articles, and who follows whom.")
        .errors::<errors::Errors>()
}

/// Tokens come in a header that scripts set, never by themselves as cookies do: any site may ask. `*` would not be enough
/// for the headers: it does not stand for `Authorization` (Fetch standard, 3.3.4).
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
}
