#![allow(unused)]

use route_runtime::*;

#[get("/a?page")]
async fn f(headers: axum::http::HeaderMap) {}

fn main() {}
