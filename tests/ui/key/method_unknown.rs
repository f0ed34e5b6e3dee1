#![allow(unused)]

use route_runtime::*;

#[api_route("/a", method = PROPFIND)]
async fn f() {}

fn main() {}
