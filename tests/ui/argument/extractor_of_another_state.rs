use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use route_runtime::{ApiError, State, post};

#[derive(Clone)]
struct Db;

#[derive(Clone)]
struct Config;

struct User;

impl<S: Sync> FromRequestParts<S> for User
where
    Config: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(User)
    }
}

#[post("/books")]
async fn add(_user: User, State(_db): State<Db>, body: String) -> String {
    body
}

fn main() {}
