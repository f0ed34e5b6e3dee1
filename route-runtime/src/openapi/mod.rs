//! An OpenAPI document of the routes, from their signatures (feature `openapi`).

mod build;
mod describe;
mod document;
mod errors;
pub(crate) mod facts;
mod operation;
mod page;
mod schemas;
pub(crate) mod told;

use std::fmt;

use axum::Router;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub use self::describe::{Describe, Description, SecurityScheme};

use self::build::Building;
use self::document::Document;
use self::facts::SchemaFn;
use crate::base::is_static_path;
use crate::conflict::RoutesError;
use crate::entry::Entry;
use crate::routes::Routes;

/// What an API is called: the `info` of a document.
///
/// ```
/// let info = route_runtime::openapi::Info::new("Posts", "1.0.0").description("All about posts.");
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Info {
    title: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip)]
    servers: Vec<String>,
    #[serde(skip)]
    errors: Option<SchemaFn>,
}

impl Info {
    /// The title and the version of the API.
    ///
    /// ```
    /// let info = route_runtime::openapi::Info::new("Posts", env!("CARGO_PKG_VERSION"));
    /// ```
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Info {
            title: title.into(),
            version: version.into(),
            description: None,
            servers: Vec::new(),
            errors: None,
        }
    }

    /// What it is about, in `CommonMark`.
    ///
    /// ```
    /// # use route_runtime::openapi::Info;
    /// let info = Info::new("Posts", "1.0.0").description("All about *posts*.");
    /// ```
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// A URL at which the API is served. Without one, it is `/`: where the document comes from.
    ///
    /// ```
    /// # use route_runtime::{openapi::Info, Routes};
    /// let info = Info::new("Posts", "1.0.0").server("https://api.example.com");
    /// let document = Routes::collect().openapi(info).to_json();
    /// assert_eq!(document["servers"][0]["url"], "https://api.example.com");
    /// ```
    #[must_use]
    pub fn server(mut self, url: impl Into<String>) -> Self {
        self.servers.push(url.into());
        self
    }

    /// What errors are where [`Routes::render_errors`] makes JSON of another type of them. Without it, the document says only
    /// that there are errors. It is not asked where no function renders them: then they are problems.
    ///
    /// ```
    /// # use route_runtime::openapi::Info;
    /// use std::collections::BTreeMap;
    ///
    /// let info = Info::new("Posts", "1.0.0").errors::<BTreeMap<String, Vec<String>>>();
    /// ```
    #[must_use]
    pub fn errors<T: JsonSchema>(mut self) -> Self {
        self.errors = Some(told::schema::<T>);
        self
    }
}

/// An OpenAPI 3.1 document. Displays as JSON, with a line break at its end; the same routes give the same text.
///
/// ```
/// # use route_runtime::{openapi::Info, Routes};
/// let document = Routes::collect().openapi(Info::new("Posts", "1.0.0"));
/// assert!(document.to_string().starts_with("{\n  \"openapi\": \"3.1.1\""));
/// ```
#[derive(Debug, Clone)]
pub struct OpenApi {
    document: Document,
    undocumented: Vec<String>,
}

impl OpenApi {
    fn title(&self) -> &str {
        &self.document.info.title
    }

    /// The document as a value.
    ///
    /// ```
    /// # use route_runtime::{openapi::Info, Routes};
    /// let document = Routes::collect().openapi(Info::new("Posts", "1.0.0")).to_json();
    /// assert_eq!(document["info"]["title"], "Posts");
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Value {
        // Texts, numbers and JSON values can always be written.
        serde_json::to_value(&self.document).unwrap_or_default()
    }

    /// What the signatures did not tell, a line each: types without a schema and answers of which nothing is known, with
    /// their handlers.
    ///
    /// ```standalone_crate
    /// use axum::response::IntoResponse;
    /// use route_runtime::{get, openapi::Info, Routes};
    ///
    /// #[get("/opaque")]
    /// async fn opaque() -> impl IntoResponse {
    ///     "?"
    /// }
    ///
    /// let document = Routes::collect().openapi(Info::new("Posts", "1.0.0"));
    /// assert!(document.undocumented()[0].starts_with("answer `impl Trait` of"));
    /// ```
    #[must_use]
    pub fn undocumented(&self) -> &[String] {
        &self.undocumented
    }
}

impl fmt::Display for OpenApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(&self.document).map_err(|_| fmt::Error)?;
        writeln!(f, "{text}")
    }
}

impl Serialize for OpenApi {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document.serialize(serializer)
    }
}

/// What [`Routes::with_docs`] was told.
#[derive(Debug, Clone)]
pub(crate) struct Docs {
    path: String,
}

impl Docs {
    /// The paths that it takes.
    pub(crate) fn paths(&self) -> Vec<String> {
        page::paths(&self.path)
    }

    /// The page of these routes.
    pub(crate) fn router(&self, routes: &Routes) -> Result<Router, RoutesError> {
        let Docs { path } = self;
        let no_place = |problems| RoutesError::new("the page of `.with_docs(…)` has no place", problems);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
        if !is_static_path(path) || !path.chars().all(plain) {
            let write = "write static text with a `/` before each segment, of ASCII letters, digits, `-`, `_`, `.` and `~`, \
                         as in `/docs`";
            return Err(no_place(vec![format!("`.with_docs({path:?})` is no path of a page: {write}")]));
        }
        routes.conflicts_with(page::paths(path).iter().map(|path| &**path)).map_err(|error| {
            no_place(
                error
                    .problems()
                    .iter()
                    .map(|problem| problem.replace("the hand-written ", "the page's "))
                    .collect(),
            )
        })?;
        let mut info = routes.info();
        if info.servers.is_empty() {
            // From the document to where the routes are, also below an outer path.
            let depth = path.split('/').skip(1).count();
            info = info.server(vec![".."; depth].join("/"));
        }
        Ok(page::router(path, &routes.openapi(info), routes.renderer()))
    }
}

impl Routes {
    /// Adds a page of the document at `path`: Swagger UI, which lists every route and sends requests. It is in the binary: no
    /// foreign host is asked, and the page's policy allows none. The document itself is at `openapi.json` below the path. The
    /// page is not below [`base`](Self::base), and is no route: [`iter`](Self::iter) and the table do not have it.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, openapi::Info, testing::TestClient, Routes};
    ///
    /// #[get("/hello")]
    /// async fn hello() -> &'static str {
    ///     "hello"
    /// }
    ///
    /// let routes = Routes::collect().with_info(Info::new("Greetings", "1.0.0")).with_docs("/docs");
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let client = TestClient::new(routes.into_router().unwrap());
    /// assert_eq!(client.get("/docs").await.header("content-type"), Some("text/html; charset=utf-8"));
    /// assert!(client.get("/docs/openapi.json").await.text().contains("Greetings"));
    /// # });
    /// ```
    pub fn with_docs(mut self, path: impl Into<String>) -> Self {
        self.set_docs(Docs { path: path.into() });
        self
    }

    /// What the API is called on the page of [`with_docs`](Self::with_docs). Default: the crate of the first route, version
    /// `0.0.0`.
    pub fn with_info(mut self, info: Info) -> Self {
        self.set_info(info);
        self
    }

    /// An OpenAPI 3.1 document of these routes, from their signatures: paths, parameters, bodies, answers and the errors that
    /// the library gives, with the schemas of types that implement `schemars::JsonSchema`. A type that does not is documented
    /// as anything, and named by [`OpenApi::undocumented`]. Routes with `hidden = true` are left out.
    ///
    /// - A function for every method is documented once: as POST where it reads a body, else as GET, or as the next that no
    ///   other function of its path has; `x-every-method` marks it.
    /// - `[...rest]`, for which OpenAPI has no word, is a parameter of one segment, marked by `x-catch-all`. Where `[id]` stands
    ///   beside it the two would be one path, so what it answers is under `x-unexpressed`. `[[...rest]]` is also the path without it.
    /// - By GET and HEAD a `Form<T>` is the query, as axum reads it.
    /// - `default` is what a signature can't tell: a problem of an [`ApiError`](crate::ApiError), or any answer of an error of
    ///   your own, of an [`ApiResponse`](crate::ApiResponse) with another status, of an extractor of your own.
    /// - Of two types that are called the same, in bodies of functions of one module, schemars knows the first only.
    /// - The limits are `x-body-limit` and `x-response-limit` in bytes, `x-max-duration` in milliseconds.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, openapi::Info, ApiResult, ApiResponse, Routes};
    ///
    /// /// Doubles a number.
    /// #[get("/double/[number]")]
    /// async fn double(number: i64) -> ApiResult<i64> {
    ///     Ok(ApiResponse::ok(number * 2))
    /// }
    ///
    /// let document = Routes::collect().openapi(Info::new("Numbers", "1.0.0"));
    /// let operation = &document.to_json()["paths"]["/double/{number}"]["get"];
    /// assert_eq!(operation["summary"], "Doubles a number.");
    /// assert_eq!(operation["parameters"][0]["schema"]["type"], "integer");
    /// ```
    #[must_use]
    pub fn openapi(&self, info: Info) -> OpenApi {
        let entries: Vec<&'static Entry> =
            self.entries.iter().copied().filter(|entry| !entry.info.is_hidden()).collect();
        let ids = build::operation_ids(&entries);
        let mut building = Building::new(self, info.errors, ids.iter().cloned().collect());
        // What takes any place that is left comes last.
        let mut in_order: Vec<(&'static Entry, String)> = entries.into_iter().zip(ids).collect();
        in_order.sort_by_key(|(entry, _)| (build::has_catch_all(entry), entry.info.methods().is_all()));
        for (entry, id) in in_order {
            building.add(entry, &id);
        }
        building.finish(info)
    }
}
