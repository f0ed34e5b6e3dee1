//! What the author of a route wrote.

use crate::config::RouteConfig;
use crate::methods::Methods;
use crate::pattern::Segment;

/// A route as its author wrote it: a `static` made by the attribute.
///
/// Handlers and layers added through this library find `&'static RouteInfo` in the request's extensions.
///
/// ```standalone_crate
/// use route_runtime::{get, Routes};
///
/// /// Says hello.
/// #[get("/hello/[name]")]
/// async fn hello(name: String) -> String {
///     format!("hello {name}")
/// }
///
/// let routes = Routes::collect();
/// let info = routes.iter().next().unwrap();
/// assert_eq!(info.pattern(), "/hello/[name]");
/// assert_eq!(info.summary(), Some("Says hello."));
/// assert!(info.handler().ends_with("::hello"));
/// ```
#[derive(Debug, Clone)]
pub struct RouteInfo {
    pattern: &'static str,
    segments: &'static [Segment],
    query: &'static [&'static str],
    methods: Methods,
    handler: &'static str,
    file: &'static str,
    line: u32,
    summary: Option<&'static str>,
    description: Option<&'static str>,
    deprecated: bool,
    status: Option<u16>,
    tag: Option<&'static str>,
    operation_id: Option<&'static str>,
    hidden: bool,
    config: RouteConfig,
}

impl RouteInfo {
    /// For expansions, which pass the parsed pattern.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        pattern: &'static str,
        segments: &'static [Segment],
        query: &'static [&'static str],
        methods: Methods,
        handler: &'static str,
        file: &'static str,
        line: u32,
    ) -> Self {
        RouteInfo {
            pattern,
            segments,
            query,
            methods,
            handler,
            file,
            line,
            summary: None,
            description: None,
            deprecated: false,
            status: None,
            tag: None,
            operation_id: None,
            hidden: false,
            config: RouteConfig::new(),
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn docs(mut self, summary: &'static str, description: &'static str) -> Self {
        self.summary = Some(summary);
        if !description.is_empty() {
            self.description = Some(description);
        }
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn set_deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn set_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn set_tag(mut self, tag: &'static str) -> Self {
        self.tag = Some(tag);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn set_operation_id(mut self, id: &'static str) -> Self {
        self.operation_id = Some(id);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn set_hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn set_config(mut self, config: RouteConfig) -> Self {
        self.config = config;
        self
    }

    /// The path as written, without the query names: `/api/trivia/[number]`.
    #[must_use]
    pub const fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// The segments of the pattern.
    #[must_use]
    pub const fn segments(&self) -> &'static [Segment] {
        self.segments
    }

    /// The query names written behind the path, in order.
    #[must_use]
    pub const fn query_names(&self) -> &'static [&'static str] {
        self.query
    }

    /// The methods that the route is declared for.
    #[must_use]
    pub const fn methods(&self) -> Methods {
        self.methods
    }

    /// The handler's path: `my_app::blog::create`.
    #[must_use]
    pub const fn handler(&self) -> &'static str {
        self.handler
    }

    /// The name of the handler's function.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.handler.rsplit_once("::").map_or(self.handler, |(_, name)| name)
    }

    /// The crate of the handler as code names it: `my_app`.
    #[must_use]
    pub fn crate_name(&self) -> &'static str {
        self.handler.split("::").next().unwrap_or_default()
    }

    /// The module of the handler, from its crate on: `my_app::blog`.
    #[must_use]
    pub fn module(&self) -> &'static str {
        self.handler.rsplit_once("::").map_or("", |(module, _)| module)
    }

    /// Whether its pattern is this path or below it, by whole segments: `/admin` is not above `/administration`. Without the
    /// base path. A pattern that begins with a parameter is under `/` alone, whatever it answers.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, Routes};
    ///
    /// #[get("/admin/users/[id]")]
    /// async fn user(id: u64) -> String {
    ///     id.to_string()
    /// }
    ///
    /// let user = Routes::collect().iter().next().unwrap();
    /// assert!(user.is_under("/admin") && user.is_under("/") && !user.is_under("/adm"));
    /// ```
    #[must_use]
    pub fn is_under(&self, path: &str) -> bool {
        let path = path.trim_matches('/');
        let rest = if path.is_empty() { Some(self.pattern) } else { self.pattern.get(1..) };
        let rest = rest.and_then(|pattern| pattern.strip_prefix(path));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether its handler is in this module or below it: `my_app::blog`, or a whole crate, `my_app` or `my-app`.
    #[must_use]
    pub fn is_in(&self, module: &str) -> bool {
        let module = module.replace('-', "_");
        let rest = self.module().strip_prefix(&*module);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }

    /// The source file of the handler, as the compiler was told it.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line of the handler's name.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The first paragraph of the doc comment, on one line.
    #[must_use]
    pub const fn summary(&self) -> Option<&'static str> {
        self.summary
    }

    /// The doc comment behind its first paragraph.
    #[must_use]
    pub const fn description(&self) -> Option<&'static str> {
        self.description
    }

    /// Whether the function is `#[deprecated]`.
    #[must_use]
    pub const fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// `status = 201`
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        self.status
    }

    /// `tag = "posts"`
    #[must_use]
    pub const fn tag(&self) -> Option<&'static str> {
        self.tag
    }

    /// `operation_id = "createPost"`
    #[must_use]
    pub const fn operation_id(&self) -> Option<&'static str> {
        self.operation_id
    }

    /// `hidden = true`
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// What the keys of the attribute set, without the defaults behind it.
    #[must_use]
    pub const fn config(&self) -> RouteConfig {
        self.config
    }
}
