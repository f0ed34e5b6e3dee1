#![allow(unused)]

use route_runtime::*;

#[get("/a", methd = GET)]
async fn f() {}

fn main() {}
