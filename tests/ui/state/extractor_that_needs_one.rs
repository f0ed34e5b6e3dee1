#![allow(unused)]

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use route_runtime::*;

#[derive(Clone)]
struct App;

struct User;

impl FromRequestParts<App> for User {
    type Rejection = ();

    async fn from_request_parts(_: &mut Parts, _: &App) -> Result<Self, ()> {
        Ok(User)
    }
}

#[get("/a")]
async fn f(user: User) {}

fn main() {}
