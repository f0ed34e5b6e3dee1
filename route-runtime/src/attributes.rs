//! The attributes, documented here because only here can their examples compile.

/// Turns a function into a route: `#[api_route("<path>"[, key = value]*)]`.
///
/// The function stays as it is and can be called like any other. The attribute registers it, and
/// [`Routes::collect`](crate::Routes::collect) finds it.
///
/// ```
/// use route_runtime::{api_route, ApiError, State};
///
/// #[derive(Clone)]
/// struct Facts;
///
/// /// A fact about a number.
/// #[api_route("/api/trivia/[number]?lang", method = GET, max_duration = "5s")]
/// async fn trivia(number: i64, lang: Option<String>, State(_facts): State<Facts>) -> Result<String, ApiError> {
///     Ok(format!("{number} is a number ({})", lang.as_deref().unwrap_or("en")))
/// }
/// ```
///
/// # The path
///
/// `/static/[name]/[...rest]`; `[[...rest]]` also matches without a segment. Behind `?` stand the names of query
/// parameters: `?first&second`.
///
/// # Arguments
///
/// | argument | is |
/// |---|---|
/// | called as a `[segment]` | the typed path parameter; 400 when the text is none of its type |
/// | called as a `[...rest]` | `Vec<T>`; for `[[...rest]]` also `Option<Vec<T>>` |
/// | called as a name behind `?` | the typed query parameter: `T` must be there, `Option<T>` may, `Vec<T>` is repeated |
/// | any other | an axum extractor of any crate; the one that reads the body may stand anywhere |
///
/// `_name` binds too. A segment or query name that nothing takes is a compile error.
///
/// Arguments are read in their order, the body last, and the first that does not fit answers: an extractor of the user who
/// asks belongs before what is asked, so that a stranger reads 401 and not what is wrong with a value. A value of a type
/// that checks itself says why it is not valid by [`Invalid`](crate::Invalid).
///
/// # Keys
///
/// | key | means | default |
/// |---|---|---|
/// | `method = GET`, `method = [GET, HEAD]` | the methods it answers | every method but CONNECT |
/// | `status = 201` | the success status, where the function sets none | 200 |
/// | `max_duration = "10s"`, `"500ms"`, `false` | how long the function may take before 503, without what it waits for the body | none; 60 s under `serve` |
/// | `body_limit = "500kb"`, `1000` | the largest body, inclusive, before 413; for every argument and layer that reads it; axum's `DefaultBodyLimit` around an app can only lower it | 1 MiB |
/// | `body_parser = false` | no limit on the body, which [`ApiRequest<RawBody>`](crate::RawBody) streams | the limit holds |
/// | `response_limit = "8mb"`, `1000`, `false` | the largest answer, before 500; a stream is cut off there | 4 MiB, streams unlimited |
/// | `etag = false` | no `ETag` and no 304 by [`ApiResponse`](crate::ApiResponse) | both |
/// | `external_resolver = true` | an unfinished [`ApiResponse`](crate::ApiResponse) is no mistake | the log warns |
/// | `state = AppState` | the state type, where `State<…>` does not tell | that of `State<…>` |
/// | `layer = expr` | a tower layer around the function, and around preflights of CORS for it; repeatable, the first is the outermost | |
/// | `dot_segments = true` | lets `.`, `..` and `\` reach a catch-all | 400 |
/// | `tag = "…"`, `operation_id = "…"`, `hidden = true` | for documents | |
/// | `crate = path` | where `route_runtime` is, when it was re-exported | `::route_runtime` |
///
/// A size is a number of bytes, or a text with `b`, `kb`, `mb` or `gb`, 1024-based. What an attribute leaves open,
/// [`Routes::defaults`](crate::Routes::defaults) may set.
pub use route_macros::api_route;

macro_rules! verbs {
    ($($name:ident $method:literal;)*) => {$(
        #[doc = concat!("[`macro@api_route`] with `method = ", $method, "`.")]
        ///
        /// ```
        #[doc = concat!("use route_runtime::", stringify!($name), ";")]
        ///
        #[doc = concat!("#[", stringify!($name), "(\"/items/[id]\")]")]
        /// async fn handler(id: u64) -> String {
        ///     format!("item {id}")
        /// }
        /// ```
        pub use route_macros::$name;
    )*};
}

verbs! {
    get "GET";
    post "POST";
    put "PUT";
    patch "PATCH";
    delete "DELETE";
}
