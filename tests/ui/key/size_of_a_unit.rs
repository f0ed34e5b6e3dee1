#![allow(unused)]

use route_runtime::*;

#[post("/a", body_limit = "1tb")]
async fn f() {}

fn main() {}
