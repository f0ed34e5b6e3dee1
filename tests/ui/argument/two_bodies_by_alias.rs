#![allow(unused)]

use route_runtime::*;

type Body = axum::Json<u8>;

#[post("/a")]
async fn f(text: String, id: axum::http::Method, body: Body) {}

fn main() {}
