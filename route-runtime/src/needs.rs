//! What a handler needs of a request, by the names of its types: all that is known of an extractor.

/// What a handler needs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    pub(crate) reader: Option<Reader>,
    /// Whether one may look for what only a router of axum puts into a request: the parameters of `Path`, `MatchedPath`.
    pub(crate) asks_router: bool,
    /// Whether one may look for its route in the request's extensions.
    pub(crate) asks_route: bool,
    /// Whether one may look there for the address of the client.
    pub(crate) asks_client: bool,
    /// Whether its answer may be one that has an `ETag` by itself: an `ApiResponse`.
    pub(crate) may_have_tag: bool,
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

/// Of any body. A name has no parameters that are the default, so that nothing may stand behind this.
const API_REQUEST: &str = "route_runtime::request::ApiRequest";

const CONNECT_INFO: &str = "axum::extract::connect_info::ConnectInfo<";

/// Extractors that do not look for what only a router of axum puts into a request.
const KNOWN: [&str; 13] = [
    API_REQUEST,
    "route_runtime::response::ApiResponse",
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

/// Answers that never have an `ETag`, beside axum's `Json`. Any other type may be made of an `ApiResponse`.
const PLAIN: [&str; 6] = [
    "()",
    "&str",
    "alloc::string::String",
    "alloc::vec::Vec<u8>",
    "bytes::bytes::Bytes",
    "http::status::StatusCode",
];

impl Needs {
    /// Of the extractor with this name. `reads_body`: whether it is one that may.
    pub(crate) fn of(extractor: &str, reads_body: bool) -> Self {
        let inner = extractor.strip_prefix("core::option::Option<").unwrap_or(extractor);
        let is_known = KNOWN.iter().any(|name| inner.starts_with(name));
        // What a layer of the user's left there, or one of axum's.
        let of_the_user =
            inner.starts_with("axum::extension::Extension<") && !inner.contains("axum::extract::");
        Needs {
            reader: reads_body.then(|| Reader::of(extractor)),
            asks_router: !is_known && !of_the_user,
            asks_route: !is_known,
            asks_client: !is_known || inner.starts_with(CONNECT_INFO),
            may_have_tag: false,
        }
    }

    /// With what is known of an answer by the name of its type.
    pub(crate) fn and_answer(self, answer: &str) -> Self {
        let value = answer
            .strip_prefix("core::result::Result<")
            .and_then(|rest| rest.strip_suffix(", route_runtime::error::ApiError>"))
            .unwrap_or(answer);
        let is_plain = PLAIN.contains(&value) || value.starts_with("axum::json::Json<");
        // An extractor that nobody knows may refuse with one.
        Needs { may_have_tag: !is_plain || self.asks_router, ..self }
    }

    /// Of two arguments together. Only one reads the body; the macro sees to it while compiling.
    pub(crate) fn and(self, other: Needs) -> Self {
        Needs {
            reader: self.reader.or(other.reader),
            asks_router: self.asks_router || other.asks_router,
            asks_route: self.asks_route || other.asks_route,
            asks_client: self.asks_client || other.asks_client,
            ..self
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

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use axum::Json;
    use axum::body::Bytes;
    use axum::http::StatusCode;
    use axum::response::Response;

    use super::*;
    use crate::{ApiError, ApiRequest, ApiResponse, ApiResult};

    fn may_have_tag<T>() -> bool {
        Needs::default().and_answer(type_name::<T>()).may_have_tag
    }

    #[test]
    fn requests_of_this_library_ask_nobody() {
        for (name, reads) in [
            (type_name::<ApiRequest>(), false),
            (type_name::<Option<ApiRequest>>(), false),
            (type_name::<ApiRequest<String>>(), true),
            (type_name::<ApiResponse>(), false),
            (type_name::<ApiResponse<u8>>(), false),
        ] {
            let needs = Needs::of(name, reads);
            assert!(!needs.asks_router && !needs.asks_route && !needs.asks_client, "{name}");
        }
    }

    #[test]
    fn answers_that_are_what_they_are() {
        assert!(!may_have_tag::<()>() && !may_have_tag::<StatusCode>() && !may_have_tag::<&str>());
        assert!(!may_have_tag::<String>() && !may_have_tag::<Vec<u8>>() && !may_have_tag::<Bytes>());
        assert!(!may_have_tag::<Json<Vec<u8>>>() && !may_have_tag::<Result<Json<u8>, ApiError>>());
        assert!(!may_have_tag::<Result<String, ApiError>>());
    }

    #[test]
    fn answers_that_may_be_made_of_another() {
        assert!(Needs::of("mine::Own", false).and_answer("&str").may_have_tag);
        assert!(may_have_tag::<ApiResponse<u8>>() && may_have_tag::<ApiResult<u8>>());
        assert!(may_have_tag::<Response>() && may_have_tag::<(StatusCode, ApiResponse<u8>)>());
        assert!(
            may_have_tag::<Result<Json<u8>, ApiResponse<u8>>>() && may_have_tag::<Result<String, Response>>()
        );
    }
}
