//! What the arguments of a handler need of a request, by the names of their types: all that is known of an extractor.

/// What arguments need.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    pub(crate) reader: Option<Reader>,
    /// Whether one may look for what only a router of axum puts into a request: the parameters of `Path`, `MatchedPath`.
    pub(crate) asks_router: bool,
    /// Whether one may look for its route in the request's extensions.
    pub(crate) asks_route: bool,
    /// Whether one may look there for the address of the client.
    pub(crate) asks_client: bool,
}

/// Who reads a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// An extractor, before the handler runs, that makes a value of it.
    Value,
    /// An extractor, before the handler runs, that takes it as it came.
    Bytes,
    /// The handler, which waits for the client.
    Handler,
}

/// With any body, or none. It shows a handler its extensions.
const API_REQUEST: &str = "route_runtime::request::ApiRequest<";

const CONNECT_INFO: &str = "axum::extract::connect_info::ConnectInfo<";

/// Extractors that do not look for what only a router of axum puts into a request.
const KNOWN: [&str; 13] = [
    API_REQUEST,
    "route_runtime::response::ApiResponse<",
    "axum::extract::state::State<",
    "axum::extract::query::Query<",
    CONNECT_INFO,
    "axum::json::Json<",
    "axum::form::Form<",
    "alloc::string::String",
    "bytes::bytes::Bytes",
    "http::header::map::HeaderMap",
    "http::method::Method",
    "http::uri::Uri",
    "http::version::Version",
];

impl Needs {
    /// Of the extractor with this name. `reads_body`: whether it is one that may.
    pub(crate) fn of(extractor: &str, reads_body: bool) -> Self {
        let inner = extractor.strip_prefix("core::option::Option<").unwrap_or(extractor);
        let is_known = KNOWN.iter().any(|name| inner.starts_with(name));
        // What a layer of the user's left there, or one of axum's.
        let of_the_user =
            inner.starts_with("axum::extension::Extension<") && !inner.contains("axum::extract::");
        let asks_extensions = !is_known || inner.starts_with(API_REQUEST);
        Needs {
            reader: reads_body.then(|| Reader::of(extractor)),
            asks_router: !is_known && !of_the_user,
            asks_route: asks_extensions,
            asks_client: asks_extensions || inner.starts_with(CONNECT_INFO),
        }
    }

    /// Of two arguments together. Only one reads the body; the macro sees to it while compiling.
    pub(crate) fn and(self, other: Needs) -> Self {
        Needs {
            reader: self.reader.or(other.reader),
            asks_router: self.asks_router || other.asks_router,
            asks_route: self.asks_route || other.asks_route,
            asks_client: self.asks_client || other.asks_client,
        }
    }
}

impl Reader {
    fn of(extractor: &str) -> Self {
        let values = ["axum::json::Json<", "axum::form::Form<", "alloc::string::String"];
        let typed = extractor.starts_with(API_REQUEST) && !extractor.contains("::RawBody");
        if typed || values.iter().any(|name| extractor.starts_with(name)) {
            Reader::Value
        } else if extractor.starts_with("bytes::bytes::Bytes") {
            Reader::Bytes
        } else {
            // It may hand the body over.
            Reader::Handler
        }
    }
}
