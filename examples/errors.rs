//! Errors: one type for what a client is told, `?` for everything else, and one place that says how errors look.
//!
//! `cargo run --example errors`, then
//! `curl -i http://127.0.0.1:3000/api/account/ann`, `…/bob`, `…/eve`, `…/mallory`,
//! `curl -i --json '{"amount": -5}' http://127.0.0.1:3000/api/account/ann`

use std::fmt;

use axum::Json;
use route_runtime::{ApiError, ApiRequest, ApiResponse, Routes, get, post};
use serde::Deserialize;
use serde_json::json;

/// An error of the domain, which knows nothing of HTTP.
#[derive(Debug)]
struct Frozen;

impl fmt::Display for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the account is frozen by the court of X")
    }
}

impl std::error::Error for Frozen {}

fn balance(name: &str) -> Result<Option<&'static str>, Frozen> {
    match name {
        "ann" => Ok(Some("100")),
        "bob" => Ok(Some("a lot")),
        "eve" => Err(Frozen),
        _ => Ok(None),
    }
}

/// `ApiError::…` is what the client is told. `?` on any other error is a 500: its cause is in the log, with the place of
/// this function, and the client reads no word of it.
#[get("/api/account/[name]")]
async fn account(name: String) -> Result<String, ApiError> {
    let balance = balance(&name).map_err(|frozen| ApiError::forbidden("ask your bank").caused_by(frozen))?;
    let balance = balance.ok_or(ApiError::not_found("there is no such account"))?;
    let euros: u32 = balance.parse()?;
    Ok(format!("{euros} EUR"))
}

#[derive(Deserialize)]
struct Transfer {
    amount: i64,
}

/// A body of another shape is answered with the place of the mistake; so is a value that the function finds wrong. Other
/// members beside `title`, `status` and `detail` are set by `.with("key", value)`.
#[post("/api/account/[name]", status = 202)]
async fn transfer(name: String, req: ApiRequest<Transfer>) -> Result<ApiResponse<u32>, ApiError> {
    if req.body().amount <= 0 {
        return Err(ApiError::invalid("/amount", "must be above 0").detail("nothing to transfer"));
    }
    if name == "eve" {
        return Err(ApiError::too_many_requests("slowly").header("retry-after", 30));
    }
    Ok(ApiResponse::ok(100))
}

fn app() -> Routes {
    Routes::collect()
}

/// How this app would look if its clients knew errors of another shape. Every error comes here: those of handlers, and
/// those of the library, as 404, 405, 413 and 500.
fn app_with_other_errors() -> Routes {
    app().render_errors(|error| Json(json!({ "ok": false, "message": error.to_string() })))
}

#[tokio::main]
async fn main() -> Result<(), route_runtime::Error> {
    let routes = if std::env::args().any(|word| word == "other") { app_with_other_errors() } else { app() };
    routes.serve("127.0.0.1:3000").await
}

#[cfg(test)]
mod tests {
    use super::*;
    use route_runtime::testing::TestClient;
    use serde_json::Value;

    fn client(routes: Routes) -> TestClient {
        TestClient::new(routes.into_router().unwrap())
    }

    #[tokio::test]
    async fn what_the_client_is_told() {
        let client = client(app());
        assert_eq!(client.get("/api/account/ann").await.text(), "100 EUR");
        for (name, problem) in [
            ("mallory", json!({ "title": "Not Found", "status": 404, "detail": "there is no such account" })),
            ("eve", json!({ "title": "Forbidden", "status": 403, "detail": "ask your bank" })),
            ("bob", json!({ "title": "Internal Server Error", "status": 500 })),
        ] {
            let response = client.get(&format!("/api/account/{name}")).await;
            assert_eq!(response.header("content-type"), Some("application/problem+json"));
            assert_eq!(response.json::<Value>(), problem);
        }
    }

    #[tokio::test]
    async fn where_a_body_is_wrong() {
        let client = client(app());
        for (body, detail) in [
            (json!({ "amount": -5 }), "must be above 0"),
            (json!({ "amount": "much" }), "must be an integer of 64 bits"),
            (json!({}), "is missing"),
        ] {
            let response = client.post("/api/account/ann").json(&body).await;
            assert_eq!(response.status(), 422);
            assert_eq!(
                response.json::<Value>()["errors"],
                json!([{ "pointer": "/amount", "detail": detail }])
            );
        }
        let slowly = client.post("/api/account/eve").json(&json!({ "amount": 5 })).await;
        assert_eq!((slowly.status().as_u16(), slowly.header("retry-after")), (429, Some("30")));
    }

    #[tokio::test]
    async fn another_look_for_all() {
        let client = client(app_with_other_errors());
        let absent = client.get("/api/account/mallory").await;
        assert_eq!(absent.status(), 404);
        assert_eq!(
            absent.json::<Value>(),
            json!({ "ok": false, "message": "404 Not Found: there is no such account" })
        );
        let other_method = client.delete("/api/account/ann").await;
        assert_eq!(other_method.json::<Value>(), json!({ "ok": false, "message": "405 Method Not Allowed" }));
        assert_eq!(other_method.header("allow"), Some("GET,HEAD,POST"));
    }
}
