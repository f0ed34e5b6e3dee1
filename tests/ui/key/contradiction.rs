#![allow(unused)]

use route_runtime::*;

#[post("/a", body_parser = false, body_limit = "1mb")]
async fn f() {}

fn main() {}
