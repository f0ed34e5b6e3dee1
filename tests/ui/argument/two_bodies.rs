#![allow(unused)]

use route_runtime::*;

#[post("/a")]
async fn f(json: axum::Json<u8>, text: String) {}

fn main() {}
