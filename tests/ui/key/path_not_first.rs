#![allow(unused)]

use route_runtime::*;

#[api_route(method = GET)]
async fn f() {}

fn main() {}
