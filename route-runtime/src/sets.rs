//! Several sets of routes in one router.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use axum::Router;

use crate::config::RouteConfig;
use crate::conflict::RoutesError;
use crate::info::RouteInfo;
use crate::routes::Routes;

/// Several sets of routes as one: crates and modules, each below a base path of its own and with its own states, layers and
/// defaults. One set may be there many times, below different bases and with different states.
///
/// Each set judges paths by its own routes: another spelling of a static path of one set, `/users/m%65`, may fit a parameter of
/// another, `/users/[id]`, where a single set answers 404. Keep what a guard is around and what fits its paths in one set.
///
/// ```standalone_crate
/// use route_runtime::{get, testing::TestClient, Mounts, Routes, State};
///
/// #[derive(Clone)]
/// struct Shop(&'static str);
///
/// #[get("/name")]
/// async fn name(State(shop): State<Shop>) -> &'static str {
///     shop.0
/// }
///
/// let of = |base: &str, name| Routes::collect().base(base).with_state(Shop(name));
/// let mounts = Mounts::new().mount(of("/north", "The north")).mount(of("/south", "The south"));
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let client = TestClient::new(mounts.into_router().unwrap());
/// assert_eq!(client.get("/south/name").await.text(), "The south");
/// # });
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "routes do nothing until `into_router` or `serve`"]
pub struct Mounts(Vec<Routes>);

impl Mounts {
    /// No set yet.
    pub fn new() -> Self {
        Mounts::default()
    }

    /// Adds a set.
    pub fn mount(mut self, routes: Routes) -> Self {
        self.0.push(routes);
        self
    }

    /// The sets, in the order in which they were added.
    pub fn sets(&self) -> impl ExactSizeIterator<Item = &Routes> {
        self.0.iter()
    }

    /// The linked routes that are in no set: of a module that is new, or that was misspelt in a filter. For a test, or the
    /// start of a program.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, Mounts, Routes};
    ///
    /// #[get("/hello")]
    /// async fn hello() {}
    ///
    /// let mounts = Mounts::new().mount(Routes::collect().filter(|route| route.module() == "blog"));
    /// assert_eq!(mounts.forgotten()[0].pattern(), "/hello");
    /// ```
    #[must_use]
    pub fn forgotten(&self) -> Vec<&'static RouteInfo> {
        let is_there =
            |route: &RouteInfo| self.0.iter().flat_map(Routes::iter).any(|it| std::ptr::eq(it, route));
        Routes::collect().iter().filter(|route| !is_there(route)).collect()
    }

    /// All sets as one axum router, without a fallback, as [`Routes::into_router`] makes it of one.
    ///
    /// # Errors
    ///
    /// Every problem of every set, and each path that two sets have: one function's path must not be another set's, whatever
    /// their methods are. Functions of one path belong in one set.
    pub fn into_router(self) -> Result<Router, RoutesError> {
        self.into_router_or(RouteConfig::new())
    }

    pub(crate) fn into_router_or(self, otherwise: RouteConfig) -> Result<Router, RoutesError> {
        let mut problems = self.conflicts();
        let mut router = Router::new();
        for routes in self.0 {
            match routes.into_router_or(otherwise) {
                // What collides would panic.
                Ok(set) if problems.is_empty() => router = router.merge(set),
                Ok(_) => {}
                Err(error) => problems.extend(error.problems().iter().cloned()),
            }
        }
        if problems.is_empty() {
            return Ok(router);
        }
        // What is wrong with the program is wrong with every set.
        let mut known = BTreeSet::new();
        problems.retain(|problem| known.insert(problem.clone()));
        Err(RoutesError::new("the routes can't be served", problems))
    }

    /// Where two sets have one path for axum.
    fn conflicts(&self) -> Vec<String> {
        let mut matcher = matchit::Router::new();
        let mut owners = BTreeMap::<String, (usize, String)>::new();
        let mut problems = Vec::new();
        for (set, routes) in self.0.iter().enumerate() {
            for (path, handlers) in routes.axum_paths() {
                match matcher.insert(&path, ()) {
                    Ok(()) => drop(owners.insert(path, (set, handlers))),
                    Err(matchit::InsertError::Conflict { with }) => match owners.get(&with) {
                        // What is wrong inside of a set, the set tells.
                        Some((other, theirs)) if *other != set => problems.push(format!(
                            "two sets have one path: `{path}` beside `{with}`\n{theirs}\n{handlers}\n  give one of the sets \
                             another base, or make one set of both"
                        )),
                        _ => {}
                    },
                    Err(_) => {}
                }
            }
        }
        problems
    }
}

impl FromIterator<Routes> for Mounts {
    fn from_iter<I: IntoIterator<Item = Routes>>(sets: I) -> Self {
        Mounts(sets.into_iter().collect())
    }
}

impl Extend<Routes> for Mounts {
    fn extend<I: IntoIterator<Item = Routes>>(&mut self, sets: I) {
        self.0.extend(sets);
    }
}

impl fmt::Display for Mounts {
    /// The tables of all sets, one below the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, routes) in self.0.iter().enumerate() {
            let end = if i + 1 == self.0.len() { "" } else { "\n" };
            write!(f, "{routes}{end}")?;
        }
        Ok(())
    }
}
