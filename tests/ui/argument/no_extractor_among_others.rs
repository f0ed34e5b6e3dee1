#![allow(unused)]

use route_runtime::*;

struct Plain;

#[get("/[id]")]
async fn f(id: u8, plain: Plain, headers: axum::http::HeaderMap) {}

fn main() {}
