//! How often: so many requests of a client to a route, by the crate `governor`. What is too much is a 429 that says when to
//! come back.
//!
//! `cargo run -p middleware --example rate_limit`, then `curl -i http://127.0.0.1:3000/search` four times

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use route_runtime::{ApiError, RouteInfo, Routes, RoutesError, get, post, put};

/// A budget of its own: 3 at once, then one every 20 seconds.
#[get("/search", layer = from_fn_with_state(Limit::per_minute(3), limited))]
async fn search() -> &'static str {
    "found"
}

#[get("/posts")]
async fn list() -> &'static str {
    "[]"
}

#[post("/posts", status = 201)]
async fn create() -> &'static str {
    "created"
}

#[put("/posts/[id]")]
async fn replace(id: u64) -> String {
    format!("{id} replaced")
}

/// What is left for each client. A clone is the same budget.
#[derive(Clone)]
struct Limit(Arc<DefaultKeyedRateLimiter<IpAddr>>);

impl Limit {
    /// Of this many clients something is remembered at most, besides those whose budget is not full again.
    const REMEMBERED: usize = 10_000;

    fn per_minute(requests: u32) -> Self {
        let requests = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        Limit(Arc::new(RateLimiter::keyed(Quota::per_minute(requests))))
    }

    /// Takes one request, or says how many seconds later there is one again.
    fn take(&self, client: IpAddr) -> Result<(), u64> {
        if self.0.len() > Self::REMEMBERED {
            self.0.retain_recent();
        }
        // In whole seconds (RFC 9110, 10.2.3), and never too few.
        let seconds = |wait: std::time::Duration| wait.as_secs() + 1;
        self.0
            .check_key(&client)
            .map_err(|until| seconds(until.wait_time_from(DefaultClock::default().now())))
    }
}

/// The address is that of the connection, which the library's server tells; behind a proxy it is the proxy's.
async fn limited(
    State(limit): State<Limit>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    match limit.take(client.ip()) {
        Ok(()) => Ok(next.run(request).await),
        Err(seconds) => Err(ApiError::too_many_requests("too many requests").header("retry-after", seconds)),
    }
}

fn writes(route: &RouteInfo) -> bool {
    route.methods().iter().any(|method| method != Method::GET && method != Method::HEAD)
}

/// All that write have one budget together.
fn app() -> Result<Router, RoutesError> {
    Routes::collect().layer_where(writes, from_fn_with_state(Limit::per_minute(2), limited)).into_router()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::connect_info::MockConnectInfo;
    use route_runtime::testing::TestClient;

    /// Two clients of one app.
    fn clients() -> [TestClient; 2] {
        let router = app().unwrap();
        [1, 2].map(|last| {
            let address = SocketAddr::from(([192, 0, 2, last], 4000));
            TestClient::new(router.clone().layer(MockConnectInfo(address)))
        })
    }

    #[tokio::test]
    async fn the_fourth_is_told_when_to_come_back() {
        let [ann, bob] = clients();
        for _ in 0..3 {
            assert_eq!(ann.get("/search").await.text(), "found");
        }
        let refused = ann.get("/search").await;
        refused.assert_problem(429, "too many requests");
        assert!(matches!(refused.header("retry-after").unwrap().parse(), Ok(18..=20)));
        assert_eq!(bob.get("/search").await.status(), 200);
        assert_eq!(ann.get("/posts").await.status(), 200);
    }

    #[tokio::test]
    async fn what_writes_shares_a_budget() {
        let [ann, _] = clients();
        assert_eq!(ann.post("/posts").await.status(), 201);
        assert_eq!(ann.put("/posts/7").await.status(), 200);
        assert_eq!(ann.post("/posts").await.status(), 429);
        for _ in 0..9 {
            assert_eq!(ann.get("/posts").await.status(), 200);
        }
    }
}
