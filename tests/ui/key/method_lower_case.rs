#![allow(unused)]

use route_runtime::*;

#[api_route("/a", method = get)]
async fn f() {}

fn main() {}
