#![allow(unused)]

use route_runtime::*;

#[post("/a", body_limit = "lots")]
async fn f() {}

fn main() {}
