//! Cookies: read from the request when they are asked for, set on the answer by the `cookie` crate's builder.
//!
//! `cargo run --example cookies`, then
//! `curl -i -d 'name=Ann' http://127.0.0.1:3000/api/login` and `curl --cookie 'session=…' http://127.0.0.1:3000/api/me`

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use route_runtime::cookie::SameSite;
use route_runtime::cookie::time::Duration;
use route_runtime::{ApiError, ApiRequest, ApiResponse, Cookie, Routes, State, get, post};
use serde::Deserialize;

/// Who is logged in. A real one has random, signed or encrypted ids: `axum_extra::extract::PrivateCookieJar` works in
/// these functions as any extractor does.
#[derive(Clone, Default)]
struct Sessions {
    names: Arc<Mutex<HashMap<String, String>>>,
    next: Arc<AtomicU64>,
}

impl Sessions {
    fn add(&self, name: String) -> String {
        let id = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), name);
        id
    }

    fn name(&self, id: &str) -> Option<String> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

#[derive(Deserialize)]
struct Login {
    name: String,
}

/// JSON and forms alike. Each `.cookie(…)` is a `Set-Cookie` of its own.
#[post("/api/login")]
async fn login(req: ApiRequest<Login>, State(sessions): State<Sessions>) -> ApiResponse<()> {
    let Login { name } = req.into_body();
    let greeting = Cookie::new("greeting", format!("hello {name}; welcome"));
    let session = Cookie::build(("session", sessions.add(name)))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(7));
    ApiResponse::no_content().cookie(session).cookie(greeting)
}

#[get("/api/me")]
async fn me(req: ApiRequest, State(sessions): State<Sessions>) -> Result<String, ApiError> {
    let session = req.cookie("session").and_then(|session| sessions.name(session.value()));
    session.ok_or(ApiError::unauthorized("log in first"))
}

#[post("/api/logout")]
async fn logout() -> ApiResponse<()> {
    let mut session = Cookie::build(("session", "")).path("/").build();
    session.make_removal();
    ApiResponse::no_content().cookie(session)
}

fn app() -> Routes {
    Routes::collect().with_state(Sessions::default())
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    app().serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;
    use serde_json::json;

    #[tokio::test]
    async fn from_login_to_logout() {
        let client = TestClient::new(app().into_router().unwrap());
        assert_eq!(client.get("/api/me").await.status(), 401);

        let login = client.post("/api/login").json(&json!({ "name": "Ann" })).await;
        let cookies: Vec<_> = login.headers().get_all("set-cookie").iter().collect();
        assert_eq!(
            cookies,
            [
                "session=0; HttpOnly; SameSite=Lax; Path=/; Max-Age=604800",
                // A value may hold anything: it is encoded, and `req.cookie` decodes it.
                "greeting=hello%20Ann%3B%20welcome",
            ]
        );

        assert_eq!(client.get("/api/me").header("cookie", "a=b; session=0").await.text(), "Ann");
        assert_eq!(client.get("/api/me").header("cookie", "session=1").await.status(), 401);
        let logout = client.post("/api/logout").await;
        assert!(logout.header("set-cookie").unwrap().contains("Max-Age=0"));
    }
}
