#![allow(unused)]

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use route_runtime::*;

struct User;

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(User)
    }
}

#[get("/a")]
async fn f(user: Option<User>) {}

fn main() {}
