//! Who may ask, by a tag: one layer around every route that says `tag = "admin"`, and a test that finds the one that forgot.
//!
//! `cargo run -p middleware --example auth_tag`, then `curl -i http://127.0.0.1:3000/admin/users` and the same with
//! `-H 'Authorization: Bearer s3cret'`

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use route_runtime::{ApiError, RouteInfo, Routes, RoutesError, delete, get};

#[get("/hello")]
async fn hello() -> &'static str {
    "hello"
}

#[get("/admin/users", tag = "admin")]
async fn users() -> &'static str {
    "ann, bob"
}

#[delete("/admin/users/[id]", tag = "admin")]
async fn remove(id: u64) -> String {
    format!("{id} is gone")
}

#[get("/admin/log/[...lines]", tag = "admin")]
async fn lines(lines: Vec<String>) -> String {
    lines.join("\n")
}

/// The token of all admins.
#[derive(Clone)]
struct AdminToken(&'static str);

/// Runs before any extractor of the route: who is not allowed does not learn what is wrong with a request.
async fn admins_only(
    State(AdminToken(good)): State<AdminToken>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    // As long for a token that is wrong at its end as for one that is wrong at its start.
    let differ = token.bytes().zip(good.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    if token.len() != good.len() || differ != 0 {
        return Err(ApiError::unauthorized("for admins").header("www-authenticate", "Bearer"));
    }
    Ok(next.run(request).await)
}

fn is_admins(route: &RouteInfo) -> bool {
    route.tag() == Some("admin")
}

fn routes(token: AdminToken) -> Routes {
    Routes::collect().layer_where(is_admins, from_fn_with_state(token, admins_only))
}

fn app() -> Result<Router, RoutesError> {
    let token = AdminToken("s3cret"); // Of the environment, where it is no example.
    routes(token).into_router()
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    route_runtime::Server::new(app()?).serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Method;
    use route_runtime::Segment;
    use route_runtime::testing::TestClient;

    /// A path that the route answers, or refuses by its type: the layer is asked before.
    fn path_of(route: &RouteInfo) -> String {
        let segment = |segment: &Segment| match segment {
            Segment::Static(text) => format!("/{text}"),
            _ => "/7".to_owned(),
        };
        route.segments().iter().map(segment).collect()
    }

    /// A function for every method has no list of them.
    fn methods_of(route: &RouteInfo) -> Vec<Method> {
        if route.methods().is_all() {
            vec![Method::GET, Method::POST]
        } else {
            route.methods().iter().collect()
        }
    }

    /// Every route that there is, today and tomorrow.
    #[tokio::test]
    async fn every_route_of_admins_refuses_who_is_none() {
        let client = TestClient::new(app().unwrap());
        let mut open = Vec::new();
        for route in Routes::collect().iter() {
            for method in methods_of(route) {
                let ask = || client.request(method.clone(), &path_of(route));
                let answers = [ask().await, ask().bearer("guess").await];
                if answers.iter().any(|answer| answer.status() != 401) {
                    open.push(format!("{method} {}", route.pattern()));
                    assert!(!is_admins(route), "{route:?} is open");
                }
            }
        }
        // Who adds a route for everybody says so here: so one whose tag was forgotten is found.
        assert_eq!(open, ["GET /hello"]);
    }

    #[tokio::test]
    async fn an_admin_may() {
        let client = TestClient::new(app().unwrap());
        let ask = async |method: &str, path: &str| {
            client.request(method, path).bearer("s3cret").await.text().to_owned()
        };
        assert_eq!(ask("GET", "/admin/users").await, "ann, bob");
        assert_eq!(ask("DELETE", "/admin/users/7").await, "7 is gone");
        assert_eq!(ask("GET", "/admin/log/1/2").await, "1\n2");
    }

    #[tokio::test]
    async fn it_is_asked_before_the_arguments_are_read() {
        let client = TestClient::new(app().unwrap());
        assert_eq!(client.delete("/admin/users/no-number").await.status(), 401);
        assert_eq!(client.head("/admin/users").await.status(), 401);
        let admin = client.delete("/admin/users/no-number").bearer("s3cret").await;
        assert_eq!(admin.status(), 400);
    }
}
