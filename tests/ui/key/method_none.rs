#![allow(unused)]

use route_runtime::*;

#[api_route("/a", method = [])]
async fn f() {}

fn main() {}
