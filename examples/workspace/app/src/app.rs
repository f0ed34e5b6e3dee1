//! What is served where: sets of routes, each below its base path and with its own state.

use std::time::Duration;

use axum::{Router, routing};
use route_runtime::openapi::Info;
use route_runtime::{ApiError, Mounts, RouteConfig, Routes, RoutesError};

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

/// Every route of the crates that may have some: what another brings is served nowhere, and one that is not linked is an error.
fn linked() -> Routes {
    Routes::collect().only_crates(["blog", "shop"])
}

/// The routes of one module. What is served is named, never what is not: a module that is new is on no port by accident.
fn of_module(name: &str) -> Routes {
    linked().filter(|route| route.module() == name)
}

/// A set at its place, with a page there that shows its document: documents are of one set.
fn mount(base: &str, title: &str, routes: Routes) -> Routes {
    // `Mounts::serve` has this limit by itself.
    let routes = routes.defaults(RouteConfig::new().max_duration(Duration::from_secs(60)));
    routes.base(base).with_info(Info::new(title, "1.0.0")).with_docs(format!("{base}/docs"))
}

/// What everybody may reach. A crate is one set, or its modules are, and a set may be there many times.
pub(crate) fn public(stores: &Stores) -> Mounts {
    let Stores { blog, tenants, goods, orders } = stores;
    let mut sets = Mounts::from_iter([
        mount("/blog", "The blog", of_module("blog::posts").with_state(blog.clone())),
        mount(
            "/shop",
            "The shop",
            Routes::collect().only_crates(["shop"]).with_state(goods.clone()).with_state(orders.clone()),
        ),
    ]);
    sets.extend(
        tenants
            .iter()
            .map(|(base, store)| mount(base, base, of_module("blog::posts").with_state(store.clone()))),
    );
    sets
}

/// What only those who run it may reach: another module, with the same blogs.
pub(crate) fn admin(stores: &Stores) -> Mounts {
    let tenants = stores.tenants.iter().map(|(base, store)| (*base, store));
    let blogs = [("/blog", &stores.blog)].into_iter().chain(tenants);
    blogs.map(|(base, store)| mount(base, base, of_module("blog::admin").with_state(store.clone()))).collect()
}

/// Whether each linked route is in a set: a misspelt module takes its routes away, and nothing else would say so.
pub(crate) fn serves_all(ports: &[&Mounts]) -> Result<(), String> {
    let all: Mounts = ports.iter().flat_map(|mounts| mounts.sets().cloned()).collect();
    let forgotten = all.forgotten();
    let lines = forgotten
        .iter()
        .map(|route| format!("{} at {}:{} is served nowhere", route.handler(), route.file(), route.line()));
    if forgotten.is_empty() { Ok(()) } else { Err(lines.collect::<Vec<_>>().join("\n")) }
}

/// All sets of a port, and what is written by hand.
pub(crate) fn router(sets: Mounts) -> Result<Router, RoutesError> {
    let by_hand = Router::new()
        .route("/health", routing::get(async || "well"))
        // `Mounts::serve` has one by itself.
        .fallback(async || ApiError::not_found("nothing is here"));
    Ok(by_hand.merge(sets.into_router()?))
}
