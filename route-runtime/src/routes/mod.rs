//! The collected routes: which they are, and what they share.

mod make;

use std::any::{Any, TypeId};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use axum::response::IntoResponse;

pub use self::make::router;
use crate::admit::TrailingSlash;
use crate::base::base_segments;
use crate::by_hand::{self, ByHand};
use crate::config::RouteConfig;
use crate::conflict::{self, Line, Provided, RoutesError};
use crate::entry::{Entry, Registered};
use crate::error::{ApiError, Renderer};
use crate::info::RouteInfo;
use crate::layers::Layers;
use crate::mount::{Mount, mounts};
#[cfg(feature = "openapi")]
use crate::openapi::{Docs, Info};
use crate::router::segments_of;
use crate::tree::Tree;

/// Every annotated function that is linked into the program, in a fixed order.
///
/// A function is linked when its crate is: own modules always are; another crate when code names it, for which
/// `use my_routes as _;` is enough.
///
/// ```standalone_crate
/// use route_runtime::{get, Routes, State};
///
/// #[derive(Clone)]
/// struct Greeting(&'static str);
///
/// #[get("/hello")]
/// async fn hello(State(greeting): State<Greeting>) -> &'static str {
///     greeting.0
/// }
///
/// let routes = Routes::collect().with_state(Greeting("hello"));
/// println!("{routes}"); // the route table
/// let router: axum::Router = routes.into_router()?;
/// # Ok::<(), route_runtime::RoutesError>(())
/// ```
#[must_use = "routes do nothing until `into_router`, `into_service` or `serve`"]
#[derive(Clone)]
pub struct Routes {
    pub(crate) entries: Vec<&'static Entry>,
    /// `collect()` found nothing; a filter that leaves nothing is the user's wish.
    nothing_linked: bool,
    /// What [`only_crates`](Self::only_crates) named in vain.
    silent_crates: Vec<String>,
    states: Vec<Provision>,
    /// The segments of the base path, encoded.
    base: Vec<String>,
    pub(crate) defaults: RouteConfig,
    trailing_slash: TrailingSlash,
    /// The parameters that an outer router adds.
    outer: Vec<String>,
    /// What is wrong with a base path.
    bad_base: Option<String>,
    renderer: Option<Renderer>,
    pub(crate) layers: Layers,
    #[cfg(feature = "openapi")]
    docs: Option<Docs>,
    #[cfg(feature = "openapi")]
    info: Option<Info>,
}

#[derive(Clone)]
struct Provision {
    id: TypeId,
    name: &'static str,
    value: Arc<dyn Any + Send + Sync>,
}

impl Routes {
    /// Collects the routes of all linked crates, sorted by pattern, method, file and line.
    pub fn collect() -> Self {
        let mut routes = Self::from_entries(inventory::iter::<Registered>().map(|Registered(entry)| *entry));
        routes.nothing_linked = routes.entries.is_empty();
        routes
    }

    /// Routes from any source, for tests of whole route sets.
    #[doc(hidden)]
    pub fn from_entries(entries: impl IntoIterator<Item = &'static Entry>) -> Self {
        let mut entries: Vec<&'static Entry> = entries.into_iter().collect();
        // The registry's order differs between builds, so nothing may depend on it.
        entries.sort_by(|a, b| key(&a.info).cmp(&key(&b.info)));
        Routes {
            entries,
            nothing_linked: false,
            silent_crates: Vec::new(),
            states: Vec::new(),
            base: Vec::new(),
            defaults: RouteConfig::new(),
            trailing_slash: TrailingSlash::Strict,
            outer: Vec::new(),
            bad_base: None,
            renderer: None,
            layers: Layers::default(),
            #[cfg(feature = "openapi")]
            docs: None,
            #[cfg(feature = "openapi")]
            info: None,
        }
    }

    /// Keeps the routes that `keep` says yes to.
    pub fn filter(mut self, mut keep: impl FnMut(&RouteInfo) -> bool) -> Self {
        self.entries.retain(|entry| keep(&entry.info));
        self
    }

    /// Keeps the routes of these crates, by the names in their own manifests: an allow-list, because every crate that is linked
    /// may bring routes, those of dependencies too. What is left out is told in the log, as `DEBUG`. A crate of the list that brought no
    /// route is a [`RoutesError`]: it is not linked, or misspelt.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, Routes};
    ///
    /// #[get("/hello")]
    /// async fn hello() -> &'static str {
    ///     "hello"
    /// }
    ///
    /// let krate = module_path!().split("::").next().unwrap();
    /// assert_eq!(Routes::collect().only_crates([krate]).len(), 1);
    /// let error = Routes::collect().only_crates([krate, "blog"]).into_router().unwrap_err();
    /// assert!(error.to_string().contains("use blog as _;"));
    /// ```
    pub fn only_crates<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        // As a manifest may spell them.
        let names: BTreeSet<String> = names.into_iter().map(|name| name.replace('-', "_")).collect();
        let (kept, left): (Vec<_>, Vec<_>) =
            self.entries.into_iter().partition(|entry| names.contains(entry.info.crate_name()));
        let brought = |name: &String| kept.iter().any(|entry| entry.info.crate_name() == name);
        self.silent_crates.extend(names.iter().filter(|name| !brought(name)).cloned());
        for entry in left {
            tracing::debug!("left out by `.only_crates(…)`: {}", Line(&entry.info));
        }
        self.entries = kept;
        self
    }

    /// What the authors of the routes wrote, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static RouteInfo> {
        self.entries.iter().map(|entry| &entry.info)
    }

    /// How many routes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no route.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Provides the state of all handlers that take a `State<S>`, or say `state = S`. Call it once for each type;
    /// a second value of one type replaces the first. Cloned as often as `State` is extracted.
    pub fn with_state<S: Clone + Send + Sync + 'static>(mut self, state: S) -> Self {
        let id = TypeId::of::<S>();
        self.states.retain(|provision| provision.id != id);
        self.states.push(Provision { id, name: std::any::type_name::<S>(), value: Arc::new(state) });
        self
    }

    /// Sets what the attributes of the routes leave open; see [`RouteConfig`].
    pub fn defaults(mut self, defaults: RouteConfig) -> Self {
        self.defaults = defaults;
        self
    }

    /// Replaces how errors look: every [`ApiError`] that a handler returns and every error that this library answers itself
    /// comes to `render`. A response of a success status gets that of the error, and headers that the error has, as
    /// `Allow` or `WWW-Authenticate`, are kept. An extractor's own answers are not touched.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, testing::TestClient, ApiError, Routes};
    /// use serde_json::{json, Value};
    ///
    /// #[get("/posts/[id]")]
    /// async fn post(id: u64) -> Result<String, ApiError> {
    ///     Err(ApiError::not_found(format!("there is no post {id}")))
    /// }
    ///
    /// let routes = Routes::collect().render_errors(|error| {
    ///     let body = json!({ "errors": { "body": [error.get_detail()] } });
    ///     ([("content-type", "application/json")], body.to_string())
    /// });
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let response = TestClient::new(routes.into_router().unwrap()).get("/posts/7").await;
    /// assert_eq!(response.status(), 404);
    /// assert_eq!(response.json::<Value>()["errors"]["body"][0], "there is no post 7");
    /// # });
    /// ```
    pub fn render_errors<R: IntoResponse>(
        mut self,
        render: impl Fn(&ApiError) -> R + Send + Sync + 'static,
    ) -> Self {
        self.renderer = Some(Renderer::new(render));
        self
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn set_docs(&mut self, docs: Docs) {
        self.docs = Some(docs);
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn set_info(&mut self, info: Info) {
        self.info = Some(info);
    }

    /// What the API is called.
    #[cfg(feature = "openapi")]
    pub(crate) fn info(&self) -> Info {
        let krate = || self.iter().next().map_or("API", RouteInfo::crate_name);
        self.info.clone().unwrap_or_else(|| Info::new(krate(), "0.0.0"))
    }

    /// Whether anyone asked for a document.
    #[cfg(feature = "openapi")]
    pub(crate) fn is_documented(&self) -> bool {
        self.docs.is_some() || self.info.is_some()
    }

    /// The base path, as it is served.
    pub(crate) fn base_path(&self) -> String {
        self.base.iter().flat_map(|segment| ["/", segment]).collect()
    }

    #[cfg(any(feature = "server", feature = "openapi"))]
    pub(crate) fn renderer(&self) -> Option<&Renderer> {
        self.renderer.as_ref()
    }

    /// Puts all routes below a path: `.base("/v1")` serves `/hello` as `/v1/hello`. It is static text as in a pattern;
    /// anything else is a [`RoutesError`]. Bases add up from the outside in: the last call is the outermost.
    pub fn base(mut self, path: &str) -> Self {
        match base_segments(path) {
            Ok(segments) => self.base.splice(0..0, segments).for_each(drop),
            Err(problem) => self.bad_base = Some(problem),
        }
        self
    }

    /// Tells the start-up check of `Path<T>` that the router will be nested in `template`, as it is written for axum's
    /// `nest`: axum adds the parameters in it to every `Path`. Arguments bound by name don't need it.
    pub fn nested_in(mut self, template: &str) -> Self {
        let names = template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        self.outer.splice(0..0, names.map(str::to_owned)).for_each(drop);
        self
    }

    /// Sets what a path with a `/` at its end answers. Default: 404.
    pub fn trailing_slash(mut self, trailing_slash: TrailingSlash) -> Self {
        self.trailing_slash = trailing_slash;
        self
    }

    /// Asks axum's matcher whether `Router::merge` can join these routes with hand-written ones, which panics where it
    /// can't. A path stands for every method, as of `any`, and for a `MethodRouter` with a fallback of its own; with
    /// methods, `(Methods::GET, "/x")`, the path may be shared.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, Methods, Routes};
    ///
    /// #[get("/posts/[id]")]
    /// async fn post(id: u64) -> String {
    ///     id.to_string()
    /// }
    ///
    /// let routes = Routes::collect();
    /// assert!(routes.conflicts_with(["/health", "/posts"]).is_ok());
    /// assert!(routes.conflicts_with([(Methods::DELETE, "/posts/{id}")]).is_ok());
    /// let error = routes.conflicts_with([(Methods::GET, "/posts/{name}")]).unwrap_err();
    /// assert!(error.to_string().contains("`/posts/{name}`"));
    /// ```
    ///
    /// # Errors
    ///
    /// Every hand-written path that collides, with the handlers and their `file:line`; first what is wrong with the base
    /// path and the patterns themselves.
    pub fn conflicts_with<B: Into<ByHand>>(
        &self,
        by_hand: impl IntoIterator<Item = B>,
    ) -> Result<(), RoutesError> {
        let tree = conflict::check_patterns(&self.entries, self.bad_base.iter().cloned().collect())?;
        let segments = segments_of(&self.entries);
        let mounts = mounts(&tree, &segments, &self.base, self.trailing_slash);
        by_hand::check(&self.entries, &mounts, by_hand.into_iter().map(Into::into))
    }

    /// The paths of the router as axum writes them, and what is behind each, a line for a function.
    pub(crate) fn axum_paths(&self) -> Vec<(String, String)> {
        let tree = conflict::tree(&self.entries);
        let segments = segments_of(&self.entries);
        let mut paths = Vec::new();
        for Mount { paths: of_mount, what } in mounts(&tree, &segments, &self.base, self.trailing_slash) {
            let handlers = by_hand::handlers(&self.entries, &what, |_| true);
            paths.extend(of_mount.into_iter().map(|path| (path, handlers.clone())));
        }
        let page = "    the page of `.with_docs(…)`";
        paths.extend(self.page_paths().into_iter().map(|path| (path, page.to_owned())));
        paths
    }

    /// The paths of the page of the document.
    pub(crate) fn page_paths(&self) -> Vec<String> {
        #[cfg(feature = "openapi")]
        return self.docs.as_ref().map(Docs::paths).unwrap_or_default();
        #[cfg(not(feature = "openapi"))]
        Vec::new()
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.trailing_slash == TrailingSlash::Strict
    }

    fn check(&self) -> Result<Tree<Vec<usize>>, RoutesError> {
        let states: Vec<_> = self.states.iter().map(|provision| (provision.id, provision.name)).collect();
        let provided = Provided {
            states: &states,
            outer: &self.outer,
            bad_base: self.bad_base.as_deref(),
            nothing_linked: self.nothing_linked,
            silent_crates: &self.silent_crates,
        };
        conflict::check(&self.entries, &provided)
    }
}

fn key(info: &RouteInfo) -> (&str, crate::Methods, &str, u32) {
    (info.pattern(), info.methods(), info.file(), info.line())
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
