//! What is served where: sets of routes, each below its base path and with its own state.

use std::time::Duration;

use axum::{Router, routing};
use route_runtime::openapi::Info;
use route_runtime::{ApiError, Methods, RouteConfig, Routes, RoutesError};

/// The states of all routes.
pub(crate) struct Stores {
    pub(crate) blog: blog::Store,
    /// The base path and the blog of each tenant.
    pub(crate) tenants: [(&'static str, blog::Store); 2],
    pub(crate) goods: shop::Goods,
    pub(crate) orders: shop::Orders,
}

impl Stores {
    pub(crate) fn new() -> Self {
        let goods: shop::Goods = [("apple", 50), ("pear", 70)]
            .map(|(name, cents)| shop::Good::new(name, cents))
            .into_iter()
            .collect();
        Stores {
            blog: blog::store("The blog"),
            tenants: [("/tenants/a", blog::store("Tenant a")), ("/tenants/b", blog::store("Tenant b"))],
            orders: shop::Orders::of(goods.clone()),
            goods,
        }
    }
}

/// Every route of every linked crate: where the crates that may have routes are said, once.
fn linked() -> Routes {
    Routes::collect()
}

/// All routes of a crate.
fn of_crate(name: &str) -> Routes {
    linked().filter(|route| route.crate_name() == name)
}

/// The routes of one module. What is served is named, never what is not: a module that is new is on no port by accident.
fn of_module(name: &str) -> Routes {
    linked().filter(|route| route.module() == name)
}

/// A set at its place, with a page there that shows its document: documents are of one set.
fn mount(base: &str, title: &str, routes: Routes) -> Routes {
    routes.base(base).with_info(Info::new(title, "1.0.0")).with_docs(format!("{base}/docs"))
}

/// What everybody may reach. A crate is one set, or its modules are, and a set may be there many times.
pub(crate) fn public(stores: &Stores) -> Vec<Routes> {
    let Stores { blog, tenants, goods, orders } = stores;
    let mut sets = vec![
        mount("/blog", "The blog", of_module("blog::posts").with_state(blog.clone())),
        mount("/shop", "The shop", of_crate("shop").with_state(goods.clone()).with_state(orders.clone())),
    ];
    for (base, store) in tenants {
        sets.push(mount(base, base, of_module("blog::posts").with_state(store.clone())));
    }
    sets
}

/// What only those who run it may reach: another module, with the same blogs.
pub(crate) fn admin(stores: &Stores) -> Vec<Routes> {
    let tenants = stores.tenants.iter().map(|(base, store)| (*base, store));
    let blogs = [("/blog", &stores.blog)].into_iter().chain(tenants);
    blogs.map(|(base, store)| mount(base, base, of_module("blog::admin").with_state(store.clone()))).collect()
}

/// Whether each linked route is in a set: a misspelt module takes its routes away, and nothing else would say so.
pub(crate) fn serves_all<'a>(sets: impl Iterator<Item = &'a Routes>) -> Result<(), String> {
    let served: Vec<_> = sets.flat_map(Routes::iter).collect();
    let forgotten: Vec<String> = linked()
        .iter()
        .filter(|route| !served.iter().any(|served| std::ptr::eq(*served, *route)))
        .map(|route| format!("{} at {}:{} is served nowhere", route.handler(), route.file(), route.line()))
        .collect();
    if forgotten.is_empty() { Ok(()) } else { Err(forgotten.join("\n")) }
}

/// All sets of a port, and what is written by hand.
pub(crate) fn router(sets: Vec<Routes>) -> Result<Router, RoutesError> {
    let mut router = Router::new()
        .route("/health", routing::get(async || "well"))
        // As `Routes::serve` has by itself.
        .fallback(async || ApiError::not_found("nothing is here"));
    let defaults = RouteConfig::new().max_duration(Duration::from_secs(60));
    for set in sets {
        set.conflicts_with([(Methods::GET, "/health")])?;
        // axum panics where two sets have one path; each has a base of its own.
        router = router.merge(set.defaults(defaults).into_router()?);
    }
    Ok(router)
}

/// The tables of all sets.
pub(crate) fn table(sets: &[Routes]) -> String {
    sets.iter().map(|set| format!("{set}\n")).collect()
}
