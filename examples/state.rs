//! State: of any number of types, and a part of one for an extractor of your own.
//!
//! `cargo run --example state`, then `curl -H 'authorization: Bearer ann' http://127.0.0.1:3000/api/me`

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use route_runtime::{ApiError, Routes, State, get, post};

#[derive(Clone, Default)]
struct Counter(Arc<AtomicU64>);

/// The type of `State<…>` says which state the route needs.
#[post("/api/counter")]
async fn count(State(counter): State<Counter>) -> String {
    (counter.0.fetch_add(1, Ordering::Relaxed) + 1).to_string()
}

/// Another route, another type.
#[get("/api/motto")]
async fn motto(State(motto): State<&'static str>) -> &'static str {
    motto
}

#[derive(Clone)]
struct Users(Arc<[&'static str]>);

#[derive(Clone)]
struct AppState {
    users: Users,
    counter: Counter,
}

impl FromRef<AppState> for Users {
    fn from_ref(app: &AppState) -> Self {
        app.users.clone()
    }
}

impl FromRef<AppState> for Counter {
    fn from_ref(app: &AppState) -> Self {
        app.counter.clone()
    }
}

/// Any axum extractor is an argument.
struct User(&'static str);

impl<S: Send + Sync> FromRequestParts<S> for User
where
    Users: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
        let name = header.and_then(|value| value.strip_prefix("Bearer "));
        let users = Users::from_ref(state);
        let known = users.0.iter().find(|user| Some(**user) == name);
        known.map(|user| User(user)).ok_or(ApiError::unauthorized("who are you?"))
    }
}

/// Where `State<…>` does not tell the whole, `state` does.
#[get("/api/me", state = AppState)]
async fn me(User(name): User, State(counter): State<Counter>) -> String {
    format!("{name}, {} so far", counter.0.load(Ordering::Relaxed))
}

fn app() -> Routes {
    let counter = Counter::default();
    Routes::collect()
        .with_state(counter.clone())
        .with_state("nothing to register")
        .with_state(AppState { users: Users(Arc::new(["ann", "bob"])), counter })
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    app().serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;

    #[tokio::test]
    async fn each_route_gets_its_own_state() {
        let client = TestClient::new(app().into_router().unwrap());
        assert_eq!(client.post("/api/counter").await.text(), "1");
        assert_eq!(client.post("/api/counter").await.text(), "2");
        assert_eq!(client.get("/api/motto").await.text(), "nothing to register");
        let me = client.get("/api/me").header("authorization", "Bearer ann").await;
        assert_eq!(me.text(), "ann, 2 so far");
        assert_eq!(client.get("/api/me").await.status(), 401);
    }

    #[test]
    fn states_that_are_missing_are_reported_at_once() {
        let error = Routes::collect().with_state("a motto").into_router().unwrap_err();
        assert_eq!(error.problems().len(), 2, "{error}");
        assert!(error.to_string().contains("missing state `state::Counter`, provided: `&str`"), "{error}");
        assert!(error.to_string().contains("state.rs:"), "{error}");
    }

    #[tokio::test]
    async fn a_handler_is_still_a_function() {
        assert_eq!(count(State(Counter::default())).await, "1");
    }
}
